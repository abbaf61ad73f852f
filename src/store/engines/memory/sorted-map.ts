// Byte strings in order, in memory: a list of chunks of at most 512 rows. A copy costs a list of chunks: chunks
// are shared and copied when one side writes to them.
import { compareBytes } from '../../../base/index.ts';
import type { Key } from '../../types.ts';

const MOST = 512;

interface Chunk {
  owner: SortedMap;
  readonly keys: Key[];
  readonly values: Uint8Array[];
}

export class SortedMap {
  #chunks: Chunk[] = [];
  #size = 0;

  /** Rows. */
  get size(): number {
    return this.#size;
  }

  get(key: Key): Uint8Array | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) return undefined;
    const at = lowerBound(chunk.keys, key);
    return isAt(chunk.keys, at, key) ? chunk.values[at] : undefined;
  }

  /** Keeps both byte strings as they are. */
  set(key: Key, value: Uint8Array): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push({ owner: this, keys: [key], values: [value] });
      this.#size = 1;
      return;
    }
    const index = Math.min(this.#chunkOf(key), this.#chunks.length - 1);
    const chunk = this.#own(index);
    const at = lowerBound(chunk.keys, key);
    if (isAt(chunk.keys, at, key)) {
      chunk.values[at] = value;
      return;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size++;
    if (chunk.keys.length > MOST) {
      // rows often come in ascending order: then the left half would stay half empty for ever
      const middle = at === MOST ? MOST : MOST >> 1;
      const right: Chunk = {
        owner: this,
        keys: chunk.keys.splice(middle),
        values: chunk.values.splice(middle),
      };
      this.#chunks.splice(index + 1, 0, right);
    }
  }

  delete(key: Key): void {
    const index = this.#chunkOf(key);
    const found = this.#chunks[index];
    if (!found) return;
    const at = lowerBound(found.keys, key);
    if (!isAt(found.keys, at, key)) return;
    const chunk = this.#own(index);
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    this.#size--;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
  }

  deleteRange(from: Key, to: Key): void {
    for (let key = this.first(from, to); key; key = this.first(from, to)) {
      const index = this.#chunkOf(key);
      const chunk = this.#own(index);
      const start = lowerBound(chunk.keys, key);
      const end = lowerBound(chunk.keys, to);
      chunk.keys.splice(start, end - start);
      chunk.values.splice(start, end - start);
      this.#size -= end - start;
      if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
    }
  }

  /** First key of a range. */
  first(from: Key, to: Key): Key | undefined {
    let key: Key | undefined;
    this.ascend(from, to, (found) => {
      key = found;
      return false;
    });
    return key;
  }

  /** Visits keys from `from` up to `to` (exclusive) while `visit` returns true. */
  ascend(from: Key, to: Key, visit: (key: Key, value: Uint8Array) => boolean): void {
    for (let index = this.#chunkOf(from), first = true; index < this.#chunks.length; index++, first = false) {
      const { keys, values } = this.#chunks[index] as Chunk;
      for (let at = first ? lowerBound(keys, from) : 0; at < keys.length; at++) {
        const key = keys[at] as Key;
        if (compareBytes(key, to) >= 0 || !visit(key, values[at] as Uint8Array)) return;
      }
    }
  }

  /** Visits keys below `to` down to `from` (inclusive) while `visit` returns true. */
  descend(from: Key, to: Key, visit: (key: Key, value: Uint8Array) => boolean): void {
    const start = Math.min(this.#chunkOf(to), this.#chunks.length - 1);
    for (let index = start; index >= 0; index--) {
      const { keys, values } = this.#chunks[index] as Chunk;
      for (let at = lowerBound(keys, to) - 1; at >= 0; at--) {
        const key = keys[at] as Key;
        if (compareBytes(key, from) < 0 || !visit(key, values[at] as Uint8Array)) return;
      }
    }
  }

  /** A map of this moment. */
  copy(): SortedMap {
    const copy = new SortedMap();
    // neither side owns the chunks any more
    for (const chunk of this.#chunks) chunk.owner = NOBODY;
    copy.#chunks = this.#chunks.slice();
    copy.#size = this.#size;
    return copy;
  }

  /** Index of the chunk that holds the key if it is there; behind the last when the key is greater than all. */
  #chunkOf(key: Key): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { keys } = this.#chunks[middle] as Chunk;
      if (compareBytes(keys[keys.length - 1] as Key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #own(index: number): Chunk {
    const chunk = this.#chunks[index] as Chunk;
    if (chunk.owner === this) return chunk;
    const own: Chunk = { owner: this, keys: chunk.keys.slice(), values: chunk.values.slice() };
    this.#chunks[index] = own;
    return own;
  }
}

const NOBODY = new SortedMap();

/** Index of the first key that is not below this one. */
function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(keys[middle] as Key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isAt = (keys: readonly Key[], at: number, key: Key): boolean => {
  const found = keys[at];
  return found !== undefined && compareBytes(found, key) === 0;
};
