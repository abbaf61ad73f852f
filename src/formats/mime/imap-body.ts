// The BODY item of IMAP out of stored BODYSTRUCTURE text: the same without extension data (RFC 9051 §7.5.2).
import { asBuffer } from '../../base/index.ts';

const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const SP = 0x20;

/** Takes the extension data out of a BODYSTRUCTURE that `imapTexts` wrote. */
export function bodyWithoutExtensions(bodyStructure: Uint8Array): Uint8Array {
  const stripper = new Stripper(asBuffer(bodyStructure));
  stripper.body();
  return Buffer.concat(stripper.kept);
}

class Stripper {
  readonly #bytes: Buffer;
  #at = 0;
  #keptTo = 0;
  readonly kept: Buffer[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Reads one body; the writer nests at most `MAX_DEPTH` deep. */
  body(): void {
    this.#at++;
    if (this.#bytes[this.#at] === OPEN) {
      while (this.#bytes[this.#at] === OPEN) this.body();
      this.#field();
    } else {
      const start = this.#at;
      this.#value();
      this.#field();
      const type = this.#bytes.toString('latin1', start, this.#at);
      for (let i = 0; i < 5; i++) this.#field();
      if (type.startsWith('"text"')) this.#field();
      else if (type === '"message" "rfc822"' || type === '"message" "global"') {
        this.#field();
        this.#at++;
        this.body();
        this.#field();
      }
    }
    this.kept.push(this.#bytes.subarray(this.#keptTo, this.#at));
    while (this.#bytes[this.#at] === SP) this.#field();
    this.#keptTo = this.#at;
    this.#at++;
    this.kept.push(this.#bytes.subarray(this.#keptTo, this.#at));
    this.#keptTo = this.#at;
  }

  /** A space and a value. */
  #field(): void {
    this.#at++;
    this.#value();
  }

  /** A string, number, NIL or parenthesized list. */
  #value(): void {
    const bytes = this.#bytes;
    let depth = 0;
    do {
      const byte = bytes[this.#at];
      if (byte === undefined) return;
      if (byte === OPEN) depth++;
      else if (byte === CLOSE) depth--;
      if (byte === QUOTE) this.#quoted();
      else if (byte === BRACE) this.#literal();
      else if (byte === OPEN || byte === CLOSE || byte === SP) this.#at++;
      else this.#atom();
    } while (depth > 0);
  }

  #quoted(): void {
    this.#at++;
    while (this.#at < this.#bytes.length && this.#bytes[this.#at] !== QUOTE) {
      this.#at += this.#bytes[this.#at] === BACKSLASH ? 2 : 1;
    }
    this.#at++;
  }

  #literal(): void {
    const end = this.#bytes.indexOf('}', this.#at, 'latin1');
    this.#at = end + 3 + Number(this.#bytes.toString('latin1', this.#at + 1, end));
  }

  #atom(): void {
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at];
      if (byte === SP || byte === OPEN || byte === CLOSE) return;
      this.#at++;
    }
  }
}
