// Who gets in: passwords, one-time codes, app passwords, API keys, acting for others, and what ends a session.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BearerSignIn, PasswordSignIn, SignIn } from '../../src/access/index.ts';
import { totpCode, parseTotp } from '../../src/access/totp.ts';
import { addSink, decodeId, holdClock } from '../../src/base/index.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld({ recoveryAdmin: { name: 'rescue', secret: 'rescue-secret' } });
});
after(() => world.close());

const HOUR = 3_600_000;
const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const signIn = (name: string, secret: string, more: Partial<PasswordSignIn> = {}): Promise<SignIn> =>
  world.access.authenticate({ name, secret, address: '192.0.2.7', ...more });
const bearer = (token: string, more: Partial<BearerSignIn> = {}): Promise<SignIn> =>
  world.access.authenticateBearer({ token, address: '192.0.2.7', allowApiKey: true, ...more });
const outcome = (result: SignIn): string => (result.ok ? result.token.address : result.reason);

/** Creates an app password or API key of an account, as its owner. */
async function secondary(
  type: 'AppPassword' | 'ApiKey',
  account: string,
  json: Json = {},
): Promise<{ id: string; secret: string }> {
  const token = await world.token(account);
  const result = await world.call(token, `x:${type}/set`, { create: { k: { description: 'one', ...json } } });
  const made = (result['created'] as Record<string, { id: string; secret: string }> | undefined)?.['k'];
  assert.ok(made, JSON.stringify(result));
  return made;
}

