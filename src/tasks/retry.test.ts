// Attempts, waits and the end of both.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NotFound, Unavailable } from '../base/index.ts';
import { afterFailure, type RetrySettings, waitBefore } from './retry.ts';
import { PermanentFailure, type TaskRecord, type TaskSubject } from './types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_800_000_000_000;

const BACKOFF: RetrySettings = {
  maxAttempts: 3,
  totalDeadline: 6 * HOUR,
  strategy: {
    '@type': 'ExponentialBackoff',
    factor: 2,
    initialDelay: MINUTE,
    maxDelay: 30 * MINUTE,
    jitter: false,
  },
};
const FIXED: RetrySettings = { ...BACKOFF, strategy: { '@type': 'FixedDelay', delay: 5 * MINUTE } };

const REINDEX: TaskSubject = { '@type': 'AccountMaintenance', accountId: 1, maintenanceType: 'reindex' };
const RENEWAL: TaskSubject = { '@type': 'AcmeRenewal', domainId: 1 };

const fresh = (subject: TaskSubject): TaskRecord => ({
  subject,
  createdAt: NOW,
  due: NOW,
  attempts: 0,
  firstFailedAt: 0,
  failedAt: 0,
  reason: '',
  lapses: 0,
  lease: { owner: 'a', until: NOW + MINUTE, since: NOW },
  progress: undefined,
});

const away = new Unavailable('the mail store');

describe('a failed attempt', () => {
  test('is followed by others after growing waits, and then by none', () => {
    const first = afterFailure(fresh(REINDEX), away, BACKOFF, NOW);
    assert.deepEqual([first.attempts, first.due - NOW, first.firstFailedAt], [1, MINUTE, NOW]);
    assert.equal(first.lease, undefined);
    assert.equal(first.reason, 'the mail store is not available');
    const second = afterFailure(first, away, BACKOFF, first.due);
    assert.deepEqual([second.attempts, second.due - first.due, second.firstFailedAt], [2, 2 * MINUTE, NOW]);
    const third = afterFailure(second, away, BACKOFF, second.due);
    assert.deepEqual([third.attempts, third.failedAt], [3, second.due]);
  });

  test('waits the same time with a fixed delay', () => {
    const first = afterFailure(fresh(REINDEX), away, FIXED, NOW);
    const second = afterFailure(first, away, FIXED, first.due);
    assert.deepEqual([first.due - NOW, second.due - first.due], [5 * MINUTE, 5 * MINUTE]);
  });

  test('is the last when the next would be past the deadline', () => {
    const settings = { ...FIXED, maxAttempts: 100, totalDeadline: 12 * MINUTE };
    let record = fresh(REINDEX);
    const times: number[] = [];
    for (let time = NOW; record.failedAt === 0; time = record.due) {
      times.push(time - NOW);
      record = afterFailure(record, away, settings, time);
    }
    assert.deepEqual(times, [0, 5 * MINUTE, 10 * MINUTE]);
  });

  test('is the last at once when the error stays', () => {
    for (const error of [new PermanentFailure('no'), new NotFound('account', 1)]) {
      const record = afterFailure(fresh(REINDEX), error, BACKOFF, NOW);
      assert.deepEqual([record.attempts, record.failedAt, record.reason], [1, NOW, error.message]);
    }
  });

  test('of a certificate or signing key is never the last', () => {
    let record = fresh(RENEWAL);
    const waits: number[] = [];
    for (let attempt = 0, time = NOW; attempt < 8; attempt++, time = record.due) {
      record = afterFailure(record, away, BACKOFF, time);
      waits.push(record.due - time);
      assert.equal(record.failedAt, 0);
    }
    assert.deepEqual(waits, [MINUTE, 2 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR]);
  });

  test('of a certificate that cannot be had is the last', () => {
    assert.equal(afterFailure(fresh(RENEWAL), new PermanentFailure('no'), BACKOFF, NOW).failedAt, NOW);
  });

  test('keeps a reason of bounded length, and some reason at all', () => {
    assert.equal(afterFailure(fresh(REINDEX), new Error('x'.repeat(1e6)), BACKOFF, NOW).reason.length, 1000);
    assert.equal(afterFailure(fresh(REINDEX), new Error(''), BACKOFF, NOW).reason, 'the work failed');
    assert.equal(afterFailure(fresh(REINDEX), 'odd', BACKOFF, NOW).reason, 'odd');
  });
});

test('a varied wait is half to one and a half of the plain one, and never past the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      (attempts, random, factor) => {
        const plain = {
          '@type': 'ExponentialBackoff',
          factor,
          initialDelay: MINUTE,
          maxDelay: HOUR,
        } as const;
        const wait = waitBefore(attempts, { ...BACKOFF, strategy: { ...plain, jitter: false } }, random);
        const varied = waitBefore(attempts, { ...BACKOFF, strategy: { ...plain, jitter: true } }, random);
        assert.ok(wait >= MINUTE && wait <= HOUR);
        assert.ok(varied >= wait / 2 - 1 && varied <= Math.min(HOUR, wait * 1.5 + 1));
      },
    ),
  );
});
