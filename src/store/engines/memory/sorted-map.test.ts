import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareBytes } from '../../../base/index.ts';
import { SortedMap } from './sorted-map.ts';

const key = fc.uint8Array({ minLength: 1, maxLength: 2 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, key) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('delete' as const), key, key) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('deleteRange' as const), key, key) },
);

describe('SortedMap', () => {
  it('behaves as a list that is sorted anew after each step, and copies stay as they were', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(200), (steps, copyAt) => {
        const map = new SortedMap();
        let model = new Map<string, Uint8Array>();
        let copy: { map: SortedMap; rows: string } | undefined;
        for (const [i, [what, a, b]] of steps.entries()) {
          if (i === copyAt) copy = { map: map.copy(), rows: rows(map) };
          const text = Buffer.from(a).toString('hex');
          if (what === 'set') {
            map.set(a, b);
            model.set(text, b);
          } else if (what === 'delete') {
            map.delete(a);
            model.delete(text);
          } else {
            map.deleteRange(a, b);
            const outside = ([k]: [string, Uint8Array]): boolean => {
              const bytes = Buffer.from(k, 'hex');
              return compareBytes(bytes, a) < 0 || compareBytes(bytes, b) >= 0;
            };
            model = new Map([...model].filter(outside));
          }
        }
        const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
        assert.equal(rows(map), sorted.map(([k, v]) => `${k}=${Buffer.from(v).toString('hex')}`).join());
        assert.equal(map.size, model.size);
        if (copy) assert.equal(rows(copy.map), copy.rows);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps order over many chunks, whatever the order of insertion', () => {
    for (const next of [(i: number) => i, (i: number) => 5000 - i, (i: number) => (i * 2531) % 5003]) {
      const map = new SortedMap();
      for (let i = 1; i <= 5000; i++) map.set(number(next(i)), number(i));
      let before = -1;
      let count = 0;
      map.ascend(number(0), number(1e6), (k) => {
        const value = Buffer.from(k).readUInt32BE();
        assert.ok(value > before);
        before = value;
        count++;
        return true;
      });
      assert.equal(count, map.size);
      assert.deepEqual(map.first(number(7), number(9)), number(7));
      map.deleteRange(number(10), number(4990));
      assert.equal(map.first(number(10), number(4990)), undefined);
      assert.ok(map.size < 25);
    }
  });
});

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return new Uint8Array(bytes);
}

/** The rows as text, ascending; throws when descending gives others. */
function rows(map: SortedMap): string {
  const all = [Uint8Array.of(0), new Uint8Array(8).fill(255)] as const;
  const up: string[] = [];
  const down: string[] = [];
  const text = (k: Uint8Array, v: Uint8Array): string =>
    `${Buffer.from(k).toString('hex')}=${Buffer.from(v).toString('hex')}`;
  map.ascend(all[0], all[1], (k, v) => up.push(text(k, v)) > 0);
  map.descend(all[0], all[1], (k, v) => down.push(text(k, v)) > 0);
  assert.deepEqual(down.reverse(), up);
  return up.join();
}
