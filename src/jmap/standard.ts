// What the small types share: objects that are read as wholes, given with the properties that were asked for, and
// filtered and sorted in memory (RFC 8620 §5.1, §5.5, §5.6).
import type { Account, DataType } from '../account/index.ts';
import { decodeId, encodeId } from '../base/index.ts';
import {
  type Comparator,
  type Filter,
  type Json,
  type JsonObject,
  type QueryChangesResult,
  type QueryResult,
  readFilter,
  readSort,
  wrong,
} from '../formats/jmap/index.ts';
import { type RequestContext, realId } from './context.ts';
import { MethodError } from './errors.ts';
import { askedIds, checkAll, getResult } from './get.ts';
import type { Call } from './method.ts';
import { queryChangesResult } from './query-state.ts';
import type { JsonText } from './result.ts';
import { queryWindow, type WindowArguments } from './window.ts';

/** The names that a /get shall give; `id` always. Throws `invalidArguments` for one that is none of the type's. */
export function askedProperties<P extends string>(
  properties: readonly string[] | null,
  known: readonly P[],
): readonly P[] {
  if (properties === null) return known;
  return [...new Set(['id', ...properties])].map(
    (name) =>
      known.find((property) => property === name) ??
      wrong('properties', `"${name.slice(0, 100)}" is no property`),
  );
}

export interface GetArguments {
  readonly ids: readonly string[] | null;
  readonly properties: readonly string[] | null;
}

/** The answer of a /get from all objects of the type, by id. */
export function getFrom<P extends string>(
  call: Call,
  { ids, properties }: GetArguments,
  known: readonly P[],
  state: string,
  objects: ReadonlyMap<number, Readonly<Record<P, unknown>>>,
): JsonText {
  const names = askedProperties(properties, known);
  const list: string[] = [];
  const notFound: string[] = [];
  const add = (object: Readonly<Record<P, unknown>>): void => {
    list.push(JSON.stringify(Object.fromEntries(names.map((name) => [name, object[name]]))));
  };
  if (ids === null) {
    checkAll(call.request, objects.size);
    for (const object of objects.values()) add(object);
  } else {
    for (const { id, text } of askedIds(call.request, ids)) {
      const object = id === undefined ? undefined : objects.get(id);
      if (object) add(object);
      else notFound.push(text);
    }
  }
  return getResult(call, state, list, notFound);
}

/** Reads one member of a filter condition into a test. */
export type ConditionReader<T> = (value: Json, at: string, request: RequestContext) => (object: T) => boolean;
/** Gives what objects are ordered by. */
export type SortKey<T> = (object: T) => number | string;

export interface QueryKind<T> {
  readonly conditions: Readonly<Record<string, ConditionReader<T>>>;
  readonly sorts: Readonly<Record<string, SortKey<T>>>;
}

export interface QueryInput {
  readonly filter: unknown;
  readonly sort: unknown;
}

/** Ids of the objects that match, in order. Throws `unsupportedFilter`, `unsupportedSort` and `Invalid`. */
export function matchingIds<T>(
  call: Call,
  { filter, sort }: QueryInput,
  kind: QueryKind<T>,
  objects: ReadonlyMap<number, T>,
): number[] {
  const tree = readFilter(filter, (condition, at) => readCondition(condition, at, kind, call.request));
  const compare = comparison(readSort(sort), kind);
  const found: [number, T][] = [];
  for (const entry of objects) if (holds(tree, entry[1])) found.push(entry);
  found.sort(([a, x], [b, y]) => compare(x, y) || a - b);
  return found.map(([id]) => id);
}

type Tests<T> = readonly ((object: T) => boolean)[];

function readCondition<T>(
  condition: JsonObject,
  at: string,
  { conditions }: QueryKind<T>,
  request: RequestContext,
): Tests<T> {
  return Object.keys(condition).map((name) => {
    const read = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
    if (!read) throw new MethodError('unsupportedFilter', `${at}/${name}: there is no such condition`);
    return read(condition[name] as Json, `${at}/${name}`, request);
  });
}

function holds<T>(filter: Filter<Tests<T>> | null, object: T): boolean {
  if (!filter) return true;
  if ('condition' in filter) return filter.condition.every((test) => test(object));
  const { operator, conditions } = filter;
  if (operator === 'AND') return conditions.every((inner) => holds(inner, object));
  return conditions.some((inner) => holds(inner, object)) === (operator === 'OR');
}

function comparison<T>(sort: readonly Comparator[], { sorts }: QueryKind<T>): (a: T, b: T) => number {
  const keys = sort.map(({ property, isAscending, collation }, i) => {
    const key = Object.hasOwn(sorts, property) ? sorts[property] : undefined;
    if (!key)
      throw new MethodError(
        'unsupportedSort',
        `sort/${i}/property: ${property.slice(0, 100)} is no sort property`,
      );
    if (collation !== null && !COLLATIONS.has(collation))
      throw new MethodError('unsupportedSort', `sort/${i}/collation: is not known`);
    return { key, sign: isAscending ? 1 : -1 };
  });
  return (a, b) => {
    for (const { key, sign } of keys) {
      const [x, y] = [key(a), key(b)];
      if (x !== y) return x < y ? -sign : sign;
    }
    return 0;
  };
}

const COLLATIONS: ReadonlySet<string> = new Set(['i;ascii-numeric', 'i;ascii-casemap', 'i;unicode-casemap']);

/** Readers of conditions that many types have. */
export const asText = (value: Json, at: string): string =>
  typeof value === 'string' ? value : wrong(at, 'must be a string');

export const asTexts = (value: Json, at: string): string[] =>
  Array.isArray(value) ? value.map((item, i) => asText(item, `${at}/${i}`)) : wrong(at, 'must be an array');

/** Numbers of ids; those that cannot exist are left out. */
export const asIds = (value: Json, at: string, request: RequestContext): ReadonlySet<number> =>
  new Set(
    asTexts(value, at)
      .map((text) => decodeId(realId(request, text) ?? ''))
      .filter((id) => id !== undefined),
  );

export interface QueryArguments extends QueryInput, WindowArguments {
  readonly calculateTotal: boolean;
}

/** The answer of a /query whose results are known as a whole. */
export function queryAnswer(
  call: Call,
  args: QueryArguments,
  state: string,
  ids: readonly number[],
  canCalculateChanges = true,
): QueryResult {
  const { start, end, limit } = queryWindow(
    args,
    ids.length,
    (anchor) => ids.indexOf(decodeId(anchor) ?? -1),
    call.request.limits.maxQueryResults,
  );
  return {
    accountId: call.accountText,
    queryState: state,
    canCalculateChanges,
    position: start,
    ids: ids.slice(start, end).map(encodeId),
    ...(args.calculateTotal && { total: ids.length }),
    ...(limit !== undefined && { limit }),
  };
}

/** The answer of a /queryChanges whose results are known as a whole. */
export function queryChangesAnswer(
  call: Call,
  account: Account,
  type: DataType,
  args: Parameters<typeof queryChangesResult>[3],
  state: string,
  ids: readonly number[],
  mutable: boolean,
): Promise<QueryChangesResult> {
  return queryChangesResult(call, account, type, args, { state, ids, mutable });
}
