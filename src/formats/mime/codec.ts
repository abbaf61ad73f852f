// The stored form of a parsed message: the part table and the header index, a few hundred octets, so that
// nothing that reads a message's structure parses the message again. Every part is a block with its own
// length, so that later versions may append fields which this one skips.
import { ByteReader, ByteWriter, Invalid } from '../../base/index.ts';
import { nameKey, nameNumber, nameOfNumber } from './names.ts';
import type { HeaderField, Message, Parameter, Part, TransferEncoding } from './types.ts';

const VERSION = 1;

const ENCODINGS: readonly TransferEncoding[] = [
  '7bit',
  '8bit',
  'binary',
  'quoted-printable',
  'base64',
  'uuencode',
  'other',
];

/** Common media types by number. The order is part of the stored form: only append. */
const TYPES = [
  'text/plain',
  'text/html',
  'multipart/mixed',
  'multipart/alternative',
  'multipart/related',
  'multipart/signed',
  'multipart/report',
  'message/rfc822',
  'application/octet-stream',
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/gif',
  'text/calendar',
  'application/pkcs7-signature',
  'application/pgp-signature',
  'message/delivery-status',
  'application/zip',
  'text/csv',
  'image/svg+xml',
  'application/ics',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'multipart/digest',
  'message/global',
  'multipart/encrypted',
  'multipart/parallel',
  'text/rtf',
  'text/x-amp-html',
] as const;
const TYPE_NUMBERS = new Map<string, number>(TYPES.map((type, index) => [type, index + 1]));

/** Which optional texts follow, by bit. */
const CHARSET = 1;
const ENCODING_NAME = 2;
const DISPOSITION = 4;
const NAME = 8;
const CID = 16;
const LANGUAGE = 32;
const LOCATION = 64;
const MD5 = 128;
const DESCRIPTION = 256;

/** Encodes a parsed message for storage. */
export function encodeMessage(message: Message): Uint8Array {
  const out = new ByteWriter(512);
  out.u8(VERSION);
  out.u8(message.truncated ? 1 : 0);
  out.varint(message.size);
  out.varint(message.orphanEnd);
  out.varint(message.parts.length);
  const block = new ByteWriter(256);
  let used = 0;
  for (const part of message.parts) {
    writePart(block, part);
    out.varint(block.length - used);
    used = block.length;
  }
  return out.raw(block.finish()).copy();
}

function writePart(out: ByteWriter, part: Part): void {
  out.varint(part.parent + 1);
  out.varint(part.headerOffset);
  out.varint(part.bodyOffset - part.headerOffset);
  out.varint(part.bodyEnd - part.bodyOffset);
  out.varint(part.size);
  out.varint(part.lines);
  const type = `${part.type}/${part.subtype}`;
  const number = TYPE_NUMBERS.get(type) ?? 0;
  out.varint(number);
  if (number === 0) out.text(type);
  out.u8(ENCODINGS.indexOf(part.encoding));
  const named = part.encodingName !== part.encoding;
  out.varint(
    (part.charset === null ? 0 : CHARSET) |
      (named ? ENCODING_NAME : 0) |
      (part.disposition === null ? 0 : DISPOSITION) |
      (part.name === null ? 0 : NAME) |
      (part.cid === null ? 0 : CID) |
      (part.language === null ? 0 : LANGUAGE) |
      (part.location === null ? 0 : LOCATION) |
      (part.md5 === null ? 0 : MD5) |
      (part.description === null ? 0 : DESCRIPTION),
  );
  if (part.charset !== null) out.text(part.charset);
  if (named) out.text(part.encodingName);
  if (part.disposition !== null) out.text(part.disposition);
  if (part.name !== null) out.text(part.name);
  if (part.cid !== null) out.text(part.cid);
  if (part.language !== null) out.text(part.language.join(','));
  if (part.location !== null) out.text(part.location);
  if (part.md5 !== null) out.text(part.md5);
  if (part.description !== null) out.text(part.description);
  writeParameters(out, part.parameters);
  writeParameters(out, part.dispositionParameters);
  out.varint(part.fields.length);
  let before = part.headerOffset;
  for (const field of part.fields) {
    writeField(out, field, before);
    before = field.end;
  }
}

function writeParameters(out: ByteWriter, parameters: readonly Parameter[]): void {
  out.varint(parameters.length);
  for (const { name, value } of parameters) out.text(name).text(value);
}

