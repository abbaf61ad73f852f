import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  decodeMessage,
  decodePart,
  encodeMessage,
  type Message,
  parseMessage,
  prependHeader,
} from './index.ts';

/** Pieces that make parsers stumble, joined at random. */
const piece = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\n\n',
    ' ',
    '\t',
    '--',
    '--a',
    '--a--',
    '--b',
    '--b--',
    '--ab',
    ':',
    ';',
    '"',
    '(',
    ')',
    '<',
    '>',
    '@',
    ',',
    '=',
    '=?utf-8?Q?',
    '?=',
    '\0',
    '\xff',
    'é',
    'From: ',
    'To: x <a@b>, ',
    'Subject: ',
    'Date: ',
    'Content-Type: multipart/mixed; boundary=a\r\n',
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n',
    'Content-Type: message/rfc822\r\n\r\n',
    'Content-Type: text/html; charset=utf-8\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    'Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n',
    "Content-Disposition: attachment; filename*0*=utf-8''%e2",
    'QUJD',
    '=3D',
    '=\r\n',
    'filename="x',
    'line of text',
    'Content-Language: de, en\r\n',
    'Content-ID: <x@y>\r\n',
  ),
  fc.string({ maxLength: 8 }),
);
const mail = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));
const anything = fc.oneof(
  mail,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

function assertBounds(message: Message, length: number): void {
  assert.equal(message.size, length);
  for (const part of message.parts) {
    assert.ok(0 <= part.headerOffset && part.headerOffset <= part.bodyOffset);
    assert.ok(part.bodyOffset <= part.bodyEnd && part.bodyEnd <= length);
    let before = part.headerOffset;
    for (const field of part.fields) {
      assert.ok(before <= field.start && field.start < field.value && field.value <= field.end);
      assert.ok(field.end <= part.bodyOffset);
      before = field.end;
    }
    const parent = message.parts[part.parent];
    if (part.index === 0) assert.equal(parent, undefined);
    else {
      assert.ok(parent !== undefined && parent.children.includes(part.index));
      assert.ok(parent.bodyOffset <= part.headerOffset && part.bodyEnd <= parent.bodyEnd);
    }
  }
}

test('anything parses, and every offset lies within the message and its parent', () => {
  fc.assert(
    fc.property(anything, (bytes) => {
      const message = parseMessage(bytes);
      assertBounds(message, bytes.length);
      for (const part of message.parts) {
        if (part.children.length === 0) assert.equal(decodePart(bytes, part).length, part.size);
      }
    }),
    { numRuns: 3000 },
  );
});

test('the stored form gives the same table', () => {
  fc.assert(
    fc.property(anything, (bytes) => {
      const message = parseMessage(bytes);
      assert.deepEqual(decodeMessage(encodeMessage(message)), message);
    }),
    { numRuns: 1000 },
  );
});

const block = fc
  .array(
    fc.tuple(
      fc.constantFrom('Received', 'Return-Path', 'X-Spam-Status'),
      fc.constantFrom(' <a@b>', ' from x\r\n\tby y', '', ' z'),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((fields) => Buffer.from(fields.map(([name, value]) => `${name}:${value}\r\n`).join('')));

test('a prepended header gives what parsing the whole gives', () => {
  fc.assert(
    fc.property(anything, block, (bytes, header) => {
      const whole = parseMessage(Buffer.concat([header, bytes]));
      assert.deepEqual(prependHeader(parseMessage(bytes), header), whole);
    }),
    { numRuns: 2000 },
  );
});
