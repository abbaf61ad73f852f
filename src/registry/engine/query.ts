// `/query`: order and paging over the index rows. A page costs what it shows, not what there is, unless the
// caller asks for a total or a late position.
import { compareBytes } from '../../base/index.ts';
import type { DataStore, Range } from '../../store/index.ts';
import type { Declaration } from '../schema/index.ts';
import type { Order } from './filter.ts';
import { type Condition, filterValues, matches } from './index-entries.ts';
import { idOfKey, indexedRange, indexRange, indexValueRange, recordRange } from './rows.ts';
import { MethodRefusal, type StoredRecord } from './types.ts';

export interface Paging {
  /** Index of the first result; counted from the end when negative. */
  readonly position: number;
  readonly anchor: number | undefined;
  readonly anchorOffset: number;
  readonly limit: number;
  readonly calculateTotal: boolean;
}

export interface QueryPage {
  readonly ids: readonly number[];
  readonly position: number;
  readonly total: number | undefined;
  /** More results follow. */
  readonly cut: boolean;
}

export interface QueryReader {
  readonly store: DataStore;
  /** The records of these ids; undefined where one has gone. */
  load(declaration: Declaration, ids: readonly number[]): Promise<readonly (StoredRecord | undefined)[]>;
}

/** Index rows read at one time. */
const ROWS_AT_ONCE = 512;
/** Records decoded at one time: far less than 2 ms of work. */
const RECORDS_AT_ONCE = 64;
/** Matches of an index that are put into another order in memory. */
const MAX_SORTED = 20_000;

export async function runQuery(
  reader: QueryReader,
  declaration: Declaration,
  conditions: readonly Condition[],
  order: Order,
  paging: Paging,
): Promise<QueryPage> {
  const plan = await makePlan(reader, declaration, conditions, order);
  return takePage(matching(reader, declaration, plan), paging);
}

/** Cuts the asked page out of results that come in order. */
export async function takePage(pages: AsyncIterable<readonly number[]>, paging: Paging): Promise<QueryPage> {
  const { anchor, anchorOffset, limit, calculateTotal, position } = paging;
  const fromEnd = anchor === undefined && position < 0;
  // only a page that lies before something not met yet needs what came before
  const keepAll = fromEnd || (anchor !== undefined && anchorOffset < 0);
  let start = anchor === undefined && !fromEnd ? position : undefined;
  let kept: number[] = [];
  let seen = 0;
  for await (const ids of pages) {
    for (const id of ids) {
      if (start === undefined && id === anchor) start = Math.max(0, seen + anchorOffset);
      const inPage = start !== undefined && seen >= start && kept.length <= limit;
      if (keepAll || inPage) kept.push(id);
      seen++;
    }
    if (start !== undefined && !calculateTotal && seen > start + limit) break;
  }
  if (fromEnd) start = Math.max(0, seen + position);
  if (start === undefined) throw new MethodRefusal('anchorNotFound', 'the anchor is not among the results');
  if (keepAll) kept = kept.slice(start, start + limit + 1);
  return {
    ids: kept.slice(0, limit),
    position: start,
    total: calculateTotal ? seen : undefined,
    cut: kept.length > limit,
  };
}

interface Plan {
  readonly candidates: AsyncIterable<readonly number[]>;
  /** What the candidates do not meet by themselves. */
  readonly rest: readonly Condition[];
}

async function makePlan(
  reader: QueryReader,
  declaration: Declaration,
  conditions: readonly Condition[],
  order: Order,
): Promise<Plan> {
  const { store } = reader;
  const { name } = declaration;
  const reverse = !order.ascending;
  const driver = bestEquality(conditions);
  const others = conditions.filter((one) => one !== driver);
  if (order.filter === undefined) {
    if (driver) {
      return {
        candidates: scan(store, indexValueRange(name, driver.name, driver.value), reverse),
        rest: others,
      };
    }
    const ranged = conditions[0];
    if (ranged) {
      const found = await collect(store, valueRange(name, ranged.name, conditions), MAX_SORTED);
      if (found) {
        found.sort((a, b) => (reverse ? b - a : a - b));
        return { candidates: asPages(found), rest: conditions.filter((one) => one.name !== ranged.name) };
      }
    }
    return { candidates: scan(store, recordRange(name), reverse), rest: conditions };
  }
  if (driver && driver.name !== order.filter) {
    const found = await collect(store, indexValueRange(name, driver.name, driver.value), MAX_SORTED);
    if (found) return { candidates: sorted(reader, declaration, found, others, order), rest: [] };
  }
  const onSort = conditions.some((one) => one.name === order.filter);
  const range = onSort ? valueRange(name, order.filter, conditions) : indexRange(name, order.filter);
  return {
    candidates: scan(store, range, reverse),
    rest: conditions.filter((one) => one.name !== order.filter),
  };
}

