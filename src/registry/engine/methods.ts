// The three methods of every server object, `/get`, `/set` and `/query`, from JSON arguments to JSON results.
// Whether the caller may call them at all is decided by the floor above.
import { decodeId, encodeId } from '../../base/index.ts';
import {
  type Declaration,
  findField,
  formatField,
  isObject,
  type Plain,
  shapeKind,
} from '../schema/index.ts';
import { keys } from '../../store/index.ts';
import { parseFilter, parseSort } from './filter.ts';
import type { Condition } from './index-entries.ts';
import { type Paging, type QueryPage, queryRecords, runQuery } from './query.ts';
import type { Registry } from './registry.ts';
import { SINGLETON } from './rows.ts';
import { createInSource, destroyInSource, updateInSource } from './source-write.ts';
import { MethodRefusal, Refusal, type SetError, type StoredRecord } from './types.ts';
import { isVisible, type WriteContext, type Written } from './write.ts';

/** A method call: who calls, about which account, and what the request created before. */
export interface MethodContext extends WriteContext {
  /** Ids of created records by the client's names; `/set` adds to it. */
  readonly created: Map<string, string>;
  readonly limits: MethodLimits;
}

export interface MethodLimits {
  readonly maxObjectsInGet: number;
  readonly maxObjectsInSet: number;
  readonly maxResults: number;
}

export interface GetResult {
  readonly accountId: string;
  readonly list: readonly Plain[];
  readonly notFound: readonly string[];
}

export async function methodGet(
  registry: Registry,
  declaration: Declaration,
  args: Plain,
  context: MethodContext,
): Promise<GetResult> {
  const ids = readIds(args['ids'], context);
  const properties = readProperties(declaration, args['properties']);
  const found = await visibleRecords(registry, declaration, ids, context);
  const list = await formatRecords(registry, declaration, found, properties, context);
  const known = new Set(found.map((record) => encodeId(record.id)));
  return { accountId: encodeId(context.account), list, notFound: ids?.filter((id) => !known.has(id)) ?? [] };
}

export async function methodQuery(
  registry: Registry,
  declaration: Declaration,
  args: Plain,
  context: MethodContext,
): Promise<Plain> {
  if (declaration.kind === 'singleton') throw new MethodRefusal('unknownMethod', 'a singleton has no query');
  const { paging, most } = readPaging(args, context.limits.maxResults);
  const page = await queryPage(registry, declaration, args, paging, context);
  return {
    accountId: encodeId(context.account),
    queryState: 'n',
    canCalculateChanges: true,
    position: page.position,
    ids: page.ids.map(encodeId),
    ...(page.total === undefined ? {} : { total: page.total }),
    ...(page.cut ? { limit: most } : {}),
  };
}

export async function methodSet(
  registry: Registry,
  declaration: Declaration,
  args: Plain,
  context: MethodContext,
): Promise<Plain> {
  const create = readMap(args['create'], 'create');
  const update = readMap(args['update'], 'update');
  const destroy = readDestroy(args['destroy']);
  const many = create.length + update.length + destroy.length;
  if (many > context.limits.maxObjectsInSet) {
    throw new MethodRefusal(
      'requestTooLarge',
      `at most ${context.limits.maxObjectsInSet} objects at one time`,
    );
  }
  const work = new SetWork(registry, declaration, context, new Set(destroy));
  for (const [name, json] of inOrderOfNeed(create)) await work.create(name, json);
  for (const [id, patch] of update) await work.update(id, patch);
  for (const id of destroy) await work.destroy(id);
  return { accountId: encodeId(context.account), ...work.results() };
}

/** One `/set` call: each item succeeds or fails on its own. */
class SetWork {
  readonly #created = new Map<string, unknown>();
  readonly #notCreated = new Map<string, SetError>();
  readonly #updated = new Map<string, unknown>();
  readonly #notUpdated = new Map<string, SetError>();
  readonly #destroyed: string[] = [];
  readonly #notDestroyed = new Map<string, SetError>();
  readonly #registry: Registry;
  readonly #declaration: Declaration;
  readonly #context: MethodContext;
  readonly #doomed: ReadonlySet<string>;

  constructor(
    registry: Registry,
    declaration: Declaration,
    context: MethodContext,
    doomed: ReadonlySet<string>,
  ) {
    this.#registry = registry;
    this.#declaration = declaration;
    this.#context = context;
    this.#doomed = doomed;
  }

