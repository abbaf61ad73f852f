// `/query` over a store: filters, order, paging, and what tenants may see.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { MethodError, openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
const ids: string[] = [];
let second = '';

before(async () => {
  world = await openRegistryWorld();
  second = await world.create('Domain', { name: 'second.example' });
  for (let i = 0; i < 40; i++) {
    ids.push(
      await world.create('Account', {
        '@type': i % 4 === 3 ? 'Group' : 'User',
        name: `user${String(i).padStart(2, '0')}`,
        domainId: i % 2 ? second : world.domain,
        description: i % 5 ? `Member number ${i}` : 'Jane Doe-Smith of Ümläut',
      }),
    );
  }
});
after(() => world.close());

const query = async (args: Json): Promise<Json> => world.call(world.admin, 'x:Account/query', args);
const found = async (args: Json): Promise<string[]> => (await query(args))['ids'] as string[];
const refusal =
  (type: string) =>
  (error: unknown): boolean =>
    error instanceof MethodError && error.error['type'] === type;

describe('filters', () => {
  test('equality, several conditions, and operators that are ANDed', async () => {
    const groups = ids.filter((_, i) => i % 4 === 3).toReversed();
    assert.deepEqual(await found({ filter: { '@type': 'Group' } }), groups);
    assert.deepEqual(await found({ filter: { '@type': 'Group', domainId: world.domain } }), []);
    assert.deepEqual(
      await found({
        filter: { operator: 'AND', conditions: [{ '@type': 'Group' }, { domainId: second, name: 'user07' }] },
      }),
      [ids[7]],
    );
    assert.deepEqual(await found({ filter: { name: 'USER07' } }), [ids[7]], 'names are kept in lower case');
  });

  test('text finds whole words, all of them, in any case', async () => {
    const janes = ids.filter((_, i) => i % 5 === 0).toReversed();
    assert.deepEqual(await found({ filter: { text: 'doe JANE' } }), janes);
    assert.deepEqual(await found({ filter: { text: 'ümläut' } }), janes);
    assert.deepEqual(await found({ filter: { text: 'jan' } }), []);
    assert.deepEqual(await found({ filter: { text: 'jane number' } }), []);
  });

  test('what cannot be answered is said', async () => {
    for (const filter of [
      { quotas: {} },
      { operator: 'OR', conditions: [] },
      { operator: 'NOT', conditions: [] },
      { textIsGreaterThan: 'a' },
    ]) {
      await assert.rejects(query({ filter }), refusal('unsupportedFilter'), JSON.stringify(filter));
    }
    for (const args of [
      { filter: 'x' },
      { filter: { domainId: 5 } },
      { filter: { text: 1 } },
      { limit: -1 },
    ]) {
      await assert.rejects(query(args), refusal('invalidArguments'), JSON.stringify(args));
    }
    let deep: Json = { name: 'x' };
    for (let i = 0; i < 20; i++) deep = { operator: 'AND', conditions: [deep] };
    await assert.rejects(query({ filter: deep }), refusal('unsupportedFilter'));
  });

  test('ranges of an ordered property', async () => {
    const names = await found({
      filter: { nameIsGreaterThanOrEqual: 'user10', nameIsLessThan: 'user13' },
      sort: [{ property: 'name' }],
    });
    assert.deepEqual(names, ids.slice(10, 13));
    assert.deepEqual(await found({ filter: { nameIsGreaterThan: 'user38' } }), [ids[39]]);
    assert.deepEqual(await found({ filter: { nameIsLessThanOrEqual: 'admin' } }), ['b']);
    assert.deepEqual(await found({ filter: { nameIsGreaterThan: 'b', nameIsLessThan: 'a' } }), []);
  });

  test('null finds those without a value', async () => {
    assert.equal((await found({ filter: { memberTenantId: null } })).length, 41);
    await assert.rejects(query({ filter: { memberTenantIdIsLessThan: null } }), refusal('invalidArguments'));
  });
});

describe('order and paging', () => {
  test('newest first by default; by id or an indexed property on request', async () => {
    const members = ids.filter((_, i) => i % 5 !== 0).toReversed();
    assert.deepEqual(await found({ filter: { text: 'member' } }), members);
    assert.deepEqual((await found({}))[0], ids[39]);
    const up = await found({ sort: [{ property: 'id', isAscending: true }] });
    assert.deepEqual(up.slice(1), ids);
    const byName = await found({ sort: [{ property: 'name', isAscending: false }], limit: 2 });
    assert.deepEqual(byName, [ids[39], ids[38]]);
    await assert.rejects(query({ sort: [{ property: 'text' }] }), refusal('unsupportedSort'));
    await assert.rejects(query({ sort: [{ property: 'description' }] }), refusal('unsupportedSort'));
    await assert.rejects(query({ sort: [{ property: 'memberGroupIds' }] }), refusal('unsupportedSort'));
    await assert.rejects(query({ sort: 'name' }), refusal('invalidArguments'));
  });

  test('the answer says only what was cut short', async () => {
    const whole = await query({});
    assert.deepEqual(
      [
        whole['queryState'],
        whole['canCalculateChanges'],
        whole['position'],
        'limit' in whole,
        'total' in whole,
      ],
      ['n', true, 0, false, false],
    );
    const cut = await query({ limit: 5, calculateTotal: true });
    assert.deepEqual([cut['limit'], cut['total'], (cut['ids'] as string[]).length], [5, 41, 5]);
  });

  test('paging by anchor walks everything once', async () => {
    const seen: string[] = [];
    let page = await query({ limit: 7 });
    for (;;) {
      seen.push(...(page['ids'] as string[]));
      if (!('limit' in page)) break;
      page = await query({ limit: 7, anchor: seen.at(-1), anchorOffset: 1 });
    }
    assert.deepEqual(seen, [...ids.toReversed(), 'b']);
  });

  test('any window is the window of the whole list', async () => {
    const whole = await found({});
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -60, max: 60 }),
        fc.integer({ min: 0, max: 50 }),
        fc.option(fc.tuple(fc.nat(40), fc.integer({ min: -50, max: 50 }))),
        async (position, limit, anchored) => {
          const args: Json = { limit, calculateTotal: limit % 2 === 0 };
          let start = position < 0 ? Math.max(0, 41 + position) : position;
          if (anchored) {
            args['anchor'] = whole[anchored[0]];
            args['anchorOffset'] = anchored[1];
            start = Math.max(0, anchored[0] + anchored[1]);
          } else args['position'] = position;
          assert.deepEqual(await found(args), whole.slice(start, start + limit));
        },
      ),
      { numRuns: 60 },
    );
    await assert.rejects(query({ anchor: 'zzz' }), refusal('anchorNotFound'));
  });
});
