// What every data store does: random batches against the model, concurrent writers, conflicts, counters, scans.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareBytes, concatBytes, toHex } from '../../base/index.ts';
import { Subspace } from '../keys.ts';
import type { DataStore, Key, Range, ReadView, Stores } from '../types.ts';
import { fill, Model, type Step, type Verdict, verdictOf } from './model.ts';

export interface Case {
  readonly name: string;
  readonly run: (stores: Stores) => Promise<void>;
}

const ALL: Range = { from: Uint8Array.of(0), to: new Uint8Array(1024).fill(0xff) };
/** Subspaces in all three tables of the embedded engine, and both ends of the key space. */
const SPACES = [0x00, Subspace.Head, Subspace.Queue, 0x3f, Subspace.Cold, Subspace.Snapshot, 0x43, 0xfe];

const key = fc
  .tuple(fc.constantFrom(...SPACES), fc.uint8Array({ maxLength: 2, max: 3 }))
  .map(([space, rest]) => concatBytes(Uint8Array.of(space), rest));
const counter = fc.nat(2).map((n) => Uint8Array.of(Subspace.Counter, n));
const value = fc.uint8Array({ maxLength: 6 });
const range = fc
  .tuple(key, key)
  .map(([a, b]): Range => (compareBytes(a, b) <= 0 ? { from: a, to: b } : { from: b, to: a }));
const delta = fc.bigInt({ min: -9n, max: 9n });
const expected = fc.oneof(value, fc.constant('absent' as const), fc.constant('present' as const));

const change: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), key, value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteRange' as const), range }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), key: counter, delta }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: change },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assert' as const), key, expected }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assertEmpty' as const), range }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('addUpTo' as const),
      key: counter,
      delta,
      max: fc.bigInt({ min: -5n, max: 30n }),
    }),
  },
);
const batch = fc.array(step, { maxLength: 12 });

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const numbered = (space: number, n: number): Key => bytes(space, n >>> 16, n >>> 8, n);

