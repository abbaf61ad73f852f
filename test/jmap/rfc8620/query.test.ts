// RFC 8620 §5.5 and §5.6: /query and /queryChanges, with mailboxes, e-mails and submissions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, configure, errorOf, inside, mailbox } from '../conformance.ts';
import { type Person, SendingWorld, to } from '../sending-world.ts';

const COUNT = 6;

let world: SendingWorld;
let ann: Person;
let box: string;
/** E-mails of `box`, oldest first. */
const emails: string[] = [];
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  box = await mailbox(ann, { name: 'queried' });
  for (let i = 0; i < COUNT; i++) emails.push(await add(i));
  await world.send(ann, { to: to(ann) });
  await world.send(ann, { to: to(ann) });
});
after(() => world.close());

/** An e-mail that arrived on that day of a month. */
async function add(day: number, where = box, keywords: JsonObject = {}): Promise<string> {
  const { created, notCreated } = await answer(ann, 'Email/set', {
    create: {
      k: {
        mailboxIds: { [where]: true },
        keywords,
        subject: `day ${day}`,
        receivedAt: `2020-01-${String(day + 1).padStart(2, '0')}T00:00:00Z`,
      },
    },
  });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return inside(created, 'k', 'id') as string;
}

const OLDEST_FIRST: JsonObject = { sort: [{ property: 'receivedAt' }] };
const query = (args: JsonObject = {}) =>
  answer(ann, 'Email/query', { filter: { inMailbox: box }, ...OLDEST_FIRST, ...args });
const wrong = (args: JsonObject) => errorOf(ann, 'Email/query', args);

describe('windows', () => {
  test('§5.5: position counts from the start, or from the end when negative, and is told', async () => {
    const cases: [position: number, start: number][] = [
      [0, 0],
      [2, 2],
      [-2, COUNT - 2],
      [-COUNT, 0],
      [-100, 0],
    ];
    for (const [position, start] of cases) {
      const got = await query({ position, limit: 2 });
      assert.deepEqual(
        [got['position'], got['ids']],
        [start, emails.slice(start, start + 2)],
        String(position),
      );
    }
  });

  test('§5.5: a position behind the last result is an empty list, no error', async () => {
    for (const position of [COUNT, 1000]) assert.deepEqual((await query({ position }))['ids'], []);
  });

  test('§5.5: an anchor decides instead of the position; its offset may be negative, and is clamped', async () => {
    const anchor = emails[3] as string;
    const cases: [anchorOffset: number, start: number][] = [
      [0, 3],
      [1, 4],
      [-1, 2],
      [-100, 0],
    ];
    for (const [anchorOffset, start] of cases) {
      const got = await query({ anchor, anchorOffset, position: 5, limit: 2 });
      assert.deepEqual([got['position'], got['ids']], [start, emails.slice(start, start + 2)]);
    }
    assert.deepEqual((await query({ anchor, anchorOffset: 100 }))['ids'], []);
  });

  test('§5.5: without an anchor its offset is ignored', async () => {
    assert.deepEqual(await query({ anchorOffset: 3 }), await query());
  });

  test('§5.5: an anchor that is no result is anchorNotFound', async () => {
    const elsewhere = await add(1, await world.box(ann, 'drafts'));
    for (const anchor of [elsewhere, 'zzzz', 'no id'])
      assert.equal(await wrong({ filter: { inMailbox: box }, anchor }), 'anchorNotFound');
  });

  test('§5.5: limit 0 is an empty list, a negative one invalidArguments', async () => {
    assert.deepEqual((await query({ limit: 0 }))['ids'], []);
    for (const limit of [-1, 1.5, '1']) assert.equal(await wrong({ limit }), 'invalidArguments');
  });

  test('§5.5: the limit is told when the server set a lower one, and only then', async () => {
    assert.equal('limit' in (await query({ limit: COUNT })), false);
    await configure(world, { queryMaxResults: 2 });
    for (const limit of [null, COUNT]) {
      const got = await query({ limit });
      assert.deepEqual([got['limit'], got['ids']], [2, emails.slice(0, 2)]);
    }
    assert.equal('limit' in (await query({ limit: 1 })), false);
    await configure(world, { queryMaxResults: 5000 });
  });

  test('§5.5: the total is there exactly when it is asked for, and does not depend on the window', async () => {
    assert.equal('total' in (await query()), false);
    assert.equal('total' in (await query({ calculateTotal: false })), false);
    for (const more of [{}, { limit: 1 }, { position: 100 }, { anchor: emails[2] as string }])
      assert.equal((await query({ calculateTotal: true, ...more }))['total'], COUNT);
  });
});

