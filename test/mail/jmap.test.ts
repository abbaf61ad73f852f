// JMAP over the real mail floor: what only the two together can get wrong.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { JmapClient } from '../../src/client/index.ts';
import { decodeId, encodeId } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  jmapAccount,
  mailMethods,
  methodTable,
} from '../../src/jmap/index.ts';
import { noSharing, testDirectory, testToken } from '../../src/jmap/testing.ts';
import { createBlobAccess, type MailAccount } from '../../src/mail/index.ts';
import { openMemory } from '../../src/store/index.ts';
import { delivery, message, openWorld, type World } from './world.ts';

const ACCOUNT = 7;
let world: World;
let account: MailAccount;
let server: TestServer;
let client: JmapClient;
let inbox: number;
before(async () => {
  const stores = openMemory();
  world = openWorld({ stores });
  const access = createBlobAccess(stores);
  const methods = mailMethods({
    account: (id) => jmapAccount(world.mail.account(id)),
    blobs: {
      reads: stores.blobs,
      mayRead: ({ accountId }, hashes) => access.mayRead(accountId, hashes),
    },
    settings: () => DEFAULT_JMAP_SETTINGS,
    limits: () => ({ maxAttachmentSize: 1_000_000, maxMessageSize: 2_000_000 }),
    hostname: () => 'mail.example.org',
    ...noSharing,
  });
  server = await startTestServer<AccessToken>({
    routes: apiRoutes({
      table: methodTable([...coreMethods, ...methods]),
      directory: testDirectory(),
      settings: () => DEFAULT_JMAP_SETTINGS,
    }),
    signIn: async () => testToken('*'),
  });
  client = new JmapClient({ origin: server.origin, authorization: 'Bearer x' });
  account = world.mail.account(ACCOUNT);
});
after(async () => {
  await server.close();
  await world.close();
});
beforeEach(async () => {
  const view = await account.view();
  inbox = [...view.mailboxes.keys()][0] as number;
  await account.destroyEmails(Array.from(view.ids));
});

let n = 0;
async function deliverOne(): Promise<string> {
  const bytes = message({ From: 'Ann <ann@example.org>', Subject: `number ${++n}` });
  const [outcome] = await world.mail.deliver(delivery(bytes), [ACCOUNT]);
  assert.ok(outcome && 'value' in outcome);
  return encodeId(outcome.value.id);
}
const flag = async (
  id: string,
  keywords: readonly string[],
  deleted: boolean,
  mode: 'add' | 'remove' = 'add',
) => {
  const members = (await account.view()).members(inbox);
  const view = await account.view();
  const row = view.row(decodeId(id) as number);
  const index = Array.from(members?.rows ?? []).indexOf(row);
  await account.storeFlags(inbox, [members?.uids[index] as number], { mode, keywords, deleted });
};

test('a delivered message is there, with everything that lists need', async () => {
  const id = await deliverOne();
  const { ids } = await client.call('Email/query', { filter: { inMailbox: encodeId(inbox) } });
  assert.deepEqual(ids, [id]);
  const { list } = await client.call('Email/get', {
    ids: [id],
    properties: ['subject', 'preview', 'size', 'hasAttachment', 'from', 'threadId'],
  });
  assert.equal(list[0]?.subject, `number ${n}`);
  assert.equal(list[0]?.preview, 'Hello.');
  const threads = await client.call('Thread/get', { ids: [list[0]?.threadId as string] });
  assert.deepEqual(threads.list[0]?.emailIds, [id]);
});

test('what IMAP marked \\Deleted is out of sight, and returns as created', async () => {
  const [one, two] = [await deliverOne(), await deliverOne()];
  const { state } = await client.call('Email/get', { ids: [] });
  await flag(one, [], true);
  const {
    list,
    notFound,
    state: hidden,
  } = await client.call('Email/get', { ids: [one, two], properties: ['id'] });
  assert.deepEqual(
    list.map(({ id }) => id),
    [two],
  );
  assert.deepEqual(notFound, [one]);
  assert.deepEqual((await client.call('Email/query', {})).ids, [two]);
  assert.deepEqual((await client.call('Email/changes', { sinceState: state })).destroyed, [one]);
  const box = await client.call('Mailbox/get', { ids: [encodeId(inbox)] });
  assert.equal(box.list[0]?.totalEmails, 1);
  assert.equal(box.list[0]?.totalThreads, 1);
  // Flags of what nobody sees move nothing.
  await flag(one, ['$flagged'], true);
  assert.equal((await client.call('Email/get', { ids: [] })).state, hidden);
  const update = await client.call('Email/set', { update: { [one]: { 'keywords/$seen': true } } });
  assert.equal(update.notUpdated?.[one]?.type, 'notFound');
  await flag(one, [], true, 'remove');
  assert.deepEqual((await client.call('Email/changes', { sinceState: hidden })).created, [one]);
});

test('keywords are in lower case, however IMAP spelled them', async () => {
  const id = await deliverOne();
  await flag(id, ['MyFlag', '$Forwarded'], false);
  const { list } = await client.call('Email/get', { ids: [id], properties: ['keywords'] });
  assert.deepEqual(list[0]?.keywords, { $forwarded: true, myflag: true });
  assert.deepEqual((await client.call('Email/query', { filter: { hasKeyword: 'myflag' } })).ids, [id]);
  await client.call('Email/set', { update: { [id]: { 'keywords/myflag': null } } });
  assert.deepEqual((await account.view()).keywordsOf(0), ['$forwarded']);
});

test('mailboxes refuse in the words of JMAP', async () => {
  const { created } = await client.call('Mailbox/set', {
    create: { a: { name: 'a' }, b: { name: 'b', parentId: '#a' } },
  });
  const [a, b] = [created?.['a']?.id as string, created?.['b']?.id as string];
  const id = await deliverOne();
  await client.call('Email/set', { update: { [id]: { mailboxIds: { [b]: true } } } });
  const set = await client.call('Mailbox/set', {
    create: { twin: { name: 'A' } },
    destroy: [a, b, encodeId(inbox)],
  });
  assert.equal(set.notCreated?.['twin']?.type, 'invalidProperties');
  assert.equal(set.notCreated?.['twin']?.existingId, a);
  assert.equal(set.notDestroyed?.[a]?.type, 'mailboxHasChild');
  assert.equal(set.notDestroyed?.[b]?.type, 'mailboxHasEmail');
  assert.equal(set.notDestroyed?.[encodeId(inbox)]?.type, 'forbidden');
  const again = await client.call('Mailbox/set', { onDestroyRemoveEmails: true, destroy: [a, b] });
  assert.deepEqual(new Set(again.destroyed), new Set([a, b]));
});
