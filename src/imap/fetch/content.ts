// The octets that BODY[...], RFC822 and BINARY name (RFC 9051 §6.4.5.1, RFC 3516), by the offsets of the stored
// structure: no message is parsed.
import type { FetchItem, Partial } from '../../formats/imap/index.ts';
import {
  isMultipart,
  type Message,
  partOfNumbers,
  resolveSection,
  type SectionContent,
  type TransferEncoding,
} from '../../formats/mime/index.ts';
import type { ColdRecord } from '../../mail/index.ts';

export type ContentItem = Extract<FetchItem, { item: 'SECTION' | 'BINARY' | 'BINARY.SIZE' }>;

export const isContent = (item: FetchItem): item is ContentItem =>
  item.item === 'SECTION' || item.item === 'BINARY' || item.item === 'BINARY.SIZE';

/** True for the header of the message, or fields of it. */
export const isHeader = (item: ContentItem): boolean =>
  item.item === 'SECTION' &&
  item.section.part.length === 0 &&
  (item.section.text === 'HEADER' ||
    item.section.text === 'HEADER.FIELDS' ||
    item.section.text === 'HEADER.FIELDS.NOT');

/** Where the content of an item is to be had. */
export type Source =
  | { readonly kind: 'section'; readonly content: SectionContent }
  /** A body to be decoded. */
  | {
      readonly kind: 'encoded';
      readonly start: number;
      readonly end: number;
      readonly encoding: TransferEncoding;
    }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknownEncoding' };

const ABSENT: Source = { kind: 'absent' };
const UNKNOWN: Source = { kind: 'unknownEncoding' };

/** @param fields those that a section names, as `fieldKeys` gives them */
export function sourceOf(item: ContentItem, cold: ColdRecord, fields: ReadonlySet<string>): Source {
  if (item.item === 'SECTION') {
    const { part, text } = item.section;
    if (part.length === 0 && text === 'CONTENT') return whole(cold.size);
    const content = resolveSection(cold.message, {
      part,
      text: text === 'CONTENT' ? undefined : text,
      fields,
    });
    return content === undefined ? ABSENT : { kind: 'section', content };
  }
  if (item.part.length === 0) {
    return item.item === 'BINARY.SIZE' ? { kind: 'number', number: cold.size } : whole(cold.size);
  }
  return binarySource(item, cold.message);
}

const whole = (size: number): Source => ({
  kind: 'section',
  content: { kind: 'range', range: { start: 0, end: size } },
});

function binarySource(item: Exclude<ContentItem, { item: 'SECTION' }>, message: Message): Source {
  const part = partOfNumbers(message, item.part);
  if (part === undefined) return ABSENT;
  if (part.encoding === 'other' && !isMultipart(part)) return UNKNOWN;
  if (item.item === 'BINARY.SIZE') return { kind: 'number', number: part.size };
  return { kind: 'encoded', start: part.bodyOffset, end: part.bodyEnd, encoding: part.encoding };
}

/** The part of some bytes that `<offset.count>` names. */
export const partialOf = (bytes: Uint8Array, partial: Partial | undefined): Uint8Array =>
  partial === undefined ? bytes : bytes.subarray(partial.offset, partial.offset + partial.count);

export const partialOfItem = (item: ContentItem): Partial | undefined =>
  item.item === 'BINARY.SIZE' ? undefined : item.partial;
