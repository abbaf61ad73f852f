// Sections of IMAP: which octets BODY[...] names (RFC 9051 §6.4.5.1), from the part table.
import { asBuffer } from '../../base/index.ts';
import { isMessagePart, isMultipart, type Message, type Part } from './types.ts';

export type SectionText = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';

/** A parsed section: part numbers, then what of that part. Both empty means the whole message. */
export interface Section {
  readonly part: readonly number[];
  readonly text?: SectionText | undefined;
  /** Field names of HEADER.FIELDS and HEADER.FIELDS.NOT, any case; as a set, in lower case. */
  readonly fields?: readonly string[] | ReadonlySet<string> | undefined;
}

/** Octets of the message from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * What a section names: one range of the message, or header fields each of which is sent with a CRLF after
 * it, and an empty line at the end.
 */
export type SectionContent =
  | { readonly kind: 'range'; readonly range: Range }
  | { readonly kind: 'fields'; readonly header: Range; readonly fields: readonly Range[] };

/** The part of part numbers such as 4.2.1, or undefined when there is none (RFC 9051 §6.4.5.1). */
export function partOfNumbers(message: Message, numbers: readonly number[]): Part | undefined {
  let part: Part | undefined;
  for (const number of numbers) {
    if (part === undefined) part = rootChild(message, message.parts[0], number);
    else if (isMultipart(part)) part = message.parts[part.children[number - 1] ?? -1];
    else if (isMessagePart(part)) {
      const root = message.parts[part.children[0] ?? -1];
      part = root === undefined ? undefined : rootChild(message, root, number);
    } else return undefined;
    if (part === undefined) return undefined;
  }
  return part;
}

/** A message that is not multipart has a part 1, its body. */
function rootChild(message: Message, root: Part, number: number): Part | undefined {
  if (isMultipart(root)) return message.parts[root.children[number - 1] ?? -1];
  return number === 1 ? root : undefined;
}

/** What a section names, or undefined when the message has no such section. */
export function resolveSection(message: Message, section: Section): SectionContent | undefined {
  const { part: numbers, text } = section;
  if (numbers.length === 0) {
    if (text === undefined) return range(0, message.size);
    return text === 'MIME' ? undefined : ofMessage(message.parts[0], text, section.fields);
  }
  const part = partOfNumbers(message, numbers);
  if (part === undefined) return undefined;
  if (text === undefined) return range(part.bodyOffset, part.bodyEnd);
  if (text === 'MIME') return range(part.headerOffset, part.bodyOffset);
  const root = isMessagePart(part) ? message.parts[part.children[0] ?? -1] : undefined;
  return root === undefined ? undefined : ofMessage(root, text, section.fields);
}

function ofMessage(root: Part, text: Exclude<SectionText, 'MIME'>, names: Section['fields']): SectionContent {
  if (text === 'TEXT') return range(root.bodyOffset, root.bodyEnd);
  if (text === 'HEADER') return range(root.headerOffset, root.bodyOffset);
  const keys = fieldKeys(names ?? []);
  const wanted = text === 'HEADER.FIELDS';
  const fields: Range[] = [];
  // hot: per field of each message of a FETCH
  for (const field of root.fields) if (keys.has(field.key) === wanted) fields.push(field);
  return { kind: 'fields', header: { start: root.headerOffset, end: root.bodyOffset }, fields };
}

/** Field names as `Section` has them for many messages. */
export const fieldKeys = (names: readonly string[] | ReadonlySet<string>): ReadonlySet<string> =>
  names instanceof Set ? names : new Set(Array.from(names, (name) => name.toLowerCase()));

const range = (start: number, end: number): SectionContent => ({ kind: 'range', range: { start, end } });

/** Octets of the message that must be read for this content. */
export const neededRange = (content: SectionContent): Range =>
  content.kind === 'range' ? content.range : content.header;

/**
 * The octets of a section: a view of the message for a range, built for header fields.
 * @param bytes the message, or a range of it that holds `neededRange`
 * @param base offset in the message of the first of `bytes`
 */
export function sectionBytes(bytes: Uint8Array, content: SectionContent, base = 0): Uint8Array {
  if (content.kind === 'range') return bytes.subarray(content.range.start - base, content.range.end - base);
  let length = 2;
  for (const field of content.fields) length += field.end - field.start + 2;
  const out = Buffer.allocUnsafe(length);
  const source = asBuffer(bytes);
  let at = 0;
  for (const { start, end } of content.fields) {
    at += source.copy(out, at, start - base, end - base);
    out[at++] = 0x0d;
    out[at++] = 0x0a;
  }
  // RFC 9051 §6.4.5.1: subsetting does not exclude the blank line.
  out[at++] = 0x0d;
  out[at] = 0x0a;
  return out;
}
