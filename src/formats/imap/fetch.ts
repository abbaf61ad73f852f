// Arguments of FETCH (RFC 9051 §6.4.5; BINARY RFC 3516, CONDSTORE and VANISHED RFC 7162, PREVIEW RFC 8970,
// OBJECTID RFC 8474, SAVEDATE RFC 8514, PARTIAL RFC 9394).
import type { Cursor } from './cursor.ts';
import { formatAstring } from './text.ts';

/** What of a part a section names. `CONTENT` is the body of the part, or the whole message. */
export type SectionText = 'CONTENT' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';

export interface Section {
  /** Part numbers from the top; empty for the message. */
  readonly part: readonly number[];
  readonly text: SectionText;
  /** Names of HEADER.FIELDS, as asked. */
  readonly fields: readonly string[];
}

export interface Partial {
  readonly offset: number;
  readonly count: number;
}

/** Items without arguments; `BODY` is the structure without extension data. */
export type SimpleFetchItem =
  | 'FLAGS'
  | 'UID'
  | 'INTERNALDATE'
  | 'RFC822.SIZE'
  | 'ENVELOPE'
  | 'BODY'
  | 'BODYSTRUCTURE'
  | 'MODSEQ'
  | 'EMAILID'
  | 'THREADID'
  | 'SAVEDATE';

export type FetchItem =
  | { readonly item: SimpleFetchItem }
  | { readonly item: 'PREVIEW'; readonly lazy: boolean }
  /** BODY[...], RFC822 and its relatives. */
  | {
      readonly item: 'SECTION';
      readonly section: Section;
      readonly partial: Partial | undefined;
      readonly peek: boolean;
      /** Name in the response, with the origin of a partial: `BODY[TEXT]<0>`. */
      readonly label: string;
    }
  | {
      readonly item: 'BINARY';
      readonly part: readonly number[];
      readonly partial: Partial | undefined;
      readonly peek: boolean;
      readonly label: string;
    }
  | { readonly item: 'BINARY.SIZE'; readonly part: readonly number[]; readonly label: string };

/** A range of results, newest first when negative (RFC 9394 §3.1). */
export interface PartialRange {
  readonly first: number;
  readonly last: number;
}

export interface FetchArguments {
  readonly items: readonly FetchItem[];
  /** RFC 7162 §3.1.4.1. */
  readonly changedSince: number | undefined;
  /** RFC 7162 §3.2.6. */
  readonly vanished: boolean;
  readonly partial: PartialRange | undefined;
}

/** Items in one FETCH at most; no client asks for a tenth of that. */
const MAX_ITEMS = 1000;
/** Depth of a part number: deeper parts do not exist in what we store. */
const MAX_PART_DEPTH = 200;

const SIMPLE: ReadonlySet<string> = new Set<SimpleFetchItem>([
  'FLAGS',
  'UID',
  'INTERNALDATE',
  'RFC822.SIZE',
  'ENVELOPE',
  'BODYSTRUCTURE',
  'MODSEQ',
  'EMAILID',
  'THREADID',
  'SAVEDATE',
]);

const simple = (...items: SimpleFetchItem[]): readonly FetchItem[] => items.map((item) => ({ item }));
const MACROS = new Map<string, readonly FetchItem[]>([
  ['FAST', simple('FLAGS', 'INTERNALDATE', 'RFC822.SIZE')],
  ['ALL', simple('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE')],
  ['FULL', simple('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY')],
]);

/** What follows the set in FETCH. */
export function parseFetchArguments(cursor: Cursor): FetchArguments {
  const items = parseItems(cursor);
  let changedSince: number | undefined;
  let vanished = false;
  let partial: PartialRange | undefined;
  if (cursor.spaceBeforeMore()) {
    cursor.list(
      () => {
        const name = cursor.word('modifier');
        if (name === 'CHANGEDSINCE') {
          cursor.space();
          changedSince = cursor.number64();
        } else if (name === 'VANISHED') {
          vanished = true;
        } else if (name === 'PARTIAL') {
          cursor.space();
          partial = parsePartialRange(cursor);
        } else {
          cursor.fail('unknown FETCH modifier');
        }
      },
      { empty: false },
    );
  }
  // RFC 7162 §3.2.6: VANISHED only together with CHANGEDSINCE.
  if (vanished && changedSince === undefined) cursor.fail('VANISHED needs CHANGEDSINCE');
  return { items, changedSince, vanished, partial };
}

/** `1:100` or `-1:-100` (RFC 9394 §3.1). */
export function parsePartialRange(cursor: Cursor): PartialRange {
  const end = (): number => {
    const negative = cursor.take('-');
    const value = cursor.nzNumber();
    return negative ? -value : value;
  };
  const first = end();
  cursor.expect(':');
  const last = end();
  if (first < 0 !== last < 0) cursor.fail('both ends of PARTIAL must count from the same side');
  return Math.abs(first) <= Math.abs(last) ? { first, last } : { first: last, last: first };
}

