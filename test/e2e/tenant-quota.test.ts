// The disk limit of a tenant holds for its accounts together, whatever each of them may use alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeId, LimitExceeded } from '../../src/base/index.ts';
import type { JsonObject } from '../../src/formats/jmap/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { startWorld, type World } from '../support/world.ts';

const LIMIT = 20_000;

let world: World;
let members: number[];
let stranger: number;
let tenant: string;
let change: (method: string, args: JsonObject) => Promise<JsonObject>;
before(async () => {
  world = await startWorld();
  stranger = await world.addAccount('cat');
  const admin = world.jmap();
  change = async (method, args) => {
    const { methodResponses } = await admin.request([[method, args, 'c']]);
    const [[, result] = []] = methodResponses;
    const failed = result?.['notCreated'] ?? result?.['notUpdated'] ?? null;
    assert.equal(failed, null, JSON.stringify(failed));
    return result as JsonObject;
  };
  const idIn = (result: JsonObject): string => (result['created'] as { n: { id: string } }).n.id;
  const quotas = { maxDiskQuota: LIMIT };
  const memberTenantId = (tenant = idIn(
    await change('x:Tenant/set', { create: { n: { name: 'small', quotas } } }),
  ));
  await change('x:Domain/set', { create: { n: { name: 'small.test', memberTenantId } } });
  members = [await world.addAccount('ann@small.test'), await world.addAccount('ben@small.test')];
  const update = Object.fromEntries(members.map((id) => [encodeId(id), { memberTenantId }]));
  await change('x:Account/set', { update });
});
after(() => world.close());

let messages = 0;
async function deliver(account: number, size: number): Promise<unknown> {
  const bytes = Buffer.from(
    `Message-ID: <${++messages}@x>\r\nSubject: ${messages}\r\n\r\n${'x'.repeat(size)}\r\n`,
  );
  const receivedHash = Buffer.alloc(32, messages);
  const [outcome] = await world.services.mail.deliver(
    { bytes, receivedHash, receivedAt: Date.now(), keywords: [] },
    [account],
  );
  return outcome && 'error' in outcome ? outcome.error : undefined;
}

/** What a client that has so much is told at RCPT. */
async function rcpt(address: string, size: number): Promise<string> {
  const client = await RawClient.connect(world.port('smtp'));
  await client.reply();
  for (const command of ['EHLO a.test', `MAIL FROM:<a@b.test> SIZE=${size}`]) await client.ask(command);
  const answer = await client.ask(`RCPT TO:<${address}>`);
  client.socket.destroy();
  return answer;
}

test('what one account uses is gone for the other', async () => {
  const [ann = 0, ben = 0] = members;
  assert.equal(await deliver(ann, 12_000), undefined);
  const refused = await deliver(ben, 12_000);
  assert.ok(refused instanceof LimitExceeded, String(refused));
  assert.equal(refused.limit, 'organizationDiskQuota');
  assert.match(refused.message, /organization/);
  assert.equal(
    await rcpt('ben@small.test', 12_000),
    '452 4.2.2 The organization of the mailbox has no room left',
  );
  assert.equal(await deliver(ben, 5000), undefined);
  assert.ok((await deliver(ann, 5000)) instanceof LimitExceeded);
  const [{ list }] = await world.jmap('ann@small.test').batch(['Quota/get', { ids: null }]);
  assert.ok(list.some(({ resourceType, hardLimit }) => resourceType === 'octets' && hardLimit < LIMIT));
});

test('what is thrown away can be used again, by either', async () => {
  const [ann = 0, ben = 0] = members;
  const client = world.jmap('ann@small.test');
  const { ids } = await client.call('Email/query', {});
  const { destroyed } = await client.call('Email/set', { destroy: ids });
  assert.equal(destroyed?.length, 1);
  assert.equal(await deliver(ben, 10_000), undefined);
  assert.ok((await deliver(ann, 10_000)) instanceof LimitExceeded);
});

test('an account of its own small limit is told of that one', async () => {
  const [, ben = 0] = members;
  const own = (maxDiskQuota: number | null) =>
    change('x:Account/set', { update: { [encodeId(ben)]: { 'quotas/maxDiskQuota': maxDiskQuota } } });
  await own(1000);
  const refused = await deliver(ben, 12_000);
  assert.ok(refused instanceof LimitExceeded && refused.limit === 'maxDiskQuota', String(refused));
  assert.equal(await rcpt('ben@small.test', 12_000), '452 4.2.2 The mailbox is full');
  await own(null);
});

test('an account that leaves takes its share along, and brings it back', async () => {
  const [ann = 0, ben = 0] = members;
  const belongs = (memberTenantId: string | null) =>
    change('x:Account/set', { update: { [encodeId(ben)]: { memberTenantId } } });
  assert.ok((await deliver(ann, 12_000)) instanceof LimitExceeded);
  await belongs(null);
  assert.equal(await deliver(ann, 12_000), undefined);
  await belongs(tenant);
  assert.ok((await deliver(ann, 1)) instanceof LimitExceeded);
});

test('an account of no tenant is not concerned', async () => {
  assert.equal(await deliver(stranger, 100_000), undefined);
});
