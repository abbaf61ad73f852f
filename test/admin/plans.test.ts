// Plans: what `plan` shows, what `apply` does and does again, and a snapshot that makes an empty server the same.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { selfSigned } from '../../src/net/index.ts';
import { schemaDocument } from '../../src/admin/index.ts';
import { type AdminWorld, startAdminWorld } from './world.ts';

type Json = Record<string, unknown>;

let world: AdminWorld;
before(async () => {
  world = await startAdminWorld();
});
after(() => world.close());

let serial = 0;
function planFile(...lines: readonly (Json | string)[]): string {
  const file = world.file(`plan-${serial++}.ndjson`);
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return file;
}

const show = async (object: string, id: string): Promise<Json> =>
  JSON.parse(await world.ok('get', object, id, '--json')) as Json;

describe('a plan', () => {
  const office: readonly Json[] = [
    { '@type': 'upsert', object: 'Domain', value: { office: { name: 'office.example' } } },
    {
      '@type': 'upsert',
      object: 'role',
      value: { desk: { description: 'Desk', enabledPermissions: { sysAccountGet: true } } },
    },
    {
      '@type': 'upsert',
      object: 'account/group',
      value: {
        staff: {
          name: 'staff',
          domainId: '#office',
          roles: { '@type': 'Custom', roleIds: { '#desk': true } },
        },
      },
    },
    {
      '@type': 'upsert',
      object: 'account/user',
      value: {
        ann: {
          name: 'ann',
          domainId: '#office',
          memberGroupIds: { '#staff': true },
          credentials: { '0': { '@type': 'Password', secret: 'correct horse battery staple' } },
        },
      },
    },
    { '@type': 'update', object: 'http', value: { rateLimitAnonymous: { count: 77, period: 60_000 } } },
  ];

  test('is shown, and nothing is changed by showing it', async () => {
    const text = await world.ok('plan', planFile('# people', '', ...office));
    assert.match(text, /^\+ Domain {2}office\.example$/m);
    assert.match(text, /^\+ Account {2}ann@office\.example$/m);
    assert.match(text, /^~ Http$/m);
    assert.match(text, /^ {4}rateLimitAnonymous\/count {2,}100 → 77$/m);
    assert.match(text, /^Plan: 4 to create, 1 to change\.$/m);
    assert.doesNotMatch(text, /correct horse/);
    assert.equal((await world.cli('get', 'domain', 'office.example')).status, 1);
  });

  test('is made true, and a second time changes nothing', async () => {
    const file = planFile(...office);
    const first = await world.cli('apply', file);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, /^Created 4, changed 1, deleted 0, failed 0\.$/m);
    const staff = await show('account', 'staff@office.example');
    const ann = await show('account', 'ann@office.example');
    assert.deepEqual(ann['memberGroupIds'], { [String(staff['id'])]: true });
    const again = await world.cli('apply', file);
    assert.equal(again.stdout, 'Nothing to do: 5 are as they should be.\n');
    assert.equal(again.stderr, '');
  });

  test('keeps a stored secret unless it is told to write it', async () => {
    const file = planFile(...office);
    const trail = async () =>
      (await world.ok('audit', '--object', 'account', '--json', '--limit', '1')).trim();
    const before = await trail();
    await world.ok('apply', file);
    assert.equal(await trail(), before);
    const { stdout, stderr } = await world.cli('apply', file, '--secrets', '--yes');
    assert.match(stdout, /credentials\/0\/secret/);
    assert.doesNotMatch(stdout, /correct horse/);
    assert.match(stderr, /Secrets cannot be compared|changed 1/);
  });

  test('that only differs in defaults and case changes nothing', async () => {
    const text = await world.ok(
      'plan',
      planFile({
        '@type': 'upsert',
        object: 'domain',
        value: { d: { name: 'office.example', dkimManagement: { '@type': 'Automatic' }, aliases: {} } },
      }),
    );
    assert.equal(text, 'Nothing to do: 1 is as it should be.\n');
  });

  test('updates by pointer, adds and removes members', async () => {
    const file = planFile({
      '@type': 'update',
      object: 'Role',
      id: 'Desk',
      value: { 'enabledPermissions/sysAccountQuery': true, 'enabledPermissions/sysAccountGet': null },
    });
    const text = await world.ok('plan', file);
    assert.match(text, /enabledPermissions\/sysAccountQuery {2,}added/);
    assert.match(text, /enabledPermissions\/sysAccountGet {2,}removed/);
    await world.ok('apply', file);
    assert.deepEqual((await show('role', 'Desk'))['enabledPermissions'], { sysAccountQuery: true });
    assert.match(await world.ok('apply', file), /Nothing to do/);
  });

  test('names new records within pointers', async () => {
    const file = planFile(
      {
        '@type': 'upsert',
        object: 'account/group',
        value: { crew: { name: 'crew', domainId: 'office.example' } },
      },
      {
        '@type': 'update',
        object: 'account',
        id: 'ann@office.example',
        value: { 'memberGroupIds/#crew': true },
      },
    );
    await world.ok('apply', file);
    const crew = await show('account', 'crew@office.example');
    const ann = await show('account', 'ann@office.example');
    assert.ok(Object.hasOwn(ann['memberGroupIds'] as Json, String(crew['id'])));
    assert.equal(await world.ok('apply', file), 'Nothing to do: 2 are as they should be.\n');
  });

  test('of many records reads what there is once', async () => {
    const value = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`r${i}`, { description: `Many ${i}` }]),
    );
    const file = planFile({ '@type': 'upsert', object: 'role', value });
    assert.match((await world.cli('apply', file, '--quiet')).stderr, /^Created 60,/);
    assert.equal(await world.ok('apply', file), 'Nothing to do: 60 are as they should be.\n');
  });

  test('reconciles: what it does not name goes, within its scope', async () => {
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      await world.ok('create', 'blocked-ip', '-f', `address=${address}`);
    }
    const file = planFile({
      '@type': 'reconcile',
      object: 'BlockedIp',
      value: { keep: { address: '192.0.2.2' }, add: { address: '192.0.2.3' } },
    });
    const text = await world.ok('plan', file);
    assert.match(text, /^\+ BlockedIp {2}192\.0\.2\.3$/m);
    assert.match(text, /^- BlockedIp {2}192\.0\.2\.1$/m);
    await world.ok('apply', file);
    const left = await world.ok('query', 'blocked-ip', '--fields', 'address', '--json');
    const addresses = left
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Json)['address']);
    assert.deepEqual(new Set(addresses), new Set(['192.0.2.2', '192.0.2.3']));
    assert.match(await world.ok('apply', file), /Nothing to do: 2/);
  });

  test('destroys what a filter finds, before it creates', async () => {
    const file = planFile(
      { '@type': 'create', object: 'BlockedIp', value: { x: { address: '192.0.2.2', reason: 'manual' } } },
      { '@type': 'destroy', object: 'BlockedIp', value: { address: '192.0.2.2' } },
    );
    const { status, stderr } = await world.cli('apply', file);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Created 1, changed 0, deleted 1/);
  });

  test('stops at the first failure, or goes on when told to', async () => {
    const lines: Json[] = [
      { '@type': 'create', object: 'domain', value: { bad: { name: 'not a domain' } } },
      { '@type': 'create', object: 'role', value: { after: { description: 'After' } } },
    ];
    const stopped = await world.cli('apply', planFile(...lines));
    assert.equal(stopped.status, 1);
    assert.match(
      stopped.stderr,
      /error: .*operation 1: Domain not a domain: name cannot be "not a domain"\./,
    );
    assert.match(stopped.stderr, /failed 1, not tried 1\./);
    const going = await world.cli('apply', planFile(...lines), '--continue-on-error', '--json');
    assert.equal(going.status, 1);
    const records = going.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    assert.deepEqual(
      records.map(({ object, state }) => [object, state]),
      [
        ['Domain', 'failed'],
        ['Role', 'done'],
      ],
    );
  });

  for (const [what, line, message] of [
    ['an unknown operation', { '@type': 'ensure', object: 'Domain' }, /@type has to be one of create/],
    [
      'an unknown object',
      { '@type': 'create', object: 'Domian', value: {} },
      /there is no object "Domian"; did you mean Domain\?/,
    ],
    ['an unknown member', { '@type': 'create', object: 'Domain', values: {} }, /there is no member "values"/],
    ['an update without id', { '@type': 'update', object: 'Domain', value: {} }, /needs an id/],
    [
      'a name that nobody has',
      { '@type': 'upsert', object: 'account/user', value: { x: { name: 'x', domainId: 'nowhere.example' } } },
      /there is no Domain "nowhere\.example"/,
    ],
    ['a reconcile without names', { '@type': 'reconcile', object: 'Tracer', value: {} }, /needs matchOn/],
  ] as const) {
    test(`is refused for ${what}, with the place`, async () => {
      const { status, stderr, stdout } = await world.cli('plan', planFile(line as Json));
      assert.notEqual(status, 0);
      assert.match(stderr, message);
      assert.match(stderr, /^error: .*operation 1: /);
      assert.equal(stdout, '');
    });
  }

  test('that is no JSON is refused with the line', async () => {
    const { status, stderr } = await world.cli('plan', planFile('# first', '{"@type":"create"'));
    assert.equal(status, 65);
    assert.match(stderr, /line 2: /);
  });
});

