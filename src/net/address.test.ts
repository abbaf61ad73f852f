import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isPublicAddress, NetworkSet, normalizeAddress, parseBind } from './index.ts';

test('an address has one spelling', () => {
  assert.equal(normalizeAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(normalizeAddress('::FFFF:C000:0201'), '192.0.2.1');
  assert.equal(normalizeAddress('2001:DB8:0:0::1'), '2001:db8::1');
  assert.equal(normalizeAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(normalizeAddress('192.0.2.1'), '192.0.2.1');
  for (const bad of [undefined, '', 'localhost', '1.2.3', '1.2.3.256', '::g']) {
    assert.equal(normalizeAddress(bad), '', String(bad));
  }
});

test('loopback', () => {
  assert.ok(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback));
  assert.ok(!['128.0.0.1', '::2', '', '12.7.0.1'].some(isLoopback));
});

test('networks hold their addresses, each in its own family', () => {
  const set = new NetworkSet(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7', '::ffff:203.0.113.0/120']);
  for (const inside of ['192.0.2.255', '2001:db8:ffff::1', '198.51.100.7', '203.0.113.9']) {
    assert.ok(set.has(inside), inside);
  }
  for (const outside of ['192.0.3.0', '2001:db9::', '198.51.100.8', '', '::1']) {
    assert.ok(!set.has(outside), outside);
  }
  assert.ok(new NetworkSet(['::/0']).has('2001:db8::1'));
  assert.ok(!new NetworkSet(['::/0']).has('192.0.2.1'));
  assert.ok(!new NetworkSet(['0.0.0.0/0']).has('::1'));
  assert.equal(new NetworkSet([]).has('127.0.0.1'), false);
  for (const bad of [
    '',
    'x',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '1.2.3.4/-1',
    '::ffff:1.2.3.4/95',
  ]) {
    assert.throws(() => new NetworkSet([bad]), /is not an IP address or network/, bad);
  }
});

test('binds', () => {
  assert.deepEqual(parseBind('[::]:993'), { host: '::', port: 993 });
  assert.deepEqual(parseBind('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
  for (const bad of ['993', ':993', 'x:1', '127.0.0.1:65536', '127.0.0.1:', '127.0.0.1:1x']) {
    assert.throws(() => parseBind(bad), /is not an address and a port/, bad);
  }
});

test('public addresses', () => {
  for (const address of ['8.8.8.8', '2606:4700::1', '::ffff:8.8.8.8', '64:ff9b::808:808'])
    assert.equal(isPublicAddress(address), true, address);
  for (const address of [
    '',
    'host',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001::1',
  ])
    assert.equal(isPublicAddress(address), false, address);
});
