// The moments of schedules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cron, nextRun } from './schedule.ts';

const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();

test('the next hour, day and week', () => {
  const noon = at(2026, 10, 27, 12, 0); // a Friday
  assert.equal(nextRun({ '@type': 'Hourly', minute: 30 }, noon), at(2026, 10, 27, 12, 30));
  assert.equal(nextRun({ '@type': 'Hourly', minute: 0 }, noon), at(2026, 10, 27, 13, 0));
  assert.equal(nextRun({ '@type': 'Daily', hour: 13, minute: 5 }, noon), at(2026, 10, 27, 13, 5));
  assert.equal(nextRun({ '@type': 'Daily', hour: 4, minute: 0 }, noon), at(2026, 10, 28, 4, 0));
  assert.equal(nextRun({ '@type': 'Weekly', day: 0, hour: 4, minute: 0 }, noon), at(2026, 10, 29, 4, 0));
  assert.equal(nextRun({ '@type': 'Weekly', day: 5, hour: 4, minute: 0 }, noon), at(2026, 11, 4, 4, 0));
  assert.equal(nextRun({ '@type': 'Weekly', day: 5, hour: 13, minute: 0 }, noon), at(2026, 10, 27, 13, 0));
});

test('is always later, and never later than its period', () => {
  const minute = fc.nat({ max: 59 });
  const hour = fc.nat({ max: 23 });
  const cron: fc.Arbitrary<Cron> = fc.oneof(
    fc.record({ '@type': fc.constant('Hourly' as const), minute }),
    fc.record({ '@type': fc.constant('Daily' as const), hour, minute }),
    fc.record({ '@type': fc.constant('Weekly' as const), day: fc.nat({ max: 6 }), hour, minute }),
  );
  fc.assert(
    fc.property(cron, fc.integer({ min: 0, max: 4e12 }), (one, after) => {
      const next = nextRun(one, after);
      const days = { Hourly: 1 / 24, Daily: 1, Weekly: 7 }[one['@type']];
      // An hour more for the end of summer time.
      assert.ok(next > after && next - after <= days * 86_400_000 + 3_600_000);
    }),
  );
});
