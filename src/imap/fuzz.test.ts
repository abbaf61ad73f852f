// Bytes of all kinds through the readers of this face.
import { test } from 'node:test';
import fc from 'fast-check';
import { fuzz } from './fuzz.ts';

/** What an envelope, a list of keys and a MIME header are made of. */
const TOKENS = [
  '(',
  ')',
  '"',
  '\\',
  '{3}\r\n',
  '{',
  '}',
  '-1',
  ' ',
  'NIL',
  '""',
  '"a@b"',
  'REVERSE',
  'DATE',
  '\0',
  '\r\n',
  '\r\n\r\n',
  'Content-Type: multipart/mixed; boundary=b',
  '--b',
  'Content-Transfer-Encoding: binary',
  'abc',
];

test('random bytes and tokens are read or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.constantFrom(...TOKENS), { maxLength: 80 }).map((tokens) => Buffer.from(tokens.join(''))),
      ),
      (bytes) => fuzz(bytes),
    ),
    { numRuns: 3000 },
  );
});
