// Answers about access over the wire: on the command line, as JMAP methods and as HTTP endpoints; who may have them, and
// who may not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { basic, bearer } from '../../src/client/index.ts';
import { WORLD_PASSWORD } from '../support/world.ts';
import { type AdminWorld, startAdminWorld } from './world.ts';

type Json = Record<string, unknown>;

let world: AdminWorld;
before(async () => {
  world = await startAdminWorld();
  for (const name of ['ann', 'bob']) await world.addAccount(name);
  const fields = (...all: string[]) => all.flatMap((field) => ['-f', field]);
  await world.ok(
    'create',
    'role',
    ...fields('description=Mail desk', 'enabledPermissions=sysLogQuery,sysAccountGet'),
  );
  await world.ok('create', 'role', ...fields('description=Helpdesk', 'roleIds=Mail desk'));
  await world.ok(
    'create',
    'account/group',
    ...fields(
      'name=sales',
      'domainId=waypost.test',
      'permissions={"@type":"Merge","enabledPermissions":{"liveMetrics":true},"disabledPermissions":{"imapIdle":true}}',
    ),
  );
  await world.ok('update', 'account', 'ann@waypost.test', '-f', 'memberGroupIds=sales@waypost.test');
  await world.ok(
    'update',
    'account',
    'ann@waypost.test',
    '-f',
    `roles=${JSON.stringify({ '@type': 'Custom', roleIds: { b: true, [await roleId('Helpdesk')]: true } })}`,
  );
});
after(() => world.close());

const roleId = async (name: string): Promise<string> =>
  String((JSON.parse(await world.ok('get', 'role', name, '--json')) as Json)['id']);

const origin = (): string => `http://127.0.0.1:${world.port('http')}`;
const signedIn = (name: string): string => basic(`${name}@waypost.test`, WORLD_PASSWORD);

