// Small conversions between header octets, held as strings of one character per octet, and text.
import { decodeUtf8 } from '../charset/index.ts';

const EIGHT_BIT = /[^\x00-\x7f]/;

/** Whether a string holds anything beyond ASCII. */
export const hasEightBit = (text: string): boolean => EIGHT_BIT.test(text);

/** Octets of a string that holds one octet per character. */
export const octets = (binary: string): Buffer => Buffer.from(binary, 'latin1');

/** Text of header octets: UTF-8, with U+FFFD for what is not (RFC 6532, RFC 8621 §4.1.2.1). */
export const fromOctets = (binary: string): string =>
  hasEightBit(binary) ? decodeUtf8(octets(binary)).text : binary;

/** Takes out the line breaks of folding (RFC 5322 §2.2.3) and any NUL; a lone CR or LF becomes a space. */
export function unfold(value: string): string {
  if (!/[\r\n\0]/.test(value)) return value;
  return value
    .replaceAll('\0', '')
    .replace(/\r*\n(?=[ \t])/g, '')
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
