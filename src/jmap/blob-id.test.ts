import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { blobIdOf, blobWithin, decodeSteps, parseBlobId, wholeBlobId } from './blob-id.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

const half = fc.maxSafeNat().map((n) => Math.floor(n / 2));
const encoding = fc.constantFrom('binary', 'quoted-printable', 'base64', 'uuencode' as const);
const step = fc.record({ offset: half, length: half, encoding }, { noNullPrototype: true });

test('whole blobs and ranges survive a round trip, in the alphabet of ids', () => {
  fc.assert(
    fc.property(hash, fc.array(step, { maxLength: 3 }), (bytes, steps) => {
      const id = blobIdOf({ hash: bytes, steps });
      assert.match(id, /^[A-Za-z][A-Za-z0-9_-]{1,254}$/);
      const name = parseBlobId(id);
      assert.deepEqual([...(name?.hash ?? [])], [...bytes]);
      assert.deepEqual(name?.steps, steps);
      assert.equal(id === wholeBlobId(bytes), steps.length === 0);
    }),
  );
});

test('encodings that change nothing are one', () => {
  const bytes = new Uint8Array(32);
  const range = { offset: 1, length: 2 };
  const id = (encoding: '7bit' | '8bit') => blobIdOf({ hash: bytes, steps: [{ ...range, encoding }] });
  assert.equal(id('7bit'), id('8bit'));
});

test('a range of a plain range is one range, of an encoded one a second step', () => {
  const message = 'abcdef';
  const encoded = `xx${Buffer.from(message).toString('base64')}`;
  const outer = blobWithin(
    { hash: new Uint8Array(32), steps: [] },
    { offset: 2, length: encoded.length - 2, encoding: 'base64' },
  );
  const inner = outer && blobWithin(outer, { offset: 1, length: 4, encoding: '7bit' });
  const innermost = inner && blobWithin(inner, { offset: 2, length: 1, encoding: '8bit' });
  assert.deepEqual(innermost?.steps, [
    { offset: 2, length: 8, encoding: 'base64' },
    { offset: 3, length: 1, encoding: '8bit' },
  ]);
  assert.equal(Buffer.from(decodeSteps(Buffer.from(encoded).subarray(2), innermost.steps)).toString(), 'd');
  let deep: typeof outer = outer;
  for (let i = 0; i < 5 && deep; i++) deep = blobWithin(deep, { offset: 0, length: 9, encoding: 'base64' });
  assert.equal(deep, undefined);
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
