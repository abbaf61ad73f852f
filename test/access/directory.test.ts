// Where mail for an address goes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeId } from '../../src/base/index.ts';
import { openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const resolve = (address: string) => world.access.directory.resolveRecipient(address);
const list = (name: string, recipients: string[], more: Json = {}): Promise<string> =>
  world.create('MailingList', {
    name,
    domainId: world.domain,
    recipients: Object.fromEntries(recipients.map((one) => [one, true])),
    ...more,
  });

describe('accounts', () => {
  test('by address, alias, other domain name, detail and in any case', async () => {
    await world.update('Domain', world.domain, { 'aliases/example.net': true });
    const aliases = {
      '0': { name: 'jane.doe', domainId: world.domain },
      '1': { name: 'former', domainId: world.domain, enabled: false },
    };
    const account = decodeId(await world.user('jane', { aliases }));
    const base = { kind: 'account', account, isGroup: false };
    assert.deepEqual(await resolve('jane@example.org'), {
      ...base,
      address: 'jane@example.org',
      detail: undefined,
    });
    assert.deepEqual(await resolve('Jane.Doe+News+x@EXAMPLE.net'), {
      ...base,
      address: 'jane.doe@example.net',
      detail: 'news+x',
    });
    assert.deepEqual(await resolve('former@example.org'), { kind: 'unknownRecipient' });
    assert.deepEqual(await resolve('nobody@example.org'), { kind: 'unknownRecipient' });
    assert.deepEqual(await resolve('jane@unknown.example'), { kind: 'unknownDomain' });
    assert.deepEqual(await resolve('jane'), { kind: 'unknownDomain' });
    assert.deepEqual(await resolve('+x@example.org'), { kind: 'unknownRecipient' });
    assert.deepEqual(await world.access.directory.addressesOf(account as number), [
      'jane@example.org',
      'jane@example.net',
      'jane.doe@example.org',
      'jane.doe@example.net',
    ]);
  });

  test('details are read only where the domain does so; a domain that is off is not ours', async () => {
    const domain = await world.create('Domain', {
      name: 'plain.example',
      subAddressing: { '@type': 'Disabled' },
    });
    await world.user('bob', { domainId: domain });
    assert.equal((await resolve('bob+x@plain.example')).kind, 'unknownRecipient');
    assert.equal((await resolve('bob@plain.example')).kind, 'account');
    await world.update('Domain', domain, { isEnabled: false });
    assert.equal((await resolve('bob@plain.example')).kind, 'unknownDomain');
    assert.equal(await world.access.directory.isLocalDomain('plain.example'), false);
  });

  test('who may send from an address', async () => {
    const group = await world.create('Account', { '@type': 'Group', name: 'sales', domainId: world.domain });
    const token = await world.token(await world.user('seller', { memberGroupIds: { [group]: true } }));
    await world.user('rival');
    const may = (address: string) => world.access.directory.maySendAs(token, address);
    assert.deepEqual(
      [await may('seller@example.net'), await may('sales@example.org'), await may('rival@example.org')],
      [true, true, false],
    );
    assert.deepEqual([await may('seller+x@example.org'), await may('seller@other.example')], [false, false]);
  });
});

describe('postmaster', () => {
  const accountOf = async (address: string) => {
    const found = await resolve(address);
    return found.kind === 'account' ? found.account : found.kind;
  };

  test('is the administrator of a new server, and reads for domains that have none of their own', async () => {
    const reader = await accountOf('postmaster@example.org');
    assert.equal(typeof reader, 'number');
    const domain = await world.create('Domain', { name: 'without.example' });
    assert.equal(await accountOf('Postmaster@without.example'), reader);
    assert.equal(await accountOf('webmaster@without.example'), 'unknownRecipient');
    assert.equal(await accountOf('postmaster@elsewhere.example'), 'unknownDomain');
    const own = decodeId(await world.user('postmaster', { domainId: domain }));
    assert.equal(await accountOf('postmaster@without.example'), own);
  });
});

describe('catch-all and relaying', () => {
  test('a catch-all takes what nobody has, once', async () => {
    const domain = await world.create('Domain', { name: 'all.example', catchAllAddress: 'jane@example.org' });
    const found = await resolve('whatever@all.example');
    assert.equal(found.kind === 'account' && found.address, 'jane@example.org');
    await world.update('Domain', domain, { catchAllAddress: 'loop@all.example' });
    assert.equal((await resolve('whatever@all.example')).kind, 'unknownRecipient');
    await world.update('Domain', domain, { catchAllAddress: 'far@away.example' });
    assert.deepEqual(await resolve('x@all.example'), { kind: 'relay', address: 'far@away.example' });
    await world.update('Domain', domain, { catchAllAddress: null, allowRelaying: true });
    assert.deepEqual(await resolve('x+y@all.example'), { kind: 'relay', address: 'x@all.example' });
  });
});

describe('mailing lists', () => {
  test('stand for their members, lists among them expanded, each once', async () => {
    const bob = decodeId(await world.user('bob'));
    const carol = decodeId(await world.user('carol'));
    await list('inner', ['bob@example.org', 'out@away.example']);
    await list('outer', ['inner@example.org', 'bob@example.org', 'carol@example.net', 'gone@example.org']);
    const found = await resolve('outer@example.org');
    assert.ok(found.kind === 'list');
    const members = found.members.map((one) => (one.kind === 'account' ? one.account : one.address));
    assert.equal(members.length, 3);
    assert.deepEqual(new Set(members), new Set([bob, carol, 'out@away.example']));
  });

  test('that contain each other end', async () => {
    await list('ping', ['pong@example.org', 'bob@example.org']);
    await list('pong', ['ping@example.org', 'carol@example.org']);
    const found = await resolve('ping@example.org');
    assert.equal(found.kind === 'list' && found.members.length, 2);
  });

  test('nested without end are cut', async () => {
    for (let i = 0; i < 15; i++) await list(`deep${i}`, [`deep${i + 1}@example.org`]);
    await list('deep15', ['bob@example.org']);
    const found = await resolve('deep0@example.org');
    assert.deepEqual(found.kind === 'list' && found.members, []);
  });
});
