// Waiting submissions whose thread is gone: others take them up, and each is sent once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holdClock } from '../../src/base/index.ts';
import { createSubmission, type SubmissionRecord } from '../../src/mail/index.ts';
import { createOutbox } from '../../src/mta/index.ts';
import { sha256 } from '../mail/world.ts';
import { eventually, type Person, SendingWorld, to } from './sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  bob = await world.person('bob');
  await world.world.services.outbox.close();
});
after(() => world.close());

function another() {
  const { mta, access, accounts, stores } = world.world.services;
  return createOutbox({ mta, access, accounts, data: stores.data, blobs: stores.blobs });
}

const arrivals = async (subject: string) =>
  (await world.inbox(bob, ['subject'])).filter((email) => email?.subject === subject).length;

test('one that is held is sent by whoever looks, once', async () => {
  const emailId = await world.draft(ann, { subject: 'held' });
  const { created } = await ann.client.call('EmailSubmission/set', {
    create: {
      s: {
        identityId: await world.identity(ann),
        emailId,
        envelope: {
          mailFrom: { email: ann.address, parameters: { HOLDFOR: '1' } },
          rcptTo: [{ email: bob.address, parameters: null }],
        },
      },
    },
  });
  assert.equal(created?.['s']?.undoStatus, 'pending');
  const outboxes = [another(), another()];
  for (const outbox of outboxes) outbox.wake(Date.now() + 1000);
  await eventually(async () => ((await arrivals('held')) > 0 ? true : undefined));
  const done = await eventually(async () => {
    const { list } = await ann.client.call('EmailSubmission/get', { ids: [created?.['s']?.id as string] });
    return list[0]?.deliveryStatus?.[bob.address]?.delivered === 'yes' ? list[0] : undefined;
  });
  assert.equal(done.undoStatus, 'final');
  await Promise.all(outboxes.map((outbox) => outbox.close()));
  assert.equal(await arrivals('held'), 1);
});

test('one whose sender died after it was delivered is not delivered twice', async () => {
  const message = Buffer.from(
    'From: ann@waypost.test\r\nTo: bob@waypost.test\r\nSubject: twice\r\n\r\nx\r\n',
  );
  const record = (due: number): SubmissionRecord => ({
    identity: 1,
    email: 1,
    thread: 1,
    actor: ann.number,
    envelope: {
      mailFrom: { email: ann.address, parameters: null },
      rcptTo: [{ email: bob.address, parameters: null }],
    },
    sendAt: Date.now(),
    undoStatus: 'final',
    delivery: [{ smtpReply: '250 2.0.0 Taken', delivered: 'queued' }],
    due,
    attempts: 0,
    hash: sha256(message),
  });
  const account = world.world.services.accounts.get(ann.number);
  const limits = { maxSubmissions: null, keepMs: null };
  // Two records of the same message: as if the second were the first, seen again after a crash.
  await createSubmission(account, record(Date.now() - 1), message, limits);
  const outbox = another();
  outbox.wake(Date.now());
  await eventually(async () => ((await arrivals('twice')) > 0 ? true : undefined));
  const id = await createSubmission(account, record(Date.now() - 1), message, limits);
  outbox.wake(Date.now());
  await eventually(async () => {
    const { list } = await ann.client.call('EmailSubmission/get', { ids: null });
    return (
      list.every(({ deliveryStatus }) => deliveryStatus?.[bob.address]?.delivered === 'yes') || undefined
    );
  });
  assert.ok(id > 0);
  await outbox.close();
  assert.equal(await arrivals('twice'), 1);
});

test('a mailbox that was full gets its mail later; after five days it has failed', async () => {
  const carl = await world.person('carl');
  const quota = async (maxDiskQuota: number) => {
    await world.world
      .jmap()
      .request([['x:Account/set', { update: { [carl.id]: { quotas: { maxDiskQuota } } } }, 'c']] as never);
  };
  await quota(10);
  const first = await world.send(ann, { to: to(carl), subject: 'later' });
  const status = async (id: string) => {
    const { list } = await ann.client.call('EmailSubmission/get', { ids: [id] });
    return list[0]?.deliveryStatus?.[carl.address]?.delivered;
  };
  assert.equal(await status(first), 'queued');
  const second = await world.send(ann, { to: to(carl), subject: 'never' });
  let ahead = 120_000;
  const release = holdClock(() => Date.now() + ahead);
  try {
    await quota(1_000_000);
    const outbox = another();
    outbox.wake(Date.now());
    await eventually(async () => ((await status(first)) === 'yes' ? true : undefined));
    await eventually(async () => ((await status(second)) === 'yes' ? true : undefined));
    await outbox.close();
    await quota(10);
    const third = await world.send(ann, { to: to(carl), subject: 'too late' });
    assert.equal(await status(third), 'queued');
    ahead += 6 * 86_400_000;
    const last = another();
    last.wake(Date.now());
    await eventually(async () => ((await status(third)) === 'no' ? true : undefined));
    await last.close();
  } finally {
    release();
  }
});
