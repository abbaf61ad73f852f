// The e-mails of an account in memory: one row each, in typed arrays, by ascending id (architecture.md §6). A version
// never changes; `ColumnsEdit` makes the next one out of hot records, and shares with it all that did not change.
import type { ChangeId, DocumentId } from '../../account/index.ts';
import {
  addModseqAt,
  checkEmail,
  deletedAt,
  flagModseqOf,
  hasAttachmentOf,
  keywordAt,
  keywordCount,
  mailboxAt,
  membershipCount,
  receivedAtOf,
  sizeOf,
  threadOf,
  uidAt,
} from '../records/email.ts';
import type { KeywordTable } from '../records/keywords.ts';
import { grown } from './arrays.ts';
import { type Box, boxBytes, BoxEdit, EMPTY_BOX } from './box.ts';
import {
  cell,
  CHUNK,
  CHUNK_BITS,
  type Chunks,
  ChunkWriter,
  movedChunks,
  newDoubles,
  newHalves,
  newLists,
  newWords,
  type Run,
} from './chunks.ts';

/** Bits of the first word of flags beside the usual keywords. */
export const ATTACHMENT = 1 << 30;
export const HIDDEN = 1 << 31;

/** Values that never change; the arrays are longer than the rows. */
export interface Fixed {
  readonly ids: Uint32Array;
  readonly received: Float64Array;
  readonly sizes: Uint32Array;
  readonly threads: Uint32Array;
}

type List = readonly number[] | undefined;
export type ListCells = List[];

/** Small numbers for mailboxes. Only ever appended to, and shared by all versions. */
export class Ordinals {
  readonly #ids: DocumentId[] = [];
  readonly #numbers = new Map<DocumentId, number>();

  of(id: DocumentId): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      // 0 is a row without a mailbox.
      number = this.#ids.push(id);
      this.#numbers.set(id, number);
    }
    return number;
  }

  id(number: number): DocumentId {
    return this.#ids[number - 1] as DocumentId;
  }

  /** All mailboxes by number. */
  all(): readonly DocumentId[] {
    return this.#ids;
  }
}

/** The row is in several mailboxes, or in one whose number does not fit: its mailboxes are in `lists`. */
const SEVERAL = 0xffff;

export interface Columns {
  readonly change: ChangeId;
  readonly epoch: number;
  readonly count: number;
  readonly fixed: Fixed;
  /** Words of keyword bits: the first one holds the usual keywords, `ATTACHMENT` and `HIDDEN`. */
  readonly words: readonly Chunks<Uint32Array>[];
  readonly flagModseqs: Chunks<Float64Array>;
  /** Number of the mailbox of each row, or `SEVERAL`. */
  readonly where: Chunks<Uint16Array>;
  readonly lists: Chunks<ListCells>;
  readonly ordinals: Ordinals;
  readonly boxes: ReadonlyMap<DocumentId, Box>;
  /** E-mails that are `\Deleted` in all their mailboxes. */
  readonly hidden: number;
  readonly keywords: KeywordTable;
}

/** Columns of an account without e-mails. */
export const noColumns = (change: ChangeId, epoch: number, keywords: KeywordTable): Columns => ({
  change,
  epoch,
  count: 0,
  fixed: {
    ids: new Uint32Array(),
    received: new Float64Array(),
    sizes: new Uint32Array(),
    threads: new Uint32Array(),
  },
  words: [[]],
  flagModseqs: [],
  where: [],
  lists: [],
  ordinals: new Ordinals(),
  boxes: new Map(),
  hidden: 0,
  keywords,
});

