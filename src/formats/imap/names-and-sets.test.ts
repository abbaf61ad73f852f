import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cursor, ImapSyntaxError } from './cursor.ts';
import { compilePattern } from './list-pattern.ts';
import { decodeUtf7, decodeUtf8, encodeUtf7, encodeUtf8 } from './mailbox-name.ts';
import {
  formatNumbers,
  formatRanges,
  inRanges,
  normalizeRanges,
  parseSequenceSet,
  rangesOf,
  resolveSet,
} from './sequence-set.ts';
import { ResponseWriter } from './writer.ts';

test('modified UTF-7 as in the standard', () => {
  assert.equal(decodeUtf7('~peter/mail/&U,BTFw-/&ZeVnLIqe-'), '~peter/mail/台北/日本語');
  assert.equal(encodeUtf7('~peter/mail/台北/日本語'), '~peter/mail/&U,BTFw-/&ZeVnLIqe-');
  assert.equal(encodeUtf7('a&b'), 'a&-b');
  assert.equal(decodeUtf7('&-&-'), '&&');
  assert.equal(encodeUtf7('Entwürfe'), 'Entw&APw-rfe');
  for (const bad of [
    '&',
    '&U,BTFw',
    '&Jjo!-',
    '&AGE-',
    '&U,BTFw-&ZeVnLIqe-',
    'é',
    'a\tb',
    '&2D0-',
    '&AOkA-',
    '&AOl-',
  ]) {
    assert.equal(decodeUtf7(bad), undefined, bad);
  }
});

test('every name survives modified UTF-7, and every encoding is the only one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      assert.equal(decodeUtf7(encodeUtf7(name)), name);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'&-A,BZ09+a/ '), maxLength: 12 }), (text) => {
      const name = decodeUtf7(text);
      if (name !== undefined) assert.equal(encodeUtf7(name), text);
    }),
    { numRuns: 2000 },
  );
});

test('UTF-8 names', () => {
  assert.equal(decodeUtf8(encodeUtf8('Entwürfe 日本')), 'Entwürfe 日本');
  assert.equal(decodeUtf8('\xff'), undefined);
  assert.equal(decodeUtf8('\xc0\x80'), undefined);
});

/** The plain recursive meaning of a pattern. */
function oracle(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const c = pattern.charAt(0);
  if (c === '*' || c === '%') {
    if (oracle(pattern.slice(1), name)) return true;
    return name !== '' && (c === '*' || !name.startsWith('/')) && oracle(pattern, name.slice(1));
  }
  return name.startsWith(c) && oracle(pattern.slice(1), name.slice(1));
}

test('wildcards mean what they mean', () => {
  const text = (chars: string): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...chars), maxLength: 10 });
  fc.assert(
    fc.property(text('ab/*%'), text('ab/'), (pattern, name) => {
      assert.equal(compilePattern(pattern)(name), oracle(pattern, name), `${pattern} ${name}`);
    }),
    { numRuns: 3000 },
  );
});

test('INBOX matches without case, other names with it', () => {
  assert.ok(compilePattern('inbox')('INBOX'));
  assert.ok(compilePattern('inB%')('INBOX'));
  assert.ok(compilePattern('Inbox/%')('INBOX/a'));
  assert.ok(!compilePattern('inbox/A')('INBOX/a'));
  assert.ok(!compilePattern('work')('Work'));
  assert.ok(!compilePattern('inboxes')('INBOXES'));
});

test('a hostile pattern costs little', () => {
  const matcher = compilePattern('%a*'.repeat(1000));
  assert.equal(matcher('a'.repeat(900)), false);
});

const set = (text: string): ReturnType<typeof parseSequenceSet> => {
  const cursor = Cursor.of(text);
  const value = parseSequenceSet(cursor);
  cursor.end();
  return value;
};

test('sets resolve `*` to the highest number', () => {
  const resolve = (text: string, highest: number): string => formatRanges(resolveSet(set(text), highest));
  assert.equal(resolve('2,4:7,9,12:*', 15), '2,4:7,9,12:15');
  assert.equal(resolve('*:4,5:7', 10), '4:10');
  assert.equal(resolve('5:*', 3), '3:5');
  assert.equal(resolve('4:2', 9), '2:4');
  assert.equal(resolve('*', 7), '7');
  assert.equal(set('$').saved, true);
  for (const bad of ['', '0', '1:', '1,', ',1', '1::2', '1:2:3', 'a', '-1', '4294967296', '$,1', '1,$']) {
    assert.throws(() => set(bad), ImapSyntaxError, bad);
  }
});

test('ranges are the union of what was asked', () => {
  const pair = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 12 }), (pairs) => {
      const ranges = normalizeRanges(pairs.flat());
      const members: number[] = [];
      for (let n = 1; n <= 60; n++) {
        const inside = pairs.some(([a, b]) => n >= Math.min(a, b) && n <= Math.max(a, b));
        assert.equal(inRanges(ranges, n), inside);
        if (inside) members.push(n);
      }
      assert.equal(formatNumbers(members), formatRanges(ranges));
      assert.deepEqual(rangesOf(members), ranges);
    }),
  );
});

test('the writer gives back what went in, in order', () => {
  const item = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b).toString('latin1')),
    fc.uint8Array({ maxLength: 40_000, size: 'max' }),
    fc.maxSafeNat(),
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), fc.nat(20), (items, takeAt) => {
      const writer = new ResponseWriter();
      const chunks: Uint8Array[] = [];
      let expected = '';
      for (const [i, value] of items.entries()) {
        if (i === takeAt) chunks.push(...writer.take());
        if (typeof value === 'string') writer.text(value);
        else if (typeof value === 'number') writer.number(value);
        else writer.raw(value);
        expected += value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
      }
      const { size } = writer;
      const last = writer.take();
      assert.equal(size, Buffer.concat(last).length);
      assert.equal(Buffer.concat([...chunks, ...last]).toString('latin1'), expected);
      assert.equal(writer.size, 0);
    }),
    { numRuns: 50 },
  );
  for (const n of [0, 9, 10, 99, 4294967295, 4294967296, 4294967299, Number.MAX_SAFE_INTEGER]) {
    assert.equal(Buffer.concat(new ResponseWriter().number(n).take()).toString(), String(n));
  }
});

test('whole responses and lists of numbers', () => {
  const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  const writer = new ResponseWriter();
  let expected = '';
  for (let n = 1; n < 5000; n += 7) {
    writer.response(n, octets(' FETCH (UID '), n * 857_143, octets(' FLAGS (\\Seen))\r\n'));
    expected += `* ${n} FETCH (UID ${n * 857_143} FLAGS (\\Seen))\r\n`;
    writer.response(n, octets(' FETCH (FLAGS ())\r\n'), -1, octets('never'));
    expected += `* ${n} FETCH (FLAGS ())\r\n`;
  }
  writer.numbers([0, 9, 10, 4_294_967_295, 77], 4).numbers([], 0);
  expected += ' 0 9 10 4294967295';
  assert.equal(Buffer.concat(writer.take()).toString('latin1'), expected);
});
