// Keys that lie close together are read as one range: a row of a scan costs about half of a lookup.
import { readU32 } from '../../../base/index.ts';
import type { Key } from '../../types.ts';

/** Fewer keys than these are looked up one by one. */
const FEWEST = 16;
/** Ids that a range may span for each one that is wanted: documents of several types draw them from one account. */
const SPREAD = 4;

/** Keys that differ in their last four bytes only, a number, and lie within one short range. */
export class NearKeys {
  readonly from: Key;
  /** Exclusive. */
  readonly to: Key;
  readonly #first: number;
  readonly #values: (Uint8Array | undefined)[];

  private constructor(from: Key, to: Key) {
    this.from = from;
    this.to = Buffer.concat([to, Uint8Array.of(0)]);
    this.#first = numberOf(from);
    this.#values = Array.from<undefined>({ length: numberOf(to) - this.#first + 1 });
  }

  /** Undefined for keys that are better looked up one by one. */
  static of(keys: readonly Key[]): NearKeys | undefined {
    let lowest = keys[0];
    if (keys.length < FEWEST || lowest === undefined || lowest.length < 5) return undefined;
    let highest = lowest;
    for (const key of keys) {
      if (!isBeside(key, lowest)) return undefined;
      const number = numberOf(key);
      if (number < numberOf(lowest)) lowest = key;
      else if (number > numberOf(highest)) highest = key;
    }
    const span = numberOf(highest) - numberOf(lowest);
    return span < SPREAD * keys.length ? new NearKeys(lowest, highest) : undefined;
  }

  /** Notes a row of the range; rows of other keys in it are passed over. */
  add(key: Key, value: Uint8Array): void {
    if (key.length === this.from.length) this.#values[numberOf(key) - this.#first] = value;
  }

  valueOf(key: Key): Uint8Array | undefined {
    return this.#values[numberOf(key) - this.#first];
  }
}

const numberOf = (key: Key): number => readU32(key, key.length - 4);

function isBeside(key: Key, other: Key): boolean {
  if (key.length !== other.length) return false;
  for (let at = key.length - 5; at >= 0; at--) if (key[at] !== other[at]) return false;
  return true;
}