describe('passwords', () => {
  test('the administrator of a new server signs in, under the default domain and in any case', async () => {
    for (const name of ['admin@example.org', 'ADMIN@Example.ORG', 'admin', ' admin@example.org ']) {
      assert.equal(outcome(await signIn(name, PASSWORD)), 'admin@example.org', name);
    }
  });

  test('wrong secrets, unknown names, empty and absurd input all fail alike', async () => {
    const tries: [string, string][] = [
      ['admin@example.org', 'wrong'],
      ['nobody@example.org', PASSWORD],
      ['admin@elsewhere.example', PASSWORD],
      ['', PASSWORD],
      ['admin@example.org', ''],
      ['admin@example.org', `${PASSWORD} `],
      ['x'.repeat(600), PASSWORD],
      ['admin@example.org', 'x'.repeat(5000)],
      ['@', PASSWORD],
      ['%', PASSWORD],
      ['__proto__', PASSWORD],
    ];
    for (const [name, secret] of tries) {
      assert.deepEqual(
        await signIn(name, secret),
        { ok: false, reason: 'badCredentials' },
        name.slice(0, 20),
      );
    }
  });

  test('a failure is reported with name and address, and never the secret', async () => {
    const seen: unknown[] = [];
    const stop = addSink((name, _, fields) => seen.push([name, fields]));
    await signIn('admin@example.org', 'top-secret-guess');
    stop();
    assert.match(JSON.stringify(seen), /sign-in-failed/);
    assert.doesNotMatch(JSON.stringify(seen), /top-secret-guess/);
  });

  test('the right secret without the permission says which one is missing', async () => {
    await world.user('pop', {
      permissions: { '@type': 'Merge', disabledPermissions: { imapAuthenticate: true } },
    });
    assert.deepEqual(await signIn('pop', PASSWORD, { requires: 'imapAuthenticate' }), {
      ok: false,
      reason: 'missingPermission',
      permission: 'imapAuthenticate',
    });
    assert.equal(outcome(await signIn('pop', PASSWORD, { requires: 'pop3Authenticate' })), 'pop@example.org');
    await world.user('off', {
      permissions: { '@type': 'Merge', disabledPermissions: { authenticate: true } },
    });
    assert.equal(outcome(await signIn('off', PASSWORD)), 'missingPermission');
  });

  test('groups and accounts without a password do not sign in', async () => {
    await world.create('Account', { '@type': 'Group', name: 'team', domainId: world.domain });
    await world.user('bare', { credentials: {} });
    assert.equal(outcome(await signIn('team', PASSWORD)), 'badCredentials');
    assert.equal(outcome(await signIn('bare', PASSWORD)), 'badCredentials');
  });

  test('a domain that is switched off lets nobody in', async () => {
    const domain = await world.create('Domain', { name: 'dark.example' });
    const id = await world.user('ann', { domainId: domain });
    assert.equal(outcome(await signIn('ann@dark.example', PASSWORD)), 'ann@dark.example');
    const key = await secondary('ApiKey', id);
    await world.update('Domain', domain, { isEnabled: false });
    assert.equal(outcome(await signIn('ann@dark.example', PASSWORD)), 'badCredentials');
    assert.equal(outcome(await bearer(key.secret)), 'badCredentials');
  });

  test('another address needs its permission; other names of the domain do not', async () => {
    await world.update('Domain', world.domain, { 'aliases/example.net': true });
    const aliases = {
      '0': { name: 'annie', domainId: world.domain },
      '1': { name: 'old', domainId: world.domain, enabled: false },
    };
    const id = await world.user('anna', { aliases });
    assert.equal(outcome(await signIn('anna@example.net', PASSWORD)), 'anna@example.org');
    assert.equal(outcome(await signIn('annie@example.net', PASSWORD)), 'anna@example.org');
    assert.equal(outcome(await signIn('old', PASSWORD)), 'badCredentials');
    await world.update('Account', id, {
      permissions: { '@type': 'Merge', disabledPermissions: { authenticateWithAlias: true } },
    });
    assert.equal(outcome(await signIn('annie', PASSWORD)), 'badCredentials');
    assert.equal(outcome(await signIn('anna@example.net', PASSWORD)), 'anna@example.org');
  });

  test('allowed networks and expiry of the password', async () => {
    const id = await world.user('bound');
    await world.update('Account', id, { 'credentials/0/allowedIps/192.0.2.0~124': true });
    assert.equal(outcome(await signIn('bound', PASSWORD)), 'bound@example.org');
    assert.equal(outcome(await signIn('bound', PASSWORD, { address: '198.51.100.1' })), 'notAllowedFrom');
    assert.equal(outcome(await signIn('bound', 'wrong', { address: '198.51.100.1' })), 'badCredentials');
    await world.update('Account', id, { 'credentials/0/expiresAt': iso(Date.now() - HOUR) });
    const expired = await signIn('bound', PASSWORD);
    assert.ok(expired.ok);
    assert.deepEqual(expired.token.permissions.names().toSorted(), [
      'authenticate',
      'authenticateWithAlias',
      'emailReceive',
      'sysAccountPasswordGet',
      'sysAccountPasswordUpdate',
    ]);
  });

  test('a token ends when the password changes, expires or the account goes', async () => {
    const id = await world.user('brief');
    const first = await signIn('brief', PASSWORD);
    assert.ok(first.ok && first.token.current);
    await world.update('Account', id, { description: 'same password' });
    assert.equal(first.token.current, false);
    const same = await world.access.refresh(first.token);
    assert.equal(same?.current, true);
    await world.update('Account', id, { 'credentials/0/secret': 'another-strong-secret-5' });
    assert.equal(await world.access.refresh(first.token), undefined);
    assert.equal(outcome(await signIn('brief', PASSWORD)), 'badCredentials');
    const second = await signIn('brief', 'another-strong-secret-5');
    assert.ok(second.ok);
    await world.update('Account', id, { 'credentials/0/expiresAt': iso(Date.now() + HOUR) });
    const third = await world.access.refresh(second.token);
    assert.ok(third?.current);
    const release = holdClock(() => Date.now() + 2 * HOUR);
    assert.equal(third.current, false);
    release();
    await world.destroy('Account', id);
    assert.equal(await world.access.refresh(second.token), undefined);
  });

  test('weak and short passwords are refused, and the account stays as it was', async () => {
    const id = await world.user('weak');
    for (const [secret, text] of [
      ['short', /at least 8 characters/],
      ['password', /too weak/],
      ['x'.repeat(129), /128/],
    ] as const) {
      const error = await world.refusedUpdate('Account', id, { 'credentials/0/secret': secret });
      assert.deepEqual([error.type, error.properties], ['invalidProperties', ['credentials/0/secret']]);
      assert.match(error.description ?? '', text);
    }
    assert.equal(outcome(await signIn('weak', PASSWORD)), 'weak@example.org');
  });

  test('one password an account; app passwords do not come through the account', async () => {
    const secret = 'a-second-password-77';
    const two = await world.refusedCreate('Account', {
      '@type': 'User',
      name: 'two',
      domainId: world.domain,
      credentials: { '0': { '@type': 'Password', secret }, '1': { '@type': 'Password', secret } },
    });
    assert.equal(two.type, 'invalidProperties');
    const id = await world.user('nosecond');
    const smuggled = await world.refusedUpdate('Account', id, {
      'credentials/1': { '@type': 'AppPassword', description: 'x' },
    });
    assert.equal(smuggled.type, 'invalidProperties');
  });
});

