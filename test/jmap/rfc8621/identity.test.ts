// RFC 8621 §5 and §6: search snippets of a server without an index, and identities.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, errorOf, inside } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
});
after(() => world.close());

describe('search snippets', () => {
  test('§5: where no snippet can be made, subject and preview are null', async () => {
    const id = await world.draft(ann, { subject: 'words' });
    const got = await answer(ann, 'SearchSnippet/get', { filter: { text: 'words' }, emailIds: [id] });
    assert.deepEqual(got, {
      accountId: ann.id,
      list: [{ emailId: id, subject: null, preview: null }],
      notFound: null,
    });
  });

  test('§5.1: e-mails that are not there are notFound, each once', async () => {
    const got = await answer(ann, 'SearchSnippet/get', { filter: null, emailIds: ['zzzz', 'zzzz'] });
    assert.deepEqual([got['list'], got['notFound']], [[], ['zzzz']]);
  });

  test('§5.1: e-mails have to be named', async () => {
    for (const emailIds of [null, 'x', [1]])
      assert.equal(await errorOf(ann, 'SearchSnippet/get', { filter: null, emailIds }), 'invalidArguments');
    assert.equal(await errorOf(ann, 'SearchSnippet/get', { filter: null }), 'invalidArguments');
  });
});

describe('identities', () => {
  const read = async (id: string) =>
    inside((await answer(ann, 'Identity/get', { ids: [id] }))['list'], '0') as JsonObject;

  test('§6: a new one has every default, and tells those that were not sent', async () => {
    const { created, notCreated } = await answer(ann, 'Identity/set', {
      create: { k: { email: ann.address } },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    const { id, ...rest } = inside(created, 'k') as JsonObject;
    const defaults = {
      name: '',
      replyTo: null,
      bcc: null,
      textSignature: '',
      htmlSignature: '',
      mayDelete: true,
    };
    assert.deepEqual(rest, defaults);
    assert.deepEqual(await read(id as string), { id, email: ann.address, ...defaults });
  });

  test('§6: several of one address may be there, each with what it was given', async () => {
    const replyTo: Json = [{ name: 'Replies', email: 'replies@example.org' }];
    const create = {
      a: { email: ann.address, name: 'Work', replyTo, bcc: null, textSignature: '-- \nAnn' },
      b: { email: ann.address, name: 'Play', htmlSignature: '<b>Ann</b>' },
    };
    const { created } = await answer(ann, 'Identity/set', { create });
    const [a, b] = await Promise.all(['a', 'b'].map((key) => read(inside(created, key, 'id') as string)));
    assert.deepEqual([a?.['name'], a?.['replyTo'], a?.['textSignature']], ['Work', replyTo, '-- \nAnn']);
    assert.deepEqual([b?.['name'], b?.['htmlSignature']], ['Play', '<b>Ann</b>']);
  });

  test('§6.3, §9.6: an address that is not the own is forbiddenFrom', async () => {
    for (const email of ['other@waypost.test', 'ann@example.com', '*@waypost.test']) {
      const { notCreated } = await answer(ann, 'Identity/set', { create: { k: { email } } });
      assert.equal(inside(notCreated, 'k', 'type'), 'forbiddenFrom', email);
    }
  });

  test('§6: what is no address, text or list of addresses is invalidProperties', async () => {
    const email = ann.address;
    const cases: [JsonObject, string][] = [
      [{}, 'email'],
      [{ email: null }, 'email'],
      [{ email: 'no address' }, 'email'],
      [{ email, name: 7 }, 'name'],
      [{ email, replyTo: 'x@example.org' }, 'replyTo'],
      [{ email, bcc: [{ name: 'no email' }] }, 'bcc'],
      [{ email, textSignature: [] }, 'textSignature'],
      [{ email, htmlSignature: {} }, 'htmlSignature'],
    ];
    for (const [object, property] of cases) {
      const { notCreated } = await answer(ann, 'Identity/set', { create: { k: object } });
      assert.equal(inside(notCreated, 'k', 'type'), 'invalidProperties', JSON.stringify(object));
      assert.deepEqual(inside(notCreated, 'k', 'properties'), [property]);
    }
  });

  test('RFC 8620 §5.3: everything that is wrong is named', async () => {
    const bad = {
      email: 7,
      name: 7,
      replyTo: 7,
      bcc: 7,
      textSignature: 7,
      htmlSignature: 7,
      mayDelete: 7,
      x: 7,
    };
    const id = await world.identity(ann);
    const { notCreated, notUpdated } = await answer(ann, 'Identity/set', {
      create: { k: bad },
      update: { [id]: bad },
    });
    for (const named of [inside(notCreated, 'k', 'properties'), inside(notUpdated, id, 'properties')])
      assert.deepEqual([...(named as string[])].sort(), Object.keys(bad).sort());
  });

  test('§6: the address stays what it is', async () => {
    const id = await world.identity(ann);
    const { notUpdated } = await answer(ann, 'Identity/set', {
      update: { [id]: { email: 'x@waypost.test' } },
    });
    assert.deepEqual(inside(notUpdated, id, 'properties'), ['email']);
    const same = await answer(ann, 'Identity/set', {
      update: { [id]: { email: (await read(id))['email'] as string } },
    });
    assert.equal(same['notUpdated'], null);
  });

  test('§6.2: changes name what was made, changed and destroyed', async () => {
    const { state } = await answer(ann, 'Identity/get', { ids: [] });
    const { created } = await answer(ann, 'Identity/set', {
      create: { a: { email: ann.address }, b: { email: ann.address } },
    });
    const [a = '', b = ''] = ['a', 'b'].map((key) => inside(created, key, 'id') as string);
    const first = await answer(ann, 'Identity/changes', { sinceState: state as string });
    assert.deepEqual([(first['created'] as string[]).toSorted(), first['updated']], [[a, b].toSorted(), []]);
    await answer(ann, 'Identity/set', { update: { [a]: { name: 'A' } }, destroy: [b] });
    const second = await answer(ann, 'Identity/changes', { sinceState: first['newState'] as string });
    assert.deepEqual([second['created'], second['updated'], second['destroyed']], [[], [a], [b]]);
  });
});