/** The usual field begins after a CRLF and has its colon right after the name: then only the name and length. */
function writeField(out: ByteWriter, field: HeaderField, before: number): void {
  const gap = field.start - before;
  const extra = field.value - field.start - field.name.length - 1;
  const usual = gap === 2 && extra === 0;
  const number = nameNumber(field.name);
  out.varint(number * 2 + (usual ? 0 : 1));
  if (number === 0) out.text(field.name);
  if (!usual) out.varint(gap).varint(extra);
  out.varint(field.end - field.value);
}

/**
 * Decodes what `encodeMessage` wrote.
 * @throws {Invalid} when the version is unknown or the record is damaged
 */
export function decodeMessage(stored: Uint8Array): Message {
  try {
    return read(new ByteReader(stored), stored);
  } catch (error) {
    if (error instanceof RangeError)
      throw new Invalid(`stored message structure is damaged: ${error.message}`);
    throw error;
  }
}

type Draft = { -readonly [K in keyof Part]: Part[K] } & { children: number[] };

function read(input: ByteReader, stored: Uint8Array): Message {
  const version = input.u8();
  if (version !== VERSION) throw new Invalid(`stored message structure has version ${version}`);
  const truncated = (input.u8() & 1) === 1;
  const size = input.varint();
  const orphanEnd = input.varint();
  const count = input.varint();
  if (count === 0 || count > stored.length) throw new RangeError('no such number of parts');
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) lengths.push(input.varint());
  const parts: Draft[] = [];
  for (const length of lengths) {
    const part = readPart(new ByteReader(input.raw(length)), parts.length);
    const parent = parts[part.parent];
    if (parent !== undefined) parent.children.push(part.index);
    else if (part.index > 0) throw new RangeError('a part has no parent');
    parts.push(part);
  }
  return { size, parts: parts as readonly Part[] as Message['parts'], truncated, orphanEnd };
}

function readPart(input: ByteReader, index: number): Draft {
  const parent = input.varint() - 1;
  const headerOffset = input.varint();
  const bodyOffset = headerOffset + input.varint();
  const bodyEnd = bodyOffset + input.varint();
  const size = input.varint();
  const lines = input.varint();
  const number = input.varint();
  const type = number === 0 ? input.text() : (TYPES[number - 1] ?? 'application/octet-stream');
  const slash = type.indexOf('/');
  const encoding = ENCODINGS[input.u8()] ?? 'other';
  const present = input.varint();
  const optional = (bit: number): string | null => ((present & bit) === 0 ? null : input.text());
  const charset = optional(CHARSET);
  const encodingName = optional(ENCODING_NAME) ?? encoding;
  const disposition = optional(DISPOSITION);
  const name = optional(NAME);
  const cid = optional(CID);
  const language = optional(LANGUAGE)?.split(',') ?? null;
  const location = optional(LOCATION);
  const md5 = optional(MD5);
  const description = optional(DESCRIPTION);
  const parameters = readParameters(input);
  const dispositionParameters = readParameters(input);
  const fields: HeaderField[] = [];
  let before = headerOffset;
  for (let left = input.varint(); left > 0; left--) {
    const field = readField(input, before);
    before = field.end;
    fields.push(field);
  }
  return {
    index,
    parent,
    children: [],
    headerOffset,
    bodyOffset,
    bodyEnd,
    fields,
    type: type.slice(0, slash),
    subtype: type.slice(slash + 1),
    parameters,
    charset,
    encoding,
    encodingName,
    disposition,
    dispositionParameters,
    name,
    cid,
    language,
    location,
    md5,
    description,
    size,
    lines,
  };
}

function readParameters(input: ByteReader): Parameter[] {
  const list: Parameter[] = [];
  for (let left = input.varint(); left > 0; left--) list.push({ name: input.text(), value: input.text() });
  return list;
}

function readField(input: ByteReader, before: number): HeaderField {
  const code = input.varint();
  const number = Math.floor(code / 2);
  const name = number === 0 ? input.text() : (nameOfNumber(number) ?? `x-unknown-${number}`);
  const usual = code % 2 === 0;
  const start = before + (usual ? 2 : input.varint());
  const value = start + name.length + 1 + (usual ? 0 : input.varint());
  return { name, key: nameKey(name), start, value, end: value + input.varint() };
}
