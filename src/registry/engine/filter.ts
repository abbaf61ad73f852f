// Reads the `filter` and `sort` arguments of a `/query` into conditions that indexes can answer.
import {
  type Declaration,
  type Field,
  findField,
  type Input,
  isObject,
  type Kind,
  Problems,
} from '../schema/index.ts';
import { decodeId, now, utf8 } from '../../base/index.ts';
import { type Comparison, type Condition, wordsOf } from './index-entries.ts';
import { MethodRefusal } from './types.ts';

const SUFFIXES: readonly (readonly [string, Comparison])[] = [
  ['IsGreaterThanOrEqual', '>='],
  ['IsGreaterThan', '>'],
  ['IsLessThanOrEqual', '<='],
  ['IsLessThan', '<'],
];

/** Deepest nesting of `AND` operators. */
const MAX_NESTING = 8;
const MAX_CONDITIONS = 64;

/** The conditions of a filter, all of which must hold. Those on an ignored property are left out. */
export function parseFilter(
  declaration: Declaration,
  filter: unknown,
  ignored: ReadonlySet<string> = new Set(),
): Condition[] {
  const conditions: Condition[] = [];
  collect(declaration, filter, ignored, conditions, 0);
  return conditions;
}

/** Order of a query: by id or by an indexed property with one value. Default is id, newest first. */
export interface Order {
  /** Undefined for the id. */
  readonly filter: string | undefined;
  readonly ascending: boolean;
}

/** Only the first comparator counts. */
export function parseSort(declaration: Declaration, sort: unknown): Order {
  if (sort === null || sort === undefined) return { filter: undefined, ascending: false };
  if (!Array.isArray(sort)) throw new MethodRefusal('invalidArguments', 'sort is a list of comparators');
  const first: unknown = sort[0];
  if (first === undefined) return { filter: undefined, ascending: false };
  if (!isObject(first) || typeof first['property'] !== 'string') {
    throw new MethodRefusal('invalidArguments', 'a comparator names a property');
  }
  const { property, isAscending = true } = first;
  if (typeof isAscending !== 'boolean') {
    throw new MethodRefusal('invalidArguments', 'isAscending is true or false');
  }
  if (property === 'id') return { filter: undefined, ascending: isAscending };
  const filter = Object.hasOwn(declaration.filters, property) ? declaration.filters[property] : undefined;
  const single =
    filter?.match === 'derived' ||
    (filter?.match === 'exact' && !findField(declaration.shape, filter.property)?.kind.member);
  if (!single) throw new MethodRefusal('unsupportedSort', `cannot sort by ${property.slice(0, 64)}`);
  return { filter: property, ascending: isAscending };
}

function collect(
  declaration: Declaration,
  filter: unknown,
  ignored: ReadonlySet<string>,
  into: Condition[],
  depth: number,
): void {
  if (filter === null || filter === undefined) return;
  if (!isObject(filter)) throw new MethodRefusal('invalidArguments', 'filter is an object');
  if ('operator' in filter) {
    const { operator, conditions } = filter;
    if (operator !== 'AND' || depth >= MAX_NESTING) {
      throw new MethodRefusal('unsupportedFilter', 'only conditions that all hold are supported');
    }
    if (!Array.isArray(conditions)) throw new MethodRefusal('invalidArguments', 'an operator has conditions');
    for (const one of conditions) collect(declaration, one, ignored, into, depth + 1);
    return;
  }
  for (const [key, json] of Object.entries(filter)) {
    const [name, comparison] = splitKey(declaration, key);
    if (!ignored.has(name)) into.push(...condition(declaration, name, comparison, json));
    if (into.length > MAX_CONDITIONS) {
      throw new MethodRefusal('unsupportedFilter', `more than ${MAX_CONDITIONS} conditions`);
    }
  }
}

function splitKey(declaration: Declaration, key: string): [string, Comparison] {
  if (Object.hasOwn(declaration.filters, key)) return [key, '='];
  for (const [suffix, comparison] of SUFFIXES) {
    const name = key.slice(0, -suffix.length);
    if (key.endsWith(suffix) && Object.hasOwn(declaration.filters, name)) return [name, comparison];
  }
  throw new MethodRefusal('unsupportedFilter', `cannot filter by ${key.slice(0, 64)}`);
}

function condition(
  declaration: Declaration,
  name: string,
  comparison: Comparison,
  json: unknown,
): Condition[] {
  const filter = declaration.filters[name];
  if (!filter) return [];
  if (filter.match === 'words') {
    if (comparison !== '=') throw new MethodRefusal('unsupportedFilter', `${name} has no order`);
    if (typeof json !== 'string') throw new MethodRefusal('invalidArguments', `${name} is a text`);
    return wordsOf(json).map((word) => ({ name, filter, comparison, value: utf8(word) }));
  }
  if (json === null) {
    if (comparison !== '=') throw new MethodRefusal('invalidArguments', `${name} is compared with null`);
    return [{ name, filter, comparison, value: null }];
  }
  const value =
    filter.match === 'derived'
      ? valueBytes(filter.field, json)
      : filter.property === '@type'
        ? typeof json === 'string'
          ? utf8(json)
          : undefined
        : valueBytes(findField(declaration.shape, filter.property), json);
  if (!value) throw new MethodRefusal('invalidArguments', `${name} is not compared with such a value`);
  return [{ name, filter, comparison, value }];
}

function valueBytes(field: Field<unknown> | undefined, json: unknown): Uint8Array | undefined {
  const kind = (field?.kind.member ?? field?.kind) as Kind<unknown> | undefined;
  const parsed = kind?.parse(json, '', new FilterInput());
  return parsed === undefined ? undefined : kind?.indexBytes?.(parsed)[0];
}

class FilterInput extends Problems implements Input {
  readonly now = now();
  readonly internal = true;
  id(text: string): number | undefined {
    return decodeId(text);
  }
}
