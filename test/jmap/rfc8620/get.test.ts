// RFC 8620 §5.1 and §5.2: /get and /changes, of every type that has them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeId } from '../../../src/base/index.ts';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, configure, errorOf, inside, mailbox } from '../conformance.ts';
import { type Person, SendingWorld, to } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
/** An id of each type. */
const ids: Record<string, string> = {};
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  ids['Mailbox'] = await mailbox(ann, { name: 'one' });
  ids['Email'] = await world.draft(ann, { to: to(ann) });
  const { list } = await answer(ann, 'Email/get', { ids: [ids['Email']], properties: ['threadId'] });
  ids['Thread'] = inside(list, '0', 'threadId') as string;
  ids['Identity'] = await world.identity(ann);
  ids['VacationResponse'] = 'singleton';
  ids['Quota'] = await limited();
  ids['EmailSubmission'] = await world.send(ann, { to: to(ann) });
});
after(() => world.close());

/** Gives ann a quota; its id. */
async function limited(): Promise<string> {
  const { methodResponses } = await world.world
    .jmap()
    .request([['x:Account/set', { update: { [ann.id]: { quotas: { maxDiskQuota: 100_000_000 } } } }, 's']]);
  assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
  return inside((await answer(ann, 'Quota/get'))['list'], '0', 'id') as string;
}

const TYPES = ['Mailbox', 'Email', 'Thread', 'Identity', 'EmailSubmission', 'VacationResponse', 'Quota'];
const LOGGED = TYPES.slice(0, 5);

for (const type of TYPES) {
  describe(`${type}/get`, () => {
    const get = (args: JsonObject) => answer(ann, `${type}/get`, args);

    test('§5.1: the answer has account, state, list and notFound', async () => {
      const id = ids[type] as string;
      const got = await get({ ids: [id] });
      assert.deepEqual(Object.keys(got).sort(), ['accountId', 'list', 'notFound', 'state']);
      assert.equal(got['accountId'], ann.id);
      assert.deepEqual(got['notFound'], []);
      assert.equal(inside(got['list'], '0', 'id'), id);
    });

    test('§5.1: an empty list of ids gives empty lists', async () => {
      const { list, notFound } = await get({ ids: [] });
      assert.deepEqual([list, notFound], [[], []]);
    });

    test('§5.1: an id that stands twice is answered once, found or not', async () => {
      const id = ids[type] as string;
      const { list, notFound } = await get({ ids: [id, 'zzzz', id, 'zzzz'], properties: ['id'] });
      assert.deepEqual([list, notFound], [[{ id }], ['zzzz']]);
    });

    test('§5.1: id always comes along; only what was asked for comes', async () => {
      const id = ids[type] as string;
      const { list: none } = await get({ ids: [id], properties: [] });
      assert.deepEqual(none, [{ id }]);
      const { list: all } = await get({ ids: [id] });
      const name = Object.keys((all as JsonObject[])[0] as JsonObject).find((one) => one !== 'id') as string;
      const { list: one } = await get({ ids: [id], properties: [name, name] });
      assert.deepEqual(Object.keys((one as JsonObject[])[0] as JsonObject).sort(), ['id', name].sort());
    });

    test('§5.1: a property that the type has not is invalidArguments, also when nothing is found', async () => {
      for (const some of [[ids[type] as string], [], ['zzzz']])
        assert.equal(
          await errorOf(ann, `${type}/get`, { ids: some, properties: ['nothing'] }),
          'invalidArguments',
        );
    });

    test('§5.1: more ids than maxObjectsInGet is requestTooLarge', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, i) => encodeId(1e9 + i));
      assert.equal(await errorOf(ann, `${type}/get`, { ids: many(501) }), 'requestTooLarge');
      assert.equal(((await get({ ids: many(500) }))['notFound'] as string[]).length, 500);
    });

    test('§5.1: the state is the same while nothing changes', async () => {
      assert.equal((await get({ ids: [] }))['state'], (await get({ ids: [ids[type] as string] }))['state']);
    });
  });
}