  async create(name: string, json: unknown): Promise<void> {
    await this.#try(this.#notCreated, name, async () => {
      const written = await this.#createOne(json, this.#numberFor(name));
      const id = encodeId(written.id);
      this.#context.created.set(name, id);
      this.#created.set(name, { id, ...written.reveal });
    });
  }

  async update(given: string, patch: unknown): Promise<void> {
    await this.#try(this.#notUpdated, given, async () => {
      const id = this.#resolve(given);
      if (this.#doomed.has(given) || this.#doomed.has(encodeId(id))) throw new Refusal('willDestroy');
      const { reveal } = await this.#updateOne(id, patch);
      this.#updated.set(given, Object.keys(reveal).length > 0 ? reveal : null);
    });
  }

  async destroy(given: string): Promise<void> {
    await this.#try(this.#notDestroyed, given, async () => {
      if (this.#declaration.kind === 'singleton') {
        throw new Refusal('singleton', { description: 'This object always exists.' });
      }
      const id = this.#resolve(given);
      const source = this.#registry.sourceOf(this.#declaration);
      if (source) await destroyInSource(source, this.#declaration, id, this.#context);
      else await this.#registry.write.destroy(this.#declaration, id, this.#context);
      this.#destroyed.push(encodeId(id));
    });
  }

  /** Members without content are left out. */
  results(): Plain {
    const maps = {
      created: this.#created,
      notCreated: this.#notCreated,
      updated: this.#updated,
      notUpdated: this.#notUpdated,
      notDestroyed: this.#notDestroyed,
    };
    const result: Record<string, unknown> = {};
    for (const [name, entries] of Object.entries(maps)) {
      if (entries.size > 0) result[name] = Object.fromEntries(entries);
    }
    if (this.#destroyed.length > 0) result['destroyed'] = this.#destroyed;
    return result;
  }

  /** While a server is restored, accounts get their old numbers back: `restore-7`. */
  #numberFor(name: string): number | undefined {
    if (!this.#declaration.isAccount || !this.#registry.options.restoresAccounts) return undefined;
    const text = /^restore-([1-9]\d{0,9})$/.exec(name)?.[1];
    const number = text === undefined ? undefined : Number(text);
    if (number !== undefined && number >= LAST_ACCOUNT) {
      throw new Refusal('invalidProperties', { description: `${number} is no number of an account.` });
    }
    return number;
  }

  async #createOne(json: unknown, wanted: number | undefined): Promise<Written> {
    const source = this.#registry.sourceOf(this.#declaration);
    if (this.#declaration.kind === 'singleton') {
      if (source) throw new Refusal('forbidden', { description: 'This object always exists.' });
      return this.#registry.write.update(this.#declaration, SINGLETON, json, this.#context);
    }
    return source
      ? createInSource(this.#registry, source, this.#declaration, json, this.#context)
      : this.#registry.write.create(this.#declaration, json, this.#context, await this.#free(wanted));
  }

  async #free(wanted: number | undefined): Promise<number | undefined> {
    if (wanted === undefined) return undefined;
    const [taken] = await this.#registry.load(this.#declaration, [wanted]);
    if (taken) {
      throw new Refusal('invalidProperties', { description: `There is an account of number ${wanted}.` });
    }
    return wanted;
  }

  #updateOne(id: number, patch: unknown): Promise<Written> {
    if (this.#declaration.kind === 'singleton' && id !== SINGLETON) throw new Refusal('notFound');
    const source = this.#registry.sourceOf(this.#declaration);
    return source
      ? updateInSource(this.#registry, source, this.#declaration, id, patch, this.#context)
      : this.#registry.write.update(this.#declaration, id, patch, this.#context);
  }

  #resolve(given: string): number {
    const text = given.startsWith('#') ? this.#context.created.get(given.slice(1)) : given;
    const id = text === undefined ? undefined : decodeId(text);
    if (id === undefined) throw new Refusal('notFound');
    return id;
  }

  async #try(failed: Map<string, SetError>, name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.set(name, error.error);
    }
  }
}

/** Account numbers fit in 32 bits; the highest is the recovery administrator's. */
const LAST_ACCOUNT = 0xffff_ffff;

