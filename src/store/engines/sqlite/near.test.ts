import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keys } from '../../index.ts';
import { openForWriting } from './layout.ts';
import { NearKeys } from './near.ts';
import { Reader } from './reader.ts';
import { WriterRows } from './rows.ts';

const key = (id: number, account = 7): Uint8Array => keys.documentKey(account, 1, id);
const from = (first: number, count: number, step = 1): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => key(first + i * step));

describe('keys that lie close together', () => {
  it('are those of one short range, in any order', () => {
    const near = NearKeys.of(from(100, 20, 3).toReversed());
    assert.deepEqual(near?.from, key(100));
    near?.add(key(103), Uint8Array.of(1));
    assert.deepEqual(near?.valueOf(key(103)), Uint8Array.of(1));
    assert.equal(near?.valueOf(key(106)), undefined);
  });

  it('are not few, wide apart, of other places or of other lengths', () => {
    assert.equal(NearKeys.of(from(100, 15)), undefined);
    assert.equal(NearKeys.of(from(100, 20, 5)), undefined);
    assert.equal(NearKeys.of([...from(100, 20), key(110, 8)]), undefined);
    assert.equal(NearKeys.of([...from(100, 20), keys.headKey(7)]), undefined);
    assert.equal(NearKeys.of([]), undefined);
  });

  it('read as a range give what lookups give', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'near-'));
    const file = path.join(folder, 'store');
    const db = openForWriting(file, { cacheBytes: 1 << 20 });
    const rows = new WriterRows(db);
    // Rows of both tables, with gaps, the ends of the numbers, and keys that are longer than their neighbours.
    const places = [keys.documentKey, keys.coldKey];
    for (const place of places) {
      for (let id = 0; id < 3000; id++)
        if (id % 7 !== 3) rows.set(place(7, 1, id), Buffer.from(`value ${id}`));
      for (let id = 0xffff_ff00; id <= 0xffff_ffff; id += 2)
        rows.set(place(7, 1, id), Buffer.from(`value ${id}`));
      rows.set(Buffer.concat([place(7, 1, 500), Buffer.of(0)]), Buffer.from('another'));
    }
    const reader = new Reader(file, 0);
    try {
      const ids = fc.oneof(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 450, max: 560 }),
        fc.integer({ min: 0xffff_ff80, max: 0xffff_ffff }),
      );
      fc.assert(
        fc.property(
          fc.constantFrom(...places),
          fc.array(ids, { maxLength: 300 }),
          fc.integer({ min: 0, max: 2000 }),
          (place, some, first) => {
            for (const list of [some, Array.from({ length: 1500 }, (_, i) => first + i)]) {
              const asked = list.map((id) => place(7, 1, id));
              assert.deepEqual(
                reader.getMany(asked),
                asked.map((one) => reader.get(one)),
              );
            }
          },
        ),
        { numRuns: 50 },
      );
    } finally {
      reader.close();
      db.close();
      rmSync(folder, { recursive: true });
    }
  });
});
