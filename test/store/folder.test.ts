// What stands in the way of opening a data folder, told apart: another process, another version, damage, no room.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { keys, openEmbedded, StoreFull, StoreVersion } from '../../src/store/index.ts';

const LOG = { logBytes: 1024 * 1024 };
const key = (n: number): Uint8Array => keys.documentKey(1, 1, n);

describe('the data folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'waypost-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is made for us alone, and the spool is emptied', async () => {
    const data = path.join(folder, 'deep', 'data');
    const first = await openEmbedded({ folder: data, ...LOG });
    const left = await first.blobs.spool();
    await left.write(Uint8Array.of(1));
    await left.finish();
    await first.close();
    assert.equal(readdirSync(path.join(data, 'spool')).length, 1);
    const second = await openEmbedded({ folder: data, ...LOG });
    assert.equal(readdirSync(path.join(data, 'spool')).length, 0);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(existsSync(path.join(data, 'run', 'process.json')), true);
    await second.close();
    assert.equal(existsSync(path.join(data, 'run', 'process.json')), false);
  });

  it('belongs to one process, named to the second, and is free when that one dies', async () => {
    const script = path.join(import.meta.dirname, 'folder-holder.child.ts');
    const holder = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(holder, 'exit');
    await once(holder.stdout, 'data');
    await assert.rejects(openEmbedded({ folder, ...LOG }), {
      name: 'StoreLocked',
      message: new RegExp(`another process uses .* \\(process ${holder.pid} on `),
    });
    holder.kill('SIGKILL');
    await exited;
    const stores = await openEmbedded({ folder, ...LOG });
    await assert.rejects(openEmbedded({ folder, ...LOG }), { name: 'StoreLocked' });
    await stores.close();
    await (await openEmbedded({ folder, ...LOG })).close();
  });

  it('is refused when a file is in its place', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(openEmbedded({ folder: file, ...LOG }), {
      name: 'StoreUnavailable',
      message: /EEXIST|ENOTDIR/,
    });
    await assert.rejects(openEmbedded({ folder: path.join(file, 'below'), ...LOG }), {
      name: 'StoreUnavailable',
    });
  });

  it('is refused when the store is of another version, another program, or no database', async () => {
    await (await openEmbedded({ folder, ...LOG })).close();
    const file = path.join(folder, 'data', 'store.db');
    change(file, 'PRAGMA user_version = 7');
    await assert.rejects(openEmbedded({ folder, ...LOG }), (error: unknown) => {
      assert.ok(error instanceof StoreVersion);
      assert.deepEqual([error.found, error.wanted], [7, 1]);
      return true;
    });
    change(file, 'PRAGMA user_version = 1; PRAGMA application_id = 5');
    await assert.rejects(openEmbedded({ folder, ...LOG }), {
      name: 'StoreCorrupt',
      message: /not a data store/,
    });
    writeFileSync(file, Buffer.alloc(10_000, 'no database '));
    await assert.rejects(openEmbedded({ folder, ...LOG }), { name: 'StoreCorrupt' });
    rmSync(file);
    mkdirSync(file);
    await assert.rejects(openEmbedded({ folder, ...LOG }), { name: 'StoreUnavailable' });
  });

  it('reports damage that it meets, and ends when it cannot write for it', async () => {
    const first = await openEmbedded({ folder, ...LOG });
    const batch = first.data.newBatch();
    for (let n = 0; n < 2000; n++) batch.set(key(n), new Uint8Array(100));
    await first.data.commit(batch);
    await first.close();
    const file = await open(path.join(folder, 'data', 'store.db'), 'r+');
    const { size } = await file.stat();
    // the tables' roots and the schema stay
    await file.write(Buffer.alloc(size - 10 * 4096, 0xee), 0, size - 10 * 4096, 10 * 4096);
    await file.close();
    const { promise: fatal, resolve } = Promise.withResolvers<Error>();
    const stores = await openEmbedded({ folder, ...LOG, onFatal: resolve });
    const { data } = stores;
    await assert.rejects(data.scan(keys.documentRange(1, 1), { limit: 5000 }), { name: 'StoreCorrupt' });
    // a write into what is damaged: the writer gives up, and so must the process
    const write = data.commit(data.newBatch().deleteRange(keys.documentRange(1, 1)));
    await assert.rejects(write, { name: 'StoreUnavailable' });
    assert.equal((await fatal).name, 'WriterFailed');
    await stores.close();
  });

  it('applies nothing of a batch for which there is no room, and goes on', async () => {
    const stores = await openEmbedded({ folder, ...LOG, maxPages: 200 });
    const { data } = stores;
    let n = 0;
    const fill = async (): Promise<void> => {
      for (; n < 10_000; n++) await data.commit(data.newBatch().set(key(n), new Uint8Array(3000)));
    };
    await assert.rejects(fill(), StoreFull);
    const [large, small] = await Promise.allSettled([
      data.commit(data.newBatch().delete(key(0)).set(key(20_000), new Uint8Array(500_000))),
      data.commit(data.newBatch().set(key(1), Uint8Array.of(1))),
    ]);
    assert.equal(large.status, 'rejected');
    assert.deepEqual(small, { status: 'fulfilled', value: { ok: true } });
    assert.deepEqual(
      (await data.getMany([key(0), key(20_000)])).map((row) => row?.length),
      [3000, undefined],
    );
    assert.deepEqual(await data.get(key(1)), Uint8Array.of(1));
    assert.deepEqual(await data.commit(data.newBatch().delete(key(2)).delete(key(3)).delete(key(4))), {
      ok: true,
    });
    assert.deepEqual(await data.commit(data.newBatch().set(key(5), new Uint8Array(2500))), { ok: true });
    await stores.close();
  });
});

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}