export const DATA_CASES: readonly Case[] = [
  {
    name: 'applies random batches as the model does',
    run: ({ data }) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(batch, { maxLength: 10 }),
          fc.array(range, { maxLength: 4 }),
          async (batches, ranges) => {
            await clear(data);
            const model = new Model();
            for (const steps of batches) {
              assert.deepEqual(
                plain(await verdictOf(data.commit(fill(data.newBatch(), steps)))),
                plain(model.commit(steps)),
              );
            }
            for (const one of [ALL, ...ranges]) await sameRows(data, one, model);
            const keys = [
              ...new Set(batches.flat().flatMap((one) => ('key' in one ? [toHex(one.key)] : []))),
            ];
            const found = await data.getMany(keys.map((hex) => Uint8Array.fromHex(hex)));
            assert.deepEqual(
              found.map(hexOf),
              keys.map((hex) => hexOf(model.rows.get(hex))),
            );
            for (const hex of keys)
              assert.deepEqual(hexOf(await data.get(Uint8Array.fromHex(hex))), hexOf(model.rows.get(hex)));
          },
        ),
        { numRuns: 60 },
      ),
  },
  {
    name: 'orders the batches of concurrent writers, and shows each whole',
    run: ({ data }) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 6 }), {
            minLength: 2,
            maxLength: 6,
          }),
          async (writers) => {
            await clear(data);
            const order: Step[][] = [];
            await Promise.all(writers.map((batches) => inTurn(data, batches, order)));
            const model = new Model();
            // each batch moved the head by one: the head tells the order in which they were applied
            for (const steps of order) assert.equal(model.commit(steps), 'ok');
            await sameRows(data, ALL, model);
          },
        ),
        { numRuns: 25 },
      ),
  },
  {
    name: 'applies nothing of a batch with a condition that does not hold, and names its key',
    run: async ({ data }) => {
      const [a, b, c] = [bytes(0x20, 1), bytes(0x20, 2), bytes(0x42, 3)];
      assert.deepEqual(await data.commit(data.newBatch().set(a, bytes(1)).assert(a, 'absent')), { ok: true });
      const refused: [Step[], Key][] = [
        [[{ do: 'assert', key: a, expected: 'absent' }], a],
        [[{ do: 'assert', key: b, expected: 'present' }], b],
        [[{ do: 'assert', key: a, expected: bytes(2) }], a],
        [[{ do: 'assert', key: a, expected: bytes(1, 0) }], a],
        [[{ do: 'assert', key: b, expected: bytes() }], b],
        [[{ do: 'assertEmpty', range: { from: bytes(0x10), to: bytes(0x50) } }], a],
        [
          [
            { do: 'assert', key: a, expected: 'present' },
            { do: 'assert', key: b, expected: 'present' },
          ],
          b,
        ],
      ];
      for (const [conditions, conflict] of refused) {
        const changes: Step[] = [
          { do: 'set', key: c, value: bytes(9) },
          { do: 'delete', key: a },
        ];
        const result = await data.commit(fill(data.newBatch(), [...changes, ...conditions]));
        assert.deepEqual(result, { ok: false, conflict });
        assert.equal(result.ok, false);
        assert.deepEqual((await data.getMany([a, c])).map(hexOf), ['01', undefined]);
      }
      const held = data.newBatch().assert(a, bytes(1)).assert(b, 'absent').assert(a, 'present');
      assert.deepEqual(await data.commit(held.assertEmpty({ from: bytes(0x20, 2), to: bytes(0x50) })), {
        ok: true,
      });
      await assert.rejects(data.commit(held), /once/);
      assert.throws(() => held.set(a, bytes()), /after its commit/);
    },
  },
  {
    name: 'lets one of many writers win that assert the same value',
    run: async ({ data }) => {
      const head = bytes(0x20, 0);
      for (let round = 0; round < 5; round++) {
        const before = await data.get(head);
        const tries = Array.from({ length: 30 }, (_, i) =>
          data.commit(
            data
              .newBatch()
              .assert(head, before ?? 'absent')
              .set(head, bytes(round, i)),
          ),
        );
        const results = await Promise.all(tries);
        assert.equal(results.filter(({ ok }) => ok).length, 1);
        const won = results.findIndex(({ ok }) => ok);
        assert.equal(hexOf(await data.get(head)), toHex(bytes(round, won)));
      }
    },
  },
  {
    name: 'counts in 64 bits and refuses what passes a bound',
    run: async ({ data }) => {
      const a = bytes(Subspace.Counter, 1);
      const b = bytes(Subspace.Counter, 2);
      const read = async (k: Key): Promise<bigint> =>
        Buffer.from((await data.get(k)) ?? new Uint8Array(8)).readBigInt64BE();
      await data.commit(
        data
          .newBatch()
          .add(a, 5)
          .add(a, -7n)
          .add(b, (1n << 62n) - 1n),
      );
      assert.equal(hexOf(await data.get(a)), 'fffffffffffffffe');
      await data.commit(data.newBatch().add(b, 1n << 62n));
      assert.equal(await read(b), (1n << 63n) - 1n);
      const limit = { name: 'LimitExceeded', value: 20 };
      await assert.rejects(
        data.commit(data.newBatch().set(bytes(0x20), bytes(1)).addUpTo(a, 23n, 20n)),
        limit,
      );
      assert.equal(await data.get(bytes(0x20)), undefined);
      // two additions of one batch that pass the bound only together
      await assert.rejects(data.commit(data.newBatch().addUpTo(a, 12n, 20n).addUpTo(a, 12n, 20n)), limit);
      assert.equal(await read(a), -2n);
      const tries = Array.from({ length: 40 }, () =>
        verdictOf(data.commit(data.newBatch().addUpTo(a, 1n, 20n))),
      );
      const verdicts = await Promise.all(tries);
      assert.equal(verdicts.filter((verdict) => verdict === 'ok').length, 22);
      assert.equal(await read(a), 20n);
      await data.commit(data.newBatch().addUpTo(a, -5n, 15n));
      assert.equal(await read(a), 15n);
      await data.commit(data.newBatch().set(bytes(0x20, 5), bytes(1, 2, 3)));
      const misused = data.newBatch().set(bytes(0x20, 6), bytes(1)).add(bytes(0x20, 5), 1);
      const beside = data.commit(data.newBatch().set(bytes(0x20, 7), bytes(7)));
      await assert.rejects(data.commit(misused), { name: 'RangeError' });
      assert.deepEqual(await beside, { ok: true });
      assert.deepEqual((await data.getMany([bytes(0x20, 6), bytes(0x20, 7)])).map(hexOf), [undefined, '07']);
      assert.throws(() => data.newBatch().add(a, 1n << 63n), RangeError);
    },
  },
  {
    name: 'pages both ways, and rows that stay are seen once while others come and go',
    run: async ({ data }) => {
      const stays = Array.from({ length: 400 }, (_, i) => numbered(0x22, i * 3));
      const setup = data.newBatch();
      for (const k of stays) setup.set(k, k);
      await data.commit(setup);
      for (const reverse of [false, true]) {
        const seen: string[] = [];
        let after: Key | undefined;
        for (let turn = 0; ; turn++) {
          const other = numbered(0x22, ((turn * 37) % 400) * 3 + 1);
          const [page] = await Promise.all([
            data.scan({ from: bytes(0x22), to: bytes(0x23) }, { limit: 7, reverse, ...(after && { after }) }),
            data.commit(
              turn % 2 === 0 ? data.newBatch().set(other, bytes(0)) : data.newBatch().delete(other),
            ),
          ]);
          assert.ok(page.keys.length <= 7);
          assert.equal(page.values.length, page.keys.length);
          seen.push(...page.keys.map(toHex));
          if (!page.next) break;
          assert.deepEqual(page.next, page.keys.at(-1));
          after = page.next;
        }
        const order = reverse ? stays.toReversed() : stays;
        const staying = new Set(stays.map(toHex));
        assert.deepEqual(
          seen.filter((one) => staying.has(one)),
          order.map(toHex),
        );
        assert.equal(new Set(seen).size, seen.length);
      }
      const whole = { from: bytes(0x22), to: bytes(0x23) };
      assert.deepEqual((await data.scan(whole, { keysOnly: true, limit: 3 })).values.map(hexOf), [
        '',
        '',
        '',
      ]);
      assert.equal((await data.scan(whole, { limit: 1e6 })).next, undefined);
      assert.deepEqual(await data.scan({ from: bytes(0x23), to: bytes(0x22) }), { keys: [], values: [] });
      // a key that is not there may be gone behind, or lie outside
      assert.deepEqual((await data.scan(whole, { after: numbered(0x22, 1), limit: 1 })).keys.length, 1);
      assert.deepEqual((await data.scan(whole, { after: bytes(0x10), limit: 1 })).keys, [stays[0]]);
      assert.deepEqual((await data.scan(whole, { after: bytes(0x30), limit: 1 })).keys, []);
      assert.deepEqual(
        (await data.scan(whole, { after: bytes(0x30), limit: 1, reverse: true })).keys.length,
        1,
      );
    },
  },
  {
    name: 'keeps 16 MiB values, bounds a page by bytes, and bounds keys',
    run: async ({ data }) => {
      const large = new Uint8Array(16 * 1024 * 1024);
      for (let i = 0; i < large.length; i += 997) large[i] = i % 251;
      const longest = new Uint8Array(1024).fill(7);
      longest[0] = 0x40;
      await data.commit(
        data.newBatch().set(longest, large).set(bytes(0x41, 1), large).set(bytes(0x20, 1), large.subarray(5)),
      );
      assert.equal(Buffer.compare((await data.get(longest)) ?? bytes(), large), 0);
      const page = await data.scan(ALL, {});
      assert.deepEqual(page.keys, [bytes(0x20, 1)]);
      assert.deepEqual(page.next, bytes(0x20, 1));
      const rest = await data.scan(ALL, { after: bytes(0x20, 1), keysOnly: true });
      assert.deepEqual(rest.keys, [longest, bytes(0x41, 1)]);
      for (const wrong of [bytes(), new Uint8Array(1025)]) {
        assert.throws(() => data.newBatch().set(wrong, bytes()), RangeError);
        assert.throws(() => data.newBatch().deleteRange({ from: bytes(1), to: wrong }), RangeError);
        assert.throws(() => data.newBatch().assert(wrong, 'absent'), RangeError);
      }
      await data.commit(data.newBatch().deleteRange(ALL));
      assert.deepEqual((await data.scan(ALL)).keys, []);
    },
  },
  {
    name: 'reads many keys of one moment',
    run: async ({ data }) => {
      const pair = [bytes(0x20, 1), bytes(0x41, 2)];
      const progress = { isDone: false };
      const write = async (): Promise<void> => {
        for (let i = 0; i < 150; i++) {
          const b = data.newBatch();
          for (const k of pair) b.set(k, bytes(i));
          await data.commit(b);
        }
        progress.isDone = true;
      };
      const read = async (): Promise<number> => {
        let reads = 0;
        for (; !progress.isDone; reads++) {
          const [a, b] = await data.getMany(pair);
          assert.deepEqual(a, b);
          const page = await data.scan(ALL);
          assert.deepEqual(page.values[0], page.values[1]);
          await new Promise(setImmediate);
        }
        return reads;
      };
      const [, reads] = await Promise.all([write(), read()]);
      assert.ok(reads > 0);
    },
  },
  {
    name: 'holds a snapshot still while others write, for a bounded time',
    run: async ({ data }) => {
      const a = bytes(0x20, 1);
      await data.commit(data.newBatch().set(a, bytes(1)));
      const look = async (view: ReadView): Promise<unknown[]> => [
        hexOf(await view.get(a)),
        (await view.getMany([a, bytes(0x20, 2)])).map(hexOf),
        (await view.scan(ALL)).keys.map(toHex),
      ];
      await data.snapshot(async (view) => {
        const before = await look(view);
        await data.commit(
          data.newBatch().set(a, bytes(2)).set(bytes(0x20, 2), bytes(2)).set(bytes(0x42, 2), bytes(2)),
        );
        assert.equal(hexOf(await data.get(a)), '02');
        assert.deepEqual(await look(view), before);
      });
      await data.snapshot(async (view) => assert.equal(hexOf(await view.get(a)), '02'));
      const late = data.snapshot(async (view) => {
        for (;;) {
          await view.get(a);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }, 20);
      await assert.rejects(late, { name: 'StoreUnavailable' });
    },
  },
];

