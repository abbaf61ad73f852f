// Sorting that does not hold the event loop: short runs sorted at once, then merges that yield. Stable.
import type { Slice } from '../../base/index.ts';

/** Items sorted at once. */
const RUN = 1024;
/** Steps of a merge between two looks at the clock. */
const STRIDE = 512;

/** A sorted copy. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  slice: Slice,
): Promise<T[]> {
  const { length } = items;
  let from: T[] = [];
  for (let start = 0; start < length; start += RUN) {
    from.push(...items.slice(start, start + RUN).sort(compare));
    if (slice.due()) await slice.pause();
  }
  for (let width = RUN; width < length; width *= 2) {
    const to: T[] = [];
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      const end = Math.min(start + 2 * width, length);
      for (let left = start, right = middle; left < middle || right < end; ) {
        const takesLeft = left < middle && (right >= end || compare(from[left] as T, from[right] as T) <= 0);
        to.push(from[takesLeft ? left++ : right++] as T);
        if (to.length % STRIDE === 0 && slice.due()) await slice.pause();
      }
    }
    from = to;
  }
  return from;
}