async function http(
  path: string,
  authorization: string | undefined,
  body?: unknown,
): Promise<{ status: number; json: Json }> {
  const answer = await fetch(`${origin()}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Json };
}

async function jmap(name: string, method: string, args: Json): Promise<readonly [string, Json]> {
  const { methodResponses } = await world.jmap(name).request([[method, args as never, 'c']]);
  const [response, result] = methodResponses[0] as [string, Json, string];
  return [response, result];
}

describe('an explanation', () => {
  for (const [permission, granted, because] of [
    ['imapFetch', true, 'imapFetch is granted by account "ann" > role "User".'],
    ['sysLogQuery', true, 'sysLogQuery is granted by account "ann" > role "Helpdesk" > role "Mail desk".'],
    ['liveMetrics', true, 'liveMetrics is granted by group "sales".'],
    ['imapIdle', false, 'imapIdle is disabled by group "sales"; a disabled entry always wins.'],
    ['sysHttpUpdate', false, 'Nothing grants sysHttpUpdate.'],
  ] as const) {
    test(`of ${permission} is the same on the command line, over JMAP and over HTTP`, async () => {
      const text = await world.ok('access', 'explain', 'ann@waypost.test', permission);
      assert.ok(
        text.startsWith(`ann@waypost.test ${granted ? 'has' : 'does not have'} ${permission}.\n${because}`),
      );
      const [, result] = await jmap('admin', 'x:Access/explain', { account: 'ann@waypost.test', permission });
      assert.deepEqual([result['granted'], result['because']], [granted, because]);
      const { json } = await http(
        `/api/access/explain?account=ann%40waypost.test&permission=${permission}`,
        signedIn('admin'),
      );
      assert.deepEqual(json, result);
      const own = await jmap('ann', 'x:Access/explain', { permission });
      assert.equal(own[1]['because'], because, 'and the same of oneself');
    });
  }

  test('names what a tenant cuts', async () => {
    await world.ok('create', 'tenant', '-f', 'name=Firm');
    await world.ok('create', 'domain', '-f', 'name=firm.example', '-f', 'memberTenantId=Firm');
    await world.ok(
      'create',
      'account/user',
      ...['name=tess', 'domainId=firm.example', 'memberTenantId=Firm', 'roles=Admin'].flatMap((one) => [
        '-f',
        one,
      ]),
      '-f',
      'permissions={"@type":"Merge","enabledPermissions":{"impersonate":true},"disabledPermissions":{}}',
    );
    const text = await world.ok('access', 'explain', 'tess@firm.example', 'impersonate');
    assert.match(text, /impersonate is withheld by tenant "Firm"\./);
  });

  test('names the limit of a credential', async () => {
    const made = await world.ok(
      'create',
      'api-key',
      '--account',
      'ann@waypost.test',
      '-f',
      'description=Reader',
      '-f',
      'permissions={"@type":"Disable","permissions":{"sysLogQuery":true}}',
      '--json',
    );
    const { id, secret } = JSON.parse(made) as { id: string; secret: string };
    const text = await world.ok('access', 'explain', 'ann@waypost.test', 'sysLogQuery', '--credential', id);
    assert.match(text, /sysLogQuery is withheld by the credential "Reader"\./);
    const { json } = await http('/api/access/explain?permission=sysLogQuery', bearer(secret));
    assert.equal(json['granted'], false, 'and the key itself is told the same');
  });

  test('of others needs sysAccountGet and sysRoleGet, of oneself nothing', async () => {
    const others = { account: 'admin@waypost.test', permission: 'imapFetch' };
    const [response, error] = await jmap('bob', 'x:Access/explain', others);
    assert.deepEqual([response, error['type']], ['error', 'forbidden']);
    const { status, json } = await http(
      '/api/access/explain?account=admin%40waypost.test&permission=imapFetch',
      signedIn('bob'),
    );
    assert.deepEqual([status, json['title']], [403, 'Forbidden']);
    // ann has only the first of the two
    assert.equal((await jmap('ann', 'x:Access/explain', others))[0], 'error');
    for (const account of ['bob@waypost.test', undefined]) {
      const args = { permission: 'imapFetch', ...(account && { account }) };
      assert.equal((await jmap('bob', 'x:Access/explain', args))[0], 'x:Access/explain');
    }
    assert.equal((await http('/api/access/explain?permission=imapFetch', undefined)).status, 401);
  });

  test('of what does not exist is refused in one sentence', async () => {
    const unknown = await world.cli('access', 'explain', 'ann@waypost.test', 'imapFly');
    assert.deepEqual(
      [unknown.status, unknown.stderr],
      [1, 'error: Permission: there is no permission "imapFly".\n'],
    );
    const nobody = await world.cli('access', 'explain', 'nobody@waypost.test', 'imapFetch');
    assert.deepEqual([nobody.status, nobody.stderr], [1, 'error: No such account: nobody@waypost.test.\n']);
    assert.equal((await http('/api/access/explain', signedIn('ann'))).status, 400);
    assert.equal(
      (await http('/api/access/explain?permission=imapFetch&account=zzz', signedIn('admin'))).status,
      404,
    );
  });

  test('stays within the tenant of who asks', async () => {
    await world.ok(
      'create',
      'account/user',
      ...['name=boss', 'domainId=firm.example', 'memberTenantId=Firm', 'roles=Admin'].flatMap((one) => [
        '-f',
        one,
      ]),
      '-f',
      'credentials/0/@type=Password',
      '-f',
      `credentials/0/secret=${WORLD_PASSWORD}`,
    );
    const boss = basic('boss@firm.example', WORLD_PASSWORD);
    const inside = await http('/api/access/explain?account=tess%40firm.example&permission=imapFetch', boss);
    assert.equal(inside.status, 200);
    const outside = await http('/api/access/explain?account=ann%40waypost.test&permission=imapFetch', boss);
    assert.deepEqual([outside.status, outside.json['detail']], [404, 'no such account: ann@waypost.test']);
    const { json } = await http('/api/access/audit', boss);
    const addresses = (json['administrators'] as { address: string }[]).map(({ address }) => address);
    assert.deepEqual(addresses.sort(), ['boss@firm.example', 'tess@firm.example']);
    assert.deepEqual(json['findings'], []);
    assert.equal((await http('/api/audit', boss)).status, 403, 'the trail tells of everybody');
    const diff = await http('/api/access/diff', boss, {
      changes: [{ '@type': 'update', object: 'Role', id: 'b', value: { description: 'mine' } }],
    });
    assert.equal(diff.status, 404, 'a role of the server is none of theirs');
  });
});

describe('a change that is tried out', () => {
  const change = async (...lines: Json[]): Promise<string> => {
    const file = world.file('change.json');
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    return file;
  };

  test('shows what it gives and takes, for whom, and makes nothing true', async () => {
    const file = await change({
      '@type': 'update',
      object: 'Role',
      id: await roleId('Mail desk'),
      value: { 'enabledPermissions/sysLogQuery': null, 'enabledPermissions/sysDomainGet': true },
    });
    const text = await world.ok('access', 'diff', '--with', file);
    assert.equal(
      text,
      [
        'ann@waypost.test',
        '  + gains sysDomainGet',
        '      It is granted by account "ann" > role "Helpdesk" > role "Mail desk".',
        '  - loses sysLogQuery',
        '      Nothing grants it.',
        '',
      ].join('\n'),
    );
    assert.match(await world.ok('access', 'explain', 'ann@waypost.test', 'sysLogQuery'), /has sysLogQuery/);
    assert.equal(
      await world.ok('access', 'diff', 'bob@waypost.test', '--with', file),
      'Nobody would gain or lose a permission.\n',
    );
  });

  test('may create what later lines refer to', async () => {
    const file = await change(
      {
        '@type': 'create',
        object: 'Role',
        value: { new: { description: 'New', enabledPermissions: { liveTracing: true } } },
      },
      {
        '@type': 'create',
        object: 'Account',
        value: {
          carl: {
            '@type': 'User',
            name: 'carl',
            domainId: 'b',
            roles: { '@type': 'Custom', roleIds: { '#new': true } },
          },
        },
      },
    );
    const text = await world.ok('access', 'diff', '--with', file);
    assert.match(text, /^carl@waypost\.test \(new\)\n {2}\+ gains liveTracing\n/);
    assert.equal((await world.cli('get', 'account', 'carl@waypost.test')).status, 1);
  });

  test('is refused to who may not read accounts, and for what cannot be', async () => {
    const changes = [{ '@type': 'destroy', object: 'Role', id: 'b' }];
    assert.equal((await http('/api/access/diff', signedIn('bob'), { changes })).status, 403);
    const own = await http('/api/access/diff', signedIn('bob'), { changes, account: 'bob@waypost.test' });
    assert.equal(own.status, 403, 'not even of oneself: roles are the business of administrators');
    for (const wrong of [
      { changes: [{ '@type': 'explode', object: 'Role' }] },
      { changes: [{ '@type': 'update', object: 'Role', id: 'b', value: { nosuch: 1 } }] },
      { changes: 'none' },
    ]) {
      assert.equal(
        (await http('/api/access/diff', signedIn('admin'), wrong)).status,
        400,
        JSON.stringify(wrong),
      );
    }
    const missing = await http('/api/access/diff', signedIn('admin'), {
      changes: [{ '@type': 'destroy', object: 'Role', id: 'zz' }],
    });
    assert.equal(missing.status, 404);
  });
});

describe('the review', () => {
  test('lists who administers, how far, and through what', async () => {
    const text = await world.ok('access', 'audit');
    assert.match(text, /^admin@waypost\.test {2,}everything {2,}\d+: .*role "System Administrator"/m);
    assert.match(text, /^ann@waypost\.test {2,}in part {2,}sysLogQuery|^ann@waypost\.test {2,}in part/m);
    assert.doesNotMatch(text, /^bob@/m);
    assert.match(text, /Worth a look:/);
    const { json } = await http('/api/access/audit', signedIn('admin'));
    const ann = (json['administrators'] as Json[]).find(({ address }) => address === 'ann@waypost.test');
    assert.deepEqual(ann?.['permissions'], ['liveMetrics', 'sysAccountGet', 'sysLogQuery']);
    assert.deepEqual(ann?.['through'], [
      'group "sales"',
      'account "ann" > role "Helpdesk" > role "Mail desk"',
    ]);
  });

  test('compares two accounts and lists the holders of a permission', async () => {
    const text = await world.ok('access', 'compare', 'ann@waypost.test', 'bob@waypost.test');
    assert.match(text, /that only ann@waypost\.test has:\n(?:.*\n)* {2}sysLogQuery/);
    assert.match(text, /1 that only bob@waypost\.test has:\n {2}imapIdle/);
    const holders = await world.ok('access', 'holders', 'liveMetrics');
    assert.deepEqual(
      holders
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0] ?? '')
        .toSorted((a, b) => (a < b ? -1 : 1)),
      ['admin@waypost.test', 'ann@waypost.test', 'sales@waypost.test'],
    );
    assert.equal((await http('/api/access/holders?permission=impersonate', signedIn('bob'))).status, 403);
  });
});

describe('the audit trail', () => {
  test('tells who changed what, and needs sysLogQuery', async () => {
    await world.ok('update', 'account', 'bob@waypost.test', '-f', 'description=Robert');
    const line = await world.ok('audit', '--limit', '1');
    assert.match(
      line,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}operator changed Account \w+\n {4}description: - → "Robert"\n$/,
    );
    const entries = (await world.ok('audit', '--object', 'x:api-key', '--json')).trim();
    assert.doesNotMatch(entries, /API_/);
    const made = await jmap('admin', 'x:Role/set', { create: { r: { description: 'By admin' } } });
    assert.equal(made[0], 'x:Role/set');
    const { json } = await http('/api/audit?limit=1&by=admin%40waypost.test', signedIn('admin'));
    const [entry] = json['entries'] as Json[];
    assert.deepEqual(
      [entry?.['what'], entry?.['type'], entry?.['byName'], entry?.['client']],
      ['create', 'Role', 'admin@waypost.test', '127.0.0.1'],
    );
    assert.equal((await http('/api/audit', signedIn('bob'))).status, 403);
    assert.equal((await http('/api/audit?limit=x', signedIn('admin'))).status, 400);
    const unknown = await world.cli('audit', '--object', 'nosuch');
    assert.match(unknown.stderr, /there is no object "nosuch"/);
  });

  test('is read page by page', async () => {
    const all = (await world.ok('audit', '--limit', '1000', '--json')).trim().split('\n');
    const first = await http('/api/audit?limit=3', signedIn('admin'));
    const second = await http(`/api/audit?limit=3&before=${String(first.json['next'])}`, signedIn('admin'));
    const ids = [...(first.json['entries'] as Json[]), ...(second.json['entries'] as Json[])].map((one) => [
      one['time'],
      one['type'],
      one['id'],
    ]);
    const wanted = all.slice(0, 6).map((line) => {
      const { time, type, id } = JSON.parse(line) as Json;
      return [time, type, id];
    });
    assert.deepEqual(ids, wanted);
  });
});
