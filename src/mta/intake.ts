// The content of a message while it arrives. Small ones stay in memory as the pieces they came in; past 1 MiB
// the octets go to a spool file, hashed as they come, with our header block in front, so that the file is what
// is stored. Memory is bounded over all connections: when much is waiting, content goes to files earlier.
import { createHash, hash as digest, type Hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Reply, reply } from '../formats/smtp/index.ts';
import type { BlobStore, SpoolFile, SpoolWriter } from '../store/index.ts';

/** Octets of one message that stay in memory, usually and while much is waiting. */
const IN_MEMORY = 1024 * 1024;
const IN_MEMORY_UNDER_PRESSURE = 64 * 1024;
/** Octets waiting in memory, all messages together, from which on there is pressure. */
const PRESSURE = 64 * 1024 * 1024;
/** Octets of large messages that are read back for delivery at one time; one message may be larger. */
const READ_BACK = 256 * 1024 * 1024;

/** Pieces that are kept as they came; more of them are copied together when they are small. */
const MAX_PIECES = 16;
const SMALL_PIECE = 4096;
const BLOCK = 64 * 1024;
/** Room in front of a message for our header block; a longer block costs another copy. */
const FRONT = 1024;

/** RFC 1870 §6.1. */
export const TOO_LARGE = reply(552, '5.3.4', 'The message is larger than is taken here');

/** What goes in front of a message and what of it is kept, or why it is refused. */
export type Prepared =
  | { readonly front: Buffer; readonly kept: readonly Buffer[] }
  | { readonly refusal: Reply };

/**
 * Looks at the beginning of a message, which is all of it when `complete`; undefined when it has to see more.
 */
export type Prepare = (head: Buffer, complete: boolean) => Prepared | undefined;

/** A message ready for delivery. */
export interface Content {
  /** What is stored: our block and the message. */
  readonly bytes: Uint8Array;
  /** The same as a durable file, with its SHA-256. */
  readonly stored: { readonly file: SpoolFile; readonly hash: Uint8Array } | undefined;
  /** SHA-256 of what was received. */
  readonly receivedHash: Uint8Array;
  /** Call when the delivery is over, whatever came of it. */
  readonly release: () => void;
}

/** What all intakes of a process share. */
export class IntakeSpace {
  readonly #blobs: Pick<BlobStore, 'spool'>;
  /** Octets in memory that wait for the rest of their message. */
  held = 0;
  #reading = 0;
  readonly #queue: (() => void)[] = [];

  constructor(blobs: Pick<BlobStore, 'spool'>) {
    this.#blobs = blobs;
  }

  get mayHold(): number {
    return this.held > PRESSURE ? IN_MEMORY_UNDER_PRESSURE : IN_MEMORY;
  }

  spool(): Promise<SpoolWriter> {
    return this.#blobs.spool();
  }

