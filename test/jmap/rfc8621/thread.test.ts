// RFC 8621 §3: threads.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { failure, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

const threadOf = async (id: string) => (await world.property(id, 'threadId')) as string;
const emailIds = async (thread: string) =>
  (await world.client.call('Thread/get', { ids: [thread] })).list[0]?.emailIds;
const state = async () => (await world.client.call('Thread/get', { ids: [] })).state;

describe('§3 which e-mails belong together', () => {
  test('every e-mail belongs to a thread, even one that is alone', async () => {
    const id = await world.plain('alone');
    assert.deepEqual(await emailIds(await threadOf(id)), [id]);
  });

  test('an identifier in Message-ID, In-Reply-To or References and the same base subject join', async () => {
    const first = await world.plain('trip', {}, 'Message-ID: <trip1@x>');
    const reply = await world.plain('Re: trip', {}, 'Message-ID: <trip2@x>', 'In-Reply-To: <trip1@x>');
    const later = await world.plain('[List] Fwd: RE: trip', {}, 'References: <trip0@x> <trip2@x>');
    const sister = await world.plain('trip', {}, 'References: <trip0@x>');
    const thread = await threadOf(first);
    for (const id of [reply, later, sister]) assert.equal(await threadOf(id), thread);
  });

  test('another subject begins a new thread, and the same subject alone joins nothing', async () => {
    const first = await world.plain('holiday', {}, 'Message-ID: <h1@x>');
    const other = await world.plain('invoice', {}, 'In-Reply-To: <h1@x>');
    const stranger = await world.plain('holiday', {}, 'Message-ID: <h2@x>');
    assert.equal(new Set(await Promise.all([first, other, stranger].map(threadOf))).size, 3);
  });

  test('the threadId of an e-mail never changes, whatever arrives later', async () => {
    const a = await world.plain('late', {}, 'Message-ID: <late1@x>');
    const b = await world.plain('late', {}, 'Message-ID: <late2@x>');
    const before = [await threadOf(a), await threadOf(b)];
    // This one could join the two.
    await world.plain('Re: late', {}, 'References: <late1@x> <late2@x>');
    assert.deepEqual([await threadOf(a), await threadOf(b)], before);
  });
});

describe('§3 emailIds', () => {
  test('are in order of receivedAt, oldest first, and of id when that is the same', async () => {
    const import_ = (receivedAt: string, subject = 'Re: order') =>
      world.plain(subject, { receivedAt }, 'References: <order@x>');
    const second = await import_('2024-01-02T00:00:00Z');
    const fourth = await import_('2024-01-04T00:00:00Z');
    const first = await import_('2024-01-01T00:00:00Z');
    const twins = [await import_('2024-01-03T00:00:00Z'), await import_('2024-01-03T00:00:00Z')];
    const thread = await threadOf(first);
    const expected = [first, second, ...twins, fourth];
    assert.deepEqual(await emailIds(thread), expected);
    assert.deepEqual(await emailIds(thread), expected);
    await world.client.call('Email/set', { destroy: [second] });
    assert.deepEqual(await emailIds(thread), [first, ...twins, fourth]);
  });
});

describe('§3.1 Thread/get', () => {
  test('gives threads by id; unknown ones are notFound, unknown properties refused', async () => {
    const [a, b] = [await world.plain('get a'), await world.plain('get b')];
    const [ta, tb] = [await threadOf(a), await threadOf(b)];
    const { list, notFound } = await world.client.call('Thread/get', { ids: [ta, 'zzzz', tb] });
    assert.deepEqual(list, [
      { id: ta, emailIds: [a] },
      { id: tb, emailIds: [b] },
    ]);
    assert.deepEqual(notFound, ['zzzz']);
    const only = await world.client.call('Thread/get', { ids: [ta], properties: ['id'] });
    assert.deepEqual(only.list, [{ id: ta }]);
    const refused = world.client.call('Thread/get', { ids: [ta], properties: ['subject'] });
    assert.equal(await failure(refused), 'invalidArguments');
  });
});

describe('§3.2 Thread/changes', () => {
  test('a thread is created, updated when an e-mail joins or leaves, and destroyed with its last', async () => {
    const changes = async (sinceState: string) => {
      const { created, updated, destroyed, newState } = await world.client.call('Thread/changes', {
        sinceState,
      });
      return { lists: [created, updated, destroyed], newState };
    };
    const start = await state();
    const first = await world.plain('changes', {}, 'Message-ID: <c1@x>');
    const thread = await threadOf(first);
    const one = await changes(start);
    assert.deepEqual(one.lists, [[thread], [], []]);
    const reply = await world.plain('Re: changes', {}, 'In-Reply-To: <c1@x>');
    const two = await changes(one.newState);
    assert.deepEqual(two.lists, [[], [thread], []]);
    await world.client.call('Email/set', { destroy: [first] });
    const three = await changes(two.newState);
    assert.deepEqual(three.lists, [[], [thread], []]);
    await world.client.call('Email/set', { destroy: [reply] });
    const four = await changes(three.newState);
    assert.deepEqual(four.lists, [[], [], [thread]]);
    assert.deepEqual((await world.client.call('Thread/get', { ids: [thread] })).notFound, [thread]);
    assert.deepEqual((await changes(four.newState)).lists, [[], [], []]);
  });
});
