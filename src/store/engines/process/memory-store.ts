// The memory store within a process: values with a life time, counters and advisory locks. Its size is bounded:
// past the limit the oldest entries go first.
import { emit, now, randomBytes, toHex, utf8 } from '../../../base/index.ts';
import '../../events.ts';
import type { MemoryLock, MemoryStore } from '../../types.ts';

const MOST_ENTRIES = 500_000;
const MOST_BYTES = 128 * 1024 * 1024;
/** What an entry costs beside its key and value. */
const OVERHEAD = 120;
const SWEEP_MS = 30_000;

interface Entry {
  readonly value: Uint8Array | number;
  readonly until: number;
  readonly cost: number;
}

export interface MemoryLimits {
  readonly entries?: number;
  readonly bytes?: number;
}

export class LocalMemory implements MemoryStore {
  /** In the order in which they were set. */
  readonly #entries = new Map<string, Entry>();
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: MemoryLimits = {}) {
    this.#mostEntries = limits.entries ?? MOST_ENTRIES;
    this.#mostBytes = limits.bytes ?? MOST_BYTES;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = this.#live(key)?.value;
    return typeof value === 'number' ? utf8(String(value)) : value;
  }

  async set(key: string, value: Uint8Array, ttlMs: number): Promise<void> {
    this.#put(key, value.slice(), now() + ttlMs);
  }

  async incr(key: string, by: number, ttlMs: number): Promise<number> {
    const entry = this.#live(key);
    const before = typeof entry?.value === 'number' ? entry.value : 0;
    this.#put(key, before + by, typeof entry?.value === 'number' ? entry.until : now() + ttlMs);
    return before + by;
  }

  async delete(key: string): Promise<void> {
    this.#remove(key);
  }

  async clear(prefix: string): Promise<number> {
    const doomed = [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of doomed) this.#remove(key);
    return doomed.length;
  }

  async lock(key: string, ttlMs: number): Promise<MemoryLock | undefined> {
    const token = this.acquire(key, ttlMs);
    return token === undefined ? undefined : { release: async () => this.unlock(key, token) };
  }

  /** Takes a lock; the token, by which it is given back, may travel to another thread. */
  acquire(key: string, ttlMs: number): string | undefined {
    const name = `lock ${key}`;
    if (this.#live(name)) return undefined;
    const token = randomBytes(8);
    this.#put(name, token, now() + ttlMs);
    return toHex(token);
  }

  /** Gives a lock back, unless it lapsed and may be someone else's by now. */
  unlock(key: string, token: string): void {
    const name = `lock ${key}`;
    const value = this.#entries.get(name)?.value;
    if (value instanceof Uint8Array && toHex(value) === token) this.#remove(name);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
    this.#bytes = 0;
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.until > now()) return entry;
    this.#remove(key);
    return undefined;
  }

  #put(key: string, value: Uint8Array | number, until: number): void {
    this.#remove(key);
    const cost = OVERHEAD + key.length * 2 + (typeof value === 'number' ? 8 : value.length);
    this.#entries.set(key, { value, until, cost });
    this.#bytes += cost;
    if (this.#bytes > this.#mostBytes || this.#entries.size > this.#mostEntries) this.#shrink();
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.cost;
  }

  #shrink(): void {
    let evicted = 0;
    // a tenth at once, so that a full store does not pay this at each write
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#mostBytes * 0.9 && this.#entries.size <= this.#mostEntries * 0.9) break;
      if (entry.until > now()) evicted++;
      this.#remove(key);
    }
    if (evicted > 0) emit('store.memory-evicted', { entries: evicted }, 'warn');
  }

  #sweep(): void {
    const time = now();
    for (const [key, entry] of this.#entries) if (entry.until <= time) this.#remove(key);
  }
}
