// What the server has, as far as a plan asks: each list is read once, and found again by names.
import { textOf, type Json } from '../json.ts';
import type { Target } from '../schema-view.ts';
import type { Session } from '../session.ts';
import { bare } from './values.ts';

export class ServerRecords {
  readonly #session: Session;
  readonly #lists = new Map<string, Promise<readonly Json[]>>();
  readonly #indexes = new Map<string, Promise<ReadonlyMap<string, readonly Json[]>>>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Records that a filter finds. Of an account or by a value that is still to be made there are none. */
  list(target: Target, account: string | undefined, filter: Json): Promise<readonly Json[]> {
    if (isPlanned(account) || Object.values(filter).some(isPlanned)) return Promise.resolve([]);
    const name = `${target.name}/${account ?? ''}/${JSON.stringify(filter)}`;
    let list = this.#lists.get(name);
    if (!list) this.#lists.set(name, (list = this.#read(target, account, filter)));
    return list;
  }

  /** Records whose properties of these names have these values; upper and lower case are the same. */
  async find(
    target: Target,
    account: string | undefined,
    names: readonly string[],
    values: readonly unknown[],
    options: { readonly few: boolean },
  ): Promise<readonly Json[]> {
    if (values.some(isPlanned)) return [];
    const filter =
      options.few && this.#canFilter(target, names)
        ? Object.fromEntries(names.map((name, i) => [name, values[i]]))
        : {};
    const index = await this.#index(target, account, names, filter);
    return index.get(keyOf(values)) ?? [];
  }

  #index(
    target: Target,
    account: string | undefined,
    names: readonly string[],
    filter: Json,
  ): Promise<ReadonlyMap<string, readonly Json[]>> {
    const name = JSON.stringify([target.name, account, names, filter]);
    let index = this.#indexes.get(name);
    if (!index) this.#indexes.set(name, (index = this.#makeIndex(target, account, names, filter)));
    return index;
  }

  async #makeIndex(
    target: Target,
    account: string | undefined,
    names: readonly string[],
    filter: Json,
  ): Promise<ReadonlyMap<string, readonly Json[]>> {
    const { view } = this.#session;
    return Map.groupBy(await this.list(target, account, filter), (record) => {
      const properties = view.properties(`x:${target.name}`, record['@type']);
      return keyOf(
        names.map((name) => {
          const type = properties[name]?.type;
          return type ? bare(view, type, record[name]) : (record[name] ?? null);
        }),
      );
    });
  }

  async #read(target: Target, account: string | undefined, filter: Json): Promise<readonly Json[]> {
    const session = this.#session.about(account);
    const records = await session.get(target.name, await session.ids(target.name, { filter }));
    if (account === undefined || target.object.visibility !== 'account') return records;
    // Who may act for all sees the records of all accounts.
    return records.filter(({ accountId }) => accountId === undefined || textOf(accountId) === account);
  }

  #canFilter(target: Target, names: readonly string[]): boolean {
    const filters = this.#session.view.document.lists[`x:${target.name}`]?.filters ?? [];
    const properties = this.#session.view.allProperties(`x:${target.name}`);
    return names.every(
      (name) => filters.some((one) => one.name === name) && properties[name]?.type.type !== 'set',
    );
  }
}

/** `#key`: what a plan is still to make. */
export const isPlanned = (value: unknown): boolean => typeof value === 'string' && value.startsWith('#');

const keyOf = (values: readonly unknown[]): string => JSON.stringify(values).toLowerCase();
