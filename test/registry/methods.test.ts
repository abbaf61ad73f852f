// `x:` methods over a store: what is created, shown, patched, refused and destroyed, as a client sees it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DECLARATIONS, Refusal, Registry, SERVER_CONTEXT, SINGLETON } from '../../src/registry/index.ts';
import { openMemory } from '../../src/store/index.ts';
import { MethodError, openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const listener = (name: string, port: number): Json => ({ name, bind: { [`127.0.0.1:${port}`]: true } });

describe('create and get', () => {
  test('a record is read back with every default and explicit nulls', async () => {
    const id = await world.create('NetworkListener', listener('one', 4001));
    assert.deepEqual(await world.get('NetworkListener', id), {
      id,
      name: 'one',
      bind: { '127.0.0.1:4001': true },
      maxConnections: 8192,
      overrideProxyTrustedNetworks: {},
      protocol: 'smtp',
      socketBacklog: 1024,
      socketNoDelay: true,
      socketReceiveBufferSize: null,
      socketReuseAddress: true,
      socketReusePort: true,
      socketSendBufferSize: null,
      socketTosV4: null,
      socketTtl: null,
      tlsDisableCipherSuites: {},
      tlsDisableProtocols: {},
      tlsIgnoreClientOrder: true,
      tlsImplicit: false,
      tlsTimeout: 60_000,
      useTls: true,
    });
  });

  test('only the asked properties are shown, and the id always', async () => {
    const id = await world.create('NetworkListener', listener('two', 4002));
    const args = { ids: [id, 'zzz', '!'], properties: ['name'] };
    const result = await world.call(world.admin, 'x:NetworkListener/get', args);
    assert.deepEqual(result['list'], [{ id, name: 'two' }]);
    assert.deepEqual(result['notFound'], ['zzz', '!']);
    assert.equal('state' in result, false);
    await assert.rejects(
      world.call(world.admin, 'x:NetworkListener/get', { properties: ['nosuch'] }),
      (error) => error instanceof MethodError && error.error['type'] === 'invalidArguments',
    );
  });

  test('what was created earlier in the request is named by its client id', async () => {
    const created = new Map<string, string>();
    const first = await world.call(
      world.admin,
      'x:Domain/set',
      { create: { d: { name: 'refs.example' } } },
      created,
    );
    const domain = ((first['created'] as Json)['d'] as Json)['id'];
    assert.equal(created.get('d'), domain);
    const json = { '@type': 'User', name: 'ann', domainId: '#d' };
    await world.call(world.admin, 'x:Account/set', { create: { a: json } }, created);
    const account = await world.get('Account', created.get('a') as string);
    assert.equal(account['domainId'], domain);
    assert.equal(account['emailAddress'], 'ann@refs.example');
  });

  test('creates of one call that refer to each other are put in order, also in keys of sets', async () => {
    const result = await world.call(world.admin, 'x:Role/set', {
      create: {
        outer: { description: 'Outer', roleIds: { '#inner': true } },
        inner: { description: 'Inner' },
      },
    });
    const created = result['created'] as Record<string, { id: string }>;
    const outer = await world.get('Role', created['outer']?.id as string);
    assert.deepEqual(outer['roleIds'], { [created['inner']?.id as string]: true });
  });

  test('an unknown creation id is an error of that property', async () => {
    const error = await world.refusedCreate('Account', { '@type': 'User', name: 'x', domainId: '#nobody' });
    assert.deepEqual([error.type, error.properties], ['invalidPatch', ['domainId']]);
  });

  test('sequential ids count up and are never given twice', async () => {
    const ids = [];
    for (const name of ['s1.example', 's2.example']) ids.push(await world.create('Domain', { name }));
    await world.destroy('Domain', ids[1] as string);
    ids.push(await world.create('Domain', { name: 's3.example' }));
    assert.equal(new Set(ids).size, 3);
  });

  test('one item fails and the others of the call succeed', async () => {
    const result = await world.call(world.admin, 'x:Domain/set', {
      create: { good: { name: 'good.example' }, bad: { name: 'not a domain' } },
    });
    assert.ok((result['created'] as Json)['good']);
    assert.ok((result['notCreated'] as Json)['bad']);
    assert.deepEqual(Object.keys(result).sort(), ['accountId', 'created', 'notCreated']);
  });
});

describe('wrong values', () => {
  test('every bad property of wrong shape is named at once', async () => {
    const error = await world.refusedCreate('NetworkListener', {
      name: 7,
      bind: ['127.0.0.1:1'],
      protocol: 'gopher',
      useTls: 'yes',
      maxConnections: 1.5,
      tlsTimeout: '1m',
      colour: 'red',
      overrideProxyTrustedNetworks: { '10.0.0.0/33': true },
    });
    assert.equal(error.type, 'invalidPatch');
    assert.deepEqual(
      error.properties?.toSorted(),
      [
        'bind',
        'colour',
        'maxConnections',
        'name',
        'overrideProxyTrustedNetworks/10.0.0.0~133',
        'protocol',
        'tlsTimeout',
        'useTls',
      ].toSorted(),
    );
  });

  test('every broken constraint of the finished record is named at once', async () => {
    const error = await world.refusedCreate('NetworkListener', { maxConnections: 0, bind: {}, socketTtl: 0 });
    assert.equal(error.type, 'validationFailed');
    assert.deepEqual(error.validationErrors, [
      { type: 'MinLength', property: 'bind', required: 1 },
      { type: 'MinValue', property: 'maxConnections', required: 1 },
      { type: 'Required', property: 'name' },
      { type: 'MinValue', property: 'socketTtl', required: 1 },
    ]);
  });

  test('a value that is not one of its format is invalid and shown', async () => {
    const error = await world.refusedCreate('Domain', { name: 'a..b', catchAllAddress: 'nobody' });
    assert.deepEqual(error.validationErrors, [
      { type: 'Invalid', property: 'catchAllAddress', value: 'nobody' },
      { type: 'Invalid', property: 'name', value: 'a..b' },
    ]);
  });

  test('null and the empty text are refused where a value is required', async () => {
    const id = await world.create('Domain', { name: 'nulls.example', description: 'x' });
    assert.equal((await world.refusedUpdate('Domain', id, { isEnabled: null })).type, 'invalidPatch');
    const empty = await world.refusedUpdate('Domain', id, { name: '' });
    assert.deepEqual(empty.validationErrors, [{ type: 'Required', property: 'name' }]);
    await world.update('Domain', id, { description: null });
    assert.equal((await world.get('Domain', id))['description'], null);
  });

  test('texts with NUL or lone surrogates are refused', async () => {
    for (const description of ['a\0b', '\ud800']) {
      const error = await world.refusedCreate('Domain', { name: 'odd.example', description });
      assert.deepEqual([error.type, error.properties], ['invalidPatch', ['description']]);
    }
  });

  test('what the server sets is refused, unless it is sent back unchanged', async () => {
    const refused = await world.refusedCreate('Domain', {
      name: 'c.example',
      createdAt: '2020-01-01T00:00:00Z',
    });
    assert.deepEqual([refused.type, refused.properties], ['invalidPatch', ['createdAt']]);
    const id = await world.create('Domain', { name: 'c.example' });
    const { createdAt } = await world.get('Domain', id);
    await world.update('Domain', id, { createdAt, description: 'kept' });
    const changed = await world.refusedUpdate('Domain', id, { createdAt: '2020-01-01T00:00:00Z' });
    assert.deepEqual(changed.properties, ['createdAt']);
  });

  test('what is fixed at creation may be sent back unchanged only', async () => {
    const id = await world.create('NetworkListener', listener('fixed', 4003));
    await world.update('NetworkListener', id, { name: 'fixed', useTls: false });
    const error = await world.refusedUpdate('NetworkListener', id, { name: 'moved' });
    assert.deepEqual([error.type, error.properties], ['invalidPatch', ['name']]);
  });

  test('a record that is too large is refused', async () => {
    const recipients = Object.fromEntries(
      Array.from({ length: 9000 }, (_, i) => [`someone-with-a-long-name-${i}@example.com`, true]),
    );
    const error = await world.refusedCreate('MailingList', {
      name: 'big',
      domainId: world.domain,
      recipients,
    });
    assert.equal(error.type, 'validationFailed');
    assert.match(error.description ?? '', /bytes/);
  });

  test('too many operations of one call are refused as a whole', async () => {
    const create = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, {}]));
    await assert.rejects(world.call(world.admin, 'x:Domain/set', { create }), /requestTooLarge/);
  });
});

