// Writes content transfer encodings (RFC 2045 §6.7, §6.8), and chooses one for a body.
import { isAscii } from 'node:buffer';
import { asBuffer } from '../../base/index.ts';
import { countWith } from './count.ts';

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;

/** Octets of a line (RFC 2045 §6.7 rule 5, §6.8). */
const MAX_ENCODED_LINE = 76;
/** Octets of a line without its CRLF (RFC 5322 §2.1.1). */
const MAX_LINE = 998;

/** Octets that quoted-printable must escape, apart from white space at the end of a line. */
const IS_ESCAPED = new Uint8Array(256).fill(1);
for (let octet = 0x20; octet < 0x7f; octet++) IS_ESCAPED[octet] = 0;
for (const octet of [CR, LF, TAB]) IS_ESCAPED[octet] = 0;
IS_ESCAPED[EQUALS] = 1;

const HEX = '0123456789ABCDEF';

/** Base64 in lines of 76 characters, each ended by CRLF. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const digits = Buffer.from(asBuffer(bytes).toString('base64'), 'latin1');
  const lines = Math.ceil(digits.length / MAX_ENCODED_LINE);
  const out = Buffer.allocUnsafe(digits.length + lines * 2);
  let at = 0;
  for (let from = 0; from < digits.length; from += MAX_ENCODED_LINE) {
    at += digits.copy(out, at, from, Math.min(from + MAX_ENCODED_LINE, digits.length));
    out[at++] = CR;
    out[at++] = LF;
  }
  return out;
}

/** Quoted-printable; CRLF stays a line break, any other CR or LF is escaped. */
export function encodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  // Three octets for one at most, and a soft line break (three octets) in 73.
  const out = new Uint8Array(Math.ceil(bytes.length * 3.2) + 8);
  let length = 0;
  let line = 0;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] as number;
    if (octet === CR && bytes[at + 1] === LF) {
      out[length++] = CR;
      out[length++] = LF;
      line = 0;
      at++;
      continue;
    }
    const next = bytes[at + 1];
    const endsLine = next === undefined || (next === CR && bytes[at + 2] === LF);
    const escape =
      IS_ESCAPED[octet] === 1 ||
      octet === CR ||
      octet === LF ||
      ((octet === SP || octet === TAB) && endsLine);
    // The last character of a line may use the column of the soft break.
    if (line + (escape ? 3 : 1) > MAX_ENCODED_LINE - (endsLine ? 0 : 1)) {
      out[length++] = EQUALS;
      out[length++] = CR;
      out[length++] = LF;
      line = 0;
    }
    if (escape) {
      out[length++] = EQUALS;
      out[length++] = HEX.charCodeAt(octet >> 4);
      out[length++] = HEX.charCodeAt(octet & 15);
      line += 3;
    } else {
      out[length++] = octet;
      line++;
    }
  }
  return out.subarray(0, length);
}

/** Whether every line break is CRLF, no line exceeds 998 octets and there is no NUL (RFC 2045 §2.7, §2.8). */
export function isLineData(bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes);
  if (buffer.indexOf(0) >= 0) return false;
  let start = 0;
  let returns = 0;
  for (let lf = buffer.indexOf(LF); lf >= 0; lf = buffer.indexOf(LF, start)) {
    if (lf === start || buffer[lf - 1] !== CR || lf - 1 - start > MAX_LINE) return false;
    start = lf + 1;
    returns++;
  }
  return buffer.length - start <= MAX_LINE && countWith(IS_RETURN, buffer, 0, buffer.length) === returns;
}

const IS_RETURN = new Uint8Array(256);
IS_RETURN[CR] = 1;

export interface Encoded {
  readonly encoding: '7bit' | '8bit' | 'quoted-printable' | 'base64';
  readonly bytes: Uint8Array;
}

/**
 * Encodes a body so that it survives transport: as it is where that is safe, else in the shorter encoding.
 * @param eightBit the transport takes 8-bit lines
 * @param isText line breaks mean line breaks; otherwise every octet must come back
 */
export function encodeBody(
  bytes: Uint8Array,
  { eightBit, isText }: { eightBit: boolean; isText: boolean },
): Encoded {
  const ascii = isAscii(bytes);
  if ((ascii || (eightBit && isText)) && isLineData(bytes))
    return { encoding: ascii ? '7bit' : '8bit', bytes };
  const escapes = isText ? countWith(IS_ESCAPED, bytes, 0, bytes.length) : bytes.length;
  if (escapes * 2 < bytes.length / 3)
    return { encoding: 'quoted-printable', bytes: encodeQuotedPrintable(bytes) };
  return { encoding: 'base64', bytes: encodeBase64(bytes) };
}
