// RFC 8621 §4.4.3 and §4.5: collapsed threads, and Email/queryChanges with and without them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject, QueryChangesResult } from '../../../src/formats/jmap/index.ts';
import { ref as reference } from '../../../src/client/index.ts';
import { failure, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

let count = 0;
/** A mailbox, and how to put e-mails of named threads into it. */
async function thread() {
  const box = await world.mailbox();
  const number = ++count;
  const started = new Set<string>();
  const add = (name: string, minute: number, more: JsonObject = {}) => {
    const subject = `${name} ${number}`;
    const root = `<${name}${number}@x>`;
    const field = started.has(name) ? `In-Reply-To: ${root}` : `Message-ID: ${root}`;
    started.add(name);
    const receivedAt = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString().replace('.000', '');
    return world.plain(subject, { mailboxIds: { [box]: true }, receivedAt, ...more }, field);
  };
  return { box, add };
}

/** The list of before after what a /queryChanges says (RFC 8620 §5.6). */
function spliced(before: readonly string[], { removed, added }: QueryChangesResult): string[] {
  const list = before.filter((id) => !removed.includes(id));
  for (const { id, index } of added) list.splice(index, 0, id);
  return list;
}

describe('§4.4.3 collapseThreads', () => {
  test('keeps the first e-mail of each thread, after filter and sort', async () => {
    const { box, add } = await thread();
    const a1 = await add('a', 1, { keywords: { one: true } });
    const b1 = await add('b', 2);
    const a2 = await add('a', 3);
    const b2 = await add('b', 4, { keywords: { one: true } });
    const c1 = await add('c', 5);
    const run = (args: JsonObject) =>
      world.client.call('Email/query', {
        filter: { inMailbox: box },
        collapseThreads: true,
        calculateTotal: true,
        ...args,
      } as never);
    const newest = await run({ sort: [{ property: 'receivedAt', isAscending: false }] });
    assert.deepEqual([newest.ids, newest.total], [[c1, b2, a2], 3]);
    const oldest = await run({ sort: [{ property: 'receivedAt' }] });
    assert.deepEqual(oldest.ids, [a1, b1, c1]);
    // The filter goes first: what is left over of a thread stands for it.
    const filtered = await run({
      filter: { inMailbox: box, notKeyword: 'one' },
      sort: [{ property: 'receivedAt' }],
    });
    assert.deepEqual([filtered.ids, filtered.total], [[b1, a2, c1], 3]);
    const off = await run({ sort: [{ property: 'receivedAt' }], collapseThreads: false });
    assert.deepEqual([off.ids, off.total], [[a1, b1, a2, b2, c1], 5]);
  });

  test('position, limit and anchor go by the collapsed list', async () => {
    const { box, add } = await thread();
    const a1 = await add('a', 1);
    const a2 = await add('a', 2);
    const b1 = await add('b', 3);
    const c1 = await add('c', 4);
    const args = { filter: { inMailbox: box }, sort: [{ property: 'receivedAt' }], collapseThreads: true };
    const run = async (more: JsonObject) =>
      (await world.client.call('Email/query', { ...args, ...more } as never)).ids;
    assert.deepEqual(await run({ position: 1, limit: 1 }), [b1]);
    assert.deepEqual(await run({ position: -1 }), [c1]);
    assert.deepEqual(await run({ anchor: b1, anchorOffset: -1 }), [a1, b1, c1]);
    assert.equal(await failure(run({ anchor: a2 })), 'anchorNotFound');
  });
});

describe('§4.5 Email/queryChanges', () => {
  const newestFirst = [{ property: 'receivedAt', isAscending: false }];

  test('leads to the list of a new query, collapsed or not, whatever has happened', async () => {
    const { box, add } = await thread();
    const a1 = await add('a', 1);
    const b1 = await add('b', 2);
    const a2 = await add('a', 3);
    const c1 = await add('c', 4);
    const queries: JsonObject[] = [
      { filter: { inMailbox: box }, sort: newestFirst, collapseThreads: true },
      { filter: { inMailbox: box }, sort: newestFirst },
      { filter: { inMailbox: box, notKeyword: '$seen' }, sort: newestFirst, collapseThreads: true },
      { filter: { inMailbox: box, someInThreadHaveKeyword: '$flagged' }, sort: newestFirst },
      { filter: { inMailbox: box }, sort: [{ property: 'hasKeyword', keyword: '$seen' }, ...newestFirst] },
      {
        filter: { inMailbox: box },
        sort: [{ property: 'someInThreadHaveKeyword', keyword: '$flagged' }, ...newestFirst],
        collapseThreads: true,
      },
      { filter: { inMailbox: box }, sort: [{ property: 'subject' }, ...newestFirst], collapseThreads: true },
      { filter: { hasAttachment: false }, sort: newestFirst },
      { filter: null, sort: newestFirst, collapseThreads: true },
    ];
    const other = await world.mailbox();
    const steps: [string, () => Promise<unknown>][] = [
      ['a reply arrives', () => add('b', 6)],
      ['a new thread arrives', () => add('d', 0)],
      ['the first of a thread is read', () => world.update(a2, { 'keywords/$seen': true })],
      ['one is flagged', () => world.update(c1, { 'keywords/$flagged': true })],
      ['one moves away', () => world.update(a2, { mailboxIds: { [other]: true } })],
      ['one is destroyed', () => world.client.call('Email/set', { destroy: [b1] })],
      ['one comes back', () => world.update(a2, { [`mailboxIds/${box}`]: true })],
      ['a whole thread goes', () => world.client.call('Email/set', { destroy: [a1, a2] })],
      ['nothing happens', async () => undefined],
    ];
    let lists = await Promise.all(queries.map((args) => world.client.call('Email/query', args as never)));
    for (const [what, step] of steps) {
      await step();
      const next = await Promise.all(queries.map((args) => world.client.call('Email/query', args as never)));
      for (const [i, args] of queries.entries()) {
        const before = lists[i] as (typeof lists)[number];
        const after = next[i] as (typeof next)[number];
        const changes = await world.client.call('Email/queryChanges', {
          ...args,
          sinceQueryState: before.queryState,
          calculateTotal: true,
        } as never);
        assert.deepEqual(spliced(before.ids, changes), after.ids, `${what}: ${JSON.stringify(args)}`);
        assert.equal(changes.total, after.ids.length);
        assert.equal(changes.newQueryState, after.queryState);
      }
      lists = next;
    }
  });

  test('collapseThreads belongs to the query: a state of the other kind is of no use', async () => {
    const args = { filter: null, sort: newestFirst };
    const { queryState } = await world.client.call('Email/query', { ...args, collapseThreads: true });
    const work = world.client.call('Email/queryChanges', { ...args, sinceQueryState: queryState });
    assert.equal(await failure(work), 'cannotCalculateChanges');
  });

  test('§4.10 the example: a list of threads is kept up by one request', async () => {
    const { box, add } = await thread();
    const kept = await add('a', 1);
    const gone = await add('b', 2);
    const args = { filter: { inMailbox: box }, sort: newestFirst, collapseThreads: true };
    const [found, , threads, shown] = await world.client.batch(
      ['Email/query', { ...args, position: 0, limit: 30, calculateTotal: true }, '0'],
      ['Email/get', { ids: reference('0', 'Email/query', '/ids'), properties: ['threadId'] }, '1'],
      ['Thread/get', { ids: reference('1', 'Email/get', '/list/*/threadId') }, '2'],
      ['Email/get', { ids: reference('2', 'Thread/get', '/list/*/emailIds'), properties: ['subject'] }, '3'],
    );
    assert.deepEqual([found.ids, found.total], [[gone, kept], 2]);
    assert.deepEqual(
      threads.list.map(({ emailIds }) => emailIds),
      [[gone], [kept]],
    );
    assert.deepEqual(
      shown.list.map(({ id }) => id),
      [gone, kept],
    );
    const { state } = await world.client.call('Email/get', { ids: [] });
    await world.update(kept, { 'keywords/$seen': true });
    await world.client.call('Email/set', { destroy: [gone] });
    const made = await add('c', 3);
    const [changes, queryChanges] = await world.client.batch(
      ['Email/changes', { sinceState: state, maxChanges: 50 }],
      [
        'Email/queryChanges',
        {
          ...args,
          sinceQueryState: found.queryState,
          upToId: kept,
          maxChanges: 25,
          calculateTotal: true,
        },
      ],
    );
    assert.deepEqual([changes.created, changes.updated, changes.destroyed], [[made], [kept], [gone]]);
    assert.deepEqual([spliced(found.ids, queryChanges), queryChanges.total], [[made, kept], 2]);
  });
});
