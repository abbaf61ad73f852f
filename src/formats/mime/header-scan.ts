// Finds the fields of one header block by octet offset (RFC 5322 §2.2), whatever it is broken like.
import { nameAt } from './names.ts';
import type { HeaderField } from './types.ts';

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const DASH = 0x2d;
const SLASH = 0x2f;

/** Lines without a field that are looked over for a next field, before the header is taken as ended. */
const GARBAGE_LINES = 4;

export interface HeaderBlock {
  readonly fields: HeaderField[];
  /** First octet of the body. */
  readonly bodyOffset: number;
  /** End of continuation lines before any field, else 0. */
  readonly orphanEnd: number;
  /** Fields beyond the limit were seen. */
  readonly truncated: boolean;
}

/** Tells whether a multipart delimiter line begins here; such a line ends a header that lacks its blank line. */
export type IsDelimiter = (offset: number) => boolean;

/**
 * Scans the header that begins at an offset. It ends at the first empty line, at a delimiter line, at the
 * end, or before a line that is no field when none follows soon (a header whose blank line was lost).
 * @param maxFields fields returned at most; the rest is scanned but left out
 */
export function scanHeader(
  bytes: Buffer,
  offset: number,
  isDelimiter: IsDelimiter | undefined,
  maxFields: number,
): HeaderBlock {
  const length = bytes.length;
  const fields: HeaderField[] = [];
  let truncated = false;
  let orphanEnd = 0;
  let at = offset;
  // hot: per header line
  while (at < length) {
    const first = bytes[at] as number;
    if (first === LF) return { fields, bodyOffset: at + 1, orphanEnd, truncated };
    if (first === CR && bytes[at + 1] === LF) return { fields, bodyOffset: at + 2, orphanEnd, truncated };
    if (first === DASH && isDelimiter !== undefined && bytes[at + 1] === DASH && isDelimiter(at)) break;
    const colon = colonOf(bytes, at);
    if (colon < 0) {
      if (first === SP || first === TAB) {
        // A continuation with nothing before it.
        const end = fieldEnd(bytes, at);
        if (fields.length === 0 && at === offset) orphanEnd = withoutBreak(bytes, at, end);
        at = end;
        continue;
      }
      const next = nextField(bytes, at, isDelimiter);
      if (next < 0) break;
      at = next;
      continue;
    }
    const end = fieldEnd(bytes, colon + 1);
    if (fields.length < maxFields) {
      let nameEnd = colon;
      while (bytes[nameEnd - 1] === SP || bytes[nameEnd - 1] === TAB) nameEnd--;
      const { name, key } = nameAt(bytes, at, nameEnd);
      fields.push({
        name,
        key,
        start: at,
        value: colon + 1,
        end: withoutBreak(bytes, colon + 1, end),
      });
    } else truncated = true;
    at = end;
  }
  return { fields, bodyOffset: at, orphanEnd, truncated };
}

/** Offset of the colon when a field begins here, else -1 (RFC 5322 §2.2, and §4.5 for space before it). */
function colonOf(bytes: Buffer, at: number): number {
  const length = bytes.length;
  let i = at;
  while (i < length) {
    const byte = bytes[i] as number;
    if (byte === COLON || byte <= SP || byte > 0x7e) break;
    i++;
  }
  if (i === at) return -1;
  while (i < length && (bytes[i] === SP || bytes[i] === TAB)) i++;
  if (bytes[i] !== COLON) return -1;
  // A line that begins with an address of the web is text, not a field.
  return bytes[i + 1] === SLASH && bytes[i + 2] === SLASH ? -1 : i;
}

/** Offset after the line break that ends the field, continuation lines included. */
function fieldEnd(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const lf = bytes.indexOf(LF, at);
    if (lf < 0) return bytes.length;
    at = lf + 1;
    const next = bytes[at];
    if (next !== SP && next !== TAB) return at;
  }
}

function withoutBreak(bytes: Buffer, from: number, end: number): number {
  if (end === from || bytes[end - 1] !== LF) return end;
  return end - 1 > from && bytes[end - 2] === CR ? end - 2 : end - 1;
}

/** Offset of a field that begins within the next few lines of this header, or -1. */
function nextField(bytes: Buffer, from: number, isDelimiter: IsDelimiter | undefined): number {
  let at = from;
  for (let line = 0; line < GARBAGE_LINES; line++) {
    const lf = bytes.indexOf(LF, at);
    if (lf < 0) return -1;
    at = lf + 1;
    const first = bytes[at];
    if (first === undefined || first === LF || (first === CR && bytes[at + 1] === LF)) return -1;
    if (first === DASH && isDelimiter !== undefined && bytes[at + 1] === DASH && isDelimiter(at)) return -1;
    if (colonOf(bytes, at) >= 0) return at;
  }
  return -1;
}
