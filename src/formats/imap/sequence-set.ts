// Sequence sets (RFC 9051 §9 `sequence-set`, RFC 5182 `$`): parsing, resolving against a mailbox, writing.
import type { Cursor } from './cursor.ts';

/** Stands for `*`, the highest number in use. */
export const STAR = 0x1_0000_0000;

export interface SequenceSet {
  /** The set is `$`: the saved result of the last SEARCH RETURN (SAVE). */
  readonly saved: boolean;
  /** Pairs first, last, as the client wrote them (4:2 is possible); `STAR` for `*`. */
  readonly ranges: readonly number[];
}

/** Ascending, disjoint, not touching: pairs first, last. */
export type Ranges = readonly number[];

function bound(cursor: Cursor): number {
  return cursor.take('*') ? STAR : cursor.nzNumber();
}

export function parseSequenceSet(cursor: Cursor): SequenceSet {
  if (cursor.take('$')) return { saved: true, ranges: [] };
  const ranges: number[] = [];
  do {
    const first = bound(cursor);
    ranges.push(first, cursor.take(':') ? bound(cursor) : first);
  } while (cursor.take(','));
  return { saved: false, ranges };
}

/** Pairs in any order as ascending disjoint ranges. */
export function normalizeRanges(pairs: readonly number[]): Ranges {
  const starts: [number, number][] = [];
  let sorted = true;
  let last = -1;
  for (let i = 0; i < pairs.length; i += 2) {
    const a = pairs[i] as number;
    const b = pairs[i + 1] as number;
    const first = Math.min(a, b);
    if (first < last) sorted = false;
    last = first;
    starts.push([first, Math.max(a, b)]);
  }
  if (!sorted) starts.sort((x, y) => x[0] - y[0]);
  const out: number[] = [];
  for (const [first, end] of starts) {
    const previous = out.length - 1;
    if (previous > 0 && first <= (out[previous] as number) + 1) {
      if (end > (out[previous] as number)) out[previous] = end;
    } else {
      out.push(first, end);
    }
  }
  return out;
}

/**
 * Ranges of a set of numbers when `highest` is the highest in use. A range with `*` always holds the highest
 * number, also when its other end lies above it (RFC 9051 §9 `seq-range`).
 */
export function resolveSet(set: SequenceSet, highest: number): Ranges {
  return normalizeRanges(set.ranges.map((n) => (n === STAR ? highest : n)));
}

/** Compact text of ascending numbers: `1:3,7`. */
export function formatNumbers(numbers: ArrayLike<number>, from = 0, to = numbers.length): string {
  let text = '';
  for (let i = from; i < to; ) {
    const first = numbers[i] as number;
    let last = first;
    while (++i < to && numbers[i] === last + 1) last++;
    if (text !== '') text += ',';
    text += last === first ? `${first}` : `${first}:${last}`;
  }
  return text;
}

/** Text of ranges: `1:3,7`. */
export function formatRanges(ranges: Ranges): string {
  let text = '';
  for (let i = 0; i < ranges.length; i += 2) {
    if (i > 0) text += ',';
    text += ranges[i] === ranges[i + 1] ? `${ranges[i]}` : `${ranges[i]}:${ranges[i + 1]}`;
  }
  return text;
}

/** Ranges of ascending numbers. */
export function rangesOf(numbers: ArrayLike<number>): Ranges {
  const out: number[] = [];
  for (let i = 0; i < numbers.length; ) {
    const first = numbers[i] as number;
    let last = first;
    while (++i < numbers.length && numbers[i] === last + 1) last++;
    out.push(first, last);
  }
  return out;
}

/** True when a number is in the ranges. */
export function inRanges(ranges: Ranges, number: number): boolean {
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (number < (ranges[2 * middle] as number)) high = middle - 1;
    else if (number > (ranges[2 * middle + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}
