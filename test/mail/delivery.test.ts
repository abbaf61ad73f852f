// Delivery: duplicates, limits, many accounts, and that its cost does not depend on what the account holds.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { holdClock, LimitExceeded, NotFound } from '../../src/base/index.ts';
import { createMail } from '../../src/mail/index.ts';
import { keys } from '../../src/store/index.ts';
import { type Costs, Counted } from './counted.ts';
import { fillInbox } from './fill.ts';
import { delivery, message, openWorld, sha256, SETTINGS, type World } from './world.ts';

let world: World;
let n = 0;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

const text = (more: Record<string, string> = {}): Uint8Array =>
  message({ From: 'ann@example.org', Subject: 'hello', 'Message-ID': `<${++n}@example.org>`, ...more });

test('a message goes to the inbox of each account, in one commit, as one blob', async () => {
  const bytes = text();
  const { commits } = world.accounts.stats;
  const outcomes = await world.mail.deliver(delivery(bytes, { keywords: ['$junk'] }), [1, 2, 3]);
  assert.equal(world.accounts.stats.commits - commits, 1);
  for (const [i, outcome] of outcomes.entries()) {
    assert.ok('value' in outcome);
    const account = world.mail.account(i + 1);
    const view = await account.view();
    assert.equal(view.count, 1);
    const row = view.row(outcome.value.id);
    assert.deepEqual(view.keywordsOf(row), ['$junk']);
    assert.equal(view.mailboxes.get(view.mailboxesOf(row)[0] as number)?.role, 'inbox');
    const [cold] = await account.cold([outcome.value.id]);
    assert.deepEqual(cold?.hash, new Uint8Array(sha256(bytes)));
    assert.equal(cold?.preview, 'Hello.');
    assert.match(Buffer.from(cold?.envelope ?? []).toString(), /"hello"/);
    assert.match(Buffer.from(cold?.bodyStructure ?? []).toString(), /^\("text" "plain"/i);
    assert.equal(cold?.utf8, cold);
    const log = await account.account.log(0, 10);
    assert.equal(log?.length, 1);
    assert.equal(log[0]?.delivery, true);
  }
  assert.deepEqual(await world.stores.blobs.read(sha256(bytes)), new Uint8Array(bytes));
});

test('more than fifty accounts are several commits', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => i + 1);
  const { commits } = world.accounts.stats;
  const outcomes = await world.mail.deliver(delivery(text()), ids);
  assert.equal(world.accounts.stats.commits - commits, 3);
  assert.ok(outcomes.every((outcome) => 'value' in outcome));
  assert.equal((await world.mail.account(120).view()).count, 1);
});

test('an account that is named twice gets one copy', async () => {
  const outcomes = await world.mail.deliver(delivery(text()), [1, 1]);
  assert.deepEqual(outcomes[0], outcomes[1]);
  assert.equal((await world.mail.account(1).view()).count, 1);
});

