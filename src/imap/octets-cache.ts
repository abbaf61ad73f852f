// Octets of messages that were read a moment ago: clients read a message part by part, and the same header fields of a
// mailbox each time they open it. Messages never change and their ids are never used again, so what is kept is right.
import { LRUCache } from 'lru-cache';
import { cacheKey, type Colds } from './cold-cache.ts';
import type { ImapOptions } from './options.ts';

/** Octets kept of headers and of whole messages. */
const MAX_HEADERS = 8 * 1024 * 1024;
const MAX_MESSAGES = 24 * 1024 * 1024;
/** Messages up to this size are read whole even where the header would do, and are kept. */
const SMALL = 64 * 1024;
/** What an entry takes beside its octets, about. */
const OVERHEAD = 200;

type Blobs = ImapOptions['blobs'];
type Octets = Uint8Array | undefined;

const cacheOf = (maxSize: number): LRUCache<number, Uint8Array> =>
  new LRUCache({
    maxSize,
    maxEntrySize: SMALL + OVERHEAD,
    sizeCalculation: ({ length }) => length + OVERHEAD,
  });

export class OctetsCache {
  readonly #blobs: Blobs;
  readonly #headers = cacheOf(MAX_HEADERS);
  readonly #messages = cacheOf(MAX_MESSAGES);

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /**
   * The messages of an account, in step with their records: at once when all are here. Undefined for those that are
   * gone, and for those of `largest` octets and more.
   */
  messages(
    account: number,
    ids: readonly number[],
    colds: Colds,
    largest: number,
  ): readonly Octets[] | Promise<readonly Octets[]> {
    // hot: per message of FETCH
    const found: Octets[] = [];
    const missing: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const key = cacheKey(account, ids[i] as number);
      const bytes = key === undefined ? undefined : this.#messages.get(key);
      const size = colds[i]?.size;
      if (bytes === undefined && size !== undefined && size < largest) missing.push(i);
      found.push(bytes);
    }
    return missing.length === 0 ? found : this.#readMessages(account, ids, colds, found, missing);
  }

  /** As `messages`, but of each at least the header, from the first octet on. */
  headers(
    account: number,
    ids: readonly number[],
    colds: Colds,
    largest: number,
  ): readonly Octets[] | Promise<readonly Octets[]> {
    // hot: per message of FETCH
    const found: Octets[] = [];
    const missing: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const key = cacheKey(account, ids[i] as number);
      const bytes = key === undefined ? undefined : (this.#headers.get(key) ?? this.#messages.get(key));
      const cold = colds[i];
      if (bytes === undefined && cold !== undefined && headerOf(cold) < largest) missing.push(i);
      found.push(bytes);
    }
    return missing.length === 0 ? found : this.#readHeaders(account, ids, colds, found, missing);
  }

  async #readMessages(
    account: number,
    ids: readonly number[],
    colds: Colds,
    found: Octets[],
    missing: readonly number[],
  ): Promise<readonly Octets[]> {
    const read = await this.#read(colds, missing);
    for (const [at, i] of missing.entries()) {
      const bytes = read[at];
      found[i] = bytes;
      const key = cacheKey(account, ids[i] as number);
      if (bytes !== undefined && key !== undefined) this.#messages.set(key, bytes);
    }
    return found;
  }

  async #readHeaders(
    account: number,
    ids: readonly number[],
    colds: Colds,
    found: Octets[],
    missing: readonly number[],
  ): Promise<readonly Octets[]> {
    const whole = missing.filter((i) => recordOf(colds, i).size <= SMALL);
    const read = await this.#read(colds, whole);
    for (const [at, i] of whole.entries()) found[i] = read[at];
    for (const i of missing) {
      const cold = recordOf(colds, i);
      const length = headerOf(cold);
      if (cold.size > SMALL) found[i] = await this.#blobs.read(cold.hash, { offset: 0, length });
      const bytes = found[i];
      const key = cacheKey(account, ids[i] as number);
      if (bytes === undefined || key === undefined) continue;
      // A copy: a view would keep the whole message.
      const header = bytes.length === length ? bytes : Uint8Array.prototype.slice.call(bytes, 0, length);
      found[i] = header;
      this.#headers.set(key, header);
    }
    return found;
  }

  #read(colds: Colds, indexes: readonly number[]): Promise<Octets[]> {
    if (indexes.length === 0) return Promise.resolve([]);
    return this.#blobs.readMany(indexes.map((i) => recordOf(colds, i).hash));
  }
}

type Cold = NonNullable<Colds[number]>;

const recordOf = (colds: Colds, index: number): Cold => colds[index] as Cold;

/** Octets of a message's header. */
const headerOf = (cold: Cold): number => cold.message.parts[0].bodyOffset;
