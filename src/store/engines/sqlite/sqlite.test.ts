import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { toHex } from '../../../base/index.ts';
import * as keys from '../../keys.ts';
import { linkWhileRemoving } from '../../testing/blob-cases.ts';
import { CASES } from '../../testing/conformance.ts';
import { until } from '../../testing/support.ts';
import { attachEmbedded, type EmbeddedOptions, type EmbeddedStores, openEmbedded } from './index.ts';

const LOG_BYTES = 1024 * 1024;

describe('embedded stores, in the thread that opened them', () => {
  for (const { name, run } of CASES) it(name, () => withStores({}, run));
});

describe('embedded stores, attached from another thread', () => {
  for (const { name } of CASES) it(name, () => withStores({}, (stores) => runAttached(stores, name)));
});

describe('embedded stores of several threads', () => {
  it('shows an acknowledged batch to every reader, and carries messages, counters and locks', async () => {
    await withStores({}, async (main) => {
      const others = [await attachEmbedded(main.share().handle), await attachEmbedded(main.share().handle)];
      const all = [main, ...others];
      const key = keys.headKey(7);
      for (const [i, writer] of all.entries()) {
        await writer.data.commit(writer.data.newBatch().set(key, Uint8Array.of(i)));
        for (const reader of all) assert.deepEqual(await reader.data.get(key), Uint8Array.of(i));
      }
      const heard = all.map(() => new Set<string>());
      for (const [i, { bus }] of all.entries())
        bus.subscribe('bus.ping', ({ from }) => void heard[i]?.add(from));
      // A thread sends what others listen to, once it has heard of them.
      await until(() => {
        for (const [i, { bus }] of all.entries()) bus.publish('bus.ping', { from: String(i) });
        return heard.every((from) => from.size === 3);
      });
      const sums = await Promise.all(
        all.flatMap(({ memory }) => [memory.incr('n', 1, 60_000), memory.incr('n', 1, 60_000)]),
      );
      assert.deepEqual(
        sums.sort((a, b) => a - b),
        [1, 2, 3, 4, 5, 6],
      );
      assert.ok(await others[0]?.memory.lock('l', 60_000));
      assert.equal(await main.memory.lock('l', 60_000), undefined);
      await others[0]?.close();
      await main.data.commit(main.data.newBatch().delete(key));
      assert.equal(await others[1]?.data.get(key), undefined);
      main.bus.publish('bus.ping', { from: 'late' });
      await until(() => heard[2]?.has('late') === true);
      assert.equal(heard[1]?.has('late'), false);
      await others[1]?.close();
    });
  });

  it('moves the stamp of a head in every thread before a commit that changed it is answered', async () => {
    await withStores({}, async (main) => {
      const other = await attachEmbedded(main.share().handle);
      const [key, bystander] = [keys.headKey(7), keys.headKey(8)];
      const stamps = () =>
        [main.data, other.data].map((data) => [data.stamp?.(key), data.stamp?.(bystander)]);
      const before = stamps();
      assert.deepEqual(before[0], before[1]);
      await main.data.commit(main.data.newBatch().set(keys.coldKey(7, 2, 1), Uint8Array.of(1)));
      assert.deepEqual(stamps(), before, 'a commit without heads');
      const refused = other.data.newBatch().assert(key, 'present').set(key, Uint8Array.of(1));
      assert.equal((await other.data.commit(refused)).ok, false);
      assert.deepEqual(stamps(), before, 'a batch that was not applied');
      for (const change of ['set', 'delete', 'deleteRange'] as const) {
        const last = main.data.stamp?.(key);
        const batch = other.data.newBatch();
        if (change === 'set') batch.set(key, Uint8Array.of(2));
        else if (change === 'delete') batch.delete(key);
        else batch.deleteRange(keys.prefixRange(key));
        await other.data.commit(batch);
        assert.notEqual(main.data.stamp?.(key), last, change);
        assert.equal(main.data.stamp?.(key), other.data.stamp?.(key));
      }
      assert.equal(main.data.stamp?.(keys.coldKey(7, 2, 1)), undefined);
      await other.close();
    });
  });

  it('tells when the writer thread is gone, and refuses what waited for it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'waypost-store-'));
    try {
      const { promise: died, resolve } = Promise.withResolvers<Error>();
      const stores = await openEmbedded({ folder, logBytes: LOG_BYTES, onFatal: resolve });
      const { handle } = stores.share();
      const { handle: broken } = stores.share();
      const attached = await attachEmbedded(handle);
      // no thread of ours sends this: it stands for any fault in the writer
      broken.writer.postMessage(null);
      const waiting = attached.data.commit(attached.data.newBatch().set(keys.headKey(1), Uint8Array.of(1)));
      await assert.rejects(waiting, { name: 'StoreUnavailable' });
      assert.match((await died).message, /null/);
      await assert.rejects(stores.data.commit(stores.data.newBatch()), { name: 'StoreUnavailable' });
      await attached.close();
      await stores.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a batch that is no batch, and goes on', async () => {
    await withStores({}, async (stores) => {
      const { data } = stores;
      const { handle } = stores.share();
      const answered = once(handle.writer, 'message');
      const garbage = new ArrayBuffer(400);
      // its length, and then an operation that does not exist
      new DataView(garbage).setUint32(0, 400);
      handle.writer.postMessage({ first: 4, batches: [garbage] });
      const [answer] = (await answered) as [{ done: number[]; refused: { id: number }[] }];
      assert.ok(answer.refused.some(({ id }) => id === 4));
      assert.deepEqual(await data.commit(data.newBatch().set(keys.headKey(1), Uint8Array.of(1))), {
        ok: true,
      });
      handle.writer.close();
      handle.hub.close();
    });
  });
});

