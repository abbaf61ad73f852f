// RFC 8621 §1.3 and §1.4: what the session says of mail, submission and vacation responses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import type { JsonObject, Session } from '../../../src/formats/jmap/index.ts';
import { WORLD_PASSWORD } from '../../support/world.ts';
import { answer, errorOf, inside, MAIL, mailbox } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

const SUBMISSION = 'urn:ietf:params:jmap:submission';
const VACATION = 'urn:ietf:params:jmap:vacationresponse';

let world: SendingWorld;
let ann: Person;
let session: Session;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  session = await ann.client.session();
});
after(() => world.close());
const own = (urn: string) => session.accounts[ann.id]?.accountCapabilities[urn] as JsonObject;

test('§1.3: the three capabilities are empty objects in the session', () => {
  for (const urn of [MAIL, SUBMISSION, VACATION]) assert.deepEqual(session.capabilities[urn], {}, urn);
});

test('§1.3.1: the account says its limits of mail, with the types and bounds they have to have', () => {
  const mail = own(MAIL);
  assert.deepEqual(Object.keys(mail).sort(), [
    'emailQuerySortOptions',
    'maxMailboxDepth',
    'maxMailboxesPerEmail',
    'maxSizeAttachmentsPerEmail',
    'maxSizeMailboxName',
    'mayCreateTopLevelMailbox',
  ]);
  for (const name of ['maxMailboxesPerEmail', 'maxMailboxDepth'])
    assert.ok(mail[name] === null || (Number.isSafeInteger(mail[name]) && (mail[name] as number) >= 1), name);
  assert.ok((mail['maxSizeMailboxName'] as number) >= 100);
  assert.ok(Number.isSafeInteger(mail['maxSizeAttachmentsPerEmail']));
  assert.equal(mail['mayCreateTopLevelMailbox'], true);
});

test('§1.3.1: every sort option of the list can be sorted by, and those of the standard are in it', async () => {
  const options = own(MAIL)['emailQuerySortOptions'] as string[];
  assert.ok(options.includes('receivedAt'));
  for (const property of options) {
    const keyword = property.endsWith('Keyword') ? { keyword: '$seen' } : {};
    assert.ok(await answer(ann, 'Email/query', { sort: [{ property, ...keyword }] }), property);
  }
});

test('§1.3.1: the name of a mailbox may have maxSizeMailboxName octets, and no more', async () => {
  const most = own(MAIL)['maxSizeMailboxName'] as number;
  const name = 'ü'.repeat(Math.floor(most / 2)) + 'x'.repeat(most % 2);
  assert.ok(await mailbox(ann, { name }));
  const { notCreated } = await answer(ann, 'Mailbox/set', { create: { k: { name: `${name}y` } } });
  assert.deepEqual(inside(notCreated, 'k', 'properties'), ['name']);
});

test('§1.3.1: mailboxes can be maxMailboxDepth deep, and no deeper', async () => {
  const depth = own(MAIL)['maxMailboxDepth'] as number;
  let parentId: string | null = null;
  for (let level = 0; level < depth; level++)
    parentId = await mailbox(ann, { name: `level ${level}`, parentId });
  const { notCreated } = await answer(ann, 'Mailbox/set', { create: { k: { name: 'too deep', parentId } } });
  assert.ok(inside(notCreated, 'k', 'type'));
});

test('§1.3.1: the limits are those in force, and the state of the session moves with them', async () => {
  const admin = world.world.jmap();
  const set = async (name: string, patch: JsonObject) => {
    const { methodResponses } = await admin.request([[name, { update: { singleton: patch } }, 'c']] as never);
    assert.ok(inside(methodResponses[0]?.[1] as JsonObject, 'updated'), JSON.stringify(methodResponses));
  };
  const before = await world.world.jmap('ann').session();
  await set('x:Email/set', { maxMailboxDepth: 4, maxMailboxNameLength: 120, maxAttachmentSize: 9_000_000 });
  await set('x:Jmap/set', { maxConcurrentRequests: null });
  const during = await world.world.jmap('ann').session();
  await set('x:Email/set', { maxMailboxDepth: 10, maxMailboxNameLength: 255, maxAttachmentSize: 50_000_000 });
  await set('x:Jmap/set', { maxConcurrentRequests: 4 });
  const { emailQuerySortOptions: _, ...mail } = during.accounts[ann.id]?.accountCapabilities[MAIL] ?? {};
  assert.deepEqual(mail, {
    maxMailboxesPerEmail: 255,
    maxMailboxDepth: 4,
    maxSizeMailboxName: 120,
    maxSizeAttachmentsPerEmail: 9_000_000,
    mayCreateTopLevelMailbox: true,
  });
  const { maxConcurrentRequests } = during.capabilities['urn:ietf:params:jmap:core'] ?? {};
  assert.equal(maxConcurrentRequests, Number.MAX_SAFE_INTEGER);
  assert.notEqual(during.state, before.state);
});

