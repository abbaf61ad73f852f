// Large literals on their way in: a file without a name, so that nothing is left behind whatever happens.
import { type FileHandle, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { randomBytes, toHex } from '../base/index.ts';
import type { SpooledBytes } from '../formats/imap/index.ts';

export class SpooledLiteral implements SpooledBytes {
  readonly path: string;
  readonly size: number;
  readonly #file: FileHandle;
  #at = 0;

  private constructor(file: FileHandle, name: string, size: number) {
    this.#file = file;
    this.path = name;
    this.size = size;
  }

  static async create(folder: string, size: number): Promise<SpooledLiteral> {
    const name = path.join(folder, `imap-${toHex(randomBytes(12))}`);
    const file = await open(name, 'wx+', 0o600);
    // The open handle keeps the bytes. Where a file in use cannot be unlinked, `discard` does it.
    await unlink(name).catch(() => undefined);
    return new SpooledLiteral(file, name, size);
  }

  /** Pieces may be reused by the caller once this resolves. */
  async write(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      const { bytesWritten } = await this.#file.write(piece, from, piece.length - from, this.#at);
      from += bytesWritten;
      this.#at += bytesWritten;
    }
  }

  async read(): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(this.size);
    for (let at = 0; at < this.size; ) {
      const { bytesRead } = await this.#file.read(bytes, at, this.size - at, at);
      if (bytesRead === 0) throw new Error('a spooled literal is shorter than it was');
      at += bytesRead;
    }
    return bytes;
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await unlink(this.path).catch(() => undefined);
  }
}