/** The equality that is likely to leave least: long words and plain properties before those that all share. */
function bestEquality(conditions: readonly Condition[]): Condition | undefined {
  const weight = (one: Condition): number =>
    (['@type', 'memberTenantId', 'accountId'].includes(one.name) ? 0 : 1000) + (one.value?.length ?? 0);
  return conditions
    .filter((one) => one.comparison === '=')
    .reduce<Condition | undefined>(
      (best, one) => (best && weight(best) >= weight(one) ? best : one),
      undefined,
    );
}

/** Rows of an index that meet all conditions on it. */
function valueRange(type: string, filter: string, conditions: readonly Condition[]): Range {
  let { from, to } = indexedRange(type, filter);
  for (const { name, comparison, value } of conditions) {
    if (name !== filter) continue;
    const exact = indexValueRange(type, filter, value);
    if (comparison === '=' || comparison === '>=') from = later(from, exact.from);
    if (comparison === '>') from = later(from, exact.to);
    if (comparison === '=' || comparison === '<=') to = earlier(to, exact.to);
    if (comparison === '<') to = earlier(to, exact.from);
  }
  return compareBytes(from, to) < 0 ? { from, to } : { from, to: from };
}

const later = (a: Uint8Array, b: Uint8Array): Uint8Array => (compareBytes(a, b) < 0 ? b : a);
const earlier = (a: Uint8Array, b: Uint8Array): Uint8Array => (compareBytes(a, b) < 0 ? a : b);

async function* matching(
  reader: QueryReader,
  declaration: Declaration,
  plan: Plan,
): AsyncGenerator<readonly number[]> {
  if (plan.rest.length === 0) {
    yield* plan.candidates;
    return;
  }
  for await (const page of plan.candidates) {
    for (let at = 0; at < page.length; at += RECORDS_AT_ONCE) {
      const records = await reader.load(declaration, page.slice(at, at + RECORDS_AT_ONCE));
      yield records.flatMap((record) =>
        record && matches(declaration, record.value, plan.rest) ? [record.id] : [],
      );
    }
  }
}

async function* scan(store: DataStore, range: Range, reverse: boolean): AsyncGenerator<readonly number[]> {
  let after: Uint8Array | undefined;
  do {
    const page = await store.scan(range, {
      reverse,
      keysOnly: true,
      limit: ROWS_AT_ONCE,
      ...(after ? { after } : {}),
    });
    yield page.keys.map(idOfKey);
    after = page.next;
  } while (after);
}

/** Ids of all rows, or undefined when there are more than `most`. */
async function collect(store: DataStore, range: Range, most: number): Promise<number[] | undefined> {
  const found = new Set<number>();
  for await (const ids of scan(store, range, false)) {
    for (const id of ids) found.add(id);
    if (found.size > most) return undefined;
  }
  return [...found];
}

async function* asPages(ids: readonly number[]): AsyncGenerator<readonly number[]> {
  yield ids;
}

/** Puts the matches of another condition into the order of a property. */
async function* sorted(
  reader: QueryReader,
  declaration: Declaration,
  ids: readonly number[],
  conditions: readonly Condition[],
  order: Order,
): AsyncGenerator<readonly number[]> {
  const filter = declaration.filters[order.filter as string];
  if (!filter) return;
  const rows: { id: number; value: Uint8Array | null }[] = [];
  for (let at = 0; at < ids.length; at += RECORDS_AT_ONCE) {
    for (const record of await reader.load(declaration, ids.slice(at, at + RECORDS_AT_ONCE))) {
      if (!record || !matches(declaration, record.value, conditions)) continue;
      rows.push({ id: record.id, value: filterValues(declaration, filter, record.value)[0] ?? null });
    }
  }
  const sign = order.ascending ? 1 : -1;
  rows.sort((a, b) => sign * (compareValues(a.value, b.value) || a.id - b.id));
  yield rows.map((row) => row.id);
}

function compareValues(a: Uint8Array | null, b: Uint8Array | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareBytes(a, b);
}

/** As `runQuery`, over records that are all in memory. */
export function queryRecords(
  declaration: Declaration,
  records: readonly StoredRecord[],
  conditions: readonly Condition[],
  order: Order,
  paging: Paging,
): Promise<QueryPage> {
  const filter = order.filter === undefined ? undefined : declaration.filters[order.filter];
  const sign = order.ascending ? 1 : -1;
  const rows = records
    .filter((record) => matches(declaration, record.value, conditions))
    .map((record) => ({
      id: record.id,
      value: filter ? (filterValues(declaration, filter, record.value)[0] ?? null) : null,
    }))
    .sort((a, b) => sign * (compareValues(a.value, b.value) || a.id - b.id));
  return takePage(asPages(rows.map((row) => row.id)), paging);
}