describe('filters and sorts', () => {
  test('§5.5: AND, OR and NOT, also of nothing and of each other', async () => {
    const day = (from: number, until: number): JsonObject => ({
      after: `2020-01-0${from + 1}T00:00:00Z`,
      before: `2020-01-0${until + 1}T00:00:00Z`,
    });
    const of = (operator: string, ...conditions: Json[]): JsonObject => ({ operator, conditions });
    const cases: [JsonObject, number[]][] = [
      [of('AND', day(0, 3), day(2, 6)), [2]],
      [of('OR', day(0, 1), day(5, 6)), [0, 5]],
      [of('NOT', day(0, 1), day(2, 6)), [1]],
      [of('NOT', of('OR', day(0, 2), day(3, 6))), [2]],
      [of('AND'), [0, 1, 2, 3, 4, 5]],
      [of('OR'), []],
      [of('NOT'), [0, 1, 2, 3, 4, 5]],
      [{}, [0, 1, 2, 3, 4, 5]],
    ];
    for (const [filter, expected] of cases) {
      const { ids } = await query({ filter: of('AND', { inMailbox: box }, filter) });
      assert.deepEqual(
        ids,
        expected.map((i) => emails[i]),
        JSON.stringify(filter),
      );
    }
  });

  test('§5.5: an operator that is none, or stands among conditions, is invalidArguments', async () => {
    const bad: Json[] = [
      { operator: 'XOR', conditions: [] },
      { operator: 'and', conditions: [] },
      { operator: 'AND' },
      { operator: 'AND', conditions: {} },
      { operator: 'AND', conditions: [], inMailbox: box },
      { conditions: [] },
      'x',
      [],
    ];
    for (const filter of bad)
      assert.equal(await wrong({ filter }), 'invalidArguments', JSON.stringify(filter));
  });

  test('§5.5: a filter that is well-formed and too large is unsupportedFilter', async () => {
    const wide = { operator: 'OR', conditions: Array.from({ length: 501 }, () => ({})) };
    let deep: JsonObject = {};
    for (let i = 0; i < 40; i++) deep = { operator: 'AND', conditions: [deep] };
    for (const type of ['Email', 'Mailbox'])
      for (const filter of [wide, deep])
        assert.equal(await errorOf(ann, `${type}/query`, { filter }), 'unsupportedFilter', type);
  });

  test('§5.5: a condition that the type has not is unsupportedFilter, wherever it stands', async () => {
    for (const filter of [{ colour: 'red' }, { operator: 'NOT', conditions: [{ colour: 'red' }] }])
      for (const type of ['Email', 'Mailbox', 'EmailSubmission'])
        assert.equal(await errorOf(ann, `${type}/query`, { filter }), 'unsupportedFilter', type);
  });

  test('§5.5: a property that cannot be sorted by, or an unknown collation, is unsupportedSort', async () => {
    for (const type of ['Email', 'Mailbox', 'EmailSubmission'])
      assert.equal(
        await errorOf(ann, `${type}/query`, { sort: [{ property: 'colour' }] }),
        'unsupportedSort',
      );
    for (const [type, property] of [
      ['Email', 'subject'],
      ['Mailbox', 'name'],
      ['EmailSubmission', 'emailId'],
    ] as const) {
      const sort = [{ property, collation: 'i;unknown' }];
      assert.equal(await errorOf(ann, `${type}/query`, { sort }), 'unsupportedSort', type);
    }
  });

  test('§5.5: every collation that the session names can be sorted with', async () => {
    const { capabilities } = await ann.client.session();
    const names = capabilities['urn:ietf:params:jmap:core']?.['collationAlgorithms'] as string[];
    for (const collation of names)
      assert.ok(await answer(ann, 'Mailbox/query', { sort: [{ property: 'name', collation }] }), collation);
  });

  test('§5.5: comparators that are no comparators are invalidArguments', async () => {
    for (const one of ['subject', {}, { property: 1 }, { property: 'subject', isAscending: 'no' }])
      assert.equal(await wrong({ sort: [one] }), 'invalidArguments', JSON.stringify(one));
  });

  test('§5.5: isAscending is true by default; false turns the order round', async () => {
    assert.deepEqual((await query())['ids'], emails);
    const sort = [{ property: 'receivedAt', isAscending: false }];
    assert.deepEqual((await query({ sort }))['ids'], emails.toReversed());
  });

  test('§5.5: the next comparator decides where one is equal', async () => {
    const sort = [
      { property: 'hasKeyword', keyword: '$none' },
      { property: 'receivedAt', isAscending: false },
    ];
    assert.deepEqual((await query({ sort }))['ids'], emails.toReversed());
  });

  test('§5.5: without a sort the order is stable', async () => {
    for (const sort of [null, []]) {
      const first = await query({ sort });
      assert.deepEqual((await query({ sort }))['ids'], first['ids']);
      const halves = [await query({ sort, limit: 3 }), await query({ sort, position: 3 })];
      assert.deepEqual(
        halves.flatMap(({ ids }) => ids as string[]),
        first['ids'],
      );
    }
  });
});