test('§5.1: null means all, unless that is more than maxObjectsInGet', async () => {
  const all = await answer(ann, 'Mailbox/get', { ids: null });
  const count = (all['list'] as unknown[]).length;
  await configure(world, { getMaxResults: count });
  assert.deepEqual(await answer(ann, 'Mailbox/get', { ids: null }), all);
  await configure(world, { getMaxResults: count - 1 });
  assert.equal(await errorOf(ann, 'Mailbox/get', { ids: null }), 'requestTooLarge');
  await configure(world, { getMaxResults: 500 });
});

test('§5.1: the state moves when an object changes, and stays for another type', async () => {
  const state = async (type: string) => (await answer(ann, `${type}/get`, { ids: [] }))['state'];
  const before = [await state('Identity'), await state('VacationResponse')];
  await answer(ann, 'Identity/set', { update: { [ids['Identity'] as string]: { name: 'Ann' } } });
  assert.notEqual(await state('Identity'), before[0]);
  assert.equal(await state('VacationResponse'), before[1]);
  await answer(ann, 'VacationResponse/set', { update: { singleton: { subject: 'Away' } } });
  assert.notEqual(await state('VacationResponse'), before[1]);
});

for (const type of LOGGED) {
  describe(`${type}/changes`, () => {
    const state = async () => (await answer(ann, `${type}/get`, { ids: [] }))['state'] as string;

    test('§5.2: no changes since now; the old state is echoed', async () => {
      const sinceState = await state();
      assert.deepEqual(await answer(ann, `${type}/changes`, { sinceState }), {
        accountId: ann.id,
        oldState: sinceState,
        newState: sinceState,
        hasMoreChanges: false,
        created: [],
        updated: [],
        destroyed: [],
        ...(type === 'Mailbox' && { updatedProperties: null }),
      });
    });

    test('§5.2: a state that was never given is cannotCalculateChanges', async () => {
      for (const sinceState of ['', 'never', '0', 'b.zzzz.zzzz.z'])
        assert.equal(
          await errorOf(ann, `${type}/changes`, { sinceState }),
          'cannotCalculateChanges',
          sinceState,
        );
    });

    test('§5.2: maxChanges that is not positive is invalidArguments', async () => {
      const sinceState = await state();
      for (const maxChanges of [0, -1, 1.5, '1'])
        assert.equal(await errorOf(ann, `${type}/changes`, { sinceState, maxChanges }), 'invalidArguments');
    });
  });
}

describe('Mailbox/changes', () => {
  const get = async () => (await answer(ann, 'Mailbox/get', { ids: [] }))['state'] as string;

  test('§5.2: created and updated is created, updated and destroyed is destroyed, created and destroyed is nothing', async () => {
    const old = await mailbox(ann, { name: 'old' });
    const sinceState = await get();
    const [stays, goes] = [await mailbox(ann, { name: 'stays' }), await mailbox(ann, { name: 'goes' })];
    await answer(ann, 'Mailbox/set', { update: { [stays]: { name: 'stayed' }, [old]: { name: 'older' } } });
    await answer(ann, 'Mailbox/set', { destroy: [old, goes] });
    const { created, updated, destroyed, newState } = await answer(ann, 'Mailbox/changes', { sinceState });
    assert.deepEqual([created, updated, destroyed], [[stays], [], [old]]);
    assert.equal(newState, await get());
  });

  test('§5.2: no more than maxChanges ids at once, and the steps between lead to now', async () => {
    let sinceState = await get();
    const made: string[] = [];
    for (let i = 0; i < 7; i++) made.push(await mailbox(ann, { name: `many ${i}` }));
    const found: string[] = [];
    for (let more = true; more; ) {
      const changes = await answer(ann, 'Mailbox/changes', { sinceState, maxChanges: 2 });
      const { created, updated, destroyed, newState, hasMoreChanges } = changes;
      const all = [created, updated, destroyed].flat() as string[];
      assert.ok(all.length <= 2);
      found.push(...(created as string[]));
      sinceState = newState as string;
      more = hasMoreChanges as boolean;
    }
    assert.deepEqual(found.sort(), made.sort());
    assert.equal(sinceState, await get());
  });
});
