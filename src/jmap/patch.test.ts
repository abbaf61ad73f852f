import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../formats/jmap/index.ts';
import { SetFailure } from './errors.ts';
import { applyPatch } from './patch.ts';

describe('patches', () => {
  const object = { types: ['a'], map: { x: { y: 1 } }, none: null };
  const bad = (patch: JsonObject) =>
    assert.throws(
      () => applyPatch(object, patch),
      (error) => error instanceof SetFailure && error.setError.type === 'invalidPatch',
      JSON.stringify(patch),
    );

  test('set, add and take away', () => {
    assert.deepEqual(applyPatch(object, { types: null, 'map/x/z': 2, 'map/a~1b': 3 }), {
      types: null,
      map: { x: { y: 1, z: 2 }, 'a/b': 3 },
      none: null,
    });
    assert.deepEqual(applyPatch(object, { 'map/x': null }), { ...object, map: {} });
    assert.deepEqual(object.map, { x: { y: 1 } });
  });

  test('however many paths there are', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => [`map/k${at}`, at]);
    const { map } = applyPatch(object, Object.fromEntries(many) as JsonObject) as { map: JsonObject };
    assert.equal(Object.keys(map).length, 100_001);
  });

  test('paths that are none', () => {
    bad({ 'types/0': 'b' });
    bad({ 'none/a': 1 });
    bad({ 'map/q/r': 1 });
    bad({ 'map/x/y/z': 1 });
    bad({ map: {}, 'map/x': null });
    bad({ 'map/x/y': 2, 'map/x': {} });
    bad({ '__proto__/a': 1 });
    bad({ 'map/~2': 1 });
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (path, value) => {
        try {
          applyPatch(object, { [path]: value as never });
        } catch (error) {
          assert.ok(error instanceof SetFailure);
        }
        assert.equal(({} as Record<string, unknown>)['a'], undefined);
      }),
    );
  });
});
