// Small conversions between header octets, held as strings of one character per octet, and text.
import { decodeUtf8 } from '../charset/index.ts';

/** `Buffer.toString('latin1', start, end)` without looking the encoding up: it runs for every header field. */
export const latin1Slice = (bytes: Buffer, start: number, end: number): string =>
  (bytes as Buffer & { latin1Slice(start: number, end: number): string }).latin1Slice(start, end);

const EIGHT_BIT = /[^\x00-\x7f]/;

/** Whether a string holds anything beyond ASCII. */
export const hasEightBit = (text: string): boolean => EIGHT_BIT.test(text);

/** Octets of a string that holds one octet per character. */
export const octets = (binary: string): Buffer => Buffer.from(binary, 'latin1');

/** Text of header octets: UTF-8, with U+FFFD for what is not (RFC 6532, RFC 8621 §4.1.2.1). */
export const fromOctets = (binary: string): string =>
  hasEightBit(binary) ? decodeUtf8(octets(binary)).text : binary;

/** Beyond these, a text may hold marks that combine (Unicode: none below U+0300). */
const MAY_COMBINE = /[^\x00-\u02ff]/;

/** Normal form C, where the text may not be in it already. */
export const composed = (text: string): string => (MAY_COMBINE.test(text) ? text.normalize('NFC') : text);

/** Takes out the line breaks of folding (RFC 5322 §2.2.3) and any NUL; a lone CR or LF becomes a space. */
export function unfold(value: string): string {
  if (!/[\r\n\0]/.test(value)) return value;
  return value
    .replaceAll('\0', '')
    .replace(/\r?\n(?=[ \t])/g, '')
    .replace(/[\r\n]/g, ' ');
}

/** White space at both ends taken off: space, tab, CR, LF. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Space, tab, CR or LF. */
export const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;

/**
 * A function that remembers its results for short arguments: mail repeats the same few field values. The
 * memory is bounded, because the arguments come from strangers. Results must not be changed.
 */
export function remembering<T>(compute: (value: string) => T): (value: string) => T {
  const known = new Map<string, T>();
  return (value) => {
    if (value.length > MAX_REMEMBERED_LENGTH) return compute(value);
    const found = known.get(value);
    if (found !== undefined) return found;
    const result = compute(value);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(value, result);
    return result;
  };
}

const MAX_REMEMBERED_LENGTH = 64;
const MAX_REMEMBERED = 512;
