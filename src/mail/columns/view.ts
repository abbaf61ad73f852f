// One moment of an account as the faces read it: columns and mailboxes of one version, and what is worked out of them
// when it is first asked for.
import type { ChangeId, DocumentId, Head } from '../../account/index.ts';
import type { Slice } from '../../base/index.ts';
import {
  DELETED_BIT,
  type FlagSummary,
  type JmapView,
  type MailboxInfo,
  type MailboxMembers,
  type MailView,
  type ThreadCounts,
} from '../types.ts';
import { orderInTurns, orderOf } from './arrays.ts';
import { type Box, EMPTY_BOX, indexOfUid } from './box.ts';
import { cell, CHUNK, CHUNK_BITS } from './chunks.ts';
import { ATTACHMENT, type Columns, HIDDEN, mailboxesOf, rowOf } from './columns.ts';
import { countThreads } from './thread-counts.ts';
import { ThreadIndex } from './thread-index.ts';
import { VisibleView } from './visible.ts';

/** Rows from which on putting them in order takes longer than a turn of the event loop. */
const MANY = 8192;

/** Bits of the first word of flags that are keywords. */
const USUAL_BITS = 30;
const USUAL = (1 << USUAL_BITS) - 1;

export class ColumnView implements MailView {
  readonly head: Head;
  readonly mailboxes: ReadonlyMap<DocumentId, MailboxInfo>;
  readonly count: number;
  readonly ids: Uint32Array;
  readonly received: Float64Array;
  readonly sizes: Uint32Array;
  readonly threads: Uint32Array;
  readonly #columns: Columns;
  #byReceived: Uint32Array | undefined;
  #threadIndex: ThreadIndex | undefined;
  #threadCounts: ReadonlyMap<DocumentId, ThreadCounts> | undefined;
  #visible: JmapView | undefined;
  readonly #members = new Map<DocumentId, Members>();

  /** @param before the view of the version before, of which orders are taken over */
  constructor(
    columns: Columns,
    head: Head,
    mailboxes: ReadonlyMap<DocumentId, MailboxInfo>,
    before?: ColumnView,
  ) {
    const { count, fixed } = columns;
    this.head = head;
    this.mailboxes = mailboxes;
    this.count = count;
    this.ids = fixed.ids.subarray(0, count);
    this.received = fixed.received.subarray(0, count);
    this.sizes = fixed.sizes.subarray(0, count);
    this.threads = fixed.threads.subarray(0, count);
    this.#columns = columns;
    if (before && isLonger(before, this)) {
      this.#byReceived = before.#byReceived && extended(before.#byReceived, this.received);
      this.#threadIndex = before.#threadIndex;
    }
  }

