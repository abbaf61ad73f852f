// RFC 8621 §2.3 and §2.4: Mailbox/query and Mailbox/queryChanges.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { failure, MailWorld } from './mail-world.ts';

let world: MailWorld;
/** Names of mailboxes by their ids. */
const names = new Map<string, string>();
before(async () => {
  world = await MailWorld.start();
  const make = async (name: string, more: JsonObject = {}): Promise<string> => {
    const id = await world.mailbox({ name, ...more });
    names.set(id, name);
    return id;
  };
  // A tree whose order by sortOrder, by name and by id differ.
  const beta = await make('Beta', { sortOrder: 1 });
  const alpha = await make('alpha', { sortOrder: 3 });
  await make('Gamma', { sortOrder: 2, isSubscribed: false });
  await make('zeta', { parentId: beta, sortOrder: 1 });
  const eta = await make('Eta', { parentId: beta, sortOrder: 2 });
  await make('theta alpha', { parentId: eta });
  await make('Iota', { parentId: alpha, sortOrder: 0, role: 'archive' });
});
after(() => world.close());

const OWN = { operator: 'NOT', conditions: [{ operator: 'AND', conditions: [{ hasAnyRole: true }] }] };
/** Names of the results, those of the mailboxes of this test only. */
async function found(args: JsonObject): Promise<string[]> {
  const { ids } = await world.client.call('Mailbox/query', args as never);
  return ids.map((id) => names.get(id)).filter((name) => name !== undefined);
}

describe('§2.3 sorting', () => {
  test('by name and by sortOrder, in both directions', async () => {
    const byName = ['alpha', 'Beta', 'Eta', 'Gamma', 'Iota', 'theta alpha', 'zeta'];
    assert.deepEqual(await found({ sort: [{ property: 'name' }] }), byName);
    assert.deepEqual(await found({ sort: [{ property: 'name', isAscending: false }] }), byName.reverse());
    assert.deepEqual(await found({ sort: [{ property: 'sortOrder' }, { property: 'name' }] }), [
      'Iota',
      'theta alpha',
      'Beta',
      'zeta',
      'Eta',
      'Gamma',
      'alpha',
    ]);
  });

  test('by what there is not is unsupportedSort', async () => {
    for (const property of ['colour', 'myRights', 'parent/name'])
      assert.equal(
        await failure(world.client.call('Mailbox/query', { sort: [{ property }] })),
        'unsupportedSort',
      );
  });

  test('as a tree puts ancestors first and compares siblings, however the comparators would order', async () => {
    const sortAsTree = true;
    assert.deepEqual(await found({ sort: [{ property: 'sortOrder' }], sortAsTree }), [
      'Beta',
      'zeta',
      'Eta',
      'theta alpha',
      'Gamma',
      'alpha',
      'Iota',
    ]);
    assert.deepEqual(await found({ sort: [{ property: 'name', isAscending: false }], sortAsTree }), [
      'Gamma',
      'Beta',
      'zeta',
      'Eta',
      'theta alpha',
      'alpha',
      'Iota',
    ]);
  });

  test('as a tree goes by ancestors that the filter leaves out', async () => {
    assert.deepEqual(
      await found({
        filter: { operator: 'OR', conditions: [{ name: 'zeta' }, { name: 'Iota' }, { name: 'theta' }] },
        sort: [{ property: 'sortOrder' }],
        sortAsTree: true,
      }),
      ['zeta', 'theta alpha', 'Iota'],
    );
  });
});

