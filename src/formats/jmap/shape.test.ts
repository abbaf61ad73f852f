import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Invalid, Unsupported } from '../../base/index.ts';
import { emailGetArgs, emailQueryArgs, mailboxSetArgs } from './methods.ts';
import { MAX_FILTER_NODES, readFilter, readSort } from './filter.ts';
import { parseDate } from './shape.ts';

const place = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    assert.ok(error instanceof Invalid, String(error));
    return error.problems[0]?.property ?? '';
  }
  return 'accepted';
};

test('defaults, nulls and unknown arguments', () => {
  const args = emailGetArgs({ accountId: 'a', ids: null }, '');
  assert.equal(args.ids, null);
  assert.equal(args.maxBodyValueBytes, 0);
  assert.equal(args.fetchAllBodyValues, false);
  assert.equal(
    place(() => emailGetArgs({ accountId: 'a', idz: [] }, '')),
    'idz',
  );
  assert.equal(
    place(() => emailGetArgs({ accountId: 'a', ids: 'x' }, '')),
    'ids',
  );
  assert.equal(
    place(() => emailGetArgs({ accountId: 'a', ids: ['x', 1] }, '')),
    'ids/1',
  );
  assert.equal(
    place(() => emailGetArgs({ accountId: 'a', maxBodyValueBytes: -1 }, '')),
    'maxBodyValueBytes',
  );
  assert.equal(
    place(() => emailQueryArgs({ accountId: 'a', limit: -1 }, '')),
    'limit',
  );
  assert.equal(
    place(() => emailQueryArgs({ accountId: 'a', position: 1.5 }, '')),
    'position',
  );
  assert.equal(
    place(() => mailboxSetArgs({ accountId: 'a', create: [] }, '')),
    'create',
  );
  assert.equal(
    place(() => mailboxSetArgs({ accountId: 'a', update: { b: 1 } }, '')),
    'update/b',
  );
});

test('wrong types in every argument are Invalid and nothing else', () => {
  const shapes: ((value: unknown, at: string) => unknown)[] = [emailGetArgs, emailQueryArgs, mailboxSetArgs];
  const names = fc.constantFrom(
    'accountId',
    'ids',
    'properties',
    'filter',
    'sort',
    'limit',
    'position',
    'anchor',
    'create',
    'update',
    'destroy',
    'ifInState',
    'x',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...shapes),
      fc.dictionary(names, fc.jsonValue()),
      (shape, args) => void place(() => shape(args, '')),
    ),
  );
});

test('filters: operators, mixtures, bounds', () => {
  const leaf = (condition: object) => condition;
  const read = (value: unknown) => readFilter(value, leaf);
  assert.equal(read(null), null);
  assert.equal(read({}), null);
  assert.deepEqual(read({ a: 1 }), { condition: { a: 1 } });
  assert.deepEqual(read({ operator: 'NOT', conditions: [{ a: 1 }] }), {
    operator: 'NOT',
    conditions: [{ condition: { a: 1 } }],
  });
  for (const bad of [
    'x',
    [],
    1,
    { operator: 'XOR', conditions: [] },
    { operator: 'AND' },
    { conditions: [] },
    { operator: 'AND', conditions: [1] },
    { operator: 'AND', conditions: [], inMailbox: 'a' },
  ]) {
    assert.notEqual(
      place(() => read(bad)),
      'accepted',
      JSON.stringify(bad),
    );
  }
  const wide = { operator: 'OR', conditions: Array.from({ length: MAX_FILTER_NODES }, () => ({ a: 1 })) };
  let deep: object = { a: 1 };
  for (let i = 0; i < 40; i++) deep = { operator: 'AND', conditions: [deep] };
  // Nothing is wrong with them: they are more than is done.
  for (const large of [wide, deep]) assert.throws(() => read(large), Unsupported);
});

test('comparators', () => {
  assert.deepEqual(readSort([{ property: 'hasKeyword', keyword: '$seen', isAscending: false }]), [
    { property: 'hasKeyword', isAscending: false, collation: null, more: { keyword: '$seen' } },
  ]);
  assert.deepEqual(readSort(null), []);
  for (const bad of [
    {},
    ['x'],
    [{}],
    [{ property: 'a', isAscending: 'no' }],
    [{ property: 'a', collation: 1 }],
    Array.from({ length: 17 }, () => ({ property: 'a' })),
  ]) {
    assert.notEqual(
      place(() => readSort(bad)),
      'accepted',
      JSON.stringify(bad),
    );
  }
});

test('dates', () => {
  assert.equal(parseDate('2014-10-30T06:12:00Z', true), Date.UTC(2014, 9, 30, 6, 12));
  assert.equal(parseDate('2014-10-30T14:12:00.5+08:00'), Date.UTC(2014, 9, 30, 6, 12, 0, 500));
  assert.equal(parseDate('2014-10-30T14:12:00+08:00', true), undefined);
  for (const bad of [
    '2014-02-30T00:00:00Z',
    '2014-1-1T00:00:00Z',
    '2014-10-30',
    'x',
    5,
    null,
    '2014-10-30T25:00:00Z',
    '2014-13-01T00:00:00Z',
  ]) {
    assert.equal(parseDate(bad), undefined, String(bad));
  }
});
