// Puts a block of header fields in front of a parsed message without parsing the message again: the server
// adds such a block at delivery (RFC 5321 §4.4).
import { asBuffer, Invalid } from '../../base/index.ts';
import { scanHeader } from './header-scan.ts';
import { type HeaderField, MAX_FIELDS, type Message, type Part } from './types.ts';

/**
 * The parsed form of `block` followed by the message.
 * @param block complete header fields, each ended by CRLF, none of them Content-*
 * @throws {Invalid} when the block is anything else
 */
export function prependHeader(message: Message, block: Uint8Array): Message {
  const buffer = asBuffer(block);
  if (buffer.length === 0) return message;
  const scanned = scanHeader(buffer, 0, undefined, MAX_FIELDS);
  const first = scanned.fields[0];
  const last = scanned.fields.at(-1);
  const ends = buffer.length > 1 && buffer[buffer.length - 2] === 0x0d && buffer[buffer.length - 1] === 0x0a;
  if (
    first === undefined ||
    last === undefined ||
    first.start !== 0 ||
    last.end !== buffer.length - 2 ||
    !ends
  ) {
    throw new Invalid('a header block must hold complete fields');
  }
  if (scanned.fields.some((field) => field.key.startsWith('content-'))) {
    throw new Invalid('a header block must not describe content');
  }
  const shift = buffer.length;
  const added = [...scanned.fields];
  // Continuation lines at the very beginning now continue the last field of the block.
  if (message.orphanEnd > 0) added[added.length - 1] = { ...last, end: message.orphanEnd + shift };
  const parts = message.parts.map((part) => shifted(part, shift));
  const root = parts[0] as Part;
  const fields = [...added, ...root.fields];
  parts[0] = {
    ...root,
    headerOffset: 0,
    fields: fields.length > MAX_FIELDS ? fields.slice(0, MAX_FIELDS) : fields,
  };
  return {
    size: message.size + shift,
    parts: parts as readonly Part[] as Message['parts'],
    truncated: message.truncated || fields.length > MAX_FIELDS,
    orphanEnd: 0,
  };
}

function shifted(part: Part, shift: number): Part {
  return {
    ...part,
    headerOffset: part.headerOffset + shift,
    bodyOffset: part.bodyOffset + shift,
    bodyEnd: part.bodyEnd + shift,
    fields: part.fields.map(
      (field): HeaderField => ({
        name: field.name,
        key: field.key,
        start: field.start + shift,
        value: field.value + shift,
        end: field.end + shift,
      }),
    ),
  };
}
