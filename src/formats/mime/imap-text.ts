// The ENVELOPE and BODYSTRUCTURE of IMAP as ready-made text (RFC 9051 §7.5.2, RFC 3501 §7.4.2), in two
// forms: one for clients that know ASCII only, and one for those that enabled UTF8=ACCEPT or IMAP4rev2.
import { domainToASCII } from 'node:url';
import { asBuffer } from '../../base/index.ts';
import { parseAddressList, type RawGroup, type RawMailbox } from './address.ts';
import { encodeExtended, encodeWords } from './encode-word.ts';
import { decodeEncodedWords } from './encoded-word.ts';
import { lastField } from './headers.ts';
import { decodeParameters, parseStructured, type StructuredValue } from './parameters.ts';
import { fromOctets, hasEightBit, latin1Slice, trimSpace, unfold } from './text.ts';
import type { HeaderField, Message, Parameter, Part } from './types.ts';

/** Octets that go on the wire as they are; literals are included. */
export interface ImapText {
  readonly envelope: Uint8Array;
  readonly bodyStructure: Uint8Array;
}

export interface ImapTexts {
  /** Quoted strings hold ASCII only: 8-bit text is encoded (RFC 2047, RFC 2231) or a literal. */
  readonly classic: ImapText;
  /** Quoted strings hold UTF-8 (RFC 6855 §3, RFC 9051). The same object as `classic` where nothing differs. */
  readonly utf8: ImapText;
}

/** Both forms of both texts. */
export function imapTexts(message: Message, bytes: Uint8Array): ImapTexts {
  const classic = new ImapWriter(message, bytes, false);
  const texts = classic.texts();
  return {
    classic: texts,
    utf8: classic.differs ? new ImapWriter(message, bytes, true).texts() : texts,
  };
}

/** Above this length a string is a literal: some clients bound their lines. */
const MAX_QUOTED = 1000;

const ASCII_CHARSET: readonly Parameter[] = [{ name: 'charset', value: 'us-ascii' }];

/** Writes one form, as a string of one character per octet. */
class ImapWriter {
  readonly #message: Message;
  readonly #bytes: Buffer;
  readonly #utf8: boolean;
  /** Something was written that the other form writes differently. */
  differs = false;

  constructor(message: Message, bytes: Uint8Array, utf8: boolean) {
    this.#message = message;
    this.#bytes = asBuffer(bytes);
    this.#utf8 = utf8;
  }

  texts(): ImapText {
    const root = this.#message.parts[0];
    return {
      envelope: Buffer.from(this.#envelope(root), 'latin1'),
      bodyStructure: Buffer.from(this.#structure(root), 'latin1'),
    };
  }

  #value(field: HeaderField | undefined): string | null {
    if (field === undefined) return null;
    return trimSpace(unfold(latin1Slice(this.#bytes, field.value, field.end)));
  }

  #envelope(part: Part): string {
    const last = (key: string): string | null => this.#value(lastField(part.fields, key));
    const groups = (key: string): readonly RawGroup[] => {
      const value = last(key);
      return value === null ? [] : parseAddressList(value);
    };
    const from = groups('from');
    // RFC 9051 §7.5.2: an absent or empty Sender or Reply-To is the From.
    const orFrom = (list: readonly RawGroup[]): readonly RawGroup[] => (list.length > 0 ? list : from);
    return `(${[
      this.#string(last('date')),
      this.#text(last('subject')),
      this.#addresses(from),
      this.#addresses(orFrom(groups('sender'))),
      this.#addresses(orFrom(groups('reply-to'))),
      this.#addresses(groups('to')),
      this.#addresses(groups('cc')),
      this.#addresses(groups('bcc')),
      this.#string(last('in-reply-to')),
      this.#string(last('message-id')),
    ].join(' ')})`;
  }

  #addresses(groups: readonly RawGroup[]): string {
    let list = '';
    for (const { name, mailboxes } of groups) {
      if (name !== null) list += `(NIL NIL ${this.#text(name)} NIL)`;
      for (const mailbox of mailboxes) list += this.#address(mailbox);
      if (name !== null) list += '(NIL NIL NIL NIL)';
    }
    return list === '' ? 'NIL' : `(${list})`;
  }

  #address({ name, route, local, domain }: RawMailbox): string {
    // A host of NIL would mark a group, so a missing one is empty.
    const host = domain === null ? '""' : this.#string(this.#utf8 ? domain : this.#asciiDomain(domain));
    return `(${this.#text(name)} ${this.#string(route)} ${this.#string(local)} ${host})`;
  }

  #asciiDomain(domain: string): string {
    if (!hasEightBit(domain)) return domain;
    this.differs = true;
    return domainToASCII(fromOctets(domain)) || domain;
  }

