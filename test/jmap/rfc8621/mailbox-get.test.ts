// RFC 8621 §2 and §2.1, §2.2: what a mailbox is, and what changes of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Mailbox } from '../../../src/formats/jmap/index.ts';
import { RawClient } from '../../support/raw-client.ts';
import { WORLD_PASSWORD } from '../../support/world.ts';
import { failure, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

async function mailbox(id: string): Promise<Mailbox> {
  const { list } = await world.client.call('Mailbox/get', { ids: [id] });
  return list[0] as Mailbox;
}
const counts = async (id: string) => {
  const { totalEmails, unreadEmails, totalThreads, unreadThreads } = await mailbox(id);
  return [totalEmails, unreadEmails, totalThreads, unreadThreads];
};
const state = async () => (await world.client.call('Mailbox/get', { ids: [] })).state;

describe('§2 a mailbox', () => {
  test('has every property with its type, and the defaults where none was given', async () => {
    const parent = await world.mailbox();
    const id = await world.mailbox({ name: 'Types', parentId: parent });
    const { myRights, ...rest } = await mailbox(id);
    assert.deepEqual(rest, {
      id,
      name: 'Types',
      parentId: parent,
      role: null,
      sortOrder: 0,
      totalEmails: 0,
      unreadEmails: 0,
      totalThreads: 0,
      unreadThreads: 0,
      isSubscribed: true,
    });
    for (const right of [
      'mayReadItems',
      'mayAddItems',
      'mayRemoveItems',
      'maySetSeen',
      'maySetKeywords',
      'mayCreateChild',
      'mayRename',
      'mayDelete',
      'maySubmit',
    ] as const)
      assert.equal(myRights[right], true, right);
  });

  test('no two have one role, and each role is of the registry in lower case', async () => {
    const { list } = await world.client.call('Mailbox/get', { ids: null });
    const roles = list.map(({ role }) => role).filter((role) => role !== null);
    assert.deepEqual([...new Set(roles)].sort(), [...roles].sort());
    assert.ok(roles.includes('inbox'));
    const registered = new Set(
      'all archive drafts flagged important inbox junk memos scheduled sent snoozed subscribed trash'.split(
        ' ',
      ),
    );
    for (const role of roles) assert.ok(registered.has(role), role);
  });

  test('that has to stay says in its rights that it cannot be deleted', async () => {
    const inbox = await world.box('inbox');
    assert.equal((await mailbox(inbox)).myRights.mayDelete, false);
    const { notDestroyed } = await world.client.call('Mailbox/set', { destroy: [inbox] });
    assert.equal(notDestroyed?.[inbox]?.type, 'forbidden');
  });

  test('keeps the id of an e-mail that comes from another', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const id = await world.plain('moves', { mailboxIds: { [a]: true } });
    await world.update(id, { [`mailboxIds/${a}`]: null, [`mailboxIds/${b}`]: true });
    assert.deepEqual(await world.property(id, 'mailboxIds'), { [b]: true });
    assert.deepEqual(
      [await counts(a), await counts(b)],
      [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ],
    );
  });
});

describe('§2 counts', () => {
  test('unreadEmails leaves out what is $seen and what is a $draft', async () => {
    const box = await world.mailbox();
    const mailboxIds = { [box]: true };
    await world.plain('unread', { mailboxIds });
    await world.plain('flagged', { mailboxIds, keywords: { $flagged: true } });
    await world.plain('seen', { mailboxIds, keywords: { $seen: true } });
    await world.plain('draft', { mailboxIds, keywords: { $draft: true } });
    await world.plain('both', { mailboxIds, keywords: { $seen: true, $draft: true } });
    assert.deepEqual(await counts(box), [5, 2, 5, 2]);
  });

  test('totalThreads counts a thread once, unreadThreads by any e-mail of it in any mailbox', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const seen = { $seen: true };
    await world.plain('plan', { mailboxIds: { [a]: true }, keywords: seen }, 'Message-ID: <plan@x>');
    await world.plain('Re: plan', { mailboxIds: { [a]: true }, keywords: seen }, 'In-Reply-To: <plan@x>');
    assert.deepEqual(await counts(a), [2, 0, 1, 0]);
    await world.plain('Re: plan', { mailboxIds: { [b]: true } }, 'In-Reply-To: <plan@x>');
    // The unread e-mail need not be in this mailbox.
    assert.deepEqual(
      [await counts(a), await counts(b)],
      [
        [2, 0, 1, 1],
        [1, 1, 1, 1],
      ],
    );
  });

  test('e-mails that are in the trash only make no other mailbox unread, and others not the trash', async () => {
    const [inbox, trash] = [await world.mailbox(), await world.box('trash')];
    const before = await counts(trash);
    const deleted = await world.plain('example', { mailboxIds: { [trash]: true } }, 'Message-ID: <ex@x>');
    const kept = await world.plain(
      'Re: example',
      { mailboxIds: { [inbox]: true }, keywords: { $seen: true } },
      'In-Reply-To: <ex@x>',
    );
    assert.equal(await world.property(deleted, 'threadId'), await world.property(kept, 'threadId'));
    // The example of the standard: 1 for the trash and 0 for the inbox.
    assert.deepEqual(await counts(inbox), [1, 0, 1, 0]);
    assert.equal((await counts(trash))[3], (before[3] as number) + 1);
    // The other way round.
    await world.update(deleted, { 'keywords/$seen': true });
    await world.update(kept, { 'keywords/$seen': null });
    assert.deepEqual(await counts(inbox), [1, 1, 1, 1]);
    assert.equal((await counts(trash))[3], before[3]);
    // In both: it counts in both.
    await world.update(kept, { [`mailboxIds/${trash}`]: true });
    assert.deepEqual(await counts(inbox), [1, 1, 1, 1]);
    assert.equal((await counts(trash))[3], (before[3] as number) + 1);
  });

  test('§4.1.1 what IMAP marked \\Deleted is neither counted nor seen', async () => {
    const box = await world.mailbox({ name: 'Marked' });
    const id = await world.plain('marked', { mailboxIds: { [box]: true } });
    assert.deepEqual(await counts(box), [1, 1, 1, 1]);
    const imap = await RawClient.connectTls(world.sending.world.port('imaps'));
    await imap.until('* OK');
    imap.send(`a LOGIN ann@waypost.test "${WORLD_PASSWORD}"\r\nb SELECT Marked\r\n`);
    await imap.until('b OK');
    imap.send('c STORE 1 +FLAGS (\\Deleted)\r\n');
    await imap.until('c OK');
    assert.deepEqual(await counts(box), [0, 0, 0, 0]);
    const { notFound } = await world.client.call('Email/get', { ids: [id] });
    assert.deepEqual(notFound, [id]);
    imap.send('e STORE 1 -FLAGS (\\Deleted)\r\nf STORE 1 +FLAGS (MyWord)\r\n');
    await imap.until('f OK');
    imap.socket.destroy();
    assert.deepEqual(await counts(box), [1, 1, 1, 1]);
    // §4.1.1: keywords are in lower case, and \Recent is none of them.
    assert.deepEqual(await world.property(id, 'keywords'), { myword: true });
  });
});

