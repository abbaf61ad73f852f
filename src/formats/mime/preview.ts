// The preview line of a message: the beginning of its first text, at most 256 characters (RFC 8621 §4.1.4).
import { decodeCharset } from '../charset/index.ts';
import { htmlToText } from '../html/index.ts';
import { partBody } from './body.ts';
import { decodeTransfer } from './transfer.ts';
import { hasEightBit } from './text.ts';
import { mediaType, type Message, type Part } from './types.ts';
import { bodyLists } from './views.ts';

/** Longest preview, in UTF-16 units, of which there are never fewer than characters. */
export const MAX_PREVIEW = 256;

/** Octets of a body that are looked at. HTML may begin with much that is not shown. */
const TEXT_OCTETS = 4 * 1024;
const HTML_OCTETS = 64 * 1024;
const HTML_NODES = 10_000;
/** Characters that are looked at first. */
const BEGINNING = 1024;

/** The preview, "" when the message has no text. */
export function preview(message: Message, bytes: Uint8Array, lists = bodyLists(message)): string {
  for (const index of lists.textBody) {
    const part = message.parts[index] as Part;
    if (part.type !== 'text') continue;
    const text = mediaType(part) === 'text/html' ? htmlStart(part, bytes) : textStart(part, bytes);
    // hot: most texts fill the preview with their beginning
    const begun = text.length > BEGINNING ? fold(text.slice(0, BEGINNING)) : '';
    const whole = begun.length > MAX_PREVIEW + 1 ? begun : fold(text);
    if (whole !== '') return cut(whole);
  }
  return '';
}

function htmlStart(part: Part, bytes: Uint8Array): string {
  return htmlToText(bodyStart(part, bytes, HTML_OCTETS), {
    maxLength: MAX_PREVIEW * 4,
    maxNodes: HTML_NODES,
  });
}

/** Text without the lines it quotes, unless it has no others. */
function textStart(part: Part, bytes: Uint8Array): string {
  const text = bodyStart(part, bytes, TEXT_OCTETS);
  if (!text.startsWith('>') && !text.includes('\n>')) return text;
  const own = text
    .split('\n')
    .filter((line) => !line.startsWith('>'))
    .join('\n');
  return own.trim() === '' ? text : own;
}

/** The text that the first octets of a body hold. */
const bodyStart = (part: Part, bytes: Uint8Array, octets: number): string =>
  decodeCharset(
    decodeTransfer(partBody(bytes, part).subarray(0, octets), part.encoding),
    part.charset ?? undefined,
  ).text;

/** White space as one space; characters that are not seen (padding of mailings) and controls left out. */
function fold(text: string): string {
  const plain = text.replace(/[\s\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
  if (!hasEightBit(plain)) return plain;
  return (
    plain
      .replace(/[\u00ad\u061c\u115f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\u034f/g, '')
      // The joiners are part of words and emoji, except where nothing follows.
      .replace(/[\u200c\u200d](?=[\s\u200c\u200d]|$)/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function cut(text: string): string {
  if (text.length <= MAX_PREVIEW) return text;
  // Not between the two halves of one character.
  const end = (text.charCodeAt(MAX_PREVIEW - 1) & 0xfc00) === 0xd800 ? MAX_PREVIEW - 1 : MAX_PREVIEW;
  return text.slice(0, end).trimEnd();
}