  // hot: per part of each arriving message
  #structure(part: Part): string {
    const disposition = this.#disposition(part);
    const language = this.#language(part);
    const extension = `${disposition} ${language} ${this.#string(octetsOf(part.location))})`;
    if (part.type === 'multipart') {
      let children = '';
      // The table is at most `MAX_DEPTH` deep.
      for (const child of part.children) children += this.#structure(this.#message.parts[child] as Part);
      return `(${children} ${this.#string(part.subtype)} ${this.#typeParameters(part)} ${extension}`;
    }
    const octets = part.bodyEnd - part.bodyOffset;
    const basic = `${this.#typeParameters(part)} ${this.#string(this.#contentField(part, 'content-id'))} ${this.#text(this.#contentField(part, 'content-description'))} ${this.#string(part.encodingName)} ${octets}`;
    const md5 = this.#string(octetsOf(part.md5));
    if (part.type === 'message' && part.children.length > 0) {
      const root = this.#message.parts[part.children[0] as number] as Part;
      return `("message" "${this.#messageSubtype(part)}" ${basic} ${this.#envelope(root)} ${this.#structure(root)} ${part.lines} ${md5} ${extension}`;
    }
    if (part.type === 'text') {
      return `("text" ${this.#string(part.subtype)} ${basic} ${part.lines} ${md5} ${extension}`;
    }
    return `(${mediaStrings(part, this.#string(part.type), this.#string(part.subtype))} ${basic} ${md5} ${extension}`;
  }

  /** RFC 3501 knows an envelope in the structure of message/rfc822 only. */
  #messageSubtype(part: Part): string {
    if (part.subtype === 'rfc822') return 'rfc822';
    this.differs = true;
    return this.#utf8 ? part.subtype : 'rfc822';
  }

  /** First field of a name, as the parser takes it. */
  #contentField(part: Part, key: string): string | null {
    return this.#value(part.fields.find((field) => field.key === key));
  }

  #structured(part: Part, key: string): StructuredValue | undefined {
    const value = this.#contentField(part, key);
    return value === null ? undefined : parseStructured(value);
  }

  #typeParameters(part: Part): string {
    const sent = this.#structured(part, 'content-type');
    // A multipart that turned out to be text is described as such.
    const wasMultipart = part.type !== 'multipart' && sent?.value.startsWith('multipart/') === true;
    const parameters = wasMultipart ? [] : (sent?.parameters ?? []);
    if (
      part.type === 'text' &&
      !parameters.some((p) => p.name === 'charset' || p.name.startsWith('charset*'))
    ) {
      return this.#parameters([...ASCII_CHARSET, ...parameters]);
    }
    return this.#parameters(parameters);
  }

  #parameters(sent: readonly Parameter[]): string {
    if (sent.length === 0) return 'NIL';
    let list = '';
    for (const { name, value } of this.#chosenParameters(sent)) {
      if (list !== '') list += ' ';
      list += `${this.#string(name)} ${this.#string(value)}`;
    }
    return `(${list})`;
  }

  /** As sent for classic clients, 8-bit values encoded; decoded for others (RFC 9051 §7.5.2). */
  #chosenParameters(sent: readonly Parameter[]): readonly Parameter[] {
    const hasStar = sent.some((p) => p.name.includes('*'));
    if (hasStar) this.differs = true;
    if (!this.#utf8) {
      return sent.map((p) => {
        if (!hasEightBit(p.value) || p.name.includes('*')) return p;
        this.differs = true;
        return { name: `${p.name}*`, value: encodeExtended(fromOctets(p.value)) };
      });
    }
    if (!hasStar) return sent;
    // A value that came with a character set keeps the star in its name.
    const extended = new Set(
      sent.filter((p) => p.name.endsWith('*')).map((p) => p.name.replace(/\*.*$/, '')),
    );
    return decodeParameters(sent).map((p) => ({
      name: extended.has(p.name) ? `${p.name}*` : p.name,
      value: octetsOf(p.value) ?? '',
    }));
  }

  #disposition(part: Part): string {
    const sent = this.#structured(part, 'content-disposition');
    if (sent === undefined || sent.value === '') return 'NIL';
    return `(${this.#string(sent.value)} ${this.#parameters(sent.parameters)})`;
  }

  #language({ language }: Part): string {
    if (language === null) return 'NIL';
    const tags = language.map((tag) => this.#string(tag));
    return tags.length === 1 ? (tags[0] as string) : `(${tags.join(' ')})`;
  }

  /** Text of people: 8-bit content becomes encoded words for classic clients. */
  #text(octets: string | null): string {
    if (octets === null || !hasEightBit(octets) || this.#utf8) return this.#string(octets);
    this.differs = true;
    return this.#string(encodeWords(decodeEncodedWords(fromOctets(octets))));
  }

  /** An nstring: quoted where possible, else a literal. */
  #string(octets: string | null): string {
    if (octets === null) return 'NIL';
    // hot: per string of each arriving message
    if (octets.length <= MAX_QUOTED && !/["\\\x80-\xff]/.test(octets)) return `"${octets}"`;
    let text = octets;
    if (hasEightBit(text)) {
      this.differs = true;
      if (!this.#utf8) return literal(text);
      text = octetsOf(fromOctets(text)) ?? '';
    }
    if (text.length > MAX_QUOTED) return literal(text);
    return `"${text.replace(/["\\]/g, '\\$&')}"`;
  }
}

const literal = (octets: string): string => `{${octets.length}}\r\n${octets}`;

/** UTF-8 octets of text, one character each. */
const octetsOf = (text: string | null): string | null =>
  text === null || !hasEightBit(text) ? text : Buffer.from(text, 'utf8').toString('latin1');

/** An attached message whose parts are not known cannot be described as one. */
function mediaStrings(part: Part, type: string, subtype: string): string {
  const isMessage = part.type === 'message' && (part.subtype === 'rfc822' || part.subtype === 'global');
  return isMessage ? '"application" "octet-stream"' : `${type} ${subtype}`;
}
