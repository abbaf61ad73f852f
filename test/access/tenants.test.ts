// What an administrator of one tenant can try against the server and against another tenant. None of it works.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
/** Administrator of the tenant `a`. */
let token: AccessToken;
/** Ids of what belongs to the tenants, and to nobody. */
const id = {} as Record<
  | 'tenantA'
  | 'tenantB'
  | 'domainA'
  | 'domainB'
  | 'userA'
  | 'userB'
  | 'groupB'
  | 'roleA'
  | 'roleB'
  | 'listA'
  | 'listB'
  | 'acmeB'
  | 'dnsB'
  | 'directoryB'
  | 'clientB'
  | 'adminA'
  | 'directory',
  string
>;

const user = (name: string, domainId: string, tenant: string, more: Json = {}) =>
  world.user(name, { domainId, memberTenantId: tenant, ...more });
const ldap = { '@type': 'Ldap', description: 'd', baseDn: 'dc=example' };

before(async () => {
  world = await openRegistryWorld();
  id.tenantA = await world.create('Tenant', { name: 'a', quotas: { maxAccounts: 4, maxDomains: 2 } });
  id.tenantB = await world.create('Tenant', { name: 'b' });
  id.domainA = await world.create('Domain', { name: 'a.example', memberTenantId: id.tenantA });
  id.domainB = await world.create('Domain', { name: 'b.example', memberTenantId: id.tenantB });
  id.userA = await user('ann', id.domainA, id.tenantA);
  id.userB = await user('bob', id.domainB, id.tenantB);
  const inB = { memberTenantId: id.tenantB };
  id.groupB = await world.create('Account', { '@type': 'Group', name: 'team', domainId: id.domainB, ...inB });
  id.roleA = await world.create('Role', { description: 'a', memberTenantId: id.tenantA });
  id.roleB = await world.create('Role', { description: 'b', ...inB });
  id.listA = await world.create('MailingList', {
    name: 'list',
    domainId: id.domainA,
    memberTenantId: id.tenantA,
  });
  id.listB = await world.create('MailingList', { name: 'list', domainId: id.domainB, ...inB });
  id.acmeB = await world.create('AcmeProvider', { contact: { 'x@b.example': true }, ...inB });
  id.dnsB = await world.create('DnsServer', {
    '@type': 'DeSEC',
    description: 'd',
    secret: { '@type': 'Value', secret: 's' },
    ...inB,
  });
  id.directoryB = await world.create('Directory', { ...ldap, ...inB });
  id.directory = await world.create('Directory', ldap);
  id.clientB = await world.create('OAuthClient', { clientId: 'b', ...inB });
  id.adminA = await user('admin', id.domainA, id.tenantA, { roles: { '@type': 'Admin' } });
  token = await world.token(id.adminA);
});
after(() => world.close());

const set = (type: string, args: Json): Promise<Json> => world.call(token, `x:${type}/set`, args);
const forbiddenMethod = (type: string, method: string, args: Json = {}) =>
  assert.rejects(world.call(token, `x:${type}/${method}`, args), /forbidden/);
const custom = (role: string): Json => ({ '@type': 'Custom', roleIds: { [role]: true } });

type Escape = readonly [string, () => Promise<unknown>];

/** The item fails with this error. */
const fails = (type: string, attempt: () => Promise<{ type: string }>) => async (): Promise<void> =>
  assert.equal((await attempt()).type, type);
const create = (type: string, json: () => Json) => () => world.refusedCreate(type, json(), token);
const update = (type: string, key: keyof typeof id, patch: () => Json) => () =>
  world.refusedUpdate(type, id[key], patch(), token);
const destroy = (type: string, key: keyof typeof id) => () => world.refusedDestroy(type, id[key], token);
const account = (more: () => Json) => (): Json => ({
  '@type': 'User',
  name: 'new',
  domainId: id.domainA,
  ...more(),
});

