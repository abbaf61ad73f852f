// The selected mailbox of a session: the newest moment of its members, and the numbering that the client knows.
// The two differ while another client's changes have not been told: messages that are gone keep their numbers
// (ghosts) until an EXPUNGE may be sent, and new ones have none yet (RFC 9051 §2.3.1.2, §7.5.1).
import { type ChangeId, DataType, type DocumentId } from '../account/index.ts';
import {
  flagOf,
  normalizeRanges,
  type Ranges,
  resolveSet,
  type SequenceSet,
  STAR,
} from '../formats/imap/index.ts';
import type { MailAccount, MailboxInfo, MailboxMembers, MailView } from '../mail/index.ts';
import { FlagText } from './flag-text.ts';
import { bad, no, Refusal } from './reply.ts';

/** Members that a set names. */
export interface Targets {
  /** Indexes of members, ascending. */
  readonly indexes: Uint32Array;
  /** Some of the numbers stand for messages that are gone. */
  readonly gone: boolean;
}

export interface SelectedOptions {
  readonly readOnly: boolean;
  /** First UID that is `\Recent`, Infinity for none. */
  readonly recentFrom: number;
}

export class Selected {
  readonly id: DocumentId;
  readonly readOnly: boolean;
  readonly recentFrom: number;
  /** Result of the last SEARCH RETURN (SAVE): UIDs (RFC 5182). */
  saved: Ranges = [];
  #view: MailView;
  #members: MailboxMembers;
  /** The mailbox was removed by somebody. */
  #gone = false;
  #flags: FlagText | undefined;

  /** UIDs by sequence number less one, as the client knows them. */
  #numbering: ArrayLike<number>;
  /** The numbering is that of the first members: nothing in it is gone. */
  #aligned = true;
  /** Highest UID that the client was told of. */
  #lastUid: number;
  /** Flag changes up to here have been told, of members up to that UID. */
  #toldChange: ChangeId;
  #toldUid: number;
  /** Keywords that FLAGS has named. */
  #keywords: ReadonlySet<string>;

  constructor(view: MailView, members: MailboxMembers, options: SelectedOptions) {
    this.id = members.mailbox.id;
    this.readOnly = options.readOnly;
    this.recentFrom = options.recentFrom;
    this.#view = view;
    this.#members = members;
    this.#numbering = members.uids;
    this.#lastUid = members.count > 0 ? (members.uids[members.count - 1] as number) : 0;
    this.#toldChange = view.head.change;
    this.#toldUid = this.#lastUid;
    this.#keywords = new Set(this.keywords());
  }

  // The newest moment

  get view(): MailView {
    return this.#view;
  }

  get members(): MailboxMembers {
    return this.#members;
  }

  get mailbox(): MailboxInfo {
    return this.#members.mailbox;
  }

  get gone(): boolean {
    return this.#gone;
  }

  get highestModseq(): ChangeId {
    return this.#members.mailbox.highestModseq;
  }

  get flags(): FlagText {
    this.#flags ??= new FlagText(this.#view, this.#members, this.recentFrom);
    return this.#flags;
  }

