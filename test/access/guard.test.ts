// The guards against escalation: nobody grants what they do not hold, by whatever path, nobody takes over who is
// more, and an administrator remains.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
beforeEach(async () => {
  world = await openRegistryWorld();
});
afterEach(() => world.close());

const permissions = (...names: string[]): Json => Object.fromEntries(names.map((name) => [name, true]));
const custom = (...ids: string[]): Json => ({ '@type': 'Custom', roleIds: permissions(...ids) });
const replace = (...names: string[]): Json => ({
  '@type': 'Replace',
  enabledPermissions: permissions(...names),
});
const merge = (...names: string[]): Json => ({ '@type': 'Merge', enabledPermissions: permissions(...names) });

/** May manage accounts, roles and groups, and holds little else. */
async function helper(...more: string[]): Promise<AccessToken> {
  const all = ['Account', 'Role', 'Domain', 'Tenant', 'MailingList'].flatMap((type) =>
    ['Get', 'Create', 'Update', 'Destroy', 'Query'].map((verb) => `sys${type}${verb}`),
  );
  const own = [
    'authenticate',
    'imapFetch',
    'sysAuthenticationUpdate',
    'sysAuthenticationGet',
    ...all,
    ...more,
  ];
  return world.token(await world.user('helper', { permissions: replace(...own) }));
}

const isForbidden = (error: { type: string; description?: string }): void => {
  assert.equal(error.type, 'forbidden', JSON.stringify(error));
};

