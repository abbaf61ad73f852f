// A socket without a network: what a client sends arrives in exactly the pieces that a test gives, and what the
// server says is kept.
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export class FakeSocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort = 40_000;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 25;
  bytesWritten = 0;
  /** Everything the server has said, one character an octet. */
  said = '';

  constructor(remoteAddress = '127.0.0.1') {
    super({ allowHalfOpen: true });
    this.remoteAddress = remoteAddress;
  }

  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    // pieces are pushed as the test gives them
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.said += piece.toString('latin1');
    this.bytesWritten += piece.length;
    done();
  }

  asSocket(): Socket {
    return this as unknown as Socket;
  }

  /** Lets each piece arrive by itself, then the end of input. */
  async feed(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (this.destroyed) return;
      this.push(piece);
      await turn();
    }
    this.push(null);
  }
}
