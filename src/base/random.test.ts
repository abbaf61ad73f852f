// Randomness that a test can hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdRandom, randomBytes, randomText } from './random.ts';

test('a text has the length and the letters that were asked for', () => {
  assert.match(randomText(500, 'xyz'), /^[xyz]{500}$/);
  assert.notEqual(randomText(40, 'abcdefgh'), randomText(40, 'abcdefgh'));
  assert.equal(randomBytes(7).length, 7);
});

test('octets that would favour some letters are left out', () => {
  // 256 = 85 * 3 + 1: of three letters, the octet 255 stands for none.
  let next = 250;
  const release = holdRandom((bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = next++ & 0xff;
  });
  try {
    assert.equal(randomText(8, 'abc'), 'bcabcabc');
  } finally {
    release();
  }
  assert.notDeepEqual(randomBytes(16), randomBytes(16));
});
