// Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3, RFC 9051 appendix A.1) for clients that have
// not enabled UTF-8, plain UTF-8 for those that have (RFC 6855, RFC 9051 §5.1).
import { asBuffer, fromUtf8, utf8 } from '../../base/index.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Modified UTF-7 of a name. Lone surrogates become U+FFFD. */
export function encodeUtf7(name: string): string {
  let plain = true;
  for (let i = 0; i < name.length && plain; i++) {
    const c = name.charCodeAt(i);
    plain = c >= 0x20 && c <= 0x7e && c !== 0x26;
  }
  if (plain) return name;
  const text = name.toWellFormed();
  let out = '';
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === 0x26) {
      out += '&-';
      i++;
    } else if (c >= 0x20 && c <= 0x7e) {
      out += text.charAt(i);
      i++;
    } else {
      out += '&';
      let bits = 0;
      let held = 0;
      for (; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x20 && unit <= 0x7e) break;
        bits = ((bits & 0x3f) << 16) | unit;
        held += 16;
        while (held >= 6) {
          held -= 6;
          out += ALPHABET.charAt((bits >>> held) & 0x3f);
        }
      }
      if (held > 0) out += ALPHABET.charAt((bits << (6 - held)) & 0x3f);
      out += '-';
    }
  }
  return out;
}

/**
 * Name of modified UTF-7, or undefined when the encoding is not the one that `encodeUtf7` gives: every name
 * has one encoding only, so that two spellings never mean one mailbox.
 */
export function decodeUtf7(encoded: string): string | undefined {
  if (!encoded.includes('&')) return isPrintable(encoded) ? encoded : undefined;
  let name = '';
  let afterShift = false;
  for (let i = 0; i < encoded.length; ) {
    const c = encoded.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return undefined;
    if (c !== 0x26) {
      name += encoded.charAt(i++);
      afterShift = false;
      continue;
    }
    const end = encoded.indexOf('-', i);
    if (end < 0) return undefined;
    if (end === i + 1) {
      name += '&';
      afterShift = false;
    } else {
      const shifted = afterShift ? undefined : decodeShift(encoded, i + 1, end);
      if (shifted === undefined) return undefined;
      name += shifted;
      afterShift = true;
    }
    i = end + 1;
  }
  return name.isWellFormed() ? name : undefined;
}

function decodeShift(encoded: string, from: number, to: number): string | undefined {
  let bits = 0;
  let held = 0;
  let text = '';
  for (let i = from; i < to; i++) {
    const value = VALUES[encoded.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits & 0xffff) << 6) | value;
    held += 6;
    if (held >= 16) {
      held -= 16;
      const unit = (bits >>> held) & 0xffff;
      // Printable ASCII must stand for itself.
      if (unit >= 0x20 && unit <= 0x7e) return undefined;
      text += String.fromCharCode(unit);
    }
  }
  // What is left is padding: fewer than six bits, all zero.
  return text !== '' && held < 6 && (bits & ((1 << held) - 1)) === 0 ? text : undefined;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

/** Text of a byte string in UTF-8, or undefined when it is not UTF-8. */
export function decodeUtf8(bytes: string): string | undefined {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) >= 0x80) {
      try {
        return strictUtf8.decode(Buffer.from(bytes, 'latin1'));
      } catch {
        return undefined;
      }
    }
  }
  return bytes;
}

/** UTF-8 of a text as a byte string. */
export function encodeUtf8(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return asBuffer(utf8(text)).toString('latin1');
  }
  return text;
}

/** A byte string's text for people: UTF-8 where it is, replacement characters where it is not. */
export function lenientUtf8(bytes: string): string {
  return decodeUtf8(bytes) ?? fromUtf8(Buffer.from(bytes, 'latin1'));
}
