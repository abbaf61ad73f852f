// Compiles the keys of SEARCH (RFC 9051 §6.4.4, RFC 5032, RFC 7162 §3.1.5, RFC 8474 §4, RFC 9738) into two tests of a
// message: a quick one on columns alone that may not know the answer, and a full one that has read the message.
import { decodeId, now } from '../../base/index.ts';
import { decodeCharset, isKnownCharset } from '../../formats/charset/index.ts';
import {
  DAY_MS,
  inRanges,
  keywordOf,
  normalizeRanges,
  type Ranges,
  type SearchField,
  type SearchKey,
  type SequenceSet,
  STAR,
} from '../../formats/imap/index.ts';
import { DELETED_BIT } from '../../mail/index.ts';
import { no, Refusal } from '../reply.ts';
import type { MailboxSession } from '../session.ts';
import { storedKeyword } from '../store-flags.ts';
import { Need } from './load.ts';
import { type Content, fold } from './text.ts';

/** What the quick test says. */
export const Verdict = { no: 0, yes: 1, unknown: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A test of flags alone: those of `mask` are set as in `value`, as `MailboxMembers.flagBits` writes them. */
export interface BitTest {
  readonly mask: number;
  readonly value: number;
}

export interface Test {
  readonly need: Need;
  /** Set where this says it all. */
  readonly bits?: BitTest | undefined;
  quick(index: number): Verdict;
  full(index: number, content: Content): boolean;
}

/** Compiles keys for the moment that the mailbox holds. @throws Refusal for a character set that is not known */
export async function compile(
  session: MailboxSession,
  key: SearchKey,
  charset: string | undefined,
): Promise<Test> {
  return new Compiler(session, charset).compile(key);
}

/** True when MODSEQ is among the keys: the answer then tells modseqs. */
export function usesModseq(key: SearchKey): boolean {
  switch (key.key) {
    case 'modseq':
      return true;
    case 'not':
      return usesModseq(key.term);
    case 'or':
      return usesModseq(key.left) || usesModseq(key.right);
    case 'and':
      return key.terms.some(usesModseq);
    default:
      return false;
  }
}

class Compiler {
  readonly #session: MailboxSession;
  readonly #charset: string | undefined;

  constructor(session: MailboxSession, charset: string | undefined) {
    if (charset !== undefined && charset !== 'US-ASCII' && !isKnownCharset(charset)) {
      throw new Refusal(no('That character set is not known.', 'BADCHARSET (US-ASCII UTF-8)'));
    }
    this.#session = session;
    this.#charset = charset;
  }

  async compile(key: SearchKey): Promise<Test> {
    switch (key.key) {
      case 'not': {
        const term = await this.compile(key.term);
        return {
          need: term.need,
          bits: negated(term.bits),
          quick: (index) => NEGATED[term.quick(index)] as Verdict,
          full: (index, content) => !term.full(index, content),
        };
      }
      case 'and':
        return all(await this.#each(key.terms));
      case 'or':
        return any(await this.#each([key.left, key.right]));
      case 'text':
        return this.#text(key.field, fold(this.#decode(key.value)), key.value);
      case 'header':
        return this.#header(key.name.toLowerCase(), fold(this.#decode(key.value)));
      case 'date':
        return key.field === 'sent' ? sentDate(key.test, key.day) : columns(this.#date(key));
      case 'all':
        return EVERYTHING;
      case 'flag':
        return this.#flag(key.flag, key.present);
      case 'set':
        return this.#set(key.set, key.uid ? 'uid' : 'number');
      default:
        return columns(this.#column(key));
    }
  }

  async #each(keys: readonly SearchKey[]): Promise<Test[]> {
    const tests: Test[] = [];
    for (const key of keys) tests.push(await this.compile(key));
    return tests;
  }

  #decode(octets: string): string {
    const bytes = Buffer.from(octets, 'latin1');
    return decodeCharset(bytes, this.#charset === undefined ? 'utf-8' : this.#charset.toLowerCase()).text;
  }

  // Keys that the columns answer

  #column(
    key: Exclude<
      SearchKey,
      { key: 'not' | 'and' | 'or' | 'text' | 'header' | 'date' | 'all' | 'flag' | 'set' }
    >,
  ): ColumnTest {
    const { selected } = this.#session;
    const { view, members } = selected;
    const { rows, uids } = members;
    const { ids, sizes, threads, received } = view;
    const row = (index: number): number => rows[index] as number;
    switch (key.key) {
      case 'recent':
        return (index) => (uids[index] as number) >= selected.recentFrom === key.present;
      case 'size':
        return key.test === 'larger'
          ? (index) => (sizes[row(index)] as number) > key.size
          : (index) => (sizes[row(index)] as number) < key.size;
      case 'age': {
        const edge = now() - key.seconds * 1000;
        return key.test === 'older'
          ? (index) => (received[row(index)] as number) <= edge
          : (index) => (received[row(index)] as number) >= edge;
      }
      case 'modseq':
        return (index) => members.modseq(index) >= key.modseq;
      case 'emailid':
      case 'threadid': {
        const id = decodeId(key.id);
        const column = key.key === 'emailid' ? ids : threads;
        return (index) => column[row(index)] === id;
      }
      case 'uidafter':
      case 'uidbefore': {
        const edge = key.uid === STAR ? (uids[members.count - 1] ?? 0) : key.uid;
        return key.key === 'uidafter'
          ? (index) => (uids[index] as number) > edge
          : (index) => (uids[index] as number) < edge;
      }
      case 'savedatesupported':
        return () => false;
    }
  }

  #set(set: SequenceSet, kind: 'uid' | 'number'): Test {
    const { selected } = this.#session;
    const { uids, count } = selected.members;
    if (kind === 'uid' || set.saved) {
      const ranges = selected.uidsOf(set);
      if (count > 0 && covers(ranges, uids[0] as number, uids[count - 1] as number)) return EVERYTHING;
      return columns((index) => inRanges(ranges, uids[index] as number));
    }
    // Numbers beyond the end match nothing, but `*` is the last one.
    const ranges = numbersOf(set, selected.count);
    if (covers(ranges, 1, selected.count)) return EVERYTHING;
    return columns((index) => inRanges(ranges, selected.numberOf(index)));
  }

  #flag(flag: string, present: boolean): Test {
    const { members, view } = this.#session.selected;
    if (flag === '\\Deleted') {
      const bits = { mask: DELETED_BIT, value: present ? DELETED_BIT : 0 };
      return { ...columns((index) => members.isDeleted(index) === present), bits };
    }
    const stored = storedKeyword(flag);
    const bit = view.keywordBit(stored);
    const has = view.keywordTest(stored) ?? view.keywordTest(keywordOf(flag));
    return {
      ...columns((index) => (has?.(members.rows[index] as number) ?? false) === present),
      bits: bit > 0 ? { mask: bit, value: present ? bit : 0 } : undefined,
    };
  }

  #date({ test, day, field }: Extract<SearchKey, { key: 'date' }>): ColumnTest {
    const { members, view } = this.#session.selected;
    // No date of saving is kept (RFC 8514): the keys match nothing.
    if (field === 'saved') return () => false;
    const matches = dayTest(test, day);
    return (index) => matches(view.received[members.rows[index] as number] as number);
  }

  // Keys that the message answers

  async #text(field: SearchField, folded: string, octets: string): Promise<Test> {
    const isCandidate = octets === '' ? undefined : await this.#candidates(field, folded);
    return {
      need: field === 'body' || field === 'text' ? Need.message : Need.envelope,
      quick: (index) => (isCandidate?.(index) === false ? Verdict.no : Verdict.unknown),
      full: (_, content) => content.has(field, folded),
    };
  }

  #header(key: string, folded: string): Test {
    return {
      need: folded === '' ? Need.envelope : Need.header,
      quick: () => Verdict.unknown,
      full: (_, content) => content.hasHeader(key, folded),
    };
  }

  /** Tells of a member whether the index lets it hold the text; undefined when the index cannot tell. */
  async #candidates(field: SearchField, value: string): Promise<((index: number) => boolean) | undefined> {
    const { user, selected } = this.#session;
    const { view, members } = selected;
    const found = await user.mail.searchCandidates({ field, value });
    if (found === undefined) return undefined;
    const isFound = new Uint8Array(view.count);
    for (const id of found) {
      const row = view.row(id);
      if (row >= 0) isFound[row] = 1;
    }
    return (index) => isFound[members.rows[index] as number] === 1;
  }
}

