// The data store of one thread: its own reader, and the writer that all threads share.
import { rm } from 'node:fs/promises';
import { FlatBatch } from '../../batch.ts';
import { blobKey } from '../../keys.ts';
import {
  type Batch,
  type CommitResult,
  type DataStore,
  type Key,
  type Page,
  type Range,
  type ReadView,
  type ScanOptions,
  StoreUnavailable,
} from '../../types.ts';
import type { BlobFiles } from './blob-files.ts';
import type { CommitChannel } from './commit-channel.ts';
import { Reader } from './reader.ts';
import { Stamps } from './stamps.ts';
import { SharedTurns } from './turns.ts';

const DEFAULT_SNAPSHOT_MS = 5000;

export interface SqliteDataOptions {
  readonly file: string;
  readonly mapBytes: number;
  readonly inlineLimit: number;
  readonly channel: CommitChannel;
  readonly blobFiles: BlobFiles;
  readonly stamps: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
}

export class SqliteData implements DataStore {
  readonly #options: SqliteDataOptions;
  readonly #channel: CommitChannel;
  readonly #reader: Reader;
  readonly #stamps: Stamps;
  readonly turns: SharedTurns;
  readonly #snapshots = new Set<Snapshot>();
  #closed = false;

  constructor(options: SqliteDataOptions) {
    this.#options = options;
    this.#channel = options.channel;
    this.#reader = new Reader(options.file, options.mapBytes);
    this.#stamps = new Stamps(options.stamps);
    this.turns = new SharedTurns(options.turns);
  }

  newBatch(): Batch {
    return new FlatBatch(this.#options.inlineLimit);
  }

  async get(key: Key): Promise<Uint8Array | undefined> {
    return this.#open().get(key);
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    return this.#open().getMany(keys);
  }

  async scan(range: Range, options: ScanOptions = {}): Promise<Page> {
    return this.#open().scan(range, options);
  }

  stamp(key: Key): number | undefined {
    return this.#stamps.of(key);
  }

  async commit(batch: Batch): Promise<CommitResult> {
    if (!(batch instanceof FlatBatch)) throw new TypeError('a batch of another engine');
    if (batch.outside.length > 0) return this.#commitWithFiles(batch);
    return this.#channel.commit(batch.seal());
  }

  async snapshot<T>(fn: (view: ReadView) => Promise<T>, maxMs = DEFAULT_SNAPSHOT_MS): Promise<T> {
    this.#open();
    const snapshot = new Snapshot(this.#options, maxMs);
    this.#snapshots.add(snapshot);
    try {
      return await fn(snapshot);
    } finally {
      this.#snapshots.delete(snapshot);
      snapshot.end('the snapshot has ended');
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#channel.close();
    for (const snapshot of this.#snapshots) snapshot.end('it is closed');
    this.#reader.close();
  }

  #open(): Reader {
    if (this.#closed) throw new StoreUnavailable('it is closed');
    return this.#reader;
  }

  /** The files come first: a crash may leave a file without a row, never a row without its file. */
  async #commitWithFiles(batch: FlatBatch): Promise<CommitResult> {
    const { blobFiles } = this.#options;
    const names: string[] = [];
    let isDone = false;
    try {
      const rows: Uint8Array[] = [];
      for (const { hash, content } of batch.outside) {
        const stored = await blobFiles.store(hash, content);
        // the spool file went with another batch that stored it: then the blob must be there
        if (!stored) batch.assert(blobKey(hash), 'present');
        else names.push(stored.name);
        rows.push(stored?.row ?? EMPTY);
      }
      const result = await this.#channel.commit(batch.seal(rows));
      isDone = result.ok;
      return result;
    } finally {
      if (isDone) await removeSpooled(batch);
      else for (const name of names) await blobFiles.remove(name);
    }
  }
}

/** A reader of its own whose transaction stays open for a while. */
class Snapshot implements ReadView {
  readonly #reader: Reader;
  readonly #timer: NodeJS.Timeout;
  #ended: string | undefined;

  constructor(options: SqliteDataOptions, maxMs: number) {
    this.#reader = new Reader(options.file, options.mapBytes);
    this.#reader.beginMoment();
    this.#timer = setTimeout(() => this.end(`the snapshot lasted more than ${maxMs} ms`), maxMs).unref();
  }

  async get(key: Key): Promise<Uint8Array | undefined> {
    return this.#live().get(key);
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    return this.#live().getMany(keys);
  }

  async scan(range: Range, options: ScanOptions = {}): Promise<Page> {
    return this.#live().scan(range, options);
  }

  end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearTimeout(this.#timer);
    this.#reader.endMoment();
    this.#reader.close();
  }

  #live(): Reader {
    if (this.#ended !== undefined) throw new StoreUnavailable(this.#ended);
    return this.#reader;
  }
}

const EMPTY = new Uint8Array();

async function removeSpooled(batch: FlatBatch): Promise<void> {
  for (const { content } of batch.outside) {
    // what is left of the spool goes at the next start
    if (!(content instanceof Uint8Array)) await rm(content.path, { force: true }).catch(() => undefined);
  }
}
