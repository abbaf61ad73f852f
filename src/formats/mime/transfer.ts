// Content transfer encodings (RFC 2045 §6): decoding of views, and the decoded size without decoding.
// Both accept anything; a size always equals the length that decoding gives.
import { asBuffer } from '../../base/index.ts';
import { countWith } from './count.ts';
import { latin1Slice } from './text.ts';
import type { TransferEncoding } from './types.ts';

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;

/** Value of a hexadecimal digit by its octet, 255 for others. */
const HEX = new Uint8Array(256).fill(255);
for (let i = 0; i < 10; i++) HEX[0x30 + i] = i;
for (let i = 0; i < 6; i++) HEX[0x41 + i] = HEX[0x61 + i] = 10 + i;

/** Value of a base64 digit by its octet (the URL alphabet included), 255 for others. */
const DIGIT = new Uint8Array(256).fill(255);
for (let i = 0; i < 26; i++) {
  DIGIT[0x41 + i] = i;
  DIGIT[0x61 + i] = 26 + i;
}
for (let i = 0; i < 10; i++) DIGIT[0x30 + i] = 52 + i;
DIGIT[0x2b] = DIGIT[0x2d] = 62;
DIGIT[0x2f] = DIGIT[0x5f] = 63;

const IS_DIGIT = DIGIT.map((value) => (value === 255 ? 0 : 1));
/** What may stand in a base64 body: digits, padding and white space. */
const IS_BASE64 = IS_DIGIT.slice();
for (const byte of [EQUALS, CR, LF, SP, TAB]) IS_BASE64[byte] = 1;

/** Decodes a body. Encodings that change nothing, and unknown ones, give the same view. */
export function decodeTransfer(bytes: Uint8Array, encoding: TransferEncoding): Uint8Array {
  if (encoding === 'base64') return decodeBase64(bytes);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  if (encoding === 'uuencode') return decodeUuencode(bytes);
  return bytes;
}

/** Octets that `decodeTransfer` gives for this range. */
export function decodedSize(
  bytes: Uint8Array,
  start: number,
  end: number,
  encoding: TransferEncoding,
): number {
  if (encoding === 'base64') return base64Size(bytes, start, end);
  if (encoding === 'quoted-printable') return quotedPrintable(bytes, start, end, undefined);
  if (encoding === 'uuencode') return decodeUuencode(bytes.subarray(start, end)).length;
  return end - start;
}

/** Whether the body breaks the rules of its encoding; decoding is a best effort then. */
export function hasTransferProblem(bytes: Uint8Array, encoding: TransferEncoding): boolean {
  if (encoding === 'other') return true;
  if (encoding === 'base64') {
    return (
      countWith(IS_DIGIT, bytes, 0, bytes.length) % 4 === 1 ||
      countWith(IS_BASE64, bytes, 0, bytes.length) < bytes.length
    );
  }
  if (encoding === 'quoted-printable') return hasBrokenEscape(bytes);
  return encoding === 'uuencode' && decodeUuencode(bytes).length === 0 && bytes.length > 0;
}

/** Base64, skipping what is not of its alphabet; padding in the middle begins a new run. */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const padding = bytes.indexOf(EQUALS);
  const end = padding < 0 ? bytes.length : padding;
  const head = Buffer.from(latin1Slice(asBuffer(bytes), 0, end), 'base64');
  if (padding < 0 || !hasDigit(bytes, padding)) return head;
  const out = [head];
  forEachRun(bytes, padding, (from, to) => {
    out.push(Buffer.from(latin1Slice(asBuffer(bytes), from, to), 'base64'));
  });
  return Buffer.concat(out);
}

function base64Size(bytes: Uint8Array, start: number, end: number): number {
  const body = bytes.subarray(start, end);
  const found = body.indexOf(EQUALS);
  const padding = found < 0 ? body.length : found;
  let size = runSize(countWith(IS_DIGIT, body, 0, padding));
  if (hasDigit(body, padding)) {
    forEachRun(body, padding, (from, to) => {
      size += runSize(countWith(IS_DIGIT, body, from, to));
    });
  }
  return size;
}

const runSize = (digits: number): number => Math.floor((digits * 6) / 8);

function hasDigit(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (IS_DIGIT[bytes[i] as number] === 1) return true;
  return false;
}

/** Stretches between padding characters. */
function forEachRun(bytes: Uint8Array, from: number, use: (from: number, to: number) => void): void {
  let at = from;
  while (at < bytes.length) {
    while (at < bytes.length && bytes[at] === EQUALS) at++;
    const next = bytes.indexOf(EQUALS, at);
    const to = next < 0 ? bytes.length : next;
    if (to > at) use(at, to);
    at = to;
  }
}