describe('the same bytes again', () => {
  test('are skipped while the e-mail is there, wherever it was moved', async () => {
    const bytes = text();
    const [first] = await world.mail.deliver(delivery(bytes), [1]);
    assert.ok(first && 'value' in first);
    const account = world.mail.account(1);
    const [inbox, trash] = [...(await account.view()).mailboxes.keys()] as [number, number];
    await account.move(inbox, [1], trash);
    const before = (await account.account.head()).change;
    const [again, other] = await world.mail.deliver(delivery(bytes), [1, 2]);
    assert.deepEqual(again, { value: { id: first.value.id, duplicate: true } });
    assert.ok(other && 'value' in other && !other.value.duplicate);
    assert.equal((await account.account.head()).change, before);
    await account.destroyEmails([first.value.id]);
    const [later] = await world.mail.deliver(delivery(bytes), [1]);
    assert.ok(later && 'value' in later && !later.value.duplicate);
  });

  test('are delivered after a week', async () => {
    const bytes = text();
    let now = Date.now();
    const release = holdClock(() => now);
    try {
      await world.mail.deliver(delivery(bytes), [1]);
      now += 7 * 24 * 3600 * 1000 - 5000;
      const [within] = await world.mail.deliver(delivery(bytes), [1]);
      assert.ok(within && 'value' in within && within.value.duplicate);
      now += 10_000;
      const [after] = await world.mail.deliver(delivery(bytes), [1]);
      assert.ok(after && 'value' in after && !after.value.duplicate);
    } finally {
      release();
    }
  });

  test('are what was received, whatever block was put in front', async () => {
    const bytes = text();
    const block = Buffer.from('Received: by here; now\r\n');
    const receivedHash = sha256(bytes);
    await world.mail.deliver(delivery(bytes, { receivedHash }), [1]);
    const [again] = await world.mail.deliver(delivery(Buffer.concat([block, bytes]), { receivedHash }), [1]);
    assert.ok(again && 'value' in again && again.value.duplicate);
  });

  test('are known without a Message-ID too, and make no conversation of strangers', async () => {
    const bytes = message({ From: 'ann@example.org', Subject: 'x' });
    await world.mail.deliver(delivery(bytes), [1]);
    const [again] = await world.mail.deliver(delivery(bytes), [1]);
    assert.ok(again && 'value' in again && again.value.duplicate);
    await world.mail.deliver(delivery(message({ From: 'ann@example.org', Subject: 'x' }, 'Other.')), [1]);
    const view = await world.mail.account(1).view();
    assert.equal(new Set(Array.from(view.threads)).size, 2);
  });

  test('are no duplicate of a different message with the same Message-ID, or of an appended one', async () => {
    const fields = { From: 'ann@example.org', Subject: 'x', 'Message-ID': '<same@example.org>' };
    const account = world.mail.account(1);
    const [inbox] = (await account.view()).mailboxes.keys();
    const input = { mailboxIds: [inbox as number], keywords: [], receivedAt: 1 };
    await account.append([{ ...input, bytes: message(fields, 'one') }]);
    for (const body of ['one', 'two', 'three']) {
      const [outcome] = await world.mail.deliver(delivery(message(fields, body)), [1]);
      assert.ok(outcome && 'value' in outcome && !outcome.value.duplicate);
    }
    const view = await account.view();
    assert.equal(view.count, 4);
    assert.equal(new Set(Array.from(view.threads)).size, 1);
  });
});

describe('limits', () => {
  test('an account over its quota refuses, the others get their copy', async () => {
    const bytes = text();
    const mail = createMail({
      accounts: world.accounts,
      data: world.stores.data,
      settings: () => SETTINGS,
      limitsOf: async (id) => {
        if (id === 4) throw new NotFound('account', id);
        return id === 2 ? { maxDiskQuota: bytes.length + 10 } : {};
      },
    });
    assert.ok((await mail.deliver(delivery(text()), [2])).every((outcome) => 'value' in outcome));
    await assert.rejects(mail.checkRoom(2, 20), LimitExceeded);
    await mail.checkRoom(3, 20);
    await assert.rejects(mail.checkRoom(3, SETTINGS.maxMessageSize + 1), { limit: 'maxMessageSize' });
    const [one, two, three, four] = await mail.deliver(delivery(bytes), [1, 2, 3, 4]);
    assert.ok(one && 'value' in one && three && 'value' in three);
    assert.ok(two && 'error' in two && two.error instanceof LimitExceeded);
    assert.equal(two.error.limit, 'maxDiskQuota');
    assert.ok(four && 'error' in four && four.error instanceof NotFound);
    assert.equal((await mail.account(2).view()).count, 1);
  });

  test('the number of e-mails and the size of one', async () => {
    world.limits = { maxEmails: 1 };
    await world.mail.deliver(delivery(text()), [1]);
    const [second] = await world.mail.deliver(delivery(text()), [1]);
    assert.ok(second && 'error' in second && second.error instanceof LimitExceeded);
    const small = createMail({
      accounts: world.accounts,
      data: world.stores.data,
      settings: () => ({ ...SETTINGS, maxMessageSize: 100 }),
      limitsOf: async () => ({}),
    });
    await assert.rejects(small.deliver(delivery(text({ 'X-Long': 'x'.repeat(100) })), [2]), LimitExceeded);
  });
});

