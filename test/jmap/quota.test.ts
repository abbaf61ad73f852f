// Quotas over a whole server (RFC 9425).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CallFailed, type JmapClient } from '../../src/client/index.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let admin: JmapClient;
let ann: JmapClient;
let annId: string;
const MIB = 1024 * 1024;
before(async () => {
  world = await startWorld();
  await world.addAccount('ann');
  await world.addAccount('bob');
  admin = world.jmap();
  ann = world.jmap('ann');
  annId = await ann.account();
  await limit({ maxDiskQuota: MIB, maxEmails: 3 });
});
after(() => world.close());

/** Sets the quotas of ann as an administrator does. */
async function limit(quotas: Record<string, number>): Promise<void> {
  const { methodResponses } = await admin.request([
    ['x:Account/set', { update: { [annId]: { quotas } } }, 's'],
  ]);
  assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
}

let number = 0;
async function store(client = ann): Promise<string> {
  const { ids } = await client.call('Mailbox/query', { filter: { role: 'inbox' } });
  const { blobId } = await client.upload(
    `Message-ID: <${number++}@x>\r\nSubject: x\r\n\r\n${'x'.repeat(1000)}`,
  );
  const { created, notCreated } = await client.call('Email/import', {
    emails: { k: { blobId, mailboxIds: { [ids[0] as string]: true } } },
  });
  return created?.['k']?.id ?? (notCreated?.['k']?.type as string);
}

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof CallFailed, String(error));
  return error.type;
};

test('an account without limits has no quotas', async () => {
  const { list, notFound } = await world.jmap('bob').call('Quota/get', { ids: null });
  assert.deepEqual([list, notFound], [[], []]);
  const { accounts, capabilities } = await ann.session();
  assert.deepEqual(capabilities['urn:ietf:params:jmap:quota'], {});
  assert.deepEqual(accounts[annId]?.accountCapabilities['urn:ietf:params:jmap:quota'], {});
});

test('usage and limits, and what is refused at them is what they say', async () => {
  const before = await ann.call('Quota/get', { ids: null });
  const common = { scope: 'account', name: 'ann@waypost.test', warnLimit: null, softLimit: null };
  assert.deepEqual(before.list, [
    {
      id: 'a',
      resourceType: 'octets',
      used: 0,
      hardLimit: MIB,
      ...common,
      types: ['Email'],
      description: 'Storage of the account',
    },
    {
      id: 'b',
      resourceType: 'count',
      used: 0,
      hardLimit: 3,
      ...common,
      types: ['Email'],
      description: 'E-mails of the account',
    },
  ]);
  const first = await store();
  const { list, notFound, state } = await ann.call('Quota/get', {
    ids: ['b', 'a', 'b', 'zz'],
    properties: ['used'],
  });
  assert.equal(list[0]?.used, 1);
  assert.ok((list[1]?.used ?? 0) > 1000);
  assert.deepEqual([list.map(({ id }) => id), notFound], [['b', 'a'], ['zz']]);
  assert.notEqual(state, before.state);
  await store();
  await store();
  assert.equal(await store(), 'overQuota');
  await ann.call('Email/set', { destroy: [first] });
  const after = await ann.call('Quota/get', { ids: ['b'], properties: ['used'] });
  assert.deepEqual(after.list, [{ id: 'b', used: 2 }]);
});

test('types follow what the request names; a quota without types is not there', async () => {
  const ask = async (using: string[]) => {
    const { methodResponses } = await ann.request(
      [['Quota/get', { accountId: annId, ids: null }, 'c']],
      using,
    );
    return methodResponses[0]?.[1]['list'];
  };
  assert.deepEqual(await ask(['urn:ietf:params:jmap:quota']), []);
  assert.equal(((await ask(['urn:ietf:params:jmap:quota', 'urn:ietf:params:jmap:mail'])) as []).length, 2);
});

