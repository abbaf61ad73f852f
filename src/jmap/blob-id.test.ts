import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseBlobId, partBlobId, wholeBlobId } from './blob-id.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('whole blobs and ranges survive a round trip, in the alphabet of ids', () => {
  fc.assert(
    fc.property(
      hash,
      fc.maxSafeNat().map((n) => Math.floor(n / 2)),
      fc.maxSafeNat().map((n) => Math.floor(n / 2)),
      fc.constantFrom('binary', 'quoted-printable', 'base64', 'uuencode' as const),
      (bytes, offset, length, encoding) => {
        const whole = wholeBlobId(bytes);
        assert.match(whole, /^[A-Za-z][A-Za-z0-9_-]{1,254}$/);
        assert.deepEqual([...(parseBlobId(whole)?.hash ?? [])], [...bytes]);
        assert.equal(parseBlobId(whole)?.range, undefined);
        const part = partBlobId(bytes, { offset, length, encoding });
        assert.match(part, /^[A-Za-z][A-Za-z0-9_-]{1,254}$/);
        assert.deepEqual(parseBlobId(part)?.range, { offset, length, encoding });
      },
    ),
  );
});

test('encodings that change nothing are one', () => {
  const bytes = new Uint8Array(32);
  const range = { offset: 1, length: 2 };
  assert.equal(
    partBlobId(bytes, { ...range, encoding: '7bit' }),
    partBlobId(bytes, { ...range, encoding: '8bit' }),
  );
});

test('anything else is no blob id, and nothing throws', () => {
  const whole = wholeBlobId(new Uint8Array(32).fill(7));
  for (const bad of [
    '',
    'b',
    whole.slice(0, -1),
    `${whole}A`,
    `p${whole.slice(1)}`,
    `x${whole.slice(1)}`,
    `${whole}${'A'.repeat(60)}`,
    whole.replace('b', 'p'),
  ]) {
    assert.equal(parseBlobId(bad), undefined, bad);
  }
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => void parseBlobId(text)));
  fc.assert(
    fc.property(fc.base64String({ minLength: 43, maxLength: 90 }), (text) => void parseBlobId(`p${text}`)),
  );
});
