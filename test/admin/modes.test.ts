// The first start by the wizard, and recovery: real processes on folders of their own.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { basic } from '../../src/client/index.ts';
import { runCommand, ServerProcess } from '../support/server.ts';

type Json = Record<string, unknown>;

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-mode-'));
  folders.push(folder);
  return folder;
};
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const setupEnv = {
  WAYPOST_SETUP: 'wizard',
  WAYPOST_RECOVERY_MODE_PORT: '0',
  WAYPOST_RECOVERY_MODE_BIND: '127.0.0.1',
};

async function call(
  server: ServerProcess,
  authorization: string,
  method: string,
  args: Json,
): Promise<[string, Json]> {
  const answer = await fetch(`${server.origin}/jmap/`, {
    method: 'POST',
    headers: { Authorization: authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: [[method, args, 'c']] }),
  });
  assert.equal(answer.status, 200);
  const { methodResponses } = (await answer.json()) as { methodResponses: [string, Json, string][] };
  const [name, result] = methodResponses[0] as [string, Json, string];
  return [name, result];
}

describe('the wizard', () => {
  const folder = newFolder();
  let server: ServerProcess;
  let administrator = '';
  before(async () => {
    server = await ServerProcess.start({ folder, env: setupEnv });
    const secret = /sign in as admin with (\S{16}) /.exec(server.stderr)?.[1] ?? '';
    administrator = basic('admin', secret);
  });
  after(async () => {
    await server.stop();
  });

  test('opens one port, and says how to sign in once', () => {
    assert.match(server.stdout, /is ready to be set up/);
    assert.ok(!server.has('smtp') && !server.has('imap'));
    assert.ok(!existsSync(path.join(folder, 'config.json')));
    assert.ok(!existsSync(path.join(folder, 'data')), 'nothing is stored yet');
  });

  test('lets nobody in without its password', async () => {
    for (const wrong of [basic('admin', 'guess'), basic('root', 'guess')]) {
      const answer = await fetch(`${server.origin}/api/account`, { headers: { Authorization: wrong } });
      assert.equal(answer.status, 401);
    }
  });

  test('refuses every object but its own', async () => {
    for (const [method, args] of [
      ['x:Account/query', {}],
      ['x:Account/set', { create: { a: {} } }],
      ['x:Http/get', {}],
      ['x:Access/audit', {}],
    ] as const) {
      const [name, error] = await call(server, administrator, method, args);
      assert.deepEqual([name, error['type']], ['error', 'forbidden'], method);
      assert.match(String(error['description']), /bootstrap mode/);
    }
    const answer = await fetch(`${server.origin}/api/account`, { headers: { Authorization: administrator } });
    assert.deepEqual(((await answer.json()) as Json)['permissions'], [
      'sysBootstrapGet',
      'sysBootstrapUpdate',
    ]);
    const socket = await server.command('query', 'account');
    assert.equal(socket.status, 77);
    assert.match(socket.stderr, /^error: The server is in bootstrap mode/);
  });

  for (const [property, patch] of [
    ['serverHostname', { serverHostname: 'localhost', defaultDomain: 'set.example' }],
    ['defaultDomain', { serverHostname: 'mail.set.example', defaultDomain: 'nodots' }],
    [
      'dataStore',
      {
        serverHostname: 'mail.set.example',
        defaultDomain: 'set.example',
        dataStore: { '@type': 'PostgreSql', host: 'db' },
      },
    ],
    [
      'directory',
      {
        serverHostname: 'mail.set.example',
        defaultDomain: 'set.example',
        directory: {
          '@type': 'Oidc',
          description: 'Company',
          issuerUrl: 'https://id.example',
          usernameDomain: 'set.example',
          claimUsername: 'email',
        },
      },
    ],
  ] as const) {
    test(`names ${property} when that cannot be, and leaves the folder alone`, async () => {
      const [, result] = await call(server, administrator, 'x:Bootstrap/set', {
        update: { singleton: patch },
      });
      const error = (result['notUpdated'] as Record<string, Json>)['singleton'];
      assert.deepEqual(
        [error?.['type'], error?.['properties']],
        ['invalidProperties', [property]],
        JSON.stringify(error),
      );
      assert.ok(!existsSync(path.join(folder, 'data')));
      assert.ok(!existsSync(path.join(folder, 'config.json')));
    });
  }

  test('sets the server up, says who administers it, and is finished by a restart', async () => {
    const patch = {
      serverHostname: 'mail.set.example',
      defaultDomain: 'set.example',
      generateDkimKeys: false,
    };
    const [, result] = await call(server, administrator, 'x:Bootstrap/set', { update: { singleton: patch } });
    const made = (result['updated'] as Record<string, Json>)['singleton'] as {
      username: string;
      secret: string;
    };
    assert.equal(made.username, 'admin@set.example');
    assert.equal(made.secret.length, 20);
    const file = path.join(folder, 'config.json');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { '@type': 'Sqlite' });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const [, again] = await call(server, administrator, 'x:Bootstrap/set', { update: { singleton: patch } });
    assert.equal((again['notUpdated'] as Record<string, Json>)['singleton']?.['type'], 'forbidden');
    await server.stop();
    server = await ServerProcess.start({ folder, env: setupEnv });
    assert.ok(server.has('smtp'), 'the same settings now start the server');
    const signedIn = basic(made.username, made.secret);
    const [, accounts] = await call(server, signedIn, 'x:Account/get', { ids: null });
    assert.equal((accounts['list'] as Json[]).length, 1);
    const [, domains] = await call(server, signedIn, 'x:Domain/get', { ids: null });
    const [domain] = domains['list'] as Json[];
    assert.deepEqual(
      [
        domain?.['name'],
        (domain?.['dkimManagement'] as Json | undefined)?.['@type'],
        (domain?.['certificateManagement'] as Json | undefined)?.['@type'],
      ],
      ['set.example', 'Manual', 'Automatic'],
    );
    const [, settings] = await call(server, signedIn, 'x:SystemSettings/get', {});
    assert.equal((settings['list'] as Json[])[0]?.['defaultHostname'], 'mail.set.example');
    const [, bootstrap] = await call(server, signedIn, 'x:Bootstrap/get', { ids: null });
    assert.deepEqual(bootstrap['list'], []);
    const [, refused] = await call(server, signedIn, 'x:Bootstrap/set', { update: { singleton: patch } });
    assert.equal((refused['notUpdated'] as Record<string, Json>)['singleton']?.['type'], 'forbidden');
  });
});