describe('nobody grants what they do not hold', () => {
  test('by the roles or own lists of a new or changed account', async () => {
    const token = await helper();
    const base = { '@type': 'User', domainId: world.domain };
    for (const json of [
      { name: 'a', roles: { '@type': 'Admin' } },
      { name: 'b', roles: custom(world.roles.system) },
      { name: 'c', permissions: replace('impersonate') },
      { name: 'd', permissions: merge('imapFetch') },
    ]) {
      const error = await world.refusedCreate('Account', { ...base, ...json }, token);
      isForbidden(error);
      assert.match(error.description ?? '', /^You are not authorized to grant permissions: \w+/);
    }
    const id = await world.create(
      'Account',
      { ...base, name: 'e', permissions: replace('imapFetch') },
      token,
    );
    for (const patch of [
      { roles: { '@type': 'Admin' }, permissions: { '@type': 'Inherit' } },
      { permissions: replace('fetchAnyBlob') },
      { 'permissions/enabledPermissions/fetchAnyBlob': true },
      { permissions: { '@type': 'Inherit' } },
    ]) {
      isForbidden(await world.refusedUpdate('Account', id, patch, token));
    }
    await world.update('Account', id, { 'permissions/enabledPermissions/sysRoleGet': true }, token);
  });

  test('names five permissions and counts the others', async () => {
    const token = await helper();
    const error = await world.refusedCreate(
      'Account',
      { '@type': 'User', name: 'x', domainId: world.domain, roles: { '@type': 'Admin' } },
      token,
    );
    assert.match(error.description ?? '', /: (\w+, ){4}\w+ and \d+ more$/);
  });

  test('by a role, a nested role, or by no longer disabling', async () => {
    const token = await helper();
    isForbidden(
      await world.refusedCreate(
        'Role',
        { description: 'r', enabledPermissions: permissions('imapIdle') },
        token,
      ),
    );
    isForbidden(
      await world.refusedCreate(
        'Role',
        { description: 'r', roleIds: permissions(world.roles.system) },
        token,
      ),
    );
    const mine = await world.create(
      'Role',
      { description: 'mine', enabledPermissions: permissions('imapFetch') },
      token,
    );
    isForbidden(await world.refusedUpdate('Role', mine, { [`roleIds/${world.roles.system}`]: true }, token));
    isForbidden(await world.refusedUpdate('Role', mine, { 'enabledPermissions/imapIdle': true }, token));
    const held = await world.create('Role', {
      description: 'cut',
      enabledPermissions: permissions('imapIdle'),
      disabledPermissions: permissions('imapIdle'),
    });
    isForbidden(await world.refusedUpdate('Role', held, { 'disabledPermissions/imapIdle': null }, token));
    await world.update('Role', held, { 'disabledPermissions/imapFetch': true }, token);
    await world.update('Role', held, { 'disabledPermissions/imapFetch': null }, token);
  });

  test('by the permissions of a group, or by joining one', async () => {
    const token = await helper();
    const group = await world.create('Account', {
      '@type': 'Group',
      name: 'strong',
      domainId: world.domain,
      permissions: merge('fetchAnyBlob'),
    });
    isForbidden(
      await world.refusedCreate(
        'Account',
        { '@type': 'Group', name: 'g', domainId: world.domain, permissions: merge('fetchAnyBlob') },
        token,
      ),
    );
    const plain = {
      '@type': 'User',
      name: 'm',
      domainId: world.domain,
      roles: custom(),
      permissions: merge(),
    };
    const member = await world.create('Account', plain, token);
    isForbidden(await world.refusedUpdate('Account', member, { [`memberGroupIds/${group}`]: true }, token));
    isForbidden(
      await world.refusedCreate(
        'Account',
        { ...plain, name: 'n', memberGroupIds: permissions(group) },
        token,
      ),
    );
    await world.update('Account', member, { [`memberGroupIds/${group}`]: true });
    assert.deepEqual((await world.token(member)).permissions.names(), ['fetchAnyBlob']);
  });

  test('by a group that no longer takes it from its members', async () => {
    const token = await helper();
    const disables = { '@type': 'Merge', disabledPermissions: permissions('fetchAnyBlob', 'imapFetch') };
    const group = await world.create('Account', {
      '@type': 'Group',
      name: 'taking',
      domainId: world.domain,
      roles: custom(),
      permissions: disables,
    });
    const member = await world.user('m', {
      permissions: replace('fetchAnyBlob', 'imapFetch'),
      memberGroupIds: permissions(group),
    });
    assert.deepEqual((await world.token(member)).permissions.names(), []);
    isForbidden(await world.refusedUpdate('Account', group, { permissions: { '@type': 'Inherit' } }, token));
    await world.update('Account', group, { 'permissions/disabledPermissions/imapFetch': null }, token);
    assert.deepEqual((await world.token(member)).permissions.names(), ['imapFetch']);
  });

  test('by leaving a tenant whose ceiling cut it', async () => {
    const token = await helper();
    const tenant = await world.create('Tenant', { name: 't', permissions: replace('imapFetch') });
    const domain = await world.create('Domain', { name: 't.example', memberTenantId: tenant });
    const id = await world.create('Account', {
      '@type': 'User',
      name: 'u',
      domainId: domain,
      memberTenantId: tenant,
      roles: custom(),
      permissions: merge('imapFetch', 'impersonate'),
    });
    assert.deepEqual((await world.token(id)).permissions.names(), ['imapFetch']);
    isForbidden(
      await world.refusedUpdate('Account', id, { memberTenantId: null, domainId: world.domain }, token),
    );
    isForbidden(await world.refusedUpdate('Tenant', tenant, { permissions: replace('impersonate') }, token));
    isForbidden(await world.refusedUpdate('Tenant', tenant, { permissions: { '@type': 'Inherit' } }, token));
  });

  test('by the default role sets', async () => {
    const token = await helper();
    for (const name of ['defaultUserRoleIds', 'defaultGroupRoleIds', 'defaultTenantRoleIds']) {
      const patch = { [`${name}/${world.roles.system}`]: true };
      isForbidden(await world.refusedUpdate('Authentication', 'singleton', patch, token));
    }
  });

  test('by a credential: a restricted key cannot make a broader one, nor widen itself', async () => {
    const id = await world.user('keys');
    const owner = await world.token(id);
    const narrow = {
      '@type': 'Replace',
      permissions: permissions('authenticate', 'sysApiKeyCreate', 'sysApiKeyUpdate', 'sysApiKeyGet'),
    };
    const made = await world.call(owner, 'x:ApiKey/set', {
      create: { k: { description: 'n', permissions: narrow } },
    });
    const key = (made['created'] as Record<string, { id: string; secret: string }>)['k'];
    assert.ok(key);
    const signIn = await world.access.authenticateBearer({
      token: key.secret,
      address: '::1',
      allowApiKey: true,
    });
    assert.ok(signIn.ok);
    const limited = signIn.token;
    for (const json of [
      { description: 'all' },
      { description: 'more', permissions: { '@type': 'Disable', permissions: permissions('imapFetch') } },
      { description: 'other', permissions: { '@type': 'Replace', permissions: permissions('imapFetch') } },
    ]) {
      isForbidden(await world.refusedCreate('ApiKey', json, limited));
    }
    isForbidden(
      await world.refusedUpdate('ApiKey', key.id, { permissions: { '@type': 'Inherit' } }, limited),
    );
    isForbidden(
      await world.refusedUpdate('ApiKey', key.id, { 'permissions/permissions/imapFetch': true }, limited),
    );
    await world.create('ApiKey', { description: 'same', permissions: narrow }, limited);
  });

  test('the administrator may grant everything', async () => {
    await world.user('peer', { roles: { '@type': 'Admin' } });
  });
});

