// Push subscriptions over a whole server and a push service that really takes the messages (RFC 8620 §7.2, RFC 8291,
// RFC 8292, RFC 9749, draft-ietf-jmap-emailpush-03).
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CallFailed, type JmapClient } from '../../src/client/index.ts';
import type { JsonObject, NewPushSubscription } from '../../src/formats/jmap/index.ts';
import { startWorld, type World, WORLD_PASSWORD, worldCertificate } from '../support/world.ts';
import { startPush } from '../../src/server/push.ts';
import { TestPushService } from './push-service.ts';

let world: World;
let push: TestPushService;
let ann: JmapClient;
let annId: string;
let number = 0;
before(async () => {
  world = await startWorld({ push: true });
  push = await TestPushService.start(await worldCertificate());
  const { methodResponses } = await world.jmap().request([
    [
      'x:Jmap/set',
      {
        update: {
          singleton: {
            pushThrottle: 20,
            pushRetryWait: 10,
            pushAttemptWait: 50,
            pushVerifyTimeout: 1,
            maxSubscriptions: 5,
          },
        },
      },
      's',
    ],
  ]);
  assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
});
after(async () => {
  await world.close();
  push.close();
});
// Each test has an account of its own.
beforeEach(async () => {
  const name = `user${number++}`;
  await world.addAccount(name);
  ann = world.jmap(name);
  annId = await ann.account();
  push.pushed.length = 0;
  push.answers.length = 0;
});

const subscription = (more: Partial<NewPushSubscription> = {}): NewPushSubscription => ({
  deviceClientId: 'device',
  url: push.url(),
  ...more,
});

async function create(more: Partial<NewPushSubscription> = {}, client = ann) {
  const { created, notCreated } = await client.call('PushSubscription/set', {
    create: { k: subscription(more) },
  });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return created?.['k'] as { id: string; keys: null; expires: string };
}

/** A subscription that is verified and at work. */
async function subscribe(more: Partial<NewPushSubscription> = {}, client = ann): Promise<string> {
  const { id } = await create(more, client);
  const { json } = await push.next();
  await verified(id, json['verificationCode'] as string, client);
  return id;
}

async function verified(id: string, verificationCode: string, client = ann): Promise<void> {
  const { updated, notUpdated } = await client.call('PushSubscription/set', {
    update: { [id]: { verificationCode } },
  });
  assert.deepEqual([updated, notUpdated], [{ [id]: null }, null]);
}