describe('§2.1 Mailbox/get', () => {
  test('null ids are all mailboxes, others come back as asked, unknown ones in notFound', async () => {
    const id = await world.mailbox();
    const all = await world.client.call('Mailbox/get', { ids: null });
    assert.ok(all.list.length > 5 && all.list.some((one) => one.id === id));
    assert.deepEqual(all.notFound, []);
    const some = await world.client.call('Mailbox/get', { ids: [id, 'zzzz'], properties: ['name'] });
    assert.deepEqual([some.list.map((one) => Object.keys(one)), some.notFound], [[['id', 'name']], ['zzzz']]);
    assert.equal(
      await failure(world.client.call('Mailbox/get', { ids: [id], properties: ['mayReadItems'] })),
      'invalidArguments',
    );
  });
});

describe('§2.2 Mailbox/changes', () => {
  test('updatedProperties names the counts when nothing else has changed, and is null otherwise', async () => {
    const box = await world.mailbox();
    const since = await state();
    const id = await world.plain('counted', { mailboxIds: { [box]: true } });
    const counted = await world.client.call('Mailbox/changes', { sinceState: since });
    assert.deepEqual(counted.updated, [box]);
    assert.deepEqual(counted.updatedProperties, [
      'totalEmails',
      'unreadEmails',
      'totalThreads',
      'unreadThreads',
    ]);
    await world.update(id, { 'keywords/$seen': true });
    const read = await world.client.call('Mailbox/changes', { sinceState: counted.newState });
    assert.deepEqual([read.updated, read.updatedProperties], [[box], counted.updatedProperties]);
    await world.client.call('Mailbox/set', { update: { [box]: { sortOrder: 3 } } });
    const mixed = await world.client.call('Mailbox/changes', { sinceState: since });
    assert.deepEqual([mixed.updated, mixed.updatedProperties], [[box], null]);
    const subscribed = await state();
    await world.client.call('Mailbox/set', { update: { [box]: { isSubscribed: false } } });
    const after = await world.client.call('Mailbox/changes', { sinceState: subscribed });
    assert.deepEqual([after.updated, after.updatedProperties], [[box], null]);
  });

  test('a keyword that no count depends on changes no mailbox', async () => {
    const box = await world.mailbox();
    const id = await world.plain('flagged', { mailboxIds: { [box]: true } });
    const since = await state();
    await world.update(id, { 'keywords/$flagged': true });
    assert.deepEqual((await world.client.call('Mailbox/changes', { sinceState: since })).updated, []);
  });

  test('§2.6 updatedProperties goes into a Mailbox/get by reference', async () => {
    const box = await world.mailbox();
    const since = await state();
    await world.plain('read', { mailboxIds: { [box]: true } });
    const accountId = world.ann.id;
    const reference = (path: string) => ({ resultOf: '0', name: 'Mailbox/changes', path });
    const { methodResponses } = await world.client.request([
      ['Mailbox/changes', { accountId, sinceState: since }, '0'],
      ['Mailbox/get', { accountId, '#ids': reference('/created') }, '1'],
      [
        'Mailbox/get',
        { accountId, '#ids': reference('/updated'), '#properties': reference('/updatedProperties') },
        '2',
      ],
    ]);
    assert.deepEqual(methodResponses[1]?.[1]['list'], []);
    assert.deepEqual(methodResponses[2]?.[1]['list'], [
      { id: box, totalEmails: 1, unreadEmails: 1, totalThreads: 1, unreadThreads: 1 },
    ]);
  });

  test('created and destroyed mailboxes are told', async () => {
    const since = await state();
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    await world.client.call('Mailbox/set', { destroy: [b] });
    const { created, updated, destroyed, newState, updatedProperties } = await world.client.call(
      'Mailbox/changes',
      { sinceState: since },
    );
    assert.deepEqual([created, updated, destroyed.includes(b), updatedProperties], [[a], [], false, null]);
    await world.client.call('Mailbox/set', { destroy: [a] });
    const gone = await world.client.call('Mailbox/changes', { sinceState: newState });
    assert.deepEqual(gone.destroyed, [a]);
  });
});
