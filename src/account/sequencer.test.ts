import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Conflict, fromUtf8, NotFound, utf8 } from '../base/index.ts';
import {
  type Batch,
  type CommitResult,
  type DataStore,
  keys,
  openMemory,
  StoreUnavailable,
} from '../store/index.ts';
import type { Stores } from '../store/index.ts';
import { type AccountsService, createAccounts } from './accounts.ts';
import { type AccountWriter, Aspect, DataType, type StateChange } from './types.ts';

const A = 7;
const B = 8;
const key = (name: string, account = A) => keys.indexKey(account, 1, utf8(name));

/** Adds a word to the text in a row, as a keyword is added to a message. */
async function addWord(writer: AccountWriter, word: string, name = 'words'): Promise<number> {
  const row = key(name, writer.id);
  const before = fromUtf8((await writer.get(row)) ?? new Uint8Array(0));
  writer.set(row, utf8(before === '' ? word : `${before} ${word}`));
  writer.update(DataType.Email, 1, undefined, { aspects: Aspect.Keywords });
  return writer.change;
}

let stores: Stores;
let accounts: AccountsService;

/** The store of the test behind commits that the test holds back, breaks or counts. */
function through(
  commit: (batch: Batch, next: (batch: Batch) => Promise<CommitResult>) => Promise<CommitResult>,
) {
  const { data } = stores;
  const wrapped: DataStore = {
    get: (k) => data.get(k),
    getMany: (list) => data.getMany(list),
    scan: (range, options) => data.scan(range, options),
    snapshot: (fn, maxMs) => data.snapshot(fn, maxMs),
    newBatch: () => data.newBatch(),
    close: () => data.close(),
    commit: (batch) => commit(batch, (b) => data.commit(b)),
  };
  return createAccounts({ data: wrapped, bus: stores.bus });
}

const wordsOf = async (name = 'words', account = A) =>
  fromUtf8((await stores.data.get(key(name, account))) ?? new Uint8Array(0))
    .split(' ')
    .filter(Boolean);

beforeEach(() => {
  stores = openMemory();
  accounts = createAccounts({ data: stores.data, bus: stores.bus });
});
afterEach(async () => {
  accounts.close();
  await stores.close();
});