type ColumnTest = (index: number) => boolean;

const NEGATED: readonly Verdict[] = [Verdict.yes, Verdict.no, Verdict.unknown];

const columns = (test: ColumnTest): Test => ({
  need: Need.columns,
  quick: (index) => (test(index) ? Verdict.yes : Verdict.no),
  full: test,
});

const EVERYTHING: Test = { ...columns(() => true), bits: { mask: 0, value: 0 } };

/** Only a test of a single flag has an opposite that is one, too. */
const negated = (bits: BitTest | undefined): BitTest | undefined =>
  bits !== undefined && bits.mask !== 0 && (bits.mask & (bits.mask - 1)) === 0
    ? { mask: bits.mask, value: bits.value ^ bits.mask }
    : undefined;

/** Both tests as one; undefined when one of them looks at more than flags, or when they contradict each other. */
function both(tests: readonly Test[]): BitTest | undefined {
  let mask = 0;
  let value = 0;
  for (const { bits } of tests) {
    if (bits === undefined || ((value ^ bits.value) & mask & bits.mask) !== 0) return undefined;
    mask |= bits.mask;
    value |= bits.value;
  }
  return { mask, value };
}

/** Whether nothing from the first number to the last is outside of the ranges. */
const covers = (ranges: Ranges, first: number, last: number): boolean =>
  ranges.length === 2 && (ranges[0] as number) <= first && (ranges[1] as number) >= last;

