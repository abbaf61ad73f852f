// What commands about server objects share: the connection, the schema, reading and changing records, and names of
// records in place of ids.
import { type Answer, connect, type Connection, type ConnectionOptions } from './connection.ts';
import { CommandFailure, Status } from './failure.ts';
import { type Json, textOf } from './json.ts';
import type { Names } from './render.ts';
import { SchemaView, type Target } from './schema-view.ts';
import { methodErrorText } from './sentences.ts';
import { targetOf } from './values.ts';

export interface SessionOptions extends ConnectionOptions {
  /** Account that records of accounts belong to: an id or an address. */
  readonly account?: string;
}

export interface QueryOptions {
  readonly filter?: Json;
  readonly sort?: readonly Json[];
  readonly limit?: number;
}

/** What became of the items of a `/set`. */
export interface SetResult {
  readonly created: Readonly<Record<string, Json>>;
  readonly updated: Readonly<Record<string, Json | null>>;
  readonly destroyed: readonly string[];
  /** SetErrors by client id or id. */
  readonly failed: ReadonlyMap<string, Json>;
}

export class Session {
  readonly connection: Connection;
  readonly view: SchemaView;
  /** Id of the account that calls are about; undefined for the caller's own. */
  account: string | undefined;
  readonly #names = new Map<string, string | undefined>();

  private constructor(connection: Connection, view: SchemaView) {
    this.connection = connection;
    this.view = view;
  }

  /** The same session, about another account. */
  about(account: string | undefined): Session {
    const other = new Session(this.connection, this.view);
    other.account = account;
    return other;
  }

  static async open(options: SessionOptions): Promise<Session> {
    const connection = await connect(options);
    const session = new Session(connection, new SchemaView(await connection.schema()));
    if (options.account !== undefined) session.account = await session.resolve('Account', options.account);
    return session;
  }

  /** One method call. @throws CommandFailure with what the server says */
  async call(method: string, args: Json, createdIds?: Readonly<Record<string, string>>): Promise<Json> {
    const answer = await this.connection.send([[method, args, 'c']], createdIds);
    return resultOf(answer, method);
  }

  /** Records of these ids; singletons have the one id `singleton`. */
  async get(object: string, ids: readonly string[], properties?: readonly string[]): Promise<Json[]> {
    const records: Json[] = [];
    const { get } = this.connection.atOnce;
    for (let at = 0; at < ids.length; at += get) {
      const result = await this.call(`x:${object}/get`, {
        ...this.#about(),
        ids: ids.slice(at, at + get),
        ...(properties && { properties }),
      });
      const list = result['list'] as readonly Json[];
      const byId = new Map(list.map((record) => [record['id'], record]));
      for (const id of ids.slice(at, at + get)) {
        const record = byId.get(id);
        if (record) records.push(record);
      }
    }
    return records;
  }

  /** Pages of the ids that a query finds. */
  async *query(object: string, { filter, sort, limit = Infinity }: QueryOptions): AsyncGenerator<string[]> {
    let left = limit;
    let anchor: string | undefined;
    while (left > 0) {
      const result: Json = await this.call(`x:${object}/query`, {
        ...this.#about(),
        ...(filter && Object.keys(filter).length > 0 && { filter }),
        ...(sort && { sort }),
        ...(anchor !== undefined && { anchor, anchorOffset: 1 }),
        limit: Math.min(left, this.connection.atOnce.get),
      });
      const ids = result['ids'] as string[];
      if (ids.length > 0) yield ids;
      left -= ids.length;
      anchor = ids.at(-1);
      // A page that was not cut short is the last one.
      if (anchor === undefined || result['limit'] === undefined) return;
    }
  }

  /** All ids that a query finds. */
  async ids(object: string, options: QueryOptions): Promise<string[]> {
    const ids: string[] = [];
    for await (const page of this.query(object, options)) ids.push(...page);
    return ids;
  }

