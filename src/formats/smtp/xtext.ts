// The encoding of parameter values (RFC 3461 §4, RFC 6533 §3).
import { isUtf8 } from 'node:buffer';

/**
 * Text of an xtext value; undefined when it is not xtext, not UTF-8, or holds control characters, which have
 * no place in the header fields such values end up in.
 */
export function decodeXtext(value: string): string | undefined {
  if (/[^\x21-\x7e]|=|\+(?![0-9A-Fa-f]{2})/.test(value)) return undefined;
  if (!value.includes('+')) return value;
  const bytes = Buffer.from(
    value.replace(/\+([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return hasControls(text) ? undefined : text;
}

/** A value as xtext; other characters than ASCII as their UTF-8 octets. */
export function encodeXtext(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(
      /[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/g,
      (char) => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

/** Text of a UTF-8 address as ORCPT writes it: as it is, or with `\x{20AC}` (RFC 6533 §3). */
export function decodeUtf8Address(value: string): string | undefined {
  const xtext = value.replace(/\\x\{([0-9A-F]{2,6})\}/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? whole : String.fromCodePoint(code);
  });
  return xtext.includes('\\x{') || hasControls(xtext) ? undefined : xtext;
}

const hasControls = (text: string): boolean => /[\0-\x1f\x7f-\x9f]/.test(text);
