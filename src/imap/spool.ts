// Large literals on their way in: files in the blob store's spool, which may become blobs as they are.
import { readFile } from 'node:fs/promises';
import type { SpooledBytes } from '../formats/imap/index.ts';
import type { BlobStore, SpoolFile } from '../store/index.ts';

/** A literal that has arrived whole and is durable as a file. */
export class SpooledLiteral implements SpooledBytes {
  readonly file: SpoolFile;
  /** SHA-256. */
  readonly hash: Uint8Array;
  readonly #discard: () => Promise<void>;

  private constructor(file: SpoolFile, hash: Uint8Array, discard: () => Promise<void>) {
    this.file = file;
    this.hash = hash;
    this.#discard = discard;
  }

  /** Takes what `fill` writes; when that fails nothing is left. */
  static async receive(
    blobs: Pick<BlobStore, 'spool'>,
    fill: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<SpooledLiteral> {
    const writer = await blobs.spool();
    try {
      await fill((piece) => writer.write(piece));
      const { file, hash } = await writer.finish();
      return new SpooledLiteral(file, hash, () => writer.discard());
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  get size(): number {
    return this.file.size;
  }

  read(): Promise<Uint8Array> {
    return readFile(this.path);
  }

  /** Removes the file, unless it has become a blob. */
  discard(): Promise<void> {
    return this.#discard();
  }
}
