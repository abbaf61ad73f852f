// A seeded random source for generated test data: the same seed gives the same data on every machine.

export interface Random {
  /** A number from 0 to below 1. */
  next(): number;
  /** An integer from 0 to below `n`. */
  below(n: number): number;
  /** Whether an event of this probability happens. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

/** Mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const next = (): number => word() / 0x1_0000_0000;
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new RangeError('pick from an empty list');
      return found;
    },
    bytes: (length) => {
      const out = new Uint8Array(length);
      const words = new DataView(out.buffer);
      let at = 0;
      for (; at + 4 <= length; at += 4) words.setUint32(at, word());
      for (; at < length; at++) out[at] = word();
      return out;
    },
  };
}