  /** Waits for room for a large message in memory; the returned function gives it back. */
  async room(bytes: number): Promise<() => void> {
    while (this.#reading > 0 && this.#reading + bytes > READ_BACK) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#reading += bytes;
    return () => {
      this.#reading -= bytes;
      for (const resolve of this.#queue.splice(0)) resolve();
    };
  }
}

export interface IntakeOptions {
  /** Octets of the largest message. */
  readonly maxSize: number;
  readonly prepare: Prepare;
}

/** One message on its way in. */
export class Intake {
  readonly #space: IntakeSpace;
  readonly #options: IntakeOptions;
  #size = 0;
  #pieces: Buffer[] = [];
  /** Octets of `#pieces`. */
  #held = 0;
  /** Octets from which on a file is tried, when the header did not end before. */
  #tryAt = 0;
  /** The last block of copied crumbs, and how much of it is used. */
  #crumbs: Buffer | undefined;
  #used = 0;
  #spool: { readonly writer: SpoolWriter; readonly hash: Hash } | undefined;
  #refusal: Reply | undefined;

  constructor(space: IntakeSpace, options: IntakeOptions) {
    this.#space = space;
    this.#options = options;
  }

  /** Octets so far, also those that were thrown away. */
  get size(): number {
    return this.#size;
  }

  /** Set once it is clear that the message cannot be taken: what still comes is thrown away. */
  get refusal(): Reply | undefined {
    return this.#refusal;
  }

  /** True when this many octets more would be too many. */
  wouldExceed(octets: number): boolean {
    return this.#size + octets > this.#options.maxSize;
  }

  /** Refuses the message; what was kept is dropped. */
  async refuse(why: Reply): Promise<void> {
    this.#refusal ??= why;
    await this.discard();
  }

  /**
   * Takes the next octets, which must not change afterwards. Wait for the promise, if there is one, before more
   * is given.
   */
  add(piece: Buffer): Promise<void> | undefined {
    // hot: per piece of every message
    this.#size += piece.length;
    if (this.#refusal !== undefined) return undefined;
    if (this.#size > this.#options.maxSize) return this.refuse(TOO_LARGE);
    if (this.#spool !== undefined) {
      this.#spool.hash.update(piece);
      return this.#spool.writer.write(piece);
    }
    this.#hold(piece);
    return this.#held > Math.max(this.#space.mayHold, this.#tryAt) ? this.#toSpool() : undefined;
  }

  /** The whole message, or why it is refused. */
  async finish(): Promise<Content | Reply> {
    if (this.#refusal !== undefined) return this.#refusal;
    if (this.#spool !== undefined) return this.#finishSpool(this.#spool);
    // Behind room for the block, so that usually nothing is copied twice.
    const whole = Buffer.allocUnsafeSlow(FRONT + this.#held);
    let at = FRONT;
    for (const piece of this.#gather()) at += piece.copy(whole, at);
    const message = whole.subarray(FRONT);
    this.#drop();
    const prepared = this.#options.prepare(message, true);
    if (prepared === undefined) return NO_HEADER_END;
    if ('refusal' in prepared) return prepared.refusal;
    const { front, kept } = prepared;
    const receivedHash = digest('sha256', message, 'buffer');
    if (front.length > FRONT || kept.length !== 1 || kept[0]?.length !== message.length) {
      return { bytes: Buffer.concat([front, ...kept]), stored: undefined, receivedHash, release: NOTHING };
    }
    const start = FRONT - front.length;
    front.copy(whole, start);
    return { bytes: whole.subarray(start), stored: undefined, receivedHash, release: NOTHING };
  }

  /** Drops what was kept. May be called at any time, also after `finish`. */
  async discard(): Promise<void> {
    this.#drop();
    const spool = this.#spool;
    this.#spool = undefined;
    await spool?.writer.discard();
  }

  #hold(piece: Buffer): void {
    this.#held += piece.length;
    this.#space.held += piece.length;
    if (this.#pieces.length < MAX_PIECES || piece.length >= SMALL_PIECE) {
      this.#closeCrumbs();
      this.#pieces.push(piece);
      return;
    }
    if (this.#crumbs === undefined || this.#used + piece.length > BLOCK) {
      this.#closeCrumbs();
      this.#crumbs = Buffer.allocUnsafeSlow(BLOCK);
    }
    this.#used += piece.copy(this.#crumbs, this.#used);
  }

  #closeCrumbs(): void {
    if (this.#crumbs !== undefined) this.#pieces.push(this.#crumbs.subarray(0, this.#used));
    this.#crumbs = undefined;
    this.#used = 0;
  }

  #gather(): Buffer[] {
    this.#closeCrumbs();
    return this.#pieces;
  }

  #drop(): void {
    this.#pieces = [];
    this.#crumbs = undefined;
    this.#used = 0;
    this.#space.held -= this.#held;
    this.#held = 0;
  }

  async #toSpool(): Promise<void> {
    const head = Buffer.concat(this.#gather(), this.#held);
    const prepared = this.#options.prepare(head, false);
    if (prepared === undefined) {
      // The header goes on. Under pressure it may, up to what a message may hold otherwise.
      if (head.length > IN_MEMORY) await this.refuse(NO_HEADER_END);
      else this.#pieces = [head];
      this.#tryAt = Math.min(2 * head.length, IN_MEMORY);
      return;
    }
    if ('refusal' in prepared) return this.refuse(prepared.refusal);
    const writer = await this.#space.spool();
    this.#drop();
    const hash = createHash('sha256');
    this.#spool = { writer, hash };
    hash.update(head);
    await writer.write(prepared.front);
    for (const piece of prepared.kept) await writer.write(piece);
  }

  async #finishSpool({ writer, hash }: { writer: SpoolWriter; hash: Hash }): Promise<Content> {
    const { file, hash: storedHash, size } = await writer.finish();
    const release = await this.#space.room(size);
    try {
      const bytes = await readFile(file.path);
      return { bytes, stored: { file, hash: storedHash }, receivedHash: hash.digest(), release };
    } catch (error) {
      release();
      throw error;
    }
  }
}

const NOTHING = (): void => undefined;

const NO_HEADER_END = reply(552, '5.3.4', 'The header of the message is larger than is taken here');
