// What accounts do for themselves: settings, password and second factor, masked addresses, keys.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseTotp, totpCode } from '../../src/access/totp.ts';
import { decodeId, holdClock, now } from '../../src/base/index.ts';
import { maskedNumber, parseMaskedNumber } from '../../src/access/masked-address.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const signsIn = async (name: string, secret: string): Promise<boolean> =>
  (await world.access.authenticate({ name, secret, address: '::1' })).ok;
const NEXT = 'another-long-secret-31';

describe('own settings', () => {
  test('are shown and changed in the own account only', async () => {
    const id = await world.user('set');
    const token = await world.token(id);
    assert.deepEqual(await world.get('AccountSettings', 'singleton', token), {
      id: 'singleton',
      description: null,
      encryptionAtRest: { '@type': 'Disabled' },
      locale: 'en_US',
      timeZone: null,
    });
    await world.update('AccountSettings', 'singleton', { description: 'Me', locale: 'de_DE' }, token);
    const shown = await world.get('Account', id);
    assert.deepEqual([shown['description'], shown['locale']], ['Me', 'de_DE']);
    const wrong = await world.refusedUpdate(
      'AccountSettings',
      'singleton',
      { locale: 'xx', roles: {} },
      token,
    );
    assert.deepEqual(wrong.properties?.toSorted(), ['locale', 'roles']);
    assert.equal((await world.refusedDestroy('AccountSettings', 'singleton', token)).type, 'singleton');
  });

  test('a key of somebody else is not used', async () => {
    const error = await world.refusedUpdate(
      'AccountSettings',
      'singleton',
      { encryptionAtRest: { '@type': 'Aes256', publicKey: 'zzz' } },
      await world.token(await world.user('enc')),
    );
    assert.equal(error.type, 'invalidForeignKey');
  });

  test('groups have none', async () => {
    const group = await world.create('Account', { '@type': 'Group', name: 'grp', domainId: world.domain });
    const token = await world.token(await world.user('grpuser', { memberGroupIds: { [group]: true } }));
    const result = await world.call(token, 'x:AccountSettings/get', { accountId: group });
    assert.deepEqual(result['list'], []);
  });
});

describe('the own password', () => {
  test('is shown as asterisks and changed with the current one', async () => {
    const token = await world.token(await world.user('pw'));
    assert.deepEqual(await world.get('AccountPassword', 'singleton', token), {
      id: 'singleton',
      secret: '****',
      otpAuth: {},
    });
    const change = (patch: Json) => world.refusedUpdate('AccountPassword', 'singleton', patch, token);
    assert.match((await change({ secret: NEXT })).description ?? '', /^Current secret must be provided/);
    const wrong = await change({ secret: NEXT, currentSecret: 'wrong' });
    assert.deepEqual([wrong.type, wrong.description], ['forbidden', 'Current secret is incorrect.']);
    const weak = await change({ secret: 'password', currentSecret: PASSWORD });
    assert.deepEqual([weak.type, weak.properties], ['invalidProperties', ['secret']]);
    await world.update('AccountPassword', 'singleton', { secret: NEXT, currentSecret: PASSWORD }, token);
    assert.deepEqual([await signsIn('pw', PASSWORD), await signsIn('pw', NEXT)], [false, true]);
  });

  test('what changes nothing needs nothing', async () => {
    const token = await world.token(await world.user('same'));
    await world.update('AccountPassword', 'singleton', { secret: '****' }, token);
  });

  test('a lapsed expiry goes with the old password', async () => {
    const id = await world.user('late');
    await world.update('Account', id, { 'credentials/0/expiresAt': '2020-01-01T00:00:00Z' });
    const signIn = await world.access.authenticate({ name: 'late', secret: PASSWORD, address: '::1' });
    assert.ok(signIn.ok);
    const patch = { secret: NEXT, currentSecret: PASSWORD };
    await world.update('AccountPassword', 'singleton', patch, signIn.token);
    const again = await world.access.authenticate({ name: 'late', secret: NEXT, address: '::1' });
    assert.ok(again.ok && again.token.permissions.size > 100);
  });

  test('the second factor is switched on and off, each time with a proof', async () => {
    const token = await world.token(await world.user('two'));
    const url = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP';
    const change = (patch: Json) => world.refusedUpdate('AccountPassword', 'singleton', patch, token);
    const bad = await change({ 'otpAuth/otpUrl': 'otpauth://nothing', currentSecret: PASSWORD });
    assert.deepEqual([bad.type, bad.properties], ['invalidProperties', ['otpAuth/otpUrl']]);
    await world.update(
      'AccountPassword',
      'singleton',
      { 'otpAuth/otpUrl': url, currentSecret: PASSWORD },
      token,
    );
    const shown = await world.get('AccountPassword', 'singleton', token);
    assert.deepEqual(shown['otpAuth'], { otpUrl: '****' });
    const off = { 'otpAuth/otpUrl': null, currentSecret: PASSWORD };
    assert.match((await change(off)).description ?? '', /one-time code must be provided/);
    assert.match(
      (await change({ ...off, 'otpAuth/otpCode': '000000' })).description ?? '',
      /code is incorrect/,
    );
    const totp = parseTotp(url);
    assert.ok(totp);
    const otpCode = totpCode(totp, Math.floor(now() / 30_000));
    await world.update('AccountPassword', 'singleton', { ...off, 'otpAuth/otpCode': otpCode }, token);
    assert.equal(await signsIn('two', PASSWORD), true);
  });

  test('an account without a password has none to change', async () => {
    const token = await world.token(await world.user('none', { credentials: {} }));
    const patch = { secret: NEXT, currentSecret: 'x' };
    const error = await world.refusedUpdate('AccountPassword', 'singleton', patch, token);
    assert.deepEqual([error.type, error.description], ['forbidden', 'This account has no password.']);
  });
});