describe('states', () => {
  for (const type of ['Email', 'Mailbox', 'EmailSubmission']) {
    test(`§5.5: the members of a ${type}/query, and a state that stays while nothing happens`, async () => {
      const first = await answer(ann, `${type}/query`, {});
      const names = ['accountId', 'canCalculateChanges', 'ids', 'position', 'queryState'];
      assert.deepEqual(
        Object.keys(first)
          .filter((name) => name !== 'collapseThreads')
          .sort(),
        names,
      );
      assert.equal(typeof first['canCalculateChanges'], 'boolean');
      assert.equal((await answer(ann, `${type}/query`, {}))['queryState'], first['queryState']);
    });

    test(`§5.6: ${type}/queryChanges knows the query however its defaults are written`, async () => {
      const [property, condition] = (
        { Email: ['subject', 'hasKeyword'], Mailbox: ['name', 'name'] } as Record<string, [string, string]>
      )[type] ?? ['sentAt', 'undoStatus'];
      const two = type === 'Mailbox' ? { hasAnyRole: true } : { before: '2020-01-01T00:00:00Z' };
      const pairs: [JsonObject, JsonObject][] = [
        [{}, { filter: {}, sort: [] }],
        [
          { filter: null, sort: null },
          { filter: {}, sort: [] },
        ],
        [{ sort: [{ property }] }, { sort: [{ isAscending: true, collation: null, property }] }],
        [{ filter: { [condition]: 'final', ...two } }, { filter: { ...two, [condition]: 'final' } }],
      ];
      for (const [first, second] of pairs) {
        const { queryState } = await answer(ann, `${type}/query`, first);
        const args = { ...second, sinceQueryState: queryState as string };
        assert.deepEqual((await answer(ann, `${type}/queryChanges`, args))['added'], []);
      }
    });

    test(`§5.6: ${type}/queryChanges since now is empty, and echoes the state`, async () => {
      const { queryState } = await answer(ann, `${type}/query`, {});
      const args: JsonObject = { sinceQueryState: queryState as string };
      assert.deepEqual(await answer(ann, `${type}/queryChanges`, args), {
        accountId: ann.id,
        oldQueryState: queryState,
        newQueryState: queryState,
        removed: [],
        added: [],
      });
      const total = await answer(ann, `${type}/queryChanges`, { ...args, calculateTotal: true });
      assert.equal(typeof total['total'], 'number');
    });

    test(`§5.6: a state that was never given, or is another query's, is cannotCalculateChanges`, async () => {
      const { queryState } = await answer(ann, `${type}/query`, {});
      const sort = { Email: 'size', Mailbox: 'name', EmailSubmission: 'sentAt' }[type] as string;
      const other = { sinceQueryState: queryState as string, sort: [{ property: sort }] };
      for (const args of [{ sinceQueryState: '' }, { sinceQueryState: 'never' }, other])
        assert.equal(await errorOf(ann, `${type}/queryChanges`, args), 'cannotCalculateChanges');
    });

    test(`§5.6: ${type}/queryChanges refuses filters and sorts as the query does`, async () => {
      const { queryState } = await answer(ann, `${type}/query`, {});
      const since: JsonObject = { sinceQueryState: queryState as string };
      const refused = (more: JsonObject) => errorOf(ann, `${type}/queryChanges`, { ...since, ...more });
      assert.equal(await refused({ filter: { colour: 1 } }), 'unsupportedFilter');
      assert.equal(await refused({ sort: [{ property: 'colour' }] }), 'unsupportedSort');
      assert.equal(await refused({ maxChanges: -1 }), 'invalidArguments');
      assert.equal(await refused({ sinceQueryState: 1 }), 'invalidArguments');
    });
  }

  test('§5.5: the state moves when a result comes, goes or moves', async () => {
    const states = [(await query())['queryState']];
    const id = await add(9);
    states.push((await query())['queryState']);
    await answer(ann, 'Email/set', {
      update: { [id]: { mailboxIds: { [await world.box(ann, 'drafts')]: true } } },
    });
    states.push((await query())['queryState']);
    assert.equal(new Set(states).size, 3);
  });
});

