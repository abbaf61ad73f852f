import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ByteQueue, LineTooLong } from './byte-queue.ts';

const queueOf = (...pieces: string[]): ByteQueue => {
  const queue = new ByteQueue();
  for (const piece of pieces) queue.push(Buffer.from(piece, 'latin1'));
  return queue;
};

/** Every line that can be read now; `!` for one that was too long. */
function lines(queue: ByteQueue, max: number): string[] {
  const all: string[] = [];
  for (;;) {
    try {
      const line = queue.line(max);
      if (line === undefined) return all;
      all.push(line.toString('latin1'));
    } catch (error) {
      assert.ok(error instanceof LineTooLong);
      all.push('!');
    }
  }
}

test('lines end in CRLF or LF, and a lone CR is content', () => {
  const queue = queueOf('a\r\nb\n\r\n\nc\rd\r\n\r', '\n', 'rest');
  assert.deepEqual(lines(queue, 100), ['a', 'b', '', '', 'c\rd', '']);
  assert.equal(queue.length, 4);
  assert.equal(queue.line(100), undefined);
});

test('the maximum counts the end of the line', () => {
  assert.deepEqual(lines(queueOf('12345678\r\n', '123456789\r\n', 'ok\r\n'), 10), ['12345678', '!', 'ok']);
  assert.deepEqual(lines(queueOf('123456789', '\r\nok\r\n'), 10), ['!', 'ok']);
});

test('an endless line costs no memory and one error', () => {
  const queue = new ByteQueue();
  const piece = Buffer.alloc(1000, 0x61);
  for (let i = 0; i < 1000; i++) {
    queue.push(piece);
    assert.equal(queue.line(4096), undefined);
    assert.ok(queue.length <= 4096);
  }
  queue.push(Buffer.from('\r\nnext\r\n'));
  assert.deepEqual(lines(queue, 4096), ['!', 'next']);
});

test('lines do not depend on how the bytes were cut', () => {
  const alphabet = fc.constantFrom('\r', '\n', '\r\n', 'a', 'bc', 'x'.repeat(30));
  fc.assert(
    fc.property(
      fc.array(alphabet),
      fc.array(fc.nat(7)),
      fc.integer({ min: 2, max: 40 }),
      (parts, cuts, max) => {
        const text = parts.join('');
        const expected = text
          .split('\n')
          .slice(0, -1)
          .map((line) => (line.length + 1 > max ? '!' : line.replace(/\r$/, '')));
        const queue = new ByteQueue();
        const actual: string[] = [];
        let at = 0;
        for (let i = 0; at < text.length; i++) {
          const size = (cuts[i % Math.max(cuts.length, 1)] ?? 3) + 1;
          queue.push(Buffer.from(text.slice(at, at + size), 'latin1'));
          at += size;
          if (i % 3 === 0) actual.push(...lines(queue, max));
        }
        actual.push(...lines(queue, max));
        assert.deepEqual(actual, expected);
      },
    ),
  );
});

test('taking, peeking and reading lines see the same bytes', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), text: fc.string({ maxLength: 3000 }) }),
    fc.record({ kind: fc.constant('take' as const), count: fc.nat(2500) }),
    fc.record({ kind: fc.constant('together' as const), count: fc.nat(5000) }),
    fc.record({ kind: fc.constant('line' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      let model = '';
      for (const step of steps) {
        if (step.kind === 'push') {
          const bytes = Buffer.from(step.text, 'utf8');
          queue.push(bytes);
          model += bytes.toString('latin1');
        } else if (step.kind === 'take') {
          const piece = queue.take(step.count)?.toString('latin1') ?? '';
          assert.ok(step.count === 0 || model === '' || piece.length > 0);
          assert.equal(piece, model.slice(0, piece.length));
          model = model.slice(piece.length);
        } else if (step.kind === 'together') {
          const view = queue.peekTogether(step.count)?.toString('latin1') ?? '';
          assert.ok(view.length >= Math.min(step.count, model.length));
          assert.ok(model.startsWith(view));
        } else {
          const line = queue.line(1e6);
          const end = model.indexOf('\n');
          assert.equal(
            line?.toString('latin1'),
            end < 0 ? undefined : model.slice(0, end).replace(/\r$/, ''),
          );
          if (end >= 0) model = model.slice(end + 1);
        }
        assert.equal(queue.length, model.length);
      }
      assert.equal(Buffer.concat(queue.drain()).toString('latin1'), model);
    }),
  );
});
