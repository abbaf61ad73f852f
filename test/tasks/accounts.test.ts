// The end of accounts over a whole server: the address is free at once, the data goes by a task, and until the task has
// begun the account can be had back.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { DataType, Right, setGrant, sharedWith } from '../../src/account/index.ts';
import { encodeId, holdClock, now, NotFound, utf8 } from '../../src/base/index.ts';
import type { JmapClient } from '../../src/client/index.ts';
import { keys } from '../../src/store/index.ts';
import { startWorld, type World } from '../support/world.ts';
import { until } from './world.ts';

type Json = Record<string, unknown>;

let world: World;
let admin: JmapClient;
let ahead = 0;
let release: () => void;
before(async () => {
  release = holdClock(() => Date.now() + ahead);
  world = await startWorld();
  admin = world.jmap();
});
after(async () => {
  await world.close();
  release();
});

async function call(name: string, args: Json): Promise<Json> {
  const { methodResponses } = await admin.request([[name, args as never, 'c']]);
  return methodResponses[0]?.[1] as Json;
}

const destroyAccount = async (id: number): Promise<void> => {
  const { destroyed, notDestroyed } = await call('x:Account/set', { destroy: [encodeId(id)] });
  assert.deepEqual(destroyed, [encodeId(id)], JSON.stringify(notDestroyed));
};

const tasksOf = async (id: number): Promise<Json[]> => {
  const { ids } = await call('x:Task/query', { filter: { '@type': 'DestroyAccount' } });
  const { list } = await call('x:Task/get', { ids });
  return (list as Json[]).filter(({ accountId }) => accountId === encodeId(id));
};

async function store(id: number, count: number, subject = 'x'): Promise<Uint8Array[]> {
  const mail = world.services.mail.account(id);
  const view = await mail.view();
  const inbox = [...view.mailboxes.values()].find(({ role }) => role === 'inbox');
  const stored = await mail.appendAll(
    Array.from({ length: count }, (_, i) => ({
      bytes: utf8(`Message-ID: <${subject}.${i}.${id}@x>\r\nSubject: ${subject}\r\n\r\nHello ${i}\r\n`),
      mailboxIds: [inbox?.id as number],
      keywords: [],
      receivedAt: now(),
    })),
  );
  return stored.map(({ hash }) => hash);
}

/** Rows of an account in every subspace whose keys begin with it, but its head. */
async function rowsOf(id: number): Promise<number> {
  const { Log, Document, Index, Tombstone, SearchTask, BlobLease, Cold, Snapshot } = keys.Subspace;
  let rows = 0;
  for (const subspace of [Log, Document, Index, Tombstone, SearchTask, BlobLease, Cold, Snapshot]) {
    const range = keys.prefixRange(keys.otherKey(subspace, keys.u32Part(id)));
    rows += (await world.services.stores.data.scan(range, { keysOnly: true })).keys.length;
  }
  return rows;
}

const linksOf = async (hash: Uint8Array): Promise<number> =>
  (await world.services.stores.data.scan(keys.blobLinkRange(hash), { keysOnly: true })).keys.length;

const retention = (patch: Json): Promise<Json> =>
  call('x:DataRetention/set', { update: { singleton: patch } });

describe('an account that is destroyed', () => {
  test('leaves nothing behind, and its address is free at once', async () => {
    const { services } = world;
    const ann = await world.addAccount('ann');
    const bob = await world.addAccount('bob');
    const own = await store(ann, 30);
    const [kept] = await store(bob, 1, 'bob');
    await services.stores.data.get(keys.headKey(ann));
    await destroyAccount(ann);
    const again = await world.addAccount('ann');
    assert.notEqual(again, ann);
    await until(async () => (await tasksOf(ann)).length === 0);
    assert.equal(await rowsOf(ann), 0);
    for (const hash of own) assert.equal(await linksOf(hash), 0);
    assert.equal(await linksOf(kept as Uint8Array), 1);
    assert.equal((await services.mail.account(bob).view()).count, 1);
    await assert.rejects(store(ann, 1), NotFound);
    assert.equal((await services.mail.account(again).view()).count, 0);
  });

  test('loses its rights on others, and others lose theirs on it', async () => {
    const { accounts, stores, mail } = world.services;
    const [owner, friend] = [await world.addAccount('carl'), await world.addAccount('dora')];
    const boxes = await Promise.all(
      [owner, friend].map(async (id) => [...(await mail.account(id).view()).mailboxIds()]),
    );
    const grant = (id: number, container: number, to: number) =>
      accounts.get(id).write((w) => setGrant(w, DataType.Mailbox, container, to, Right.Read));
    await grant(owner, boxes[0]?.[0] as number, friend);
    await grant(friend, boxes[1]?.[0] as number, owner);
    await retention({ archiveDeletedAccountsFor: 86_400_000 });
    await destroyAccount(owner);
    assert.deepEqual(await sharedWith(stores.data, friend), []);
    assert.deepEqual(await sharedWith(stores.data, owner), []);
    await retention({ archiveDeletedAccountsFor: null });
  });

  test('stays destroyed when the task runs twice', async () => {
    const { tasks } = world.services;
    const id = await world.addAccount('twice');
    await store(id, 3);
    await destroyAccount(id);
    await until(async () => (await tasksOf(id)).length === 0);
    const subject = {
      '@type': 'DestroyAccount',
      accountId: id,
      accountDomainId: 1,
      accountName: 'twice',
      accountType: 'User',
    } as const;
    await tasks.add({ subject });
    await until(async () => (await tasksOf(id)).length === 0);
    assert.equal(await rowsOf(id), 0);
  });
});

