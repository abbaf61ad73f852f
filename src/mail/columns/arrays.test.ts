import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slice } from '../../base/index.ts';
import { orderInTurns, orderOf } from './arrays.ts';

const times = fc.oneof(
  fc.array(fc.nat(20), { maxLength: 50 }),
  fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { maxLength: 50 }),
);

test('the order is by value, then by index, few or many, at once or in turns', async () => {
  await fc.assert(
    fc.asyncProperty(times, fc.constantFrom(1, 200), async (some, copies) => {
      const values = Float64Array.from(
        { length: some.length * copies },
        (_, i) => some[i % some.length] ?? 0,
      );
      const expected = Array.from(values.keys()).sort(
        (a, b) => (values[a] as number) - (values[b] as number) || a - b,
      );
      assert.deepEqual(Array.from(orderOf(values, values.length)), expected);
      assert.deepEqual(Array.from(await orderInTurns(values, values.length, new Slice())), expected);
    }),
    { numRuns: 40 },
  );
});
