// What a new server begins with, and that beginning again changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import defaults from '../../src/registry/facts/default-roles.json' with { type: 'json' };
import { decodeId } from '../../src/base/index.ts';
import { openRegistryWorld, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

test('the four roles hold exactly what they should, and the default sets name them', async () => {
  const shown = await Promise.all(Object.values(world.roles).map((id) => world.get('Role', id)));
  const expected = Object.values(defaults as Record<string, string[]>).map((names) => names.toSorted());
  const held = shown.map((role) => Object.keys(role['enabledPermissions'] as object).toSorted());
  assert.equal(held.length, expected.length);
  for (const names of expected)
    assert.ok(
      held.some((one) => one.join() === names.join()),
      `${names.length}`,
    );
  const { user, group, tenant, system } = world.roles;
  const settings = await world.get('Authentication', 'singleton');
  assert.deepEqual(settings['defaultUserRoleIds'], { [user]: true });
  assert.deepEqual(settings['defaultGroupRoleIds'], { [group]: true });
  assert.deepEqual(settings['defaultTenantRoleIds'], { [user]: true, [tenant]: true });
  assert.deepEqual(settings['defaultAdminRoleIds'], { [user]: true, [system]: true });
});

test('the administrator holds everything', () => {
  assert.equal(world.admin.permissions.size, 659);
});

test('a second start finds everything and tells no password', async () => {
  const count = async () => [await world.registry.count('Role'), await world.registry.count('Account')];
  const before = await count();
  await world.update('Role', world.roles.user, { 'enabledPermissions/imapFetch': null });
  const again = await world.access.bootstrap({
    domain: 'example.org',
    hostname: 'mail.example.org',
    listeners: { bind: '::1', standardPorts: true },
  });
  assert.equal(again.administrator, undefined);
  assert.deepEqual(await count(), before);
  const role = await world.registry.object('Role', decodeId(world.roles.user) as number);
  assert.equal(role?.enabledPermissions.includes('imapFetch'), false);
  const listeners = await world.registry.all('NetworkListener');
  assert.ok(listeners.every(({ value }) => value.bind.every((one) => one.startsWith('127.0.0.1:'))));
  assert.equal(world.registry.singleton('SystemSettings').defaultHostname, 'mail.example.org');
});
