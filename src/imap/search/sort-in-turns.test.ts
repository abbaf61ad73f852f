// The order is that of a stable sort, whatever the length.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slice } from '../../base/index.ts';
import { sortInTurns } from './sort-in-turns.ts';

test('sorts as a stable sort does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 3000, size: 'max' }), async (values) => {
      const items = values.map((key, place) => ({ key, place }));
      const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
      assert.deepEqual(await sortInTurns(items, compare, new Slice()), [...items].sort(compare));
    }),
    { numRuns: 30 },
  );
});
