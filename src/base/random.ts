// Randomness. Everything that draws a secret or a unique name asks here, so that tests can hold it.
import { randomFillSync } from 'node:crypto';

let fill: (bytes: Uint8Array) => void = (bytes) => {
  randomFillSync(bytes);
};

/** Cryptographically strong random bytes. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(bytes);
  return bytes;
}

/** A random text over an alphabet, without modulo bias. */
export function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

/** Replaces the source until the returned function is called. For tests. */
export function holdRandom(fn: (bytes: Uint8Array) => void): () => void {
  const before = fill;
  fill = fn;
  return () => {
    fill = before;
  };
}
