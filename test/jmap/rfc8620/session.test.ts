// RFC 8620 §1 and §2: ids, the session object, who may see it, and how it is found.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject, Session } from '../../../src/formats/jmap/index.ts';
import { answer, ask, CORE, http, inside, MAIL, mailbox, type Received } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
before(async () => {
  world = await SendingWorld.start();
  [ann, bob] = [await world.person('ann'), await world.person('bob')];
});
after(() => world.close());

const session = async (person: Person): Promise<Session> =>
  (await (await http(world, person, '/jmap/session')).json()) as Session;
const share = (box: string, rights: JsonObject | null) =>
  answer(ann, 'Mailbox/set', { update: { [box]: { [`shareWith/${bob.id}`]: rights } } });

test('§1.2: ids are 1 to 255 characters of the URL-safe alphabet, and begin with no dash', async () => {
  const ids = [
    ann.id,
    await mailbox(ann, { name: 'ids' }),
    await world.draft(ann),
    await world.identity(ann),
  ];
  const [got] = await ask(ann, [['Email/get', { ids: [ids[2] as string] }, 'c']]);
  const [email] = (got as Received)[1]['list'] as [JsonObject];
  for (const id of [...ids, email['threadId'], email['blobId']]) {
    assert.match(id as string, /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/);
  }
});

test('§1.4: dates have upper case letters and no fraction that is zero; a UTCDate ends in Z', async () => {
  const { created } = await answer(ann, 'Email/set', {
    create: {
      k: {
        mailboxIds: { [await world.box(ann, 'drafts')]: true },
        receivedAt: '2014-10-30T06:12:00Z',
        sentAt: '2014-10-30T14:12:00+08:00',
        subject: 'dated',
      },
    },
  });
  const id = inside(created, 'k', 'id') as string;
  const got = await answer(ann, 'Email/get', { ids: [id], properties: ['receivedAt', 'sentAt'] });
  assert.deepEqual(got['list'], [
    { id, receivedAt: '2014-10-30T06:12:00Z', sentAt: '2014-10-30T14:12:00+08:00' },
  ]);
  const bad = ['2014-10-30t06:12:00Z', '2014-10-30T06:12:00z', '2014-10-30T14:12:00+08:00', '2014-10-30', 1];
  for (const receivedAt of bad) {
    const mailboxIds = { [await world.box(ann, 'drafts')]: true };
    const set = await answer(ann, 'Email/set', { create: { k: { mailboxIds, receivedAt } } });
    assert.deepEqual(inside(set, 'notCreated', 'k', 'properties'), ['receivedAt'], String(receivedAt));
  }
});

test('§1.7: nothing answers without credentials, and a 401 names a way to sign in', async () => {
  const { apiUrl, uploadUrl, downloadUrl, eventSourceUrl } = await session(ann);
  const filled = (url: string) => url.replaceAll(/\{accountId\}/g, ann.id).replaceAll(/\{\w+\}/g, 'x');
  const requests: [string, RequestInit][] = [
    ['/jmap/session', {}],
    [apiUrl, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }],
    [filled(uploadUrl), { method: 'POST', body: 'x' }],
    [filled(downloadUrl), {}],
    [filled(eventSourceUrl), {}],
  ];
  for (const [url, init] of requests) {
    const reply = await http(world, undefined, url, init);
    assert.equal(reply.status, 401, url);
    assert.match(reply.headers.get('www-authenticate') ?? '', /^(?:Bearer|Basic)/, url);
    assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/, url);
    await reply.body?.cancel();
  }
});

test('§2: the session has all its members, of the right types', async () => {
  const reply = await http(world, ann, '/jmap/session');
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
  const value = (await reply.json()) as Session;
  assert.equal(value.username, ann.address);
  const core = value.capabilities[CORE] as JsonObject;
  const atLeast = {
    maxSizeUpload: 50_000_000,
    maxConcurrentUpload: 4,
    maxSizeRequest: 10_000_000,
    maxConcurrentRequests: 4,
    maxCallsInRequest: 16,
    maxObjectsInGet: 500,
    maxObjectsInSet: 500,
  };
  for (const [name, least] of Object.entries(atLeast)) {
    assert.ok(Number.isSafeInteger(core[name]) && (core[name] as number) >= least, name);
  }
  assert.ok((core['collationAlgorithms'] as string[]).includes('i;unicode-casemap'));
  const account = value.accounts[ann.id];
  assert.deepEqual([account?.name, account?.isPersonal, account?.isReadOnly], [ann.address, true, false]);
  assert.equal(typeof value.state, 'string');
});