describe('one account', () => {
  it('gives every write a number and a log record of its own, also when they share a commit', async () => {
    const account = accounts.get(A);
    const words = Array.from({ length: 50 }, (_, n) => `w${n}`);
    const written = await Promise.all(words.map((word) => account.write((writer) => addWord(writer, word))));
    assert.deepEqual(
      written.map(({ change, result }) => [change, result]),
      words.map((_, n) => [n + 1, n + 1]),
    );
    assert.deepEqual(await wordsOf(), words);
    const log = (await account.log(0, 1000)) ?? [];
    assert.deepEqual(
      log.map(({ change }) => change),
      words.map((_, n) => n + 1),
    );
    const { attempts, commits, writes, conflicts } = accounts.stats;
    assert.equal(writes, 50);
    assert.equal(attempts, 50);
    assert.equal(conflicts, 0);
    assert.ok(commits < 10, `${commits} commits`);
  });

  it('reads the head once for many writes', async () => {
    let reads = 0;
    const { data, bus } = stores;
    const counting = createAccounts({
      data: Object.assign(Object.create(data) as DataStore, {
        get: (k: Uint8Array) => (reads++, data.get(k)),
        getMany: (list: Uint8Array[]) => (reads++, data.getMany(list)),
        scan: data.scan.bind(data),
        commit: data.commit.bind(data),
        newBatch: data.newBatch.bind(data),
      }),
      bus,
    });
    for (let n = 0; n < 5; n++) {
      await counting.get(A).write((writer) => {
        writer.touch(DataType.Identity);
      });
    }
    assert.equal(reads, 1);
    counting.close();
  });

  it('keeps the others of a run when one refuses', async () => {
    const account = accounts.get(A);
    const outcomes = await Promise.allSettled([
      account.write((writer) => addWord(writer, 'a')),
      account.write(async (writer) => {
        await addWord(writer, 'lost');
        writer.create(DataType.Email, utf8('x'));
        throw new Conflict('no');
      }),
      account.write((writer) => addWord(writer, 'b')),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok((outcomes[1] as PromiseRejectedResult).reason instanceof Conflict);
    assert.deepEqual(await wordsOf(), ['a', 'b']);
    const head = await account.head();
    assert.equal(head.change, 2);
    assert.equal(head.nextDocument, 1);
    assert.equal(head.count(DataType.Email), 0);
  });

  it('takes no number and no commit for a write that changes nothing', async () => {
    const account = accounts.get(A);
    await account.write((writer) => addWord(writer, 'a'));
    const commits = accounts.stats.commits;
    const { change, result } = await account.write((writer) => {
      writer.newId();
      return writer.head.change;
    });
    assert.equal(change, 1);
    assert.equal(result, 1);
    assert.equal(accounts.stats.commits, commits);
  });

  it('answers a write that changed nothing only when what it saw is durable', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const held = through(async (batch, next) => {
      await gate;
      return next(batch);
    });
    const order: string[] = [];
    const first = held.get(A).write((writer) => addWord(writer, 'a'));
    const second = held
      .get(A)
      .write(async (writer) => fromUtf8((await writer.get(key('words'))) ?? new Uint8Array(0)));
    const refused = held.get(A).write(async (writer) => {
      if (await writer.get(key('words'))) throw new Conflict('a is there');
    });
    const done = Promise.all([
      first.then(() => order.push('first')),
      second.then(({ result }) => order.push(`second saw ${result}`)),
      refused.catch((error: Error) => order.push(error.message)),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(order, []);
    release();
    await done;
    assert.deepEqual(new Set(order), new Set(['a is there', 'first', 'second saw a']));
    held.close();
  });

  it('stores rows without a log entry under no number, yet in order', async () => {
    const account = accounts.get(A);
    await Promise.all(
      Array.from({ length: 10 }, () =>
        account.write(async (writer) => {
          const value = (await writer.get(key('recent')))?.[0] ?? 0;
          writer.set(key('recent'), Uint8Array.of(value + 1));
        }),
      ),
    );
    assert.deepEqual(await stores.data.get(key('recent')), Uint8Array.of(10));
    assert.equal((await account.head()).change, 0);
    assert.deepEqual(await account.log(0, 10), []);
  });

  it('sees the rows of earlier writes that are not durable, in scans too', async () => {
    const account = accounts.get(A);
    await account.write((writer) => {
      for (const name of ['b', 'd', 'f']) writer.set(key(name), utf8(name));
    });
    const range = keys.prefixRange(keys.indexKey(A, 1));
    const seen = await Promise.all([
      account.write((writer) => {
        writer.set(key('a'), utf8('a'));
        writer.delete(key('d'));
        writer.set(key('f'), utf8('F'));
      }),
      account.write(async (writer) => (await writer.scan(range)).values.map(fromUtf8).join('')),
      account.write((writer) => {
        writer.deleteRange({ from: key('a'), to: key('c') });
        writer.set(key('b2'), utf8('2'));
      }),
      account.write(async (writer) => {
        const page = await writer.scan(range, { limit: 1, reverse: true });
        const rest = await writer.scan(range, { reverse: true, ...(page.next && { after: page.next }) });
        return [...page.values, ...rest.values].map(fromUtf8).join('');
      }),
    ]);
    assert.equal(seen[1].result, 'abF');
    assert.equal(seen[3].result, 'F2');
    assert.deepEqual((await stores.data.scan(range)).values.map(fromUtf8), ['2', 'F']);
  });

  it('runs the writes of a run again when another thread moved the head', async () => {
    const other = createAccounts({
      data: stores.data,
      bus: { ...stores.bus, publish: () => {}, subscribe: () => () => {}, close: () => {} },
    });
    const words = Array.from({ length: 40 }, (_, n) => `w${n}`);
    await accounts.get(A).write((writer) => addWord(writer, 'start'));
    await other.get(A).write((writer) => addWord(writer, 'there'));
    await Promise.all(
      words.map((word, n) => (n % 2 ? accounts : other).get(A).write((writer) => addWord(writer, word))),
    );
    assert.deepEqual((await wordsOf()).toSorted(), ['start', 'there', ...words].toSorted());
    assert.equal((await accounts.get(A).head()).change, 42);
    assert.equal((await accounts.get(A).log(0, 100))?.length, 42);
    assert.ok(accounts.stats.conflicts + other.stats.conflicts > 0);
  });

  it('judges a refusal again when it rested on a head that had moved', async () => {
    const other = createAccounts({
      data: stores.data,
      bus: { ...stores.bus, publish: () => {}, subscribe: () => () => {}, close: () => {} },
    });
    await accounts.get(A).write((writer) => addWord(writer, 'a'));
    await other.get(A).write((writer) => addWord(writer, 'b'));
    const { result } = await accounts.get(A).write((writer) => {
      if (writer.head.change < 2) throw new Conflict('stale');
      return writer.head.change;
    });
    assert.equal(result, 2);
  });

  it('fails the writes of a run that the store refused, and runs those that were built on it', async () => {
    let fail = true;
    const broken = through(async (batch, next) => {
      if (!fail) return next(batch);
      await new Promise((resolve) => setTimeout(resolve, 10));
      fail = false;
      throw new StoreUnavailable('away');
    });
    const first = broken.get(A).write((writer) => addWord(writer, 'lost'));
    await new Promise((resolve) => setImmediate(resolve));
    const second = broken.get(A).write((writer) => addWord(writer, 'kept'));
    await assert.rejects(first, StoreUnavailable);
    assert.equal((await second).change, 1);
    assert.deepEqual(await wordsOf(), ['kept']);
    broken.close();
  });

  it('finds out that a commit was stored although its answer was lost', async () => {
    const broken = through(async (batch, next) => {
      await next(batch);
      throw new StoreUnavailable('the answer was lost');
    });
    assert.equal((await broken.get(A).write((writer) => addWord(writer, 'a'))).change, 1);
    assert.deepEqual(await wordsOf(), ['a']);
    broken.close();
  });

  it('pushes back when too many writes wait', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const held = through(async (batch, next) => {
      await gate;
      return next(batch);
    });
    const writes = Array.from({ length: 11_000 }, () =>
      held.get(A).write((writer) => {
        writer.touch(DataType.Quota);
      }),
    );
    const settled = Promise.allSettled(writes);
    release();
    const refused = (await settled).filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 1000);
    assert.ok(refused.every(({ reason }) => (reason as { code: string }).code === 'unavailable'));
    assert.equal((await held.get(A).head()).change, 10_000);
    assert.ok(held.stats.commits >= 10_000 / 256);
    held.close();
  });

  it('refuses a writer that is used after its end, and rows of the head and log', async () => {
    let kept: AccountWriter | undefined;
    await accounts.get(A).write((writer) => {
      kept = writer;
    });
    assert.throws(() => kept?.set(key('x'), utf8('x')), /after its write/);
    await assert.rejects(
      accounts.get(A).write((writer) => {
        writer.set(keys.headKey(A), utf8('x'));
      }),
      /heads and logs/,
    );
  });

  it('folds what one write does to a document', async () => {
    const account = accounts.get(A);
    const { result: id } = await account.write((writer) => {
      const gone = writer.create(DataType.Email, utf8('gone'), { after: [1] });
      writer.destroy(DataType.Email, gone, { before: [1] });
      const kept = writer.create(DataType.Email, utf8('kept'), { after: [1] });
      writer.update(DataType.Email, kept, utf8('new'), {
        aspects: Aspect.Containers,
        before: [1],
        after: [2],
      });
      writer.addUsedBytes(100);
      writer.addUsedBytes(-300);
      return kept;
    });
    const [record] = (await account.log(0, 1)) ?? [];
    assert.deepEqual(record?.entries, [
      { type: DataType.Email, id, kind: 'create', aspects: Aspect.Containers, before: [], after: [2] },
      { type: DataType.Quota, id: 0, kind: 'update', aspects: 0, before: [], after: [] },
    ]);
    const head = await account.head();
    assert.equal(head.count(DataType.Email), 1);
    assert.equal(head.usedBytes, 0);
    assert.equal(head.nextDocument, 3);
    assert.deepEqual(await stores.data.get(keys.documentKey(A, DataType.Email, id)), utf8('new'));
  });

  it('never draws a UIDVALIDITY twice', async () => {
    const { result } = await accounts.get(A).write((writer) => {
      const drawn = [writer.newUidValidity(), writer.newUidValidity()];
      writer.touch(DataType.Mailbox);
      return drawn;
    });
    const { result: later } = await accounts.get(A).write((writer) => {
      writer.touch(DataType.Mailbox);
      return writer.newUidValidity();
    });
    assert.ok((result[0] as number) < (result[1] as number) && (result[1] as number) < later);
  });
});

describe('several accounts', () => {
  it('stores all in one commit and leaves out the account that refuses', async () => {
    const outcomes = await accounts.writeAll([A, B, 9], async (writer) => {
      if (writer.id === B) throw new Conflict('full');
      writer.putBlob(new Uint8Array(32), utf8('body'));
      writer.linkBlob(new Uint8Array(32), DataType.Email, 1);
      return addWord(writer, 'x');
    });
    assert.deepEqual(outcomes[0], { result: 1, change: 1 });
    assert.ok('error' in (outcomes[1] as object));
    assert.deepEqual(outcomes[2], { result: 1, change: 1 });
    assert.equal(accounts.stats.commits, 1);
    assert.deepEqual(await wordsOf('words', B), []);
    assert.deepEqual(await wordsOf('words', 9), ['x']);
    assert.deepEqual(await stores.blobs.read(new Uint8Array(32)), utf8('body'));
  });

  it('keeps the order of every queue and shares commits', async () => {
    const all = [1, 2, 3, 4, 5];
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const word = `w${n}`;
        if (n % 3 === 0) return accounts.get((n % 5) + 1).write((writer) => addWord(writer, word));
        const ids = all.filter((id) => (n >> (id % 3)) % 2 === 0 || id === (n % 5) + 1).toReversed();
        return accounts.writeAll(ids, (writer) => addWord(writer, word));
      }),
    );
    let total = 0;
    for (const id of all) {
      const words = await wordsOf('words', id);
      total += words.length;
      assert.deepEqual(
        words,
        words.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
      );
      assert.equal((await accounts.get(id).head()).change, words.length);
    }
    assert.ok(total > 150);
    assert.equal(accounts.stats.attempts, 100);
    assert.ok(accounts.stats.commits < 20, `${accounts.stats.commits} commits`);
  });

  it('ties runs that wait into one', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const held = through(async (batch, next) => {
      await gate;
      return next(batch);
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const writes: Promise<unknown>[] = [1, 2, 3].map((id) =>
      held.get(id).write((writer) => addWord(writer, 'first')),
    );
    for (const ids of [[1, 2], [3], [3, 2], [1]]) {
      await turn();
      writes.push(held.writeAll(ids, (writer) => addWord(writer, ids.join('+'))));
    }
    await turn();
    release();
    await Promise.all(writes);
    assert.deepEqual(await wordsOf('words', 1), ['first', '1+2', '1']);
    assert.deepEqual(await wordsOf('words', 2), ['first', '1+2', '3+2']);
    assert.deepEqual(await wordsOf('words', 3), ['first', '3', '3+2']);
    assert.equal(held.stats.commits, 4);
    held.close();
  });

  it('runs again all of a commit that lost a race on one account', async () => {
    const other = createAccounts({
      data: stores.data,
      bus: { ...stores.bus, publish: () => {}, subscribe: () => () => {}, close: () => {} },
    });
    const sides = [accounts, other];
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (sides[n % 2] as AccountsService).writeAll(n % 3 ? [A, B] : [B, 9], (writer) =>
          addWord(writer, `w${n}`),
        ),
      ),
    );
    assert.equal((await wordsOf('words', A)).length, 40);
    assert.equal((await wordsOf('words', B)).length, 60);
    assert.equal((await wordsOf('words', 9)).length, 20);
    assert.equal((await accounts.get(B).log(0, 100))?.length, 60);
  });

  it('adds rows beside the accounts once it knows how they fared', async () => {
    const queue = keys.otherKey(keys.Subspace.Queue, 'entry');
    await accounts.writeAll(
      [A, B],
      (writer) => {
        if (writer.id === B) throw new Conflict('full');
        return addWord(writer, 'x');
      },
      {
        beside: (rows, outcomes) => {
          rows.set(
            queue,
            utf8(outcomes.map((outcome) => ('error' in outcome ? 'deferred' : 'stored')).join()),
          );
        },
      },
    );
    assert.equal(fromUtf8((await stores.data.get(queue)) as Uint8Array), 'stored,deferred');
    await assert.rejects(
      accounts.writeAll([A], (writer) => addWord(writer, 'y'), {
        beside: () => {
          throw new Conflict('queue');
        },
      }),
      Conflict,
    );
    assert.deepEqual(await wordsOf(), ['x']);
    await accounts.writeAll([], () => 0, {
      beside: (rows) => {
        rows.delete(queue);
      },
    });
    assert.equal(await stores.data.get(queue), undefined);
  });

  it('refuses an account named twice and more than 50', async () => {
    await assert.rejects(
      accounts.writeAll([A, A], () => 0),
      RangeError,
    );
    await assert.rejects(
      accounts.writeAll(
        Array.from({ length: 51 }, (_, n) => n + 1),
        () => 0,
      ),
      RangeError,
    );
  });
});

