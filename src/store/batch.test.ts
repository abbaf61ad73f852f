import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomBytes, toHex } from '../base/index.ts';
import { BatchReader, FlatBatch, Op } from './batch.ts';

const key = Uint8Array.of(0x20, 1);
const hash = new Uint8Array(32).fill(5);

describe('FlatBatch', () => {
  it('reads back every call in order, however the buffer grew', () => {
    const batch = new FlatBatch(100, 16);
    const large = randomBytes(100_000);
    batch
      .set(key, large)
      .delete(key)
      .deleteRange({ from: key, to: Uint8Array.of(0x30) })
      .add(key, -3)
      .addUpTo(key, 4n, -(1n << 63n))
      .putBlob(hash, new Uint8Array(100))
      .putBlob(hash, new Uint8Array(101))
      .putBlob(hash, { path: '/a', size: 1 })
      .assert(key, Uint8Array.of())
      .assert(key, 'absent')
      .assert(key, 'present')
      .assertEmpty({ from: key, to: Uint8Array.of(0x30) });
    assert.ok(batch.size > 100_100);
    assert.deepEqual(
      batch.outside.map(({ content }) => (content instanceof Uint8Array ? content.length : content.path)),
      [101, '/a'],
    );
    const rows = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    const reader = new BatchReader(batch.seal(rows));
    assert.deepEqual([reader.changes, reader.conditions], [8, 5]);
    for (let turn = 0; turn < 2; turn++) {
      const seen: [number, number, string][] = [];
      while (reader.next()) {
        if (reader.op === Op.Add) assert.equal(reader.delta, -3n);
        if (reader.op === Op.AddUpTo) assert.deepEqual([reader.delta, reader.max], [4n, -(1n << 63n)]);
        const { value } = reader;
        seen.push([reader.op, reader.key.length, value.length > 10 ? String(value.length) : toHex(value)]);
      }
      assert.deepEqual(
        seen.map(([op]) => op),
        [
          Op.Set,
          Op.Delete,
          Op.DeleteRange,
          Op.Add,
          Op.AddUpTo,
          Op.PutBlob,
          Op.PutBlob,
          Op.PutBlob,
          Op.AssertValue,
          Op.AssertAbsent,
          Op.AssertPresent,
          Op.AssertEmpty,
        ],
      );
      assert.deepEqual(seen[0], [Op.Set, 2, '100000']);
      assert.deepEqual(seen.slice(5, 8), [
        [Op.PutBlob, 33, '101'],
        [Op.PutBlob, 33, '010203'],
        [Op.PutBlob, 33, '04'],
      ]);
      assert.deepEqual(seen[11], [Op.AssertEmpty, 2, '30']);
      reader.rewind();
    }
  });

  it('copies what it is given, except large blobs', () => {
    const value = Uint8Array.of(1);
    const batch = new FlatBatch(10).set(key, value);
    value[0] = 2;
    const reader = new BatchReader(batch.seal());
    reader.next();
    assert.deepEqual(reader.value, Uint8Array.of(1));
  });

  it('refuses wrong keys, hashes and counters, and a second use', () => {
    const batch = new FlatBatch(10);
    assert.throws(() => batch.set(new Uint8Array(), key), RangeError);
    assert.throws(() => batch.delete(new Uint8Array(1025)), RangeError);
    assert.throws(() => batch.putBlob(key, key), RangeError);
    assert.throws(() => batch.add(key, 1n << 63n), RangeError);
    assert.throws(() => batch.add(key, 0.5), RangeError);
    const without = new FlatBatch(10).putBlob(hash, new Uint8Array(11));
    const reader = new BatchReader(without.seal());
    assert.throws(() => reader.next(), /without the rows/);
    assert.throws(() => without.seal(), /once/);
    assert.throws(() => without.set(key, key), /after its commit/);
  });
});
