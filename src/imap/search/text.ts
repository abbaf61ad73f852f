// The texts of a message that SEARCH looks into (RFC 9051 §6.4.4): decoded, and folded so that case does not count.
import type { SearchField } from '../../formats/imap/index.ts';
import { htmlToText } from '../../formats/html/index.ts';
import {
  baseSubject,
  isMultipart,
  type Message,
  mediaType,
  type Part,
  partText,
  textForm,
  valueOctets,
} from '../../formats/mime/index.ts';
import type { ColdRecord } from '../../mail/index.ts';
import { Envelope } from './envelope.ts';
import { type FactName, type Facts, factsOf } from './facts.ts';

const ASCII = /^[\x00-\x7f]*$/;

/** Text for comparing without case. */
export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.normalize('NFC').toLowerCase();
}

/** One message under search; what is made of it is made once. */
export class Content {
  readonly index: number;
  readonly cold: ColdRecord;
  /** The message, or its first octets with the whole header; undefined when nothing needs them. */
  readonly bytes: Uint8Array | undefined;
  readonly facts: Facts;
  #envelope: Envelope | undefined;
  #body: string | undefined;
  #whole: string | undefined;

  constructor(index: number, cold: ColdRecord, bytes: Uint8Array | undefined) {
    this.index = index;
    this.cold = cold;
    this.bytes = bytes;
    this.facts = factsOf(cold);
  }

  get envelope(): Envelope {
    this.#envelope ??= new Envelope(this.cold.envelope);
    return this.#envelope;
  }

  /** The Date field, milliseconds since 1970, or null. */
  get sent(): number | null {
    const { facts } = this;
    if (facts.sent === undefined) facts.sent = this.envelope.date?.time ?? null;
    return facts.sent;
  }

  /** The base subject (RFC 5256 §2.1), folded. */
  get baseSubject(): string {
    return this.fact('SUBJECT', () => fold(baseSubject(this.envelope.subject ?? '')));
  }

  /** A text that is kept with the message. */
  fact(name: FactName, make: () => string): string {
    const { texts } = this.facts;
    let text = texts.get(name);
    if (text === undefined) {
      text = make();
      texts.set(name, text);
    }
    return text;
  }

  /** True when the field holds the folded text. */
  has(field: SearchField, folded: string): boolean {
    const text = this.#folded(field);
    return text !== ABSENT && text.includes(folded);
  }

  #folded(field: SearchField): string {
    // Texts of bodies are too long to be kept.
    if (field === 'body') return (this.#body ??= fold(bodyText(this.cold.message, this.#message)));
    if (field === 'text') return (this.#whole ??= fold(wholeText(this.cold.message, this.#message)));
    return this.fact(field, () => {
      const text = field === 'subject' ? this.envelope.subject : this.envelope.addressText(field);
      return fold(text ?? ABSENT);
    });
  }

  get #message(): Uint8Array {
    return this.bytes as Uint8Array;
  }

  /** True when a header field of that name (lower case) holds the folded text; an empty text asks for the field. */
  hasHeader(key: string, folded: string): boolean {
    const { fields } = this.cold.message.parts[0];
    for (const field of fields) {
      if (field.key !== key) continue;
      if (folded === '' || this.bytes === undefined) return true;
      if (fold(textForm(valueOctets(this.bytes, field))).includes(folded)) return true;
    }
    return false;
  }
}

/** Stands for a field that is not there, which holds not even the empty text. */
const ABSENT = '\0';

/** The texts of all bodies: text parts decoded, HTML as its reader sees it, attached messages with their headers. */
function bodyText(message: Message, bytes: Uint8Array): string {
  const texts: string[] = [];
  for (const part of message.parts) {
    const parent = message.parts[part.parent];
    if (parent !== undefined && !isMultipart(parent)) texts.push(headerText(part, bytes));
    addBody(texts, part, bytes);
  }
  return texts.join('\n');
}

/** As `bodyText`, with the header of the message and those of its parts (RFC 9051 §6.4.4 TEXT). */
function wholeText(message: Message, bytes: Uint8Array): string {
  const texts: string[] = [];
  for (const part of message.parts) {
    texts.push(headerText(part, bytes));
    addBody(texts, part, bytes);
  }
  return texts.join('\n');
}

function addBody(texts: string[], part: Part, bytes: Uint8Array): void {
  if (part.type !== 'text' || part.children.length > 0) return;
  const { text } = partText(bytes, part);
  texts.push(mediaType(part) === 'text/html' ? htmlToText(text) : text);
}

const headerText = (part: Part, bytes: Uint8Array): string =>
  part.fields.map((field) => `${field.name}: ${textForm(valueOctets(bytes, field))}`).join('\n');
