// Exempt and blocked clients, and what blocks them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { AddressTable, bannedNetwork } from '../../src/access/clients/address-table.ts';
import { matchesGlob } from '../../src/access/clients/clients.ts';
import { Access, type SignIn } from '../../src/access/index.ts';
import { addSink, holdClock } from '../../src/base/index.ts';
import { Registry, schema } from '../../src/registry/index.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
  world.access.clients.exemptOnly((address) => address === '127.0.0.1');
  await world.user('ann');
  await world.update('Security', 'singleton', {
    authBanRate: { count: 5, period: 60_000 },
    abuseBanRate: { count: 3, period: 60_000 },
    scanBanRate: { count: 2, period: 60_000 },
    abuseBanPeriod: 3_600_000,
  });
});
after(() => world.close());

const guess = (address: string, name = 'ann@example.org', secret = 'wrong'): Promise<SignIn> =>
  world.access.authenticate({ name, secret, address });
const { isBlocked, isExempt } = {
  isBlocked: (address: string): boolean => world.access.clients.isBlocked(address),
  isExempt: (address: string): boolean => world.access.clients.isExempt(address),
};
const blockedRecords = async (): Promise<Json[]> =>
  (await world.call(world.admin, 'x:BlockedIp/get', { ids: null }))['list'] as Json[];

describe('lists', () => {
  test('take effect as they change, and end when they should', async () => {
    const id = await world.create('BlockedIp', { address: '198.51.100.0/24' });
    await world.access.clients.load();
    assert.equal(isBlocked('198.51.100.77'), true);
    assert.equal(isBlocked('::ffff:198.51.100.77'), true);
    assert.equal(isBlocked('198.51.101.1'), false);
    const allowed = await world.create('AllowedIp', { address: '198.51.100.77', reason: 'monitor' });
    await world.access.clients.load();
    assert.deepEqual([isBlocked('198.51.100.77'), isExempt('198.51.100.77')], [false, true]);
    await world.destroy('AllowedIp', allowed);
    await world.update('BlockedIp', id, {
      expiresAt: `${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}Z`,
    });
    await world.access.clients.load();
    assert.equal(isBlocked('198.51.100.77'), true);
    const release = holdClock(() => Date.now() + 120_000);
    assert.equal(isBlocked('198.51.100.77'), false);
    release();
    await world.destroy('BlockedIp', id);
    await world.access.clients.load();
    assert.equal(isBlocked('198.51.100.77'), false);
  });

  test('are followed by other nodes', async () => {
    const { data, bus, memory } = world.stores;
    const registry = await Registry.open({ store: data, bus, checkEveryMs: 0 });
    const other = Access.open({ registry, memory, delayFailures: false });
    const heard = Promise.withResolvers<void>();
    await other.clients.load();
    other.clients.onChange(() => heard.resolve());
    const id = await world.create('BlockedIp', { address: '203.0.113.9' });
    await heard.promise;
    assert.equal(other.clients.isBlocked('203.0.113.9'), true);
    await world.destroy('BlockedIp', id);
    registry.close();
  });
});

describe('failed sign-ins', () => {
  test('block the address, and its right secret with it; an exempt client is never counted', async () => {
    const seen: string[] = [];
    const stop = addSink((name, _, fields) => {
      if (name === 'access.client-banned')
        seen.push(`${String(fields['client'])} ${String(fields['reason'])}`);
    });
    for (let i = 0; i < 5; i++) {
      assert.equal(isBlocked('192.0.2.5'), false);
      await guess('192.0.2.5', `n${i}`);
    }
    stop();
    assert.deepEqual(seen, ['192.0.2.5 authFailure']);
    assert.equal(isBlocked('192.0.2.5'), true);
    assert.equal((await guess('192.0.2.5', 'ann', PASSWORD)).ok, false);
    const [record] = (await blockedRecords()).filter((one) => one['address'] === '192.0.2.5');
    assert.deepEqual([record?.['reason'], record?.['expiresAt']], ['authFailure', null]);
    for (let i = 0; i < 10; i++) await guess('127.0.0.1', `n${i}`);
    assert.equal(isBlocked('127.0.0.1'), false);
    await world.destroy('BlockedIp', String(record?.['id']));
    await world.access.clients.load();
    assert.equal((await guess('192.0.2.5', 'ann', PASSWORD)).ok, true);
  });

  test('a right secret clears the count of its address', async () => {
    for (let i = 0; i < 4; i++) await guess('192.0.2.6', `m${i}`);
    assert.equal((await guess('192.0.2.6', 'ann', PASSWORD)).ok, true);
    for (let i = 0; i < 4; i++) await guess('192.0.2.6', `m${i}`);
    assert.equal(isBlocked('192.0.2.6'), false);
  });

  test('a name under attack stays open to those who know its secret, and is not a weapon against them', async () => {
    await world.user('victim');
    assert.equal((await guess('192.0.2.50', 'victim', PASSWORD)).ok, true);
    for (let i = 0; i < 6; i++) await guess(`203.0.113.${i}`, 'victim');
    assert.equal((await guess('203.0.113.99', 'victim', PASSWORD)).ok, false, 'a stranger has to wait');
    assert.equal((await guess('192.0.2.50', 'victim', PASSWORD)).ok, true);
    assert.equal(isBlocked('192.0.2.50'), false);
    assert.equal((await guess('203.0.113.98', 'ann', PASSWORD)).ok, true, 'other names are not touched');
  });

  test('IPv6 clients are blocked by their network', async () => {
    for (let i = 0; i < 5; i++) await guess(`2001:db8:1:2::${i + 1}`, `k${i}`);
    assert.equal(isBlocked('2001:db8:1:2:ffff::1'), true);
    assert.equal(isBlocked('2001:db8:1:3::1'), false);
  });
});

