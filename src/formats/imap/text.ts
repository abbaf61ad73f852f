// Strings of responses (RFC 9051 §4.3): which of atom, quoted and literal a byte string needs.
import { isAstringAtom } from './cursor.ts';

/** Longest string that is sent quoted; longer ones go as literals, which are cheaper to read. */
const MAX_QUOTED = 1000;

/** True when a byte string can be sent quoted to any client: no line end, no NUL, nothing above ASCII. */
export function isQuotable(bytes: string, options?: { readonly utf8: boolean }): boolean {
  if (bytes.length > MAX_QUOTED) return false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes.charCodeAt(i);
    if (c === 0 || c === 0x0d || c === 0x0a || (c >= 0x80 && options?.utf8 !== true)) return false;
  }
  return true;
}

const NEEDS_ESCAPE = /["\\]/g;

/** `"text"`; the caller has seen that it is quotable. */
export function quote(text: string): string {
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`;
  return `"${text.replace(NEEDS_ESCAPE, '\\$&')}"`;
}

/** A string as quoted or literal. Byte string in, byte string out. */
export function formatString(bytes: string, options?: { readonly utf8: boolean }): string {
  return isQuotable(bytes, options) ? quote(bytes) : `{${bytes.length}}\r\n${bytes}`;
}

/** A string as atom, quoted or literal. The text NIL is quoted, so that nobody takes it for nil. */
export function formatAstring(bytes: string, options?: { readonly utf8: boolean }): string {
  if (isAstringAtom(bytes) && bytes.length <= MAX_QUOTED && bytes.toUpperCase() !== 'NIL') return bytes;
  return formatString(bytes, options);
}

/** A string, or NIL. */
export function formatNstring(bytes: string | undefined, options?: { readonly utf8: boolean }): string {
  return bytes === undefined ? 'NIL' : formatString(bytes, options);
}

/** Text for people behind OK, NO, BAD: without line ends, printable ASCII only, bounded. */
export function safeText(text: string): string {
  let out = '';
  for (let i = 0; i < text.length && i < 400; i++) {
    const c = text.charCodeAt(i);
    out += c >= 0x20 && c < 0x7f ? text.charAt(i) : c === 0x09 ? ' ' : '?';
  }
  return out === '' || out.startsWith('[') ? `- ${out}` : out;
}