/** Quoted-printable (RFC 2045 §6.7); a broken escape stays as it is. */
export function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  // Copying is faster than the loop where nothing is encoded.
  if (bytes.indexOf(EQUALS) < 0 && !hasTrailingSpace(bytes)) return bytes;
  const out = new Uint8Array(bytes.length);
  return out.subarray(0, quotedPrintable(bytes, 0, bytes.length, out));
}

/** White space before a line break or the end. */
function hasTrailingSpace(bytes: Uint8Array): boolean {
  let space = false;
  for (const byte of bytes) {
    if (space && (byte === CR || byte === LF)) return true;
    space = byte === SP || byte === TAB;
  }
  return space;
}

/** Decodes into `out`, or only counts when there is none. Returns the length. */
function quotedPrintable(bytes: Uint8Array, start: number, end: number, out: Uint8Array | undefined): number {
  let length = 0;
  let at = start;
  // hot: per octet
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === EQUALS) {
      const high = at + 2 < end ? (HEX[bytes[at + 1] as number] as number) : 255;
      const low = at + 2 < end ? (HEX[bytes[at + 2] as number] as number) : 255;
      if (high < 16 && low < 16) {
        if (out !== undefined) out[length] = (high << 4) | low;
        length++;
        at += 3;
        continue;
      }
      // A soft line break, white space after the sign allowed (RFC 2045 §6.7 rule 3).
      let next = at + 1;
      while (next < end && (bytes[next] === SP || bytes[next] === TAB)) next++;
      if (next >= end) break;
      if (bytes[next] === LF) {
        at = next + 1;
        continue;
      }
      if (bytes[next] === CR && (next + 1 >= end || bytes[next + 1] === LF)) {
        at = next + 2;
        continue;
      }
    } else if (byte === SP || byte === TAB) {
      // White space at the end of a line was added on the way (rule 3).
      let next = at + 1;
      while (next < end && (bytes[next] === SP || bytes[next] === TAB)) next++;
      const after = next < end ? bytes[next] : LF;
      if (after !== LF && !(after === CR && (next + 1 >= end || bytes[next + 1] === LF))) {
        if (out !== undefined) out.set(bytes.subarray(at, next), length);
        length += next - at;
      }
      at = next;
      continue;
    }
    if (out !== undefined) out[length] = byte;
    length++;
    at++;
  }
  return length;
}

function hasBrokenEscape(bytes: Uint8Array): boolean {
  let at = bytes.indexOf(EQUALS);
  while (at >= 0) {
    const next = bytes[at + 1];
    const hex = HEX[next ?? 0] !== 255 && HEX[bytes[at + 2] ?? 0] !== 255;
    if (!hex && next !== undefined && next !== CR && next !== LF && next !== SP && next !== TAB) return true;
    at = bytes.indexOf(EQUALS, at + 1);
  }
  return false;
}

/** The Q encoding of encoded words (RFC 2047 §4.2). */
export function decodeQ(text: string): Uint8Array {
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code === 0x5f) code = SP;
    else if (code === EQUALS && i + 2 < text.length) {
      const high = HEX[text.charCodeAt(i + 1) & 0xff] as number;
      const low = HEX[text.charCodeAt(i + 2) & 0xff] as number;
      if (high < 16 && low < 16) {
        code = (high << 4) | low;
        i += 2;
      }
    }
    out[length++] = code;
  }
  return out.subarray(0, length);
}

/** Uuencode: the lines between `begin` and `end`; empty when there is no `begin`. */
export function decodeUuencode(bytes: Uint8Array): Uint8Array {
  const buffer = asBuffer(bytes);
  let at = buffer.indexOf('begin ', 0, 'latin1');
  while (at > 0 && buffer[at - 1] !== LF) at = buffer.indexOf('begin ', at + 1, 'latin1');
  if (at < 0) return buffer.subarray(0, 0);
  const out = new Uint8Array(buffer.length);
  let length = 0;
  let line = buffer.indexOf(LF, at);
  while (line >= 0 && line + 1 < buffer.length) {
    const start = line + 1;
    line = buffer.indexOf(LF, start);
    let end = line < 0 ? buffer.length : line;
    if (end > start && buffer[end - 1] === CR) end--;
    const count = ((buffer[start] as number) - 0x20) & 0x3f;
    if (end === start || latin1Slice(buffer, start, Math.min(end, start + 4)) === 'end') break;
    if (count === 0) continue;
    length = uuLine(buffer, start + 1, end, count, out, length);
  }
  return out.subarray(0, length);
}

function uuLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  const value = (i: number): number => (i < end ? ((bytes[i] as number) - 0x20) & 0x3f : 0);
  let length = offset;
  let left = Math.min(count, Math.floor(((end - start) * 3) / 4));
  for (let i = start; left > 0; i += 4) {
    const group = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3);
    out[length++] = group >> 16;
    if (left > 1) out[length++] = group >> 8;
    if (left > 2) out[length++] = group;
    left -= 3;
  }
  return length;
}
