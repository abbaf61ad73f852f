import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type AccountsService,
  type AccountStats,
  createAccounts,
  type Written,
} from '../../src/account/index.ts';
import { type EmbeddedStores, openEmbedded } from '../../src/store/index.ts';
import { StoreThread } from '../support/store-thread.ts';
import type { Order } from './thread.ts';
import { ACCOUNT, addWord, readWords } from './words.ts';

interface Answer {
  readonly changes: readonly Written<number>[];
  readonly stats: AccountStats;
}

describe('several threads over one store', () => {
  let folder: string;
  let stores: EmbeddedStores;
  let accounts: AccountsService;
  let threads: readonly [StoreThread<Order>, StoreThread<Order>];

  const newThread = () => new StoreThread<Order>(stores, new URL('./thread.ts', import.meta.url));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waypost-account-'));
    stores = await openEmbedded({ folder });
    accounts = createAccounts(stores);
    threads = [newThread(), newThread()];
    await Promise.all(threads.map((thread) => thread.ready));
  });
  after(async () => {
    await Promise.all(threads.map((thread) => thread.close()));
    accounts.close();
    await stores.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('on one thread 50 writers lose no update and hardly run twice', async () => {
    const words = Array.from({ length: 500 }, (_, n) => `one.${n}`);
    await Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        for (let n = writer; n < words.length; n += 50)
          await accounts.get(ACCOUNT).write((w) => addWord(w, words[n] as string));
      }),
    );
    const stored = await readWords(stores.data, ACCOUNT);
    assert.deepEqual(new Set(stored), new Set(words));
    assert.equal(stored.length, 500);
    const { attempts, writes, commits } = accounts.stats;
    assert.equal(writes, 500);
    assert.ok(attempts <= 550, `${attempts} attempts`);
    assert.ok(commits <= 250, `${commits} commits`);
    assert.equal((await accounts.get(ACCOUNT).log(0, 1000))?.length, 500);
  });

  it('on three threads n writers leave n words, n change ids and n log records, and hardly run twice', async () => {
    const ownBefore = { ...accounts.stats };
    const since = (await accounts.get(ACCOUNT).head()).change;
    const part = (name: string) => Array.from({ length: 150 }, (_, n) => `${name}.${n}`);
    const [own, ...others] = await Promise.all([
      Promise.all(part('main').map((word) => accounts.get(ACCOUNT).write((w) => addWord(w, word)))),
      ...threads.map((thread, n) => thread.ask<Answer>({ write: part(`thread${n}`) })),
    ]);
    const changes = [...own, ...others.flatMap((answer) => answer.changes)];
    const numbers = changes.map(({ change }) => change - since).toSorted((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 450 }, (_, n) => n + 1),
    );
    // The number that the write saw is the number that it got.
    assert.ok(changes.every(({ result, change }) => result === change));
    const words = await readWords(stores.data, ACCOUNT);
    assert.equal(new Set(words).size, since + 450);
    const log = (await accounts.get(ACCOUNT).log(since, 1000)) ?? [];
    assert.equal(log.length, 450);
    assert.equal(new Set(log.flatMap(({ entries }) => entries.map(({ id }) => id))).size, 450);
    const attempts = others.reduce(
      (sum, answer) => sum + answer.stats.attempts,
      accounts.stats.attempts - ownBefore.attempts,
    );
    assert.ok(attempts <= 1.1 * 450, `${attempts} attempts`);
  });

  it('an acknowledged write is in the next head of every other thread', async () => {
    for (let n = 0; n < 30; n++) {
      const { change } = await accounts.get(ACCOUNT).write((w) => addWord(w, `seen.${n}`));
      assert.equal(await threads[0].ask({ head: true }), change);
      const answer = await threads[1].ask<Answer>({ write: [`seen.thread.${n}`] });
      assert.equal(answer.changes[0]?.change, change + 1);
      assert.equal((await accounts.get(ACCOUNT).head()).change, change + 1);
    }
  });

  it('writes of several accounts stay whole', async () => {
    const ids = [31, 32, 33];
    await Promise.all([
      ...threads.map((thread, n) =>
        thread.ask({ write: Array.from({ length: 40 }, (_, i) => `all${n}.${i}`), accounts: ids }),
      ),
      ...Array.from({ length: 40 }, (_, n) => accounts.writeAll([33, 31], (w) => addWord(w, `own.${n}`))),
    ]);
    const [first, second, third] = await Promise.all(ids.map((id) => readWords(stores.data, id)));
    assert.equal(first?.length, 120);
    assert.deepEqual(third, first);
    assert.deepEqual(
      second,
      first?.filter((word) => word.startsWith('all')),
    );
  });
});
