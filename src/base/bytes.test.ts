// Byte strings: order, prefixes, and what writers write and readers read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter, compareBytes, concatBytes, prefixEnd } from './bytes.ts';

const bytes = () => fc.uint8Array({ maxLength: 40 });

test('the end of a prefix lies behind everything that begins with it, and before all else', () => {
  assert.equal(prefixEnd(Uint8Array.of(0xff, 0xff)), undefined);
  fc.assert(
    fc.property(bytes(), bytes(), bytes(), (prefix, more, other) => {
      const end = prefixEnd(prefix);
      if (!end) return;
      assert.ok(compareBytes(concatBytes(prefix, more), end) < 0);
      const begins = compareBytes(other.subarray(0, prefix.length), prefix) === 0;
      const within = compareBytes(other, prefix) >= 0 && compareBytes(other, end) < 0;
      assert.equal(within, begins);
    }),
  );
});

const field = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat({ max: 0xff }) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.nat({ max: 0xffff }) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.nat({ max: 0xffff_ffff }) }),
  fc.record({ kind: fc.constant('u53' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
);

test('a reader reads what a writer wrote, and nothing past the end', () => {
  fc.assert(
    fc.property(fc.array(field), fc.nat({ max: 64 }), (fields, capacity) => {
      const writer = new ByteWriter(capacity);
      for (const { kind, value } of fields) (writer[kind] as (value: unknown) => unknown)(value);
      const written = writer.copy();
      const reader = new ByteReader(written);
      for (const { kind, value } of fields) {
        const read = reader[kind]();
        assert.deepEqual(
          typeof read === 'object' ? Array.from(read) : read,
          typeof value === 'object' ? Array.from(value) : value,
        );
      }
      assert.equal(reader.more, false);
      assert.throws(() => reader.u8(), RangeError);
    }),
  );
});