describe('expressions', () => {
  test('are compiled where they stand, when there is a compiler', async () => {
    const places: string[] = [];
    const registry = await Registry.open({
      store: openMemory().data,
      checkEveryMs: 0,
      compiles: (source, place) => places.push(place) > 0 && source !== '(',
    });
    registry.addHook('grants', {});
    const match = JSON.parse('{ "0": { "if": "is_tls", "then": "(" } }') as Json;
    const update = (patch: Json) =>
      registry.write.update(DECLARATIONS.MtaStageRcpt, SINGLETON, patch, SERVER_CONTEXT);
    await assert.rejects(update({ maxFailures: { else: '5', match } }), (error) => {
      assert.ok(error instanceof Refusal);
      assert.deepEqual(error.error.validationErrors, [
        { type: 'Invalid', property: 'maxFailures/match/0/then', value: '(' },
      ]);
      return true;
    });
    assert.ok(places.includes('MtaStageRcpt/maxFailures/match/0/if'));
    await update({ 'maxFailures/else': '6' });
    assert.equal(registry.singleton('MtaStageRcpt').maxFailures.else, '6');
    registry.close();
  });
});

describe('patches', () => {
  test('pointers into sets, lists, maps and nested values', async () => {
    const id = await world.create('Account', {
      '@type': 'User',
      name: 'patched',
      domainId: world.domain,
      aliases: { '0': { name: 'p0', domainId: world.domain }, '1': { name: 'p1', domainId: world.domain } },
      quotas: { maxEmails: 10 },
    });
    const names = async () => {
      const aliases = (await world.get('Account', id))['aliases'] as Record<string, { name: string }>;
      return Object.entries(aliases).map(([position, one]) => `${position}${one.name}`);
    };
    await world.update('Account', id, { 'aliases/1/description': 'second', 'quotas/maxMailboxes': 5 });
    await world.update('Account', id, { 'aliases/5': { name: 'p5', domainId: world.domain } });
    assert.deepEqual(await names(), ['0p0', '1p1', '2p5']);
    await world.update('Account', id, { 'aliases/0': null, 'quotas/maxEmails': null });
    assert.deepEqual(await names(), ['0p1', '1p5']);
    const shown = await world.get('Account', id);
    assert.deepEqual(shown['quotas'], { maxMailboxes: 5 });
    await world.update('Account', id, { 'aliases/0': { enabled: false } });
    const first = ((await world.get('Account', id))['aliases'] as Json)['0'] as Json;
    assert.deepEqual([first['name'], first['enabled'], first['description']], ['p1', false, 'second']);
  });

  test('members of a set come by true and go by null or false', async () => {
    const id = await world.create('Domain', { name: 'sets.example' });
    await world.update('Domain', id, { 'aliases/a.example': true, 'aliases/b.example': true });
    await world.update('Domain', id, { 'aliases/a.example': null });
    assert.deepEqual((await world.get('Domain', id))['aliases'], { 'b.example': true });
    const error = await world.refusedUpdate('Domain', id, { 'aliases/c.example': 1 });
    assert.deepEqual([error.type, error.properties], ['invalidPatch', ['aliases/c.example']]);
  });

  test('escaped segments', async () => {
    const network = '10.1.0.0/16';
    const id = await world.create('NetworkListener', listener('esc', 4004));
    await world.update('NetworkListener', id, { 'overrideProxyTrustedNetworks/10.1.0.0~116': true });
    const shown = await world.get('NetworkListener', id);
    assert.deepEqual(shown['overrideProxyTrustedNetworks'], { [network]: true });
  });

  test('bad pointers are refused', async () => {
    const id = await world.create('Domain', { name: 'pointers.example' });
    const bad: Json[] = [
      { nosuch: 1 },
      { 'name/0': 'x' },
      { 'aliases/~2': true },
      { aliases: {}, 'aliases/a.example': true },
      { [`aliases/${'x/'.repeat(20)}y`]: true },
      { __proto__x: 1 },
    ];
    for (const patch of bad) {
      assert.equal(
        (await world.refusedUpdate('Domain', id, patch)).type,
        'invalidPatch',
        JSON.stringify(patch),
      );
    }
    assert.equal((await world.refusedUpdate('Domain', id, [] as unknown as Json)).type, 'invalidPatch');
  });

  test('another variant is built anew; an account keeps its own', async () => {
    const id = await world.create('Domain', { name: 'variants.example' });
    await world.update('Domain', id, { subAddressing: { '@type': 'Custom', customRule: { else: "'x'" } } });
    await world.update('Domain', id, { 'subAddressing/@type': 'Disabled' });
    assert.deepEqual((await world.get('Domain', id))['subAddressing'], { '@type': 'Disabled' });
    const unknown = await world.refusedUpdate('Domain', id, { subAddressing: { '@type': 'Sometimes' } });
    assert.deepEqual([unknown.type, unknown.properties], ['invalidPatch', ['subAddressing/@type']]);
    const untyped = await world.refusedUpdate('Domain', id, { subAddressing: {} });
    assert.equal(untyped.type, 'invalidPatch');

    const user = await world.user('steady');
    await world.update('Account', user, { '@type': 'User', description: 'same' });
    const error = await world.refusedUpdate('Account', user, { '@type': 'Group' });
    assert.deepEqual([error.type, error.properties], ['invalidProperties', ['@type']]);
  });

  test('what changes nothing writes nothing', async () => {
    const id = await world.create('Domain', { name: 'same.example' });
    const number = (await world.access.directory.findDomain('same.example')) as number;
    const revision = async () => (await world.registry.record('Domain', number))?.revision;
    const first = await revision();
    const shown = await world.get('Domain', id);
    delete shown['id'];
    await world.update('Domain', id, shown);
    assert.equal(await revision(), first);
  });

  test('an id that is also destroyed is not updated', async () => {
    const id = await world.create('Domain', { name: 'doomed.example' });
    const args = { update: { [id]: { description: 'x' } }, destroy: [id] };
    const result = await world.call(world.admin, 'x:Domain/set', args);
    assert.deepEqual(result['notUpdated'], { [id]: { type: 'willDestroy' } });
    assert.deepEqual(result['destroyed'], [id]);
  });

  test('unknown ids are not found', async () => {
    assert.equal((await world.refusedUpdate('Domain', 'zzzz', { description: 'x' })).type, 'notFound');
    assert.equal((await world.refusedDestroy('Domain', 'zzzz')).type, 'notFound');
    assert.equal((await world.refusedDestroy('Domain', '#nobody')).type, 'notFound');
  });
});

