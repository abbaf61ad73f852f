// Finds the rows of a thread: chains of rows by hash of their thread, made when first asked for and lengthened as rows
// are added. Versions that only differ by added rows share it; each looks at its own rows.
import type { DocumentId } from '../../account/index.ts';
import type { Columns } from './columns.ts';

export class ThreadIndex {
  /** Last row of each chain, plus one. */
  #heads = new Uint32Array();
  /** The row before in the chain, plus one. */
  #next = new Uint32Array();
  #count = 0;

  /** Rows of a thread in a version, in ascending order. */
  rows(thread: DocumentId, { fixed, count }: Pick<Columns, 'fixed' | 'count'>): Uint32Array {
    this.#extend(fixed.threads, count);
    const found: number[] = [];
    let at = this.#heads[bucket(thread, this.#heads.length)] ?? 0;
    while (at > 0) {
      const row = at - 1;
      if (row < count && fixed.threads[row] === thread) found.push(row);
      at = this.#next[row] as number;
    }
    return Uint32Array.from(found.reverse());
  }

  #extend(threads: Uint32Array, count: number): void {
    if (count <= this.#count) return;
    if (count > this.#next.length) {
      // Twice the rows, so that chains stay short until the next time.
      const room = 2 ** Math.ceil(Math.log2(Math.max(count * 1.25, 64)));
      this.#heads = new Uint32Array(room);
      this.#next = new Uint32Array(room);
      this.#count = 0;
    }
    const { length } = this.#heads;
    // hot: all rows at the first use
    for (let row = this.#count; row < count; row++) {
      const chain = bucket(threads[row] as number, length);
      this.#next[row] = this.#heads[chain] as number;
      this.#heads[chain] = row + 1;
    }
    this.#count = count;
  }
}

/** `length` is a power of two. */
const bucket = (thread: DocumentId, length: number): number =>
  (Math.imul(thread, 0x9e3779b1) >>> 7) & (length - 1);
