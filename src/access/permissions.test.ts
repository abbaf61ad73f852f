import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AccessDenied } from '../base/index.ts';
import seed from '../registry/facts/permissions.json' with { type: 'json' };
import { describePermission, PERMISSION_GROUPS, PERMISSION_NAMES } from '../registry/index.ts';
import { checkPermission, type Operation, permissionsOf } from './operation.ts';
import {
  findPermission,
  PERMISSION_COUNT,
  type Permission,
  PermissionSet,
  permission,
  permissionName,
} from './permissions.ts';
import type { AccessToken } from './token.ts';

test('the vocabulary is exactly the seed list, in its order and groups', () => {
  assert.equal(PERMISSION_COUNT, 659);
  assert.deepEqual(
    PERMISSION_GROUPS.map((g) => [g.name, g.permissions]),
    Object.entries(seed),
  );
  assert.equal(new Set(PERMISSION_NAMES).size, 659);
});

test('names and numbers answer each other', () => {
  for (const [position, name] of PERMISSION_NAMES.entries()) {
    assert.equal(permission(name), position);
    assert.equal(permissionName(position as Permission), name);
  }
  assert.equal(findPermission('imapEverything'), undefined);
  assert.equal(findPermission('constructor'), undefined);
});

test('every permission says what it lets its holder do', () => {
  for (const name of PERMISSION_NAMES) assert.match(describePermission(name), /^[A-Z].* .*/, name);
  assert.equal(new Set(PERMISSION_NAMES.map(describePermission)).size, 659);
  assert.equal(describePermission('jmapEmailQueryChanges'), 'JMAP: Email/queryChanges');
  assert.equal(
    describePermission('davCardMultiGet'),
    'On address books (CardDAV): many at one time by REPORT',
  );
  assert.match(describePermission('sysMetricGet'), /^Look at Metric: /);
});

const somePermissions = fc.uniqueArray(
  fc.integer({ min: 0, max: PERMISSION_COUNT - 1 }).map((n) => n as Permission),
);

test('a permission set behaves as a set of numbers', () => {
  fc.assert(
    fc.property(somePermissions, somePermissions, (a, b) => {
      const [left, right] = [PermissionSet.of(a), PermissionSet.of(b)];
      const [l, r] = [new Set(a), new Set(b)];
      const sorted = (s: ReadonlySet<Permission>) => [...s].sort((x, y) => x - y);
      assert.deepEqual([...left], sorted(l));
      assert.deepEqual([...left.union(right)], sorted(l.union(r)));
      assert.deepEqual([...left.intersect(right)], sorted(l.intersection(r)));
      assert.deepEqual([...left.minus(right)], sorted(l.difference(r)));
      assert.equal(left.isSubsetOf(right), l.isSubsetOf(r));
      assert.equal(left.equals(right), l.size === r.size && l.isSubsetOf(r));
      assert.equal(left.size, l.size);
      assert.equal(left.isEmpty, l.size === 0);
      for (let p = 0; p < PERMISSION_COUNT; p++)
        assert.equal(left.has(p as Permission), l.has(p as Permission));
      assert.deepEqual(PermissionSet.ofNames(left.names()).names(), left.names());
    }),
  );
});

test('all is every permission and nothing behind the last', () => {
  assert.equal(PermissionSet.all().size, 659);
  assert.ok(PermissionSet.of([...PermissionSet.all()]).equals(PermissionSet.all()));
});

test('changing a set leaves the sets it was combined from alone', () => {
  const p = permission('imapExpunge');
  const one = PermissionSet.of([p]);
  const copy = one.clone().remove(p);
  assert.ok(one.has(p) && !copy.has(p) && copy.isEmpty);
});

const holder = (...names: Parameters<typeof permission>[0][]) => {
  const set = PermissionSet.ofNames(names);
  return { has: (p: Permission) => set.has(p) } as AccessToken;
};

test('an operation runs only for holders of all its permissions', () => {
  const move = { permission: ['imapCopy', 'imapMove'] as const };
  checkPermission(holder('imapCopy', 'imapMove'), move, undefined);
  assert.throws(
    () => checkPermission(holder('imapCopy'), move, undefined),
    (error) => error instanceof AccessDenied && error.permission === 'imapMove',
  );
  assert.throws(() => checkPermission(undefined, move, undefined), AccessDenied);
});

test('a rule may depend on the arguments, and may be open to all', () => {
  const set: Operation<undefined, { destroy: boolean }, void> = {
    name: 'Email/set',
    permission: (args: { destroy: boolean }) => (args.destroy ? 'jmapEmailDestroy' : 'none'),
    permissions: ['jmapEmailDestroy'],
    handle: async () => undefined,
  };
  checkPermission(undefined, set, { destroy: false });
  assert.throws(() => checkPermission(holder('jmapEmailCreate'), set, { destroy: true }), AccessDenied);
  assert.deepEqual(permissionsOf(set), ['jmapEmailDestroy']);
  assert.deepEqual(permissionsOf({ permission: 'none' as const }), []);
});
