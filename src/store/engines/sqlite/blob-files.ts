// Blobs too large for a row become files before the commit that links them: written, synced and in their folder
// under a name that was never used, so that nothing can be mistaken for anything else.
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { fileRow, FRAME } from '../../blob-row.ts';
import { fileName } from '../../collect.ts';
import { errorCode, fileError } from '../../file-error.ts';
import { uniqueName } from '../../spool.ts';
import type { SpoolFile } from '../../types.ts';

const compress = promisify(zstdCompress);
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Frames tried before a body is taken for one that does not compress. */
const TRIED = 3;

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
      await this.#makeFolder(path.dirname(full));
      const ends =
        content instanceof Uint8Array
          ? await this.#write(full, memory(content))
          : await this.#place(full, content);
      await syncFolder(path.dirname(full));
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
      if (this.#compress && (await shrinks(source))) return await this.#write(full, source);
    } finally {
      await handle.close();
    }
    await link(spooled.path, full);
    return [];
  }

  /** Writes and syncs; returns where the frames end, nothing when they are as they were. */
  async #write(full: string, source: Source): Promise<number[]> {
    const packed = this.#compress && (await shrinks(source));
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

  async #makeFolder(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) {
      // the new names must be as durable as the file
      for (let at = folder; at.length >= this.#folder.length; at = path.dirname(at)) await syncFolder(at);
    }
    this.#known.add(folder);
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

/** Whether one of the first frames shrinks by a tenth. */
async function shrinks(source: Source): Promise<boolean> {
  for (let i = 0, at = 0; i < TRIED && at < source.size; i++, at += FRAME) {
    const frame = await source.read(at, Math.min(FRAME, source.size - at));
    if ((await pack(frame)).length < frame.length) return true;
  }
  return false;
}

/** The frame compressed, or as it is when that saves less than a tenth. */
async function pack(frame: Uint8Array): Promise<Uint8Array> {
  const packed = await compress(frame, FAST);
  return packed.length < frame.length * 0.9 ? packed : frame;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** Makes the names in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