describe('changes of queries', () => {
  /** A list of before with the changes applied as §5.6 says. */
  const spliced = (ids: readonly string[], { removed, added }: JsonObject): string[] => {
    const list = ids.filter((id) => !(removed as string[]).includes(id));
    for (const { id, index } of added as { id: string; index: number }[]) list.splice(index, 0, id);
    return list;
  };
  const changes = (sinceQueryState: Json, more: JsonObject = {}) =>
    answer(ann, 'Email/queryChanges', {
      filter: { inMailbox: box },
      ...OLDEST_FIRST,
      sinceQueryState,
      ...more,
    });

  test('§5.6: taking out and putting in leads to the result of now; added ascends by index', async () => {
    const before = await query();
    const [first, last] = [await add(0), await add(20)];
    await answer(ann, 'Email/set', { destroy: [emails.splice(2, 1)[0] as string] });
    const told = await changes(before['queryState'] as Json, { calculateTotal: true });
    const now = await query({ calculateTotal: true });
    assert.deepEqual(spliced(before['ids'] as string[], told), now['ids']);
    assert.deepEqual([told['newQueryState'], told['total']], [now['queryState'], now['total']]);
    const indexes = (told['added'] as { index: number }[]).map(({ index }) => index);
    assert.deepEqual(
      indexes,
      indexes.toSorted((a, b) => a - b),
    );
    await answer(ann, 'Email/set', { destroy: [first, last] });
  });

  test('§5.6: with a filter on what may change, each changed result stands in both lists', async () => {
    const args = { filter: { notKeyword: '$flagged', inMailbox: box } };
    const before = await query(args);
    const [flagged, seen] = [emails[0] as string, emails[1] as string];
    await answer(ann, 'Email/set', {
      update: { [flagged]: { 'keywords/$flagged': true }, [seen]: { 'keywords/$seen': true } },
    });
    const told = await changes(before['queryState'] as Json, args);
    assert.deepEqual(spliced(before['ids'] as string[], told), (await query(args))['ids']);
    assert.ok((told['removed'] as string[]).includes(flagged));
    assert.ok((told['added'] as JsonObject[]).some(({ id }) => id === seen));
  });

  test('§5.6: more than maxChanges is tooManyChanges; as many are told', async () => {
    const since = (await query())['queryState'] as string;
    const id = await add(3);
    const since1 = { filter: { inMailbox: box }, ...OLDEST_FIRST, sinceQueryState: since };
    const told = await changes(since);
    const count = (told['added'] as Json[]).length + (told['removed'] as Json[]).length;
    assert.equal(
      await errorOf(ann, 'Email/queryChanges', { ...since1, maxChanges: count - 1 }),
      'tooManyChanges',
    );
    assert.equal(await errorOf(ann, 'Email/queryChanges', { ...since1, maxChanges: 0 }), 'tooManyChanges');
    assert.deepEqual((await changes(since, { maxChanges: count }))['added'], told['added']);
    await answer(ann, 'Email/set', { destroy: [id] });
  });

  test('§5.6: upToId cuts off what comes behind it, where nothing that decides can change', async () => {
    const args = { filter: { after: '2019-01-01T00:00:00Z', before: '2020-02-01T00:00:00Z' } };
    const before = await query(args);
    const upToId = (before['ids'] as string[])[1] as string;
    const [near, far] = [await add(0), await add(25)];
    const told = await changes(before['queryState'] as Json, { ...args, upToId });
    const added = (told['added'] as JsonObject[]).map(({ id }) => id);
    assert.deepEqual([added.includes(near), added.includes(far)], [true, false]);
    const gone = await changes(before['queryState'] as Json, { ...args, upToId: 'zzzz' });
    assert.ok((gone['added'] as JsonObject[]).some(({ id }) => id === far));
    await answer(ann, 'Email/set', { destroy: [near, far] });
  });
});
