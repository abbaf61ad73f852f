// A client that stays connected to a whole server: WebSocket and event source tell it of what others do, and end with
// its credential and with the server (RFC 8887, RFC 8620 §7).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JmapClient, JmapSocket, PushedStates } from '../../src/client/index.ts';
import { startWorld, type World, WORLD_PASSWORD } from '../support/world.ts';

let world: World;
let ann: JmapClient;
let account: string;
before(async () => {
  world = await startWorld();
  await world.addAccount('ann');
  ann = world.jmap('ann');
  account = await ann.account();
  // The first look makes the usual mailboxes.
  await ann.call('Mailbox/query', {});
  const update = { singleton: { websocketThrottle: 20, eventSourceThrottle: 20, websocketHeartbeat: 50 } };
  await world.jmap().request([['x:Jmap/set', { update }, 's']]);
});
after(() => world.close());

let number = 0;
const makeMailbox = () => ann.call('Mailbox/set', { create: { k: { name: `box ${number++}` } } });
const mailboxState = async () => (await ann.call('Mailbox/get', { ids: [] })).state;
const USING = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail'];
const settled = (socket: JmapSocket) => socket.request(USING, []);
const next = async (socket: JmapSocket): Promise<PushedStates> =>
  (await socket.pushes().next()).value as PushedStates;

test('a change over HTTP is told over the socket with the state that /get has', async () => {
  const socket = await ann.socket();
  socket.enablePush(['Mailbox']);
  await settled(socket);
  await makeMailbox();
  const { changed, pushState } = await next(socket);
  assert.deepEqual(changed, { [account]: { Mailbox: await mailboxState() } });
  const accountId = account;
  const { methodResponses } = await socket.request(USING, [['Mailbox/get', { accountId, ids: [] }, 'c']]);
  assert.equal(methodResponses[0]?.[1]['state'], changed[account]?.['Mailbox']);
  await socket.close();

  // What happened while nobody listened is told first.
  await makeMailbox();
  const again = await ann.socket();
  again.enablePush(['Mailbox'], pushState);
  assert.deepEqual((await next(again)).changed, { [account]: { Mailbox: await mailboxState() } });
  await again.close();
});

test('the event source tells the same', async () => {
  const events = ann.events({ types: 'Mailbox', closeafter: 'state' });
  // When the stream is open is not known: the first change after that is told.
  const changing = setInterval(() => void makeMailbox(), 50);
  const { value } = await events.next();
  clearInterval(changing);
  assert.ok(value);
  assert.equal(value.event, 'state');
  const { changed } = JSON.parse(value.data) as { changed: Record<string, Record<string, string>> };
  assert.deepEqual(Object.keys(changed), [account]);
  assert.equal((await events.next()).done, true);
});

test('blobs, quotas and mail work over the socket', async () => {
  const socket = await ann.socket();
  const { methodResponses } = await socket.request(
    [...USING, 'urn:ietf:params:jmap:blob', 'urn:ietf:params:jmap:quota'],
    [
      [
        'Blob/upload',
        { accountId: account, create: { k: { data: [{ 'data:asText': 'Subject: by socket\r\n\r\nx' }] } } },
        'b',
      ],
      ['Mailbox/query', { accountId: account, filter: { role: 'inbox' } }, 'm'],
      ['Quota/get', { accountId: account, ids: null }, 'q'],
    ],
  );
  const [[, uploaded], [, found], [, quota]] = methodResponses as never as [
    [string, { created: { k: { id: string } } }],
    [string, { ids: [string] }],
    [string, { list: unknown[] }],
  ];
  assert.deepEqual(quota.list, []);
  const emails = { k: { blobId: uploaded.created.k.id, mailboxIds: { [found.ids[0]]: true } } };
  const imported = await socket.request(USING, [['Email/import', { accountId: account, emails }, 'i']]);
  assert.ok(imported.methodResponses[0]?.[1]['created']);
  await socket.close();
});

test('another password ends the socket', async () => {
  await world.addAccount('bob');
  const bob = world.jmap('bob');
  const socket = await bob.socket();
  await settled(socket);
  const secret = 'another correct horse battery';
  const update = { singleton: { currentSecret: WORLD_PASSWORD, secret } };
  const { methodResponses } = await bob.request([['x:AccountPassword/set', { update }, 's']]);
  assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
  assert.equal(await socket.closed, 1008);
});

test('a server that stops says goodbye', async () => {
  const other = await startWorld();
  const socket = await other.jmap().socket();
  await settled(socket);
  await other.close();
  assert.equal(await socket.closed, 1001);
});
