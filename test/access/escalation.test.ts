// Whatever somebody with limited rights writes, in whatever order: no account comes to hold a permission that the
// writer does not hold. Random changes of accounts, groups, roles, tenants and default sets, judged by their effect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type AccessToken, PermissionSet } from '../../src/access/index.ts';
import { encodeId } from '../../src/base/index.ts';
import type { PermissionName } from '../../src/registry/index.ts';
import { MethodError, openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

/** What grants and disables are made of. The writer holds the first three. */
const HELD = ['imapFetch', 'imapIdle', 'emailSend'] as const;
const NAMES = [...HELD, 'fetchAnyBlob', 'liveMetrics', 'sysHttpUpdate'] as const;
const MANAGES = ['Account', 'Role', 'Tenant'].flatMap((type) =>
  ['Get', 'Create', 'Update', 'Destroy', 'Query'].map((verb) => `sys${type}${verb}` as PermissionName),
);

const names = fc.subarray([...NAMES]);
const index = fc.nat(30);
const indexes = fc.array(index, { maxLength: 2 });
const own = fc.record({
  mode: fc.constantFrom('Inherit', 'Merge', 'Replace'),
  enabled: names,
  disabled: fc.subarray([...NAMES], { maxLength: 2 }),
});
type Own = { mode: string; enabled: string[]; disabled: string[] };

/** One change; numbers choose among the records there are. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('role' as const),
    which: index,
    enabled: names,
    disabled: names,
    nested: indexes,
  }),
  fc.record({ kind: fc.constant('account' as const), which: index, own, roles: indexes, groups: indexes }),
  fc.record({ kind: fc.constant('group' as const), which: index, own, roles: indexes }),
  fc.record({ kind: fc.constant('tenant' as const), which: index, own, roles: indexes }),
  fc.record({ kind: fc.constant('move' as const), which: index, tenant: fc.option(index) }),
  fc.record({ kind: fc.constant('drop' as const), which: index, type: fc.constantFrom('Account', 'Role') }),
  fc.record({ kind: fc.constant('defaults' as const), which: index, roles: indexes }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Where the records are: in the server as a whole, or in one tenant. */
interface Home {
  readonly domain: string;
  readonly stamp: { readonly memberTenantId: string } | undefined;
}

/** The records that changes choose from. */
interface Pool {
  roles: string[];
  users: string[];
  groups: string[];
  tenants: string[];
}

const set = (members: readonly string[]): Json => Object.fromEntries(members.map((one) => [one, true]));
const custom = (ids: readonly string[]): Json => ({ '@type': 'Custom', roleIds: set(ids) });
const permissionsOf = ({ mode, enabled, disabled }: Own): Json =>
  mode === 'Inherit'
    ? { '@type': mode }
    : { '@type': mode, enabledPermissions: set(enabled), disabledPermissions: set(disabled) };

async function begin(world: RegistryWorld, home: Home): Promise<Pool> {
  const role = (description: string, enabled: string[], disabled: string[], nested: string[] = []) =>
    world.create('Role', {
      description,
      enabledPermissions: set(enabled),
      disabledPermissions: set(disabled),
      roleIds: set(nested),
      ...home.stamp,
    });
  const base = { domainId: home.domain, ...home.stamp };
  const plain = await role('plain', ['imapFetch'], []);
  const strong = await role('strong', ['fetchAnyBlob', 'liveMetrics'], ['sysHttpUpdate']);
  const roles = [plain, strong, await role('nested', ['imapIdle'], ['fetchAnyBlob'], [plain])];
  const tenants = [
    await world.create('Tenant', { name: 't', roles: home.stamp ? custom([]) : custom([strong]) }),
  ];
  const group = (name: string, json: Json) =>
    world.create('Account', { '@type': 'Group', name, ...base, roles: custom([]), ...json });
  const groups = [
    await group('giving', { permissions: { '@type': 'Merge', enabledPermissions: set(['liveMetrics']) } }),
    await group('taking', { permissions: { '@type': 'Merge', disabledPermissions: set(['fetchAnyBlob']) } }),
  ];
  const user = (name: string, json: Json) =>
    world.create('Account', { '@type': 'User', name, ...base, roles: custom([]), ...json });
  const users = [
    await user('u0', { roles: custom([strong]), memberGroupIds: set([groups[1] as string]) }),
    await user('u1', { memberGroupIds: set(groups) }),
    await user('u2', { roles: custom([roles[2] as string]) }),
    await user('u3', { permissions: permissionsOf({ mode: 'Replace', enabled: [...NAMES], disabled: [] }) }),
  ];
  return { roles, users, groups, tenants };
}

const pick = (list: readonly string[], at: number): string => list[at % list.length] as string;
const some = (list: readonly string[], at: readonly number[]): string[] =>
  list.length === 0 ? [] : at.map((one) => pick(list, one));

/** Tries one change as the writer; what is refused is refused. */
async function attempt(
  world: RegistryWorld,
  token: AccessToken,
  pool: Pool,
  one: Change,
  { serial, domain }: { readonly serial: number; readonly domain: string },
): Promise<void> {
  const write = async (type: string, list: string[], json: Json, more: Json): Promise<void> => {
    if (one.which % 3 === 0) {
      const { created } = await world.call(token, `x:${type}/set`, { create: { k: { ...json, ...more } } });
      const made = (created as Record<string, { id: string }> | undefined)?.['k'];
      if (made) list.push(made.id);
    } else if (list.length > 0) {
      await world.call(token, `x:${type}/set`, { update: { [pick(list, one.which)]: json } });
    }
  };
  const account = { name: `n${serial}`, domainId: domain };
  switch (one.kind) {
    case 'role':
      return write(
        'Role',
        pool.roles,
        {
          enabledPermissions: set(one.enabled),
          disabledPermissions: set(one.disabled),
          roleIds: set(some(pool.roles, one.nested)),
        },
        { description: `r${serial}` },
      );
    case 'account':
      return write(
        'Account',
        pool.users,
        {
          permissions: permissionsOf(one.own),
          roles: custom(some(pool.roles, one.roles)),
          memberGroupIds: set(some(pool.groups, one.groups)),
        },
        { '@type': 'User', ...account },
      );
    case 'group':
      return write(
        'Account',
        pool.groups,
        { permissions: permissionsOf(one.own), roles: custom(some(pool.roles, one.roles)) },
        { '@type': 'Group', ...account },
      );
    case 'tenant':
      return write(
        'Tenant',
        pool.tenants,
        { permissions: permissionsOf(one.own), roles: custom(some(pool.roles, one.roles)) },
        { name: `t${serial}` },
      );
    case 'move': {
      const memberTenantId = one.tenant === null ? null : pick(pool.tenants, one.tenant);
      await world.call(token, 'x:Account/set', {
        update: { [pick([...pool.users, ...pool.groups], one.which)]: { memberTenantId } },
      });
      return;
    }
    case 'drop': {
      const list = one.type === 'Role' ? pool.roles : pool.groups;
      if (list.length < 2) return;
      const id = pick(list, one.which);
      const { destroyed } = await world.call(token, `x:${one.type}/set`, { destroy: [id] });
      if (destroyed) list.splice(list.indexOf(id), 1);
      return;
    }
    case 'defaults':
      await world.call(token, 'x:Authentication/set', {
        update: { singleton: { defaultGroupRoleIds: set(some(pool.roles, one.roles)) } },
      });
  }
}

async function holdings(world: RegistryWorld): Promise<Map<number, PermissionSet>> {
  const held = new Map<number, PermissionSet>();
  for await (const page of world.registry.scan('Account')) {
    for (const { id } of page) held.set(id, (await world.token(encodeId(id))).permissions);
  }
  return held;
}

/** Applies the changes one by one; after each, nobody holds more than before except what the writer holds. */
async function play(world: RegistryWorld, home: Home, changes: readonly Change[]): Promise<void> {
  const pool = await begin(world, home);
  const writer = await world.user('writer', {
    domainId: home.domain,
    ...home.stamp,
    permissions: {
      '@type': 'Replace',
      enabledPermissions: set(['authenticate', 'sysAuthenticationUpdate', ...HELD, ...MANAGES]),
    },
  });
  let held = await holdings(world);
  for (const [serial, one] of changes.entries()) {
    const token = await world.token(writer);
    // a tenant may not even ask for some of these
    await attempt(world, token, pool, one, { serial, domain: home.domain }).catch((error: unknown) => {
      if (!(error instanceof MethodError) || error.error['type'] !== 'forbidden') throw error;
    });
    const after = await holdings(world);
    for (const [id, permissions] of after) {
      const gained = permissions.minus(held.get(id) ?? PermissionSet.empty());
      assert.ok(
        gained.isSubsetOf(token.permissions),
        `${JSON.stringify(one)} gave ${gained.minus(token.permissions).names().join(', ')} to ${id}`,
      );
    }
    held = after;
  }
  await assertNoCircles(world);
}

/** No role is part of itself, over however many others. */
async function assertNoCircles(world: RegistryWorld): Promise<void> {
  const parts = new Map<number, readonly number[]>();
  for await (const page of world.registry.scan('Role')) {
    for (const { id, value } of page) parts.set(id, value.roleIds);
  }
  for (const start of parts.keys()) {
    const seen = new Set<number>();
    const waiting = [...(parts.get(start) ?? [])];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      assert.notEqual(id, start, `role ${start} is part of itself`);
      if (seen.has(id)) continue;
      seen.add(id);
      waiting.push(...(parts.get(id) ?? []));
    }
  }
}

describe('whatever is written by somebody with limited rights', () => {
  const sequences = fc.array(change, { minLength: 5, maxLength: 30 });
  const holds = (seed: number, homeOf: (world: RegistryWorld) => Promise<Home>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(sequences, async (changes) => {
        const world = await openRegistryWorld();
        try {
          await play(world, await homeOf(world), changes);
        } finally {
          await world.close();
        }
      }),
      { numRuns: 20, seed },
    );

  test('gives nobody a permission that the writer does not hold', { timeout: 120_000 }, () =>
    holds(7, (world) => Promise.resolve({ domain: world.domain, stamp: undefined })),
  );

  test('nor within a tenant', { timeout: 120_000 }, () =>
    holds(11, async (world) => {
      const memberTenantId = await world.create('Tenant', {
        name: 'home',
        roles: custom([world.roles.system]),
      });
      const domain = await world.create('Domain', { name: 'home.example', memberTenantId });
      return { domain, stamp: { memberTenantId } };
    }),
  );
});
