import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { encodeId, NotFound } from '../base/index.ts';
import type { JsonObject } from '../formats/jmap/index.ts';
import { MethodError, SetFailure } from './errors.ts';
import type { Call } from './method.ts';
import { askedIds, getResult } from './get.ts';
import { orderCreations, propertyId, SetCall } from './set.ts';
import { testContext, testToken } from './testing.ts';

const call = (): Call => {
  const token = testToken('*');
  return {
    request: testContext(token),
    token,
    accountId: 7,
    accountText: 'h',
    member: true,
    append: () => undefined,
  };
};
const args = (more: Partial<ConstructorParameters<typeof SetCall>[1]>) => ({
  ifInState: null,
  create: null,
  update: null,
  destroy: null,
  ...more,
});
const type = (fn: () => unknown) => {
  try {
    fn();
  } catch (error) {
    return error instanceof MethodError
      ? error.type
      : error instanceof SetFailure
        ? error.setError.type
        : String(error);
  }
  return 'accepted';
};

describe('/set', () => {
  test('a state that differs, or is none, stops everything', () => {
    for (const ifInState of ['b.d', 'garbage', 5, {}, '']) {
      assert.equal(
        type(() => new SetCall(call(), args({ ifInState }), 'b.c')),
        'stateMismatch',
      );
    }
    for (const ifInState of [null, undefined, 'b.c']) {
      assert.equal(
        type(() => new SetCall(call(), args({ ifInState }), 'b.c')),
        'accepted',
      );
    }
  });

  test('counts all sections together', () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`k${i}`, {}]));
    assert.equal(
      type(() => new SetCall(call(), args({ create: many, update: many }), 's')),
      'accepted',
    );
    assert.equal(
      type(() => new SetCall(call(), args({ create: many, update: many, destroy: ['b'] }), 's')),
      'requestTooLarge',
    );
  });

  test('absent sections give null maps', () => {
    assert.deepEqual(new SetCall(call(), args({}), 's').result('s'), {
      accountId: 'h',
      oldState: 's',
      newState: 's',
      created: null,
      updated: null,
      destroyed: null,
      notCreated: null,
      notUpdated: null,
      notDestroyed: null,
    });
  });

  test('ids made in the call may be meant; impossible ones are not found; what is destroyed is not updated', () => {
    const at = call();
    const set = new SetCall(
      at,
      args({
        create: { k: {} },
        update: { '#k': { a: 1 }, '#no': {}, 'NOT AN ID': {}, c: {} },
        destroy: ['c', 'c', '#gone', 'd'],
      }),
      's',
    );
    for (const [key] of set.creations()) set.created(key, 77, { size: 1 });
    const updates = set.updates();
    assert.deepEqual(updates, [{ text: '#k', id: 77, patch: { a: 1 } }]);
    for (const item of updates) set.updated(item);
    const destructions = set.destructions();
    assert.deepEqual(
      destructions.map(({ id }) => id),
      [2, 3],
    );
    set.destroyed(destructions[0] as { text: string; id: number });
    set.notDestroyed({ text: 'd' }, new NotFound('email', 'd'));
    const result = set.result('t') as Record<string, Record<string, { type: string }>>;
    assert.deepEqual(result['created'], { k: { id: encodeId(77), size: 1 } });
    assert.deepEqual(result['updated'], { [encodeId(77)]: null });
    assert.deepEqual(result['destroyed'], ['c']);
    const types = (map: Record<string, { type: string }> | undefined) =>
      Object.entries(map ?? {}).map(([id, error]) => `${id} ${error.type}`);
    assert.deepEqual(types(result['notUpdated']), ['#no notFound', 'NOT AN ID notFound', 'c willDestroy']);
    assert.deepEqual(types(result['notDestroyed']), ['#gone notFound', 'd notFound']);
    assert.equal(at.request.created.get('k'), encodeId(77));
  });

  test('a key named __proto__ is a key', () => {
    const create = JSON.parse('{"__proto__":{}}') as Record<string, JsonObject>;
    const set = new SetCall(call(), args({ create }), 's');
    for (const [key] of set.creations()) set.created(key, 5, {});
    assert.match(JSON.stringify(set.result('s')), /"created":\{"__proto__":\{"id":"f"\}\}/);
  });
});

describe('creations that name each other', () => {
  const parents = (object: string[]) => object;
  test('are made in order; circles are left out', () => {
    const { ordered, circular } = orderCreations(
      [
        ['c', ['b']],
        ['b', ['a']],
        ['a', ['elsewhere']],
        ['x', ['y']],
        ['y', ['x']],
        ['z', ['x']],
        ['self', ['self']],
      ] as [string, string[]][],
      parents,
    );
    assert.deepEqual(
      ordered.map(([key]) => key),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(circular, ['x', 'y', 'z', 'self']);
  });

  test('each stands behind what it names', () => {
    const graph = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(graph, (edges) => {
        const creations = edges.map((names, key) => [String(key), names.map(String)] as const);
        const { ordered, circular } = orderCreations(
          creations,
          parents as (object: readonly string[]) => string[],
        );
        assert.equal(ordered.length + circular.length, creations.length);
        const made = new Set<string>();
        for (const [key, names] of ordered) {
          for (const name of names) assert.ok(made.has(name) || Number(name) >= creations.length);
          made.add(key);
        }
      }),
    );
  });
});

test('ids of properties', () => {
  const { request } = call();
  request.created.set('k', 'c');
  assert.equal(propertyId(request, '#k', 'parentId'), 2);
  assert.equal(propertyId(request, 'd', 'parentId'), 3);
  for (const bad of ['#no', 'X', ''])
    assert.equal(
      type(() => propertyId(request, bad, 'parentId')),
      'invalidProperties',
    );
});

test('ids of a /get: each once, in order, bounded', () => {
  const { request } = call();
  assert.deepEqual(askedIds(request, ['c', 'b', 'c', '!', '#x']), [
    { text: 'c', id: 2 },
    { text: 'b', id: 1 },
    { text: '!', id: undefined },
    { text: '#x', id: undefined },
  ]);
  assert.equal(
    type(() =>
      askedIds(
        request,
        Array.from({ length: 501 }, (_, i) => encodeId(i)),
      ),
    ),
    'requestTooLarge',
  );
  assert.deepEqual(getResult(call(), 'b.c', ['{"id":"b"}', '{"id":"c"}'], ['!"']).value(), {
    accountId: 'h',
    state: 'b.c',
    list: [{ id: 'b' }, { id: 'c' }],
    notFound: ['!"'],
  });
});
