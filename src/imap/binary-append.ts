// Messages that were appended with NUL octets (RFC 3516 §4.4): their binary bodies are stored in base 64, so that
// readers of BODY[...] get text and those of BINARY[...] the octets.
import { asBuffer } from '../base/index.ts';
import { encodeBase64, isMultipart, lastField, parseMessage, type Part } from '../formats/mime/index.ts';
import { no, Refusal } from './reply.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** The message without NUL. @throws Refusal when a NUL stands where no encoding can help */
export function encodeBinaryParts(bytes: Uint8Array): Uint8Array {
  const source = asBuffer(bytes);
  if (!source.includes(0)) return bytes;
  const message = parseMessage(bytes);
  const edits: Edit[] = [];
  for (const part of message.parts) {
    if (part.children.length > 0 || isMultipart(part)) {
      // What is inside is no longer binary.
      if (part.encodingName === 'binary') edits.push(encodingEdit(part, '8bit'));
    } else if (source.subarray(part.bodyOffset, part.bodyEnd).includes(0)) {
      if (part.encoding !== 'binary' && part.encoding !== '8bit' && part.encoding !== '7bit') break;
      edits.push(encodingEdit(part, 'base64'), {
        start: part.bodyOffset,
        end: part.bodyEnd,
        bytes: encodeBase64(source.subarray(part.bodyOffset, part.bodyEnd)),
      });
    }
  }
  const encoded = apply(source, edits);
  if (encoded.includes(0))
    throw new Refusal(no('The message has NUL outside of a binary body.', 'UNKNOWN-CTE'));
  return encoded;
}

/** Replaces the Content-Transfer-Encoding of a part, or adds it in front of its header. */
function encodingEdit(part: Part, encoding: string): Edit {
  const field = lastField(part.fields, 'content-transfer-encoding');
  if (field !== undefined) return { start: field.value, end: field.end, bytes: Buffer.from(` ${encoding}`) };
  const at = part.headerOffset;
  // A part without a header has no empty line either.
  const end = part.bodyOffset === at ? '\r\n\r\n' : '\r\n';
  return { start: at, end: at, bytes: Buffer.from(`Content-Transfer-Encoding: ${encoding}${end}`) };
}

function apply(source: Buffer, edits: Edit[]): Buffer {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, bytes } of edits.sort((a, b) => a.start - b.start)) {
    pieces.push(source.subarray(at, start), bytes);
    at = end;
  }
  pieces.push(source.subarray(at));
  return Buffer.concat(pieces);
}
