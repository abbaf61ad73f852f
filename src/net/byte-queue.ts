// Bytes that have arrived and are not read yet: pieces in order, read as lines or as views. Nothing is
// copied except where a line spans two pieces, and where a peer sends in crumbs.
import { LimitExceeded } from '../base/index.ts';

/** Pieces below this size are joined with their neighbour, so that crumbs do not cost an object each. */
const SMALL = 2048;
const LF = 0x0a;
const CR = 0x0d;

/** A line passed its maximum. It has been read to its end and thrown away; the next line can be read. */
export class LineTooLong extends LimitExceeded {
  constructor(max: number) {
    super('maxLineLength', max, `a line is longer than ${max} octets`);
  }
}

export class ByteQueue {
  #head: Buffer | undefined;
  /** First unread octet of the head. */
  #at = 0;
  /** The head holds no LF between `#at` and here. */
  #scanned = 0;
  readonly #rest: Buffer[] = [];
  #length = 0;
  #skipping = false;

  /** Unread octets. */
  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    const head = this.#head;
    if (head === undefined) {
      this.#head = piece;
      this.#at = 0;
      this.#scanned = 0;
      return;
    }
    const last = this.#rest.length - 1;
    const tail = last < 0 ? head.subarray(this.#at) : (this.#rest[last] as Buffer);
    if (tail.length >= SMALL || piece.length >= SMALL) {
      this.#rest.push(piece);
    } else if (last < 0) {
      this.#replaceHead(Buffer.concat([tail, piece]));
    } else {
      this.#rest[last] = Buffer.concat([tail, piece]);
    }
  }

  /**
   * The next line without its end (CRLF, or a bare LF), or undefined while it is not complete.
   * @param max longest line in octets, its end included.
   * @throws LineTooLong once a longer line has been thrown away up to its end.
   */
  line(max: number): Buffer | undefined {
    // hot: per command
    for (;;) {
      const head = this.#head;
      if (head === undefined) return undefined;
      const at = this.#at;
      const lf = head.indexOf(LF, this.#scanned);
      if (lf >= 0) {
        this.#advance(lf + 1 - at);
        if (this.#skipping || lf + 1 - at > max) {
          this.#skipping = false;
          throw new LineTooLong(max);
        }
        return head.subarray(at, lf > at && head[lf - 1] === CR ? lf - 1 : lf);
      }
      if (this.#skipping || head.length - at >= max) {
        this.#skipping = true;
        this.#advance(head.length - at);
        continue;
      }
      const next = this.#rest[0];
      if (next === undefined) {
        this.#scanned = head.length;
        return undefined;
      }
      const end = next.indexOf(LF) + 1;
      if (end > 0) {
        // The line ends in the next piece: only the line is copied, never the rest of that piece.
        const line = Buffer.concat([head.subarray(at), next.subarray(0, end)]);
        this.#advance(head.length - at);
        this.#advance(end);
        if (line.length > max) throw new LineTooLong(max);
        return line.subarray(0, line.length > 1 && line[line.length - 2] === CR ? -2 : -1);
      }
      if (head.length - at + next.length >= max) {
        this.#skipping = true;
        continue;
      }
      this.#rest.shift();
      this.#replaceHead(Buffer.concat([head.subarray(at), next]));
    }
  }

  /** The first unread octets that lie together, as a view; undefined when there are none. */
  peek(): Buffer | undefined {
    return this.#at === 0 ? this.#head : this.#head?.subarray(this.#at);
  }

  /** As `peek`, but at least `count` octets if so many have arrived (copies when they span pieces). */
  peekTogether(count: number): Buffer | undefined {
    let head = this.peek();
    while (head !== undefined && head.length < count) {
      const next = this.#rest.shift();
      if (next === undefined) break;
      head = Buffer.concat([head, next]);
      this.#replaceHead(head);
    }
    return head;
  }

  /** Takes `count` octets of what `peek` showed. */
  consume(count: number): void {
    this.#advance(count);
  }

  /** The next octets as a view, at most `max` of them; undefined when there are none. */
  take(max: number): Buffer | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const at = this.#at;
    const count = Math.min(max, head.length - at);
    this.#advance(count);
    return head.subarray(at, at + count);
  }

  /** Everything unread; the queue is empty afterwards. */
  drain(): Buffer[] {
    const all: Buffer[] = [];
    for (let piece = this.take(Infinity); piece !== undefined; piece = this.take(Infinity)) all.push(piece);
    return all;
  }

  clear(): void {
    this.#head = undefined;
    this.#rest.length = 0;
    this.#length = 0;
    this.#skipping = false;
  }

  #replaceHead(head: Buffer): void {
    this.#head = head;
    this.#scanned -= this.#at;
    if (this.#scanned < 0) this.#scanned = 0;
    this.#at = 0;
  }

  #advance(count: number): void {
    this.#length -= count;
    this.#at += count;
    if (this.#at === (this.#head as Buffer).length) {
      this.#head = this.#rest.shift();
      this.#at = 0;
    }
    this.#scanned = this.#at;
  }
}