describe('singletons', () => {
  test('one that was never written shows its defaults; a create is an update', async () => {
    const shown = await world.get('Imap', 'singleton');
    assert.deepEqual([shown['id'], shown['maxConcurrent']], ['singleton', 16]);
    const result = await world.call(world.admin, 'x:Imap/set', { create: { i: { maxConcurrent: 17 } } });
    assert.deepEqual(result['created'], { i: { id: 'singleton' } });
    assert.equal(world.registry.singleton('Imap').maxConcurrent, 17);
    await world.update('Imap', 'singleton', { maxConcurrent: 16 });
    const all = await world.call(world.admin, 'x:Imap/get', { ids: null });
    assert.equal((all['list'] as Json[]).length, 1);
  });

  test('it is not destroyed, has one id only and no query', async () => {
    assert.equal((await world.refusedDestroy('Imap', 'singleton')).type, 'singleton');
    assert.equal((await world.refusedUpdate('Imap', 'b', {})).type, 'notFound');
    await assert.rejects(world.call(world.admin, 'x:Imap/query', {}), /unknownMethod/);
    await assert.rejects(world.call(world.admin, 'x:Domain/changes', {}), /unknownMethod/);
    await assert.rejects(world.call(world.admin, 'x:Nothing/get', {}), /unknownMethod/);
  });
});

