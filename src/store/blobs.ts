// The blob store over rows of a data store and files beside it. The row at `blobKey` holds a small blob or names
// the file of a large one; see `blob-row.ts` for the forms and `collect.ts` for their end.
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { decodeRow, type FileRow, FRAME, inflate, sizeOfRow } from './blob-row.ts';
import { BlobCollector } from './collect.ts';
import { errorCode, fileError } from './file-error.ts';
import { blobKey } from './keys.ts';
import { openSpool } from './spool.ts';
import { type BlobRange, type BlobStore, type DataStore, type SpoolWriter, StoreCorrupt } from './types.ts';

/** Longest piece of `stream`. */
const PIECE = FRAME;

export interface BlobFolders {
  readonly spool: string;
  /** Where blob files are; absent when the engine keeps all blobs in rows. */
  readonly files?: string;
}

export class RowBlobs implements BlobStore {
  readonly #data: DataStore;
  readonly #folders: BlobFolders;
  readonly #collector: BlobCollector;

  constructor(data: DataStore, folders: BlobFolders) {
    this.#data = data;
    this.#folders = folders;
    this.#collector = new BlobCollector(data, folders.files);
  }

  async read(hash: Uint8Array, range?: BlobRange): Promise<Uint8Array | undefined> {
    return this.#fromRow(hash, await this.#data.get(blobKey(hash)), range);
  }

  async readMany(hashes: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const rows = await this.#data.getMany(hashes.map(blobKey));
    const found: (Uint8Array | undefined)[] = [];
    for (const [i, hash] of hashes.entries()) found.push(await this.#fromRow(hash, rows[i], undefined));
    return found;
  }

  async *stream(hash: Uint8Array, range?: BlobRange): AsyncIterable<Uint8Array> {
    const row = await this.#data.get(blobKey(hash));
    if (!row) return;
    const blob = decodeRow(row);
    if ('bytes' in blob) {
      const bytes = cut(blob.bytes, range);
      for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
      return;
    }
    const { file } = blob;
    // one descriptor for the whole stream: a file that is unlinked meanwhile can still be read
    const handle = await open(this.#path(file));
    try {
      const { start, end } = bounds(file.size, range);
      for (let at = start; at < end; ) {
        const stop = Math.min(end, at - (at % PIECE) + PIECE);
        yield await readFrames(handle, file, at, stop);
        at = stop;
      }
    } finally {
      await handle.close();
    }
  }

  async has(hash: Uint8Array): Promise<boolean> {
    return (await this.#data.get(blobKey(hash))) !== undefined;
  }

  async size(hash: Uint8Array): Promise<number | undefined> {
    const row = await this.#data.get(blobKey(hash));
    return row && sizeOfRow(row);
  }

  spool(): Promise<SpoolWriter> {
    return openSpool(this.#folders.spool);
  }

  collect(before: number, limit: number, shard?: number): Promise<number> {
    return this.#collector.collect(before, limit, shard);
  }

  async #fromRow(
    hash: Uint8Array,
    row: Uint8Array | undefined,
    range: BlobRange | undefined,
  ): Promise<Uint8Array | undefined> {
    for (let current = row; current; ) {
      const blob = decodeRow(current);
      if ('bytes' in blob) return cut(blob.bytes, range);
      const bytes = await this.#fromFile(blob.file, range);
      if (bytes) return bytes;
      // collected since the row was read, or collected and stored anew under another name
      const again = await this.#data.get(blobKey(hash));
      if (again && Buffer.compare(again, current) === 0)
        throw new StoreCorrupt(`the blob file ${blob.file.name} is missing`);
      current = again;
    }
    return undefined;
  }

  async #fromFile(file: FileRow, range: BlobRange | undefined): Promise<Uint8Array | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path(file));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw fileError(error);
    }
    try {
      const { start, end } = bounds(file.size, range);
      return await readFrames(handle, file, start, end);
    } finally {
      await handle.close();
    }
  }

  #path(file: FileRow): string {
    const { files } = this.#folders;
    if (files === undefined) throw new StoreCorrupt('a blob is in a file, and this store has none');
    return path.join(files, file.name);
  }
}

/** Start and end of a range, cut to the blob. */
function bounds(size: number, range: BlobRange | undefined): { start: number; end: number } {
  const start = Math.min(size, Math.max(0, range?.offset ?? 0));
  return { start, end: Math.min(size, start + Math.max(0, range?.length ?? size)) };
}

function cut(bytes: Uint8Array, range: BlobRange | undefined): Uint8Array {
  if (!range) return bytes;
  const { start, end } = bounds(bytes.length, range);
  return bytes.subarray(start, end);
}

/** Bytes `start` to `end` of a blob file; reads and decompresses only the frames that they touch. */
async function readFrames(
  handle: FileHandle,
  file: FileRow,
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (end <= start) return new Uint8Array();
  if (file.ends.length === 0) return readExactly(handle, start, end - start);
  const first = Math.floor(start / FRAME);
  const last = Math.floor((end - 1) / FRAME);
  const from = first === 0 ? 0 : (file.ends[first - 1] as number);
  const stored = await readExactly(handle, from, (file.ends[last] as number) - from);
  const out = new Uint8Array(end - start);
  for (let frame = first, at = 0; frame <= last; frame++) {
    const frameEnd = (file.ends[frame] as number) - from;
    const frameStart = frame * FRAME;
    const size = Math.min(FRAME, file.size - frameStart);
    const packed = stored.subarray(at, frameEnd);
    const bytes = packed.length === size ? packed : inflate(packed, size);
    const begin = Math.max(0, start - frameStart);
    out.set(bytes.subarray(begin, Math.min(size, end - frameStart)), Math.max(0, frameStart - start));
    at = frameEnd;
  }
  return out;
}

async function readExactly(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, from + at);
    if (bytesRead === 0) throw new StoreCorrupt('a blob file is shorter than its row says');
    at += bytesRead;
  }
  return bytes;
}
