// What a record puts into unique keys, indexes and references, worked out from its declaration, and whether a
// record meets a filter.
import { compareBytes, utf8 } from '../../base/index.ts';
import type { Key } from '../../store/index.ts';
import { type Declaration, fieldsOf, type Filter, type Plain, shapeKind } from '../schema/index.ts';
import type { ReferenceTarget } from '../schema/index.ts';
import { indexKey } from './rows.ts';

export interface UniqueEntry {
  readonly space: string;
  readonly key: string;
  readonly property: string;
}

/** The unique keys of a record. */
export const uniqueEntries = (declaration: Declaration, value: Plain): UniqueEntry[] =>
  declaration.unique.flatMap((unique) => unique.keys(value).map((one) => ({ space: unique.space, ...one })));

/** Name of a unique key in caches and messages. */
export const uniqueName = (space: string, key: string): string => `${space}\0${key}`;

export interface ReferenceEntry {
  readonly target: ReferenceTarget;
  readonly id: number;
  readonly property: string;
}

/** Everything a record refers to; one entry for each place. */
export function referenceEntries(declaration: Declaration, value: Plain): ReferenceEntry[] {
  const entries: ReferenceEntry[] = [];
  shapeKind(declaration.shape).references?.(
    value,
    (target, id, property) => {
      if (id !== 0) entries.push({ target, id, property });
    },
    '',
  );
  return entries;
}

/** Index entries of a record, by their key as text. */
export function indexEntries(declaration: Declaration, value: Plain, id: number): Map<string, Key> {
  const rows = new Map<string, Key>();
  for (const [name, filter] of Object.entries(declaration.filters)) {
    for (const one of filterValues(declaration, filter, value)) {
      const key = indexKey(declaration.name, name, one, id);
      rows.set(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'), key);
    }
  }
  return rows;
}

/** The values of a record under a filter; `null` where it has none. */
export function filterValues(declaration: Declaration, filter: Filter, value: Plain): (Uint8Array | null)[] {
  if (filter.match === 'words') {
    const found = new Set(filter.properties.flatMap((property) => wordsOf(textOf(value[property]))));
    return [...found].map(utf8);
  }
  if (filter.match === 'derived') {
    const { kind } = filter.field;
    const found = filter.values(value).flatMap((one) => kind.indexBytes?.(one as never) ?? []);
    return found.length > 0 ? found : [null];
  }
  if (filter.property === '@type') return [utf8(String(value['@type']))];
  const part = value[filter.property];
  const field = fieldsOf(declaration.shape, value)[filter.property];
  if (part === null || part === undefined || !field) return [null];
  const found = field.kind.indexBytes?.(part as never) ?? [];
  return found.length > 0 ? found : [null];
}

/** Longest word that is kept apart. */
const MAX_WORD = 64;

/** Alphanumeric runs longer than one character, in lower case. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    if (word.length > 1) words.add(word.slice(0, MAX_WORD));
  }
  return [...words];
}

const textOf = (part: unknown): string =>
  typeof part === 'string'
    ? part
    : Array.isArray(part)
      ? part.filter((one) => typeof one === 'string').join(' ')
      : '';

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** One condition of a filter, ready to be compared with index values. */
export interface Condition {
  readonly name: string;
  readonly filter: Filter;
  readonly comparison: Comparison;
  readonly value: Uint8Array | null;
}

/** True when the record meets every condition. */
export function matches(declaration: Declaration, value: Plain, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) =>
    filterValues(declaration, condition.filter, value).some((one) => meets(one, condition)),
  );
}

function meets(one: Uint8Array | null, { comparison, value }: Condition): boolean {
  if (one === null || value === null) return comparison === '=' && one === value;
  const order = compareBytes(one, value);
  switch (comparison) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}