/** Creates that refer to others of the same call come after them. */
function inOrderOfNeed(create: readonly (readonly [string, unknown])[]): (readonly [string, unknown])[] {
  const waiting = new Map(create.map(([name, json]) => [name, { json, needs: referencesIn(json, 0) }]));
  const ordered: (readonly [string, unknown])[] = [];
  let progress = true;
  while (waiting.size > 0 && progress) {
    progress = false;
    for (const [name, { json, needs }] of waiting) {
      if ([...needs].some((need) => need !== name && waiting.has(need))) continue;
      ordered.push([name, json]);
      waiting.delete(name);
      progress = true;
    }
  }
  // what refers to itself in a circle cannot be made; each of them says so
  for (const [name, { json }] of waiting) ordered.push([name, json]);
  return ordered;
}

function referencesIn(json: unknown, depth: number, found = new Set<string>()): Set<string> {
  if (typeof json === 'string') {
    if (json.startsWith('#')) found.add(json.slice(1));
  } else if (isObject(json) && depth < 16) {
    for (const [key, value] of Object.entries(json)) {
      if (key.startsWith('#')) found.add(key.slice(1));
      referencesIn(value, depth + 1, found);
    }
  }
  return found;
}

async function visibleRecords(
  registry: Registry,
  declaration: Declaration,
  ids: readonly string[] | undefined,
  context: MethodContext,
): Promise<readonly StoredRecord[]> {
  const { caller, account, limits } = context;
  const numbers = ids && [...new Set(ids.map(decodeId).filter((id) => id !== undefined))];
  const source = registry.sourceOf(declaration);
  if (source) return source.get({ declaration, caller, account }, numbers ?? null, limits.maxObjectsInGet);
  if (declaration.kind === 'singleton') {
    const wanted = !numbers || numbers.includes(SINGLETON);
    return wanted ? [{ id: SINGLETON, revision: 0, value: registry.singletonValue(declaration) }] : [];
  }
  const wanted = numbers ?? (await firstIds(registry, declaration, context));
  const records = await registry.load(declaration, wanted);
  return records.filter(
    (record) => record !== undefined && isVisible(declaration, record.value, context),
  ) as StoredRecord[];
}

async function firstIds(
  registry: Registry,
  declaration: Declaration,
  context: MethodContext,
): Promise<readonly number[]> {
  const paging: Paging = {
    position: 0,
    anchor: undefined,
    anchorOffset: 0,
    limit: context.limits.maxObjectsInGet,
    calculateTotal: false,
  };
  const order = { filter: undefined, ascending: true };
  return (await runQuery(registry, declaration, scopeConditions(declaration, context), order, paging)).ids;
}

/** Conditions that keep a caller to the records of its tenant or account. */
function scopeConditions(declaration: Declaration, { caller, account }: WriteContext): Condition[] {
  const only = (name: string, id: number): Condition[] => {
    const filter = declaration.filters[name];
    if (!filter) throw new Error(`${declaration.name} has no filter ${name}`);
    return [{ name, filter, comparison: '=', value: keys.u53Part(id) }];
  };
  if (declaration.visibility === 'tenant' && caller.tenant !== undefined)
    return only('memberTenantId', caller.tenant);
  if (declaration.visibility === 'account' && !caller.allAccounts) return only('accountId', account);
  return [];
}

async function queryPage(
  registry: Registry,
  declaration: Declaration,
  args: Plain,
  paging: Paging,
  context: MethodContext,
): Promise<QueryPage> {
  const { caller, account } = context;
  const { filter, sort } = args;
  const source = registry.sourceOf(declaration);
  if (source?.query) return source.query({ declaration, caller, account }, { filter, sort, paging });
  const scope = source ? [] : scopeConditions(declaration, context);
  // who sees one account or tenant only cannot ask for another
  const conditions = [...scope, ...parseFilter(declaration, filter, new Set(scope.map((one) => one.name)))];
  const order = parseSort(declaration, sort);
  if (!source) return runQuery(registry, declaration, conditions, order, paging);
  const records = await source.get({ declaration, caller, account }, null, MAX_SOURCE_RECORDS);
  return queryRecords(declaration, records, conditions, order, paging);
}

/** Records of a source that has no query of its own. */
const MAX_SOURCE_RECORDS = 10_000;

async function formatRecords(
  registry: Registry,
  declaration: Declaration,
  records: readonly StoredRecord[],
  properties: ReadonlySet<string> | undefined,
  context: WriteContext,
): Promise<Plain[]> {
  const computed = await computedValues(registry, declaration, records, properties);
  const hidden = hiddenProperty(declaration, context);
  const kind = shapeKind(declaration.shape);
  return records.map((record, i) => {
    const all = kind.format(record.value) as Plain;
    const json: Record<string, unknown> = { id: encodeId(record.id) };
    for (const [name, value] of [...Object.entries(all), ...(computed[i] ?? [])]) {
      if (name !== hidden && (!properties || name === '@type' || properties.has(name))) json[name] = value;
    }
    return json;
  });
}

