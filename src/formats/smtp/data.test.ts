import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DataDecoder } from './data.ts';

/** The rule of RFC 5321 §4.5.2 on the whole input at once. */
function model(input: string): { content: string; consumed: number; ended: boolean } {
  if (input.startsWith('.\r\n')) return { content: '', consumed: 3, ended: true };
  const end = input.indexOf('\r\n.\r\n');
  // What may yet become the end is held back.
  const body = end < 0 ? input.replace(/(^|\r\n)\.\r$/, '$1') : input.slice(0, end + 2);
  const content = body.replace(/(^|\r\n)\./g, '$1');
  return { content, consumed: end < 0 ? input.length : end + 5, ended: end >= 0 };
}

function decode(input: string, sizes: readonly number[] = [Infinity]) {
  const bytes = Buffer.from(input, 'latin1');
  const decoder = new DataDecoder();
  const out: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length && !decoder.ended; i++) {
    at += decoder.push(bytes.subarray(at, at + (sizes[i % sizes.length] as number)), out);
  }
  return { content: Buffer.concat(out).toString('latin1'), consumed: at, ended: decoder.ended };
}

test('the end is CRLF.CRLF, and the CRLF before the dot is content', () => {
  assert.deepEqual(decode('a\r\nb\r\n.\r\nQUIT\r\n'), { content: 'a\r\nb\r\n', consumed: 9, ended: true });
  assert.deepEqual(decode('.\r\n'), { content: '', consumed: 3, ended: true });
  assert.deepEqual(decode('\r\n.\r\n'), { content: '\r\n', consumed: 5, ended: true });
});

test('a dot that begins a line is taken away', () => {
  assert.equal(decode('..\r\n...\r\n.a\r\nb.\r\n.\r\n').content, '.\r\n..\r\na\r\nb.\r\n');
});

test('nothing but CRLF.CRLF ends the data', () => {
  for (const variant of [
    'x\n.\r\n',
    'x\n.\n',
    'x\r.\r\n',
    'x\r.\r',
    'x\r\n.\n',
    'x\r\n.\r',
    'x\r\r\n\n.\r\n',
    'x\r\n\n.\r\n',
    'x\r\n.\r\r\n',
    'x\r\n.\0\r\n',
  ]) {
    const { ended, content } = decode(`${variant}MAIL FROM:<evil@example.test>\r\n`);
    assert.equal(ended, false, JSON.stringify(variant));
    assert.ok(content.includes('MAIL FROM'), JSON.stringify(variant));
  }
});

test('bare CR and LF stay as they came', () => {
  const text = 'a\rb\nc\r\r\nd\n\r\n';
  assert.equal(decode(`${text}.\r\n`).content, text);
});

test('content is handed on without a copy when no line begins with a dot', () => {
  const bytes = Buffer.from(`${'line\r\n'.repeat(1000)}.\r\n`);
  const out: Buffer[] = [];
  const decoder = new DataDecoder();
  assert.equal(decoder.push(bytes, out), bytes.length);
  assert.equal(out.length, 1);
  assert.equal(out[0]?.buffer, bytes.buffer);
});

test('many dotted lines do not become many pieces', () => {
  const out: Buffer[] = [];
  new DataDecoder().push(Buffer.from('.x\r\n'.repeat(10_000)), out);
  assert.ok(out.length < 40, `${out.length} pieces`);
  assert.equal(Buffer.concat(out).toString(), 'x\r\n'.repeat(10_000));
});

test('any input, cut in any way, is read as the rule says', () => {
  const part = fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', '\r\n.\r', '.\r\n', 'a', 'bb', '\r\n.x');
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 80 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      (parts, sizes) => {
        const input = parts.join('');
        const expected = model(input);
        assert.deepEqual(decode(input), expected);
        assert.deepEqual(decode(input, sizes), expected);
      },
    ),
    { numRuns: 2000 },
  );
});
