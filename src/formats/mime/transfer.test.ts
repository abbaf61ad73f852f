import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  encodeBase64,
  encodeBody,
  encodeQuotedPrintable,
  decodedSize,
  decodeTransfer,
  hasTransferProblem,
  isLineData,
} from './index.ts';
import type { TransferEncoding } from './types.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const decode = (text: string, encoding: TransferEncoding): string =>
  Buffer.from(decodeTransfer(bytes(text), encoding)).toString('latin1');

test('quoted-printable: RFC 2045 §6.7', () => {
  const cases: [encoded: string, text: string][] = [
    [
      "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
      "Now's the time for all folk to come to the aid of their country.",
    ],
    ['=3D=20=e9', '= \xe9'],
    ['trailing  \t\r\nspace \n', 'trailing\r\nspace\n'],
    ['soft=   \r\nbreak', 'softbreak'],
    ['soft=\nbreak', 'softbreak'],
    ['end=', 'end'],
    ['end=\r', 'end'],
    ['bad =ZZ =4', 'bad =ZZ =4'],
    ['inner  space', 'inner  space'],
    ['', ''],
  ];
  for (const [encoded, text] of cases) assert.equal(decode(encoded, 'quoted-printable'), text, encoded);
  assert.equal(hasTransferProblem(bytes('=ZZ'), 'quoted-printable'), true);
  assert.equal(hasTransferProblem(bytes('=3D=\r\n'), 'quoted-printable'), false);
});

test('base64: broken lines, foreign characters, padding in the middle', () => {
  assert.equal(decode('SGVs\r\nbG8=\r\n', 'base64'), 'Hello');
  assert.equal(decode('SGVs\r\nbG8', 'base64'), 'Hello');
  assert.equal(decode('S*G!V s', 'base64'), 'Hel');
  assert.equal(decode('QQ==QkI=Q0ND', 'base64'), 'ABBCCC');
  assert.equal(decode('====', 'base64'), '');
  assert.equal(hasTransferProblem(bytes('SGVs\r\nbG8=\r\n'), 'base64'), false);
  assert.equal(hasTransferProblem(bytes('SGV*s'), 'base64'), true);
  assert.equal(hasTransferProblem(bytes('SGVsb'), 'base64'), true);
});

test('uuencode', () => {
  assert.equal(decode('begin 644 a\r\n%:&5L;&\\\r\n`\r\nend\r\n', 'uuencode'), 'hello');
  assert.equal(decode('text before\nbegin 644 a\n%:&5L;&\\\nend\n', 'uuencode'), 'hello');
  assert.equal(decode('no such line', 'uuencode'), '');
  assert.equal(decode('begin 644 a\nM:&\n', 'uuencode').length, 1);
});

const ENCODINGS: readonly TransferEncoding[] = [
  '7bit',
  '8bit',
  'binary',
  'quoted-printable',
  'base64',
  'uuencode',
  'other',
];

test('the size is the length of what is decoded, for any octets and any range', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '=',
      '==',
      'QUJD',
      'QQ',
      '=3D',
      '=\r\n',
      ' ',
      '\t',
      '\r\n',
      '\r',
      '\n',
      'begin 644 x\n',
      'M',
      '-',
      '_',
      '*',
      '\xff',
    ),
    fc.string({ maxLength: 4, unit: 'binary-ascii' }),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    // Longer than the fast paths begin at.
    fc.array(piece, { minLength: 300, maxLength: 400 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(
      text,
      fc.constantFrom(...ENCODINGS),
      fc.nat(5),
      fc.nat(5),
      (content, encoding, before, after) => {
        const whole = bytes(`${'='.repeat(before)}${content}${'QUJD='.repeat(after)}`);
        const end = before + content.length;
        const body = whole.subarray(before, end);
        assert.equal(decodedSize(whole, before, end, encoding), decodeTransfer(body, encoding).length);
      },
    ),
    { numRuns: 1500 },
  );
});

test('what is encoded decodes to the same octets, in lines that may travel', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .array(
        fc.constantFrom('a', ' ', '\t', '=', '.', '\r\n', '\r', '\n', 'é', 'x'.repeat(80), ' '.repeat(80)),
        { maxLength: 40 },
      )
      .map((p) => new Uint8Array(Buffer.from(p.join('')))),
  );
  fc.assert(
    fc.property(content, fc.boolean(), fc.boolean(), (plain, isText, eightBit) => {
      for (const line of Buffer.from(encodeQuotedPrintable(plain)).toString('latin1').split('\r\n')) {
        assert.ok(line.length <= 76 && !/[ \t]$/.test(line) && !/[\r\n]/.test(line), JSON.stringify(line));
      }
      assert.deepEqual(
        Buffer.from(decodeTransfer(encodeQuotedPrintable(plain), 'quoted-printable')),
        Buffer.from(plain),
      );
      assert.deepEqual(Buffer.from(decodeTransfer(encodeBase64(plain), 'base64')), Buffer.from(plain));
      const { encoding, bytes: body } = encodeBody(plain, { eightBit, isText });
      assert.deepEqual(Buffer.from(decodeTransfer(body, encoding)), Buffer.from(plain));
      assert.ok(isLineData(body));
      if (!eightBit) assert.ok(body.every((octet) => octet < 0x80));
    }),
    { numRuns: 600 },
  );
});

test('a body is left alone where it can be', () => {
  const choose = (text: string, eightBit = false): string =>
    encodeBody(Buffer.from(text), { eightBit, isText: true }).encoding;
  assert.equal(choose('plain\r\ntext'), '7bit');
  assert.equal(choose('mostly ASCII with one ü in it, so that escapes are few'), 'quoted-printable');
  assert.equal(choose('日本語のテキスト'), 'base64');
  assert.equal(choose('日本語のテキスト', true), '8bit');
  assert.equal(choose('x'.repeat(999)), 'quoted-printable');
  assert.equal(choose('x'.repeat(998)), '7bit');
  assert.equal(choose('bare\nline feed'), 'quoted-printable');
  assert.equal(choose('bare\rreturn'), 'quoted-printable');
  assert.equal(encodeBody(Buffer.from([0, 1, 2]), { eightBit: true, isText: false }).encoding, 'base64');
});