describe('masked addresses', () => {
  const make = async (
    name: string,
    json: Json = {},
  ): Promise<{ id: string; email: string; account: number }> => {
    const account = await world.user(name);
    const token = await world.token(account);
    const result = await world.call(token, 'x:MaskedEmail/set', { create: { k: json } });
    const made = (result['created'] as Record<string, { id: string; email: string }> | undefined)?.['k'];
    assert.ok(made, JSON.stringify(result));
    return { ...made, account: decodeId(account) as number };
  };
  const goesTo = async (address: string): Promise<number | undefined> => {
    const found = await world.access.directory.resolveRecipient(address);
    return found.kind === 'account' ? found.account : undefined;
  };

  test('are made up, take mail for their owner, and are switched off alone', async () => {
    const { id, email, account } = await make('mask', { emailPrefix: 'shop', description: 'A shop' });
    assert.match(email, /^shop\.[0-9a-z]+@example\.org$/);
    assert.equal(await goesTo(email), account);
    assert.equal(await goesTo(email.toUpperCase()), account);
    assert.equal(await goesTo(email.replace('shop', 'other')), undefined);
    assert.equal(await goesTo(email.replace('@', 'x@')), undefined);
    const token = await world.token(String((await world.get('MaskedEmail', id))['accountId']));
    await world.update('MaskedEmail', id, { enabled: false }, token);
    assert.equal(await goesTo(email), undefined);
    await world.update('MaskedEmail', id, { enabled: true }, token);
    assert.equal(await goesTo(email), account);
    await world.destroy('MaskedEmail', id, token);
    assert.equal(await goesTo(email), undefined);
  });

  test('end when they should', async () => {
    const { email, account } = await make('short', {
      expiresAt: `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`,
    });
    assert.equal(await goesTo(email), account);
    const release = holdClock(() => Date.now() + 7_200_000);
    assert.equal(await goesTo(email), undefined);
    release();
  });

  test('bad prefixes, foreign domains and too many are refused', async () => {
    const token = await world.token(await world.user('greedy'));
    const other = await world.create('Domain', { name: 'foreign.example' });
    assert.ok(other);
    for (const [json, type] of [
      [{ emailPrefix: '_x' }, 'invalidProperties'],
      [{ emailPrefix: 'a.b' }, 'invalidProperties'],
      [{ emailPrefix: 'x'.repeat(64) }, 'invalidProperties'],
      [{ emailDomain: 'foreign.example' }, 'forbidden'],
      [{ expiresAt: '2020-01-01T00:00:00Z' }, 'invalidProperties'],
      [{ email: 'mine@example.org' }, 'invalidPatch'],
    ] as const) {
      assert.equal((await world.refusedCreate('MaskedEmail', json, token)).type, type, JSON.stringify(json));
    }
    for (let i = 0; i < 5; i++) await world.create('MaskedEmail', {}, token);
    const error = await world.refusedCreate('MaskedEmail', {}, token);
    assert.deepEqual(
      [error.type, error.description],
      ['overQuota', 'You have exceeded your quota of 5 masked addresses.'],
    );
  });

  test('each user sees only its own; the account takes them along', async () => {
    const { id, account } = await make('private');
    const stranger = await world.token(await world.user('nosy'));
    await assert.rejects(world.get('MaskedEmail', id, stranger), /no MaskedEmail/);
    assert.equal(
      (await world.refusedUpdate('MaskedEmail', id, { enabled: false }, stranger)).type,
      'notFound',
    );
    assert.equal((await world.refusedDestroy('MaskedEmail', id, stranger)).type, 'notFound');
    const query = { filter: { accountId: (await world.get('MaskedEmail', id))['accountId'] } };
    assert.deepEqual((await world.call(stranger, 'x:MaskedEmail/query', query))['ids'], []);
    assert.deepEqual((await world.call(world.admin, 'x:MaskedEmail/query', query))['ids'], [id]);
    await world.destroy('Account', String((await world.get('MaskedEmail', id))['accountId']));
    assert.equal(await world.registry.object('Account', account), undefined);
    await assert.rejects(world.get('MaskedEmail', id), /no MaskedEmail/);
  });

  test('numbers and their text answer each other', () => {
    for (const [number, lifetime] of [
      [1, 0],
      [2 ** 52 + 5, 0xffff_ffff],
      [777_777_777, 3600],
    ] as const) {
      const text = maskedNumber(number, lifetime);
      assert.equal(parseMaskedNumber(text), number);
      const other = text.endsWith('0') ? '1' : '0';
      assert.equal(parseMaskedNumber(text.slice(0, -1) + other), undefined);
    }
    for (const text of ['', 'abc', 'zzzzzzzzzzzzzzzzzzzzzzzzz', 'A'.repeat(20)]) {
      assert.equal(parseMaskedNumber(text), undefined);
    }
  });
});

describe('registered programs', () => {
  test('have their secret kept as a hash', async () => {
    const id = await world.create('OAuthClient', { clientId: 'app', secret: 'program-secret' });
    const stored = await world.registry.object('OAuthClient', decodeId(id) as number);
    assert.match(stored?.secret ?? '', /^\$argon2/);
    assert.equal((await world.get('OAuthClient', id))['secret'], '****');
    await world.update('OAuthClient', id, { secret: '****', description: 'x' });
    const again = await world.registry.object('OAuthClient', decodeId(id) as number);
    assert.equal(again?.secret, stored?.secret);
    const open = await world.create('OAuthClient', { clientId: 'open' });
    assert.equal('secret' in (await world.get('OAuthClient', open)), false);
    assert.equal((await world.refusedCreate('OAuthClient', { clientId: 'app' })).type, 'primaryKeyViolation');
  });
});