test('§1.3.2: the account says how long it can hold a message, and what it can do with one', () => {
  const { maxDelayedSend, submissionExtensions, ...rest } = own(SUBMISSION);
  assert.deepEqual(rest, {});
  assert.ok(Number.isSafeInteger(maxDelayedSend) && (maxDelayedSend as number) >= 0);
  for (const [name, args] of Object.entries(submissionExtensions as JsonObject)) {
    assert.match(name, /^[A-Z0-9-]+$/);
    assert.ok(Array.isArray(args) && args.every((one) => typeof one === 'string'), name);
  }
  for (const name of ['PIPELINING', 'CHUNKING', 'STARTTLS'])
    assert.equal(name in (submissionExtensions as JsonObject), false, name);
});

test('§1.3.3: the one of vacation responses is empty in the account as well', () => {
  assert.deepEqual(own(VACATION), {});
});

test('§1.4: an account that is shared has what can be used in it, and nothing of its owner', async () => {
  const bob = await world.person('bob');
  const box = await mailbox(ann, { name: 'shared' });
  await answer(ann, 'Mailbox/set', {
    update: { [box]: { [`shareWith/${bob.id}`]: { mayReadItems: true } } },
  });
  const { accounts } = await bob.client.session();
  const shared = accounts[ann.id]?.accountCapabilities ?? {};
  assert.deepEqual(
    [MAIL, SUBMISSION, VACATION].map((urn) => urn in shared),
    [true, false, false],
  );
  assert.equal(shared[MAIL]?.['mayCreateTopLevelMailbox'], false);
  const { notCreated } = await answer(bob, 'Mailbox/set', {
    accountId: ann.id,
    create: { k: { name: 'x' } },
  });
  assert.equal(inside(notCreated, 'k', 'type'), 'forbidden');
  for (const name of ['Identity/get', 'EmailSubmission/query', 'VacationResponse/get'])
    assert.equal(await errorOf(bob, name, { accountId: ann.id }), 'accountNotSupportedByMethod', name);
});

test('§1.6: mailboxes, threads and e-mails have the ids that IMAP tells', async () => {
  await world.send(ann, { to: [{ name: null, email: ann.address }], subject: 'by both' });
  const [email] = await world.inbox(ann, ['threadId', 'mailboxIds']);
  const flow = new ImapFlow({
    host: '127.0.0.1',
    port: world.world.port('imap'),
    secure: false,
    auth: { user: ann.address, pass: WORLD_PASSWORD },
    tls: { rejectUnauthorized: false },
    logger: false,
  });
  await flow.connect();
  try {
    const { mailboxId } = await flow.mailboxOpen('INBOX');
    const found = await flow.fetchOne('*', { uid: true, threadId: true });
    assert.ok(found !== false);
    assert.deepEqual(
      [found.emailId, found.threadId, { [mailboxId as string]: true }],
      [email?.id, email?.threadId, email?.mailboxIds],
    );
  } finally {
    await flow.logout();
  }
});

test('§9.5: what may not be read is as if it were not there', async () => {
  const carl = await world.person('carl');
  const [open, closed] = [await mailbox(ann, { name: 'open' }), await mailbox(ann, { name: 'closed' })];
  await answer(ann, 'Mailbox/set', {
    update: { [open]: { [`shareWith/${carl.id}`]: { mayReadItems: true } } },
  });
  const make = async (box: string) => {
    const create = { k: { mailboxIds: { [box]: true }, subject: `in ${box}` } };
    const { created, notCreated } = await answer(ann, 'Email/set', { create });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return inside(created, 'k') as JsonObject;
  };
  const [seen, hidden] = [await make(open), await make(closed)];
  const of = (name: string, args: JsonObject) => answer(carl, name, { accountId: ann.id, ...args });
  const boxes = await of('Mailbox/get', { ids: [open, closed], properties: ['id'] });
  assert.deepEqual([boxes['list'], boxes['notFound']], [[{ id: open }], [closed]]);
  const ids = [seen['id'], hidden['id']] as string[];
  const emails = await of('Email/get', { ids, properties: ['id'] });
  assert.deepEqual([emails['list'], emails['notFound']], [[{ id: ids[0] }], [ids[1]]]);
  assert.deepEqual((await of('Email/query', {}))['ids'], [ids[0]]);
  const threads = await of('Thread/get', { ids: [seen['threadId'], hidden['threadId']] as string[] });
  assert.deepEqual(threads['notFound'], [hidden['threadId']]);
});
