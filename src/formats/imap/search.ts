// Arguments of SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4; ESEARCH RFC 4731, SEARCHRES RFC 5182, WITHIN RFC 5032,
// MODSEQ RFC 7162, OBJECTID RFC 8474, SAVEDATE RFC 8514, PARTIAL RFC 9394, UIDAFTER RFC 9738).
import type { Cursor } from './cursor.ts';
import { parseDate } from './date.ts';
import { type PartialRange, parsePartialRange } from './fetch.ts';
import { parseKeyword } from './flags.ts';
import { parseSequenceSet, type SequenceSet, STAR } from './sequence-set.ts';

export type SearchField = 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body' | 'text';

/** Texts are byte strings in the charset of the command. */
export type SearchKey =
  | { readonly key: 'all' }
  | { readonly key: 'set'; readonly set: SequenceSet; readonly uid: boolean }
  | { readonly key: 'flag'; readonly flag: string; readonly present: boolean }
  | { readonly key: 'recent'; readonly present: boolean }
  | {
      readonly key: 'date';
      readonly field: 'internal' | 'sent' | 'saved';
      readonly test: 'before' | 'on' | 'since';
      /** Midnight of the day in UTC, milliseconds since 1970. */
      readonly day: number;
    }
  | { readonly key: 'age'; readonly test: 'older' | 'younger'; readonly seconds: number }
  | { readonly key: 'size'; readonly test: 'larger' | 'smaller'; readonly size: number }
  | { readonly key: 'text'; readonly field: SearchField; readonly value: string }
  | { readonly key: 'header'; readonly name: string; readonly value: string }
  | { readonly key: 'modseq'; readonly modseq: number }
  | { readonly key: 'emailid' | 'threadid'; readonly id: string }
  | { readonly key: 'uidafter' | 'uidbefore'; readonly uid: number }
  | { readonly key: 'savedatesupported' }
  | { readonly key: 'not'; readonly term: SearchKey }
  | { readonly key: 'or'; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly key: 'and'; readonly terms: readonly SearchKey[] };

export interface SearchReturn {
  readonly min: boolean;
  readonly max: boolean;
  readonly all: boolean;
  readonly count: boolean;
  readonly save: boolean;
  readonly partial: PartialRange | undefined;
}

export interface SearchArguments {
  /** Undefined when the command has no RETURN. */
  readonly options: SearchReturn | undefined;
  /** In upper case; undefined when the command names none. */
  readonly charset: string | undefined;
  readonly key: SearchKey;
}

/** Nesting of NOT, OR and parentheses. */
const MAX_DEPTH = 100;

export function parseSearchArguments(cursor: Cursor): SearchArguments {
  const options = parseSearchReturn(cursor);
  let charset: string | undefined;
  if (cursor.takeWord('CHARSET')) {
    cursor.space();
    charset = cursor.astring().toUpperCase();
    cursor.space();
  }
  return { options, charset, key: parseSearchKeys(cursor) };
}

/** `RETURN (...)` and the space behind it, if they are there. */
export function parseSearchReturn(cursor: Cursor): SearchReturn | undefined {
  if (!cursor.takeWord('RETURN')) return undefined;
  cursor.space();
  const words = new Set<string>();
  let partial: PartialRange | undefined;
  cursor.list(
    () => {
      const word = cursor.word('return option');
      if (word === 'PARTIAL') {
        cursor.space();
        if (partial !== undefined) cursor.fail('PARTIAL is given twice');
        partial = parsePartialRange(cursor);
      } else if (!['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'].includes(word)) {
        cursor.fail('unknown return option');
      }
      words.add(word);
    },
    { empty: true },
  );
  cursor.space();
  // RFC 9394 §3.1: not both.
  if (partial !== undefined && words.has('ALL')) cursor.fail('PARTIAL and ALL exclude each other');
  const none = words.size === 0 || (words.size === 1 && words.has('SAVE'));
  return {
    min: words.has('MIN'),
    max: words.has('MAX'),
    // RFC 4731 §3.1: an empty list asks for ALL. RFC 5182 §2.1: SAVE alone gives no data.
    all: words.has('ALL') || (none && !words.has('SAVE')),
    count: words.has('COUNT'),
    save: words.has('SAVE'),
    partial,
  };
}

/** One or more keys to the end of the command; they must all hold. */
export function parseSearchKeys(cursor: Cursor): SearchKey {
  const terms = [parseKey(cursor, 0)];
  while (cursor.spaceBeforeMore()) terms.push(parseKey(cursor, 0));
  return terms.length === 1 ? (terms[0] as SearchKey) : { key: 'and', terms };
}

