// The two escape-coded character sets of mail that neither TextDecoder nor iconv-lite reads: both carry
// a double-byte set in seven bits, so they are rewritten to the eight-bit set that the decoder knows.

const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
const ESCAPE = 0x1b;
const TILDE = 0x7e;
const LF = 0x0a;

/** Rewrites ISO-2022-KR (RFC 1557) to EUC-KR. */
export function iso2022KrToEucKr(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let korean = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === SHIFT_OUT) korean = true;
    else if (byte === SHIFT_IN) korean = false;
    else if (byte === ESCAPE && bytes[i + 1] === 0x24 && bytes[i + 2] === 0x29 && bytes[i + 3] === 0x43)
      i += 3;
    else {
      // A line ends the shift (RFC 1557: SO is cancelled at the end of a line).
      if (byte === LF) korean = false;
      out[length++] = korean && byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte;
    }
  }
  return out.subarray(0, length);
}

/** Rewrites HZ (RFC 1843) to GB 2312 in its eight-bit form. */
export function hzToGb2312(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let chinese = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === TILDE) {
      const next = bytes[i + 1];
      if (next === 0x7b) chinese = true;
      else if (next === 0x7d) chinese = false;
      else if (next === TILDE && !chinese) out[length++] = TILDE;
      else if (next !== LF) {
        out[length++] = byte;
        continue;
      }
      i++;
      continue;
    }
    if (byte === LF) chinese = false;
    out[length++] = chinese && byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte;
  }
  return out.subarray(0, length);
}
