// Typed arrays that grow, and the order of their values.

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

/** Indices of the first `count` values by ascending value, then index. Values are integers below 2^53. */
export function orderOf(values: ArrayLike<number>, count: number): Uint32Array {
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
    for (let i = 0; i < count; i++) {
      const at = digit(i) + 1;
      starts[at] = (starts[at] as number) + 1;
    }
    for (let i = 1; i <= DIGITS; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    for (let i = 0; i < count; i++) {
      const index = from[i] as number;
      const at = digit(index);
      const place = starts[at] as number;
      starts[at] = place + 1;
      to[place] = index;
    }
    [from, to] = [to, from];
  }
  return from;
}