/** Commits batches one after another; each also moves the head, and `order` gets them by its value. */
async function inTurn(data: DataStore, batches: readonly Step[][], order: Step[][]): Promise<void> {
  const head = bytes(0x01, 0xff);
  for (const steps of batches) {
    for (;;) {
      const before = await data.get(head);
      const next = before ? Buffer.from(before).readUInt32BE() + 1 : 1;
      const after = Buffer.alloc(4);
      after.writeUInt32BE(next);
      const moved: Step[] = [
        ...steps.filter((one) => !('range' in one)),
        { do: 'assert', key: head, expected: before ?? 'absent' },
        { do: 'set', key: head, value: new Uint8Array(after) },
      ];
      if ((await verdictOf(data.commit(fill(data.newBatch(), moved)))) !== 'ok') continue;
      assert.equal(order[next - 1], undefined);
      order[next - 1] = moved;
      // acknowledged: visible to every read from now on
      assert.ok(Buffer.from((await data.get(head)) ?? []).readUInt32BE() >= next);
      break;
    }
  }
}

async function clear(data: DataStore): Promise<void> {
  await data.commit(data.newBatch().deleteRange(ALL));
}

async function sameRows(view: ReadView, one: Range, model: Model): Promise<void> {
  const wanted = model.in(one).map(([k, v]) => `${toHex(k)}=${toHex(v)}`);
  for (const reverse of [false, true]) {
    const page = await view.scan(one, { reverse });
    const rows = page.keys.map((k, i) => `${toHex(k)}=${toHex(page.values[i] as Uint8Array)}`);
    assert.deepEqual(rows, reverse ? wanted.toReversed() : wanted);
  }
}

const hexOf = (one: Uint8Array | undefined): string | undefined => one && toHex(one);
const plain = (verdict: Verdict): string => (typeof verdict === 'string' ? verdict : toHex(verdict));