describe('other offences', () => {
  test('block for the time that is set', async () => {
    for (let i = 0; i < 3; i++) await world.access.clients.refusedRecipient('192.0.2.60');
    const [record] = (await blockedRecords()).filter((one) => one['address'] === '192.0.2.60');
    assert.equal(record?.['reason'], 'rcptToFailure');
    const left = Date.parse(String(record?.['expiresAt'])) - Date.now();
    assert.ok(left > 3_500_000 && left <= 3_600_000);
    for (let i = 0; i < 2; i++) await world.access.clients.malformed('192.0.2.61');
    assert.equal(isBlocked('192.0.2.61'), true);
    for (let i = 0; i < 5; i++) await world.access.clients.loitered('192.0.2.62');
    assert.equal(isBlocked('192.0.2.62'), false);
  });

  test('a path that only scanners ask for blocks at once', async () => {
    assert.equal(await world.access.clients.unknownPath('192.0.2.70', '/account/nothing'), false);
    assert.equal(await world.access.clients.unknownPath('127.0.0.1', '/wp-login.php'), false);
    assert.equal(await world.access.clients.unknownPath('192.0.2.70', '/wp-login.php'), true);
    assert.equal(isBlocked('192.0.2.70'), true);
  });

  test('no second record is made for an address', async () => {
    for (let i = 0; i < 4; i++) await world.access.clients.malformed('192.0.2.80');
    assert.equal((await blockedRecords()).filter((one) => one['address'] === '192.0.2.80').length, 1);
  });

  test('nothing is counted where no rate is set', async () => {
    await world.update('Security', 'singleton', { scanBanRate: null, authBanRate: null });
    for (let i = 0; i < 5; i++) await world.access.clients.malformed('192.0.2.81');
    for (let i = 0; i < 10; i++) await guess('192.0.2.81', `z${i}`);
    assert.equal(isBlocked('192.0.2.81'), false);
    assert.equal(await world.access.clients.unknownPath('192.0.2.81', '/x.php'), false);
  });
});

describe('networks', () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6();
  const network = fc.oneof(
    fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([one, bits]) => `${one}/${bits}`),
    fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([one, bits]) => `${one}/${bits}`),
    v4,
    v6,
  );

  test('are found as by looking at each of them', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 20 }), fc.oneof(v4, v6), (networks, address) => {
        const table = new AddressTable<string>();
        for (const one of networks) table.set(one, one);
        const found = [...table.matching(address)].length > 0;
        assert.equal(
          found,
          networks.some((one) => schema.inNetwork(address, one)),
        );
        for (const one of networks) table.delete(one);
        assert.deepEqual([...table.matching(address)], []);
      }),
    );
  });

  test('of a ban hold the address, and nothing else is taken for one', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (address) => {
        const banned = bannedNetwork(address);
        assert.ok(banned !== undefined && schema.inNetwork(address, banned), `${address} ${banned}`);
      }),
    );
    for (const text of ['', 'x', '1.2.3', '10.0.0.0/8', '1.2.3.4.5'])
      assert.equal(bannedNetwork(text), undefined);
  });

  test('globs match as their expression does', () => {
    const part = fc.constantFrom('a', 'b', '*', '/', '.', 'ab');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 8 }),
        (glob, text) => {
          const pattern = glob.map((one) => (one === '*' ? '.*' : one.replace('.', String.raw`\.`))).join('');
          assert.equal(
            matchesGlob(glob.join(''), text.join('')),
            new RegExp(`^${pattern}$`).test(text.join('')),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