describe('with a time to restore', () => {
  const WEEK = 7 * 86_400_000;
  beforeEach(() => retention({ archiveDeletedAccountsFor: WEEK }));
  afterEach(() => retention({ archiveDeletedAccountsFor: null }));

  test('the data waits, and goes when the time is over', async () => {
    const id = await world.addAccount('wait');
    await store(id, 2);
    await destroyAccount(id);
    const [task] = await tasksOf(id);
    const due = Date.parse(task?.['due'] as string);
    assert.ok(Math.abs(due - now() - WEEK) < 60_000);
    const status = task?.['status'] as Json | undefined;
    assert.deepEqual(
      [task?.['accountName'], task?.['accountType'], status?.['@type']],
      ['wait', 'User', 'Pending'],
    );
    assert.ok((await rowsOf(id)) > 0);
    ahead += WEEK + 1000;
    world.services.tasks.queue.wake();
    await until(async () => (await tasksOf(id)).length === 0);
    assert.equal(await rowsOf(id), 0);
  });

  test('cancelling the task brings the account back with its data', async () => {
    const id = await world.addAccount('back');
    await store(id, 2);
    await destroyAccount(id);
    const [task] = await tasksOf(id);
    const { destroyed } = await call('x:Task/set', { destroy: [task?.['id']] });
    assert.deepEqual(destroyed, [task?.['id']]);
    assert.deepEqual(await tasksOf(id), []);
    const [account] = (await call('x:Account/get', { ids: [encodeId(id)] }))['list'] as Json[];
    assert.deepEqual(
      [account?.['@type'], account?.['emailAddress'], account?.['credentials']],
      ['User', 'back@waypost.test', {}],
    );
    assert.deepEqual(account?.['roles'], { '@type': 'User' });
    assert.equal((await world.services.mail.account(id).view()).count, 2);
    assert.equal(await world.services.access.directory.findAccount('back@waypost.test'), id);
    // and it can be destroyed again
    await destroyAccount(id);
    assert.equal((await tasksOf(id)).length, 1);
  });

  test('an address that somebody else has by now is not taken from them', async () => {
    const id = await world.addAccount('taken');
    await destroyAccount(id);
    const heir = await world.addAccount('taken');
    const [task] = await tasksOf(id);
    const { notDestroyed } = await call('x:Task/set', { destroy: [task?.['id']] });
    const error = (notDestroyed as Record<string, Json>)[task?.['id'] as string];
    assert.equal(error?.['type'], 'primaryKeyViolation');
    const [same] = await tasksOf(id);
    assert.deepEqual([same?.['due'], same?.['progress']], [task?.['due'], undefined]);
    assert.equal(await world.services.access.directory.findAccount('taken@waypost.test'), heir);
  });

  test('data that is being removed is not had back', async () => {
    const { tasks } = world.services;
    const id = await world.addAccount('late');
    await destroyAccount(id);
    const [task] = await tasksOf(id);
    for await (const page of tasks.queue.scan()) {
      for (const one of page) {
        if (encodeId(one.id) !== task?.['id']) continue;
        await tasks.queue.change(one.id, (record) => ({
          ...record,
          progress: { done: 0, total: null, cursor: null },
        }));
      }
    }
    const { notDestroyed } = await call('x:Task/set', { destroy: [task?.['id']] });
    const error = (notDestroyed as Record<string, Json>)[task?.['id'] as string];
    assert.equal(error?.['type'], 'forbidden');
    assert.equal((await tasksOf(id)).length, 1);
  });

  test('a restored account outlives a task that could not be ended', async () => {
    const { tasks } = world.services;
    const id = await world.addAccount('alive');
    await store(id, 2);
    const subject = {
      '@type': 'DestroyAccount',
      accountId: id,
      accountDomainId: 1,
      accountName: 'alive',
      accountType: 'User',
    } as const;
    await tasks.add({ subject });
    await until(async () => (await tasksOf(id)).length === 0);
    assert.equal((await world.services.mail.account(id).view()).count, 2);
  });
});