describe('changes', () => {
  test('usage alone is told as such, and its properties serve as a reference', async () => {
    const { state } = await ann.call('Quota/get', { ids: null });
    const still = await ann.call('Quota/changes', { sinceState: state });
    assert.deepEqual(
      [still.created, still.updated, still.destroyed, still.updatedProperties, still.newState],
      [[], [], [], null, state],
    );
    await store();
    const { methodResponses } = await ann.request([
      ['Quota/changes', { accountId: annId, sinceState: state, maxChanges: 20 }, '0'],
      [
        'Quota/get',
        {
          accountId: annId,
          '#ids': { resultOf: '0', name: 'Quota/changes', path: '/updated' },
          '#properties': { resultOf: '0', name: 'Quota/changes', path: '/updatedProperties' },
        },
        '1',
      ],
    ]);
    const [[, changes], [, got]] = methodResponses as never as [[string, never], [string, never]];
    const { updated, updatedProperties, newState } = changes as Record<string, unknown>;
    assert.deepEqual([updated, updatedProperties], [['a', 'b'], ['used']]);
    const { list, state: now } = got as { list: object[]; state: string };
    assert.deepEqual(list.map(Object.keys), [
      ['id', 'used'],
      ['id', 'used'],
    ]);
    assert.equal(now, newState);
    assert.equal(
      await failure(ann.call('Quota/changes', { sinceState: state, maxChanges: 1 })),
      'cannotCalculateChanges',
    );
  });

  test('other limits move the state, and what changed is to be read anew', async () => {
    const { state } = await ann.call('Quota/get', { ids: null });
    await limit({ maxDiskQuota: 2 * MIB });
    const now = await ann.call('Quota/get', { ids: null });
    assert.notEqual(now.state, state);
    assert.deepEqual(
      now.list.map(({ hardLimit }) => hardLimit),
      [2 * MIB],
    );
    assert.equal(await failure(ann.call('Quota/changes', { sinceState: state })), 'cannotCalculateChanges');
    const later = await ann.call('Quota/changes', { sinceState: now.state });
    assert.deepEqual([later.updated, later.newState], [[], now.state]);
    await limit({ maxDiskQuota: MIB, maxEmails: 10 });
  });

  test('states and arguments that make no sense', async () => {
    for (const sinceState of ['', 'x', 'no.thing'])
      assert.equal(await failure(ann.call('Quota/changes', { sinceState })), 'cannotCalculateChanges');
    assert.equal(
      await failure(ann.call('Quota/changes', { sinceState: 'x', maxChanges: 0 })),
      'invalidArguments',
    );
    assert.equal(
      await failure(ann.call('Quota/get', { ids: null, properties: ['what'] })),
      'invalidArguments',
    );
  });
});

describe('query', () => {
  const ids = async (args: object) => (await ann.call('Quota/query', args)).ids;

  test('filters and sorts', async () => {
    assert.deepEqual(await ids({}), ['a', 'b']);
    assert.deepEqual(await ids({ filter: null, sort: null }), ['a', 'b']);
    assert.deepEqual(await ids({ filter: { resourceType: 'count' } }), ['b']);
    assert.deepEqual(await ids({ filter: { name: 'ann@', scope: 'account', type: 'Email' } }), ['a', 'b']);
    assert.deepEqual(await ids({ filter: { name: 'bob' } }), []);
    assert.deepEqual(await ids({ filter: { type: 'CalendarEvent' } }), []);
    const not = { operator: 'NOT', conditions: [{ resourceType: 'octets' }] };
    assert.deepEqual(await ids({ filter: not }), ['b']);
    assert.deepEqual(await ids({ sort: [{ property: 'used' }] }), ['b', 'a']);
    assert.deepEqual(await ids({ sort: [{ property: 'name' }, { property: 'used', isAscending: false }] }), [
      'a',
      'b',
    ]);
    assert.deepEqual(await ids({ position: -1 }), ['b']);
    assert.deepEqual(await ids({ anchor: 'b', anchorOffset: -1, limit: 1 }), ['a']);
    const { total, canCalculateChanges } = await ann.call('Quota/query', { calculateTotal: true });
    assert.deepEqual([total, canCalculateChanges], [2, true]);
  });

  test('refusals', async () => {
    const fails = (args: object) => failure(ann.call('Quota/query', args));
    assert.equal(await fails({ filter: { used: 1 } }), 'unsupportedFilter');
    assert.equal(await fails({ filter: { name: 1 } }), 'invalidArguments');
    assert.equal(await fails({ sort: [{ property: 'hardLimit' }] }), 'unsupportedSort');
    assert.equal(await fails({ sort: [{ property: 'name', collation: 'x' }] }), 'unsupportedSort');
    assert.equal(await fails({ anchor: 'c' }), 'anchorNotFound');
  });

  test('queryChanges', async () => {
    const byUse = { sort: [{ property: 'used' }] };
    const plain = await ann.call('Quota/query', {});
    const sorted = await ann.call('Quota/query', byUse);
    const changes = (args: object, sinceQueryState: string) =>
      ann.call('Quota/queryChanges', { ...args, sinceQueryState, calculateTotal: true });
    const still = await changes({}, plain.queryState);
    assert.deepEqual([still.added, still.removed, still.total], [[], [], 2]);
    await store();
    const moved = await changes({}, plain.queryState);
    assert.deepEqual([moved.added, moved.removed], [[], []]);
    assert.notEqual(moved.newQueryState, plain.queryState);
    const order = await changes(byUse, sorted.queryState);
    assert.deepEqual(order.added, [
      { id: 'b', index: 0 },
      { id: 'a', index: 1 },
    ]);
    assert.deepEqual(order.removed, ['b', 'a']);
    assert.equal(await failure(changes({}, sorted.queryState)), 'cannotCalculateChanges');
    assert.equal(await failure(changes({}, 'x')), 'cannotCalculateChanges');
    assert.equal(
      await failure(
        ann.call('Quota/queryChanges', { ...byUse, sinceQueryState: sorted.queryState, maxChanges: 3 }),
      ),
      'tooManyChanges',
    );
  });
});
