// Arithmetic of UID ranges, against sets of numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rangesOf } from '../formats/imap/index.ts';
import { intersectRanges, without } from './vanished.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 })).map((list) => list.sort((a, b) => a - b));

test('ranges in common and ranges without numbers', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const both = a.filter((n) => b.includes(n));
      const rest = a.filter((n) => !b.includes(n));
      assert.deepEqual(members(without(rangesOf(a), b)), rest);
      assert.deepEqual(members(intersectRanges(rangesOf(a), rangesOf(b))), both);
    }),
  );
});

function members(ranges: readonly number[]): number[] {
  const all: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    for (let n = ranges[i] as number; n <= (ranges[i + 1] as number); n++) all.push(n);
  }
  return all;
}
