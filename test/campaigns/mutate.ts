// Makes inputs out of others: what random bytes alone would never reach.
import type { Random } from '../support/random.ts';

/** Longest input. */
const MAX_INPUT = 8192;

/** Numbers, brackets and breaks on which parsers decide. */
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '"',
  '\\',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  ':',
  ';',
  ',',
  '*',
  '%',
  '/',
  '.',
  '=',
  '&',
  '-',
  '{4}\r\n',
  '{4+}\r\n',
  '~{1}\r\n',
  '0',
  '1',
  '-1',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '=?utf-8?b?',
  '?=',
  '--',
  'é',
  '\ud800',
  '\ufeff',
  '日本',
  '%%',
].map((token) => Buffer.from(token));

/** One to eight changes of an input, now and then with a piece of another. */
export function mutate(input: Uint8Array, others: readonly Uint8Array[], random: Random): Buffer {
  let bytes = Buffer.from(input);
  for (let left = 1 + random.below(8); left > 0; left--) bytes = change(bytes, others, random);
  return bytes.subarray(0, MAX_INPUT);
}

function change(bytes: Buffer, others: readonly Uint8Array[], random: Random): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(Math.min(64, bytes.length + 1));
  const rest = bytes.subarray(Math.min(bytes.length, at + length));
  switch (random.below(7)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = random.below(256);
      return copy;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), rest]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.pick(TOKENS), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.pick(TOKENS), rest]);
    case 4: {
      const piece = bytes.subarray(at, at + length);
      return Buffer.concat([
        bytes.subarray(0, at),
        ...Array<Buffer>(1 + random.below(20)).fill(piece),
        bytes.subarray(at),
      ]);
    }
    case 5: {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return Buffer.concat([
        bytes.subarray(0, at),
        other.subarray(from, from + random.below(256)),
        bytes.subarray(at),
      ]);
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(16)), rest]);
  }
}