test('default mailboxes are made by the first delivery, as the settings say', async () => {
  const mail = createMail({
    accounts: world.accounts,
    data: world.stores.data,
    settings: () => ({
      ...SETTINGS,
      defaultFolders: {
        inbox: { name: 'Posteingang' },
        archive: { name: 'Archiv', create: true },
        sent: { create: false },
        junk: { create: false, subscribe: false },
      },
    }),
    limitsOf: async () => ({}),
  });
  await mail.deliver(delivery(text()), [9]);
  const { change } = await mail.account(9).account.head();
  const { mailboxes } = await mail.account(9).view();
  assert.equal(change, 1);
  assert.deepEqual(
    [...mailboxes.values()].map(({ name, role, subscribers }) => [role, name, subscribers]),
    [
      ['inbox', 'Posteingang', [9]],
      ['trash', 'Deleted Items', [9]],
      ['junk', 'Junk Mail', []],
      ['drafts', 'Drafts', [9]],
      ['archive', 'Archiv', []],
    ],
  );
});

test('one delivery costs the same in an inbox of 100,000 as in one of a hundred', async () => {
  const counted = new Counted();
  const big = openWorld({ wrap: (data) => counted.wrap(data) });
  try {
    await fillInbox(big, 1, 100);
    await fillInbox(big, 2, 100_000);
    const cost = async (account: number): Promise<Costs> => {
      // The same message and the first of its conversation in each account.
      await big.mail.deliver(delivery(message({ Subject: 'a', 'Message-ID': '<a@x>' })), [account]);
      const before = counted.mark();
      const bytes = message({ Subject: 'Re: a', 'Message-ID': '<b@x>', References: '<a@x>' });
      const [outcome] = await big.mail.deliver(delivery(bytes), [account]);
      assert.ok(outcome && 'value' in outcome);
      return counted.since(before);
    };
    const small = await cost(1);
    const large = await cost(2);
    assert.equal(large.commits, 1);
    assert.equal(large.rows, small.rows);
    assert.equal(large.reads, small.reads);
    // Numbers that are stored as short as they are.
    assert.ok(Math.abs(large.bytes - small.bytes) < 24, `${large.bytes} and ${small.bytes} bytes written`);
    assert.ok(Math.abs(large.readBytes - small.readBytes) < 24);
    assert.ok(small.rows <= 14, `${small.rows} rows`);
  } finally {
    await big.close();
  }
});

test('a delivery leaves a link, a cold record, a search task and a log entry', async () => {
  const bytes = text();
  const [outcome] = await world.mail.deliver(delivery(bytes), [1]);
  assert.ok(outcome && 'value' in outcome);
  const { id } = outcome.value;
  const { data } = world.stores;
  const rows = [keys.blobLinkKey(sha256(bytes), 1, 2, id), keys.coldKey(1, 2, id), keys.searchTaskKey(1, id)];
  assert.ok((await data.getMany(rows)).every((row) => row !== undefined));
  await world.mail.account(1).destroyEmails([id]);
  const [link, cold, task] = await data.getMany(rows);
  assert.equal(link, undefined);
  assert.equal(cold, undefined);
  assert.ok(task, 'the index must be told');
  const left = await data.scan(keys.prefixRange(keys.indexKey(1, 0x11)));
  assert.equal(left.keys.length, 0, 'the thread index is empty');
  assert.equal((await world.accounts.get(1).head()).usedBytes, 0);
});