const ESCAPES: readonly Escape[] = [
  ['look at tenants', () => forbiddenMethod('Tenant', 'get')],
  ['search tenants', () => forbiddenMethod('Tenant', 'query')],
  [
    'raise the own quota',
    () => forbiddenMethod('Tenant', 'set', { update: { [id.tenantA]: { quotas: {} } } }),
  ],
  ['make a tenant', () => forbiddenMethod('Tenant', 'set', { create: { k: { name: 'c' } } })],
  ['destroy a tenant', () => forbiddenMethod('Tenant', 'set', { destroy: [id.tenantB] })],
  ['look at server settings', () => forbiddenMethod('SystemSettings', 'get')],
  [
    'change sign-in settings',
    () => forbiddenMethod('Authentication', 'set', { update: { singleton: { directoryId: id.directoryB } } }),
  ],
  ['open a listener', () => forbiddenMethod('NetworkListener', 'set', { create: { k: {} } })],
  ['read the log', () => forbiddenMethod('Log', 'query')],
  [
    'perform an action',
    () => forbiddenMethod('Action', 'set', { create: { k: { '@type': 'InvalidateCaches' } } }),
  ],
  ['see a foreign domain', () => assert.rejects(world.get('Domain', id.domainB, token), /no Domain/)],
  [
    'change a foreign domain',
    fails(
      'notFound',
      update('Domain', 'domainB', () => ({ description: 'x' })),
    ),
  ],
  ['destroy a foreign domain', fails('notFound', destroy('Domain', 'domainB'))],
  ['see a foreign account', () => assert.rejects(world.get('Account', id.userB, token), /no Account/)],
  [
    'change a foreign account',
    fails(
      'notFound',
      update('Account', 'userB', () => ({ description: 'x' })),
    ),
  ],
  ['destroy a foreign account', fails('notFound', destroy('Account', 'userB'))],
  [
    'change a foreign list',
    fails(
      'notFound',
      update('MailingList', 'listB', () => ({ recipients: {} })),
    ),
  ],
  [
    'change a foreign role',
    fails(
      'notFound',
      update('Role', 'roleB', () => ({ description: 'x' })),
    ),
  ],
  [
    'change a role of the server',
    async () =>
      assert.equal(
        (await world.refusedUpdate('Role', world.roles.user, { description: 'x' }, token)).type,
        'notFound',
      ),
  ],
  [
    'see a foreign program',
    () => assert.rejects(world.get('OAuthClient', id.clientB, token), /no OAuthClient/),
  ],
  [
    'take an account of the server over',
    async () =>
      assert.equal(
        (await world.refusedUpdate('Account', 'b', { 'credentials/0/secret': 'a-new-password-55' }, token))
          .type,
        'notFound',
      ),
  ],
  [
    'search in another tenant',
    async () => {
      const { ids } = await world.call(token, 'x:Account/query', { filter: { memberTenantId: id.tenantB } });
      assert.ok(!(ids as string[]).includes(id.userB));
    },
  ],
  [
    'search by a foreign name',
    async () =>
      assert.deepEqual((await world.call(token, 'x:Account/query', { filter: { text: 'bob' } }))['ids'], []),
  ],
  [
    'search all roles',
    async () => assert.deepEqual((await world.call(token, 'x:Role/query', {}))['ids'], [id.roleA]),
  ],
  [
    'list everything',
    async () => {
      const { list } = await world.call(token, 'x:Domain/get', { ids: null });
      assert.deepEqual(
        (list as Json[]).map((one) => one['id']),
        [id.domainA],
      );
      assert.doesNotMatch(JSON.stringify(list), /memberTenantId/);
    },
  ],
  [
    'make an account in a foreign domain',
    fails(
      'invalidForeignKey',
      create(
        'Account',
        account(() => ({ domainId: id.domainB })),
      ),
    ),
  ],
  [
    'make an account in a domain of the server',
    fails(
      'invalidForeignKey',
      create(
        'Account',
        account(() => ({ domainId: world.domain })),
      ),
    ),
  ],
  [
    'make an account in another tenant',
    fails(
      'invalidPatch',
      create(
        'Account',
        account(() => ({ memberTenantId: id.tenantB })),
      ),
    ),
  ],
  [
    'take an address in a foreign domain',
    fails(
      'invalidForeignKey',
      update('Account', 'userA', () => ({ 'aliases/0': { name: 'x', domainId: id.domainB } })),
    ),
  ],
  [
    'move an account into a foreign domain',
    fails(
      'invalidForeignKey',
      update('Account', 'userA', () => ({ domainId: id.domainB })),
    ),
  ],
  [
    'move an account out of the tenant',
    fails(
      'invalidPatch',
      update('Account', 'userA', () => ({ memberTenantId: null })),
    ),
  ],
  [
    'move a domain out of the tenant',
    fails(
      'invalidPatch',
      update('Domain', 'domainA', () => ({ memberTenantId: id.tenantB })),
    ),
  ],
  [
    'join a foreign group',
    fails(
      'invalidForeignKey',
      update('Account', 'userA', () => ({ memberGroupIds: { [id.groupB]: true } })),
    ),
  ],
  [
    "use the server's administrator role",
    fails(
      'invalidForeignKey',
      update('Account', 'userA', () => ({
        roles: custom(world.roles.system),
        permissions: { '@type': 'Merge', disabledPermissions: { authenticate: true } },
      })),
    ),
  ],
  [
    'use a foreign role',
    fails(
      'invalidForeignKey',
      update('Account', 'userA', () => ({ roles: custom(id.roleB) })),
    ),
  ],
  [
    "put the server's administrator role into an own one",
    fails(
      'forbidden',
      update('Role', 'roleA', () => ({ [`roleIds/${world.roles.system}`]: true })),
    ),
  ],
  [
    'put a foreign role into an own one',
    fails(
      'invalidForeignKey',
      update('Role', 'roleA', () => ({ [`roleIds/${id.roleB}`]: true })),
    ),
  ],
  [
    'make a role that impersonates',
    fails(
      'forbidden',
      create('Role', () => ({ description: 'r', enabledPermissions: { impersonate: true } })),
    ),
  ],
  [
    'make a list in a foreign domain',
    fails(
      'invalidForeignKey',
      create('MailingList', () => ({ name: 'x', domainId: id.domainB })),
    ),
  ],
  [
    'use a foreign certificate provider',
    fails(
      'invalidForeignKey',
      update('Domain', 'domainA', () => ({
        certificateManagement: { '@type': 'Automatic', acmeProviderId: id.acmeB },
      })),
    ),
  ],
  [
    'use a foreign DNS service',
    fails(
      'invalidForeignKey',
      update('Domain', 'domainA', () => ({ dnsManagement: { '@type': 'Automatic', dnsServerId: id.dnsB } })),
    ),
  ],
  [
    'use a foreign directory',
    fails(
      'invalidForeignKey',
      update('Domain', 'domainA', () => ({ directoryId: id.directoryB })),
    ),
  ],
  [
    "use the server's directory",
    fails(
      'invalidForeignKey',
      update('Domain', 'domainA', () => ({ directoryId: id.directory })),
    ),
  ],
  ['look at keys of others', () => forbiddenMethod('ApiKey', 'get', { accountId: id.userA })],
  [
    'make a key for others',
    () => forbiddenMethod('ApiKey', 'set', { accountId: id.userB, create: { k: { description: 'x' } } }),
  ],
  [
    'act as somebody else',
    async () => {
      const signIn = await world.access.authenticate({
        name: 'ann@a.example%admin@a.example',
        secret: PASSWORD,
        address: '::1',
      });
      assert.deepEqual(signIn, { ok: false, reason: 'missingPermission', permission: 'impersonate' });
    },
  ],
  [
    'take a foreign domain name',
    async () => {
      const error = await world.refusedCreate('Domain', { name: 'b.example' }, token);
      assert.deepEqual([error.type, error.objectId], ['primaryKeyViolation', undefined]);
    },
  ],
  [
    'make more accounts than allowed',
    async () => {
      await world.create('Account', { '@type': 'User', name: 'three', domainId: id.domainA }, token);
      await world.create('Account', { '@type': 'User', name: 'four', domainId: id.domainA }, token);
      const error = await world.refusedCreate(
        'Account',
        { '@type': 'User', name: 'five', domainId: id.domainA },
        token,
      );
      assert.equal(error.type, 'overQuota');
      assert.match(error.description ?? '', /quota of 4 accounts/);
      const byServer = await world.refusedCreate('Account', {
        '@type': 'User',
        name: 'five',
        domainId: id.domainA,
        memberTenantId: id.tenantA,
      });
      assert.equal(byServer.type, 'overQuota');
    },
  ],
];