/** Computed properties as JSON, one list of entries for each record. */
async function computedValues(
  registry: Registry,
  declaration: Declaration,
  records: readonly StoredRecord[],
  properties: ReadonlySet<string> | undefined,
): Promise<(readonly [string, unknown][])[]> {
  const wanted = new Set(computedNames(declaration).filter((name) => !properties || properties.has(name)));
  const entries = records.map((): [string, unknown][] => []);
  if (wanted.size === 0 || records.length === 0) return entries;
  for (const hook of registry.hooksOf(declaration)) {
    const values = await hook.computed?.(records, wanted);
    for (const [i, value] of values?.entries() ?? []) {
      for (const [name, one] of Object.entries(value)) {
        const field = findField(declaration.shape, name);
        if (field && wanted.has(name)) entries[i]?.push([name, formatField(field, one)]);
      }
    }
  }
  return entries;
}

function computedNames({ shape }: Declaration): string[] {
  const structs = 'variants' in shape ? Object.values(shape.variants) : [shape];
  const names = structs.flatMap((one) =>
    Object.entries(one?.fields ?? {}).flatMap(([name, field]) => (field.isComputed ? [name] : [])),
  );
  return [...new Set(names)];
}

/** What a restricted caller sees one value of only is not shown to it. */
function hiddenProperty(declaration: Declaration, { caller }: WriteContext): string | undefined {
  if (declaration.visibility === 'tenant' && caller.tenant !== undefined) return 'memberTenantId';
  if (declaration.visibility === 'account' && !caller.allAccounts) return 'accountId';
  return undefined;
}

function readIds(given: unknown, context: MethodContext): string[] | undefined {
  if (given === null || given === undefined) return undefined;
  const ids = readTexts(given, 'ids').map((id) =>
    id.startsWith('#') ? (context.created.get(id.slice(1)) ?? id) : id,
  );
  if (ids.length > context.limits.maxObjectsInGet) {
    throw new MethodRefusal('requestTooLarge', `at most ${context.limits.maxObjectsInGet} ids at one time`);
  }
  return [...new Set(ids)];
}

function readProperties(declaration: Declaration, given: unknown): ReadonlySet<string> | undefined {
  if (given === null || given === undefined) return undefined;
  const names = readTexts(given, 'properties');
  for (const name of names) {
    if (name !== 'id' && name !== '@type' && !findField(declaration.shape, name)) {
      throw new MethodRefusal('invalidArguments', `no property ${name.slice(0, 64)}`);
    }
  }
  return new Set(names);
}

function readTexts(given: unknown, what: string): string[] {
  if (!Array.isArray(given) || given.some((one) => typeof one !== 'string')) {
    throw new MethodRefusal('invalidArguments', `${what} is a list of texts`);
  }
  return given as string[];
}

function readMap(given: unknown, what: string): [string, unknown][] {
  if (given === null || given === undefined) return [];
  if (!isObject(given)) throw new MethodRefusal('invalidArguments', `${what} is an object`);
  return Object.entries(given);
}

function readDestroy(given: unknown): string[] {
  if (given === null || given === undefined) return [];
  return [...new Set(readTexts(given, 'destroy'))];
}

function readPaging(args: Plain, most: number): { paging: Paging; most: number } {
  const whole = (name: string, fallback: number, lowest: number): number => {
    const value = args[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < lowest) {
      throw new MethodRefusal('invalidArguments', `${name} is not a usable number`);
    }
    return value;
  };
  const limit = Math.min(whole('limit', most, 0), most);
  const { anchor = null, calculateTotal = false } = args;
  if (anchor !== null && typeof anchor !== 'string') {
    throw new MethodRefusal('invalidArguments', 'anchor is an id');
  }
  if (typeof calculateTotal !== 'boolean') {
    throw new MethodRefusal('invalidArguments', 'calculateTotal is true or false');
  }
  const anchorId = anchor === null ? undefined : (decodeId(anchor) ?? -1);
  return {
    paging: {
      position: whole('position', 0, Number.MIN_SAFE_INTEGER),
      anchor: anchorId,
      anchorOffset: whole('anchorOffset', 0, Number.MIN_SAFE_INTEGER),
      limit,
      calculateTotal,
    },
    most: limit,
  };
}
