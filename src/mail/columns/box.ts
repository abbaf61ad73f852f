// The members of one mailbox in memory, by ascending UID. A version never changes below its count; the next one shares
// its arrays when members were only added, as deliveries do, and copies them when some left.
import type { ChangeId } from '../../account/index.ts';
import { grown, orderOf } from './arrays.ts';

export interface Box {
  readonly count: number;
  /** Longer than `count`, as all arrays here. */
  readonly uids: Uint32Array;
  readonly rows: Uint32Array;
  /** Change that added a member or moved its `\Deleted`, where it may be greater than that of its flags. */
  readonly added: Float64Array | undefined;
  /** 1 for members that are `\Deleted` here. */
  readonly deleted: Uint8Array | undefined;
  readonly deletedCount: number;
}

export const EMPTY_BOX: Box = {
  count: 0,
  uids: new Uint32Array(),
  rows: new Uint32Array(),
  added: undefined,
  deleted: undefined,
  deletedCount: 0,
};

/** Index of a UID, negative when it is not there. */
export function indexOfUid(uids: Uint32Array, count: number, uid: number): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = uids[middle] as number;
    if (found === uid) return middle;
    if (found < uid) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Bytes of the arrays. */
export const boxBytes = ({ uids, rows, added, deleted }: Box): number =>
  uids.byteLength + rows.byteLength + (added?.byteLength ?? 0) + (deleted?.byteLength ?? 0);

export class BoxEdit {
  readonly #before: Box;
  #count: number;
  #uids: Uint32Array;
  #rows: Uint32Array;
  #added: Float64Array | undefined;
  #deleted: Uint8Array | undefined;
  #deletedCount: number;
  #ascending = true;
  readonly #leaving = new Set<number>();

  constructor(before: Box) {
    this.#before = before;
    this.#count = before.count;
    this.#uids = before.uids;
    this.#rows = before.rows;
    this.#added = before.added;
    this.#deleted = before.deleted;
    this.#deletedCount = before.deletedCount;
  }

  /** Index of a member that the version before has. */
  find(uid: number, row: number): number {
    const index = indexOfUid(this.#before.uids, this.#before.count, uid);
    return index >= 0 && this.#before.rows[index] === row ? index : -1;
  }

  isDeleted(index: number): boolean {
    return this.#deleted?.[index] === 1;
  }

  addedAt(index: number): ChangeId {
    return this.#added?.[index] ?? 0;
  }

  /** @param added 0 when it is not greater than the change of the flags */
  append(uid: number, row: number, added: ChangeId, deleted: boolean): void {
    const at = this.#count++;
    if (at >= this.#uids.length) {
      this.#uids = grown(this.#uids, at + 1);
      this.#rows = grown(this.#rows, at + 1);
      if (this.#added) this.#added = resized(this.#added, this.#uids.length);
      if (this.#deleted) this.#deleted = resized(this.#deleted, this.#uids.length);
    }
    if (at > 0 && uid <= (this.#uids[at - 1] as number)) this.#ascending = false;
    this.#uids[at] = uid;
    this.#rows[at] = row;
    if (added > 0) this.#added ??= new Float64Array(this.#uids.length);
    if (this.#added) this.#added[at] = added;
    if (deleted) {
      this.#deleted ??= new Uint8Array(this.#uids.length);
      this.#deletedCount++;
    }
    if (this.#deleted) this.#deleted[at] = deleted ? 1 : 0;
  }

  /** Moves a member's `\Deleted` and the change that did so. */
  update(index: number, added: ChangeId, deleted: boolean): void {
    if (added !== this.addedAt(index)) {
      if (this.#added === this.#before.added)
        this.#added = this.#added?.slice() ?? new Float64Array(this.#uids.length);
      (this.#added as Float64Array)[index] = added;
    }
    if (deleted === this.isDeleted(index)) return;
    if (this.#deleted === this.#before.deleted)
      this.#deleted = this.#deleted?.slice() ?? new Uint8Array(this.#uids.length);
    (this.#deleted as Uint8Array)[index] = deleted ? 1 : 0;
    this.#deletedCount += deleted ? 1 : -1;
  }

  /** Takes out the member of a row that the version before has. */
  remove(row: number): void {
    this.#leaving.add(row);
  }

  /** @param shift for each row of the version before, how many rows before it go; none without */
  finish(shift?: Uint32Array): Box {
    if (this.#leaving.size > 0) this.#compact();
    if (!this.#ascending) this.#sort();
    if (shift) {
      // Also behind a removal: the rows may still be those of the version before.
      if (this.#rows === this.#before.rows) this.#rows = this.#rows.slice();
      for (let i = 0; i < this.#count; i++) {
        const row = this.#rows[i] as number;
        this.#rows[i] = row - (shift[row] as number);
      }
    }
    return {
      count: this.#count,
      uids: this.#uids,
      rows: this.#rows,
      added: this.#added,
      deleted: this.#deletedCount > 0 ? this.#deleted : undefined,
      deletedCount: this.#deletedCount,
    };
  }

  #compact(): void {
    const old = this.#before.count;
    let least = Infinity;
    let most = 0;
    for (const row of this.#leaving) {
      if (row < least) least = row;
      if (row > most) most = row;
    }
    // hot: runs over all members, most of which stay
    const gone: number[] = [];
    for (let i = 0; i < old; i++) {
      const row = this.#rows[i] as number;
      if (row >= least && row <= most && this.#leaving.has(row)) gone.push(i);
    }
    for (const index of gone) if (this.#deleted?.[index] === 1) this.#deletedCount--;
    const count = this.#count;
    this.#count = count - gone.length;
    this.#uids = without(this.#uids, count, gone);
    this.#rows = without(this.#rows, count, gone);
    this.#added = this.#added && dense(without(this.#added, count, gone), this.#count);
    this.#deleted = this.#deleted && without(this.#deleted, count, gone);
    this.#ascending = isAscending(this.#uids, this.#count);
  }

  #sort(): void {
    const order = orderOf(this.#uids, this.#count);
    this.#uids = permuted(this.#uids, order);
    this.#rows = permuted(this.#rows, order);
    if (this.#added) this.#added = permuted(this.#added, order);
    if (this.#deleted) this.#deleted = permuted(this.#deleted, order);
  }
}

type Column = Uint32Array | Float64Array | Uint8Array;

function isAscending(values: Uint32Array, count: number): boolean {
  for (let i = 1; i < count; i++) if ((values[i] as number) <= (values[i - 1] as number)) return false;
  return true;
}

/** A copy without the values at these indices, as long as before. */
function without<A extends Column>(values: A, count: number, gone: readonly number[]): A {
  const out = resized(values.subarray(0, 0) as A, values.length);
  let from = 0;
  let at = 0;
  for (const index of [...gone, count]) {
    out.set(values.subarray(from, index), at);
    at += index - from;
    from = index + 1;
  }
  return out;
}

/** Nothing in place of an array of nothing. */
function dense(values: Float64Array, count: number): Float64Array | undefined {
  for (let i = 0; i < count; i++) if (values[i] !== 0) return values;
  return undefined;
}

/** A copy with the values in the order of these indices. */
function permuted<A extends Column>(values: A, order: Uint32Array): A {
  const out = resized(values.subarray(0, 0) as A, values.length);
  for (let i = 0; i < order.length; i++) out[i] = values[order[i] as number] as number;
  return out;
}

function resized<A extends Column>(values: A, length: number): A {
  const out = new (values.constructor as new (length: number) => A)(length);
  out.set(values.subarray(0, length));
  return out;
}
