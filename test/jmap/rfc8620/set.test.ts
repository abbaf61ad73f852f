// RFC 8620 §5.3: /set. What every type shares is tried with several of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, ask, configure, errorOf, inside, mailbox } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let identity: string;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  identity = await world.identity(ann);
});
after(() => world.close());

const set = (type: string, args: JsonObject) => answer(ann, `${type}/set`, args);
const state = async (type: string) => (await answer(ann, `${type}/get`, { ids: [] }))['state'] as string;
const read = async (type: string, id: string) =>
  inside((await answer(ann, `${type}/get`, { ids: [id] }))['list'], '0') as JsonObject;
/** Type of the error that the patch of an object fails with, or null. */
const patch = async (type: string, id: string, change: JsonObject) =>
  inside(await set(type, { update: { [id]: change } }), 'notUpdated', id, 'type') ?? null;

describe('states and limits', () => {
  for (const type of ['Mailbox', 'Email', 'Identity', 'EmailSubmission', 'VacationResponse']) {
    test(`§5.3: ${type}/set in another state is stateMismatch, in the same one it is done`, async () => {
      for (const ifInState of ['', 'other', 'b.zzzz'])
        assert.equal(await errorOf(ann, `${type}/set`, { ifInState }), 'stateMismatch', ifInState);
      for (const ifInState of [5, true, {}, ['b.zzzz']])
        assert.equal(await errorOf(ann, `${type}/set`, { ifInState }), 'invalidArguments');
      const now = await state(type);
      const { accountId, oldState, newState } = await set(type, { ifInState: now });
      assert.deepEqual([accountId, oldState, newState], [ann.id, now, now]);
    });

    test(`§5.3: ${type}/set of more than maxObjectsInSet in all is requestTooLarge, and does nothing`, async () => {
      await configure(world, { setMaxObjects: 3 });
      const before = await state(type);
      const sections = { create: { a: {}, b: {} }, update: { zzz: {} }, destroy: ['zzzz'] };
      assert.equal(await errorOf(ann, `${type}/set`, sections), 'requestTooLarge');
      assert.equal(await state(type), before);
      await configure(world, { setMaxObjects: 500 });
    });

    test(`§5.3: ${type}/set of ids that are not there is notFound`, async () => {
      const answered = await set(type, { update: { zzzz: {} }, destroy: ['zzzy', 'no id at all'] });
      assert.equal(inside(answered, 'notUpdated', 'zzzz', 'type'), 'notFound');
      assert.equal(inside(answered, 'notDestroyed', 'zzzy', 'type'), 'notFound');
      assert.equal(inside(answered, 'notDestroyed', 'no id at all', 'type'), 'notFound');
      assert.deepEqual([answered['updated'], answered['destroyed'], answered['created']], [null, null, null]);
    });
  }

  test('§3.6.2: after an error of the method nothing has changed', async () => {
    const before = await state('Mailbox');
    await errorOf(ann, 'Mailbox/set', { ifInState: 'other', create: { k: { name: 'never' } } });
    await errorOf(ann, 'Mailbox/set', { create: { k: { name: 'never' } }, more: 1 });
    assert.equal(await state('Mailbox'), before);
  });
});

