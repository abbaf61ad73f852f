// Blobs too large for a row become files before the commit that links them: written, synced and in their folder
// under a name that was never used, so that nothing can be mistaken for anything else.
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, type ZstdOptions } from 'node:zlib';
import { fileRow, FRAME } from '../../blob-row.ts';
import { fileName } from '../../collect.ts';
import { errorCode, fileError } from '../../file-error.ts';
import { uniqueName } from '../../spool.ts';
import type { SpoolFile } from '../../types.ts';

const compress = promisify(zstdCompress);
const level = (value: number): ZstdOptions => ({ params: { [constants.ZSTD_c_compressionLevel]: value } });
/** Matches only. */
const FASTEST = level(-3);
const FAST = level(1);

/** Compressed bytes are kept when they are less than this share of the content. */
const WORTHWHILE = 0.9;

export interface StoredFile {
  /** Below the blob folder. */
  readonly name: string;
  /** Row that names it. */
  readonly row: Uint8Array;
}

export class BlobFiles {
  readonly #folder: string;
  readonly #compress: boolean;
  /** Folders that are there for certain. */
  readonly #known = new Set<string>();

  constructor(folder: string, options: { readonly compress: boolean }) {
    this.#folder = folder;
    this.#compress = options.compress;
  }

  /**
   * Makes a durable file; undefined when the spool file is gone.
   * @throws StoreFull, StoreUnavailable
   */
  async store(hash: Uint8Array, content: Uint8Array | SpoolFile): Promise<StoredFile | undefined> {
    const name = fileName(hash, uniqueName());
    const full = path.join(this.#folder, name);
    try {
      const folders = await this.#makeFolder(path.dirname(full));
      const ends = await (content instanceof Uint8Array
        ? this.#keep(full, memory(content))
        : this.#place(full, content));
      // behind the sync of the file, which on most file systems has brought the names to the disk as well
      for (const folder of folders) await syncFolder(folder);
      this.#known.add(path.dirname(full));
      const size = content instanceof Uint8Array ? content.length : content.size;
      return { name, row: fileRow({ name, size, ends }) };
    } catch (error) {
      await rm(full, { force: true }).catch(() => undefined);
      if (!(content instanceof Uint8Array) && errorCode(error) === 'ENOENT') return undefined;
      throw fileError(error);
    }
  }

  async remove(name: string): Promise<void> {
    await rm(path.join(this.#folder, name), { force: true }).catch(() => undefined);
  }

  async #keep(full: string, source: Source): Promise<number[]> {
    return this.#write(full, source, await this.#isWorthwhile(source));
  }

  /** A body that does not compress keeps the file that it has. */
  async #place(full: string, spooled: SpoolFile): Promise<number[]> {
    const handle = await open(spooled.path);
    try {
      const source: Source = {
        size: spooled.size,
        read: async (at, length) => {
          const bytes = new Uint8Array(length);
          const { bytesRead } = await handle.read(bytes, 0, length, at);
          if (bytesRead < length) throw new Error(`${spooled.path} is shorter than ${spooled.size} bytes`);
          return bytes;
        },
      };
      if (await this.#isWorthwhile(source)) return await this.#write(full, source, true);
    } finally {
      await handle.close();
    }
    await link(spooled.path, full);
    return [];
  }

  /** Writes and syncs; returns where the frames end, nothing when they are as they were. */
  async #write(full: string, source: Source, packed: boolean): Promise<number[]> {
    const handle = await open(full, 'wx', 0o600);
    try {
      const ends: number[] = [];
      let end = 0;
      for (let at = 0; at < source.size; at += FRAME) {
        const frame = await source.read(at, Math.min(FRAME, source.size - at));
        const bytes = packed ? await pack(frame) : frame;
        await writeAll(handle, bytes);
        end += bytes.length;
        if (packed) ends.push(end);
      }
      await handle.datasync();
      return ends;
    } finally {
      await handle.close();
    }
  }

  /**
   * Whether compression is worth its time, judged by the first frame: text shrinks at the fastest level, an
   * attachment in base64 only by entropy coding, which costs more than writing it.
   */
  async #isWorthwhile(source: Source): Promise<boolean> {
    if (!this.#compress) return false;
    const frame = await source.read(0, Math.min(FRAME, source.size));
    return (await compress(frame, FASTEST)).length < frame.length * WORTHWHILE;
  }

  /** Makes a folder; returns the folders whose names must become as durable as the file. */
  async #makeFolder(folder: string): Promise<string[]> {
    if (this.#known.has(folder)) return [folder];
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // whoever made it may not have synced its name yet
    return [folder, path.dirname(folder), this.#folder];
  }
}

interface Source {
  readonly size: number;
  read(at: number, length: number): Promise<Uint8Array>;
}

const memory = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
});

/** The frame compressed, or as it is when that saves less than a tenth. */
async function pack(frame: Uint8Array): Promise<Uint8Array> {
  const packed = await compress(frame, FAST);
  return packed.length < frame.length * WORTHWHILE ? packed : frame;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** Makes the names in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call, and writes names through
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
