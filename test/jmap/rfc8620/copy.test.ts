// RFC 8620 §5.4 and §6.3: /copy of e-mails and of blobs, from one's own account into that of a group.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, ask, configure, errorOf, inside, mailbox } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
/** Account of bob that ann may put e-mails into, and the mailbox for it. */
let target: string;
before(async () => {
  world = await SendingWorld.start();
  [ann, bob] = [await world.person('ann'), await world.person('bob')];
  target = await mailbox(bob, { name: 'for ann' });
  const rights = { mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetKeywords: true };
  const { notUpdated } = await answer(bob, 'Mailbox/set', {
    update: { [target]: { [`shareWith/${ann.id}`]: rights } },
  });
  assert.equal(notUpdated, null, JSON.stringify(notUpdated));
});
after(() => world.close());

const args = (create: JsonObject, more: JsonObject = {}): JsonObject => ({
  fromAccountId: ann.id,
  accountId: bob.id,
  create,
  ...more,
});
const copyOf = (id: string): JsonObject => ({ id, mailboxIds: { [target]: true } });
const state = async (accountId: string) =>
  (await answer(ann, 'Email/get', { accountId, ids: [] }))['state'] as string;

describe('Email/copy', () => {
  test('§5.4: the copy is another object; what is given replaces what the original has', async () => {
    const id = await world.draft(ann, { keywords: { one: true } });
    const oldState = await state(bob.id);
    const copy = { ...copyOf(id), keywords: { two: true }, receivedAt: '2020-01-02T03:04:05Z' };
    const copied = await answer(ann, 'Email/copy', args({ k: copy }));
    assert.deepEqual([copied['fromAccountId'], copied['accountId']], [ann.id, bob.id]);
    assert.deepEqual([copied['oldState'], copied['newState']], [oldState, await state(bob.id)]);
    assert.equal(copied['notCreated'], null);
    const made = inside(copied, 'created', 'k') as JsonObject;
    assert.deepEqual(Object.keys(made).sort(), ['blobId', 'id', 'size', 'threadId']);
    const { list } = await answer(ann, 'Email/get', {
      accountId: bob.id,
      ids: [made['id'] as string],
      properties: ['keywords', 'receivedAt', 'mailboxIds'],
    });
    assert.deepEqual(list, [
      {
        id: made['id'],
        keywords: { two: true },
        receivedAt: '2020-01-02T03:04:05Z',
        mailboxIds: { [target]: true },
      },
    ]);
    const { list: originals } = await answer(ann, 'Email/get', { ids: [id], properties: ['keywords'] });
    assert.deepEqual(originals, [{ id, keywords: { one: true } }]);
  });

  test('§5.4: one that is there already is alreadyExists, with its id', async () => {
    const id = await world.draft(ann);
    const first = await answer(ann, 'Email/copy', args({ k: copyOf(id) }));
    const { created, notCreated } = await answer(ann, 'Email/copy', args({ k: copyOf(id) }));
    assert.equal(created, null);
    assert.equal(inside(notCreated, 'k', 'type'), 'alreadyExists');
    assert.equal(inside(notCreated, 'k', 'existingId'), inside(first, 'created', 'k', 'id'));
  });

  test('§5.4: each copy succeeds or fails by itself', async () => {
    const id = await world.draft(ann);
    const { created, notCreated } = await answer(
      ann,
      'Email/copy',
      args({
        good: copyOf(id),
        none: copyOf('zzzz'),
        nowhere: { id },
        noId: { mailboxIds: { [target]: true } },
      }),
    );
    assert.deepEqual(Object.keys(created as object), ['good']);
    assert.deepEqual(
      ['none', 'nowhere', 'noId'].map((key) => inside(notCreated, key, 'type')),
      ['notFound', 'invalidProperties', 'invalidProperties'],
    );
  });

  test('§5.4: with onSuccessDestroyOriginal an Email/set follows under the same call id, for what was copied', async () => {
    const [good, existing] = [await world.draft(ann), await world.draft(ann)];
    await answer(ann, 'Email/copy', args({ k: copyOf(existing) }));
    const create = { good: copyOf(good), existing: copyOf(existing) };
    const responses = await ask(ann, [
      ['Email/copy', args(create, { onSuccessDestroyOriginal: true }), 'c'],
      ['Core/echo', {}, 'd'],
    ]);
    assert.deepEqual(
      responses.map(([name, , callId]) => [name, callId]),
      [
        ['Email/copy', 'c'],
        ['Email/set', 'c'],
        ['Core/echo', 'd'],
      ],
    );
    assert.deepEqual([responses[1]?.[1]['accountId'], responses[1]?.[1]['destroyed']], [ann.id, [good]]);
    const { list } = await answer(ann, 'Email/get', { ids: [good, existing], properties: ['id'] });
    assert.deepEqual(list, [{ id: existing }]);
  });

  test('§5.4: destroyFromIfInState is the ifInState of that call; the copy stands whatever becomes of it', async () => {
    const id = await world.draft(ann);
    const more = { onSuccessDestroyOriginal: true, destroyFromIfInState: 'other' };
    const [copy, set] = await ask(ann, [['Email/copy', args({ k: copyOf(id) }, more), 'c']]);
    assert.ok(inside(copy?.[1], 'created', 'k', 'id'));
    assert.deepEqual([set?.[0], set?.[1]['type'], set?.[2]], ['error', 'stateMismatch', 'c']);
    const next = await world.draft(ann);
    const right = { onSuccessDestroyOriginal: true, destroyFromIfInState: await state(ann.id) };
    const [, done] = await ask(ann, [['Email/copy', args({ k: copyOf(next) }, right), 'c']]);
    assert.deepEqual(done?.[1]['destroyed'], [next]);
  });

  test('§5.4: another state of either account is stateMismatch, and nothing is copied', async () => {
    const create = { k: copyOf(await world.draft(ann)) };
    const before = await state(bob.id);
    assert.equal(await errorOf(ann, 'Email/copy', args(create, { ifInState: 'other' })), 'stateMismatch');
    assert.equal(await errorOf(ann, 'Email/copy', args(create, { ifFromInState: 'other' })), 'stateMismatch');
    assert.equal(await state(bob.id), before);
    const right = { ifInState: before, ifFromInState: await state(ann.id) };
    assert.equal((await answer(ann, 'Email/copy', args(create, right)))['notCreated'], null);
  });

  test('§5.4: accounts that are not there, or are the same', async () => {
    const create = { k: copyOf(await world.draft(ann)) };
    const wrong = (more: JsonObject) => errorOf(ann, 'Email/copy', args(create, more));
    assert.equal(await wrong({ fromAccountId: 'zzzz' }), 'fromAccountNotFound');
    assert.equal(await wrong({ accountId: 'zzzz' }), 'accountNotFound');
    assert.equal(await wrong({ accountId: ann.id }), 'invalidArguments');
  });

  test('§5.3: more than maxObjectsInSet is requestTooLarge', async () => {
    await configure(world, { setMaxObjects: 1 });
    const create = { a: copyOf('zzzz'), b: copyOf('zzzz') };
    assert.equal(await errorOf(ann, 'Email/copy', args(create)), 'requestTooLarge');
    await configure(world, { setMaxObjects: 500 });
  });
});

