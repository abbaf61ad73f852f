// Text of five bits a digit (RFC 4648 §6), in whichever alphabet.

/** Undefined for a digit that is not in the alphabet. What is left of the last bits is dropped. */
export function decodeBase32(text: string, alphabet: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const digit of text) {
    const five = alphabet.indexOf(digit);
    if (five < 0) return undefined;
    value = ((value << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