const refused = async (object: object): Promise<string> => {
  const { notCreated } = await ann.call('PushSubscription/set', { create: { k: object as never } });
  const { type = '', properties = [] } = notCreated?.['k'] ?? {};
  return [type, ...properties].join(' ');
};
const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof CallFailed, String(error));
  return error.type;
};
const makeMailbox = async (client = ann): Promise<string> => {
  const { created } = await client.call('Mailbox/set', { create: { k: { name: `box ${number++}` } } });
  return created?.['k']?.id as string;
};
/** Delivers a message from outside, as SMTP does. */
const deliver = async (text: string): Promise<void> => {
  const bytes = Buffer.from(text);
  const { username } = await ann.session();
  const account = (await world.services.access.directory.findAccount(username)) as number;
  const receivedHash = Buffer.from(String(number++).padEnd(32));
  const [outcome] = await world.services.mail.deliver(
    { bytes, receivedHash, receivedAt: Date.now(), keywords: [] },
    [account],
  );
  assert.ok(outcome && 'value' in outcome, JSON.stringify(outcome));
};
/** Waits until something holds: what it waits for has no event of its own. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const ids = async (client = ann) =>
  (await client.call('PushSubscription/get', { ids: null })).list.map(({ id }) => id);

describe('the life of a subscription', () => {
  test('is created, verified, told of changes, extended and destroyed', async () => {
    const { id, keys, expires } = await create({ types: ['Mailbox'] });
    assert.equal(keys, null);
    const week = 7 * 24 * 3_600_000;
    assert.ok(Math.abs(Date.parse(expires) - Date.now() - week) < 60_000);
    const first = await push.next();
    assert.equal(first.path, '/push/secret');
    assert.equal(first.headers['content-type'], 'application/json');
    assert.match(first.headers['ttl'] as string, /^\d+$/);
    const { '@type': type, pushSubscriptionId, verificationCode } = first.json;
    assert.deepEqual([type, pushSubscriptionId], ['PushVerification', id]);
    assert.match(verificationCode as string, /^[A-Za-z0-9]{32}$/);
    const { list } = await ann.call('PushSubscription/get', { ids: [id] });
    assert.deepEqual(list, [
      { id, deviceClientId: 'device', verificationCode: null, expires, types: ['Mailbox'], emailPush: null },
    ]);
    // Nothing but the verification goes to a URL that has not been verified.
    await makeMailbox();
    await verified(id, verificationCode as string);
    await makeMailbox();
    const second = await push.next();
    const { state } = await ann.call('Mailbox/get', { ids: [] });
    assert.deepEqual(second.json, { '@type': 'StateChange', changed: { [annId]: { Mailbox: state } } });
    const got = await ann.call('PushSubscription/get', { ids: [id], properties: ['verificationCode'] });
    assert.deepEqual(got.list, [{ id, verificationCode }]);

    const far = new Date(Date.now() + 30 * week).toISOString().replace(/\.\d+/, '');
    const near = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    const extended = await ann.call('PushSubscription/set', { update: { [id]: { expires: far } } });
    const given = extended.updated?.[id]?.expires as string;
    assert.ok(Math.abs(Date.parse(given) - Date.now() - week) < 60_000);
    const shortened = await ann.call('PushSubscription/set', { update: { [id]: { expires: near } } });
    assert.deepEqual(shortened.updated, { [id]: null });

    const { destroyed } = await ann.call('PushSubscription/set', { destroy: [id] });
    assert.deepEqual(destroyed, [id]);
    assert.deepEqual(await ids(), []);
    assert.equal(push.pushed.length, 0);
  });

  test('the response has no account and no state; ids that are nothing are not found', async () => {
    const got = await ann.call('PushSubscription/get', { ids: ['zz', '#x', 'no id'] });
    assert.deepEqual(got, { list: [], notFound: ['zz', '#x', 'no id'] });
    const set = await ann.call('PushSubscription/set', { update: { zz: {} }, destroy: ['zy'] });
    assert.deepEqual(Object.keys(set).sort(), [
      'created',
      'destroyed',
      'notCreated',
      'notDestroyed',
      'notUpdated',
      'updated',
    ]);
    assert.deepEqual(
      [set.notUpdated?.['zz']?.type, set.notDestroyed?.['zy']?.type],
      ['notFound', 'notFound'],
    );
    assert.equal(
      await failure(ann.call('PushSubscription/set', { ifInState: 'x' } as never)),
      'invalidArguments',
    );
  });

  test('URL and keys are never shown', async () => {
    for (const name of ['url', 'keys'])
      assert.equal(
        await failure(ann.call('PushSubscription/get', { ids: [], properties: [name] })),
        'forbidden',
      );
    assert.equal(
      await failure(ann.call('PushSubscription/get', { ids: [], properties: ['code'] })),
      'invalidArguments',
    );
  });

  test('a wrong code is refused, and the right one works after it', async () => {
    const { id } = await create({ types: [] });
    const { json } = await push.next();
    const code = json['verificationCode'] as string;
    const set = async (patch: JsonObject) =>
      (await ann.call('PushSubscription/set', { update: { [id]: patch } })).notUpdated?.[id];
    for (const verificationCode of ['', 'x'.repeat(32), 'ä'.repeat(32), `${code} `, 5, {}]) {
      const error = await set({ verificationCode });
      assert.deepEqual([error?.type, error?.properties], ['invalidProperties', ['verificationCode']]);
    }
    assert.equal(await set({ verificationCode: null }), undefined);
    assert.equal(await set({ verificationCode: code }), undefined);
    assert.equal((await set({ verificationCode: null }))?.type, 'invalidProperties');
  });

  test('what cannot be changed', async () => {
    const { id } = await create({ types: ['Email'] });
    const set = async (patch: JsonObject) => {
      const { notUpdated } = await ann.call('PushSubscription/set', { update: { [id]: patch } });
      const { type, properties = [] } = notUpdated?.[id] ?? {};
      return [type, ...properties].filter(Boolean).join(' ');
    };
    assert.equal(await set({ url: push.url('/other') }), 'invalidProperties url');
    assert.equal(await set({ keys: push.keys }), 'invalidProperties keys');
    assert.equal(await set({ deviceClientId: 'other' }), 'invalidProperties deviceClientId');
    assert.equal(await set({ id: 'x', name: 1 }), 'invalidProperties id name');
    assert.equal(await set({ url: push.url(), keys: null, deviceClientId: 'device', id }), '');
    assert.equal(await set({ 'types/0': 'Mailbox' }), 'invalidPatch');
    assert.equal(await set({ 'emailPush/a': null }), 'invalidPatch');
    assert.equal(await set({ emailPush: {}, 'emailPush/a': null }), 'invalidPatch');
    assert.equal(await set({ expires: 'soon' }), 'invalidProperties expires');
    assert.equal(await set({ types: 'Email' }), 'invalidProperties types');
    assert.equal(await set({ types: null, expires: null }), '');
  });

  test('an update and a destruction of one, by the creation id as well', async () => {
    const { created, notUpdated, destroyed } = await ann.call('PushSubscription/set', {
      create: { k: subscription() },
      update: { '#k': { types: [] } },
      destroy: ['#k'],
    });
    assert.equal(notUpdated?.['#k']?.type, 'willDestroy');
    assert.deepEqual(destroyed, [created?.['k']?.id]);
  });
});

describe('what may be created', () => {
  test('properties', async () => {
    const with_ = (more: object) => refused({ ...subscription(), ...more });
    assert.equal(await refused({}), 'invalidProperties deviceClientId url');
    assert.equal(await with_({ deviceClientId: '' }), 'invalidProperties deviceClientId');
    assert.equal(await with_({ deviceClientId: 'x'.repeat(256) }), 'invalidProperties deviceClientId');
    assert.equal(await with_({ verificationCode: 'x' }), 'invalidProperties verificationCode');
    assert.equal(await with_({ id: 'x' }), 'invalidProperties id');
    assert.equal(await with_({ types: [5] }), 'invalidProperties types');
    assert.equal(await with_({ expires: '2001-01-01T00:00:00Z' }), 'invalidProperties expires');
    assert.equal(await with_({ expires: 5 }), 'invalidProperties expires');
    for (const keys of [{}, 'x', { ...push.keys, auth: 'AAAA' }, { ...push.keys, p256dh: 'AAAA' }])
      assert.equal(await with_({ keys }), 'invalidProperties keys');
  });

  test('URLs', async () => {
    for (const url of [
      5,
      '',
      'x',
      'http://push.example/',
      'ftp://push.example/',
      'https://user@push.example/',
      'https://user:secret@push.example/',
      `https://push.example/${'x'.repeat(512)}`,
      'https://10.0.0.1/',
      'https://[fd00::1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://0x0a000001/',
    ])
      assert.equal(await refused({ deviceClientId: 'd', url }), 'invalidProperties url', String(url));
  });

  test('no more than the limit', async () => {
    for (let i = 0; i < 5; i++) await create({ types: [] });
    assert.equal(await refused(subscription()), 'overQuota');
    const [id] = await ids();
    await ann.call('PushSubscription/set', { destroy: [id as string] });
    await create({ types: [] });
  });
});

describe('delivery', () => {
  test('is encrypted for who has keys', async () => {
    await subscribe({ keys: push.keys, types: ['Mailbox'] });
    await makeMailbox();
    const { headers, body, json } = await push.next();
    assert.equal(headers['content-encoding'], 'aes128gcm');
    assert.equal(json['@type'], 'StateChange');
    assert.equal(body.includes('StateChange'), false);
  });

  test('is signed with the key of the session', async () => {
    const { capabilities } = await ann.session();
    const { applicationServerKey } = capabilities['urn:ietf:params:jmap:webpush-vapid'] as Record<
      string,
      string
    >;
    await create({ types: [] });
    const { headers } = await push.next();
    const [, signed = '', signature = '', key = ''] =
      /^vapid t=([\w-]+\.[\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    assert.equal(key, applicationServerKey);
    const { aud, exp, sub } = JSON.parse(
      Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString(),
    ) as JsonObject;
    assert.deepEqual([aud, sub], [`https://127.0.0.1:${push.port}`, 'mailto:postmaster@mail.waypost.test']);
    assert.ok((exp as number) > Date.now() / 1000 && (exp as number) <= Date.now() / 1000 + 24 * 3600);
    const point = Buffer.from(key, 'base64url');
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    assert.ok(
      verify(
        'sha256',
        Buffer.from(signed),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    );
  });

  test('is tried again, with what came meanwhile', async () => {
    await subscribe({ types: ['Mailbox'] });
    push.answers.push({ status: 500 }, { status: 503, headers: { 'retry-after': '0' } }, { status: 500 });
    await makeMailbox();
    for (let i = 0; i < 3; i++) await push.next();
    await makeMailbox();
    const { state } = await ann.call('Mailbox/get', { ids: [] });
    let last: unknown;
    do last = (await push.next()).json['changed'];
    while ((last as Record<string, { Mailbox: string }>)[annId]?.Mailbox !== state);
  });

  test('redirects are followed, and checked', async () => {
    await subscribe({ types: ['Mailbox'] });
    push.answers.push({ status: 307, headers: { location: '/elsewhere' } });
    await makeMailbox();
    assert.equal((await push.next()).path, '/push/secret');
    assert.equal((await push.next()).path, '/elsewhere');
    push.answers.push({ status: 307, headers: { location: 'https://10.0.0.1/' } });
    await makeMailbox();
    assert.equal((await push.next()).path, '/push/secret');
    // The next attempt goes to the URL itself again.
    assert.equal((await push.next()).path, '/push/secret');
  });

  test('404 and 410 end the subscription; other refusals do not', async () => {
    const id = await subscribe({ types: ['Mailbox'] });
    push.answers.push({ status: 400 });
    await makeMailbox();
    await push.next();
    assert.deepEqual(await ids(), [id]);
    push.answers.push({ status: 410 });
    await makeMailbox();
    await push.next();
    await until(async () => (await ids()).length === 0);
  });

  test('a verification is sent once, whatever comes of it', async () => {
    push.answers.push({ status: 500 });
    const { id } = await create({ types: ['Mailbox'] });
    await push.next();
    await ann.call('PushSubscription/set', { update: { [id]: { types: null } } });
    const other = await subscribe({ types: ['Mailbox'] });
    await makeMailbox();
    assert.equal((await push.next()).json['@type'], 'StateChange');
    assert.equal(push.pushed.length, 0);
    assert.deepEqual((await ids()).sort(), [id, other].sort());
  });

  test('what is stored is at work again after a start', async () => {
    await subscribe({ types: ['Mailbox'] });
    const second = startPush(world.services, (await worldCertificate()).cert);
    await second.ready;
    await makeMailbox();
    const both = [await push.next(), await push.next()].map(({ json }) => json['changed']);
    assert.deepEqual(both[0], both[1]);
    second.close();
    await makeMailbox();
    await push.next();
    assert.equal(push.pushed.length, 0);
  });

  test('not after it has expired', async () => {
    const soon = new Date(Date.now() + 2000).toISOString().replace(/\.\d+/, '');
    const short = await subscribe({ types: ['Mailbox'], url: push.url('/short') });
    await subscribe({ types: ['Mailbox'], url: push.url('/long') });
    await ann.call('PushSubscription/set', { update: { [short]: { expires: soon } } });
    await makeMailbox();
    assert.deepEqual([(await push.next()).path, (await push.next()).path].sort(), ['/long', '/short']);
    await until(async () => Date.now() > Date.parse(soon) + 300);
    // The first mailbox of an account comes with the usual ones: both were told more than once.
    push.pushed.splice(0);
    await makeMailbox();
    assert.equal((await push.next()).path, '/long');
    await makeMailbox();
    assert.equal((await push.next()).path, '/long');
    assert.equal((await ids()).includes(short), false);
  });

  test('only the types that are wanted', async () => {
    await subscribe({ types: ['Thread', 'Nothing'] });
    await makeMailbox();
    await deliver('Subject: x\r\n\r\nx');
    const { json } = await push.next();
    assert.deepEqual(Object.keys((json['changed'] as Record<string, object>)[annId] ?? {}), ['Thread']);
  });
});

describe('credentials', () => {
  test('see their own subscriptions alone, and take them along when they go', async () => {
    const { username } = await ann.session();
    const { methodResponses } = await ann.request([
      ['x:AppPassword/set', { create: { k: { description: 'phone' } } }, 's'],
    ]);
    const made = (
      methodResponses[0]?.[1]['created'] as Record<string, { id: string; secret: string }> | null
    )?.['k'];
    assert.ok(made, JSON.stringify(methodResponses));
    const phone = world.jmap(username, made.secret);
    const mine = await subscribe({ types: [] });
    const its = await subscribe({ types: ['Mailbox'] }, phone);
    assert.deepEqual([await ids(), await ids(phone)], [[mine], [its]]);
    const { notDestroyed } = await ann.call('PushSubscription/set', { destroy: [its] });
    assert.equal(notDestroyed?.[its]?.type, 'notFound');
    await makeMailbox();
    assert.equal((await push.next()).json['@type'], 'StateChange');
    await ann.request([['x:AppPassword/set', { destroy: [made.id] }, 's']]);
    await makeMailbox();
    await until(async () => {
      const id = (await world.services.access.directory.findAccount(username)) as number;
      return (await world.services.accounts.get(id).head()).count(9) === 1;
    });
    assert.equal(push.pushed.length, 0);
    assert.deepEqual(await ids(), [mine]);
  });

  test('another password ends what the one before made', async () => {
    const { username } = await ann.session();
    await subscribe({ types: ['Mailbox'] });
    const secret = 'another correct horse battery';
    const { methodResponses } = await ann.request([
      ['x:AccountPassword/set', { update: { singleton: { currentSecret: WORLD_PASSWORD, secret } } }, 's'],
    ]);
    assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
    const again = world.jmap(username, secret);
    assert.deepEqual(await ids(again), []);
    await makeMailbox(again);
    await until(async () => {
      const id = (await world.services.access.directory.findAccount(username)) as number;
      return (await world.services.accounts.get(id).head()).count(9) === 0;
    });
    assert.equal(push.pushed.length, 0);
  });
});

describe('new mail', () => {
  const config = { properties: ['from', 'subject', 'id'] };

  test('is told with the properties that are wanted', async () => {
    await subscribe({ types: [], emailPush: { [annId]: { ...config, urgency: 'high' } } });
    await deliver('From: Ann <ann@x.example>\r\nSubject: hello\r\n\r\nx');
    const { json, headers } = await push.next();
    const { state } = await ann.call('Email/get', { ids: [] });
    const { ids: all } = await ann.call('Email/query', {});
    assert.deepEqual(json, {
      '@type': 'EmailPush',
      accountId: annId,
      emails: [{ from: [{ name: 'Ann', email: 'ann@x.example' }], subject: 'hello', id: all[0] }],
      state,
    });
    assert.equal(headers['urgency'], 'high');
  });

  test('a filter decides; what the user does is no delivery', async () => {
    const filter = { operator: 'NOT', conditions: [{ header: ['X-Bulk'] }] };
    await subscribe({ types: ['EmailDelivery'], emailPush: { [annId]: { ...config, filter } } });
    await deliver('X-Bulk: yes\r\nSubject: bulk\r\n\r\nx');
    assert.equal((await push.next()).json['@type'], 'StateChange');
    const { ids: boxes } = await ann.call('Mailbox/query', { filter: { role: 'inbox' } });
    const mailboxIds = { [boxes[0] as string]: true };
    await ann.call('Email/set', { create: { k: { mailboxIds, subject: 'own' } } });
    await deliver('Subject: real\r\n\r\nx');
    let json: Record<string, unknown>;
    do json = (await push.next()).json;
    while (json['@type'] !== 'EmailPush');
    assert.deepEqual(
      (json['emails'] as { subject: string }[]).map(({ subject }) => subject),
      ['real'],
    );
  });

  test('properties that do not fit are left out, in the order given', async () => {
    const properties = ['subject', 'header:X-Long', 'preview'];
    await subscribe({ types: [], keys: push.keys, emailPush: { [annId]: { properties } } });
    await deliver(`Subject: short\r\nX-Long: ${'long '.repeat(1000)}\r\n\r\nbody`);
    const { json, body } = await push.next();
    assert.deepEqual(json['emails'], [{ subject: 'short', preview: 'body' }]);
    assert.ok(body.length <= 4096);
  });

  test('settings that make no sense', async () => {
    const with_ = (emailPush: unknown) => refused({ ...subscription(), emailPush });
    for (const bad of [
      5,
      [],
      { zzz: config },
      { [annId]: null },
      { [annId]: {} },
      { [annId]: { properties: 'id' } },
      { [annId]: { properties: ['what'] } },
      { [annId]: { ...config, filter: { what: 1 } } },
      { [annId]: { ...config, filter: 5 } },
      { [annId]: { ...config, urgency: 'now' } },
      { [annId]: { ...config, more: 1 } },
    ])
      assert.equal(await with_(bad), 'invalidProperties emailPush', JSON.stringify(bad));
    await create({ emailPush: {} });
  });
});
