// The times of schedules, and that each is taken by one worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holdClock } from '../base/index.ts';
import { openMemory } from '../store/index.ts';
import { TaskQueue } from './queue.ts';
import { lastSlot, nextSlot, type Repetition, Scheduler } from './schedule.ts';

const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();
const DAY = 86_400_000;

test('the last and the next hour, day and week', () => {
  const noon = at(2026, 10, 27, 12, 0); // a Friday
  const both = (when: Repetition, time = noon) => [lastSlot(when, time), nextSlot(when, time)];
  const hourly = { '@type': 'Hourly', minute: 30 } as const;
  assert.deepEqual(both(hourly), [at(2026, 10, 27, 11, 30), at(2026, 10, 27, 12, 30)]);
  const daily = { '@type': 'Daily', hour: 12, minute: 0 } as const;
  assert.deepEqual(both(daily), [noon, at(2026, 10, 28, 12, 0)]);
  assert.deepEqual(both(daily, noon - 1), [at(2026, 10, 26, 12, 0), noon]);
  assert.deepEqual(both(daily, noon + 1), [noon, at(2026, 10, 28, 12, 0)]);
  const weekly = { '@type': 'Weekly', day: 0, hour: 4, minute: 5 } as const;
  assert.deepEqual(both(weekly), [at(2026, 10, 22, 4, 5), at(2026, 10, 29, 4, 5)]);
});

test('a time is never before the last one and never after the next one', () => {
  const minute = fc.nat({ max: 59 });
  const hour = fc.nat({ max: 23 });
  const repetition: fc.Arbitrary<Repetition> = fc.oneof(
    fc.record({ '@type': fc.constant('Hourly' as const), minute }),
    fc.record({ '@type': fc.constant('Daily' as const), hour, minute }),
    fc.record({ '@type': fc.constant('Weekly' as const), day: fc.nat({ max: 6 }), hour, minute }),
  );
  fc.assert(
    fc.property(repetition, fc.integer({ min: 4 * DAY, max: 4e12 }), (when, time) => {
      const [last, next] = [lastSlot(when, time), nextSlot(when, time)];
      const days = { Hourly: 1 / 24, Daily: 1, Weekly: 7 }[when['@type']];
      // An hour more where the clocks are put back.
      assert.ok(last <= time && time - last <= days * DAY + 3_600_000);
      assert.ok(next > time && next - last <= 2 * days * DAY + 3_600_000);
    }),
    { numRuns: 200 },
  );
});

test('of many workers one orders the work of a time, and a missed time is made up for once', async () => {
  const stores = openMemory();
  let time = at(2026, 10, 27, 12, 0);
  const release = holdClock(() => time);
  try {
    const queue = new TaskQueue(stores);
    const daily = { '@type': 'Daily', hour: 4, minute: 0 } as const;
    const scheduler = () =>
      new Scheduler(stores.data, queue, [
        {
          name: 'data',
          when: () => daily,
          work: () => [
            { subject: { '@type': 'StoreMaintenance', maintenanceType: 'purgeData', shardIndex: null } },
          ],
        },
      ]);
    const workers = [scheduler(), scheduler(), scheduler()];
    const tick = () => Promise.all(workers.map((worker) => worker.tick()));
    const ordered = async (): Promise<number> => {
      let count = 0;
      for await (const page of queue.scan()) count += page.length;
      return count;
    };
    assert.deepEqual(new Set(await tick()), new Set([at(2026, 10, 28, 4, 0)]));
    assert.equal(await ordered(), 0, 'a new installation waits for its first time');
    time = at(2026, 10, 28, 4, 0);
    await tick();
    await tick();
    assert.equal(await ordered(), 1);
    time = at(2026, 11, 3, 5, 0);
    await tick();
    assert.equal(await ordered(), 2, 'many days away');
  } finally {
    release();
    await stores.close();
  }
});
