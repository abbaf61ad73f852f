// RFC 8620 §7.2.2 and §8.6: what is sent to a URL that nobody has confirmed yet, over a push service that really takes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { worldCertificate } from '../../support/world.ts';
import { answer, configure, inside, mailbox } from '../conformance.ts';
import { TestPushService } from '../push-service.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

const GAP_MS = 1500;

let world: SendingWorld;
let push: TestPushService;
let ann: Person;
before(async () => {
  world = await SendingWorld.start({ push: true });
  push = await TestPushService.start(await worldCertificate());
  await configure(world, { pushThrottle: 1, pushVerifyTimeout: GAP_MS });
  ann = await world.person('ann');
});
after(async () => {
  await world.close();
  push.close();
});

test('§7.2.2, §8.6: the code goes out at once, alone, and a further one of the account only after a while', async () => {
  const time = performance.now();
  const create = { a: { deviceClientId: 'a', url: push.url() }, b: { deviceClientId: 'b', url: push.url() } };
  const { created } = await answer(ann, 'PushSubscription/set', { create });
  const first = await push.next();
  assert.ok(performance.now() - time < GAP_MS, 'the first one waited');
  assert.deepEqual(Object.keys(first.json).sort(), ['@type', 'pushSubscriptionId', 'verificationCode']);
  assert.equal(first.json['@type'], 'PushVerification');
  // RFC 8620 §7.2.2: too much to be guessed.
  assert.match(first.json['verificationCode'] as string, /^[A-Za-z0-9]{32}$/);
  assert.match(first.headers['content-type'] ?? '', /^application\/json/);
  assert.match((first.headers['ttl'] as string | undefined) ?? '', /^\d+$/);
  await mailbox(ann, { name: 'not told' });
  const second = await push.next();
  assert.ok(performance.now() - time >= GAP_MS - 10, 'the second one came at once');
  assert.equal(second.json['@type'], 'PushVerification');
  const ids = ['a', 'b'].map((key) => inside(created, key, 'id') as string);
  assert.deepEqual(
    [first, second].map(({ json }) => json['pushSubscriptionId'] as string).toSorted(),
    ids.toSorted(),
  );
  await new Promise((resolve) => setTimeout(resolve, GAP_MS));
  assert.deepEqual(push.pushed, []);
});

test('§7.2: with the right code, changes are told', async () => {
  const { created } = await answer(ann, 'PushSubscription/set', {
    create: { k: { deviceClientId: 'c', url: push.url(), types: ['Mailbox'] } },
  });
  const id = inside(created, 'k', 'id') as string;
  const { json } = await push.next();
  const update = { [id]: { verificationCode: json['verificationCode'] as string } };
  assert.deepEqual((await answer(ann, 'PushSubscription/set', { update }))['updated'], { [id]: null });
  await mailbox(ann, { name: 'told' });
  const told = (await push.next()).json as JsonObject;
  assert.equal(told['@type'], 'StateChange');
  assert.deepEqual(Object.keys(inside(told, 'changed', ann.id) as object), ['Mailbox']);
});