describe('state changes', () => {
  it('name what moved, once a commit', async () => {
    const heard: StateChange[] = [];
    stores.bus.subscribe('account.state', (change) => heard.push(change));
    const account = accounts.get(A);
    await Promise.all([
      account.write(
        (writer) => {
          writer.create(DataType.Email, utf8('m'), { after: [11] });
          writer.update(DataType.Mailbox, 11, undefined, { aspects: Aspect.Counters });
          writer.touch(DataType.EmailDelivery);
          writer.markDelivery();
        },
        { origin: 'c1' },
      ),
      account.write(
        (writer) => {
          writer.update(DataType.Email, 1, utf8('n'), { before: [11], after: [12] });
        },
        { origin: 'c2' },
      ),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(heard, [
      {
        account: A,
        change: 2,
        epoch: 1,
        types: [
          [DataType.Mailbox, 1],
          [DataType.Email, 2],
          [DataType.EmailDelivery, 1],
        ],
        containers: [11, 12],
        origin: '',
        delivery: true,
      },
    ]);
  });
});

describe('a deleted account', () => {
  it('has no rows left and takes no writes', async () => {
    const hash = new Uint8Array(32).fill(3);
    for (const id of [A, B]) {
      await accounts.get(id).write((writer) => {
        const document = writer.create(DataType.Email, utf8('m'));
        writer.set(keys.coldKey(id, DataType.Email, document), utf8('cold'));
        writer.set(key('x', id), utf8('x'));
        writer.set(keys.counterKey(3, id), new Uint8Array(8));
        writer.putBlob(hash, utf8('body'));
        writer.linkBlob(hash, DataType.Email, document);
      });
    }
    await accounts.deleteAccount(A);
    const whole = await stores.data.scan(
      { from: Uint8Array.of(0), to: Uint8Array.of(0xff) },
      { keysOnly: true },
    );
    const own = whole.keys.filter((k) => k.length > 5 && [...k.subarray(1, 6)].includes(A) && k[0] !== 0x42);
    assert.deepEqual(own, []);
    assert.equal((await stores.data.scan(keys.blobLinkRange(hash))).keys.length, 1);
    await assert.rejects(
      accounts.get(A).write(() => 0),
      NotFound,
    );
    await accounts.deleteAccount(A, async () => []);
    assert.deepEqual(await stores.data.get(key('x', B)), utf8('x'));
  });
});
