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
  readonly #rows = new UndoableRows(this.#map);
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
    try {
      apply(reader, this.#rows, ignore);
      this.#rows.keep();
    } catch (error) {
      this.#rows.undo();
      throw error;
    }
    for (const { content } of batch.outside) {
      if (!(content instanceof Uint8Array)) await rm(content.path, { force: true });
    }
    return { ok: true };
  }

  async snapshot<T>(fn: (view: ReadView) => Promise<T>, maxMs = 5000): Promise<T> {
    this.#open();
    const view = viewOf(this.#map.copy());
    const end = performance.now() + maxMs;
    const live = (): ReadView => {
      if (performance.now() > end) throw new StoreUnavailable(`the snapshot lasted more than ${maxMs} ms`);
      return view;
    };
    return fn({
      get: async (key) => live().get(key),
      getMany: async (keys) => live().getMany(keys),
      scan: async (range, options) => live().scan(range, options),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #open(): void {
    if (this.#closed) throw new StoreUnavailable('it is closed');
  }
}

/** The rows of a map, with what it takes to undo the changes of a batch that fails in the middle. */
class UndoableRows implements Rows {
  readonly #map: SortedMap;
  #before: [Key, Uint8Array | undefined][] = [];

  constructor(map: SortedMap) {
    this.#map = map;
  }

  get(key: Key): Uint8Array | undefined {
    return this.#map.get(key);
  }

  has(key: Key): boolean {
    return this.#map.get(key) !== undefined;
  }

  first(from: Key, to: Key): Key | undefined {
    return this.#map.first(from, to);
  }

  set(key: Key, value: Uint8Array): void {
    // the views of the batch must not keep its buffer alive
    const own = key.slice();
    this.#before.push([own, this.#map.get(key)]);
    this.#map.set(own, value.slice());
  }

  delete(key: Key): void {
    this.#before.push([key, this.#map.get(key)]);
    this.#map.delete(key);
  }

  deleteRange(from: Key, to: Key): void {
    this.#map.ascend(from, to, (key, value) => this.#before.push([key, value]) > 0);
    this.#map.deleteRange(from, to);
  }

  keep(): void {
    this.#before = [];
  }

  undo(): void {
    for (const [key, value] of this.#before.reverse()) {
      if (value) this.#map.set(key.slice(), value);
      else this.#map.delete(key);
    }
    this.#before = [];
  }
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