  /**
   * Puts a large account in order of arrival while others have their turn: at a cold start, and when the order that was in
   * use before could not be taken over.
   */
  async prepareOrder(before: ColumnView | undefined, slice: Slice): Promise<void> {
    if (this.#byReceived || this.count < MANY || (before && !before.#byReceived)) return;
    this.#byReceived = await orderInTurns(this.received, this.count, slice);
  }

  get byReceived(): Uint32Array {
    return (this.#byReceived ??= orderOf(this.received, this.count));
  }

  row(id: DocumentId): number {
    return rowOf(this.#columns, id);
  }

  mailboxRows(mailbox: DocumentId): ArrayLike<number> | undefined {
    return this.#box(mailbox)?.visibleRows();
  }

  mailboxIds(): Iterable<DocumentId> {
    return this.mailboxes.keys();
  }

  keywordTest(keyword: string): ((row: number) => boolean) | undefined {
    const number = this.#columns.keywords.number(keyword);
    if (number === undefined) return undefined;
    return this.#bitTest(number >>> 5, 1 << (number & 31));
  }

  keywordBit(keyword: string): number {
    const number = this.#columns.keywords.number(keyword);
    return number === undefined || number >= USUAL_BITS ? 0 : 1 << number;
  }

  attachmentTest(): (row: number) => boolean {
    return this.#bitTest(0, ATTACHMENT) ?? (() => false);
  }

  #bitTest(word: number, bit: number): ((row: number) => boolean) | undefined {
    const chunks = this.#columns.words[word];
    if (!chunks || chunks.length === 0) return undefined;
    return (row) => ((chunks[row >>> CHUNK_BITS]?.[row & (CHUNK - 1)] ?? 0) & bit) !== 0;
  }

  /** `\Deleted` in all its mailboxes. */
  isHidden(row: number): boolean {
    return (this.#word(0, row) & HIDDEN) !== 0;
  }

  get hidden(): number {
    return this.#columns.hidden;
  }

  mailboxesOf(row: number): readonly DocumentId[] {
    const all = mailboxesOf(this.#columns, row);
    for (const mailbox of all) {
      if (this.#box(mailbox)?.hides(row) === true)
        return all.filter((other) => this.#box(other)?.hides(row) !== true);
    }
    return all;
  }

  keywordsOf(row: number): readonly string[] {
    const { words, keywords } = this.#columns;
    const names: string[] = [];
    for (let i = 0; i < words.length; i++) {
      let bits = this.#word(i, row);
      if (i === 0) bits &= ~(ATTACHMENT | HIDDEN);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        names.push(keywords.name(i * 32 + bit));
        bits &= bits - 1;
      }
    }
    return names;
  }

  #word(word: number, row: number): number {
    const chunks = this.#columns.words[word];
    return chunks ? cell(chunks, row) : 0;
  }

  threadRows(thread: DocumentId): ArrayLike<number> {
    this.#threadIndex ??= new ThreadIndex();
    const rows = this.#threadIndex.rows(thread, this.#columns);
    const { received } = this;
    return rows.sort((a, b) => (received[a] as number) - (received[b] as number) || a - b);
  }

  threadCounts(mailbox: DocumentId): ThreadCounts {
    this.#threadCounts ??= countThreads(this, this.#columns.words[0] ?? []);
    return this.#threadCounts.get(mailbox) ?? { total: 0, unread: 0 };
  }

  members(mailbox: DocumentId): MailboxMembers | undefined {
    return this.#box(mailbox);
  }

  keywordsIn(mailbox: DocumentId): readonly string[] {
    const members = this.#box(mailbox);
    return members ? (members.keywords ??= this.#keywordsOf(members)) : [];
  }

  #keywordsOf({ rows, count, flagSummary }: Members): string[] {
    const { words, keywords } = this.#columns;
    const names: string[] = [];
    for (const [i, chunks] of words.entries()) {
      let bits = i === 0 ? flagSummary.some & USUAL : 0;
      // hot: all members, once for each SELECT
      if (i > 0 && chunks.length > 0)
        for (let at = 0; at < count; at++) bits |= cell(chunks, rows[at] as number);
      for (let bit = 0; bit < 32; bit++)
        if ((bits & (1 << bit)) !== 0) names.push(keywords.name(i * 32 + bit));
    }
    return names;
  }

  visible(): JmapView {
    if (this.#columns.hidden === 0) return this;
    return (this.#visible ??= new VisibleView(this));
  }

  #box(id: DocumentId): Members | undefined {
    let members = this.#members.get(id);
    if (!members) {
      const mailbox = this.mailboxes.get(id);
      if (!mailbox) return undefined;
      members = new Members(mailbox, this.#columns.boxes.get(id) ?? EMPTY_BOX, this.#columns);
      this.#members.set(id, members);
    }
    return members;
  }
}

class Members implements MailboxMembers {
  readonly mailbox: MailboxInfo;
  readonly count: number;
  readonly uids: Uint32Array;
  readonly rows: Uint32Array;
  keywords: readonly string[] | undefined;
  readonly #box: Box;
  readonly #columns: Columns;
  #hidden: ReadonlySet<number> | undefined;
  #visibleRows: Uint32Array | undefined;
  #summary: FlagSummary | undefined;

  constructor(mailbox: MailboxInfo, box: Box, columns: Columns) {
    this.mailbox = mailbox;
    this.count = box.count;
    this.uids = box.uids.subarray(0, box.count);
    this.rows = box.rows.subarray(0, box.count);
    this.#box = box;
    this.#columns = columns;
  }

  indexOf(uid: number): number {
    return indexOfUid(this.uids, this.count, uid);
  }

  modseq(index: number): ChangeId {
    const flags = cell(this.#columns.flagModseqs, this.rows[index] as number);
    return Math.max(flags, this.#box.added?.[index] ?? 0);
  }

  isDeleted(index: number): boolean {
    return this.#box.deleted?.[index] === 1;
  }

  flagBits(out: Uint32Array, count: number, from: number, indexes?: Uint32Array): void {
    // hot: per member of FETCH FLAGS and of SEARCH; everything it needs is at hand, so that it is quick the first time
    const { rows } = this;
    const { deleted } = this.#box;
    const chunks = this.#columns.words[0] ?? [];
    let number = -1;
    let chunk: Uint32Array | undefined;
    for (let i = 0; i < count; i++) {
      const index = indexes === undefined ? from + i : (indexes[from + i] as number);
      const row = rows[index] as number;
      if (row >>> CHUNK_BITS !== number) {
        number = row >>> CHUNK_BITS;
        chunk = chunks[number];
      }
      let bits = chunk === undefined ? 0 : (chunk[row & (CHUNK - 1)] as number) & USUAL;
      if (deleted !== undefined && deleted[index] === 1) bits |= DELETED_BIT;
      out[i] = bits;
    }
  }

  get flagSummary(): FlagSummary {
    return (this.#summary ??= this.#summarize());
  }

  #summarize(): FlagSummary {
    const bits = new Uint32Array(Math.min(this.count, CHUNK));
    let some = 0;
    let every = this.count > 0 ? -1 : 0;
    for (let from = 0; from < this.count; from += CHUNK) {
      const count = Math.min(CHUNK, this.count - from);
      this.flagBits(bits, count, from);
      for (let i = 0; i < count; i++) {
        some |= bits[i] as number;
        every &= bits[i] as number;
      }
    }
    return { some, every };
  }

  /** Whether the row is `\Deleted` here. */
  hides(row: number): boolean {
    const { deleted, deletedCount } = this.#box;
    if (!deleted || deletedCount === 0) return false;
    if (!this.#hidden) {
      const rows = new Set<number>();
      for (let i = 0; i < this.count; i++) if (deleted[i] === 1) rows.add(this.rows[i] as number);
      this.#hidden = rows;
    }
    return this.#hidden.has(row);
  }

  visibleRows(): Uint32Array {
    const { deleted, deletedCount } = this.#box;
    if (!deleted || deletedCount === 0) return this.rows;
    return (this.#visibleRows ??= this.rows.filter((_, i) => deleted[i] === 0));
  }
}

/** Whether the rows of one version are the first rows of the next. */
function isLonger(before: ColumnView, now: ColumnView): boolean {
  const { count } = before;
  if (count > now.count) return false;
  // Ids ascend and are never reused: the same id in the same place says that nothing before it went.
  return count === 0 || now.ids[count - 1] === before.ids[count - 1];
}

/** The order of more rows, out of the order of the first ones; undefined when beginning anew is quicker. */
function extended(order: Uint32Array, received: Float64Array): Uint32Array | undefined {
  const { length: count } = received;
  let { length: at } = order;
  if (at === count) return order;
  if (count - at > order.length / 8 + 64) return undefined;
  // Room of an older version that nobody sees may lie behind the order; it is shared while arrivals come in order.
  const room = new Uint32Array(order.buffer, order.byteOffset);
  let all = room.length >= count && room.byteLength > order.byteLength ? room : undefined;
  for (; at < count; at++) {
    const last = at > 0 ? (received[(all ?? order)[at - 1] as number] as number) : -Infinity;
    const inOrder = (received[at] as number) >= last;
    if (!all || !inOrder) {
      const own = new Uint32Array(count + (count >>> 3) + 16);
      own.set((all ?? order).subarray(0, at));
      all = own;
    }
    if (inOrder) {
      all[at] = at;
      continue;
    }
    let low = 0;
    let high = at;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((received[all[middle] as number] as number) <= (received[at] as number)) low = middle + 1;
      else high = middle;
    }
    all.copyWithin(low + 1, low, at);
    all[low] = at;
  }
  return (all ?? order).subarray(0, count);
}
