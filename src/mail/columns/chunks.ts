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

/** Rows `from` to `to` (exclusive) that become the rows from `at`. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** The column of these runs alone; ascending, and none goes up. Pieces in front of the first move are shared. */
export function movedChunks<V, A extends Cells<V>>(
  chunks: Chunks<A>,
  runs: readonly Run[],
  make: () => A,
): Chunks<A> {
  const [first] = runs;
  const same = first?.from === 0 && first.at === 0 ? first.to >>> CHUNK_BITS : 0;
  const out: (A | undefined)[] = chunks.slice(0, same);
  for (const { from, to, at } of runs) {
    let row = Math.max(from, same << CHUNK_BITS);
    while (row < to) {
      const target = at + row - from;
      const length = Math.min(to - row, CHUNK - (row & MASK), CHUNK - (target & MASK));
      const source = chunks[row >>> CHUNK_BITS];
      if (source) {
        const number = target >>> CHUNK_BITS;
        while (out.length < number) out.push(undefined);
        const chunk = (out[number] ??= make());
        copyCells<V>(source, row & MASK, chunk, target & MASK, length);
      }
      row += length;
    }
  }
  return out;
}

function copyCells<V>(source: Cells<V>, from: number, target: Cells<V>, at: number, length: number): void {
  if (isTyped(source) && isTyped(target)) {
    target.set(source.subarray(from, from + length), at);
    return;
  }
  for (let i = 0; i < length; i++) target[at + i] = source[from + i] as V;
}

/** The parts of typed arrays that copying needs. */
type Typed = Uint32Array;
const isTyped = (cells: unknown): cells is Typed => ArrayBuffer.isView(cells);

export const newWords = (): Uint32Array => new Uint32Array(CHUNK);
export const newHalves = (): Uint16Array => new Uint16Array(CHUNK);
export const newDoubles = (): Float64Array => new Float64Array(CHUNK);
export const newLists = (): (readonly number[] | undefined)[] => Array.from({ length: CHUNK });