describe('one-time codes', () => {
  const otpAuth = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=x';
  const code = (at: number): string => {
    const totp = parseTotp(otpAuth);
    assert.ok(totp);
    return totpCode(totp, Math.floor(at / 30_000));
  };

  test('are asked for after the right password only, and work once', async () => {
    const id = await world.user('careful');
    await world.update('Account', id, { 'credentials/0/otpAuth': otpAuth });
    const start = Math.floor(Date.now() / 30_000) * 30_000;
    const release = holdClock(() => start);
    try {
      assert.equal(outcome(await signIn('careful', 'wrong')), 'badCredentials');
      assert.equal(outcome(await signIn('careful', PASSWORD)), 'mfaRequired');
      assert.equal(outcome(await signIn('careful', PASSWORD, { totp: '000000' })), 'badCredentials');
      const totp = code(start);
      assert.equal(outcome(await signIn('careful', 'wrong', { totp })), 'badCredentials');
      assert.equal(outcome(await signIn('careful', PASSWORD, { totp })), 'careful@example.org');
      assert.equal(outcome(await signIn('careful', PASSWORD, { totp })), 'badCredentials', 'replayed');
      const old = code(start - 10 * 30_000);
      assert.equal(outcome(await signIn('careful', PASSWORD, { totp: old })), 'badCredentials');
    } finally {
      release();
    }
    const made = await secondary('AppPassword', id);
    assert.equal(
      outcome(await signIn('careful', made.secret)),
      'careful@example.org',
      'app passwords need none',
    );
  });

  test('an address that cannot be used is refused', async () => {
    const id = await world.user('badotp');
    const error = await world.refusedUpdate('Account', id, {
      'credentials/0/otpAuth': 'otpauth://hotp/x?secret=A',
    });
    assert.deepEqual([error.type, error.properties], ['invalidProperties', ['credentials/0/otpAuth']]);
  });
});

