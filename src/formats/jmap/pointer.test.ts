import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { patchTokens, pointerTokens, ReferenceBudget, resolvePointer } from './pointer.ts';
import type { Json } from './request.ts';

const at = (value: unknown, path: string, budget = 10_000) =>
  resolvePointer(value as Json, path, new ReferenceBudget(budget));

describe('result references', () => {
  const value = {
    ids: ['a', 'b'],
    list: [
      { id: 'x', emailIds: ['1', '2'], 'a/b': 1, 'm~n': 2 },
      { id: 'y', emailIds: ['3'] },
    ],
    nested: [{ list: [{ id: 'p' }, { id: 'q' }] }, { list: [{ id: 'r' }] }],
    total: 7,
    none: null,
    '*': 'star',
  };
  const cases: [string, unknown][] = [
    ['', value],
    ['/ids', ['a', 'b']],
    ['/ids/1', 'b'],
    ['/total', 7],
    ['/none', null],
    ['/*', 'star'],
    ['/list/*/id', ['x', 'y']],
    ['/list/*/emailIds', ['1', '2', '3']],
    ['/nested/*/list/*/id', ['p', 'q', 'r']],
    ['/list/0/a~1b', 1],
    ['/list/0/m~0n', 2],
    ['/ids/*', ['a', 'b']],
    ['/ids/2', undefined],
    ['/ids/01', undefined],
    ['/ids/-', undefined],
    ['/ids/1e0', undefined],
    ['/list/*/missing', undefined],
    ['/total/*', undefined],
    ['/none/a', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['ids', undefined],
    ['/list/0/m~2n', undefined],
    ['/a'.repeat(40), undefined],
  ];
  for (const [path, expected] of cases) {
    test(path || 'the whole', () => assert.deepEqual(at(value, path), expected));
  }

  test('star over empty arrays is an empty array', () => {
    assert.deepEqual(at({ list: [] }, '/list/*/id'), []);
  });

  test('a plain pointer finds what walking finds', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, values: [fc.integer(), fc.string()] }), (object) => {
        const walk = (node: unknown, path: string): void => {
          assert.deepEqual(at(object, path, 1e6), node);
          if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
          for (const [name, inner] of Object.entries(node)) {
            walk(inner, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          }
        };
        walk(JSON.parse(JSON.stringify(object)), '');
      }),
    );
  });

  test('never throws, whatever the path', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (json, path) => {
        at(json, path);
        at(json, `/${path}`);
      }),
    );
  });

  test('a doubling chain ends at the budget', () => {
    const budget = new ReferenceBudget(100_000);
    let value: Json = { a: 'x' };
    let rounds = 0;
    for (;;) {
      const next = resolvePointer(value, '', budget);
      if (next === undefined) break;
      value = { a: next, b: next };
      rounds++;
      assert.ok(rounds < 64);
    }
    assert.ok(rounds >= 10 && rounds < 20, String(rounds));
  });

  test('flattening spends the budget', () => {
    const wide = {
      list: Array.from({ length: 1000 }, () => ({ ids: Array.from({ length: 100 }, () => 'x') })),
    };
    assert.equal(at(wide, '/list/*/ids', 50_000), undefined);
    assert.equal((at(wide, '/list/*/ids', 500_000) as Json[]).length, 100_000);
  });
});

test('tokens of pointers and patches', () => {
  assert.deepEqual(pointerTokens('/a~1b/c'), ['a/b', 'c']);
  assert.deepEqual(patchTokens('keywords/$seen'), ['keywords', '$seen']);
  assert.deepEqual(patchTokens('a~0b'), ['a~b']);
  assert.equal(patchTokens('a~b'), undefined);
});
