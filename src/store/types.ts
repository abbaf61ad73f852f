// The store's interfaces: data, blobs, memory and bus. Engines are in `engines/`.
import { Unavailable, WaypostError, type ErrorCode } from '../base/index.ts';

/** At most 1,024 bytes, built by `keys.ts` only. */
export type Key = Uint8Array;

/** Keys from `from` (inclusive) to `to` (exclusive), in byte order. */
export interface Range {
  readonly from: Key;
  readonly to: Key;
}

export interface ScanOptions {
  readonly reverse?: boolean;
  /** Rows in the page at most; default 1,000. A page also ends behind 8 MiB of values: `next` tells. */
  readonly limit?: number;
  /** Leave the values empty. */
  readonly keysOnly?: boolean;
  /** Go on behind this key (before it when `reverse`): `next` of the page before. */
  readonly after?: Key;
}

export interface Page {
  readonly keys: Key[];
  readonly values: Uint8Array[];
  /** Set when more rows follow. */
  readonly next?: Key;
}

/** Reads that see one moment. */
export interface ReadView {
  get(key: Key): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]>;
  scan(range: Range, options?: ScanOptions): Promise<Page>;
}

export interface DataStore extends ReadView {
  /** All or nothing; resolves when durable. A failed assertion is a value, not an exception. */
  commit(batch: Batch): Promise<CommitResult>;
  /** Several reads of one moment; for backup and recount only, bounded to `maxMs` (default 5,000). */
  snapshot<T>(fn: (view: ReadView) => Promise<T>, maxMs?: number): Promise<T>;
  newBatch(): Batch;
  /**
   * A number that is another one once anything of a commit that changed the row is visible; undefined where the engine
   * does not tell. While it stays, what was read of the row before is still right. Told of account heads.
   */
  stamp?(key: Key): number | undefined;
  /** Turns of the threads that share the store at account heads; undefined where there is one thread. */
  readonly turns?: Turns;
  close(): Promise<void>;
}

/**
 * Turns at the rows of account heads, first come, first served. Advice between threads that would otherwise do the same
 * work over and over; it keeps nobody from writing, and a turn that lasts too long is taken away. `key` is that of a head.
 */
export interface Turns {
  /** A ticket, which has to be waited for and, once its turn has come, passed on. */
  draw(key: Key): number;
  /** A ticket whose turn is now; undefined when somebody else's is. */
  tryDraw(key: Key): number | undefined;
  /** Whether the turn of a ticket has come. */
  isServed(key: Key, ticket: number): boolean;
  /** Resolves when the turn of a ticket has come. Never rejects. */
  wait(key: Key, ticket: number): Promise<void>;
  /** Whether somebody drew a later ticket. */
  isWanted(key: Key, ticket: number): boolean;
  /** Ends the turn of a ticket. */
  pass(key: Key, ticket: number): void;
}

/** Bytes that are already a durable file in the blob folder's spool. */
export interface SpoolFile {
  readonly path: string;
  readonly size: number;
}

/**
 * Changes that are applied together, kept as one flat buffer that crosses a thread border by transfer.
 * The assertions and bounds are checked before anything is applied. Among the changes, a later one to the
 * same key wins. A batch can be committed once. Keys and values are copied when they are handed over; only
 * large blobs are kept as they are until the commit. Setting a blob link or lease clears the blob's
 * `condemned` mark.
 *
 * @throws RangeError of any call with an empty key or one longer than 1,024 bytes
 */
export interface Batch {
  set(key: Key, value: Uint8Array): this;
  delete(key: Key): this;
  /** The caller bounds how many rows that is. */
  deleteRange(range: Range): this;
  /** Adds to a 64-bit signed counter, which is absent (0) or eight big-endian bytes. */
  add(counter: Key, delta: number | bigint): this;
  /**
   * As `add`, but the whole batch fails with `LimitExceeded` when the sum would pass `max`. The sum is what is
   * stored and the bounded additions of this batch so far.
   */
  addUpTo(counter: Key, delta: bigint, max: bigint): this;
  /** Inserts the blob if it is absent and clears its `condemned` mark. */
  putBlob(hash: Uint8Array, bytes: Uint8Array | SpoolFile): this;
  assert(key: Key, expected: Uint8Array | 'absent' | 'present'): this;
  /** Holds while no key of the range exists; a conflict names the key that does. */
  assertEmpty(range: Range): this;
  /** Bytes so far. */
  readonly size: number;
}