const needOf = (tests: readonly Test[]): Need => Math.max(0, ...tests.map(({ need }) => need)) as Need;

/** Cheap tests first, so that they decide before anything is read. */
function all(tests: readonly Test[]): Test {
  const ordered = [...tests].sort((a, b) => a.need - b.need);
  return {
    need: needOf(tests),
    bits: both(tests),
    quick: (index) => {
      let verdict: Verdict = Verdict.yes;
      for (const test of ordered) {
        const one = test.quick(index);
        if (one === Verdict.no) return Verdict.no;
        if (one === Verdict.unknown) verdict = Verdict.unknown;
      }
      return verdict;
    },
    full: (index, content) => ordered.every((test) => test.full(index, content)),
  };
}

function any(tests: readonly Test[]): Test {
  const ordered = [...tests].sort((a, b) => a.need - b.need);
  return {
    need: needOf(tests),
    quick: (index) => {
      let verdict: Verdict = Verdict.no;
      for (const test of ordered) {
        const one = test.quick(index);
        if (one === Verdict.yes) return Verdict.yes;
        if (one === Verdict.unknown) verdict = Verdict.unknown;
      }
      return verdict;
    },
    full: (index, content) => ordered.some((test) => test.full(index, content)),
  };
}

/** The Date field's day as written, whatever its zone (RFC 9051 §6.4.4 SENTON); a message without one matches nothing. */
function sentDate(test: 'before' | 'on' | 'since', day: number): Test {
  const matches = dayTest(test, day);
  return {
    need: Need.envelope,
    quick: () => Verdict.unknown,
    full: (_, { envelope }) => {
      const { date } = envelope;
      return date !== null && matches(date.time + date.offset * 60_000);
    },
  };
}

function dayTest(test: 'before' | 'on' | 'since', day: number): (time: number) => boolean {
  switch (test) {
    case 'before':
      return (time) => time < day;
    case 'since':
      return (time) => time >= day;
    case 'on':
      return (time) => time >= day && time < day + DAY_MS;
  }
}

function numbersOf(set: SequenceSet, count: number): Ranges {
  return count === 0 ? [] : normalizeRanges(set.ranges.map((n) => (n === STAR ? count : n)));
}
