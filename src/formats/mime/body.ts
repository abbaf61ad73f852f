// The content of parts: decoded octets, decoded text, and the body values of JMAP (RFC 8621 §4.1.4).
import { asBuffer } from '../../base/index.ts';
import { decodeCharset, type DecodedText } from '../charset/index.ts';
import { decodeTransfer, hasTransferProblem } from './transfer.ts';
import { mediaType, type Part } from './types.ts';

/**
 * The body of a part as it stands in the message: a view, not a copy.
 * @param bytes the message, or a range of it
 * @param base offset in the message of the first of `bytes`
 */
export const partBody = (bytes: Uint8Array, part: Part, base = 0): Uint8Array =>
  bytes.subarray(part.bodyOffset - base, part.bodyEnd - base);

/** The body of a part with its transfer encoding removed; a view where nothing is encoded. */
export const decodePart = (bytes: Uint8Array, part: Part, base = 0): Uint8Array =>
  decodeTransfer(partBody(bytes, part, base), part.encoding);

/**
 * The text of a part: transfer encoding and character set decoded, line ends as LF.
 * `isEncodingProblem` is true when either was unknown or broken.
 */
export function partText(bytes: Uint8Array, part: Part, base = 0): DecodedText {
  return bodyText(partBody(bytes, part, base), part);
}

/** As `partText`, for the body octets alone, e.g. of a range that was read for it. */
export function bodyText(body: Uint8Array, part: Part): DecodedText {
  const { text, isEncodingProblem } = decodeCharset(
    decodeTransfer(body, part.encoding),
    part.charset ?? undefined,
  );
  return {
    text: text.includes('\r') ? text.replaceAll('\r\n', '\n') : text,
    isEncodingProblem: isEncodingProblem || hasTransferProblem(body, part.encoding),
  };
}

/** EmailBodyValue of RFC 8621 §4.1.4. */
export interface BodyValue {
  readonly value: string;
  readonly isEncodingProblem: boolean;
  readonly isTruncated: boolean;
}

/**
 * The body value of a text part.
 * @param maxBytes limit of the value in octets of UTF-8; 0 for none. The cut lies between characters, and in
 *   HTML not inside a tag (RFC 8621 §4.2)
 */
export function bodyValue(bytes: Uint8Array, part: Part, maxBytes = 0, base = 0): BodyValue {
  const { text, isEncodingProblem } = partText(bytes, part, base);
  const value = maxBytes > 0 ? truncateText(text, maxBytes, mediaType(part) === 'text/html') : text;
  return { value, isEncodingProblem, isTruncated: value.length < text.length };
}

/** Cuts text to a number of octets of UTF-8, between characters and, if wanted, outside of tags. */
export function truncateText(text: string, maxBytes: number, isHtml: boolean): string {
  // A character takes at most three octets for each unit of UTF-16.
  if (text.length * 3 <= maxBytes) return text;
  const encoded = asBuffer(Buffer.from(text, 'utf8'));
  if (encoded.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((encoded[end] as number) & 0xc0) === 0x80) end--;
  const cut = encoded.toString('utf8', 0, end);
  return isHtml ? cut.slice(0, endOfMarkup(cut)) : cut;
}

const TAG = /[A-Za-z/!?]/;

/** Where the tag or comment begins that the text breaks off in; its length when it breaks off in none. */
function endOfMarkup(html: string): number {
  let at = html.indexOf('<');
  while (at >= 0) {
    // A sign before anything else is text.
    if (at + 1 < html.length && !TAG.test(html.charAt(at + 1))) at = html.indexOf('<', at + 1);
    else {
      const end = html.startsWith('<!--', at) ? html.indexOf('-->', at + 4) : tagEnd(html, at + 1);
      if (end < 0) return at;
      at = html.indexOf('<', end + 1);
    }
  }
  return html.length;
}

/** Index of the sign that closes a tag, not one in the quotes of an attribute; -1 when there is none. */
function tagEnd(html: string, from: number): number {
  for (let i = from; i < html.length; i++) {
    const char = html.charAt(i);
    if (char === '>') return i;
    const quote = char === '=' ? /^\s*(["'])/.exec(html.slice(i + 1, i + 100)) : null;
    if (!quote) continue;
    i = html.indexOf(quote[1] as string, i + 1 + quote[0].length);
    if (i < 0) return -1;
  }
  return -1;
}