describe('app passwords and API keys', () => {
  test('the secret is shown once; an app password goes with the name, a key stands alone', async () => {
    const id = await world.user('app');
    const app = await secondary('AppPassword', id);
    const key = await secondary('ApiKey', id);
    assert.match(app.secret, /^app_[a-z0-9]{36}$/);
    assert.match(key.secret, /^API_[\w-]{38}$/);
    const token = await world.token(id);
    const shown = await world.get('AppPassword', app.id, token);
    assert.equal(shown['secret'], '****');
    assert.equal(outcome(await signIn('app', app.secret)), 'app@example.org');
    assert.equal(outcome(await signIn('admin', app.secret)), 'badCredentials');
    assert.equal(outcome(await signIn('app', key.secret)), 'badCredentials');
    assert.equal(outcome(await bearer(key.secret)), 'app@example.org');
    assert.equal(outcome(await bearer(key.secret, { allowApiKey: false })), 'badCredentials');
    assert.equal(outcome(await bearer(app.secret)), 'badCredentials');
    assert.equal(outcome(await bearer(`${key.secret.slice(0, -1)}_`)), 'badCredentials');
    assert.equal(outcome(await signIn('app', `${app.secret.slice(0, -1)}3`)), 'badCredentials');
    await world.destroy('ApiKey', key.id, token);
    assert.equal(outcome(await bearer(key.secret)), 'badCredentials');
  });

  test('each kind is changed under its own type only, and the password under neither', async () => {
    const id = await world.user('kinds');
    const token = await world.token(id);
    const app = await secondary('AppPassword', id);
    for (const target of [app.id, 'a']) {
      assert.equal(
        (await world.refusedUpdate('ApiKey', target, { description: 'x' }, token)).type,
        'notFound',
      );
      assert.equal((await world.refusedDestroy('ApiKey', target, token)).type, 'notFound');
    }
    assert.equal(
      (await world.refusedUpdate('AppPassword', app.id, { secret: 'x' }, token)).type,
      'invalidPatch',
    );
    await world.update('AppPassword', app.id, { description: 'renamed' }, token);
    assert.equal(outcome(await signIn('kinds', app.secret)), 'kinds@example.org');
  });

  test('a credential restricts and never adds', async () => {
    const id = await world.user('limited');
    const only = await secondary('AppPassword', id, {
      permissions: { '@type': 'Replace', permissions: { authenticate: true, imapFetch: true } },
    });
    const without = await secondary('AppPassword', id, {
      permissions: { '@type': 'Disable', permissions: { imapFetch: true } },
    });
    const narrow = await signIn('limited', only.secret);
    assert.ok(narrow.ok);
    assert.deepEqual(narrow.token.permissions.names().toSorted(), ['authenticate', 'imapFetch']);
    const wide = await signIn('limited', without.secret);
    assert.ok(wide.ok);
    assert.ok(!wide.token.permissions.names().includes('imapFetch'));
    assert.ok(wide.token.permissions.isSubsetOf((await world.token(id)).permissions));
    await world.update('Account', id, {
      permissions: { '@type': 'Merge', disabledPermissions: { imapFetch: true } },
    });
    const cut = await world.access.refresh(narrow.token);
    assert.deepEqual(cut?.permissions.names(), ['authenticate']);
  });

  test('expiry, networks and the number allowed', async () => {
    const id = await world.user('counted');
    const soon = await secondary('AppPassword', id, { expiresAt: iso(Date.now() + HOUR) });
    const bound = await secondary('AppPassword', id, { allowedIps: { '10.0.0.0/8': true } });
    assert.equal(outcome(await signIn('counted', bound.secret)), 'notAllowedFrom');
    assert.equal(
      outcome(await signIn('counted', bound.secret, { address: '::ffff:10.1.2.3' })),
      'counted@example.org',
    );
    const release = holdClock(() => Date.now() + 2 * HOUR);
    assert.equal(outcome(await signIn('counted', soon.secret)), 'expired');
    release();
    for (let i = 0; i < 3; i++) await secondary('AppPassword', id);
    const token = await world.token(id);
    const error = await world.refusedCreate('AppPassword', { description: 'sixth' }, token);
    assert.equal(error.type, 'overQuota');
    await world.update('Account', id, { quotas: { maxAppPasswords: 6 } });
    await world.create('AppPassword', { description: 'sixth' }, token);
  });

  test('numbers are never given twice', async () => {
    const id = await world.user('numbers');
    const token = await world.token(id);
    const first = await secondary('AppPassword', id);
    await world.destroy('AppPassword', first.id, token);
    assert.notEqual((await secondary('AppPassword', id)).id, first.id);
  });

  test('queries of credentials sort and filter by expiry', async () => {
    const id = await world.user('sorted');
    const made = [];
    for (const hours of [3, 1, 2]) {
      made.push((await secondary('ApiKey', id, { expiresAt: iso(Date.now() + hours * HOUR) })).id);
    }
    const token = await world.token(id);
    const query = async (args: Json) => (await world.call(token, 'x:ApiKey/query', args))['ids'];
    assert.deepEqual(await query({ sort: [{ property: 'expiresAt' }] }), [made[1], made[2], made[0]]);
    assert.deepEqual(await query({ filter: { expiresAtIsGreaterThan: iso(Date.now() + 2.5 * HOUR) } }), [
      made[0],
    ]);
  });

  test('those of others are not found; who may impersonate lists and revokes them', async () => {
    const id = await world.user('victim');
    const key = await secondary('ApiKey', id);
    const stranger = await world.token(await world.user('stranger'));
    await assert.rejects(
      world.call(stranger, 'x:ApiKey/get', { accountId: id }),
      /forbidden|accountNotFound/,
    );
    assert.equal((await world.refusedDestroy('ApiKey', key.id, stranger)).type, 'notFound');
    const result = await world.call(world.admin, 'x:ApiKey/set', { accountId: id, destroy: [key.id] });
    assert.deepEqual(result['destroyed'], [key.id]);
  });
});