  async set(
    object: string,
    items: {
      readonly create?: Json;
      readonly update?: Json;
      readonly destroy?: readonly string[];
    },
    options: { readonly account?: string; readonly createdIds?: Readonly<Record<string, string>> } = {},
  ): Promise<SetResult> {
    const result = await this.call(
      `x:${object}/set`,
      { ...this.#about(options.account), ...items },
      options.createdIds,
    );
    const failed = ['notCreated', 'notUpdated', 'notDestroyed'].flatMap((name) =>
      Object.entries((result[name] ?? {}) as Readonly<Record<string, Json>>),
    );
    return {
      created: (result['created'] ?? {}) as SetResult['created'],
      updated: (result['updated'] ?? {}) as SetResult['updated'],
      destroyed: (result['destroyed'] ?? []) as readonly string[],
      failed: new Map(failed),
    };
  }

  /** The id of a record that is given by id or by name. @throws CommandFailure */
  async resolve(object: string, text: string): Promise<string> {
    const target = this.view.find(object);
    if (target.object.type === 'singleton') return 'singleton';
    // A name may look like an id, so the id is tried first; what cannot be one is not.
    if (/^[a-z792013]{1,13}$/.test(text)) {
      const [found] = await this.get(target.name, [text], []);
      if (found) return text;
    }
    const named = await this.#named(target, text);
    const [only] = named;
    if (only === undefined) throw new CommandFailure(`there is no ${target.name} "${text}"`);
    if (named.length > 1) {
      throw new CommandFailure(
        `several records of ${target.name} are called "${text}": ${named.join(', ')}; give the id`,
      );
    }
    return only;
  }

  /** Ids of the records that a text names by the property that names them. */
  async #named({ name, object }: Target, text: string): Promise<string[]> {
    const list = this.view.document.lists[`x:${name}`];
    const label = list?.labelProperty;
    if (!list || typeof label !== 'string') return [];
    const [local = '', domain] = text.split('@');
    const isAddress = domain !== undefined && (object.matchOn?.includes('domainId') ?? false);
    const wanted = isAddress ? 'name' : label;
    const filter = list.filters.find((one) => one.name === wanted);
    let ids: string[];
    try {
      ids = await this.ids(name, filter ? { filter: { [wanted]: isAddress ? local : text } } : {});
    } catch (error) {
      // What cannot be a value of the property names nothing (an address that is none).
      if (error instanceof CommandFailure && error.status === Status.refused) return [];
      throw error;
    }
    const records = await this.get(name, ids, [label]);
    return records
      .filter((record) => {
        const value = record[label];
        if (typeof value === 'string') return value.toLowerCase() === text.toLowerCase();
        return typeof value === 'object' && value !== null && Object.hasOwn(value, text);
      })
      .map((record) => textOf(record['id']));
  }

  /** Names of everything that these records refer to; what may not be read stays an id. */
  async namesFor(shape: string, records: readonly Json[]): Promise<Names> {
    const wanted = new Map<string, Set<string>>();
    const properties = this.view.allProperties(shape);
    for (const record of records) {
      for (const [name, value] of Object.entries(record)) {
        const type = properties[name]?.type;
        if (!type || value === null) continue;
        const member = type.type === 'set' ? type.class : type;
        if (member?.type !== 'objectId') continue;
        const ids = type.type === 'set' ? Object.keys(value as Json) : [textOf(value)];
        const target = targetOf(member);
        const known = wanted.get(target) ?? new Set();
        wanted.set(target, known);
        for (const id of ids) if (!this.#names.has(`${target}/${id}`)) known.add(id);
      }
    }
    for (const [target, ids] of wanted) await this.#learn(target, [...ids]);
    return (target, id) => this.#names.get(`${target}/${id}`);
  }

  async #learn(object: string, ids: readonly string[]): Promise<void> {
    const label = this.view.document.lists[`x:${object}`]?.labelProperty;
    if (ids.length === 0 || typeof label !== 'string') return;
    for (const id of ids) this.#names.set(`${object}/${id}`, undefined);
    try {
      for (const record of await this.get(object, ids, [label])) {
        const name = record[label];
        if (typeof name === 'string') this.#names.set(`${object}/${textOf(record['id'])}`, name);
      }
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
    }
  }

  #about(account = this.account): Json {
    return account === undefined ? {} : { accountId: account };
  }
}

function resultOf({ responses }: Answer, method: string): Json {
  const [name, result] = responses[0] ?? ['error', { type: 'noResponse' }];
  if (name !== 'error') return result;
  const forbidden = result['type'] === 'forbidden';
  throw new CommandFailure(methodErrorText(method, result), forbidden ? Status.noPermission : Status.refused);
}
