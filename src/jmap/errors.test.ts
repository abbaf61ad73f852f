import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOthers, invalidProperties, readAll, SetFailure } from './errors.ts';

const refuse = (names: readonly string[]) => () => {
  throw invalidProperties(names, `${names.length} are wrong`);
};
const properties = (names: readonly string[]) => (error: unknown) => {
  assert.ok(error instanceof SetFailure);
  assert.deepEqual(error.setError.properties, names);
  return true;
};

describe('reading all properties', () => {
  it('gives what each reader gives', () => {
    assert.deepEqual(readAll({ a: () => 1, b: () => 'two' }), { a: 1, b: 'two' });
  });

  it('names everything that is wrong, however much it is', () => {
    const many = Array.from({ length: 300_000 }, (_, at) => `p${at}`);
    assert.throws(
      () => readAll({ others: () => checkOthers(many), a: () => 1, b: refuse(['b']) }),
      properties([...many, 'b']),
    );
  });

  it('passes on what is no property that is wrong', () => {
    const patch = new SetFailure('invalidPatch', 'no path');
    const fail = () => {
      throw patch;
    };
    assert.throws(() => readAll({ a: refuse(['a']), b: fail }), patch);
  });
});
