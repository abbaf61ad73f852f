// Two registries over one store, as two threads or two machines are: what one writes, the other knows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeId } from '../../src/base/index.ts';
import { Access } from '../../src/access/index.ts';
import { Registry } from '../../src/registry/index.ts';
import { openRegistryWorld, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
let other: Registry;
let otherAccess: Access;
/** A node that hears nothing and has to find out by itself. */
let deaf: Registry;

before(async () => {
  world = await openRegistryWorld();
  const { data, bus, memory } = world.stores;
  other = await Registry.open({ store: data, bus, checkEveryMs: 0 });
  otherAccess = Access.open({ registry: other, memory, delayFailures: false });
  deaf = await Registry.open({ store: data, checkEveryMs: 5 });
});
after(async () => {
  other.close();
  deaf.close();
  await world.close();
});

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 2000;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail('it never happened');
    await wait(2);
  }
};

describe('what one node writes', () => {
  test('the other reads, also when it knew that there was nothing', async () => {
    assert.equal(await other.holder('Domain', 'later.example'), undefined);
    const id = await world.create('Domain', { name: 'later.example', description: 'one' });
    await until(async () => (await other.holder('Domain', 'later.example')) !== undefined);
    const number = decodeId(id) as number;
    assert.equal((await other.object('Domain', number))?.description, 'one');
    await world.update('Domain', id, { description: 'two' });
    await until(async () => (await other.object('Domain', number))?.description === 'two');
    await world.destroy('Domain', id);
    await until(async () => (await other.object('Domain', number)) === undefined);
    assert.equal(await other.holder('Domain', 'later.example'), undefined);
  });

  test('lists and singletons follow', async () => {
    const count = (await other.all('NetworkListener')).length;
    await world.create('NetworkListener', { name: 'extra', bind: { '127.0.0.1:4100': true } });
    await until(async () => (await other.all('NetworkListener')).length === count + 1);
    await world.update('Imap', 'singleton', { maxConcurrent: 99 });
    await until(async () => other.singleton('Imap').maxConcurrent === 99);
  });

  test('a token of the other node is out of date as soon as a role it came from changes', async () => {
    const role = await world.create('Role', { description: 'r', enabledPermissions: { imapFetch: true } });
    const id = await world.user('remote', { roles: { '@type': 'Custom', roleIds: { [role]: true } } });
    await until(async () => (await otherAccess.token(decodeId(id) as number)) !== undefined);
    const token = await otherAccess.token(decodeId(id) as number);
    assert.ok(token);
    assert.deepEqual(token.permissions.names(), ['imapFetch']);
    await world.update('Role', role, { 'enabledPermissions/imapIdle': true });
    await until(async () => !token.current);
    const renewed = await otherAccess.refresh(token);
    assert.deepEqual(renewed?.permissions.names(), ['imapFetch', 'imapIdle']);
  });

  test('a node that heard nothing notices that it missed something', async () => {
    const id = decodeId(await world.create('Domain', { name: 'missed.example' })) as number;
    await until(async () => (await deaf.object('Domain', id)) !== undefined);
    await world.update('Http', 'singleton', { redirectRoot: '/elsewhere' });
    await until(async () => deaf.singleton('Http').redirectRoot === '/elsewhere');
  });
});
