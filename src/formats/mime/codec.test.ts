import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, ByteWriter, Invalid } from '../../base/index.ts';
import { decodeMessage, encodeMessage, parseMessage, prependHeader } from './index.ts';

const bytes = Buffer.from(
  "From: a@b\r\nX-Own-Name : c\r\nContent-Type: multipart/mixed; boundary=b; x=y\r\n\r\n--b\r\nContent-Type: application/x-own; name*=utf-8''%C3%BC\r\nContent-Transfer-Encoding: x-odd\r\nContent-MD5: m\r\nContent-Description: d\r\n\r\nbody\r\n--b--\r\n",
);

test('the stored form is small and complete', () => {
  const message = parseMessage(bytes);
  const stored = encodeMessage(message);
  assert.deepEqual(decodeMessage(stored), message);
  assert.ok(stored.length < bytes.length, `${stored.length} octets`);
});

test('fields that a later version appends to a part are skipped', () => {
  const message = parseMessage(bytes);
  const reader = new ByteReader(encodeMessage(message));
  const writer = new ByteWriter();
  writer.u8(reader.u8()).u8(reader.u8()).varint(reader.varint()).varint(reader.varint());
  const count = reader.varint();
  writer.varint(count);
  const lengths = Array.from({ length: count }, () => reader.varint());
  for (const length of lengths) writer.varint(length + 3);
  for (const length of lengths) writer.raw(reader.raw(length)).raw(Buffer.from('new'));
  // And to the whole record.
  writer.raw(Buffer.from('newer'));
  assert.deepEqual(decodeMessage(writer.finish()), message);
});

test('unknown versions and damaged records are refused', () => {
  const stored = encodeMessage(parseMessage(bytes));
  assert.throws(() => decodeMessage(Buffer.from([99])), Invalid);
  assert.throws(() => decodeMessage(new Uint8Array()), Invalid);
  for (let length = 0; length < stored.length; length++) {
    assert.throws(() => decodeMessage(stored.subarray(0, length)), Invalid, `${length} octets`);
  }
});

test('a block must be complete trace fields', () => {
  const message = parseMessage(bytes);
  for (const block of [
    'X: y',
    'no field\r\n',
    'X: y\r\n\r\n',
    ' folded\r\n',
    'X: y\r\nContent-Type: text/html\r\n',
    'X: y\n',
  ]) {
    assert.throws(() => prependHeader(message, Buffer.from(block)), Invalid, JSON.stringify(block));
  }
  assert.equal(prependHeader(message, new Uint8Array()), message);
  const block = Buffer.from('Received: x\r\n\ty\r\n');
  assert.deepEqual(prependHeader(message, block), parseMessage(Buffer.concat([block, bytes])));
});
