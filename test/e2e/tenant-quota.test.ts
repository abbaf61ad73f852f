// The disk limit of a tenant holds for its accounts together, whatever each of them may use alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeId, LimitExceeded } from '../../src/base/index.ts';
import type { JsonObject } from '../../src/formats/jmap/index.ts';
import { startWorld, type World } from '../support/world.ts';

const LIMIT = 20_000;

let world: World;
let members: number[];
let stranger: number;
before(async () => {
  world = await startWorld();
  stranger = await world.addAccount('cat');
  const admin = world.jmap();
  const change = async (method: string, args: JsonObject): Promise<JsonObject> => {
    const { methodResponses } = await admin.request([[method, args, 'c']]);
    const [[, result] = []] = methodResponses;
    const failed = result?.['notCreated'] ?? result?.['notUpdated'] ?? null;
    assert.equal(failed, null, JSON.stringify(failed));
    return result as JsonObject;
  };
  const idIn = (result: JsonObject): string => (result['created'] as { n: { id: string } }).n.id;
  const quotas = { maxDiskQuota: LIMIT };
  const memberTenantId = idIn(await change('x:Tenant/set', { create: { n: { name: 'small', quotas } } }));
  await change('x:Domain/set', { create: { n: { name: 'small.test', memberTenantId } } });
  members = [await world.addAccount('ann@small.test'), await world.addAccount('ben@small.test')];
  const update = Object.fromEntries(members.map((id) => [encodeId(id), { memberTenantId }]));
  await change('x:Account/set', { update });
});
after(() => world.close());

let messages = 0;
async function deliver(account: number, size: number): Promise<unknown> {
  // What is known of a tenant's use is good for a second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
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

test('what one account uses is gone for the other', async () => {
  const [ann = 0, ben = 0] = members;
  assert.equal(await deliver(ann, 12_000), undefined);
  const refused = await deliver(ben, 12_000);
  assert.ok(refused instanceof LimitExceeded, String(refused));
  assert.equal(refused.limit, 'maxDiskQuota');
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

test('an account of no tenant is not concerned', async () => {
  assert.equal(await deliver(stranger, 100_000), undefined);
});
