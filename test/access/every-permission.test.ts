// The registry's 440 permissions, one by one: whoever holds exactly that one gets through, whoever holds all but
// that one is refused.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import {
  DECLARATIONS,
  PERMISSION_GROUPS,
  PERMISSION_NAMES,
  type PermissionName,
  type schema,
} from '../../src/registry/index.ts';
import { testToken } from '../../src/jmap/testing.ts';
import { MethodError, openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

/** A call that needs exactly one permission, whatever it then leads to. */
interface Probe {
  readonly permission: PermissionName;
  readonly method: string;
  readonly args: Json;
}

const probes: Probe[] = Object.values<schema.Declaration>(DECLARATIONS).flatMap(({ name, kind }) => {
  const of = (operation: string, method: string, args: Json): Probe => ({
    permission: `sys${name}${operation}` as PermissionName,
    method: `x:${name}/${method}`,
    args,
  });
  const id = kind === 'singleton' ? 'singleton' : 'zzzz';
  const both = [of('Get', 'get', { ids: [] }), of('Update', 'set', { update: { [id]: {} } })];
  if (kind === 'singleton') return both;
  return [
    ...both,
    of('Create', 'set', { create: { k: { nosuch: true } } }),
    of('Destroy', 'set', { destroy: ['zzzz'] }),
    of('Query', 'query', { limit: 1 }),
  ];
});

/** Variants with a permission of their own. */
const variants = (['Action', 'Task'] as const).flatMap((type) => {
  const { shape } = DECLARATIONS[type];
  return Object.keys(shape.variants).map((tag) => ({
    type,
    tag,
    permission: `${type.toLowerCase()}${tag}` as PermissionName,
  }));
});

const allBut = (permission: PermissionName): AccessToken =>
  testToken(PERMISSION_NAMES.filter((name) => name !== permission));

test('every permission of the registry is asked for by one call or variant', () => {
  const guarded = [...probes, ...variants].map(({ permission }) => permission);
  const wanted = PERMISSION_GROUPS.filter(({ name }) => name.startsWith('sys')).flatMap(
    (group) => group.permissions,
  );
  assert.equal(wanted.length, 440);
  assert.deepEqual(guarded.toSorted(), wanted.toSorted());
});

describe('operations', () => {
  for (const { permission, method, args } of probes) {
    test(permission, async () => {
      await world.call(testToken([permission]), method, args).catch((error: unknown) => {
        // what is refused then is refused to everybody
        if (permission !== 'sysActionQuery') throw error;
        assert.match(String(error), /invalidArguments/);
      });
      await assert.rejects(world.call(allBut(permission), method, args), (error) => {
        assert.ok(error instanceof MethodError);
        assert.equal(error.error['type'], 'forbidden');
        return true;
      });
    });
  }
});

describe('variants', () => {
  for (const { type, tag, permission } of variants) {
    test(permission, async () => {
      const json = { '@type': tag };
      const refused = await world.refusedCreate(type, json, allBut(permission));
      assert.equal(refused.type, 'forbidden');
      assert.match(refused.description ?? '', /not authorized/);
      const holder = testToken([`sys${type}Create`, permission]);
      const result = await world.call(holder, `x:${type}/set`, { create: { k: json } });
      assert.doesNotMatch(JSON.stringify(result), /not authorized/);
    });
  }
});

test('a user without other rights gets at nothing that is for administrators', async () => {
  const token = await world.token(await world.user('plain'));
  const open: string[] = [];
  for (const { name } of Object.values<schema.Declaration>(DECLARATIONS)) {
    const held = token.permissions.names().includes(`sys${name}Get` as PermissionName);
    if (held) open.push(name);
    const answer = world.call(token, `x:${name}/get`, { ids: null });
    if (held) await answer;
    else
      await assert.rejects(
        answer,
        (error) => error instanceof MethodError && error.error['type'] === 'forbidden',
      );
  }
  assert.deepEqual(open, [
    'AccountPassword',
    'AccountSettings',
    'ApiKey',
    'AppPassword',
    'ArchivedItem',
    'MaskedEmail',
    'PublicKey',
    'SpamTrainingSample',
  ]);
});

test('an action says what happened, or what it lacks', async () => {
  const { created } = await world.call(world.admin, 'x:Action/set', {
    create: { k: { '@type': 'InvalidateCaches' } },
  });
  assert.ok((created as Json)['k']);
  const refused = await world.refusedCreate('Action', { '@type': 'UpdateApps' });
  assert.match(refused.description ?? '', /^Not configured on this server: web applications/);
  await assert.rejects(world.call(world.admin, 'x:Action/query', {}), /invalidArguments/);
  assert.deepEqual((await world.call(world.admin, 'x:Action/get', { ids: null }))['list'], []);
  assert.equal((await world.refusedUpdate('Action', 'b', {})).type, 'forbidden');
});
