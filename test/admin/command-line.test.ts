// How the command line speaks to people and programs: sentences, statuses, HTTP instead of the socket, completion,
// watching.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { schemaDocument } from '../../src/admin/index.ts';
import { candidates } from '../../src/cli/completion.ts';
import { program } from '../../src/cli/program.ts';
import { WORLD_PASSWORD } from '../support/world.ts';
import { type AdminWorld, runHere, startAdminWorld } from './world.ts';

let world: AdminWorld;
before(async () => {
  world = await startAdminWorld();
  await world.addAccount('ann');
});
after(() => world.close());

describe('what goes wrong', () => {
  for (const [args, status, sentence] of [
    [['get', 'nosuch'], 64, 'there is no object "nosuch".'],
    [['get', 'domain'], 64, 'which Domain? Give its id or name; "waypost query Domain" lists them.'],
    [['get', 'domain', 'nowhere.example'], 1, 'there is no Domain "nowhere.example".'],
    [['query', 'http'], 64, 'Http is one record: use "waypost get Http".'],
    [
      ['query', 'account', '-w', 'size=3'],
      64,
      'Account cannot be filtered by size; it can by text, @type, name, domainId, memberGroupIds, memberTenantId.',
    ],
    [['query', 'account', '-w', 'nothing'], 64, '"nothing" is no condition such as name=value.'],
    [['create', 'account'], 64, 'which kind of Account? There are Account/User, Account/Group.'],
    [['create', 'log', '--json', '{}'], 1, 'Log: Records of Log are not created.'],
    [['create', 'domain', '-f', 'nmae=x'], 64, 'Domain has no property "nmae"; did you mean name?'],
    [['create', 'domain', '-f', 'name=waypost.test'], 1, 'Domain: Domain b has this name already.'],
    [['create', 'domain'], 1, 'Domain: name is missing.'],
    [['create', 'domain', '--json', '{'], 65, undefined],
    [['create', 'domain', '--file', '/nowhere/at/all'], 66, undefined],
    [['update', 'domain', 'waypost.test'], 64, 'nothing to change is given: use --field name=value.'],
    [['update', 'domain', 'waypost.test', '-f', 'createdAt=2031-01-01'], 1, undefined],
    [['delete', 'domain', 'waypost.test'], 1, undefined],
    [['delete', 'http', 'singleton'], 64, 'Http always exists and cannot be deleted.'],
    [['delete', 'domain'], 64, 'no record is named.'],
    [['get', 'domain', 'waypost.test', '--watch', 'often'], 64, '--watch: "often" is no number of seconds.'],
    [['apply'], 64, 'which plan? Name a file, or use --stdin.'],
    [['access', 'diff', '--with', '/nowhere/at/all'], 66, undefined],
    [['snapshot', 'domain', '--url', 'http://127.0.0.1:9', '-u', 'x', '--password', 'y'], 69, undefined],
  ] as const) {
    test(`"${args.join(' ')}" ends with ${status} and one sentence`, async () => {
      const result = await world.cli(...args);
      assert.equal(result.status, status, result.stderr);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, /^error: .*\n$/);
      if (sentence !== undefined) assert.equal(result.stderr, `error: ${sentence}\n`);
    });
  }

  test('deleting goes on behind what cannot be deleted, and says both', async () => {
    await world.ok('create', 'blocked-ip', '-f', 'address=203.0.113.9');
    const { status, stdout, stderr } = await world.cli('delete', 'blocked-ip', 'zzzz', '203.0.113.9');
    assert.equal(status, 1);
    assert.match(stdout, /^Deleted BlockedIp \w+\.\n$/);
    assert.equal(stderr, 'error: BlockedIp zzzz: there is no BlockedIp "zzzz".\n');
  });

  test('a server that is not there is one sentence', async () => {
    const { status, stderr } = await runHere(['query', 'domain', '--data', '/nowhere/at/all']);
    assert.deepEqual(
      [status, stderr],
      [69, 'error: No server runs on /nowhere/at/all. Start one with "waypost serve".\n'],
    );
  });
});

