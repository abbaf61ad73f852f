// Typed arrays that grow, and the order of their values.
import type { Slice } from '../../base/index.ts';

type Growing = Uint32Array | Float64Array;

/** A copy with room for at least `length` values and an eighth more, so that growing costs little for each value. */
export function grown<A extends Growing>(values: A, length: number): A {
  const room = Math.max(16, length + (length >>> 3));
  const out = new (values.constructor as new (length: number) => A)(room);
  out.set(values);
  return out;
}

/** Below this a comparison sort is quicker. */
const FEW = 4096;
const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/** Values looked at between two moments at which others may have their turn. */
const STRIDE = 4096;

/** Indices of the first `count` values by ascending value, then index. Values are integers below 2^53. */
export function orderOf(values: ArrayLike<number>, count: number): Uint32Array {
  const steps = ordering(values, count);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** As `orderOf`, but others have their turn meanwhile. */
export async function orderInTurns(
  values: ArrayLike<number>,
  count: number,
  slice: Slice,
): Promise<Uint32Array> {
  const steps = ordering(values, count);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (slice.due()) await slice.pause();
  }
}

function* ordering(values: ArrayLike<number>, count: number): Generator<undefined, Uint32Array> {
  const order = new Uint32Array(count);
  let least = Infinity;
  let most = -Infinity;
  let ascending = true;
  for (let i = 0; i < count; i++) {
    order[i] = i;
    const value = values[i] as number;
    if (value < most) ascending = false;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (ascending) return order;
  if (count < FEW) return order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  // Radix sort by digits of 16 bits, least significant first.
  let from = order;
  let to = new Uint32Array(count);
  const starts = new Uint32Array(DIGITS + 1);
  for (let scale = 1; scale <= most - least; scale *= DIGITS) {
    starts.fill(0);
    const digit = (index: number): number => Math.floor(((values[index] as number) - least) / scale) % DIGITS;
    for (let i = 0; i < count; ) {
      for (const end = Math.min(count, i + STRIDE); i < end; i++) {
        const at = digit(i) + 1;
        starts[at] = (starts[at] as number) + 1;
      }
      yield;
    }
    for (let i = 1; i <= DIGITS; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    for (let i = 0; i < count; ) {
      for (const end = Math.min(count, i + STRIDE); i < end; i++) {
        const index = from[i] as number;
        const at = digit(index);
        const place = starts[at] as number;
        starts[at] = place + 1;
        to[place] = index;
      }
      yield;
    }
    [from, to] = [to, from];
  }
  return from;
}
