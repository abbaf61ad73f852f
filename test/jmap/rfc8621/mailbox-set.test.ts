// RFC 8621 §2.5, with the rules of §2 for each property: making, changing and destroying mailboxes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject, Mailbox, SetError } from '../../../src/formats/jmap/index.ts';
import { failure, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

const set = (args: JsonObject) => world.client.call('Mailbox/set', args as never);
async function mailbox(id: string): Promise<Mailbox> {
  const { list } = await world.client.call('Mailbox/get', { ids: [id] });
  return list[0] as Mailbox;
}
async function updateRefusal(id: string, patch: JsonObject): Promise<SetError> {
  const { notUpdated } = await set({ update: { [id]: patch } });
  assert.ok(notUpdated?.[id], `${JSON.stringify(patch)} was done`);
  return notUpdated[id];
}
/** The type of an error and the properties that it names. */
const of = ({ type, properties }: SetError) => [type, properties];

describe('§2 name', () => {
  test('is one character at least', async () => {
    for (const name of ['', '   ', '\t'])
      assert.deepEqual(of(await world.mailboxRefusal({ name })), ['invalidProperties', ['name']], name);
    const { notCreated } = await set({ create: { k: {} } });
    assert.deepEqual(of(notCreated?.['k'] as SetError), ['invalidProperties', ['name']]);
    const id = await world.mailbox({ name: 'x' });
    assert.equal((await mailbox(id)).name, 'x');
    assert.deepEqual(of(await updateRefusal(id, { name: '' })), ['invalidProperties', ['name']]);
    assert.deepEqual(of(await updateRefusal(id, { name: null })), ['invalidProperties', ['name']]);
  });

  test('is as long as the session says at most, in octets', async () => {
    const { accounts } = await world.client.session();
    const mail = accounts[world.ann.id]?.accountCapabilities['urn:ietf:params:jmap:mail'];
    const max = mail?.['maxSizeMailboxName'] as number;
    assert.ok(max >= 100);
    const id = await world.mailbox({ name: 'n'.repeat(max) });
    assert.equal((await mailbox(id)).name.length, max);
    for (const name of ['n'.repeat(max + 1), `${'n'.repeat(max - 1)}ü`])
      assert.deepEqual(of(await world.mailboxRefusal({ name })), ['invalidProperties', ['name']]);
  });

  test('is Net-Unicode: in form C, without controls; what was stored otherwise than sent is told', async () => {
    const { created } = await set({ create: { k: { name: ' Cafe\u0301 ' } } });
    assert.equal(created?.['k']?.name, 'Café');
    const id = created?.['k']?.id as string;
    assert.equal((await mailbox(id)).name, 'Café');
    const { updated } = await set({ update: { [id]: { name: 'Re\u0301sume\u0301' } } });
    assert.deepEqual(updated, { [id]: { name: 'Résumé' } });
    assert.deepEqual((await set({ update: { [id]: { name: 'Plain' } } })).updated, { [id]: null });
    for (const name of ['a\u0000b', 'a\nb', 'a\u0007b', 'a\u009fb', 'a\u2028b', 'a/b'])
      assert.deepEqual(of(await world.mailboxRefusal({ name })), ['invalidProperties', ['name']]);
    assert.equal((await mailbox(await world.mailbox({ name: '日本語 📬' }))).name, '日本語 📬');
  });

  test('differs among siblings, when made, renamed and moved, and may be the same elsewhere', async () => {
    const [one, two] = [await world.mailbox({ name: 'One' }), await world.mailbox({ name: 'Two' })];
    const expected = ['invalidProperties', ['name']];
    const made = await world.mailboxRefusal({ name: 'One' });
    assert.deepEqual([...of(made), made.existingId], [...expected, one]);
    assert.deepEqual(of(await updateRefusal(two, { name: 'One' })), expected);
    const inner = await world.mailbox({ name: 'One', parentId: two });
    assert.deepEqual(of(await world.mailboxRefusal({ name: 'One', parentId: two })), expected);
    assert.deepEqual(of(await updateRefusal(inner, { parentId: null })), expected);
    // Its own name is no clash.
    assert.deepEqual((await set({ update: { [one]: { name: 'One' } } })).updated, { [one]: null });
    const { created, notCreated } = await set({ create: { a: { name: 'Twin' }, b: { name: 'Twin' } } });
    assert.deepEqual([Object.keys(created ?? {}).length, Object.keys(notCreated ?? {}).length], [1, 1]);
  });
});

describe('§2 parentId', () => {
  test('is a mailbox that is there, or null', async () => {
    for (const parentId of ['zzzz', '#none', 5, true])
      assert.deepEqual(of(await world.mailboxRefusal({ parentId })), ['invalidProperties', ['parentId']]);
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    await set({ update: { [b]: { parentId: a } } });
    assert.equal((await mailbox(b)).parentId, a);
    await set({ update: { [b]: { parentId: null } } });
    assert.equal((await mailbox(b)).parentId, null);
  });

  test('makes no loop', async () => {
    const a = await world.mailbox();
    const b = await world.mailbox({ parentId: a });
    const c = await world.mailbox({ parentId: b });
    for (const parentId of [a, b, c])
      assert.deepEqual(of(await updateRefusal(a, { parentId })), ['invalidProperties', ['parentId']]);
    assert.equal((await mailbox(a)).parentId, null);
    // Of two that would close a loop together, one is refused.
    const [x, y] = [await world.mailbox(), await world.mailbox()];
    const both = await set({ update: { [x]: { parentId: y }, [y]: { parentId: x } } });
    assert.deepEqual([Object.keys(both.updated ?? {}), Object.keys(both.notUpdated ?? {})], [[x], [y]]);
    const { notCreated } = await set({
      create: { p: { name: 'P', parentId: '#q' }, q: { name: 'Q', parentId: '#p' } },
    });
    assert.deepEqual(Object.keys(notCreated ?? {}).sort(), ['p', 'q']);
  });

  test('§1.3.1 nests as deep as the session says, and no deeper', async () => {
    const { accounts } = await world.client.session();
    const mail = accounts[world.ann.id]?.accountCapabilities['urn:ietf:params:jmap:mail'];
    const depth = mail?.['maxMailboxDepth'] as number;
    let parentId: string | null = null;
    const chain: string[] = [];
    for (let level = 0; level < depth; level++) {
      parentId = await world.mailbox({ name: `Level ${level}`, parentId });
      chain.push(parentId);
    }
    assert.deepEqual(of(await world.mailboxRefusal({ parentId })), ['invalidProperties', ['parentId']]);
    // A whole tree moves only to where its deepest mailbox fits.
    const other = await world.mailbox();
    assert.deepEqual(of(await updateRefusal(chain[0] as string, { parentId: other })), [
      'invalidProperties',
      ['parentId'],
    ]);
  });
});

describe('§2 role', () => {
  test('is one of the registry in lower case, and no two mailboxes have the same', async () => {
    for (const role of ['Archive', 'ARCHIVE', 'nonsense', '', '\\Archive', 'inbox', 'trash', 5])
      assert.deepEqual(
        of(await world.mailboxRefusal({ role })),
        ['invalidProperties', ['role']],
        String(role),
      );
    const archive = await world.mailbox({ role: 'archive' });
    assert.equal((await mailbox(archive)).role, 'archive');
    const other = await world.mailbox();
    assert.deepEqual(of(await world.mailboxRefusal({ role: 'archive' })), ['invalidProperties', ['role']]);
    assert.deepEqual(of(await updateRefusal(other, { role: 'archive' })), ['invalidProperties', ['role']]);
    // It can be given up and taken by another, in that order in one call.
    const moved = await set({ update: { [archive]: { role: null }, [other]: { role: 'archive' } } });
    assert.equal(moved.notUpdated, null);
    assert.deepEqual([(await mailbox(archive)).role, (await mailbox(other)).role], [null, 'archive']);
  });
});

describe('§2 sortOrder', () => {
  test('is an integer from 0 to 2^31 - 1', async () => {
    for (const sortOrder of [-1, 2 ** 31, 1.5, '1', true])
      assert.deepEqual(of(await world.mailboxRefusal({ sortOrder })), ['invalidProperties', ['sortOrder']]);
    const id = await world.mailbox({ sortOrder: 2 ** 31 - 1 });
    assert.equal((await mailbox(id)).sortOrder, 2 ** 31 - 1);
    await set({ update: { [id]: { sortOrder: 7 } } });
    assert.equal((await mailbox(id)).sortOrder, 7);
    // RFC 8620 §5.3: null brings the default back.
    await set({ update: { [id]: { sortOrder: null } } });
    assert.equal((await mailbox(id)).sortOrder, 0);
  });
});

describe('§2 isSubscribed', () => {
  test('is true for who made the mailbox, unless it was asked otherwise, and can be changed', async () => {
    const [own, not] = [await world.mailbox(), await world.mailbox({ isSubscribed: false })];
    assert.deepEqual([(await mailbox(own)).isSubscribed, (await mailbox(not)).isSubscribed], [true, false]);
    await set({ update: { [own]: { isSubscribed: false }, [not]: { isSubscribed: true } } });
    assert.deepEqual([(await mailbox(own)).isSubscribed, (await mailbox(not)).isSubscribed], [false, true]);
  });

  test('is false for a mailbox that is shared with somebody, and kept for each user', async () => {
    const ann = world.ann;
    const bob = await world.sending.person('bob');
    const shared = await world.mailbox();
    const rights = { mayReadItems: true };
    await set({ update: { [shared]: { [`shareWith/${bob.id}`]: rights } } });
    const seen = async () =>
      (await bob.client.call('Mailbox/get', { accountId: ann.id, ids: [shared] })).list[0]?.isSubscribed;
    assert.equal(await seen(), false);
    await bob.client.call('Mailbox/set', {
      accountId: ann.id,
      update: { [shared]: { isSubscribed: true } },
    });
    await set({ update: { [shared]: { isSubscribed: false } } });
    assert.deepEqual([await seen(), (await mailbox(shared)).isSubscribed], [true, false]);
  });
});

describe('§2 what the server sets', () => {
  test('is refused on create, and on update when it is not the current value', async () => {
    const serverSet = [
      { id: 'zz' },
      { totalEmails: 1 },
      { unreadEmails: 1 },
      { totalThreads: 1 },
      { unreadThreads: 1 },
      { myRights: {} },
    ];
    const id = await world.mailbox();
    for (const more of serverSet) {
      const [name] = Object.keys(more);
      assert.deepEqual(of(await world.mailboxRefusal(more)), ['invalidProperties', [name]]);
      assert.deepEqual(of(await updateRefusal(id, more)), ['invalidProperties', [name]]);
    }
    assert.deepEqual(of(await world.mailboxRefusal({ colour: 'red' })), ['invalidProperties', ['colour']]);
  });

  test('may come back with a whole object, in any order of members', async () => {
    const id = await world.mailbox();
    const whole = (await mailbox(id)) as unknown as JsonObject;
    const rights = Object.fromEntries(Object.entries(whole['myRights'] as JsonObject).reverse());
    const { updated } = await set({ update: { [id]: { ...whole, myRights: rights, name: 'Back' } } });
    assert.deepEqual(updated, { [id]: null });
    assert.equal((await mailbox(id)).name, 'Back');
  });

  test('is in the answer to a creation, with the defaults that were not sent', async () => {
    const { created } = await set({ create: { k: { name: 'Answered' } } });
    assert.deepEqual(Object.keys(created?.['k'] ?? {}).sort(), [
      'id',
      'isSubscribed',
      'myRights',
      'parentId',
      'role',
      'sortOrder',
      'totalEmails',
      'totalThreads',
      'unreadEmails',
      'unreadThreads',
    ]);
  });
});

describe('§2.5 destroying', () => {
  test('a mailbox with a child is mailboxHasChild, whatever onDestroyRemoveEmails says', async () => {
    const parent = await world.mailbox();
    await world.mailbox({ parentId: parent });
    const id = await world.plain('kept', { mailboxIds: { [parent]: true } });
    for (const onDestroyRemoveEmails of [false, true]) {
      const { notDestroyed } = await set({ destroy: [parent], onDestroyRemoveEmails });
      assert.equal(notDestroyed?.[parent]?.type, 'mailboxHasChild');
    }
    assert.deepEqual(await world.property(id, 'mailboxIds'), { [parent]: true });
  });

  test('a mailbox with an e-mail is mailboxHasEmail by default', async () => {
    const box = await world.mailbox();
    const id = await world.plain('kept', { mailboxIds: { [box]: true } });
    for (const args of [{}, { onDestroyRemoveEmails: false }]) {
      const { notDestroyed, oldState, newState } = await set({ destroy: [box], ...args });
      assert.equal(notDestroyed?.[box]?.type, 'mailboxHasEmail');
      assert.equal(oldState, newState);
    }
    await world.client.call('Email/set', { destroy: [id] });
    assert.deepEqual((await set({ destroy: [box] })).destroyed, [box]);
  });

  test('with onDestroyRemoveEmails takes e-mails out, and destroys those that are nowhere else', async () => {
    const [box, other] = [await world.mailbox(), await world.mailbox()];
    const only = await world.plain('only', { mailboxIds: { [box]: true } });
    const both = await world.plain('both', { mailboxIds: { [box]: true, [other]: true } });
    const { state } = await world.client.call('Email/get', { ids: [] });
    const { destroyed } = await set({ destroy: [box], onDestroyRemoveEmails: true });
    assert.deepEqual(destroyed, [box]);
    assert.deepEqual(await world.property(both, 'mailboxIds'), { [other]: true });
    const changes = await world.client.call('Email/changes', { sinceState: state });
    assert.deepEqual([changes.updated, changes.destroyed], [[both], [only]]);
    assert.deepEqual((await world.client.call('Mailbox/get', { ids: [box] })).notFound, [box]);
  });

  test('parents and children go in one call, named in any order', async () => {
    const parent = await world.mailbox();
    const child = await world.mailbox({ parentId: parent });
    const grandchild = await world.mailbox({ parentId: child });
    const { destroyed } = await set({ destroy: [parent, grandchild, child] });
    assert.deepEqual([...(destroyed ?? [])].sort(), [parent, child, grandchild].sort());
  });

  test('of what is not there is notFound, and each mailbox has its own fate', async () => {
    const box = await world.mailbox();
    const { destroyed, notDestroyed } = await set({ destroy: ['zzzz', box] });
    assert.deepEqual([destroyed, notDestroyed?.['zzzz']?.type], [[box], 'notFound']);
    const { notUpdated } = await set({ update: { [box]: { name: 'x' } } });
    assert.equal(notUpdated?.[box]?.type, 'notFound');
  });
});

describe('RFC 8620 §5.3 what is right in the end is allowed', () => {
  test('names are exchanged, and go round', async () => {
    const [a, b, c] = [
      await world.mailbox({ name: 'Left' }),
      await world.mailbox({ name: 'Right' }),
      await world.mailbox({ name: 'Middle' }),
    ] as const;
    const swap = await set({ update: { [a]: { name: 'Right' }, [b]: { name: 'Left' } } });
    assert.deepEqual([swap.updated, swap.notUpdated], [{ [a]: null, [b]: null }, null]);
    assert.deepEqual([(await mailbox(a)).name, (await mailbox(b)).name], ['Right', 'Left']);
    const round = { [a]: { name: 'Left' }, [b]: { name: 'Middle' }, [c]: { name: 'Right' } };
    assert.equal((await set({ update: round })).notUpdated, null);
    const names = await Promise.all([a, b, c].map(async (id) => (await mailbox(id)).name));
    assert.deepEqual(names, ['Left', 'Middle', 'Right']);
  });

  test('a child becomes the parent of its parent', async () => {
    const above = await world.mailbox({ name: 'Above' });
    const below = await world.mailbox({ name: 'Below', parentId: above });
    const { notUpdated } = await set({
      update: { [above]: { parentId: below }, [below]: { parentId: null } },
    });
    assert.equal(notUpdated, null);
    assert.deepEqual([(await mailbox(above)).parentId, (await mailbox(below)).parentId], [below, null]);
    const circle = await set({ update: { [below]: { parentId: above }, [above]: { parentId: below } } });
    assert.deepEqual(circle.notUpdated?.[below]?.type, 'invalidProperties');
    assert.equal((await mailbox(below)).parentId, null);
  });

  test('a role moves, named in any order', async () => {
    const [old, next] = [
      await world.mailbox({ name: 'Old', role: 'important' }),
      await world.mailbox({ name: 'Next' }),
    ];
    const { notUpdated } = await set({ update: { [next]: { role: 'important' }, [old]: { role: null } } });
    assert.equal(notUpdated, null);
    assert.deepEqual([(await mailbox(old)).role, (await mailbox(next)).role], [null, 'important']);
  });

  test('a name is taken that the same call makes free', async () => {
    const [first, second] = [await world.mailbox({ name: 'First' }), await world.mailbox({ name: 'Second' })];
    const answer = await set({
      create: { k: { name: 'First' } },
      update: { [first]: { name: 'Second' } },
      destroy: [second],
    });
    assert.deepEqual([answer.notCreated, answer.notUpdated, answer.notDestroyed], [null, null, null]);
    assert.equal((await mailbox(first)).name, 'Second');
    assert.equal((await mailbox(answer.created?.['k']?.id as string)).name, 'First');
  });

  test('what cannot be in the end fails alone, with its own reason', async () => {
    const [a, b] = [await world.mailbox({ name: 'Uno' }), await world.mailbox({ name: 'Due' })];
    const taken = await world.mailbox({ name: 'Occupied' });
    const { updated, notUpdated } = await set({
      update: { [a]: { name: 'Occupied' }, [b]: { name: 'Uno' } },
    });
    assert.equal(updated, null);
    assert.deepEqual(of(notUpdated?.[a] as SetError), ['invalidProperties', ['name']]);
    assert.equal(notUpdated?.[a]?.existingId, taken);
    assert.equal(notUpdated?.[b]?.existingId, a);
  });
});

describe('RFC 8620 §5.3 what is wrong', () => {
  test('is named as a whole', async () => {
    const bad = { name: '', parentId: 'zzzz', role: 'none', sortOrder: -1, isSubscribed: 1, id: 'x', foo: 1 };
    const names = Object.keys(bad).sort();
    const made = await world.mailboxRefusal(bad);
    assert.deepEqual([made.type, [...(made.properties ?? [])].sort()], ['invalidProperties', names]);
    const changed = await updateRefusal(await world.mailbox(), bad);
    assert.deepEqual([changed.type, [...(changed.properties ?? [])].sort()], ['invalidProperties', names]);
  });

  test('a path into what the server sets is a path: its value may be sent, and no other', async () => {
    const id = await world.mailbox();
    const { updated } = await set({ update: { [id]: { 'myRights/mayDelete': true } } });
    assert.deepEqual(updated, { [id]: null });
    for (const value of [false, null, 'yes'])
      assert.deepEqual(of(await updateRefusal(id, { 'myRights/mayDelete': value })), [
        'invalidProperties',
        ['myRights'],
      ]);
  });

  test('paths that are none, or one below another, are invalidPatch whatever they say', async () => {
    const id = await world.mailbox();
    const { myRights } = await mailbox(id);
    for (const patch of [
      { 'name/x': 'y' },
      { 'foo/bar': 1 },
      { 'myRights/mayDelete/x': true },
      { myRights: myRights as never, 'myRights/mayDelete': true },
      { name: 'fine', 'nothing/there': 1 },
    ])
      assert.equal((await updateRefusal(id, patch)).type, 'invalidPatch', JSON.stringify(patch));
  });
});

test('§2.6 the state is checked before anything is done', async () => {
  const { state } = await world.client.call('Mailbox/get', { ids: [] });
  const box = await world.mailbox();
  assert.equal(await failure(set({ ifInState: state, destroy: [box] })), 'stateMismatch');
  const { newState } = await set({ ifInState: (await set({})).newState, update: { [box]: { name: 'New' } } });
  assert.equal((await world.client.call('Mailbox/get', { ids: [box] })).state, newState);
});