describe('nobody takes over who is more', () => {
  test('by a new password, a one-time code, or by destroying', async () => {
    const token = await helper();
    const boss = await world.user('boss', { roles: { '@type': 'Admin' } });
    for (const patch of [
      { 'credentials/0/secret': 'taken-over-by-helper-1' },
      { credentials: {} },
      { 'credentials/0/otpAuth': 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP' },
      { 'credentials/0/allowedIps/10.0.0.1': true },
    ]) {
      isForbidden(await world.refusedUpdate('Account', boss, patch, token));
    }
    isForbidden(await world.refusedDestroy('Account', boss, token));
    await world.update('Account', boss, { description: 'Boss' }, token);
    const less = await world.user('less', { permissions: replace('imapFetch') });
    await world.update('Account', less, { 'credentials/0/secret': 'a-fine-new-password-3' }, token);
    await world.destroy('Account', less, token);
  });

  test('holders of impersonate outside any tenant may', async () => {
    const token = await helper('impersonate');
    const boss = await world.user('boss', { roles: { '@type': 'Admin' } });
    await world.update('Account', boss, { 'credentials/0/secret': 'reset-by-support-77' }, token);
  });
});

describe('cycles of roles', () => {
  test('are refused when they are written, at any length', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const roleIds = permissions(...ids.slice(-1));
      ids.push(await world.create('Role', { description: `r${i}`, roleIds }));
    }
    for (const id of ids) {
      const error = await world.refusedUpdate('Role', ids[0] as string, { [`roleIds/${id}`]: true });
      assert.deepEqual([error.type, error.properties], ['invalidProperties', ['roleIds']]);
    }
  });
});

describe('the last administrator', () => {
  const admin = (): string => encodeId(world.admin.account);
  const refusedEverywhere = async (): Promise<void> => {
    const directoryId = await world.create('Directory', {
      '@type': 'Ldap',
      description: 'd',
      baseDn: 'dc=x',
    });
    const disable = { '@type': 'Merge', disabledPermissions: permissions('authenticate') };
    const tries: [string, string, Json][] = [
      ['Account', admin(), { roles: { '@type': 'User' } }],
      ['Account', admin(), { permissions: disable }],
      ['Account', admin(), { permissions: replace('imapFetch') }],
      ['Account', admin(), { credentials: {} }],
      ['Role', world.roles.system, { 'enabledPermissions/sysRoleUpdate': null }],
      ['Role', world.roles.system, { 'disabledPermissions/sysAccountUpdate': true }],
      ['Role', world.roles.user, { 'disabledPermissions/authenticate': true }],
      ['Domain', world.domain, { isEnabled: false }],
      ['Domain', world.domain, { directoryId }],
      ['Authentication', 'singleton', { directoryId }],
      ['Authentication', 'singleton', { defaultAdminRoleIds: permissions(world.roles.user) }],
    ];
    for (const [type, id, patch] of tries) {
      const error = await world.refusedUpdate(type, id, patch);
      isForbidden(error);
      assert.match(error.description ?? '', /last administrator/, JSON.stringify(patch));
    }
    isForbidden(await world.refusedDestroy('Account', admin()));
  };

  test('cannot be removed by any path', async () => {
    await refusedEverywhere();
    const group = await world.create('Account', { '@type': 'Group', name: 'g', domainId: world.domain });
    await world.update('Account', admin(), { [`memberGroupIds/${group}`]: true });
    const disable = { '@type': 'Merge', disabledPermissions: permissions('authenticate') };
    isForbidden(await world.refusedUpdate('Account', group, { permissions: disable }));
    const role = await world.create('Role', {
      description: 'd',
      disabledPermissions: permissions('sysRoleUpdate'),
    });
    isForbidden(await world.refusedUpdate('Account', group, { roles: custom(role) }));
    const bad = await world.create('Account', {
      '@type': 'Group',
      name: 'bad',
      domainId: world.domain,
      permissions: disable,
    });
    isForbidden(await world.refusedUpdate('Account', admin(), { [`memberGroupIds/${bad}`]: true }));
    const tenant = await world.create('Tenant', { name: 't' });
    const domain = await world.create('Domain', { name: 't.example', memberTenantId: tenant });
    isForbidden(
      await world.refusedUpdate('Account', admin(), {
        memberTenantId: tenant,
        domainId: domain,
        memberGroupIds: {},
      }),
    );
  });

  test('may go when another one remains', async () => {
    const peer = await world.user('peer', { roles: { '@type': 'Admin' } });
    const token = await world.token(peer);
    await world.destroy('Account', admin(), token);
    isForbidden(await world.refusedUpdate('Account', peer, { roles: { '@type': 'User' } }, token));
  });

  test('two administrators cannot remove each other at the same moment', async () => {
    for (let i = 0; i < 5; i++) {
      const peer = await world.user(`peer${i}`, { roles: { '@type': 'Admin' } });
      const token = await world.token(peer);
      const results = await Promise.allSettled([
        world.update('Account', peer, { roles: { '@type': 'User' } }),
        world.update('Account', admin(), { roles: { '@type': 'User' } }, token),
      ]);
      assert.ok(
        results.some((one) => one.status === 'rejected'),
        'both went',
      );
      const held = async (id: string) =>
        (await world.token(id)).permissions.names().includes('sysRoleUpdate');
      assert.ok((await held(admin())) || (await held(peer)));
      if (!(await held(admin()))) return;
    }
  });
});