test('§6.3: Blob/copy names what it copied and what it did not find', async () => {
  const carl = await world.person('carl');
  const group = await makeGroup(carl);
  const { blobId } = await carl.client.upload('to be copied', 'text/plain');
  const both = { fromAccountId: carl.id, accountId: group };
  const copied = await answer(carl, 'Blob/copy', { ...both, blobIds: [blobId, 'nothing'] });
  assert.deepEqual([copied['fromAccountId'], copied['accountId']], [carl.id, group]);
  assert.equal(inside(copied, 'notCopied', 'nothing', 'type'), 'notFound');
  const copy = inside(copied, 'copied', blobId) as string;
  assert.equal(await (await carl.client.download(copy, { accountId: group })).text(), 'to be copied');
  const none = await answer(carl, 'Blob/copy', { ...both, blobIds: [] });
  assert.deepEqual([none['copied'], none['notCopied']], [null, null]);
  const stranger = { ...both, fromAccountId: bob.id, blobIds: [blobId] };
  assert.equal(await errorOf(carl, 'Blob/copy', stranger), 'fromAccountNotFound');
  assert.equal(
    await errorOf(carl, 'Blob/copy', { ...both, accountId: 'zzzz', blobIds: [] }),
    'accountNotFound',
  );
});

/** A group with one member; returns its account id. */
async function makeGroup(member: Person): Promise<string> {
  const admin = world.world.jmap();
  const { methodResponses } = await admin.request([['x:Account/get', { ids: [member.id] }, 'c']]);
  const domainId = inside(methodResponses[0]?.[1]['list'], '0', 'domainId') as string;
  const made = await admin.request([
    ['x:Account/set', { create: { g: { '@type': 'Group', name: 'team', domainId } } }, 'c'],
  ]);
  const id = inside(made.methodResponses[0]?.[1]['created'], 'g', 'id');
  assert.equal(typeof id, 'string', JSON.stringify(made.methodResponses));
  const joined = await admin.request([
    ['x:Account/set', { update: { [member.id]: { memberGroupIds: { [id as string]: true } } } }, 'c'],
  ]);
  assert.ok(joined.methodResponses[0]?.[1]['updated'], JSON.stringify(joined.methodResponses));
  return id as string;
}