describe('§2.3 filtering', () => {
  const sort = [{ property: 'name' }];
  const id = (name: string) => [...names].find(([, other]) => other === name)?.[0] as string;

  test('without a condition matches everything', async () => {
    assert.equal((await found({ filter: {} })).length, 7);
    assert.equal((await found({ filter: null })).length, 7);
    assert.equal((await found({})).length, 7);
  });

  test('by parentId matches it exactly, null the top level', async () => {
    assert.deepEqual(await found({ filter: { parentId: null }, sort }), ['alpha', 'Beta', 'Gamma']);
    assert.deepEqual(await found({ filter: { parentId: id('Beta') }, sort }), ['Eta', 'zeta']);
    assert.deepEqual(await found({ filter: { parentId: 'zzzz' }, sort }), []);
  });

  test('by name matches a part of it', async () => {
    assert.deepEqual(await found({ filter: { name: 'alpha' }, sort }), ['alpha', 'theta alpha']);
    assert.deepEqual(await found({ filter: { name: 'eta' }, sort }), ['Beta', 'Eta', 'theta alpha', 'zeta']);
  });

  test('by role matches it exactly, null those without any', async () => {
    assert.deepEqual(await found({ filter: { role: 'archive' }, sort }), ['Iota']);
    assert.equal((await found({ filter: { role: null } })).length, 6);
    const { ids } = await world.client.call('Mailbox/query', { filter: { role: 'inbox' } });
    assert.deepEqual(ids, [await world.box('inbox')]);
  });

  test('by hasAnyRole and by isSubscribed', async () => {
    assert.deepEqual(await found({ filter: { hasAnyRole: true } }), ['Iota']);
    assert.equal((await found({ filter: { hasAnyRole: false } })).length, 6);
    assert.deepEqual(await found({ filter: { isSubscribed: false } }), ['Gamma']);
    assert.equal((await found({ filter: { isSubscribed: true } })).length, 6);
  });

  test('with several conditions wants all of them; operators nest', async () => {
    assert.deepEqual(await found({ filter: { name: 'a', parentId: null, isSubscribed: true }, sort }), [
      'alpha',
      'Beta',
    ]);
    assert.equal((await found({ filter: OWN })).length, 6);
  });

  test('as a tree wants all ancestors among the results', async () => {
    assert.deepEqual(await found({ filter: { name: 'eta' }, filterAsTree: true, sort }), [
      'Beta',
      'Eta',
      'theta alpha',
      'zeta',
    ]);
    assert.deepEqual(await found({ filter: { name: 'theta' }, filterAsTree: true }), []);
    assert.deepEqual(await found({ filter: { name: 'alpha' }, filterAsTree: true }), ['alpha']);
  });

  test('by what there is not is unsupportedFilter, and by a wrong type invalidArguments', async () => {
    const refused = (filter: JsonObject) =>
      failure(world.client.call('Mailbox/query', { filter: filter as never }));
    assert.equal(await refused({ totalEmails: 1 }), 'unsupportedFilter');
    for (const filter of [
      { name: 1 },
      { role: 1 },
      { parentId: 1 },
      { hasAnyRole: 'x' },
      { isSubscribed: 1 },
    ])
      assert.equal(await refused(filter), 'invalidArguments', JSON.stringify(filter));
  });
});

describe('§2.4 Mailbox/queryChanges', () => {
  test('tells what came, went and moved, with the place of each', async () => {
    const args = { filter: { hasAnyRole: false }, sort: [{ property: 'name' }] };
    const first = await world.client.call('Mailbox/query', args);
    const added = await world.mailbox({ name: 'Beta two' });
    const index = first.ids.findIndex((id) => names.get(id) === 'Beta') + 1;
    const came = await world.client.call('Mailbox/queryChanges', {
      ...args,
      sinceQueryState: first.queryState,
      calculateTotal: true,
    });
    assert.deepEqual(came.added, [{ id: added, index }]);
    assert.equal(came.total, first.ids.length + 1);
    // A renamed mailbox goes from where it was to where it is.
    await world.client.call('Mailbox/set', { update: { [added]: { name: '0' } } });
    const moved = await world.client.call('Mailbox/queryChanges', {
      ...args,
      sinceQueryState: came.newQueryState,
    });
    assert.deepEqual([moved.removed, moved.added], [[added], [{ id: added, index: 0 }]]);
    await world.client.call('Mailbox/set', { destroy: [added] });
    const went = await world.client.call('Mailbox/queryChanges', {
      ...args,
      sinceQueryState: moved.newQueryState,
    });
    assert.deepEqual([went.removed, went.added], [[added], []]);
  });

  test('of a tree leads to the same list as a new query', async () => {
    const args = { sort: [{ property: 'name' }], sortAsTree: true };
    const before = await world.client.call('Mailbox/query', args);
    const [beta, gamma] = ['Beta', 'Gamma'].map((name) => [...names].find(([, n]) => n === name)?.[0]);
    await world.client.call('Mailbox/set', { update: { [beta as string]: { parentId: gamma as string } } });
    const { removed, added } = await world.client.call('Mailbox/queryChanges', {
      ...args,
      sinceQueryState: before.queryState,
    });
    const list = before.ids.filter((id) => !removed.includes(id));
    for (const { id, index } of added) list.splice(index, 0, id);
    assert.deepEqual(list, (await world.client.call('Mailbox/query', args)).ids);
    await world.client.call('Mailbox/set', { update: { [beta as string]: { parentId: null } } });
  });
});