describe('acting for others', () => {
  test('needs the permission, gives the rights of the target, and leaves a trace', async () => {
    await world.user('target');
    await world.user('plain');
    const seen: Json[] = [];
    const stop = addSink((name, _, fields) => {
      if (name === 'access.signed-in') seen.push(fields as Json);
    });
    const result = await signIn('target@example.org%admin@example.org', PASSWORD);
    stop();
    assert.ok(result.ok);
    assert.equal(result.token.address, 'target@example.org');
    assert.equal(result.token.actor, world.admin.account);
    assert.ok(!result.token.permissions.names().includes('sysAccountGet'));
    assert.equal(seen[0]?.['actor'], world.admin.account);
    assert.equal(outcome(await signIn('target%plain', PASSWORD)), 'missingPermission');
    assert.equal(outcome(await signIn('target%admin', 'wrong')), 'badCredentials');
    assert.equal(outcome(await signIn('nobody%admin', PASSWORD)), 'badCredentials');
    assert.equal(outcome(await signIn('plain%plain', PASSWORD)), 'plain@example.org');
  });

  test('an app password never acts for others, and the token ends with the right', async () => {
    const boss = await world.user('boss', { roles: { '@type': 'Admin' } });
    const app = await secondary('AppPassword', boss);
    assert.equal(outcome(await signIn('target%boss', app.secret)), 'badCredentials');
    const result = await signIn('target%boss', PASSWORD);
    assert.ok(result.ok);
    await world.update('Account', boss, { roles: { '@type': 'User' } });
    assert.equal(result.token.current, false);
    assert.equal(await world.access.refresh(result.token), undefined);
  });

  test('the recovery administrator holds everything and has no record', async () => {
    const result = await signIn('rescue', 'rescue-secret');
    assert.ok(result.ok);
    assert.equal(result.token.permissions.size, 659);
    assert.equal(outcome(await signIn('rescue', 'wrong')), 'badCredentials');
    assert.equal(await world.registry.object('Account', result.token.account), undefined);
    assert.equal(outcome(await signIn('target%rescue', 'rescue-secret')), 'target@example.org');
    assert.equal(result.token.account, decodeId('d333333'));
  });
});

describe('other bearer tokens', () => {
  test('are asked of the added verifiers, and an API key never is', async () => {
    const id = await world.user('oauth');
    const asked: string[] = [];
    world.access.authenticator.addBearerVerifier(async (request) => {
      asked.push(request.token);
      if (request.token !== 'known') return undefined;
      return { ok: true, token: await world.token(id) };
    });
    assert.equal(outcome(await bearer('known')), 'oauth@example.org');
    assert.equal(outcome(await bearer('other')), 'badCredentials');
    assert.equal(outcome(await bearer('API_nonsense')), 'badCredentials');
    assert.deepEqual(asked, ['known', 'other']);
  });
});
