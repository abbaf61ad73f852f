import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type AccountGrants,
  type CredentialLimit,
  effectivePermissions,
  explainPermission,
  type Grants,
  limitToCredential,
  reachableRoles,
  type RoleGrants,
} from './effective.ts';
import { type Permission, PermissionSet } from './permissions.ts';

/** Few permissions, spread over several words of a set: collisions are what is looked for. */
const PERMISSIONS = [0, 1, 31, 32, 63, 64, 400, 658].map((n) => n as Permission);
const MODES = ['Inherit', 'Merge', 'Replace'] as const;

const permissions = fc
  .subarray(PERMISSIONS, { maxLength: PERMISSIONS.length })
  .map((list) => PermissionSet.of(list));
const few = fc.subarray(PERMISSIONS, { maxLength: 2 }).map((list) => PermissionSet.of(list));
/** Role numbers; some name no role. */
const roleIds = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 });

const role = fc.record({ name: fc.constant('r'), enabled: permissions, disabled: few, roles: roleIds });
const roleTable = fc
  .array(role, { minLength: 1, maxLength: 7 })
  .map((roles) => new Map<number, RoleGrants>(roles.map((one, i) => [i + 1, one])));
const grants = fc.record({
  mode: fc.constantFrom(...MODES),
  roles: roleIds,
  enabled: permissions,
  disabled: few,
});
const holder = (name: string) => grants.map((one) => ({ id: name, name, grants: one }));
const account: fc.Arbitrary<AccountGrants> = fc.record({
  account: holder('account'),
  groups: fc.array(holder('group'), { maxLength: 3 }),
  tenant: fc.option(holder('tenant'), { nil: undefined }),
  roles: roleTable,
});
const limit: fc.Arbitrary<CredentialLimit> = fc.record({
  mode: fc.constantFrom('Inherit', 'Disable', 'Replace'),
  permissions,
});

/** What one holder says of one permission, straight from the words of the rule. */
function says(
  { mode, roles, enabled, disabled }: Grants,
  table: ReadonlyMap<number, RoleGrants>,
  p: Permission,
) {
  const own = mode === 'Inherit' ? [] : [{ enabled, disabled }];
  const from =
    mode === 'Replace' ? [] : [...reachableRoles(roles, table)].flatMap((id) => table.get(id) ?? []);
  const all = [...own, ...from];
  return {
    enables: all.some((one) => one.enabled.has(p)),
    disables: all.some((one) => one.disabled.has(p)),
  };
}

function expected({ account, groups, tenant, roles }: AccountGrants, p: Permission): boolean {
  const own = says(account.grants, roles, p);
  const theirs = groups.map((group) => says(group.grants, roles, p));
  const ceiling = tenant && says(tenant.grants, roles, p);
  const enabled = own.enables || (account.grants.mode !== 'Replace' && theirs.some((one) => one.enables));
  const disabled = own.disables || theirs.some((one) => one.disables) || ceiling?.disables === true;
  return enabled && !disabled && ceiling?.enables !== false;
}

test('the effective set is what the rule says, permission by permission', () => {
  fc.assert(
    fc.property(account, (given) => {
      const held = effectivePermissions(given);
      for (const p of PERMISSIONS) assert.equal(held.has(p), expected(given, p), String(p));
      assert.ok(held.isSubsetOf(PermissionSet.of(PERMISSIONS)));
    }),
    { numRuns: 500 },
  );
});

test('what is disabled anywhere is never effective', () => {
  fc.assert(
    fc.property(account, fc.constantFrom(...PERMISSIONS), fc.nat(3), (given, p, where) => {
      const disabling = (one: Grants): Grants => ({
        ...one,
        mode: one.mode === 'Inherit' ? 'Merge' : one.mode,
        enabled: one.mode === 'Inherit' ? PermissionSet.empty() : one.enabled,
        disabled: (one.mode === 'Inherit' ? PermissionSet.empty() : one.disabled).union(
          PermissionSet.of([p]),
        ),
      });
      const changed: AccountGrants =
        where === 0 && given.groups[0]
          ? { ...given, groups: [{ ...given.groups[0], grants: disabling(given.groups[0].grants) }] }
          : where === 1 && given.tenant
            ? { ...given, tenant: { ...given.tenant, grants: disabling(given.tenant.grants) } }
            : { ...given, account: { ...given.account, grants: disabling(given.account.grants) } };
      assert.equal(effectivePermissions(changed).has(p), false);
    }),
    { numRuns: 500 },
  );
});

test('another role never takes anything, except what it or its parts disable', () => {
  fc.assert(
    fc.property(account, fc.integer({ min: 1, max: 8 }), (given, id) => {
      const { grants: own } = given.account;
      const more = { ...given, account: { ...given.account, grants: { ...own, roles: [...own.roles, id] } } };
      const taken = [...reachableRoles([id], given.roles)].flatMap((one) => given.roles.get(one) ?? []);
      const disabled = taken.reduce((set, one) => set.union(one.disabled), PermissionSet.empty());
      assert.ok(effectivePermissions(given).minus(disabled).isSubsetOf(effectivePermissions(more)));
    }),
    { numRuns: 500 },
  );
});

test('members never exceed their tenant, and credentials never exceed their account', () => {
  fc.assert(
    fc.property(account, holder('ceiling'), limit, (given, tenant, credential) => {
      const inTenant = { ...given, tenant };
      const held = effectivePermissions(inTenant);
      // the tenant's own set, as if it were an account
      const ceiling = effectivePermissions({
        account: tenant,
        groups: [],
        tenant: undefined,
        roles: given.roles,
      });
      assert.ok(held.isSubsetOf(ceiling));
      assert.ok(held.isSubsetOf(effectivePermissions({ ...given, tenant: undefined })));
      assert.ok(limitToCredential(held, credential).isSubsetOf(held));
    }),
    { numRuns: 500 },
  );
});

test('a role counts once, and circles end', () => {
  const empty = PermissionSet.empty();
  const p = PERMISSIONS[0] as Permission;
  const roles = new Map<number, RoleGrants>([
    [1, { name: 'a', enabled: empty, disabled: empty, roles: [2, 1] }],
    [2, { name: 'b', enabled: PermissionSet.of([p]), disabled: empty, roles: [1] }],
  ]);
  assert.deepEqual(reachableRoles([1, 2, 1], roles), new Set([1, 2]));
  const own: Grants = { mode: 'Inherit', roles: [1], enabled: empty, disabled: empty };
  const given = { account: { id: 'a', name: 'ann', grants: own }, groups: [], tenant: undefined, roles };
  assert.ok(effectivePermissions(given).has(p));
});

test('the explanation decides as the set does, and names what decided', () => {
  fc.assert(
    fc.property(account, limit, (given, credential) => {
      const held = limitToCredential(effectivePermissions(given), credential);
      for (const p of PERMISSIONS) {
        const { granted, because, steps } = explainPermission(
          given,
          { name: 'app password', limit: credential },
          p,
        );
        assert.equal(granted, held.has(p), because);
        if (granted) assert.match(because, / is granted by (?:account|group) /);
        else assert.match(because, /^Nothing grants |is disabled by |is withheld by /);
        if (steps.some((step) => step.effect === 'disables'))
          assert.match(because, /a disabled entry always wins/);
      }
    }),
    { numRuns: 500 },
  );
});
