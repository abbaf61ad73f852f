// Encoded words in header text (RFC 2047, with the language suffix of RFC 2231 §5): decoding, with words
// that stand together joined before their character set is decoded, so that a character may be split.
import { decodeCharset, isKnownCharset } from '../charset/index.ts';
import { isSpace } from './text.ts';
import { decodeBase64, decodeQ } from './transfer.ts';

interface Word {
  readonly start: number;
  readonly end: number;
  readonly charset: string;
  readonly bytes: Uint8Array;
}

/** Longest `=?charset*language?` that is looked at. */
const MAX_LABEL = 80;

/**
 * Decodes the encoded words of unfolded text. A word counts when white space or an end of the text is on
 * both its sides (RFC 2047 §5), its character set is known and its body is free of spaces; anything else
 * stays as it is. Control characters that were encoded are dropped (RFC 8621 §4.1.2.2).
 */
export function decodeEncodedWords(text: string): string {
  let at = text.indexOf('=?');
  if (at < 0) return text;
  let out = '';
  let done = 0;
  /** Words of one character set with nothing but white space between them. */
  let run: Word[] = [];
  while (at >= 0) {
    const word = wordAt(text, at);
    if (word === undefined) {
      at = text.indexOf('=?', at + 2);
      continue;
    }
    const between = text.slice(done, word.start);
    // White space between two encoded words is not shown (RFC 2047 §6.2).
    const joined = run.length > 0 && isBlank(between);
    if (run.length > 0 && !(joined && run[0]?.charset === word.charset)) {
      out += decodeRun(run);
      run = [];
    }
    if (!joined) out += between;
    run.push(word);
    done = word.end;
    at = text.indexOf('=?', word.end);
  }
  return out + decodeRun(run) + text.slice(done);
}

function decodeRun(run: readonly Word[]): string {
  const first = run[0];
  if (first === undefined) return '';
  const bytes = run.length === 1 ? first.bytes : Buffer.concat(run.map((word) => word.bytes));
  const { text } = decodeCharset(bytes, first.charset);
  return CONTROL.test(text) ? text.replace(/[\x00-\x1f\x7f-\x9f]/g, '') : text;
}

const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

const isBlank = (text: string): boolean => !/[^ \t\r\n]/.test(text);

/** The encoded word that begins at an index, or undefined when there is none that may be decoded. */
function wordAt(text: string, start: number): Word | undefined {
  if (start > 0 && !isSpace(text.charCodeAt(start - 1))) return undefined;
  const label = text.indexOf('?', start + 2);
  if (label < 0 || label - start > MAX_LABEL || text.charCodeAt(label + 2) !== 0x3f) return undefined;
  // The body ends at white space at the latest, so that every character is looked at once.
  let end = label + 3;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code <= 0x20 || code > 0x7e) return undefined;
    if (code === 0x3f && text.charCodeAt(end + 1) === 0x3d) break;
  }
  if (end >= text.length || (end + 2 < text.length && !isSpace(text.charCodeAt(end + 2)))) return undefined;
  let charset = text.slice(start + 2, label).toLowerCase();
  const star = charset.indexOf('*');
  if (star >= 0) charset = charset.slice(0, star);
  if (charset === '' || !isKnownCharset(charset)) return undefined;
  const body = text.slice(label + 3, end);
  const encoding = text.charCodeAt(label + 1) | 0x20;
  if (encoding === 0x71) return { start, end: end + 2, charset, bytes: decodeQ(body) };
  if (encoding === 0x62) {
    const padding = body.indexOf('=');
    // Padding in the middle is rare and read with more care.
    const bytes =
      padding >= 0 && padding < body.length - 2
        ? decodeBase64(Buffer.from(body, 'latin1'))
        : Buffer.from(body, 'base64');
    return { start, end: end + 2, charset, bytes };
  }
  return undefined;
}
