// The registry on a disk: what was written is there after a restart, as it was.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DECLARATIONS, type schema } from '../../src/registry/index.ts';
import { openEmbedded } from '../../src/store/index.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waypost-registry-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const open = async (): Promise<RegistryWorld> =>
  openRegistryWorld({ stores: await openEmbedded({ folder }) });

/** Everything that clients can see, by type. */
async function everything(world: RegistryWorld): Promise<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const { name } of Object.values<schema.Declaration>(DECLARATIONS)) {
    if (name === 'Log') continue;
    shown[name] = (await world.call(world.admin, `x:${name}/get`, { ids: null }))['list'];
  }
  return shown;
}

test('records, names, counters, the trail and blocked clients outlive a restart', async () => {
  let world = await open();
  const domain = await world.create('Domain', { name: 'kept.example', aliases: { 'also.example': true } });
  const gone = await world.create('Domain', { name: 'gone.example' });
  await world.destroy('Domain', gone);
  const role = await world.create('Role', { description: 'Kept', enabledPermissions: { imapFetch: true } });
  const ann = await world.user('ann', {
    domainId: domain,
    roles: { '@type': 'Custom', roleIds: { [role]: true } },
    quotas: { maxMaskedAddresses: 1 },
  });
  await world.update('Security', 'singleton', { scanBanRate: { count: 1, period: 60_000 } });
  await world.access.clients.malformed('192.0.2.1');
  const before = await everything(world);
  const { entries } = await world.registry.trail({ limit: 1000 });
  await world.close();

  world = await open();
  assert.deepEqual(await everything(world), before);
  assert.deepEqual((await world.registry.trail({ limit: 1000 })).entries, entries);
  await world.access.clients.load();
  assert.equal(world.access.clients.isBlocked('192.0.2.1'), true);
  const signIn = await world.access.authenticate({
    name: 'ann@also.example',
    secret: PASSWORD,
    address: '::1',
  });
  assert.equal(signIn.ok, false, 'the role does not let anybody in');
  assert.deepEqual((await world.token(ann)).permissions.names(), ['imapFetch']);
  assert.equal((await world.refusedCreate('Domain', { name: 'also.example' })).type, 'primaryKeyViolation');
  assert.notEqual(await world.create('Domain', { name: 'new.example' }), gone);
  assert.equal((await world.refusedDestroy('Role', role)).type, 'objectIsLinked');
  const { ids } = await world.call(world.admin, 'x:Account/query', { filter: { domainId: domain } as Json });
  assert.deepEqual(ids, [ann]);
  await world.close();
});
