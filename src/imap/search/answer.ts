// The answers of SEARCH and SORT: plain, and ESEARCH (RFC 4731, RFC 5267 §3, RFC 7162 §3.1.5, RFC 9394).
import { formatNumbers, type PartialRange, rangesOf, type SearchReturn } from '../../formats/imap/index.ts';
import type { MailboxSession } from '../session.ts';

export interface Found {
  /** Indexes of members, in the order of the answer. */
  readonly indexes: ArrayLike<number>;
  /** `SEARCH` or `SORT`. */
  readonly name: 'SEARCH' | 'SORT';
  readonly uid: boolean;
  readonly tag: string;
  /** MODSEQ was among the keys. */
  readonly modseq: boolean;
}

/** Numbers between two looks at the clock and at the peer's window. */
const BLOCK = 1024;

/** `* SEARCH 2 3 (MODSEQ 4)`. */
export async function writePlain(session: MailboxSession, found: Found): Promise<void> {
  const { out, selected } = session;
  const { indexes, name } = found;
  const numberOf = numbering(session, found);
  out.text(`* ${name}`);
  const numbers = new Uint32Array(Math.min(BLOCK, indexes.length));
  for (let from = 0; from < indexes.length; from += BLOCK) {
    const count = Math.min(BLOCK, indexes.length - from);
    for (let i = 0; i < count; i++) numbers[i] = numberOf(indexes[from + i] as number);
    out.numbers(numbers, count);
    const busy = session.breathe();
    if (busy) await busy;
  }
  if (found.modseq && indexes.length > 0) {
    out.text(' (MODSEQ ').number(highest(selected.members, indexes)).text(')');
  }
  out.end();
}

/** `* ESEARCH (TAG "a") UID COUNT 3 ALL 1,3:5`. */
export function writeExtended(session: MailboxSession, found: Found, options: SearchReturn): void {
  const { indexes, tag, uid } = found;
  const { members } = session.selected;
  const numberOf = numbering(session, found);
  const count = indexes.length;
  const parts = [`ESEARCH (TAG "${tag}")`];
  if (uid) parts.push('UID');
  if (count > 0) {
    const first = indexes[0] as number;
    const last = indexes[count - 1] as number;
    if (options.min) parts.push(`MIN ${numberOf(first)}`);
    if (options.max) parts.push(`MAX ${numberOf(last)}`);
  }
  if (options.count) parts.push(`COUNT ${count}`);
  if (options.all && count > 0) parts.push(`ALL ${formatNumbers(Array.from(indexes, numberOf))}`);
  if (options.partial) {
    const { first, last } = options.partial;
    const numbers = Array.from(partialOf(indexes, options.partial), numberOf);
    parts.push(`PARTIAL (${first}:${last} ${numbers.length === 0 ? 'NIL' : formatNumbers(numbers)})`);
  }
  if (found.modseq && count > 0) parts.push(`MODSEQ ${modseqOf(members, indexes, options)}`);
  session.untagged(parts.join(' '));
}

/** What SAVE keeps: all, or the ends when only these were asked for (RFC 5182 §2.1). */
export function save({ selected }: MailboxSession, indexes: ArrayLike<number>, options: SearchReturn): void {
  const { uids } = selected.members;
  const all = Array.from(indexes);
  const ends: number[] = [];
  const onlyEnds =
    (options.min || options.max) && !options.all && !options.count && options.partial === undefined;
  if (options.min && all.length > 0) ends.push(all[0] as number);
  if (options.max && all.length > 0) ends.push(all.at(-1) as number);
  let kept = onlyEnds ? ends : all;
  if (options.partial !== undefined && !options.all) kept = Array.from(partialOf(indexes, options.partial));
  const saved = new Set(kept.map((index) => uids[index] as number));
  selected.saved = rangesOf([...saved].sort((a, b) => a - b));
}

function numbering({ selected }: MailboxSession, { uid }: Found): (index: number) => number {
  const { uids } = selected.members;
  return uid ? (index) => uids[index] as number : (index) => selected.numberOf(index);
}

function partialOf(indexes: ArrayLike<number>, { first, last }: PartialRange): number[] {
  const all = Array.from(indexes);
  return first > 0
    ? all.slice(first - 1, last)
    : all.slice(Math.max(0, all.length + last), Math.max(0, all.length + first + 1));
}

interface Modseqs {
  modseq(index: number): number;
}

/** RFC 4731 §3.2: of the messages that MIN and MAX name, when nothing else is asked for. */
function modseqOf(members: Modseqs, indexes: ArrayLike<number>, options: SearchReturn): number {
  if (options.all || options.count || options.partial || !(options.min || options.max)) {
    return highest(members, indexes);
  }
  const ends: number[] = [];
  if (options.min) ends.push(indexes[0] as number);
  if (options.max) ends.push(indexes[indexes.length - 1] as number);
  return highest(members, ends);
}

function highest(members: Modseqs, indexes: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < indexes.length; i++) most = Math.max(most, members.modseq(indexes[i] as number));
  return most;
}
