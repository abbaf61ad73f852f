// Structured fields with parameters: Content-Type (RFC 2045 §5.1), Content-Disposition (RFC 2183), their
// continuations and character sets (RFC 2231), and what real mail makes of them.
import { decodeCharset } from '../charset/index.ts';
import { decodeEncodedWords } from './encoded-word.ts';
import { fromOctets, isSpace, octets, remembering, trimSpace } from './text.ts';
import type { Parameter } from './types.ts';

export interface StructuredValue {
  /** The value before the first parameter, comments and space removed, in lower case. */
  readonly value: string;
  /** Parameters as sent, unquoted; names in lower case, values one character per octet. */
  readonly parameters: readonly Parameter[];
}

/** Parameters read from one field; more are ignored. */
const MAX_PARAMETERS = 256;
/** Words that a type with white space around its slash has. */
const MAX_WORDS = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const OPEN = 0x28;
const CLOSE = 0x29;
const SLASH = 0x2f;

/** Parses a field value given one character per octet. Never throws; what makes no sense is left out. */
export const parseStructured = remembering(parseOnce);

function parseOnce(field: string): StructuredValue {
  const length = field.length;
  const parameters: Parameter[] = [];
  let at = skipSpace(field, 0);
  let value = '';
  for (let words = 0; words < MAX_WORDS; words++) {
    const start = at;
    while (at < length) {
      const code = field.charCodeAt(at);
      if (code === SEMICOLON || code === OPEN || isSpace(code)) break;
      at++;
    }
    value += field.slice(start, at);
    at = skipSpace(field, at);
    // White space around the slash is not allowed but occurs.
    const joins =
      field.charCodeAt(at) === SLASH || (value.endsWith('/') && field.charCodeAt(at) !== SEMICOLON);
    if (!joins || at >= length) break;
  }

  while (at < length && parameters.length < MAX_PARAMETERS) {
    at = skipSpace(field, at);
    if (field.charCodeAt(at) === SEMICOLON) {
      at++;
      continue;
    }
    const nameStart = at;
    while (at < length && field.charCodeAt(at) !== EQUALS && field.charCodeAt(at) !== SEMICOLON) at++;
    if (at >= length || field.charCodeAt(at) === SEMICOLON) continue;
    const name = trimSpace(field.slice(nameStart, at)).toLowerCase();
    at++;
    while (at < length && isSpace(field.charCodeAt(at))) at++;
    let text: string;
    if (field.charCodeAt(at) === QUOTE) {
      const end = quotedEnd(field, at);
      text = unquote(field.slice(at + 1, end));
      at = end + 1;
    } else {
      const start = at;
      while (at < length && field.charCodeAt(at) !== SEMICOLON) at++;
      text = trimSpace(field.slice(start, at));
      // File names stand unquoted with spaces and parentheses; elsewhere these begin a comment.
      if (!name.startsWith('filename') && !name.startsWith('name')) {
        const cut = text.search(/[\s(]/);
        if (cut >= 0) text = text.slice(0, cut);
      }
    }
    if (name !== '') parameters.push({ name, value: text });
  }
  return { value: value.toLowerCase(), parameters };
}

/** Skips white space and comments (RFC 5322 §3.2.2). */
function skipSpace(text: string, from: number): number {
  let at = from;
  let depth = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === OPEN) depth++;
    else if (depth > 0) {
      if (code === CLOSE) depth--;
      else if (code === BACKSLASH) at++;
    } else if (!isSpace(code)) break;
    at++;
  }
  return Math.min(at, text.length);
}

/** Index of the quote that closes the one at `from`, or the length. */
function quotedEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
    at++;
  }
  return text.length;
}

/** Removes the backslash of quoted pairs; one before an ordinary character stays (paths of Windows). */
const unquote = (text: string): string => (text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text);

interface Collected {
  plain?: string;
  extended?: string;
  segments?: { at: number; value: string; encoded: boolean }[];
}

/**
 * Decodes parameters: continuations and character sets (RFC 2231 §3, §4), and encoded words, which are
 * not allowed here but common. Of several with one name the first counts; an extended form wins.
 */
export function decodeParameters(raw: readonly Parameter[]): readonly Parameter[] {
  if (raw.every((p) => !p.name.includes('*'))) {
    const seen = new Set<string>();
    const list: Parameter[] = [];
    for (const { name, value } of raw) {
      if (seen.has(name)) continue;
      seen.add(name);
      list.push({ name, value: decodePlain(value) });
    }
    return list;
  }
  const byName = new Map<string, Collected>();
  for (const { name, value } of raw) collect(byName, name, value);
  const list: Parameter[] = [];
  for (const [name, found] of byName) list.push({ name, value: valueOf(found) });
  return list;
}

function collect(byName: Map<string, Collected>, name: string, value: string): void {
  const star = name.indexOf('*');
  const base = star < 0 ? name : name.slice(0, star);
  let found = byName.get(base);
  if (found === undefined) byName.set(base, (found = {}));
  if (star < 0) found.plain ??= value;
  else if (star === name.length - 1) found.extended ??= value;
  else {
    const encoded = name.endsWith('*');
    const number = name.slice(star + 1, encoded ? -1 : undefined);
    if (!/^[0-9]{1,4}$/.test(number)) return;
    (found.segments ??= []).push({ at: Number(number), value, encoded });
  }
}

function valueOf(found: Collected): string {
  if (found.extended !== undefined) return decodeExtended([{ value: found.extended, encoded: true }]);
  if (found.segments === undefined) return decodePlain(found.plain ?? '');
  const sorted = found.segments.sort((a, b) => a.at - b.at);
  const used: { value: string; encoded: boolean }[] = [];
  let expected = sorted[0]?.at === 1 ? 1 : 0;
  for (const segment of sorted) {
    if (segment.at === expected - 1) continue;
    if (segment.at !== expected) break;
    used.push(segment);
    expected++;
  }
  if (used.length === 0) return decodePlain(found.plain ?? '');
  if (used.every((s) => !s.encoded)) return decodePlain(used.map((s) => s.value).join(''));
  return decodeExtended(used);
}

/** Segments whose first encoded one begins with `charset'language'` (RFC 2231 §4.1). */
function decodeExtended(segments: readonly { value: string; encoded: boolean }[]): string {
  let charset: string | undefined;
  let binary = '';
  let first = true;
  for (const { value, encoded } of segments) {
    let text = value;
    if (encoded && first) {
      const quote = text.indexOf("'");
      const second = quote < 0 ? -1 : text.indexOf("'", quote + 1);
      if (second >= 0) {
        charset = text.slice(0, quote);
        text = text.slice(second + 1);
      }
    }
    first = false;
    binary += encoded ? percentDecode(text) : text;
  }
  return cleanText(decodeCharset(octets(binary), charset).text);
}

const percentDecode = (text: string): string =>
  text.includes('%')
    ? text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

function decodePlain(value: string): string {
  const text = fromOctets(value);
  return cleanText(text.includes('=?') ? decodeEncodedWords(text) : text);
}

/** Control characters have no place in a parameter, least of all in a file name. */
const cleanText = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, '');
