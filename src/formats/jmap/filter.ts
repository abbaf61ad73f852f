// Filters and comparators of /query (RFC 8620 §5.5): the tree is checked here once, its leaves by the type
// that is asked.
import { Unsupported } from '../../base/index.ts';
import { wrong } from './shape.ts';
import { isObject, type JsonObject } from './request.ts';

export type Filter<C> =
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly conditions: readonly Filter<C>[] }
  | { readonly condition: C };

/** What a client may send as a filter. */
export type FilterInput<C> =
  | C
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly conditions: readonly FilterInput<C>[] };

/** Conditions and operators in one filter, at most. */
export const MAX_FILTER_NODES = 500;
const MAX_FILTER_DEPTH = 32;

/**
 * Reads a filter tree; `readCondition` checks a leaf. Null for no filter (null, absent or `{}`). Throws `Invalid`, and
 * `Unsupported` for one that is well-formed and too large.
 */
export function readFilter<C>(
  value: unknown,
  readCondition: (condition: JsonObject, at: string) => C,
): Filter<C> | null {
  if (value === null || value === undefined) return null;
  let nodes = 0;
  const read = (value: unknown, at: string, depth: number): Filter<C> => {
    if (!isObject(value)) return wrong(at, 'must be a filter');
    if (++nodes > MAX_FILTER_NODES || depth > MAX_FILTER_DEPTH)
      throw new Unsupported(
        `a filter of more than ${MAX_FILTER_NODES} conditions or ${MAX_FILTER_DEPTH} levels`,
      );
    const { operator, conditions } = value;
    if (operator === undefined && conditions === undefined) return { condition: readCondition(value, at) };
    if (operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') {
      return wrong(`${at}/operator`, 'must be AND, OR or NOT');
    }
    if (!Array.isArray(conditions)) return wrong(`${at}/conditions`, 'must be an array');
    if (Object.keys(value).length > 2) return wrong(at, 'mixes an operator with conditions');
    return {
      operator,
      conditions: conditions.map((inner, i) => read(inner, `${at}/conditions/${i}`, depth + 1)),
    };
  };
  if (isObject(value) && Object.keys(value).length === 0) return null;
  return read(value, 'filter', 0);
}

/** RFC 8620 §5.5. */
export interface Comparator {
  readonly property: string;
  readonly isAscending: boolean;
  readonly collation: string | null;
  /** Members that the property asks for (`keyword`). */
  readonly more: JsonObject;
}

export interface ComparatorInput {
  readonly property: string;
  readonly isAscending?: boolean;
  readonly collation?: string | null;
  readonly keyword?: string;
}

const MAX_COMPARATORS = 16;

/** Reads the sort; empty for none. */
export function readSort(value: unknown): Comparator[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return wrong('sort', 'must be an array');
  if (value.length > MAX_COMPARATORS) return wrong('sort', `holds more than ${MAX_COMPARATORS} comparators`);
  return value.map((item: unknown, i) => {
    const at = `sort/${i}`;
    if (!isObject(item)) return wrong(at, 'must be an object');
    const { property, isAscending = true, collation = null, ...more } = item;
    if (typeof property !== 'string') return wrong(`${at}/property`, 'must be a string');
    if (typeof isAscending !== 'boolean') return wrong(`${at}/isAscending`, 'must be true or false');
    if (collation !== null && typeof collation !== 'string')
      return wrong(`${at}/collation`, 'must be a string');
    return { property, isAscending, collation, more };
  });
}
