import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concatBytes } from '../base/index.ts';
import { StoreCorrupt } from '../store/index.ts';
import { fuzz } from './fuzz.ts';
import { AccountHead, decodeHead, EMPTY_HEAD, encodeHead } from './head.ts';
import { decodeLogRecord, encodeLogRecord, entriesOfType, timeOfRecord } from './log-record.ts';
import { DataType, type LogEntry } from './types.ts';

const u53 = fc.maxSafeNat();
const u32 = fc.nat({ max: 0xffff_ffff });
const numbers = fc.array(u53, { maxLength: 18 });
const head = fc.record({
  change: u53,
  epoch: u32,
  horizon: u53,
  lastUidValidity: u32,
  nextDocument: u53,
  usedBytes: u53,
  revision: u53,
  writer: u53,
  closed: fc.boolean(),
  states: numbers,
  counts: numbers,
});
const ids = fc.array(u32, { maxLength: 4 });
const entry: fc.Arbitrary<LogEntry> = fc.record(
  {
    type: fc.constantFrom(...Object.values(DataType)),
    id: u32,
    kind: fc.constantFrom('create' as const, 'update' as const, 'destroy' as const),
    aspects: fc.nat({ max: 255 }),
    before: ids,
    after: ids,
  },
  { noNullPrototype: true },
);
const record = fc.record(
  {
    time: u53,
    origin: fc.string({ unit: 'binary', maxLength: 200 }),
    delivery: fc.boolean(),
    entries: fc.array(entry, { maxLength: 30 }),
  },
  { noNullPrototype: true },
);
const appended = fc.uint8Array({ maxLength: 20 });

describe('account head', () => {
  it('comes back as it was, with fields of later versions passed over', () => {
    fc.assert(
      fc.property(head, appended, (fields, more) => {
        const read = decodeHead(concatBytes(encodeHead(fields), more));
        for (let type = 0; type < 20; type++) {
          assert.equal(read.state(type as DataType), fields.states[type] ?? 0);
          assert.equal(read.count(type as DataType), fields.counts[type] ?? 0);
        }
        assert.deepEqual(
          { ...read, states: [], counts: [] },
          { ...new AccountHead(fields), states: [], counts: [] },
        );
      }),
    );
  });

  it('is refused when it is cut or of another version', () => {
    const bytes = encodeHead({ ...EMPTY_HEAD, states: [0, 5, 9], counts: [0, 1, 2] });
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeHead(bytes.subarray(0, length)), StoreCorrupt);
    assert.throws(() => decodeHead(Uint8Array.of(2, ...bytes.subarray(1))), StoreCorrupt);
  });
});

describe('log record', () => {
  it('comes back as it was, with fields of later versions passed over', () => {
    fc.assert(
      fc.property(record, appended, (written, more) => {
        const bytes = concatBytes(encodeLogRecord(written), more);
        const read = decodeLogRecord(77, bytes);
        const origin = Buffer.from(written.origin).toString();
        assert.deepEqual(read, { change: 77, ...written, origin });
        assert.equal(timeOfRecord(77, bytes), written.time);
      }),
    );
  });

  it('gives the entries of a type with their places', () => {
    fc.assert(
      fc.property(record, fc.constantFrom(...Object.values(DataType)), (written, type) => {
        const bytes = encodeLogRecord(written);
        const wanted = written.entries.filter((one) => one.type === type);
        const found = entriesOfType(1, bytes, type);
        assert.equal(found.count, written.entries.length);
        assert.deepEqual(found.entries, wanted);
        assert.deepEqual(
          found.offsets.map((offset) => written.entries[offset]),
          wanted,
        );
        const moves = entriesOfType(1, bytes, type, 'movesOnly');
        assert.deepEqual(moves.entries, wanted.some(({ kind }) => kind !== 'update') ? wanted : []);
      }),
    );
  });

  it('is refused when it is cut', () => {
    const entries: LogEntry[] = [
      { type: DataType.Email, id: 300, kind: 'update', aspects: 16, before: [1], after: [1, 2] },
    ];
    const bytes = encodeLogRecord({ time: 1, origin: 'c', delivery: true, entries });
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeLogRecord(1, bytes.subarray(0, length)), StoreCorrupt);
  });
});

it('nothing but StoreCorrupt comes of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => fuzz(bytes)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(record, fc.nat(), fc.nat(255), (written, at, value) => {
      const bytes = encodeLogRecord(written);
      bytes[at % bytes.length] = value;
      fuzz(bytes);
    }),
  );
  fc.assert(
    fc.property(head, fc.nat(), fc.nat(255), (fields, at, value) => {
      const bytes = encodeHead(fields);
      bytes[at % bytes.length] = value;
      fuzz(bytes);
    }),
  );
});
