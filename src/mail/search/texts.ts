// The texts of a message that can be searched, field by field: what the index is made of, and what a search by
// substring reads again to be sure (RFC 8621 §4.4.1, RFC 9051 §6.4.4).
import { htmlToText } from '../../formats/html/index.ts';
import {
  bodyLists,
  bodyText,
  groupsForm,
  isMessagePart,
  isMultipart,
  type Message,
  type Part,
  textForm,
} from '../../formats/mime/index.ts';
import { latin1 } from '../../base/index.ts';
import type { BlobRange } from '../../store/index.ts';
import type { SearchQuery } from '../types.ts';

/** A text with the languages that its part claims (Content-Language). */
export interface SearchText {
  readonly text: string;
  readonly tags: readonly string[] | null;
}

/** Fields of the index. The field `text` of a query is all of them, its `body` the last two. */
export interface SearchTexts {
  /** One text an address: `Name <address>`; or a field that holds none, as it stands. */
  readonly from: readonly SearchText[];
  readonly to: readonly SearchText[];
  readonly cc: readonly SearchText[];
  readonly bcc: readonly SearchText[];
  readonly subject: readonly SearchText[];
  /** Text parts that are shown; HTML as its text. */
  readonly body: readonly SearchText[];
  /** Names of files, texts that are attached, and headers and texts of attached messages. */
  readonly attachment: readonly SearchText[];
}

/** The fields that a query's field means. */
export const FIELDS_OF: Readonly<Record<SearchQuery['field'], readonly (keyof SearchTexts)[]>> = {
  text: ['from', 'to', 'cc', 'bcc', 'subject', 'body', 'attachment'],
  from: ['from'],
  to: ['to'],
  cc: ['cc'],
  bcc: ['bcc'],
  subject: ['subject'],
  body: ['body', 'attachment'],
};

/** The searchable texts of a message whose octets are all there. */
export const searchTexts = (message: Message, bytes: Uint8Array): SearchTexts =>
  collect(message, ({ offset, length }) => bytes.subarray(offset, offset + length));

/**
 * The searchable texts of a message of which only the ranges that hold text are read.
 * @param read the octets of a range of the message; undefined when the message is gone
 */
export async function readSearchTexts(
  message: Message,
  read: (range: BlobRange) => Promise<Uint8Array | undefined>,
): Promise<SearchTexts | undefined> {
  const wanted: BlobRange[] = [];
  collect(message, (range) => {
    wanted.push(range);
    return NOTHING;
  });
  const known = new Map<number, Uint8Array>();
  for (const range of wanted) {
    const bytes = await read(range);
    if (bytes === undefined) return undefined;
    known.set(range.offset, bytes);
  }
  return collect(message, ({ offset }) => known.get(offset) ?? NOTHING);
}

/**
 * Whether a field holds a value as a substring, without regard to case and compatibility forms, but to accents: the
 * test that `MailSearch.candidates` goes before.
 */
export function holdsText(texts: SearchTexts, field: SearchQuery['field'], value: string): boolean {
  const wanted = caseMap(value);
  return FIELDS_OF[field].some((name) => texts[name].some(({ text }) => caseMap(text).includes(wanted)));
}

const NOTHING = new Uint8Array();
const ADDRESS_FIELDS = ['from', 'to', 'cc', 'bcc'] as const;

const caseMap = (text: string): string => text.normalize('NFKC').toUpperCase();

type Read = (range: BlobRange) => Uint8Array;
type Lists = { [name in keyof SearchTexts]: SearchText[] };

function collect(message: Message, read: Read): SearchTexts {
  const lists: Lists = { from: [], to: [], cc: [], bcc: [], subject: [], body: [], attachment: [] };
  const [root] = message.parts;
  for (const [name, octets] of fieldsOf(root, read, [...ADDRESS_FIELDS, 'subject'])) {
    if (name === 'subject') lists.subject.push({ text: textForm(octets), tags: root.language });
    else lists[name as (typeof ADDRESS_FIELDS)[number]].push(...addressTexts(octets));
  }
  const { textBody, htmlBody } = bodyLists(message);
  const shown = new Set([...textBody, ...htmlBody]);
  for (const part of message.parts) {
    if (isMessagePart(part)) {
      const inner = message.parts[part.children[0] as number] as Part;
      lists.attachment.push({ text: headerText(inner, read), tags: inner.language });
    }
    if (part.name !== null) lists.attachment.push({ text: part.name, tags: null });
    if (part.children.length > 0 || isMultipart(part) || !isText(part)) continue;
    const list = shown.has(part.index) ? lists.body : lists.attachment;
    list.push({ text: contentOf(part, read), tags: part.language ?? root.language });
  }
  return lists;
}

/** Text, and reports such as `message/delivery-status`. */
const isText = ({ type }: Part): boolean => type === 'text' || type === 'message';

function contentOf(part: Part, read: Read): string {
  const body = read({ offset: part.bodyOffset, length: part.bodyEnd - part.bodyOffset });
  const { text } = bodyText(body, part);
  return part.subtype === 'html' ? htmlToText(text, { attributes: true }) : text;
}

/** Names (lower case) and octets of the values of some header fields, of all when no names are given. */
function fieldsOf(part: Part, read: Read, names?: readonly string[]): [string, string][] {
  const fields = names ? part.fields.filter(({ key }) => names.includes(key)) : part.fields;
  if (fields.length === 0) return [];
  const header = read({ offset: part.headerOffset, length: part.bodyOffset - part.headerOffset });
  const from = part.headerOffset;
  return fields.map(({ key, value, end }) => [key, latin1(header.subarray(value - from, end - from))]);
}

const headerText = (part: Part, read: Read): string =>
  fieldsOf(part, read)
    .map(([name, octets]) => `${name}: ${textForm(octets)}`)
    .join('\n');

function addressTexts(octets: string): SearchText[] {
  const texts: string[] = [];
  for (const { name, addresses } of groupsForm(octets)) {
    if (name !== null) texts.push(name);
    for (const address of addresses)
      texts.push(address.name === null ? address.email : `${address.name} <${address.email}>`);
  }
  if (texts.length === 0) texts.push(textForm(octets));
  return texts.map((text) => ({ text, tags: null }));
}
