// Random writes of one and of several accounts through two sequencers over a store that delays, refuses and loses
// answers: whatever happens, the result is that of the acknowledged writes one after the other.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '../base/index.ts';
import { type DataStore, keys, openMemory, StoreUnavailable } from '../store/index.ts';
import { createAccounts } from './accounts.ts';
import { type AccountWriter, DataType, type WriteOutcome, type Written } from './types.ts';

const ACCOUNTS = [1, 2, 3, 4] as const;
const wordsKey = (account: number) => keys.indexKey(account, 1, utf8('words'));

const act = fc.record({
  side: fc.nat({ max: 1 }),
  ids: fc.uniqueArray(fc.constantFrom(...ACCOUNTS), { minLength: 1, maxLength: 4 }),
  /** Turns of the event loop that the write waits for its reads. */
  waits: fc.nat({ max: 2 }),
  refuses: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  /** Turns before it is asked for, counted from the one before. */
  later: fc.nat({ max: 2 }),
});
const fault = fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'refused', 'lost');

async function wordsOf(store: Pick<DataStore, 'get'>, account: number): Promise<string[]> {
  const row = await store.get(wordsKey(account));
  return row ? fromUtf8(row).split(' ') : [];
}

it('random races end as if the acknowledged writes had run one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 1, maxLength: 60 }),
      fc.array(fault, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 20 }),
      async (acts, faults, delays) => {
        const stores = openMemory();
        const { data } = stores;
        let commits = 0;
        const store: DataStore = {
          get: (key) => data.get(key),
          getMany: (list) => data.getMany(list),
          scan: (range, options) => data.scan(range, options),
          snapshot: (fn, maxMs) => data.snapshot(fn, maxMs),
          newBatch: () => data.newBatch(),
          close: () => data.close(),
          commit: async (batch) => {
            const number = commits++;
            for (let left = delays[number % delays.length] as number; left > 0; left--) await nextTurn();
            const kind = faults[number % faults.length];
            if (kind === 'refused') throw new StoreUnavailable('refused');
            const result = await data.commit(batch);
            if (kind === 'lost') throw new StoreUnavailable('lost');
            return result;
          },
        };
        const sides = [
          createAccounts({ data: store, bus: stores.bus }),
          createAccounts({ data: store, bus: stores.bus }),
        ];
        const stored = new Map<number, Map<string, number>>(ACCOUNTS.map((id) => [id, new Map()]));
        const failed = new Set<string>();
        const running: Promise<void>[] = [];
        for (const [n, { side, ids, waits, refuses, later }] of acts.entries()) {
          for (let left = later; left > 0; left--) await nextTurn();
          const word = `w${n}`;
          const add = async (writer: AccountWriter): Promise<number> => {
            const words = await wordsOf(writer, writer.id);
            for (let left = waits; left > 0; left--) await nextTurn();
            if (words.length !== writer.head.change) throw new Error('rows and head disagree');
            writer.set(wordsKey(writer.id), utf8([...words, word].join(' ')));
            writer.update(DataType.Email, n + 1, undefined);
            if (refuses && writer.id === ids[0]) throw new Error('refused');
            return words.length + 1;
          };
          const note = (id: number, outcome: WriteOutcome<number>): void => {
            if ('error' in outcome) {
              assert.equal((outcome.error as Error).message, 'refused');
              assert.ok(refuses);
            } else {
              assert.equal(outcome.result, outcome.change);
              stored.get(id)?.set(word, outcome.change);
            }
          };
          const accounts = sides[side] as (typeof sides)[number];
          const whole =
            ids.length === 1 ? one(accounts.get(ids[0] as number).write(add)) : accounts.writeAll(ids, add);
          running.push(
            (async () => {
              let outcomes: readonly WriteOutcome<number>[];
              try {
                outcomes = await whole;
              } catch (error) {
                assert.ok(error instanceof StoreUnavailable, String(error));
                failed.add(word);
                return;
              }
              for (const [at, outcome] of outcomes.entries()) note(ids[at] as number, outcome);
            })(),
          );
        }
        await Promise.all(running);
        for (const id of ACCOUNTS) {
          const words = await wordsOf(data, id);
          const account = createAccounts({ data, bus: stores.bus }).get(id);
          assert.equal((await account.head()).change, words.length);
          const log = (await account.log(0, 1000)) ?? [];
          assert.deepEqual(
            log.map(({ entries }) => `w${(entries[0]?.id ?? 0) - 1}`),
            words,
          );
          for (const side of [0, 1]) {
            const own = words.map((word) => Number(word.slice(1))).filter((n) => acts[n]?.side === side);
            assert.deepEqual(
              own,
              own.toSorted((a, b) => a - b),
              'first in, first out',
            );
          }
          const acknowledged = stored.get(id) as Map<string, number>;
          for (const [word, change] of acknowledged) assert.equal(words[change - 1], word);
          // What is there beside was answered with a failure although it had been stored: nobody can know.
          for (const word of words)
            assert.ok(acknowledged.has(word) || failed.has(word), `${word} came from nowhere`);
        }
        for (const side of sides) side.close();
        await stores.close();
      },
    ),
    { numRuns: Number(process.env['WAYPOST_RACE_RUNS'] ?? 150) },
  );
});

/** A write of one account as the outcomes of one of several. */
async function one(write: Promise<Written<number>>): Promise<WriteOutcome<number>[]> {
  try {
    return [await write];
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    return [{ error }];
  }
}