function parseKey(cursor: Cursor, depth: number): SearchKey {
  if (depth > MAX_DEPTH) cursor.fail('search is nested too deeply');
  if (cursor.peek() === 0x28) {
    const terms = cursor.list(() => parseKey(cursor, depth + 1), { empty: false });
    return terms.length === 1 ? (terms[0] as SearchKey) : { key: 'and', terms };
  }
  if (cursor.atDigit() || cursor.peek() === 0x2a || cursor.peek() === 0x24) {
    return { key: 'set', set: parseSequenceSet(cursor), uid: false };
  }
  const word = cursor.word('search key');
  const constant = CONSTANT.get(word);
  if (constant !== undefined) return constant;
  cursor.space();
  const field = TEXT.get(word);
  if (field !== undefined) return { key: 'text', field, value: cursor.astring() };
  const date = DATES.get(word);
  if (date !== undefined) return { key: 'date', ...date, day: parseDate(cursor) };
  return parseOther(cursor, word, depth);
}

function parseOther(cursor: Cursor, word: string, depth: number): SearchKey {
  switch (word) {
    case 'NOT':
      return { key: 'not', term: parseKey(cursor, depth + 1) };
    case 'OR': {
      const left = parseKey(cursor, depth + 1);
      cursor.space();
      return { key: 'or', left, right: parseKey(cursor, depth + 1) };
    }
    case 'UID':
      return { key: 'set', set: parseSequenceSet(cursor), uid: true };
    case 'KEYWORD':
    case 'UNKEYWORD':
      return { key: 'flag', flag: parseKeyword(cursor), present: word === 'KEYWORD' };
    case 'HEADER': {
      const name = cursor.astring();
      cursor.space();
      return { key: 'header', name, value: cursor.astring() };
    }
    case 'LARGER':
    case 'SMALLER':
      return { key: 'size', test: word === 'LARGER' ? 'larger' : 'smaller', size: cursor.number64() };
    case 'OLDER':
    case 'YOUNGER':
      return { key: 'age', test: word === 'OLDER' ? 'older' : 'younger', seconds: cursor.nzNumber() };
    case 'MODSEQ':
      return parseModseq(cursor);
    case 'EMAILID':
    case 'THREADID':
      return { key: word === 'EMAILID' ? 'emailid' : 'threadid', id: cursor.atom('object id') };
    case 'UIDAFTER':
    case 'UIDBEFORE': {
      const uid = cursor.take('*') ? STAR : cursor.nzNumber();
      return { key: word === 'UIDAFTER' ? 'uidafter' : 'uidbefore', uid };
    }
    default:
      return cursor.fail('unknown search key');
  }
}

/**
 * RFC 7162 §3.1.5: `MODSEQ ["/flags/\\seen" (priv|shared|all)] n`. We keep one modseq for all metadata, which
 * the standard allows: the entry is read and has no effect.
 */
function parseModseq(cursor: Cursor): SearchKey {
  if (cursor.peek() === 0x22) {
    if (!cursor.string().toLowerCase().startsWith('/flags/')) cursor.fail('unknown MODSEQ entry');
    cursor.space();
    if (!['PRIV', 'SHARED', 'ALL'].includes(cursor.word('entry type'))) cursor.fail('unknown entry type');
    cursor.space();
  }
  return { key: 'modseq', modseq: cursor.number64() };
}

const flag = (name: string, present: boolean): SearchKey => ({ key: 'flag', flag: name, present });

const CONSTANT = new Map<string, SearchKey>([
  ['ALL', { key: 'all' }],
  ['ANSWERED', flag('\\Answered', true)],
  ['UNANSWERED', flag('\\Answered', false)],
  ['DELETED', flag('\\Deleted', true)],
  ['UNDELETED', flag('\\Deleted', false)],
  ['DRAFT', flag('\\Draft', true)],
  ['UNDRAFT', flag('\\Draft', false)],
  ['FLAGGED', flag('\\Flagged', true)],
  ['UNFLAGGED', flag('\\Flagged', false)],
  ['SEEN', flag('\\Seen', true)],
  ['UNSEEN', flag('\\Seen', false)],
  ['RECENT', { key: 'recent', present: true }],
  ['OLD', { key: 'recent', present: false }],
  ['NEW', { key: 'and', terms: [{ key: 'recent', present: true }, flag('\\Seen', false)] }],
  ['SAVEDATESUPPORTED', { key: 'savedatesupported' }],
]);

const TEXT = new Map<string, SearchField>([
  ['FROM', 'from'],
  ['TO', 'to'],
  ['CC', 'cc'],
  ['BCC', 'bcc'],
  ['SUBJECT', 'subject'],
  ['BODY', 'body'],
  ['TEXT', 'text'],
]);

type DateTest = Omit<Extract<SearchKey, { key: 'date' }>, 'key' | 'day'>;
const DATES = new Map<string, DateTest>([
  ['BEFORE', { field: 'internal', test: 'before' }],
  ['ON', { field: 'internal', test: 'on' }],
  ['SINCE', { field: 'internal', test: 'since' }],
  ['SENTBEFORE', { field: 'sent', test: 'before' }],
  ['SENTON', { field: 'sent', test: 'on' }],
  ['SENTSINCE', { field: 'sent', test: 'since' }],
  ['SAVEDBEFORE', { field: 'saved', test: 'before' }],
  ['SAVEDON', { field: 'saved', test: 'on' }],
  ['SAVEDSINCE', { field: 'saved', test: 'since' }],
]);