describe('the administrator of a tenant cannot', () => {
  assert.ok(ESCAPES.length >= 40);
  for (const [name, attempt] of ESCAPES) test(name, async () => void (await attempt()));
});

describe('the administrator of a tenant can', () => {
  test('look after what belongs to the tenant', async () => {
    await world.update('Domain', id.domainA, { description: 'ours' }, token);
    const role = await world.create(
      'Role',
      { description: 'mail', enabledPermissions: { imapFetch: true } },
      token,
    );
    await world.update('Account', id.userA, { roles: custom(role) }, token);
    await world.update('Account', id.userA, { roles: { '@type': 'User' } }, token);
    await world.destroy('Role', role, token);
    const shown = await world.get('Account', id.userA, token);
    assert.equal('memberTenantId' in shown, false);
    const stored = await world.get('Domain', id.domainA);
    assert.equal(stored['memberTenantId'], id.tenantA);
  });

  test('store what the tenant does not allow, without any effect', async () => {
    const permissions = { '@type': 'Merge', enabledPermissions: { fetchAnyBlob: true, impersonate: true } };
    await world.update('Account', id.userA, { permissions }, token);
    const held = (await world.token(id.userA)).permissions.names();
    assert.deepEqual([held.includes('fetchAnyBlob'), held.includes('impersonate')], [true, false]);
  });

  test('hold no more than the ceiling', () => {
    assert.equal(token.permissions.size, 290);
  });
});

test('a call with the empty set passes with any of the three permissions', async () => {
  assert.deepEqual(Object.keys(await set('Domain', { create: {}, update: {}, destroy: [] })), ['accountId']);
});