describe('secrets', () => {
  test('are shown as four asterisks; writing what was read changes nothing', async () => {
    const id = await world.user('secretive');
    const shown = await world.get('Account', id);
    const [credential] = Object.values(shown['credentials'] as Record<string, Json>);
    assert.deepEqual([credential?.['secret'], credential?.['otpAuth']], ['****', null]);
    await world.update('Account', id, { credentials: shown['credentials'] });
    await world.update('Account', id, { 'credentials/0/secret': '****' });
    const address = 'secretive@example.org';
    const signIn = await world.access.authenticate({
      name: address,
      secret: 'correct-horse-battery-9',
      address: '127.0.0.1',
    });
    assert.equal(signIn.ok, true);
  });

  test('the mask alone is no secret', async () => {
    const error = await world.refusedCreate('Account', {
      '@type': 'User',
      name: 'masked',
      domainId: world.domain,
      credentials: { '0': { '@type': 'Password', secret: '****' } },
    });
    assert.deepEqual([error.type, error.properties], ['invalidPatch', ['credentials/0/secret']]);
  });

  test('nested secrets keep their value by the mask, and show where they come from', async () => {
    await world.update('Jmap', 'singleton', { webPushKey: { '@type': 'Text', secret: 'PEM' } });
    const shown = await world.get('Jmap', 'singleton');
    assert.deepEqual(shown['webPushKey'], { '@type': 'Text', secret: '****' });
    await world.update('Jmap', 'singleton', { webPushKey: shown['webPushKey'] });
    assert.deepEqual(world.registry.singleton('Jmap').webPushKey, { '@type': 'Text', secret: 'PEM' });
    await world.update('Jmap', 'singleton', { webPushKey: { '@type': 'File', filePath: '/etc/key' } });
    const file = (await world.get('Jmap', 'singleton'))['webPushKey'];
    assert.deepEqual(file, { '@type': 'File', filePath: '/etc/key' });
  });
});
