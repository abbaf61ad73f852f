// Bodies on their way into a blob: a file of their own in the spool folder, hashed while it is written. Whatever
// lies in the folder at start was never acknowledged.
import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { randomText } from '../base/index.ts';
import { fileError } from './file-error.ts';
import type { SpoolFile, SpoolWriter } from './types.ts';

const NAME = 'abcdefghijklmnopqrstuvwxyz234567';

/** A file name that nobody has used. */
export const uniqueName = (): string => randomText(20, NAME);

/** Begins a file in the folder, which is made when it is missing. @throws StoreFull, StoreUnavailable */
export async function openSpool(folder: string): Promise<SpoolWriter> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, uniqueName());
    const handle = await open(file, 'wx', 0o600);
    const hash = createHash('sha256');
    let size = 0;
    let isOpen = true;
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw fileError(error);
      }
    };
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
    };
    return {
      write: (chunk) =>
        guarded(async () => {
          hash.update(chunk);
          for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
          size += chunk.length;
        }),
      finish: () =>
        guarded(async () => {
          await handle.datasync();
          await close();
          const spooled: SpoolFile = { path: file, size };
          return { file: spooled, hash: new Uint8Array(hash.digest()), size };
        }),
      discard: () =>
        guarded(async () => {
          await close();
          await rm(file, { force: true });
        }),
    };
  } catch (error) {
    throw fileError(error);
  }
}