test('the wizard takes no folder that holds a server', async () => {
  const folder = newFolder();
  await (await ServerProcess.start({ folder })).stop();
  const server = await ServerProcess.start({
    folder,
    env: { ...setupEnv, WAYPOST_RECOVERY_ADMIN: 'me:secret' },
  });
  try {
    const args = ['-f', 'serverHostname=mail.set.example', '-f', 'defaultDomain=set.example'];
    const { status, stderr } = await server.command('update', 'bootstrap', ...args);
    assert.equal(status, 1);
    assert.match(stderr, /There is a server in this data store already/);
    assert.ok(existsSync(path.join(folder, 'data')), 'which is still there');
  } finally {
    await server.stop();
  }
});

describe('recovery mode', () => {
  const folder = newFolder();
  const env = {
    WAYPOST_RECOVERY_MODE: '1',
    WAYPOST_RECOVERY_MODE_PORT: '0',
    WAYPOST_RECOVERY_ADMIN: 'root: let me in ',
  };
  const root = basic('root', 'let me in');
  let server: ServerProcess;
  before(async () => {
    server = await ServerProcess.start({ folder, env });
  });
  after(async () => {
    await server.stop();
  });

  test('serves HTTP on this machine, and no mail', () => {
    assert.match(server.stdout, /ready in recovery mode/);
    assert.doesNotMatch(server.stdout, /Everybody on the network/);
    assert.ok(server.has('http') && !server.has('smtp') && !server.has('imap'));
    assert.match(server.stderr, /warn server\.recovery-mode mode=recovery administrator=root/);
  });

  test('knows the recovery administrator, who may do everything', async () => {
    const answer = await fetch(`${server.origin}/api/account`, { headers: { Authorization: root } });
    assert.equal(((await answer.json()) as { permissions: string[] }).permissions.length, 659);
    assert.equal(answer.headers.get('Access-Control-Allow-Origin'), '*');
    const wrong = await fetch(`${server.origin}/api/account`, {
      headers: { Authorization: basic('root', 'x') },
    });
    assert.equal(wrong.status, 401);
  });

  test('fills an empty server from a plan, and accounts get their old numbers back', async () => {
    const plan = path.join(folder, 'plan.ndjson');
    const lines = [
      { '@type': 'upsert', object: 'Domain', value: { d: { name: 'back.example' } } },
      {
        '@type': 'upsert',
        object: 'Account/User',
        value: {
          'restore-77': {
            name: 'old',
            domainId: '#d',
            credentials: { '0': { '@type': 'Password', secret: ServerProcess.password } },
          },
        },
      },
    ];
    writeFileSync(plan, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const applied = await runCommand(['apply', '--file', plan], {
      WAYPOST_URL: server.origin,
      WAYPOST_USER: 'root',
      WAYPOST_PASSWORD: 'let me in',
    });
    assert.equal(applied.status, 0, applied.stderr);
    const again = await server.command('apply', plan);
    assert.equal(again.stdout, 'Nothing to do: 2 are as they should be.\n');
    const [, accounts] = await call(server, root, 'x:Account/get', { ids: ['cn'] });
    assert.equal((accounts['list'] as Json[])[0]?.['emailAddress'], 'old@back.example');
    const body = { '@type': 'User', name: 'other', domainId: 'b' };
    for (const number of ['77', '4294967295', '9999999999']) {
      const [, result] = await call(server, root, 'x:Account/set', {
        create: { [`restore-${number}`]: body },
      });
      const error = (result['notCreated'] as Record<string, Json>)[`restore-${number}`];
      assert.equal(error?.['type'], 'invalidProperties', number);
    }
  });

  test('is left behind by the next start, with what was repaired', async () => {
    await server.stop();
    server = await ServerProcess.start({
      folder,
      env: { WAYPOST_RECOVERY_ADMIN: env.WAYPOST_RECOVERY_ADMIN },
    });
    assert.ok(server.has('smtp'));
    assert.match(server.stderr, /warn server\.recovery-mode mode=normal administrator=root/);
    const [, accounts] = await call(
      server,
      basic('old@back.example', ServerProcess.password),
      'x:AccountSettings/get',
      {},
    );
    assert.equal((accounts['list'] as Json[]).length, 1);
    const [, created] = await call(server, root, 'x:Account/set', {
      create: { 'restore-99': { '@type': 'User', name: 'new', domainId: 'b' } },
    });
    const made = (created['created'] as Record<string, Json>)['restore-99'];
    assert.equal(made?.['id'], 'co', 'outside of recovery the name is only a name');
  });
});

for (const [name, value, reason] of [
  ['WAYPOST_SETUP', 'magic', /WAYPOST_SETUP: must be auto or wizard\./],
  ['WAYPOST_RECOVERY_MODE', 'perhaps', /WAYPOST_RECOVERY_MODE: must be 1 or 0\./],
  ['WAYPOST_RECOVERY_MODE_PORT', '70000', /WAYPOST_RECOVERY_MODE_PORT: 70000 is not a port number\./],
  ['WAYPOST_RECOVERY_MODE_BIND', 'here', /WAYPOST_RECOVERY_MODE_BIND: here is not an IP address\./],
] as const) {
  test(`${name}=${value} is refused at the start`, async () => {
    const { status, stderr } = await runCommand(['serve', '--data', newFolder()], { [name]: value });
    assert.equal(status, 78);
    assert.match(stderr, reason);
  });
}
