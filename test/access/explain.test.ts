// Answers about access: why, what differs, who, and what an operator should look at.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AccessFinding,
  auditAccess,
  compareAccess,
  explainAccess,
  holdersOf,
  type PermissionHolder,
  type PlannedChange,
  simulateAccess,
  summarizeAccess,
} from '../../src/access/index.ts';
import { decodeId } from '../../src/base/index.ts';
import { type PermissionName, SERVER_CONTEXT } from '../../src/registry/index.ts';
import { openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const set = (...names: string[]): Json => Object.fromEntries(names.map((name) => [name, true]));
const number = (id: string): number => decodeId(id) as number;
const why = async (account: string, name: PermissionName, credential?: string): Promise<string> =>
  (await explainAccess(world.registry, number(account), name, credential))?.because ?? 'nobody';

describe('why', () => {
  test('names the path of roles, the group, the tenant or the credential that decided', async () => {
    const inner = await world.create('Role', {
      description: 'Mail',
      enabledPermissions: set('imapFetch', 'imapIdle'),
    });
    const outer = await world.create('Role', { description: 'Staff', roleIds: set(inner) });
    const group = await world.create('Account', {
      '@type': 'Group',
      name: 'sales',
      domainId: world.domain,
      permissions: {
        '@type': 'Merge',
        enabledPermissions: set('emailSend'),
        disabledPermissions: set('imapIdle'),
      },
    });
    const id = await world.user('ann', {
      roles: { '@type': 'Custom', roleIds: set(outer, world.roles.user) },
      memberGroupIds: set(group),
    });
    assert.equal(await why(id, 'imapFetch'), 'imapFetch is granted by account "ann" > role "User".');
    assert.equal(
      await why(id, 'imapIdle'),
      'imapIdle is disabled by group "sales"; a disabled entry always wins.',
    );
    assert.equal(await why(id, 'sysHttpGet'), 'Nothing grants sysHttpGet.');
    await world.update('Account', id, { roles: { '@type': 'Custom', roleIds: set(outer) } });
    assert.equal(
      await why(id, 'imapFetch'),
      'imapFetch is granted by account "ann" > role "Staff" > role "Mail".',
    );
    assert.equal(await why(id, 'emailSend'), 'emailSend is granted by group "sales".');
    await world.update('Account', id, { 'roles/roleIds': set(world.roles.user) });
    const token = await world.token(id);
    const permissions = { '@type': 'Replace', permissions: set('imapFetch') };
    const key = await world.create('AppPassword', { description: 'Phone', permissions }, token);
    assert.equal(await why(id, 'emailSend', key), 'emailSend is withheld by the credential "Phone".');
    assert.match(await why(id, 'imapFetch', key), /is granted by/);
    assert.equal(await why(id, 'imapFetch', 'zz'), 'nobody');
    assert.equal((await summarizeAccess(world.registry, number(id), key))?.permissions.size, 1);
    assert.equal(await summarizeAccess(world.registry, number(id), 'zz'), undefined);
    assert.equal(await why('zzz', 'imapFetch'), 'nobody');
  });

  test('a tenant that does not allow it', async () => {
    const tenant = await world.create('Tenant', {
      name: 'Small',
      permissions: { '@type': 'Replace', enabledPermissions: set('imapFetch') },
    });
    const domain = await world.create('Domain', { name: 'small.example', memberTenantId: tenant });
    const id = await world.user('tim', { domainId: domain, memberTenantId: tenant });
    assert.equal(await why(id, 'imapIdle'), 'imapIdle is withheld by tenant "Small".');
    const summary = await summarizeAccess(world.registry, number(id));
    assert.deepEqual([summary?.permissions.names(), summary?.tenant], [['imapFetch'], tenant]);
  });
});

describe('what differs', () => {
  test('is listed with the reasons of both', async () => {
    const plain = await world.user('plain');
    const less = await world.user('less', {
      permissions: { '@type': 'Merge', disabledPermissions: set('imapFetch') },
    });
    const found = await compareAccess(world.registry, number(plain), number(less));
    assert.deepEqual(found?.onlyFirst, [
      {
        permission: 'imapFetch',
        granted: 'imapFetch is granted by account "plain" > role "User".',
        missing: 'imapFetch is disabled by account "less"; a disabled entry always wins.',
      },
    ]);
    assert.deepEqual([found?.onlySecond, found?.common], [[], 242]);
    assert.equal(await compareAccess(world.registry, number(plain), 99_999), undefined);
  });
});

describe('what a change would do', () => {
  const effects = async (...changes: PlannedChange[]): Promise<Json[]> => {
    const found: Json[] = [];
    for await (const { address, gains, loses } of simulateAccess(world.registry, changes, SERVER_CONTEXT)) {
      found.push({
        address,
        gained: gains.map((one) => one.permission),
        lost: loses.map((one) => one.permission),
      });
    }
    return found;
  };

  test('is told for everybody whom it touches, and nothing is written', async () => {
    const role = await world.create('Role', { description: 'Desk', enabledPermissions: set('imapFetch') });
    const outer = await world.create('Role', { description: 'Office', roleIds: set(role) });
    const by = (id: string) => ({ '@type': 'Custom', roleIds: set(id) });
    await world.user('desk', { roles: by(role) });
    await world.user('office', { roles: by(outer) });
    const change: PlannedChange = {
      op: 'update',
      type: 'Role',
      id: role,
      value: { 'enabledPermissions/imapIdle': true, 'enabledPermissions/imapFetch': null },
    };
    const both = { gained: ['imapIdle'], lost: ['imapFetch'] };
    assert.deepEqual(await effects(change), [
      { address: 'desk@example.org', ...both },
      { address: 'office@example.org', ...both },
    ]);
    for await (const { loses } of simulateAccess(world.registry, [change], SERVER_CONTEXT)) {
      assert.equal(loses[0]?.because, 'Nothing grants imapFetch.');
    }
    const stored = await world.get('Role', role);
    assert.deepEqual(stored['enabledPermissions'], { imapFetch: true });
    assert.deepEqual(await effects(change, { op: 'destroy', type: 'Role', id: outer }), [
      { address: 'desk@example.org', ...both },
      { address: 'office@example.org', gained: [], lost: ['imapFetch'] },
    ]);
  });

  test('covers groups, default sets, and accounts that come and go', async () => {
    const group = await world.create('Account', {
      '@type': 'Group',
      name: 'crew',
      domainId: world.domain,
      roles: { '@type': 'Custom', roleIds: {} },
    });
    const id = await world.user('sailor', {
      memberGroupIds: set(group),
      roles: { '@type': 'Custom', roleIds: {} },
    });
    const permissions = { '@type': 'Merge', enabledPermissions: set('emailSend') };
    assert.deepEqual(await effects({ op: 'update', type: 'Account', id: group, value: { permissions } }), [
      { address: 'crew@example.org', gained: ['emailSend'], lost: [] },
      { address: 'sailor@example.org', gained: ['emailSend'], lost: [] },
    ]);
    const created = {
      '@type': 'User',
      name: 'new',
      domainId: world.domain,
      roles: { '@type': 'Custom', roleIds: {} },
      permissions,
    };
    assert.deepEqual(await effects({ op: 'create', key: 'k', type: 'Account', value: created }), [
      { address: 'new@example.org', gained: ['emailSend'], lost: [] },
    ]);
    const defaults = await effects({
      op: 'update',
      type: 'Authentication',
      id: 'singleton',
      value: { defaultUserRoleIds: {} },
    });
    assert.ok(defaults.length > 0 && defaults.every((one) => (one['lost'] as string[]).length > 0));
    assert.equal(
      defaults.some((one) => one['address'] === 'sailor@example.org'),
      false,
    );
    await world.update('Account', id, { permissions });
    assert.deepEqual(await effects({ op: 'destroy', type: 'Account', id }), [
      { address: 'sailor@example.org', gained: [], lost: ['emailSend'] },
    ]);
    await assert.rejects(
      effects({ op: 'update', type: 'Role', id: 'b', value: { nosuch: 1 } }),
      /no such property/,
    );
    await assert.rejects(effects({ op: 'update', type: 'Role', id: 'zzzz', value: {} }), /no such/);
  });
});

describe('who', () => {
  test('may do something', async () => {
    const support = await world.user('support', {
      permissions: { '@type': 'Merge', enabledPermissions: set('impersonate') },
    });
    const found: PermissionHolder[] = [];
    for await (const page of holdersOf(world.registry, 'impersonate')) found.push(...page);
    assert.deepEqual(
      found.map(({ id, because }) => [id, because]),
      [
        ['b', 'impersonate is granted by account "admin" > role "System Administrator".'],
        [support, 'impersonate is granted by account "support".'],
      ],
    );
  });
});

describe('a review', () => {
  test('finds what an operator should look at', async () => {
    const tenant = await world.create('Tenant', { name: 'Cut' });
    const domain = await world.create('Domain', { name: 'cut.example', memberTenantId: tenant });
    const cut = await world.user('cut', {
      domainId: domain,
      memberTenantId: tenant,
      permissions: { '@type': 'Merge', enabledPermissions: set('impersonate') },
    });
    const lonely = await world.create('Account', {
      '@type': 'Group',
      name: 'lonely',
      domainId: world.domain,
      permissions: { '@type': 'Merge', enabledPermissions: set('liveMetrics') },
    });
    const unused = await world.create('Role', { description: 'Unused' });
    await world.create('ApiKey', { description: 'Forever' }, world.admin);
    await world.create('ApiKey', { description: 'Old', expiresAt: '2020-01-01T00:00:00Z' }, world.admin);
    const found: AccessFinding[] = [];
    for await (const one of auditAccess(world.registry)) found.push(one);
    const of = (code: string, id: string) => found.find((one) => one.code === code && one.id === id)?.text;
    assert.equal(of('administrator', 'b'), 'admin@example.org administers the server.');
    assert.match(of('administratorWithoutSecondFactor', 'b') ?? '', /password alone/);
    assert.match(of('mayActForOthers', 'b') ?? '', /any other account/);
    assert.match(of('unlimitedKey', 'b') ?? '', /"Forever" of the administrator/);
    assert.match(of('expiredCredential', 'b') ?? '', /"Old" of admin@example.org has expired/);
    assert.match(of('grantWithoutEffect', cut) ?? '', /is given impersonate \(1 in all\) without effect/);
    assert.match(of('groupWithoutMembers', lonely) ?? '', /no members/);
    assert.match(of('unusedRole', unused) ?? '', /"Unused" is given to nobody/);
    assert.equal(of('unusedRole', world.roles.user), undefined);
  });
});
