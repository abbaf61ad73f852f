// Reads the stored ENVELOPE text back (RFC 9051 §7.5.2), so that searching and sorting by subject, date and addresses
// reads no message.
import { asBuffer } from '../../base/index.ts';
import { type MailDate, parseDate, textForm } from '../../formats/mime/index.ts';

/** An address as ENVELOPE has it; strings are octets, one a character. */
export interface EnvelopeAddress {
  readonly name: string | undefined;
  /** Local part; of a group's start its name, of its end undefined. */
  readonly mailbox: string | undefined;
  /** Undefined at the start and the end of a group. */
  readonly host: string | undefined;
}

type AddressField = 'from' | 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc';

export class Envelope {
  readonly #date: string | undefined;
  readonly #subject: string | undefined;
  readonly #addresses: Record<AddressField, readonly EnvelopeAddress[]>;
  /** Octets of the fields. */
  readonly inReplyTo: string | undefined;
  readonly messageId: string | undefined;

  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    reader.skip(1);
    this.#date = reader.nstring();
    reader.skip(1);
    this.#subject = reader.nstring();
    const next = (): readonly EnvelopeAddress[] => {
      reader.skip(1);
      return reader.addresses();
    };
    this.#addresses = {
      from: next(),
      sender: next(),
      replyTo: next(),
      to: next(),
      cc: next(),
      bcc: next(),
    };
    reader.skip(1);
    this.inReplyTo = reader.nstring();
    reader.skip(1);
    this.messageId = reader.nstring();
  }

  /** Decoded; undefined when there is no Subject. */
  get subject(): string | undefined {
    return this.#subject === undefined ? undefined : textForm(this.#subject);
  }

  /** The Date field, or null. */
  get date(): MailDate | null {
    return this.#date === undefined ? null : parseDate(this.#date);
  }

  addresses(field: AddressField): readonly EnvelopeAddress[] {
    return this.#addresses[field];
  }

  /** Names, addresses and group names of a field as one decoded text; undefined when there are none. */
  addressText(field: AddressField): string | undefined {
    const addresses = this.#addresses[field];
    if (addresses.length === 0) return undefined;
    const texts: string[] = [];
    for (const { name, mailbox, host } of addresses) {
      if (host !== undefined) {
        const address = host === '' ? (mailbox ?? '') : `${mailbox ?? ''}@${host}`;
        texts.push(name === undefined ? address : `${textForm(name)} <${address}>`);
      } else if (mailbox !== undefined) {
        texts.push(`${textForm(mailbox)}:`);
      }
    }
    return texts.join(', ');
  }
}

const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Reads what our own writer wrote; anything else ends up as NIL. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes);
  }

  skip(count: number): void {
    this.#at += count;
  }

  nstring(): string | undefined {
    const bytes = this.#bytes;
    const next = bytes[this.#at];
    if (next === QUOTE) return this.#quoted();
    if (next === BRACE) {
      const end = bytes.indexOf('}', this.#at, 'latin1');
      const size = end < 0 ? -1 : Number(bytes.toString('latin1', this.#at + 1, end));
      this.#at = size >= 0 ? Math.min(bytes.length, end + 3 + size) : bytes.length;
      return bytes.toString('latin1', end + 3, this.#at);
    }
    this.#at += 3;
    return undefined;
  }

  #quoted(): string {
    const bytes = this.#bytes;
    const from = this.#at + 1;
    let at = from;
    let escaped = false;
    while (at < bytes.length && bytes[at] !== QUOTE) {
      if (bytes[at] === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    this.#at = at + 1;
    const text = bytes.toString('latin1', from, at);
    return escaped ? text.replace(/\\(.)/gs, '$1') : text;
  }

  addresses(): EnvelopeAddress[] {
    if (this.#bytes[this.#at] !== OPEN) {
      this.#at += 3;
      return [];
    }
    this.#at++;
    const all: EnvelopeAddress[] = [];
    while (this.#bytes[this.#at] === OPEN) {
      this.#at++;
      const name = this.nstring();
      this.#at++;
      // The source route means nothing any more.
      this.nstring();
      this.#at++;
      const mailbox = this.nstring();
      this.#at++;
      const host = this.nstring();
      this.#at++;
      all.push({ name, mailbox, host });
      if (this.#bytes[this.#at] !== OPEN && this.#bytes[this.#at] !== CLOSE) break;
    }
    this.#at++;
    return all;
  }
}