describe('creations', () => {
  test('§5.3: what the server set or defaulted comes back, with the id', async () => {
    const { created, oldState, newState } = await set('Mailbox', { create: { k: { name: 'new' } } });
    const made = inside(created, 'k') as JsonObject;
    const whole = await read('Mailbox', made['id'] as string);
    assert.deepEqual({ name: 'new', ...made }, whole);
    assert.notEqual(oldState, newState);
    assert.equal(newState, await state('Mailbox'));
  });

  test('§5.3: a property that only the server sets is invalidProperties, by name', async () => {
    const cases: [string, JsonObject, string][] = [
      ['Mailbox', { name: 'x', id: 'abc' }, 'id'],
      ['Mailbox', { name: 'x', totalEmails: 4 }, 'totalEmails'],
      ['Identity', { email: ann.address, id: 'abc' }, 'id'],
      ['Identity', { email: ann.address, mayDelete: true }, 'mayDelete'],
      ['EmailSubmission', { sendAt: '2026-01-01T00:00:00Z' }, 'sendAt'],
      ['Mailbox', { name: 'x', nothing: 1 }, 'nothing'],
    ];
    for (const [type, object, property] of cases) {
      const { notCreated, created } = await set(type, { create: { k: object } });
      assert.equal(created, null);
      assert.equal(inside(notCreated, 'k', 'type'), 'invalidProperties', `${type} ${property}`);
      assert.ok(
        (inside(notCreated, 'k', 'properties') as string[]).includes(property),
        `${type} ${property}`,
      );
    }
  });

  test('§5.3: all properties that are wrong are listed', async () => {
    const { notCreated } = await set('Identity', { create: { k: { email: ann.address, one: 1, two: 2 } } });
    assert.deepEqual(inside(notCreated, 'k', 'properties'), ['one', 'two']);
  });

  test('§5.3: one that fails does not keep the others from being done', async () => {
    const answered = await set('Mailbox', {
      create: { bad: { name: 7 }, good: { name: 'good' }, worse: { name: 'x', parentId: 'zzzz' } },
      update: { zzzz: { name: 'x' } },
      destroy: ['zzzy'],
    });
    assert.deepEqual(Object.keys(answered['created'] as object), ['good']);
    assert.deepEqual(Object.keys(answered['notCreated'] as object).sort(), ['bad', 'worse']);
    assert.deepEqual(Object.keys(answered['notUpdated'] as object), ['zzzz']);
    assert.deepEqual(Object.keys(answered['notDestroyed'] as object), ['zzzy']);
  });

  test('§5.3: creations of one type may name each other, whatever their order', async () => {
    const { created, notCreated } = await set('Mailbox', {
      create: {
        leaf: { name: 'leaf', parentId: '#branch' },
        branch: { name: 'branch', parentId: '#root' },
        root: { name: 'root' },
      },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    const leaf = await read('Mailbox', inside(created, 'leaf', 'id') as string);
    assert.equal(leaf['parentId'], inside(created, 'branch', 'id'));
  });

  test('§5.3: a creation id can be meant by updates and destructions of the same call and of later ones', async () => {
    const [first, second] = await ask(ann, [
      [
        'Mailbox/set',
        {
          create: { a: { name: 'a1' }, b: { name: 'b1' } },
          update: { '#a': { name: 'a2' } },
          destroy: ['#b'],
        },
        'c',
      ],
      ['Mailbox/set', { update: { '#a': { name: 'a3' } } }, 'd'],
    ]);
    const [a, b] = ['a', 'b'].map((key) => inside(first?.[1]['created'], key, 'id') as string);
    assert.deepEqual(first?.[1]['updated'], { [a as string]: null });
    assert.deepEqual(first?.[1]['destroyed'], [b]);
    assert.deepEqual(second?.[1]['updated'], { [a as string]: null });
    assert.equal((await read('Mailbox', a as string))['name'], 'a3');
  });

  test('§5.3: the map of creation ids is one for all types, and a key means its latest object', async () => {
    const [first, second, third] = await ask(ann, [
      ['Mailbox/set', { create: { k: { name: 'k1' } } }, 'a'],
      ['Mailbox/set', { create: { k: { name: 'k2' } } }, 'b'],
      ['Email/set', { create: { e: { mailboxIds: { '#k': true }, subject: 'in k2' } } }, 'c'],
    ]);
    const id = inside(third?.[1]['created'], 'e', 'id') as string;
    assert.deepEqual((await read('Email', id))['mailboxIds'], {
      [inside(second?.[1]['created'], 'k', 'id') as string]: true,
    });
    assert.ok(first?.[1]['created']);
  });

  test('§5.3: a reference to nothing is invalidProperties', async () => {
    for (const parentId of ['zzzz', '#nothing']) {
      const { notCreated } = await set('Mailbox', { create: { k: { name: 'lost', parentId } } });
      assert.equal(inside(notCreated, 'k', 'type'), 'invalidProperties');
      assert.deepEqual(inside(notCreated, 'k', 'properties'), ['parentId']);
    }
  });
});

describe('patches', () => {
  test('§5.3: a path into an array is invalidPatch', async () => {
    const replyTo: Json = [{ name: null, email: 'a@example.org' }];
    assert.equal(await patch('Identity', identity, { replyTo }), null);
    assert.equal(await patch('Identity', identity, { 'replyTo/0/email': 'b@example.org' }), 'invalidPatch');
    assert.equal(await patch('Identity', identity, { 'replyTo/-': {} }), 'invalidPatch');
    assert.deepEqual((await read('Identity', identity))['replyTo'], replyTo);
  });

  test('§5.3: a path past a parent that is not there is invalidPatch', async () => {
    const email = await world.draft(ann);
    assert.equal(await patch('Email', email, { 'nothing/at/all': 1 }), 'invalidPatch');
    assert.equal(await patch('Email', email, { '/keywords/x': true }), 'invalidPatch');
    assert.equal(
      await patch('Mailbox', await mailbox(ann, { name: 'p1' }), { 'nothing/x': 1 }),
      'invalidPatch',
    );
    assert.equal(await patch('VacationResponse', 'singleton', { 'subject/x': 1 }), 'invalidPatch');
  });

  test('§5.3: a path that begins another one is invalidPatch', async () => {
    const email = await world.draft(ann);
    assert.equal(await patch('Email', email, { keywords: {}, 'keywords/x': true }), 'invalidPatch');
    assert.deepEqual((await read('Email', email))['keywords'], { $draft: true });
  });

  test('§5.3: null takes a member of a map away, and does nothing where there is none', async () => {
    const email = await world.draft(ann, { keywords: { one: true, two: true } });
    assert.equal(await patch('Email', email, { 'keywords/one': null, 'keywords/three': null }), null);
    assert.deepEqual((await read('Email', email))['keywords'], { two: true });
  });

  test('§5.3: null sets a property to its default', async () => {
    const bcc: Json = [{ name: null, email: 'a@example.org' }];
    const change = { name: 'Ann', replyTo: bcc, bcc, textSignature: '--', htmlSignature: '<p>' };
    assert.equal(await patch('Identity', identity, change), null);
    const defaults = { name: null, replyTo: null, bcc: null, textSignature: null, htmlSignature: null };
    assert.equal(await patch('Identity', identity, defaults), null);
    const { name, replyTo, bcc: after, textSignature, htmlSignature } = await read('Identity', identity);
    assert.deepEqual([name, replyTo, after, textSignature, htmlSignature], ['', null, null, '', '']);
    assert.equal(await patch('Identity', identity, { email: null }), 'invalidProperties');
  });

  test('§5.3: the whole object is a patch as well', async () => {
    const cases: [string, string][] = [
      ['Mailbox', await mailbox(ann, { name: 'whole' })],
      ['Identity', identity],
      ['VacationResponse', 'singleton'],
    ];
    for (const [type, id] of cases) {
      const whole = await read(type, id);
      assert.equal(await patch(type, id, whole), null, type);
      assert.deepEqual(await read(type, id), whole);
    }
  });

  test('§5.3: what only the server sets may be sent with the value it has, and with no other', async () => {
    const box = await mailbox(ann, { name: 'counted' });
    assert.equal(await patch('Mailbox', box, { totalEmails: 0, name: 'counted 2' }), null);
    assert.equal(await patch('Mailbox', box, { totalEmails: 1, name: 'counted 3' }), 'invalidProperties');
    assert.equal(await patch('Identity', identity, { mayDelete: false }), 'invalidProperties');
    assert.equal(await patch('Identity', identity, { id: 'zzz' }), 'invalidProperties');
    assert.equal(await patch('VacationResponse', 'singleton', { id: 'zzz' }), 'invalidProperties');
  });

  test('§5.3: an update is done as a whole or not at all', async () => {
    const box = await mailbox(ann, { name: 'atomic', sortOrder: 1 });
    assert.equal(await patch('Mailbox', box, { sortOrder: 2, name: 7 }), 'invalidProperties');
    const { name, sortOrder } = await read('Mailbox', box);
    assert.deepEqual([name, sortOrder], ['atomic', 1]);
  });
});

describe('destructions', () => {
  test('§5.3: an update of what the same call destroys is willDestroy', async () => {
    const box = await mailbox(ann, { name: 'doomed' });
    const answered = await set('Mailbox', { update: { [box]: { name: 'x' } }, destroy: [box] });
    assert.equal(inside(answered, 'notUpdated', box, 'type'), 'willDestroy');
    assert.deepEqual(answered['destroyed'], [box]);
  });

  test('§5.3: an id that stands twice is destroyed once, and not there the next time', async () => {
    const box = await mailbox(ann, { name: 'twice' });
    const { destroyed, notDestroyed } = await set('Mailbox', { destroy: [box, box] });
    assert.deepEqual([destroyed, notDestroyed], [[box], null]);
    const again = await set('Mailbox', { destroy: [box] });
    assert.equal(inside(again, 'notDestroyed', box, 'type'), 'notFound');
  });

  test('§5.3: a singleton is neither made nor destroyed, and an update beside that is done', async () => {
    const answered = await set('VacationResponse', {
      create: { k: {} },
      update: { singleton: { subject: 'still here' } },
      destroy: ['singleton'],
    });
    assert.equal(inside(answered, 'notCreated', 'k', 'type'), 'singleton');
    assert.equal(inside(answered, 'notDestroyed', 'singleton', 'type'), 'singleton');
    assert.deepEqual(answered['updated'], { singleton: null });
    assert.equal((await read('VacationResponse', 'singleton'))['subject'], 'still here');
  });
});