  /** Brings the members up to date with everything that was acknowledged before; the numbering stays. */
  async refresh(mail: MailAccount): Promise<void> {
    const view = await mail.view();
    if (view === this.#view || view.head.change === this.#view.head.change) return;
    const members = view.members(this.id);
    this.#gone = members === undefined;
    this.#view = view;
    this.#members = members ?? withoutMembers(this.#members);
    this.#flags = undefined;
    this.#aligned = this.knownMembers === this.count;
  }

  /** @throws Refusal when the mailbox was removed. */
  requireThere(): void {
    if (this.#gone) throw new Refusal(no('The mailbox no longer exists.', 'NONEXISTENT'));
  }

  /** @throws Refusal when the mailbox was opened by EXAMINE. */
  requireWritable(): void {
    if (this.readOnly) throw new Refusal(no('The mailbox is read-only.', 'READ-ONLY'));
  }

  // The numbering

  /** Messages that the client knows of. */
  get count(): number {
    return this.#numbering.length;
  }

  /** Sequence number of a member, 0 while the client has not been told of it. */
  numberOf(index: number): number {
    return this.#aligned ? index + 1 : find(this.#numbering, this.#members.uids[index] as number) + 1;
  }

  // Sets

  /** UIDs that a set of a UID command names, whether they are there or not. */
  uidsOf(set: SequenceSet): Ranges {
    return set.saved ? this.saved : resolveSet(set, this.#lastKnownUid);
  }

  /** Sequence numbers that a set names. @throws Refusal for numbers beyond the end (RFC 9051 §9 `seq-number`). */
  numbersOf(set: SequenceSet): Ranges {
    const { count } = this;
    for (let i = 0; i < set.ranges.length; i += 2) {
      const first = set.ranges[i] as number;
      const last = set.ranges[i + 1] as number;
      if (first !== STAR && last !== STAR && Math.max(first, last) > count) {
        throw new Refusal(bad('There is no message of that number.'));
      }
    }
    if (count === 0) return [];
    return normalizeRanges(set.ranges.map((n) => (n === STAR ? count : Math.min(n, count))));
  }

  /** Members that a set of a command names, of those that the client knows of. */
  targets(set: SequenceSet, kind: 'uid' | 'number'): Targets {
    if (kind === 'uid' || set.saved) {
      return { indexes: this.indexesOfUids(this.uidsOf(set)), gone: false };
    }
    const numbers = this.numbersOf(set);
    let named = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      named += (numbers[i + 1] as number) - (numbers[i] as number) + 1;
    }
    const indexes = new Uint32Array(named);
    let length = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      const last = numbers[i + 1] as number;
      for (let number = numbers[i] as number; number <= last; number++) {
        const index = this.#aligned
          ? number - 1
          : find(this.#members.uids, this.#numbering[number - 1] as number);
        if (index >= 0) indexes[length++] = index;
      }
    }
    return { indexes: indexes.subarray(0, length), gone: length < named };
  }

  /** Indexes of the known members whose UIDs are in the ranges, ascending. */
  indexesOfUids(ranges: Ranges): Uint32Array {
    const { uids } = this.#members;
    const known = this.knownMembers;
    const spans: number[] = [];
    let length = 0;
    for (let i = 0; i < ranges.length; i += 2) {
      const from = lowerBound(uids, ranges[i] as number, known);
      const to = lowerBound(uids, (ranges[i + 1] as number) + 1, known);
      if (to > from) spans.push(from, to);
      length += to - from;
    }
    const indexes = new Uint32Array(length);
    let at = 0;
    for (let i = 0; i < spans.length; i += 2) {
      for (let index = spans[i] as number; index < (spans[i + 1] as number); index++) indexes[at++] = index;
    }
    return indexes;
  }

  /** How many members the client knows of: the first ones, since new UIDs only come behind. */
  get knownMembers(): number {
    const { uids, count } = this.#members;
    if (count === 0 || (uids[count - 1] as number) <= this.#lastUid) return count;
    return lowerBound(uids, this.#lastUid + 1, count);
  }

  /** The highest UID in the numbering; what `*` means. */
  get #lastKnownUid(): number {
    return this.count > 0 ? (this.#numbering[this.count - 1] as number) : 0;
  }

  // What the client has not been told

  get toldChange(): ChangeId {
    return this.#toldChange;
  }

  /** True when members were added, flagged or removed since the client was told. */
  get hasNews(): boolean {
    return (
      this.#gone ||
      this.highestModseq > this.#toldChange ||
      this.#members.count !== this.count ||
      this.knownMembers !== this.#members.count
    );
  }

  /** Everything in this moment has been told but what the numbering still lacks. */
  told(): void {
    this.#toldChange = this.#view.head.change;
    this.#toldUid = this.#lastUid;
  }

  /** The first members, of which changed flags are told; flags of new ones are not until they change. */
  get toldMembers(): number {
    return lowerBound(this.#members.uids, this.#toldUid + 1, this.#members.count);
  }

  /** Takes the messages that are gone out of the numbering; returns their old numbers, ascending. */
  dropGhosts(): { readonly numbers: readonly number[]; readonly uids: readonly number[] } {
    const known = this.knownMembers;
    const numbers: number[] = [];
    const uids: number[] = [];
    if (this.#aligned) return { numbers, uids };
    const present = this.#members.uids;
    const numbering = this.#numbering;
    for (let i = 0, m = 0; i < numbering.length; i++) {
      if (m < known && numbering[i] === present[m]) {
        m++;
      } else {
        numbers.push(i + 1);
        uids.push(numbering[i] as number);
      }
    }
    this.#numbering = Uint32Array.from({ length: known }, (_, i) => present[i] as number);
    this.#aligned = true;
    // RFC 5182 §2.1: what is expunged leaves the saved result.
    if (this.saved.length > 0) this.saved = intersect(this.saved, this.#numbering);
    return { numbers, uids };
  }

  /** Gives numbers to members that have none; returns how many got one. */
  takeNew(): number {
    const { uids, count } = this.#members;
    const known = this.knownMembers;
    const added = count - known;
    if (added === 0) return 0;
    if (this.#aligned) {
      this.#numbering = uids;
    } else {
      const all = new Uint32Array(this.count + added);
      all.set(this.#numbering);
      for (let i = 0; i < added; i++) all[this.count + i] = uids[known + i] as number;
      this.#numbering = all;
    }
    this.#lastUid = uids[count - 1] as number;
    return added;
  }

  /** Keywords that are no system flags, of all members or of those with these indexes. */
  keywords(indexes?: readonly number[]): string[] {
    const view = this.#view;
    const all = indexes
      ? new Set(indexes.flatMap((index) => view.keywordsOf(this.#members.rows[index] as number)))
      : view.keywordsIn(this.id);
    return [...all].filter((keyword) => !flagOf(keyword).startsWith('\\'));
  }

  /** All keywords that the client knows of, when some are new to it. */
  newKeywords(indexes?: readonly number[]): readonly string[] | undefined {
    const fresh = this.keywords(indexes).filter((keyword) => !this.#keywords.has(keyword));
    if (fresh.length === 0) return undefined;
    this.#keywords = new Set([...this.#keywords, ...fresh]);
    return [...this.#keywords];
  }

  /**
   * Members that may have changed since the client was told, ascending, by what the log of the account says; undefined
   * when there is too much of it, so that all members must be looked at.
   */
  async changedMembers(mail: MailAccount): Promise<readonly number[] | undefined> {
    const { rows, count } = this.#members;
    if (count < WORTH_THE_LOG) return undefined;
    const records = await mail.account.log(this.#toldChange, MAX_LOG);
    if (records === undefined || records.length === MAX_LOG) return undefined;
    const indexes = new Set<number>();
    for (const { entries } of records) {
      for (const { type, id, before, after } of entries) {
        if (type !== DataType.Email || !(after.includes(this.id) || before.includes(this.id))) continue;
        const row = this.#view.row(id);
        if (row < 0) continue;
        // Rows ascend with the UIDs unless messages were copied here.
        const index = lowerBound(rows, row, count);
        if (rows[index] !== row) return undefined;
        indexes.add(index);
        if (indexes.size > MAX_CHANGED) return undefined;
      }
    }
    return [...indexes].sort((a, b) => a - b);
  }
}

/** Members from which on the log is read before the members are. */
const WORTH_THE_LOG = 2000;
const MAX_LOG = 64;
const MAX_CHANGED = 256;

/** Index of a number in an ascending list, or -1. */
function find(list: ArrayLike<number>, value: number): number {
  const at = lowerBound(list, value, list.length);
  return list[at] === value ? at : -1;
}

/** Index of the first number of at least `value` among the first `count`. */
export function lowerBound(list: ArrayLike<number>, value: number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those of the ascending numbers that are in the ranges, as ranges of numbers that are there. */
function intersect(ranges: Ranges, present: ArrayLike<number>): Ranges {
  const kept: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const to = ranges[i + 1] as number;
    for (let at = lowerBound(present, ranges[i] as number, present.length); at < present.length; at++) {
      const uid = present[at] as number;
      if (uid > to) break;
      kept.push(uid, uid);
    }
  }
  return normalizeRanges(kept);
}

/** What is left of a mailbox that was removed. */
function withoutMembers(members: MailboxMembers): MailboxMembers {
  return {
    mailbox: members.mailbox,
    count: 0,
    uids: [],
    rows: [],
    indexOf: () => -1,
    modseq: () => 0,
    isDeleted: () => false,
    flagBits: () => undefined,
    flagSummary: { some: 0, every: 0 },
  };
}
