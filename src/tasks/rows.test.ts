// The stored form of tasks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoreCorrupt } from '../store/index.ts';
import { fuzz } from './fuzz.ts';
import { decodeTask, dueKey, dueRange, dueRowOf, encodeTask, idOfKey, lookAt, timeOfDue } from './rows.ts';
import type { TaskRecord, TaskSubject } from './types.ts';

const whole = fc.maxSafeNat();
const id = fc.nat({ max: 0xffff_ffff });
const subject: fc.Arbitrary<TaskSubject> = fc.oneof(
  fc.record({
    '@type': fc.constant('AccountMaintenance' as const),
    accountId: id,
    maintenanceType: fc.constantFrom('purge' as const, 'reindex' as const),
  }),
  fc.record({
    '@type': fc.constant('StoreMaintenance' as const),
    maintenanceType: fc.constantFrom('purgeBlob' as const, 'purgeData' as const),
    shardIndex: fc.option(fc.nat({ max: 255 })),
  }),
  fc.record({
    '@type': fc.constant('DestroyAccount' as const),
    accountId: id,
    accountDomainId: id,
    accountName: fc.string({ minLength: 1 }),
    accountType: fc.constantFrom('User' as const, 'Group' as const),
  }),
);
const record: fc.Arbitrary<TaskRecord> = fc.record(
  {
    subject,
    createdAt: whole,
    due: whole,
    attempts: whole,
    firstFailedAt: whole,
    failedAt: fc.oneof(fc.constant(0), whole),
    reason: fc.string(),
    lapses: whole,
    lease: fc.option(
      fc.record({ owner: fc.string(), until: whole, since: whole }, { noNullPrototype: true }),
      {
        nil: undefined,
      },
    ),
    progress: fc.option(
      fc.record(
        { done: whole, total: fc.option(whole), cursor: fc.option(whole) },
        { noNullPrototype: true },
      ),
      { nil: undefined },
    ),
  },
  { noNullPrototype: true },
);

test('what is written is read', () => {
  fc.assert(
    fc.property(record, (written) => {
      assert.deepEqual(decodeTask(encodeTask(written)), { ...written, subject: { ...written.subject } });
    }),
  );
});

test('what is damaged is refused as damaged', () => {
  const row = encodeTask({
    subject: { '@type': 'AcmeRenewal', domainId: 7 },
    createdAt: 1,
    due: 2,
    attempts: 0,
    firstFailedAt: 0,
    failedAt: 0,
    reason: '',
    lapses: 0,
    lease: undefined,
    progress: undefined,
  });
  assert.throws(() => decodeTask(Uint8Array.of(9, ...row.subarray(1))), StoreCorrupt);
  for (let length = 0; length < row.length; length++)
    assert.throws(() => decodeTask(row.subarray(0, length)), StoreCorrupt);
});

test('any bytes are read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => fuzz(bytes)));
});

test('rows in the order of time stand by class, time and number', () => {
  fc.assert(
    fc.property(whole, id, (time, number) => {
      const key = dueKey('accountMaintenance', time, number);
      assert.deepEqual([timeOfDue(key), idOfKey(key)], [time, number]);
    }),
  );
  const { from, to } = dueRange('accountMaintenance', 5, 9);
  const inside = (key: Uint8Array) => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0;
  assert.ok(
    inside(dueKey('accountMaintenance', 5, 0)) && inside(dueKey('accountMaintenance', 8, 4_000_000_000)),
  );
  assert.ok(!inside(dueKey('accountMaintenance', 4, 1)) && !inside(dueKey('accountMaintenance', 9, 0)));
  assert.ok(!inside(dueKey('storeMaintenance', 6, 1)));
});

test('a task is looked at when it is due, when its lease ends, or never again', () => {
  fc.assert(
    fc.property(record, (one) => {
      const time = lookAt(one);
      if (one.failedAt > 0) assert.equal(time, undefined);
      else assert.equal(time, one.lease ? one.lease.until : one.due);
      assert.equal(dueRowOf(1, one) === undefined, time === undefined);
    }),
  );
});
