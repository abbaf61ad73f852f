// A column that changes in single rows: pieces of 1,024 rows, of which a new version copies only those it writes to.
// Versions follow one another in a line, so rows behind the end of the older ones are written in place.

export const CHUNK_BITS = 10;
export const CHUNK = 1 << CHUNK_BITS;
const MASK = CHUNK - 1;

/** The cells of a piece. */
export interface Cells<V> {
  [index: number]: V;
  slice(): this;
}

/** Pieces in order; one that was never written is undefined and stands for empty cells. */
export type Chunks<A> = readonly (A | undefined)[];

/** Value of a row in a column of numbers; 0 where nothing was written. */
export function cell(chunks: Chunks<Cells<number>>, row: number): number {
  return chunks[row >>> CHUNK_BITS]?.[row & MASK] ?? 0;
}

/** Writes the next version of a column. */
export class ChunkWriter<V, A extends Cells<V>> {
  readonly #chunks: (A | undefined)[];
  /** Pieces from here on, and those in `#own`, may be written in place. */
  readonly #shared: number;
  /** Rows from here on belong to no older version. */
  readonly #frozen: number;
  readonly #own = new Set<number>();
  readonly #make: () => A;
  readonly #empty: V;

  /** @param frozen rows of the version before */
  constructor(before: Chunks<A>, frozen: number, make: () => A, empty: V) {
    this.#chunks = before.slice();
    this.#shared = before.length;
    this.#frozen = frozen;
    this.#make = make;
    this.#empty = empty;
  }

  get(row: number): V {
    const chunk = this.#chunks[row >>> CHUNK_BITS];
    return chunk ? (chunk[row & MASK] as V) : this.#empty;
  }

  set(row: number, value: V): void {
    const number = row >>> CHUNK_BITS;
    let chunk = this.#chunks[number];
    if (!chunk) {
      if (value === this.#empty) return;
      chunk = this.#make();
      this.#put(number, chunk);
    } else if (row < this.#frozen && number < this.#shared && !this.#own.has(number)) {
      chunk = chunk.slice();
      this.#put(number, chunk);
    }
    chunk[row & MASK] = value;
  }

  #put(number: number, chunk: A): void {
    while (this.#chunks.length < number) this.#chunks.push(undefined);
    this.#chunks[number] = chunk;
    this.#own.add(number);
  }

  finish(): Chunks<A> {
    return this.#chunks;
  }
}

export const newWords = (): Uint32Array => new Uint32Array(CHUNK);
export const newHalves = (): Uint16Array => new Uint16Array(CHUNK);
export const newDoubles = (): Float64Array => new Float64Array(CHUNK);
export const newLists = (): (readonly number[] | undefined)[] => Array.from({ length: CHUNK });