describe('over HTTP', () => {
  const remote = (name: string, password = WORLD_PASSWORD) => ({
    WAYPOST_URL: `http://127.0.0.1:${world.port('http')}`,
    WAYPOST_USER: `${name}@waypost.test`,
    WAYPOST_PASSWORD: password,
  });

  test('everything is as over the socket', async () => {
    const here = await world.ok('get', 'domain', 'waypost.test');
    assert.deepEqual(await runHere(['get', 'domain', 'waypost.test'], remote('admin')), {
      status: 0,
      stdout: here,
      stderr: '',
    });
    const made = await runHere(['create', 'role', '-f', 'description=Remote'], remote('admin'));
    assert.match(made.stdout, /^Created Role \w+\.\n$/);
    const who = await runHere(['audit', '--limit', '1'], remote('admin'));
    assert.match(who.stdout, /admin@waypost\.test from 127\.0\.0\.1 by password/);
    assert.equal((await runHere(['delete', 'role', 'Remote'], remote('admin'))).status, 0);
  });

  test('a key in WAYPOST_TOKEN will do, within its limits', async () => {
    const { secret } = JSON.parse(
      await world.ok(
        'create',
        'api-key',
        '--account',
        'admin@waypost.test',
        '-f',
        'description=Script',
        '-f',
        'permissions={"@type":"Replace","permissions":{"authenticate":true,"sysDomainGet":true,"sysDomainQuery":true}}',
        '--json',
      ),
    ) as { secret: string };
    const env = { WAYPOST_URL: `http://127.0.0.1:${world.port('http')}`, WAYPOST_TOKEN: secret };
    assert.equal((await runHere(['query', 'domain', '--ids'], env)).stdout, 'b\n');
    const refused = await runHere(['query', 'role'], env);
    assert.deepEqual(
      [refused.status, refused.stderr],
      [77, 'error: This needs the permission sysRoleQuery.\n'],
    );
  });

  test('a certificate has to be trusted, unless -k says otherwise', async () => {
    const env = { ...remote('admin'), WAYPOST_URL: `https://127.0.0.1:${world.port('https')}` };
    const untrusted = await runHere(['query', 'domain', '--ids'], env);
    assert.equal(untrusted.status, 69);
    assert.match(untrusted.stderr, /certificate is not trusted \(use -k/);
    assert.equal((await runHere(['query', 'domain', '--ids', '-k'], env)).stdout, 'b\n');
  });

  test('an ordinary user manages what is its own, and nothing else', async () => {
    const made = await runHere(
      ['create', 'app-password', '-f', 'description=Phone', '--json'],
      remote('ann'),
    );
    assert.match((JSON.parse(made.stdout) as { secret: string }).secret, /^app_/);
    const settings = await runHere(['update', 'account-settings', '-f', 'description=Ann'], remote('ann'));
    assert.equal(settings.status, 0, settings.stderr);
    const other = await runHere(['query', 'account'], remote('ann'));
    assert.deepEqual(
      [other.status, other.stderr],
      [77, 'error: This needs the permission sysAccountQuery.\n'],
    );
  });

  test('wrong passwords, and none at all, are told', async () => {
    const wrong = await runHere(['query', 'domain'], remote('admin', 'guess'));
    assert.equal(wrong.status, 77);
    assert.match(wrong.stderr, /does not accept this name and password/);
    const none = await runHere(['query', 'domain', '--url', remote('admin').WAYPOST_URL]);
    assert.equal(none.status, 64);
    assert.match(none.stderr, /^error: Say who you are/);
  });
});

describe('lists', () => {
  test('are read page by page, in the order and to the limit that is asked for', async () => {
    for (let i = 0; i < 12; i++)
      await world.ok('create', 'spam-tag/score', '-f', `tag=T${i}`, '-f', 'score=1');
    const tags = async (...args: string[]) =>
      (await world.ok('query', 'spam-tag', '--fields', 'tag', '--json', ...args))
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { tag: string }).tag);
    assert.equal((await tags()).length, 12);
    assert.deepEqual(await tags('--sort', 'tag', '--limit', '3'), ['T0', 'T1', 'T10']);
    assert.deepEqual(await tags('--sort', '-tag', '--limit', '2'), ['T9', 'T8']);
    assert.deepEqual(await tags('-w', 'tag=T7'), ['T7']);
    const nothing = await world.cli('query', 'spam-tag', '-w', 'tag=none');
    assert.deepEqual(nothing, { status: 0, stdout: '', stderr: 'Nothing found.\n' });
  });

  test('show names in place of ids', async () => {
    const text = await world.ok('query', 'account', '--fields', 'emailAddress,domainId', '-w', 'name=ann');
    assert.match(text, /^ID +EMAILADDRESS +DOMAINID\n\w+ +ann@waypost\.test +waypost\.test \(b\)\n$/);
  });
});

test('--watch prints what changed until it is ended', async () => {
  const main = path.join(import.meta.dirname, '../../src/cli/main.ts');
  const child = spawn(process.execPath, [main, 'get', 'http', '--fields', 'enableHsts', '--watch', '0.2'], {
    env: { ...process.env, NODE_OPTIONS: '', WAYPOST_DATA: world.folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  try {
    for await (const chunk of child.stdout as AsyncIterable<string>) {
      text += chunk;
      if (/enableHsts +no\n$/.test(text)) await world.ok('update', 'http', '-f', 'enableHsts=yes');
      if (/^\+ enableHsts +yes$/m.test(text)) break;
    }
  } finally {
    child.kill();
  }
  assert.match(text, /^- enableHsts +no$/m);
});

describe('completion', () => {
  const complete = (...words: string[]) =>
    candidates(
      program(() => undefined),
      words,
      () => Promise.resolve(schemaDocument()),
    );

  for (const [words, wanted] of [
    [['sna'], ['snapshot']],
    [['access', 'ex'], ['explain']],
    [['query', 'dkim-s'], ['dkim-signature']],
    [
      ['create', 'account/'],
      ['account/User', 'account/Group'],
    ],
    [['get', 'http', '--fields', 'rateLimitAno'], ['rateLimitAnonymous']],
    [['create', 'account/group', '-f', 'dom'], ['domainId=']],
    [
      ['create', 'account/user', '--field', 'roles='],
      ['roles=User', 'roles=Admin', 'roles=Custom'],
    ],
    [['query', 'account', '--where', 'memberG'], ['memberGroupIds=']],
    [['access', 'explain', 'me', 'imapFet'], ['imapFetch']],
    [['snapshot', 'domain', 'ro'], ['role']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['query', 'domain', '--li'], ['--limit']],
    [['query', 'nosuch', '--where', 'x'], []],
  ] as const) {
    test(`of "${words.join(' ')}"`, async () => {
      assert.deepEqual(await complete(...words), [...wanted]);
    });
  }

  test('offers every command, and no hidden one', async () => {
    const all = await complete('');
    for (const name of ['serve', 'describe', 'apply', 'access', 'audit']) assert.ok(all.includes(name), name);
    assert.ok(!all.includes('complete-words'));
  });
});
