// Columns of a large account: what bringing them up to date costs, snapshots, eviction, and views that stay as they were.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addSink } from '../../src/base/index.ts';
import { decodeColumns, encodeColumns } from '../../src/mail/columns/snapshot.ts';
import { noColumns } from '../../src/mail/columns/columns.ts';
import { KeywordTable } from '../../src/mail/records/keywords.ts';
import { keys, openMemory } from '../../src/store/index.ts';
import { Counted } from './counted.ts';
import { fillInbox } from './fill.ts';
import { contentOf } from './player.ts';
import { delivery, message, openWorld } from './world.ts';

const reply = (n: number): Uint8Array => message({ Subject: `s ${n}`, 'Message-ID': `<${n}@example.org>` });

test('a view after one change reads what changed, in an account of 100,000', async () => {
  const counted = new Counted();
  const world = openWorld({ wrap: (data) => counted.wrap(data) });
  try {
    const inbox = await fillInbox(world, 1, 100_000);
    const account = world.mail.account(1);
    const first = await account.view();
    assert.equal(first.count, 100_000);
    let before = counted.mark();
    assert.equal(await account.view(), first);
    assert.equal(counted.since(before).reads, 1, 'only the head');

    await world.mail.deliver(delivery(reply(1)), [1]);
    before = counted.mark();
    const second = await account.view();
    assert.equal(second.count, 100_001);
    assert.ok(counted.since(before).reads <= 10, `${counted.since(before).reads} rows`);
    // Nothing was copied that did not change.
    assert.equal((second.ids as Uint32Array).buffer, (first.ids as Uint32Array).buffer);
    const [was, now] = [first.members(inbox), second.members(inbox)];
    assert.ok(was && now);
    assert.equal((now.uids as Uint32Array).buffer, (was.uids as Uint32Array).buffer);
    assert.equal(was.count, 100_000);

    await account.storeFlags(inbox, [5], { mode: 'add', keywords: ['$flagged'], deleted: false });
    before = counted.mark();
    const third = await account.view();
    assert.ok(counted.since(before).reads <= 10, `${counted.since(before).reads} rows`);
    assert.equal(third.keywordTest('$flagged')?.(4), true);
    assert.equal(second.keywordTest('$flagged')?.(4), false);
    const { bytes, emails } = world.mail.memory();
    assert.ok(bytes / emails <= 48, `${(bytes / emails).toFixed(1)} bytes a message`);
  } finally {
    await world.close();
  }
});

describe('snapshots', () => {
  test('a cold start reads one and the changes since', async () => {
    const world = openWorld();
    const built: number[] = [];
    const remove = addSink((name, _, fields) => {
      if (name === 'mail.columns-built') built.push(fields['emails'] as number);
    });
    try {
      const inbox = await fillInbox(world, 1, 3000);
      const writer = world.fresh();
      await writer.account(1).view();
      assert.ok((built.at(-1) ?? 0) >= 3000);
      await writer.close();
      const account = world.mail.account(1);
      const trash = [...(await account.view()).mailboxes.values()].find(({ role }) => role === 'trash');
      await world.mail.deliver(delivery(reply(1)), [1]);
      await account.copy(inbox, [3, 4, 5], trash?.id as number);
      await account.storeFlags(inbox, [1, 2, 3], { mode: 'add', keywords: ['Other'], deleted: true });
      await account.expunge(inbox, [2, 3]);
      const count = built.length;
      const cold = world.fresh();
      const view = await cold.account(1).view();
      assert.equal(built.length, count, 'built from the records');
      assert.equal(contentOf(view), contentOf(await account.view()));
      await cold.close();
    } finally {
      remove();
      await world.close();
    }
  });

  test('what cannot be read is built anew', async () => {
    const stores = openMemory();
    const world = openWorld({ stores });
    try {
      await fillInbox(world, 1, 2500);
      const writer = world.fresh();
      await writer.account(1).view();
      await writer.close();
      const key = keys.snapshotKey(1, 0x40);
      const row = await stores.data.get(key);
      assert.ok(row);
      for (const bad of [Uint8Array.of(9), row.subarray(0, 1000), new Uint8Array(row.length)]) {
        await stores.data.commit(stores.data.newBatch().set(key, bad));
        const cold = world.fresh();
        assert.equal((await cold.account(1).view()).count, 2500);
        await cold.close();
      }
    } finally {
      await world.close();
    }
  });

  test('bytes of another version are none', () => {
    const bytes = Buffer.concat([...encodeColumns(noColumns(5, 2, new KeywordTable(['A'])))]);
    const columns = decodeColumns(bytes);
    assert.equal(columns?.change, 5);
    assert.equal(columns.epoch, 2);
    assert.deepEqual(columns.keywords.own, ['A']);
    bytes[0] = 99;
    assert.equal(decodeColumns(bytes), undefined);
  });
});

test('accounts that were used last stay, within the bytes allowed', async () => {
  const world = openWorld({ columnBytes: 220_000 });
  try {
    for (const account of [1, 2, 3]) await fillInbox(world, account, 2000);
    const views = [];
    for (const account of [1, 2, 3]) views.push(await world.mail.account(account).view());
    const { bytes, accounts } = world.mail.memory();
    assert.ok(bytes <= 220_000, `${bytes} bytes`);
    assert.equal(accounts, 2);
    const again = await world.mail.account(1).view();
    assert.notEqual(again, views[0]);
    assert.equal(contentOf(again), contentOf(views[0] as never));
  } finally {
    await world.close();
  }
});

test('views asked for at once are each as new as their question', async () => {
  const world = openWorld();
  try {
    const account = world.mail.account(1);
    await account.view();
    const checks = Array.from({ length: 60 }, async (_, i) => {
      const [outcome] = await world.mail.deliver(delivery(reply(i)), [1]);
      assert.ok(outcome && 'value' in outcome);
      assert.ok((await account.view()).row(outcome.value.id) >= 0);
    });
    await Promise.all(checks);
    assert.equal((await account.view()).count, 60);
  } finally {
    await world.close();
  }
});

test('without a change in the log that reaches back, columns are built anew', async () => {
  const world = openWorld();
  try {
    const inbox = await fillInbox(world, 1, 50);
    const account = world.mail.account(1);
    await account.view();
    const other = world.fresh().account(1);
    for (let i = 1; i <= 20; i++)
      await other.storeFlags(inbox, [i], { mode: 'add', keywords: ['$flagged'], deleted: i % 2 === 0 });
    await other.expunge(inbox, [2, 4]);
    const { change } = await account.account.head();
    await world.accounts.trim(1, 2, Date.now() + 1000);
    assert.equal(contentOf(await account.view()), contentOf(await other.view()));
    assert.equal(await account.vanished(inbox, 1), undefined);
    assert.deepEqual(await account.vanished(inbox, change), []);
    await world.accounts.renew(1);
    assert.equal((await account.view()).head.epoch, (await account.account.head()).epoch);
  } finally {
    await world.close();
  }
});