test('§2: every capability of an account is one of the server, save those that stand with accounts only', async () => {
  const { capabilities, accounts } = await session(ann);
  const own = Object.keys(accounts[ann.id]?.accountCapabilities ?? {});
  const stray = own.filter((urn) => !(urn in capabilities));
  assert.deepEqual(stray, ['urn:ietf:params:jmap:principals:owner']);
});

test('§2: primaryAccounts names the own account, for capabilities of accounts only and never for core', async () => {
  const { primaryAccounts, accounts } = await session(ann);
  assert.equal(CORE in primaryAccounts, false);
  assert.equal(primaryAccounts[MAIL], ann.id);
  for (const [urn, id] of Object.entries(primaryAccounts))
    assert.ok(urn in (accounts[id]?.accountCapabilities ?? {}), urn);
});

test('§2: URLs are absolute and have every variable; the type stands in the query', async () => {
  const { apiUrl, uploadUrl, downloadUrl, eventSourceUrl } = await session(ann);
  for (const url of [apiUrl, uploadUrl, downloadUrl, eventSourceUrl])
    assert.ok(URL.canParse(url.replaceAll(/[{}]/g, '')), url);
  const variables = (url: string) => [...url.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
  assert.deepEqual(variables(downloadUrl), ['accountId', 'blobId', 'name', 'type']);
  assert.deepEqual(variables(uploadUrl), ['accountId']);
  assert.deepEqual(variables(eventSourceUrl), ['closeafter', 'ping', 'types']);
  assert.ok(downloadUrl.indexOf('?') < downloadUrl.indexOf('{type}') && downloadUrl.includes('?'));
});

test('§2: the session is not cached', async () => {
  const reply = await http(world, ann, '/jmap/session');
  assert.equal(reply.headers.get('cache-control'), 'no-cache, no-store, must-revalidate');
});

test('§2: the state stays while nothing changes, moves with the rest, and is repeated by each response', async () => {
  const before = await session(bob);
  assert.equal((await session(bob)).state, before.state);
  const told = async () => (await bob.client.request([['Core/echo', {}, 'c']])).sessionState;
  assert.equal(await told(), before.state);
  const box = await mailbox(ann, { name: 'shared' });
  await share(box, { mayReadItems: true });
  const behind = await session(bob);
  assert.notEqual(behind.state, before.state);
  assert.equal(await told(), behind.state);
  assert.ok(ann.id in behind.accounts && !(ann.id in before.accounts));
  await share(box, null);
});

test('§2: an account lists a capability exactly when its methods can be used there', async () => {
  const box = await mailbox(ann, { name: 'shared too' });
  await share(box, { mayReadItems: true });
  const { accountCapabilities = {} } = (await session(bob)).accounts[ann.id] ?? {};
  const probes: [urn: string, method: string, args: JsonObject][] = [
    [MAIL, 'Mailbox/get', { ids: [] }],
    ['urn:ietf:params:jmap:submission', 'Identity/get', { ids: [] }],
    ['urn:ietf:params:jmap:submission', 'EmailSubmission/set', {}],
    ['urn:ietf:params:jmap:vacationresponse', 'VacationResponse/get', { ids: [] }],
    ['urn:ietf:params:jmap:quota', 'Quota/get', { ids: [] }],
    ['urn:ietf:params:jmap:blob', 'Blob/get', { ids: [] }],
    ['urn:ietf:params:jmap:mdn', 'MDN/parse', { blobIds: [] }],
    ['urn:ietf:params:jmap:principals', 'Principal/get', { ids: [] }],
  ];
  for (const [urn, method, args] of probes) {
    const [response] = await ask(bob, [[method, { accountId: ann.id, ...args }, 'c']]);
    const refused = response?.[1]['type'] === 'accountNotSupportedByMethod';
    assert.equal(urn in accountCapabilities, !refused, `${method}: ${JSON.stringify(response)}`);
    if (urn in accountCapabilities) assert.equal(response?.[0], method);
  }
  await share(box, null);
});

test('§2.2: /.well-known/jmap leads to the session', async () => {
  const first = await http(world, ann, '/.well-known/jmap', { redirect: 'manual' });
  assert.ok([301, 302, 307, 308].includes(first.status));
  const reply = await http(world, ann, first.headers.get('location') as string);
  assert.equal(((await reply.json()) as Session).username, ann.address);
});
