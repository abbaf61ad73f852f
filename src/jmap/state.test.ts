import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeState, encodeState } from './state.ts';
import { MethodError } from './errors.ts';
import { queryWindow, type WindowArguments } from './window.ts';

test('states survive a round trip; different places have different states', () => {
  const place = fc.tuple(fc.nat(), fc.maxSafeNat(), fc.nat());
  fc.assert(
    fc.property(place, place, (a, b) => {
      const text = encodeState(a[0], { change: a[1], offset: a[2] });
      assert.deepEqual(decodeState(text), { epoch: a[0], position: { change: a[1], offset: a[2] } });
      const other = encodeState(b[0], { change: b[1], offset: b[2] });
      assert.equal(text === other, a.join() === b.join());
    }),
  );
});

test('what was never issued is no state', () => {
  for (const bad of ['', 'b', 'b.', '.b', 'b.c.d.e', 'B.C', 'b c', 'b.8x', `b.${'c'.repeat(50)}`]) {
    assert.equal(decodeState(bad), undefined, bad);
  }
  fc.assert(fc.property(fc.string(), (text) => void decodeState(text)));
});

const all: WindowArguments = { position: 0, anchor: null, anchorOffset: 0, limit: null };
const ids = ['a', 'b', 'c', 'd', 'e'];
const window = (args: Partial<WindowArguments>, max = 100) => {
  const { start, end, limit } = queryWindow({ ...all, ...args }, ids.length, (id) => ids.indexOf(id), max);
  return [start, ids.slice(start, end).join(''), limit];
};

test('windows of a query', () => {
  assert.deepEqual(window({}), [0, 'abcde', undefined]);
  assert.deepEqual(window({ position: 2, limit: 2 }), [2, 'cd', undefined]);
  assert.deepEqual(window({ position: -2 }), [3, 'de', undefined]);
  assert.deepEqual(window({ position: -20 }), [0, 'abcde', undefined]);
  assert.deepEqual(window({ position: 20 }), [20, '', undefined]);
  assert.deepEqual(window({ limit: 0 }), [0, '', undefined]);
  assert.deepEqual(window({ anchor: 'c' }), [2, 'cde', undefined]);
  assert.deepEqual(window({ anchor: 'c', anchorOffset: -1, limit: 1 }), [1, 'b', undefined]);
  assert.deepEqual(window({ anchor: 'b', anchorOffset: -9 }), [0, 'abcde', undefined]);
  assert.deepEqual(window({ anchor: 'e', anchorOffset: 3 }), [7, '', undefined]);
  const furthest = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(window({ anchor: 'c', anchorOffset: furthest }), [furthest, '', undefined]);
  assert.deepEqual(window({ anchor: 'c', position: 4 }), [2, 'cde', undefined]);
  assert.throws(
    () => window({ anchor: 'x' }),
    (error) => error instanceof MethodError && error.type === 'anchorNotFound',
  );
});

test('the limit is told when the server lowered it', () => {
  assert.deepEqual(window({ limit: 4 }, 3), [0, 'abc', 3]);
  assert.deepEqual(window({ limit: 3 }, 3), [0, 'abc', undefined]);
  assert.deepEqual(window({}, 3), [0, 'abc', 3]);
  assert.deepEqual(window({ position: 3 }, 3), [3, 'de', undefined]);
});
