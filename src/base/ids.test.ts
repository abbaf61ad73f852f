// Ids as text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeId, encodeId } from './ids.ts';

test('numbers and texts stand for each other, one text a number', () => {
  assert.deepEqual([0, 1, 31, 32, 1023].map(encodeId), ['a', 'b', '3', 'ba', '33']);
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      assert.equal(decodeId(encodeId(value)), value);
    }),
  );
});

test('a text is an id only when a number is written so', () => {
  for (const text of ['', 'ab', 'A', '4', 'a b', 'ä', '333333333333', 'zzzzzzzzzzz', '__proto__']) {
    assert.equal(decodeId(text), undefined, text);
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (text) => {
      const value = decodeId(text);
      if (value !== undefined) assert.equal(encodeId(value), text);
    }),
  );
});
