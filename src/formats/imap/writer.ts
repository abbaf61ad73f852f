// Builds responses in large buffers: short texts and numbers are written in place, large byte strings are
// passed on without a copy. What is collected is taken as a few chunks for one write to the socket.
import { asBuffer } from '../../base/index.ts';

/** The first chunk is small, since most commands answer in a line or two. */
const FIRST_CHUNK = 2048;
const CHUNK = 65_536;
/** From this size a byte string becomes a chunk of its own. */
const OWN_CHUNK = 4096;
/** Up to this length a loop is faster than a call into the runtime. */
const LOOP_LENGTH = 24;
const SPACE = 0x20;
const STAR = 0x2a;

export class ResponseWriter {
  #chunks: Uint8Array[] = [];
  #buffer: Buffer = EMPTY;
  /** Where the part of the buffer begins that is in no chunk yet. */
  #from = 0;
  #at = 0;
  #chunkBytes = 0;

  /** Bytes collected. */
  get size(): number {
    return this.#chunkBytes + this.#at - this.#from;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#buffer.length) return;
    this.#seal();
    const size = this.#chunkBytes === 0 ? FIRST_CHUNK : CHUNK;
    this.#buffer = Buffer.allocUnsafe(Math.max(size, more));
    this.#from = 0;
    this.#at = 0;
  }

  #seal(): void {
    if (this.#at > this.#from) {
      this.#chunks.push(this.#buffer.subarray(this.#from, this.#at));
      this.#chunkBytes += this.#at - this.#from;
      this.#from = this.#at;
    }
  }

  /** A byte string: every character is one byte. */
  text(text: string): this {
    const length = text.length;
    this.#room(length);
    const buffer = this.#buffer;
    let at = this.#at;
    if (length <= LOOP_LENGTH) {
      for (let i = 0; i < length; i++) buffer[at++] = text.charCodeAt(i);
      this.#at = at;
    } else {
      this.#at += buffer.write(text, at, 'latin1');
    }
    return this;
  }

  /** A non-negative integer below 2^53 in decimal. */
  number(value: number): this {
    if (value > 0xffff_ffff) return this.text(String(value));
    this.#room(10);
    this.#at = putDigits(this.#buffer, this.#at, value);
    return this;
  }

  /** The first `count` numbers (below 2^32), each behind a space. */
  numbers(values: ArrayLike<number>, count: number): this {
    this.#room(count * 11);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = 0; i < count; i++) {
      buffer[at++] = SPACE;
      at = putDigits(buffer, at, values[i] as number);
    }
    this.#at = at;
    return this;
  }

  /**
   * A whole response about a message, `* 7 FETCH (...)` with its line end: its number, the bytes behind that, and where
   * `second` is not negative this number and the last bytes.
   */
  response(number: number, middle: Uint8Array, second: number, last: Uint8Array): this {
    // hot: per message of a bulk FETCH FLAGS
    this.#room(22 + middle.length + last.length);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = STAR;
    buffer[at++] = SPACE;
    at = putDigits(buffer, at, number);
    buffer.set(middle, at);
    at += middle.length;
    if (second >= 0) {
      at = putDigits(buffer, at, second);
      buffer.set(last, at);
      at += last.length;
    }
    this.#at = at;
    return this;
  }

  /** Bytes as they are. Long ones are kept by reference: they must not change afterwards. */
  raw(bytes: Uint8Array): this {
    const length = bytes.length;
    if (length >= OWN_CHUNK) {
      this.#seal();
      this.#chunks.push(bytes);
      this.#chunkBytes += length;
      return this;
    }
    this.#room(length);
    const buffer = this.#buffer;
    if (length <= LOOP_LENGTH) {
      let at = this.#at;
      for (let i = 0; i < length; i++) buffer[at++] = bytes[i] as number;
      this.#at = at;
    } else {
      buffer.set(bytes, this.#at);
      this.#at += length;
    }
    return this;
  }

  /** Bytes as a literal. */
  literal(bytes: Uint8Array): this {
    return this.text('{').number(bytes.length).text('}\r\n').raw(bytes);
  }

  /** Ends a line. */
  end(): this {
    return this.text('\r\n');
  }

  /** Everything collected so far, in order; the writer is empty afterwards. */
  take(): Uint8Array[] {
    this.#seal();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    if (this.#buffer.length > FIRST_CHUNK && this.#buffer.length - this.#at < this.#buffer.length >>> 1) {
      this.#buffer = EMPTY;
      this.#from = 0;
      this.#at = 0;
    }
    return chunks;
  }
}

/** Writes a number below 2^32 in decimal; returns where it ends. */
function putDigits(buffer: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let limit = 10; end - at < 10 && value >= limit; limit *= 10) end++;
  let rest = value >>> 0;
  for (let to = end; to > at; ) {
    const next = (rest / 10) >>> 0;
    buffer[--to] = 0x30 + (rest - next * 10);
    rest = next;
  }
  return end;
}

const EMPTY = asBuffer(new Uint8Array(0));
