// Ids as text: integers below 2^53 in base 32 with the alphabet of the management interface,
// most significant digit first, no leading zero digits; zero is "a". The same text is a valid JMAP Id
// (RFC 8620 §1.2) that never looks like a number.

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz792013';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 32; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Text of a non-negative integer below 2^53. */
export function encodeId(value: number): string {
  let rest = value;
  let text = '';
  do {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

/** Number of an id text, or undefined when it is not a canonical id below 2^53. */
export function decodeId(text: string): number | undefined {
  if (text.length === 0 || text.length > 11 || (text.length > 1 && text.startsWith('a'))) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = VALUES[text.charCodeAt(i)] ?? -1;
    if (digit < 0) return undefined;
    value = value * 32 + digit;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}