export type CommitResult =
  | { readonly ok: true }
  /** `conflict` is the key of the assertion that did not hold; nothing was applied. */
  | { readonly ok: false; readonly conflict: Key };

/** The store is away or busy; retry later. */
export class StoreUnavailable extends Unavailable {
  override readonly name = 'StoreUnavailable';
  constructor(detail: string, options?: ErrorOptions) {
    super('the data store', 1000, options);
    this.message = `the data store is not available: ${detail}`;
  }
}

abstract class StoreError extends WaypostError {
  readonly code: ErrorCode = 'unavailable';
}

/** The disk or the quota of the engine is full. Nothing of the batch was applied. */
export class StoreFull extends StoreError {
  override readonly name = 'StoreFull';
}

/** What was read is not what was written. Stop. */
export class StoreCorrupt extends StoreError {
  override readonly name = 'StoreCorrupt';
}

/** The files belong to another layout version; refuse to start. */
export class StoreVersion extends StoreError {
  override readonly name = 'StoreVersion';
  readonly found: number;
  readonly wanted: number;
  constructor(found: number, wanted: number) {
    super(`the data store has layout ${found}; this program reads layout ${wanted}`);
    this.found = found;
    this.wanted = wanted;
  }
}

/** Another process works on the folder. */
export class StoreLocked extends StoreError {
  override readonly name = 'StoreLocked';
  readonly holder: string | undefined;
  constructor(folder: string, holder?: string) {
    super(`another process uses ${folder}${holder ? ` (${holder})` : ''}`);
    this.holder = holder;
  }
}

/** A byte range of a blob. */
export interface BlobRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Immutable bytes by SHA-256 hash (32 bytes). Writing goes through the batch that links the blob; links are
 * rows (`keys.blobLink`), never counts. Access is the caller's to check against those links.
 */
export interface BlobStore {
  /** The bytes, or undefined when there is no such blob. A range past the end is cut. */
  read(hash: Uint8Array, range?: BlobRange): Promise<Uint8Array | undefined>;
  /** Many whole blobs of one moment, in the order asked. */
  readMany(hashes: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  /** Pieces of at most 256 KiB; for large blobs. */
  stream(hash: Uint8Array, range?: BlobRange): AsyncIterable<Uint8Array>;
  has(hash: Uint8Array): Promise<boolean>;
  /** Bytes of the blob; undefined when there is no such blob. */
  size(hash: Uint8Array): Promise<number | undefined>;
  /** A new file in the spool folder for a body that is still arriving. */
  spool(): Promise<SpoolWriter>;
  /**
   * One pass over the blobs: those without a link are condemned now, those condemned before `before` and still
   * without a link are removed, at most `limit`; returns how many. Run it daily with `before` 24 h back. With `shard`
   * (0 to 255) it looks at the blobs whose hash begins with this byte only.
   */
  collect(before: number, limit: number, shard?: number): Promise<number>;
}

/** A body on its way into a blob: hashed while it is written. */
export interface SpoolWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Syncs and closes; the file is durable before this resolves. */
  finish(): Promise<{ file: SpoolFile; hash: Uint8Array; size: number }>;
  /** Removes the file, before or after `finish`. A commit that stored it has removed it already. */
  discard(): Promise<void>;
}

/** Advisory; what must be exact uses a lease in the data store. */
export interface MemoryLock {
  release(): Promise<void>;
}

export interface MemoryStore {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  /** Adds and returns the sum; the life time counts from the first addition. */
  incr(key: string, by: number, ttlMs: number): Promise<number>;
  delete(key: string): Promise<void>;
  /** Deletes what begins with a prefix, counters included; returns how many. */
  clear(prefix: string): Promise<number>;
  lock(key: string, ttlMs: number): Promise<MemoryLock | undefined>;
}

/** Topics of the bus and what they carry. Floors above extend it by declaration merging. */
export interface BusTopics {
  /** Liveness probe of the bus itself. */
  'bus.ping': { readonly from: string };
}

export type Topic = keyof BusTopics;
export type Unsubscribe = () => void;

/** Best effort: it wakes, it never carries truth. Delivers to other threads and to this one. */
export interface Bus {
  publish<T extends Topic>(topic: T, message: BusTopics[T]): void;
  subscribe<T extends Topic>(topic: T, fn: (message: BusTopics[T]) => void): Unsubscribe;
  close(): void;
}

/** The four stores of one thread. */
export interface Stores {
  readonly data: DataStore;
  readonly blobs: BlobStore;
  readonly memory: MemoryStore;
  readonly bus: Bus;
  close(): Promise<void>;
}
