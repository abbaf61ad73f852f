// What becomes of a task whose attempt failed, by the strategy of the TaskManager object.
import { AccessDenied, Invalid, NotFound, randomBytes, readU32, Unsupported } from '../base/index.ts';
import type { ValueOf } from '../registry/index.ts';
import { TASK_KINDS } from './kinds.ts';
import { PermanentFailure, type TaskRecord } from './types.ts';

export type RetrySettings = ValueOf<'TaskManager'>;

const HOUR_MS = 3_600_000;
/** Waits between attempts of a task that is never given up, once its usual attempts are used. */
const PERSISTENT_MS = { first: HOUR_MS, longest: 6 * HOUR_MS };

/** Longest reason that is kept, in characters. */
const MAX_REASON = 1000;

/**
 * The record after a failed attempt: due again, or given up because the error stays, the attempts are used up, or the
 * time since the first failure is over.
 * @param random a number from 0 to 1 for the jitter
 */
export function afterFailure(
  record: TaskRecord,
  error: unknown,
  settings: RetrySettings,
  time: number,
  random: number = randomFraction(),
): TaskRecord {
  const attempts = record.attempts + 1;
  const firstFailedAt = record.firstFailedAt > 0 ? record.firstFailedAt : time;
  const failed = { ...record, attempts, firstFailedAt, reason: reasonOf(error), lease: undefined };
  const persistent = TASK_KINDS[record.subject['@type']].persistent === true;
  if (isPermanent(error)) return { ...failed, failedAt: time };
  const due = time + waitBefore(attempts, settings, random);
  const usedUp = attempts >= settings.maxAttempts || due - firstFailedAt > settings.totalDeadline;
  if (!usedUp) return { ...failed, due };
  if (!persistent) return { ...failed, failedAt: time };
  const more = Math.max(0, attempts - settings.maxAttempts);
  const wait = Math.min(PERSISTENT_MS.first * 2 ** more, PERSISTENT_MS.longest);
  return { ...failed, due: time + wait };
}

/** Milliseconds between the `attempts`-th failure and the next attempt. */
export function waitBefore(attempts: number, { strategy }: RetrySettings, random: number): number {
  if (strategy['@type'] === 'FixedDelay') return strategy.delay;
  const { factor, initialDelay, maxDelay, jitter } = strategy;
  const wait = Math.min(initialDelay * factor ** (attempts - 1), maxDelay);
  return Math.round(jitter ? Math.min(wait * (0.5 + random), maxDelay) : wait);
}

/** Errors that another attempt would only meet again. */
const isPermanent = (error: unknown): boolean =>
  error instanceof PermanentFailure ||
  error instanceof NotFound ||
  error instanceof Invalid ||
  error instanceof AccessDenied ||
  error instanceof Unsupported;

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text === '' ? 'the work failed' : text).slice(0, MAX_REASON);
}

const randomFraction = (): number => readU32(randomBytes(4), 0) / 2 ** 32;
