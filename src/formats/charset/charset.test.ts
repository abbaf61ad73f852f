import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import iconv from 'iconv-lite';
import { decodeCharset, decodeUtf8, isKnownCharset } from './index.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('every character set of mail decodes', () => {
  const samples: [label: string, bytes: Uint8Array, text: string][] = [
    ['utf-8', hex('c3bc e697a5 f09f8e89'), 'ü日🎉'],
    ['UTF8', hex('efbbbf 61'), 'a'],
    ['iso-8859-1', hex('fc'), 'ü'],
    ['ISO8859-15', hex('a4'), '€'],
    ['windows-1252', hex('80'), '€'],
    ['cp1252', hex('80'), '€'],
    ['windows-1251', hex('cfd0c8'), 'ПРИ'],
    ['koi8-r', hex('d0d2c9'), 'при'],
    ['Shift_JIS', hex('93fa967b'), '日本'],
    ['cp932', hex('93fa967b'), '日本'],
    ['euc-jp', hex('c6fccbdc'), '日本'],
    ['iso-2022-jp', hex('1b2442 467c 4b5c 1b2842'), '日本'],
    ['iso-2022-jp-ms', hex('1b2442 467c 4b5c 1b2842'), '日本'],
    ['gb2312', hex('d6d0'), '中'],
    ['gb18030', hex('d6d0'), '中'],
    ['cp936', hex('d6d0'), '中'],
    ['big5', hex('a4a4'), '中'],
    ['euc-kr', hex('c7d1'), '한'],
    ['ks_c_5601-1987', hex('c7d1'), '한'],
    ['cp949', hex('c7d1'), '한'],
    ['iso-2022-kr', hex('1b242943 0e 4751 0f 61'), '한a'],
    ['hz-gb-2312', Buffer.from('a~{VP~}~~b'), 'a中~b'],
    ['utf-16le', hex('6100 fc00'), 'aü'],
    ['utf-16', hex('feff 0061'), 'a'],
    ['utf-32', hex('0000feff 00000061'), 'a'],
    ['cp437', hex('81'), 'ü'],
    ['ibm850', hex('81'), 'ü'],
    ['macintosh', hex('9f'), 'ü'],
    ['"utf-8"', hex('c3bc'), 'ü'],
  ];
  for (const [label, bytes, text] of samples) {
    assert.equal(isKnownCharset(label), true, label);
    assert.deepEqual(decodeCharset(bytes, label), { text, isEncodingProblem: false }, label);
  }
  assert.equal(decodeCharset(iconv.encode('Việt Nam', 'viscii'), 'VISCII').text, 'Việt Nam');
  assert.equal(decodeCharset(Buffer.from('Hi +ZeVnLIqe-!'), 'utf-7').text, 'Hi 日本語!');
});

test('ASCII with 8-bit octets is guessed and reported', () => {
  assert.deepEqual(decodeCharset(Buffer.from('plain'), undefined), {
    text: 'plain',
    isEncodingProblem: false,
  });
  assert.deepEqual(decodeCharset(hex('c3bc'), 'us-ascii'), { text: 'ü', isEncodingProblem: true });
  assert.deepEqual(decodeCharset(hex('fc'), ''), { text: 'ü', isEncodingProblem: true });
});

test('unknown labels and broken sequences are reported, never thrown', () => {
  for (const label of [
    'x-nobody',
    'unknown-8bit',
    'base64',
    'hex',
    'replacement',
    '__proto__',
    'constructor',
    '../../etc',
    'a'.repeat(5000),
  ]) {
    assert.equal(isKnownCharset(label), false, label.slice(0, 20));
    assert.deepEqual(
      decodeCharset(hex('61 fc'), label),
      { text: 'aü', isEncodingProblem: true },
      label.slice(0, 20),
    );
  }
  assert.deepEqual(decodeCharset(hex('61 ff 62'), 'utf-8'), { text: 'a\ufffdb', isEncodingProblem: true });
  assert.deepEqual(decodeCharset(hex('d6'), 'gbk'), { text: '\ufffd', isEncodingProblem: true });
  // A replacement character that was sent is no problem.
  assert.deepEqual(decodeUtf8(Buffer.from('\ufffd')), { text: '\ufffd', isEncodingProblem: false });
});

test('any octets under any label give text', () => {
  const labels = fc.oneof(
    fc.constantFrom('utf-8', 'utf-7', 'iso-2022-kr', 'hz', 'iso-2022-jp', 'gb18030', 'utf-16', 'big5', 'x'),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), labels, (bytes, label) => {
      assert.equal(typeof decodeCharset(bytes, label).text, 'string');
    }),
    { numRuns: 500 },
  );
});