describe('a snapshot', () => {
  test('makes an empty server the same, and applying it again changes nothing', async () => {
    await world.ok('create', 'domain', '-f', 'name=shot.example', '-f', 'aliases=other.example');
    await world.ok('create', 'role', '-f', 'description=Inner', '-f', 'enabledPermissions=sysDomainGet');
    await world.ok('create', 'role', '-f', 'description=Outer', '-f', 'roleIds=Inner');
    await world.ok('create', 'tenant', '-f', 'name=Firm');
    await world.ok('create', 'account/group', '-f', 'name=team', '-f', 'domainId=shot.example');
    await world.ok(
      'create',
      'account/user',
      ...[
        'name=eve',
        'domainId=shot.example',
        'memberGroupIds=team@shot.example',
        'memberTenantId=null',
      ].flatMap((field) => ['-f', field]),
      '-f',
      'credentials/0/@type=Password',
      '-f',
      'credentials/0/secret=a password of the old server',
    );
    await world.ok('create', 'masked-email', '--account', 'eve@shot.example', '-f', 'description=Shop');
    // An account and its key refer to each other.
    const { cert } = await selfSigned(['eve.shot.example']);
    const key = ['-f', 'description=Key', '-f', `key=${cert}`];
    await world.ok('create', 'public-key', '--account', 'eve@shot.example', ...key);
    const encrypted = ['-f', 'encryptionAtRest/@type=Aes256', '-f', 'encryptionAtRest/publicKey=Key'];
    await world.ok('update', 'account', 'eve@shot.example', ...encrypted);
    await world.ok(
      'create',
      'mailing-list',
      '-f',
      'name=all',
      '-f',
      'domainId=shot.example',
      '-f',
      'recipients=eve@shot.example',
    );
    const file = world.file('snapshot.ndjson');
    const { status, stderr } = await world.cli('snapshot', '--include-secrets', '-o', file);
    assert.equal(status, 0, stderr);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const empty = await startAdminWorld();
    try {
      const applied = await empty.cli('apply', file);
      assert.equal(applied.status, 0, `${applied.stdout}${applied.stderr}`);
      assert.match(await empty.ok('apply', file), /^Nothing to do/);
      const names = async (of: AdminWorld, object: string) =>
        (await of.ok('query', object, '--json'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Json)
          .map((one) => String(one['emailAddress'] ?? one['name'] ?? one['description']))
          .sort();
      for (const object of ['account', 'domain', 'role', 'mailing-list', 'tenant', 'masked-email']) {
        assert.deepEqual(await names(empty, object), await names(world, object), object);
      }
      const eve = JSON.parse(await empty.ok('get', 'account', 'eve@shot.example', '--json')) as Json;
      const team = JSON.parse(await empty.ok('get', 'account', 'team@shot.example', '--json')) as Json;
      assert.deepEqual(eve['memberGroupIds'], { [String(team['id'])]: true });
      const [publicKey] = (await empty.ok('query', 'public-key', '--ids')).split('\n');
      const encryption = eve['encryptionAtRest'] as Json;
      assert.deepEqual([encryption['@type'], encryption['publicKey']], ['Aes256', publicKey]);
      const signedIn = await empty.services.access.authenticate({
        name: 'eve@shot.example',
        secret: 'a password of the old server',
        address: '127.0.0.1',
      });
      assert.equal(signedIn.ok, true, 'the hash of the password came along');
    } finally {
      await empty.close();
    }
  });

  test('without secrets says so, and holds none', async () => {
    const { stdout, stderr, status } = await world.cli(
      'snapshot',
      ...'role domain tenant account public-key'.split(' '),
    );
    assert.equal(status, 0);
    assert.match(stderr, /warning: Secrets of Account are left out/);
    assert.ok(!/\$argon2|\$scrypt|"id":"[^#]/.test(stdout));
  });

  test('refers only to what is part of it', async () => {
    const { status, stderr, stdout } = await world.cli('snapshot', 'account');
    assert.equal(status, 1);
    assert.match(stderr, /which is no part of the snapshot: add \w+, or allow it with --allow-unresolved/);
    assert.equal(stdout, '');
    await world.ok('snapshot', 'account', '--allow-unresolved', 'domain,role,tenant,public-key');
  });

  test('holds every object that can be made again', async () => {
    const lines = readFileSync(world.file('snapshot.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    const held = new Set(lines.map(({ object }) => object));
    const settings = Object.entries(schemaDocument().objects).filter(
      ([, { type, computed }]) => type === 'singleton' && !computed,
    );
    for (const [name] of settings) assert.ok(held.has(name.slice(2)), name);
  });
});
