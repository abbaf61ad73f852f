// Request rates: fixed windows counted in the memory store, told to the client in the words of the
// RateLimit header fields draft (`RateLimit-Policy`, `RateLimit`).
import { now } from '../base/index.ts';
import type { MemoryStore } from '../store/index.ts';
import { type Rate, tooMany } from '../formats/http/index.ts';

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
