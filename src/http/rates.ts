// Request rates: fixed windows counted in the memory store, told to the client in the words of the
// RateLimit header fields draft (`RateLimit-Policy`, `RateLimit`).
import { now } from '../base/index.ts';
import type { MemoryStore } from '../store/index.ts';
import { HttpError } from './problem.ts';

export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

/** Counts one request; throws `HttpError` 429 when the window is full. */
export async function countRequest(
  memory: MemoryStore,
  policy: string,
  key: string,
  rate: Rate,
): Promise<void> {
  const time = now();
  const window = Math.floor(time / rate.periodMs);
  const used = await memory.incr(`http.rate.${policy}.${key}.${window}`, 1, rate.periodMs);
  if (used > rate.count) throw tooMany(policy, 'requests', rate, (window + 1) * rate.periodMs - time);
}

/** The 429 of a spent allowance. `unit` says what was counted. */
export function tooMany(policy: string, unit: string, rate: Rate, resetMs: number): HttpError {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new HttpError(
    { status: 429, detail: `The limit of ${rate.count} ${unit} is reached. Try again in ${seconds} s.` },
    {
      'Retry-After': String(seconds),
      'RateLimit-Policy': `"${policy}";q=${rate.count};w=${Math.ceil(rate.periodMs / 1000)};qu="${unit}"`,
      RateLimit: `"${policy}";r=0;t=${seconds}`,
    },
  );
}
