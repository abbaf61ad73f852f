// The end of blobs, in two phases (spec-platform.md §2.7). A pass condemns blobs that nothing links; a later pass
// removes those that were condemned long enough ago, by a commit that asserts that they are still condemned and
// unlinked. A blob file is unlinked only after that commit, and by its unique name: whoever stores the same bytes
// meanwhile does so under another name.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { emit, now, readU53, toHex } from '../base/index.ts';
import { decodeMark, encodeMark } from './blob-mark.ts';
import { fileOfRow } from './blob-row.ts';
import './events.ts';
import { fileError } from './file-error.ts';
import { blobKey, blobLinkRange, blobMarkKey, prefixRange, Subspace } from './keys.ts';
import type { DataStore, Key, Range } from './types.ts';

/** Rows looked at between two turns of the event loop. */
const ROWS_AT_ONCE = 100;

/** A blob file whose commit never came is left alone for so long: the commit may still be on its way. */
const ORPHAN_MS = 24 * 3_600_000;

export class BlobCollector {
  readonly #data: DataStore;
  readonly #files: string | undefined;
  /** Which of the 256 folders of blob files the next pass over all blobs searches for orphans. */
  #folder = 0;

  constructor(data: DataStore, files: string | undefined) {
    this.#data = data;
    this.#files = files;
  }

  /** One pass; see `BlobStore.collect`. */
  async collect(before: number, limit: number, shard?: number): Promise<number> {
    const leased = await this.#leases();
    const removed = await this.#removeCondemned(before, limit, leased, shard);
    await this.#condemn(leased, shard);
    if (removed > 0) emit('store.blobs-removed', { blobs: removed });
    if (this.#files !== undefined) await this.#removeOrphans(this.#files, shard ?? this.#folder++ % 256);
    return removed;
  }

  /** Hashes with a live lease. Leases that ended are removed. */
  async #leases(): Promise<Set<string>> {
    const live = new Set<string>();
    const time = now();
    for await (const { keys, values } of this.#pages(LEASES)) {
      const batch = this.#data.newBatch();
      for (const [i, key] of keys.entries()) {
        const value = values[i] as Uint8Array;
        if (leaseEnd(value) > time) live.add(toHex(key.subarray(5)));
        else batch.delete(key).assert(key, value);
      }
      await this.#data.commit(batch);
    }
    return live;
  }

  async #removeCondemned(
    before: number,
    limit: number,
    leased: ReadonlySet<string>,
    shard: number | undefined,
  ): Promise<number> {
    let removed = 0;
    for await (const { keys, values } of this.#pages(hashes(Subspace.BlobMark, shard))) {
      for (const [i, key] of keys.entries()) {
        const hash = key.subarray(1);
        const value = values[i] as Uint8Array;
        const mark = decodeMark(value);
        if (mark.state === 'deleting') {
          await this.#unlink(key, value, mark.name);
        } else if ((await this.#isLinked(hash)) || leased.has(toHex(hash))) {
          await this.#data.commit(this.#data.newBatch().assert(key, value).delete(key));
        } else if (mark.since < before && removed < limit && (await this.#remove(hash, key, value))) {
          removed++;
        }
      }
    }
    return removed;
  }

  /** False when somebody linked the blob meanwhile. */
  async #remove(hash: Uint8Array, markKey: Key, mark: Uint8Array): Promise<boolean> {
    const key = blobKey(hash);
    const row = await this.#data.get(key);
    const file = row && fileOfRow(row);
    const batch = this.#data.newBatch().assert(markKey, mark).assertEmpty(blobLinkRange(hash)).delete(key);
    const deleting = file && encodeMark({ state: 'deleting', name: file.name });
    if (row) batch.assert(key, row);
    if (deleting) batch.set(markKey, deleting);
    else batch.delete(markKey);
    if (!(await this.#data.commit(batch)).ok) return false;
    if (file && deleting) await this.#unlink(markKey, deleting, file.name);
    return row !== undefined;
  }

  async #unlink(markKey: Key, mark: Uint8Array, name: string): Promise<void> {
    if (this.#files !== undefined) {
      try {
        await rm(path.join(this.#files, name), { force: true });
      } catch (error) {
        throw fileError(error);
      }
    }
    await this.#data.commit(this.#data.newBatch().assert(markKey, mark).delete(markKey));
  }

  async #condemn(leased: ReadonlySet<string>, shard: number | undefined): Promise<void> {
    const mark = encodeMark({ state: 'condemned', since: now() });
    for await (const { keys } of this.#pages(hashes(Subspace.Blob, shard), true)) {
      // together, so that the commits share one sync
      await Promise.all(keys.map((key) => this.#condemnOne(key, mark, leased)));
    }
  }

  async #condemnOne(key: Key, mark: Uint8Array, leased: ReadonlySet<string>): Promise<void> {
    const hash = key.subarray(1);
    if (leased.has(toHex(hash)) || (await this.#isLinked(hash))) return;
    const markKey = blobMarkKey(hash);
    const batch = this.#data.newBatch().assert(markKey, 'absent').assert(key, 'present');
    await this.#data.commit(batch.assertEmpty(blobLinkRange(hash)).set(markKey, mark));
  }

  /** Files that no row names, left by a crash between the file and its commit. */
  async #removeOrphans(files: string, folder: number): Promise<void> {
    const first = folder.toString(16).padStart(2, '0');
    for (const second of await list(path.join(files, first))) {
      for (const base of await list(path.join(files, first, second))) {
        const name = `${first}/${second}/${base}`;
        const full = path.join(files, name);
        const info = await stat(full).catch(() => undefined);
        if (!info || info.mtimeMs > now() - ORPHAN_MS) continue;
        const row = await this.#data.get(blobKey(hashOfName(base)));
        if (!row || fileOfRow(row)?.name !== name) await rm(full, { force: true });
      }
    }
  }

  async #isLinked(hash: Uint8Array): Promise<boolean> {
    return (await this.#data.scan(blobLinkRange(hash), { limit: 1, keysOnly: true })).keys.length > 0;
  }

  async *#pages(range: Range, keysOnly = false): AsyncGenerator<{ keys: Key[]; values: Uint8Array[] }> {
    let after: Key | undefined;
    do {
      const page = await this.#data.scan(range, { limit: ROWS_AT_ONCE, keysOnly, ...(after && { after }) });
      if (page.keys.length > 0) yield page;
      after = page.next;
      await turn();
    } while (after);
  }
}

/** Name of a new file for a blob, below the blob folder: `ab/cd/<hash in hex>-<unique part>`. */
export function fileName(hash: Uint8Array, unique: string): string {
  const hex = toHex(hash);
  return `${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}-${unique}`;
}

const hashOfName = (base: string): Uint8Array => Uint8Array.fromHex(base.slice(0, 64));

/** When a lease ends, in milliseconds since 1970: the last eight bytes of its row. */
const leaseEnd = (value: Uint8Array): number => (value.length < 8 ? 0 : readU53(value, value.length - 8));

const LEASES = prefixRange(Uint8Array.of(Subspace.BlobLease));

/** Rows by hash, those of one first byte when given. */
const hashes = (subspace: Subspace, shard: number | undefined): Range =>
  prefixRange(shard === undefined ? Uint8Array.of(subspace) : Uint8Array.of(subspace, shard));

const list = async (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
