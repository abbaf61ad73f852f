// Values as people read them: a record as lines of pointers and values, several as a table.
import type { SchemaType } from '../admin/index.ts';
import { isJson, type Json, textOf } from './json.ts';
import type { SchemaView } from './schema-view.ts';

/** Names of records by type and id, for ids that are shown. */
export type Names = (type: string, id: string) => string | undefined;

/** A value in one line. */
export function cellText(
  view: SchemaView,
  type: SchemaType | undefined,
  value: unknown,
  names: Names,
): string {
  if (value === null || value === undefined || value === '') return '-';
  switch (type?.type) {
    case 'boolean':
      return value === true ? 'yes' : 'no';
    case 'number':
      return numberText(type, Number(value));
    case 'objectId':
      return idText(type, textOf(value), names);
    case 'set':
      return setText(view, type, value as Json, names);
    case 'object':
      return objectText(value as Json);
    case 'objectList': {
      const count = Object.keys(value as Json).length;
      return count === 0 ? '-' : String(count);
    }
    case 'map':
      return mapText(value as Json);
    default:
      return textOf(value);
  }
}

/** Lines of pointer and value of a whole record: what `update --field` takes. */
export function recordLines(view: SchemaView, shape: string, record: Json, names: Names): [string, string][] {
  const lines: [string, string][] = [];
  const add = (at: string, type: SchemaType | undefined, value: unknown): void => {
    if (type && isJson(value)) {
      if (type.type === 'object') return addObject(at, type.objectName as string, value);
      if (type.type === 'objectList') {
        if (Object.keys(value).length === 0) lines.push([at, '-']);
        for (const [position, item] of Object.entries(value)) {
          add(`${at}/${position}`, { type: 'object', objectName: type.objectName as string }, item);
        }
        return;
      }
      if (type.type === 'map') {
        if (Object.keys(value).length === 0) lines.push([at, '-']);
        for (const [key, item] of Object.entries(value))
          add(`${at}/${escapeKey(key)}`, type.valueClass, item);
        return;
      }
    }
    lines.push([at, cellText(view, type, value, names)]);
  };
  const addObject = (at: string, name: string, value: Json): void => {
    const { '@type': tag, ...rest } = value;
    const short = at === '' ? undefined : shortForm(value);
    if (short !== undefined) {
      lines.push([at, short]);
      return;
    }
    if (tag !== undefined) lines.push([at === '' ? '@type' : at, textOf(tag)]);
    const properties = view.properties(name, tag);
    for (const [key, one] of Object.entries(rest)) {
      add(at === '' ? key : `${at}/${key}`, properties[key]?.type, one);
    }
  };
  const { id, ...rest } = record;
  if (id !== undefined) lines.push(['id', textOf(id)]);
  addObject('', shape, rest);
  return lines;
}

/** Columns as wide as their longest cell, two blanks between them; the first row is underlined by nothing. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  return rows
    .map((row) => {
      const line = row
        .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - width(cell))))
        .join('  ');
      return `${line.trimEnd()}\n`;
    })
    .join('');
}

/** Printable on one line: no control character reaches the terminal. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => (char === '\n' ? '⏎' : char === '\t' ? ' ' : '�'));

/** Cut to so many characters. */
export function shortened(text: string, most: number): string {
  const chars = Array.from(printable(text));
  return chars.length <= most ? chars.join('') : `${chars.slice(0, most - 1).join('')}…`;
}

/** Cells that a text takes: wide characters take two. */
function width(text: string): number {
  let cells = 0;
  for (const char of text) cells += WIDE.test(char) ? 2 : /\p{Mn}/u.test(char) ? 0 : 1;
  return cells;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** `90000` → `90 s`, `86400000` → `1 d` */
export function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size} ${unit}`;
  }
  return `${ms} ms`;
}

/** `1536` → `1.5 KiB` */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toFixed(value < 10 ? 2 : 1))} ${SIZES[unit]}`;
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function numberText({ format }: SchemaType, value: number): string {
  if (format === 'duration') return durationText(value);
  return format === 'size' ? sizeText(value) : String(value);
}

function idText(type: SchemaType, id: string, names: Names): string {
  const target = (type.objectName as string).slice(2).split('/')[0] as string;
  const name = names(target, id);
  return name === undefined ? id : `${name} (${id})`;
}

function setText(view: SchemaView, type: SchemaType, value: Json, names: Names): string {
  const members = Object.keys(value);
  if (members.length === 0) return '-';
  return members.map((one) => cellText(view, type.class, one, names)).join(', ');
}

function objectText(value: Json): string {
  const short = shortForm(value);
  if (short !== undefined) return short;
  const { '@type': tag, ...rest } = value;
  if (typeof tag === 'string') return tag;
  return JSON.stringify(rest);
}

const mapText = (value: Json): string =>
  Object.entries(value)
    .map(([key, one]) => `${key}=${isJson(one) ? JSON.stringify(one) : String(one)}`)
    .join(', ') || '-';

/** An expression without conditions, and so many in so much time, in the form that `--field` takes. */
function shortForm(value: Json): string | undefined {
  const { else: source, match, count, period } = value;
  const members = Object.keys(value).length;
  if (typeof source === 'string' && isJson(match) && members === 2) {
    return Object.keys(match).length === 0 ? source : undefined;
  }
  if (typeof count === 'number' && typeof period === 'number' && members === 2) {
    return `${count}/${durationText(period).replace(' ', '').replace('min', 'm')}`;
  }
  return undefined;
}

export const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