/** Row of an e-mail, negative when there is none. */
export function rowOf({ count, fixed }: Pick<Columns, 'count' | 'fixed'>, id: DocumentId): number {
  const { ids } = fixed;
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = ids[middle] as number;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Mailboxes of a row, `\Deleted` or not. */
export function mailboxesOf({ where, lists, ordinals }: Columns, row: number): readonly DocumentId[] {
  const number = cell(where, row);
  if (number === SEVERAL) return lists[row >>> CHUNK_BITS]?.[row & (CHUNK - 1)] ?? [];
  return number === 0 ? [] : [ordinals.id(number)];
}

/** Bytes of the arrays. */
export function columnsBytes({ fixed, words, flagModseqs, where, lists, boxes }: Columns): number {
  let bytes =
    fixed.ids.byteLength + fixed.received.byteLength + fixed.sizes.byteLength + fixed.threads.byteLength;
  for (const chunks of [...words, flagModseqs, where])
    for (const chunk of chunks) bytes += chunk?.byteLength ?? 0;
  for (const chunk of lists) bytes += chunk ? chunk.length * 40 : 0;
  for (const box of boxes.values()) bytes += boxBytes(box);
  return bytes;
}

export class ColumnsEdit {
  readonly #before: Columns;
  #count: number;
  #hidden: number;
  #ids: Uint32Array;
  #received: Float64Array;
  #sizes: Uint32Array;
  #threads: Uint32Array;
  readonly #words: ChunkWriter<number, Uint32Array>[];
  readonly #flagModseqs: ChunkWriter<number, Float64Array>;
  readonly #where: ChunkWriter<number, Uint16Array>;
  readonly #lists: ChunkWriter<List, ListCells>;
  readonly #boxes = new Map<DocumentId, BoxEdit>();
  readonly #removed: number[] = [];
  /** Words of the record at hand. */
  readonly #record: number[] = [];

  constructor(before: Columns) {
    const { count, fixed } = before;
    this.#before = before;
    this.#count = count;
    this.#hidden = before.hidden;
    this.#ids = fixed.ids;
    this.#received = fixed.received;
    this.#sizes = fixed.sizes;
    this.#threads = fixed.threads;
    this.#words = before.words.map((chunks) => new ChunkWriter(chunks, count, newWords, 0));
    this.#flagModseqs = new ChunkWriter(before.flagModseqs, count, newDoubles, 0);
    this.#where = new ChunkWriter(before.where, count, newHalves, 0);
    this.#lists = new ChunkWriter<List, ListCells>(before.lists, count, newLists, undefined);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Takes the record of an e-mail as it is now; undefined when it is gone. Once for each e-mail.
   * @returns false for a new e-mail that does not stand behind all others: then the columns must be built anew
   */
  put(id: DocumentId, record: Uint8Array | undefined): boolean {
    const row = rowOf(this.#before, id);
    if (!record) {
      if (row >= 0) this.#remove(row);
      return true;
    }
    checkEmail(record);
    if (row >= 0) {
      this.#update(row, record);
      return true;
    }
    if (this.#count > 0 && id <= (this.#ids[this.#count - 1] as number)) return false;
    this.#add(id, record);
    return true;
  }

  // hot: for each e-mail when columns are built
  #add(id: DocumentId, record: Uint8Array): void {
    const row = this.#count++;
    if (row >= this.#ids.length) {
      this.#ids = grown(this.#ids, row + 1);
      this.#received = grown(this.#received, row + 1);
      this.#sizes = grown(this.#sizes, row + 1);
      this.#threads = grown(this.#threads, row + 1);
    }
    this.#ids[row] = id;
    this.#received[row] = receivedAtOf(record);
    this.#sizes[row] = sizeOf(record);
    this.#threads[row] = threadOf(record);
    const flagModseq = flagModseqOf(record);
    this.#flagModseqs.set(row, flagModseq);
    const members = membershipCount(record);
    let hidden = true;
    for (let i = 0; i < members; i++) {
      const added = addModseqAt(record, i);
      const deleted = deletedAt(record, i);
      this.#box(mailboxAt(record, i)).append(uidAt(record, i), row, added > flagModseq ? added : 0, deleted);
      if (!deleted) hidden = false;
    }
    if (hidden) this.#hidden++;
    this.#place(row, record);
    this.#flags(row, record, hidden);
  }

  #update(row: number, record: Uint8Array): void {
    const flagModseq = flagModseqOf(record);
    this.#flagModseqs.set(row, flagModseq);
    const members = membershipCount(record);
    const leaving = new Set(mailboxesOf(this.#before, row));
    const had = leaving.size;
    let kept = 0;
    let hidden = true;
    for (let i = 0; i < members; i++) {
      const mailbox = mailboxAt(record, i);
      const uid = uidAt(record, i);
      const deleted = deletedAt(record, i);
      const modseq = addModseqAt(record, i);
      const added = modseq > flagModseq ? modseq : 0;
      if (!deleted) hidden = false;
      const index = leaving.has(mailbox) ? this.#box(mailbox).find(uid, row) : -1;
      if (index < 0) {
        this.#box(mailbox).append(uid, row, added, deleted);
        continue;
      }
      leaving.delete(mailbox);
      kept++;
      const box = this.#box(mailbox);
      // An older value that the flags have overtaken may stay.
      if (deleted !== box.isDeleted(index) || (added > 0 && added !== box.addedAt(index)))
        this.#box(mailbox).update(index, added, deleted);
    }
    for (const mailbox of leaving) this.#box(mailbox).remove(row);
    if (kept !== had || kept !== members) this.#place(row, record);
    const wasHidden = (cell(this.#before.words[0] as Chunks<Uint32Array>, row) & HIDDEN) !== 0;
    this.#hidden += Number(hidden) - Number(wasHidden);
    this.#flags(row, record, hidden);
  }

  #remove(row: number): void {
    this.#removed.push(row);
    for (const mailbox of mailboxesOf(this.#before, row)) this.#box(mailbox).remove(row);
    if ((cell(this.#before.words[0] as Chunks<Uint32Array>, row) & HIDDEN) !== 0) this.#hidden--;
  }

  #box(mailbox: DocumentId): BoxEdit {
    let box = this.#boxes.get(mailbox);
    if (!box) {
      box = new BoxEdit(this.#before.boxes.get(mailbox) ?? EMPTY_BOX);
      this.#boxes.set(mailbox, box);
    }
    return box;
  }

  #place(row: number, record: Uint8Array): void {
    const members = membershipCount(record);
    const only = members === 1 ? this.#before.ordinals.of(mailboxAt(record, 0)) : SEVERAL;
    if (only < SEVERAL) {
      this.#where.set(row, only);
      this.#lists.set(row, undefined);
      return;
    }
    const list: DocumentId[] = [];
    for (let i = 0; i < members; i++) list.push(mailboxAt(record, i));
    this.#where.set(row, SEVERAL);
    this.#lists.set(row, list);
  }

  #flags(row: number, record: Uint8Array, hidden: boolean): void {
    const words = this.#record;
    words.fill(0);
    words[0] = (hasAttachmentOf(record) ? ATTACHMENT : 0) | (hidden ? HIDDEN : 0);
    const keywords = keywordCount(record);
    for (let i = 0; i < keywords; i++) {
      const number = keywordAt(record, i);
      const word = number >>> 5;
      while (words.length <= word) words.push(0);
      words[word] = (words[word] as number) | (1 << (number & 31));
    }
    while (this.#words.length < words.length) this.#words.push(new ChunkWriter([], 0, newWords, 0));
    for (let i = 0; i < this.#words.length; i++) {
      const value = (words[i] ?? 0) >>> 0;
      const writer = this.#words[i] as ChunkWriter<number, Uint32Array>;
      if (writer.get(row) !== value) writer.set(row, value);
    }
  }

  /** The next version. The editor must not be used afterwards. */
  finish(change: ChangeId, epoch: number, keywords: KeywordTable): Columns {
    const shift = this.#removed.length > 0 ? this.#shifts() : undefined;
    const boxes = new Map(this.#before.boxes);
    for (const [mailbox, edit] of this.#boxes) boxes.set(mailbox, edit.finish(shift));
    const columns: Columns = {
      change,
      epoch,
      count: this.#count,
      fixed: { ids: this.#ids, received: this.#received, sizes: this.#sizes, threads: this.#threads },
      words: this.#words.map((writer) => writer.finish()),
      flagModseqs: this.#flagModseqs.finish(),
      where: this.#where.finish(),
      lists: this.#lists.finish(),
      ordinals: this.#before.ordinals,
      boxes,
      hidden: this.#hidden,
      keywords,
    };
    if (!shift) return columns;
    for (const [mailbox, box] of boxes) {
      if (!this.#boxes.has(mailbox)) boxes.set(mailbox, new BoxEdit(box).finish(shift));
    }
    return compacted(columns, shift);
  }

  /** For each row how many rows before it go. A row that goes has the shift of the one behind it, less one. */
  #shifts(): Uint32Array {
    const shift = new Uint32Array(this.#count + 1);
    const removed = Uint32Array.from(this.#removed).sort();
    let gone = 0;
    let row = 0;
    for (const next of removed) {
      shift.fill(gone, row, next + 1);
      row = next + 1;
      gone++;
    }
    shift.fill(gone, row);
    return shift;
  }
}

/** The columns without the rows that go: those whose next row is shifted further. */
function compacted(columns: Columns, shift: Uint32Array): Columns {
  const { count, fixed } = columns;
  const runs = runsThatStay(shift, count);
  const left = count - (shift[count] as number);
  const keep = <A extends Uint32Array | Float64Array>(values: A): A => {
    const out = grown(values.subarray(0, 0) as A, left);
    for (const { from, to, at } of runs) out.set(values.subarray(from, to), at);
    return out;
  };
  return {
    ...columns,
    count: left,
    fixed: {
      ids: keep(fixed.ids),
      received: keep(fixed.received),
      sizes: keep(fixed.sizes),
      threads: keep(fixed.threads),
    },
    words: columns.words.map((chunks) => movedChunks(chunks, runs, newWords)),
    flagModseqs: movedChunks(columns.flagModseqs, runs, newDoubles),
    where: movedChunks(columns.where, runs, newHalves),
    lists: movedChunks<List, ListCells>(columns.lists, runs, newLists),
  };
}

/** Rows that stay, as runs without a gap: `from` to `to` (exclusive) of the old rows, and where they go. */
function runsThatStay(shift: Uint32Array, count: number): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let row = 0; row <= count; row++) {
    if (row < count && shift[row] === shift[row + 1]) continue;
    if (row > from) runs.push({ from, to: row, at: from - (shift[from] as number) });
    from = row + 1;
  }
  return runs;
}
