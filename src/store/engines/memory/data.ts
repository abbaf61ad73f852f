// The data store in memory: for tests, for recovery and bootstrap mode, and to keep the interface honest.
import { readFile, rm } from 'node:fs/promises';
import { apply, check, type Rows } from '../../apply.ts';
import { BatchReader, FlatBatch, type OutsideBlob } from '../../batch.ts';
import { plainRow } from '../../blob-row.ts';
import { errorCode, fileError } from '../../file-error.ts';
import { blobKey } from '../../keys.ts';
import { PageBuilder, rangeLeft } from '../../page.ts';
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
import { SortedMap } from './sorted-map.ts';

/** Blobs up to this length are copied into the batch; longer ones are read when it is committed. */
const INLINE_LIMIT = 256 * 1024;

const EMPTY = new Uint8Array();

export class MemoryData implements DataStore {
  readonly #map = new SortedMap();
  readonly #rows = rowsOf(this.#map);
  readonly #view = viewOf(this.#map);
  #closed = false;

  newBatch(): Batch {
    return new FlatBatch(INLINE_LIMIT);
  }

  async get(key: Key): Promise<Uint8Array | undefined> {
    this.#open();
    return this.#view.get(key);
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    this.#open();
    return this.#view.getMany(keys);
  }

  async scan(range: Range, options: ScanOptions = {}): Promise<Page> {
    this.#open();
    return this.#view.scan(range, options);
  }

  async commit(batch: Batch): Promise<CommitResult> {
    this.#open();
    if (!(batch instanceof FlatBatch)) throw new TypeError('a batch of another engine');
    const outside: Uint8Array[] = [];
    for (const blob of batch.outside) outside.push(await outsideRow(blob, batch));
    const reader = new BatchReader(batch.seal(outside));
    const conflict = check(reader, this.#rows);
    if (conflict) return { ok: false, conflict: conflict.slice() };
    apply(reader, this.#rows, ignore);
    for (const { content } of batch.outside) {
      if (!(content instanceof Uint8Array)) await rm(content.path, { force: true });
    }
    return { ok: true };
  }

  async snapshot<T>(fn: (view: ReadView) => Promise<T>, _maxMs?: number): Promise<T> {
    this.#open();
    return fn(viewOf(this.#map.copy()));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #open(): void {
    if (this.#closed) throw new StoreUnavailable('it is closed');
  }
}

function rowsOf(map: SortedMap): Rows {
  return {
    get: (key) => map.get(key),
    has: (key) => map.get(key) !== undefined,
    first: (from, to) => map.first(from, to),
    // the views of the batch must not keep its buffer alive
    set: (key, value) => map.set(key.slice(), value.slice()),
    delete: (key) => map.delete(key),
    deleteRange: (from, to) => map.deleteRange(from, to),
  };
}

function viewOf(map: SortedMap): ReadView {
  return {
    get: async (key) => map.get(key),
    getMany: async (keys) => keys.map((key) => map.get(key)),
    scan: async (range, options = {}) => {
      const page = new PageBuilder(options);
      const left = rangeLeft(range, options);
      if (left) {
        const visit = (key: Key, value: Uint8Array): boolean =>
          page.add(key, options.keysOnly ? EMPTY : value);
        if (options.reverse) map.descend(left.from, left.to, visit);
        else map.ascend(left.from, left.to, visit);
      }
      return page.finish();
    },
  };
}

async function outsideRow({ hash, content }: OutsideBlob, batch: FlatBatch): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return plainRow(content);
  try {
    return plainRow(await readFile(content.path));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw fileError(error);
    // another batch stored it already
    batch.assert(blobKey(hash), 'present');
    return EMPTY;
  }
}

function ignore(): void {
  // rows of this engine name no files
}