function parseItems(cursor: Cursor): readonly FetchItem[] {
  if (cursor.peek() !== 0x28) {
    for (const [name, items] of MACROS) if (cursor.takeWord(name)) return items;
    return [parseItem(cursor)];
  }
  const items: FetchItem[] = [];
  const seen = new Set<string>();
  cursor.list(
    () => {
      const item = parseItem(cursor);
      // Asking twice for the same gives it once.
      const key = 'label' in item ? `${item.item} ${item.label}` : item.item;
      if (seen.has(key)) return;
      seen.add(key);
      items.push(item);
      if (items.length > MAX_ITEMS) cursor.fail('too many FETCH items');
    },
    { empty: false },
  );
  return items;
}

function parseItem(cursor: Cursor): FetchItem {
  // "[" and "<" are atom characters in the grammar, so the name is read up to the first of them.
  const name = cursor.wordUpTo('[<', 'FETCH item');
  if (SIMPLE.has(name)) return { item: name as SimpleFetchItem };
  switch (name) {
    case 'BODY':
      return cursor.peek() === 0x5b ? parseSection(cursor, false) : { item: 'BODY' };
    case 'BODY.PEEK':
      return parseSection(cursor, true);
    case 'BINARY':
      return parseBinary(cursor, false);
    case 'BINARY.PEEK':
      return parseBinary(cursor, true);
    case 'BINARY.SIZE': {
      const part = parseBinaryPart(cursor);
      return { item: 'BINARY.SIZE', part, label: `BINARY.SIZE[${part.join('.')}]` };
    }
    case 'RFC822':
      return whole('CONTENT', false, name);
    case 'RFC822.HEADER':
      return whole('HEADER', true, name);
    case 'RFC822.TEXT':
      return whole('TEXT', false, name);
    case 'PREVIEW':
      return { item: 'PREVIEW', lazy: parsePreviewModifier(cursor) };
    default:
      return cursor.fail('unknown FETCH item');
  }
}

function whole(text: SectionText, peek: boolean, label: string): FetchItem {
  return { item: 'SECTION', section: { part: [], text, fields: [] }, partial: undefined, peek, label };
}

/** RFC 8970 §4: `PREVIEW (LAZY)`. */
function parsePreviewModifier(cursor: Cursor): boolean {
  return cursor.takeText(' (LAZY)');
}

function parseSection(cursor: Cursor, peek: boolean): FetchItem {
  cursor.expect('[');
  const part = parsePart(cursor);
  let text: SectionText = 'CONTENT';
  let fields: readonly string[] = [];
  if (cursor.peek() !== 0x5d) {
    const word = cursor.word('section');
    if (word === 'HEADER' || word === 'TEXT' || (word === 'MIME' && part.length > 0)) {
      text = word;
    } else if (word === 'HEADER.FIELDS' || word === 'HEADER.FIELDS.NOT') {
      text = word;
      cursor.space();
      fields = cursor.list(() => cursor.astring(), { empty: false });
    } else {
      cursor.fail('unknown section');
    }
  }
  cursor.expect(']');
  const partial = parsePartial(cursor);
  const section: Section = { part, text, fields };
  return {
    item: 'SECTION',
    section,
    partial,
    peek,
    label: `BODY[${formatSection(section)}]${origin(partial)}`,
  };
}

/** Text of a section, as between the brackets. */
export function formatSection(section: Section): string {
  const words: string[] = section.part.length > 0 ? [section.part.join('.')] : [];
  if (section.text !== 'CONTENT') words.push(section.text);
  const fields =
    section.fields.length > 0 ? ` (${section.fields.map((name) => formatAstring(name)).join(' ')})` : '';
  return words.join('.') + fields;
}

/** Part numbers; stops before a section text, having taken the dot before it. */
function parsePart(cursor: Cursor): number[] {
  const part: number[] = [];
  while (cursor.atDigit()) {
    part.push(cursor.nzNumber());
    if (part.length > MAX_PART_DEPTH) cursor.fail('section is too deep');
    if (!cursor.take('.')) return part;
    if (cursor.peek() === 0x5d) cursor.fail('section ends with a dot');
  }
  return part;
}

function parseBinaryPart(cursor: Cursor): number[] {
  cursor.expect('[');
  const part = parsePart(cursor);
  cursor.expect(']');
  return part;
}

function parseBinary(cursor: Cursor, peek: boolean): FetchItem {
  const part = parseBinaryPart(cursor);
  const partial = parsePartial(cursor);
  return { item: 'BINARY', part, partial, peek, label: `BINARY[${part.join('.')}]${origin(partial)}` };
}

function parsePartial(cursor: Cursor): Partial | undefined {
  if (!cursor.take('<')) return undefined;
  const offset = cursor.number64();
  cursor.expect('.');
  const count = cursor.number64();
  if (count === 0) cursor.fail('a partial must ask for at least one byte');
  cursor.expect('>');
  return { offset, count };
}

const origin = (partial: Partial | undefined): string => (partial === undefined ? '' : `<${partial.offset}>`);