describe('the log of the embedded engine', () => {
  it('is begun anew past its length, and after a reader that was in the way has gone', async () => {
    await withStores({}, async ({ data }, folder) => {
      const length = (): number => statSync(path.join(folder, 'data', 'store.db-wal')).size;
      let fill = 0;
      const write = async (mebibytes: number): Promise<void> => {
        for (let i = 0; i < mebibytes * 4; i++)
          await data.commit(
            data.newBatch().set(keys.coldKey(1, 1, i), new Uint8Array(256 * 1024).fill(fill++)),
          );
      };
      await write(12);
      const usual = length();
      assert.ok(usual < 6 * LOG_BYTES, String(usual));
      await data.snapshot(async (view) => {
        await view.get(keys.headKey(1));
        await write(5);
        assert.ok(length() > usual + LOG_BYTES);
      });
      const grown = length();
      await write(24);
      // else 24 MiB more
      assert.ok(length() < grown + 4 * LOG_BYTES, 'it is used again from its beginning');
    });
  });

  it('gives room back to the system once much of the file is free', async () => {
    await withStores({}, async ({ data }, folder) => {
      const length = (): number => statSync(path.join(folder, 'data', 'store.db')).size;
      const write = async (count: number, first: number): Promise<void> => {
        for (let i = first; i < first + count; i++)
          await data.commit(data.newBatch().set(keys.coldKey(1, 1, i), new Uint8Array(256 * 1024).fill(i)));
      };
      await write(120, 0);
      const full = length();
      await data.commit(data.newBatch().deleteRange(keys.coldRange(1, 1)));
      // each time the log is begun anew, a part of the free pages goes
      for (let i = 0; i < 20; i++) await write(6, 1000 + i);
      assert.ok(length() < full * 0.8, `${full} to ${length()}`);
      assert.equal((await data.scan(keys.coldRange(1, 1), { keysOnly: true })).keys.length, 25);
    });
  });
});

describe('blob files', () => {
  it('stay when they are linked at any moment of their removal', async () => {
    await withStores({}, (stores, folder) => linkWhileRemoving(stores, 200_000, path.join(folder, 'blobs')));
  });

  it('are found missing, and swept when no row names them', async () => {
    await withStores({}, async ({ data, blobs }, folder) => {
      // a pass sweeps one of 256 folders: the first is `00`
      let body = new Uint8Array();
      let hash = new Uint8Array();
      for (let i = 0; hash[0] !== 0; i++) {
        body = new Uint8Array(300_000);
        new DataView(body.buffer).setUint32(0, i);
        hash = new Uint8Array(createHash('sha256').update(body).digest());
      }
      await data.commit(
        data
          .newBatch()
          .putBlob(hash, body)
          .set(keys.blobLinkKey(hash, 1, 1, 1), hash),
      );
      const place = path.join(folder, 'blobs', '00', toHex(hash).slice(2, 4));
      const [name = ''] = readdirSync(place);
      const long = new Date(Date.now() - 48 * 3_600_000);
      for (const [other, time] of [
        ['old', long],
        ['young', new Date()],
      ] as const) {
        writeFileSync(path.join(place, `${toHex(hash)}-${other}`), 'x');
        utimesSync(path.join(place, `${toHex(hash)}-${other}`), time, time);
      }
      utimesSync(path.join(place, name), long, long);
      await blobs.collect(Date.now(), 100);
      assert.deepEqual(readdirSync(place).sort(), [name, `${toHex(hash)}-young`].sort());
      assert.equal((await blobs.read(hash))?.length, 300_000);
      rmSync(path.join(place, name));
      await assert.rejects(blobs.read(hash), { name: 'StoreCorrupt', message: /missing/ });
    });
  });

  it('cost the frames that a range touches', async () => {
    await withStores({}, async ({ data, blobs }, folder) => {
      const body = new Uint8Array(1024 * 1024);
      for (let i = 0; i < body.length; i++) body[i] = (i >>> 18) + 65;
      const hash = new Uint8Array(createHash('sha256').update(body).digest());
      await data.commit(data.newBatch().putBlob(hash, body));
      const hex = toHex(hash);
      const place = path.join(folder, 'blobs', hex.slice(0, 2), hex.slice(2, 4));
      const file = path.join(place, readdirSync(place)[0] ?? '');
      const stored = readFileSync(file);
      assert.ok(stored.length < 1000, 'it compresses');
      // damage the last frame: the others do not notice
      stored.fill(0, stored.length - 20);
      writeFileSync(file, stored);
      assert.deepEqual(
        await blobs.read(hash, { offset: 3 * 262_144 - 4, length: 4 }),
        new Uint8Array(4).fill(67),
      );
      await assert.rejects(blobs.read(hash, { offset: 3 * 262_144 - 4, length: 5 }), {
        name: 'StoreCorrupt',
      });
    });
  });
});

async function runAttached(stores: EmbeddedStores, name: string): Promise<void> {
  const { handle, transfer } = stores.share();
  const worker = new Worker(new URL('../../testing/worker.ts', import.meta.url), {
    workerData: { handle, name },
    transferList: transfer,
  });
  const verdict = await new Promise<{ passed: true } | { failed: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with status ${code}`)));
  });
  assert.deepEqual(verdict, { passed: true });
}

async function withStores(
  options: Partial<EmbeddedOptions>,
  fn: (stores: EmbeddedStores, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-store-'));
  const failures: Error[] = [];
  try {
    const stores = await openEmbedded({
      folder,
      logBytes: LOG_BYTES,
      onFatal: (error) => failures.push(error),
      ...options,
    });
    try {
      await fn(stores, folder);
    } finally {
      await stores.close();
    }
    assert.deepEqual(failures, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
