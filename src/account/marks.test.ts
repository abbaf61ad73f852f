// Which changes were made before a time, before and after the log was shortened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holdClock } from '../base/index.ts';
import { openMemory } from '../store/index.ts';
import { createAccounts } from './accounts.ts';
import { DataType } from './types.ts';

const HOUR = 3_600_000;

test('the last change before a time is never one that was made later, and is exact while the log tells', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ keep: fc.integer({ min: 0, max: 5 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      let time = 1_800_000_000_000;
      const release = holdClock(() => time);
      const stores = openMemory();
      const accounts = createAccounts(stores);
      try {
        /** Time of each change; the first is change 1. */
        const made: number[] = [];
        for (const one of steps) {
          if ('write' in one) {
            time += one.write * HOUR;
            await accounts.get(1).write((w) => w.touch(DataType.Quota));
            made.push(time);
          } else {
            await accounts.trim(1, one.keep, time);
          }
        }
        const { horizon } = await accounts.get(1).head();
        for (const when of [0, ...made, time + HOUR]) {
          const exact = made.filter((one) => one < when).length;
          const found = await accounts.lastBefore(1, when);
          assert.ok(found <= exact, `${found} was made later than ${exact}`);
          // The log tells of the change that follows and of one that went before.
          if (exact >= horizon) assert.equal(found, exact);
          // What went with one shortening is known from then on.
          if (when > time) assert.equal(found, made.length);
        }
      } finally {
        accounts.close();
        await stores.close();
        release();
      }
    }),
    { numRuns: 60 },
  );
});
