// Limits and ends of a scanned page, the same for every engine.
import { compareBytes, concatBytes } from '../base/index.ts';
import type { Key, Page, Range, ScanOptions } from './types.ts';

const DEFAULT_ROWS = 1000;

/** A page ends behind so many bytes of keys and values, so that its memory is bounded. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Range that is left behind `after`; undefined when nothing is. */
export function rangeLeft(range: Range, options: ScanOptions): Range | undefined {
  let { from, to } = range;
  const { after, reverse } = options;
  if (after && reverse && compareBytes(after, to) < 0) to = after;
  // the next key in byte order
  if (after && !reverse && compareBytes(after, from) >= 0) from = concatBytes(after, ZERO);
  return compareBytes(from, to) < 0 ? { from, to } : undefined;
}

/** Collects the rows of a page. */
export class PageBuilder {
  readonly keys: Key[] = [];
  readonly values: Uint8Array[] = [];
  readonly #limit: number;
  #bytes = 0;
  #more = false;

  constructor(options: ScanOptions) {
    this.#limit = Math.max(1, options.limit ?? DEFAULT_ROWS);
  }

  /** Rows to ask for: one more than fit tells whether more follow. */
  get wanted(): number {
    return this.#limit + 1;
  }

  /** False when the page was full before this row. */
  add(key: Key, value: Uint8Array): boolean {
    if (this.keys.length >= this.#limit || this.#bytes >= MOST_BYTES) {
      this.#more = true;
      return false;
    }
    this.keys.push(key);
    this.values.push(value);
    this.#bytes += key.length + value.length;
    return true;
  }

  finish(): Page {
    const { keys, values } = this;
    const next = this.#more ? keys.at(-1) : undefined;
    return next ? { keys, values, next } : { keys, values };
  }
}

const ZERO = Uint8Array.of(0);
