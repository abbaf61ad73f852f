// RFC 8620 §7: state changes, push subscriptions, the event source.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, configure, errorOf, http, inside, mailbox } from '../conformance.ts';
import { eventually, type Person, SendingWorld, to } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
before(async () => {
  world = await SendingWorld.start();
  await configure(world, { eventSourceThrottle: 1, pushVerifyTimeout: 1 });
});
after(() => world.close());
let count = 0;
beforeEach(async () => {
  ann = await world.person(`ann${count++}`);
});

const NEW = { deviceClientId: 'device', url: 'https://push.example.com/1' };
const set = (args: JsonObject) => answer(ann, 'PushSubscription/set', args);
const made = async (more: JsonObject = {}): Promise<JsonObject> => {
  const { created, notCreated } = await set({ create: { k: { ...NEW, ...more } } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return inside(created, 'k') as JsonObject;
};
const days = (time: Json | undefined) => (Date.parse(time as string) - Date.now()) / 86_400_000;
const date = (ahead: number) => `${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 19)}Z`;

describe('PushSubscription/get', () => {
  test('§7.2.1: neither account nor state; url and keys are not given away', async () => {
    const { id } = await made({ types: ['Email'] });
    const got = await answer(ann, 'PushSubscription/get', { ids: [id as string] });
    assert.deepEqual(Object.keys(got).sort(), ['list', 'notFound']);
    const [one] = got['list'] as [JsonObject];
    assert.deepEqual(
      Object.keys(one)
        .filter((name) => name !== 'emailPush')
        .sort(),
      ['deviceClientId', 'expires', 'id', 'types', 'verificationCode'],
    );
    assert.deepEqual([one['verificationCode'], one['types']], [null, ['Email']]);
    for (const name of ['url', 'keys'])
      assert.equal(await errorOf(ann, 'PushSubscription/get', { ids: [], properties: [name] }), 'forbidden');
  });

  test('§5.1: null is all, unknown ids are notFound, unknown properties are refused', async () => {
    const { id } = await made();
    const all = await answer(ann, 'PushSubscription/get', { properties: ['id'] });
    assert.deepEqual([all['list'], all['notFound']], [[{ id }], []]);
    const none = await answer(ann, 'PushSubscription/get', { ids: ['zzzz', 'zzzz'] });
    assert.deepEqual([none['list'], none['notFound']], [[], ['zzzz']]);
    assert.equal(await errorOf(ann, 'PushSubscription/get', { properties: ['nothing'] }), 'invalidArguments');
  });
});

describe('PushSubscription/set', () => {
  test('§7.2.2: the answer has neither account nor states', async () => {
    const names = Object.keys(await set({ create: { k: NEW } }));
    assert.deepEqual(
      names.filter((name) => /^(?:account|old|new)/.test(name)),
      [],
    );
  });

  test('§5.3: what was not sent comes back; keys that were sent do not', async () => {
    const plain = await made();
    assert.deepEqual([plain['keys'], plain['types']], [null, null]);
    const keys = {
      p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
      auth: 'tBHItJI5svbpez7KI4CCXg',
    };
    const encrypted = await made({ keys, types: null });
    assert.deepEqual(Object.keys(encrypted).sort(), ['expires', 'id']);
  });

  test('§5.3: everything that is wrong is named', async () => {
    const bad = { url: 7, types: 'Email', expires: 'soon', keys: {}, verificationCode: 'x', id: 'x' };
    const { notCreated } = await set({ create: { k: bad, none: {} } });
    const named = (value: Json | undefined) => [...(value as string[])].sort();
    assert.deepEqual(
      named(inside(notCreated, 'k', 'properties')),
      ['deviceClientId', ...Object.keys(bad)].sort(),
    );
    assert.deepEqual(named(inside(notCreated, 'none', 'properties')), ['deviceClientId', 'url']);
    const id = (await made())['id'] as string;
    const { notUpdated } = await set({ update: { [id]: { ...bad, keys: null } } });
    const changed = Object.keys(bad).filter((name) => name !== 'keys');
    assert.deepEqual(named(inside(notUpdated, id, 'properties')), changed.sort());
  });

  test('§7.2: a URL has to begin with https', async () => {
    for (const url of ['http://push.example.com/', 'push.example.com', 'ftp://x.example.com/', '', 7]) {
      const { notCreated } = await set({ create: { k: { ...NEW, url } } });
      assert.deepEqual(inside(notCreated, 'k', 'properties'), ['url'], String(url));
    }
  });

  test('§8.6: a URL within the own network is refused', async () => {
    for (const host of ['127.0.0.1', 'localhost', '10.0.0.1', '[::1]', '192.168.1.1', '169.254.169.254']) {
      const { notCreated } = await set({ create: { k: { ...NEW, url: `https://${host}/x` } } });
      assert.deepEqual(inside(notCreated, 'k', 'properties'), ['url'], host);
    }
  });

  test('§7.2: a code cannot be given at creation, and a wrong one is invalidProperties', async () => {
    const { notCreated } = await set({ create: { k: { ...NEW, verificationCode: 'x' } } });
    assert.equal(inside(notCreated, 'k', 'type'), 'invalidProperties');
    const { id } = await made({ verificationCode: null });
    const { notUpdated } = await set({ update: { [id as string]: { verificationCode: 'x' } } });
    assert.equal(inside(notUpdated, id as string, 'type'), 'invalidProperties');
    assert.deepEqual(inside(notUpdated, id as string, 'properties'), ['verificationCode']);
  });

  test('§7.2: id, device, URL and keys stay what they are', async () => {
    const id = (await made())['id'] as string;
    const changes: JsonObject = {
      id: 'zzz',
      deviceClientId: 'other',
      url: 'https://other.example.com/',
      nothing: 1,
    };
    for (const [name, value] of Object.entries(changes)) {
      const { notUpdated } = await set({ update: { [id]: { [name]: value } } });
      assert.deepEqual(inside(notUpdated, id, 'properties'), [name]);
    }
    const same = await set({ update: { [id]: { deviceClientId: 'device', url: NEW.url, keys: null } } });
    assert.equal(same['notUpdated'], null);
  });

  test('§7.2: an expiry is set when there is none and bounded when it is far away, to no less than 48 hours', async () => {
    for (const more of [{}, { expires: null }, { expires: date(365) }]) {
      const expires = days((await made(more))['expires']);
      assert.ok(expires > 6.9 && expires <= 7.01, String(expires));
    }
    const near = date(1);
    assert.equal((await made({ expires: near }))['expires'], near);
  });

  test('§7.2.2: the expiry can be moved, and what the server chose otherwise is told', async () => {
    const id = (await made({ expires: date(1) }))['id'] as string;
    const expires = date(2);
    assert.deepEqual((await set({ update: { [id]: { expires } } }))['updated'], { [id]: null });
    const { updated } = await set({ update: { [id]: { expires: date(365) } } });
    assert.ok(days(inside(updated, id, 'expires')) > 6.9);
  });

  test('§8.6: nobody has more subscriptions than the limit', async () => {
    await configure(world, { maxSubscriptions: 2 });
    const { created, notCreated } = await set({ create: { a: NEW, b: NEW, c: NEW } });
    assert.equal(Object.keys(created as object).length, 2);
    assert.deepEqual(
      Object.values(notCreated as JsonObject).map((one) => inside(one, 'type')),
      ['overQuota'],
    );
    await configure(world, { maxSubscriptions: 15 });
  });

  test('§7.2.2: one that is destroyed is gone', async () => {
    const id = (await made())['id'] as string;
    assert.deepEqual((await set({ destroy: [id] }))['destroyed'], [id]);
    assert.deepEqual((await answer(ann, 'PushSubscription/get', { ids: [id] }))['notFound'], [id]);
    assert.equal(inside(await set({ destroy: [id] }), 'notDestroyed', id, 'type'), 'notFound');
  });
});

/** An open stream, as text that grows. */
async function open(query: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const reply = await http(world, ann, `/jmap/eventsource/?${query}`, { headers, signal: stop.signal });
  assert.deepEqual([reply.status, reply.headers.get('content-type')], [200, 'text/event-stream']);
  let text = '';
  let ended = false;
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk, { stream: true });
    ended = true;
  })().catch(() => undefined);
  return {
    text: () => text,
    done,
    ended: () => ended,
    close: () => stop.abort(),
    /** Waits for a type that changed; the state that was told. */
    told: (type: string) =>
      eventually(async () => {
        const events = text.split('\n\n').filter((event) => event.startsWith('event: state\n'));
        for (const event of events.toReversed()) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          const state =
            data === undefined ? undefined : inside(JSON.parse(data) as Json, 'changed', ann.id, type);
          if (state !== undefined) return state;
        }
        return undefined;
      }),
  };
}

describe('the event source', () => {
  const QUERY = 'types=*&closeafter=no&ping=0';

  test('§7.1, §7.3: a change is a state event with the state that /get has', async () => {
    const stream = await open(QUERY);
    await mailbox(ann, { name: 'told' });
    const state = await stream.told('Mailbox');
    assert.equal(state, (await answer(ann, 'Mailbox/get', { ids: [] }))['state']);
    const [event = ''] = stream
      .text()
      .split('\n\n')
      .filter((one) => one.startsWith('event: state'));
    const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as JsonObject;
    assert.deepEqual(Object.keys(data), ['@type', 'changed']);
    assert.equal(data['@type'], 'StateChange');
    assert.match(event, /^id: .+$/m);
    stream.close();
  });

  test('RFC 8621 §1.5: changes of every type of mail are told', async () => {
    const stream = await open(QUERY);
    await world.send(ann, { to: to(ann) });
    await answer(ann, 'Identity/set', { update: { [await world.identity(ann)]: { name: 'Ann' } } });
    await answer(ann, 'VacationResponse/set', { update: { singleton: { subject: 'Away' } } });
    const types = [
      'Mailbox',
      'Email',
      'Thread',
      'Identity',
      'EmailSubmission',
      'VacationResponse',
      'EmailDelivery',
    ];
    for (const type of types) assert.equal(typeof (await stream.told(type)), 'string', type);
    stream.close();
  });

  test('RFC 8621 §1.5: EmailDelivery changes with a new e-mail, and not with the marks of one', async () => {
    await world.send(ann, { to: to(ann) });
    const stream = await open('types=EmailDelivery,Email&closeafter=no&ping=0');
    const [arrived] = await world.inbox(ann, ['id']);
    await answer(ann, 'Email/set', { update: { [arrived?.id as string]: { 'keywords/$seen': true } } });
    await stream.told('Email');
    assert.doesNotMatch(stream.text(), /EmailDelivery/);
    await world.send(ann, { to: to(ann) });
    await stream.told('EmailDelivery');
    stream.close();
    // Added to the store is added, whoever does it.
    const drafts = await open('types=EmailDelivery&closeafter=state&ping=0');
    const mailboxIds = { [await mailbox(ann, { name: 'Filed' })]: true };
    const { created } = await answer(ann, 'Email/set', { create: { k: { mailboxIds, subject: 'Draft' } } });
    assert.equal(typeof inside(created, 'k', 'id'), 'string');
    await drafts.told('EmailDelivery');
  });

  test('§7.3: only the types of the list are told', async () => {
    const stream = await open('types=Identity,Thread&closeafter=no&ping=0');
    await mailbox(ann, { name: 'not told' });
    await answer(ann, 'Identity/set', { update: { [await world.identity(ann)]: { name: 'Ann' } } });
    await stream.told('Identity');
    assert.doesNotMatch(stream.text(), /Mailbox/);
    stream.close();
  });

  test('§7.3: closeafter=state ends the response after a state event', async () => {
    const stream = await open('types=*&closeafter=state&ping=0');
    await mailbox(ann, { name: 'last' });
    await stream.done;
    assert.equal(stream.ended(), true);
    assert.equal(stream.text().match(/^event: state$/gm)?.length, 1);
  });

  test('§7.3: with the last event id, what was missed comes at once', async () => {
    const first = await open('types=Mailbox&closeafter=state&ping=0');
    await mailbox(ann, { name: 'seen' });
    await first.done;
    const id = /^id: (.*)$/m.exec(first.text())?.[1] as string;
    await mailbox(ann, { name: 'missed' });
    const second = await open('types=Mailbox&closeafter=state&ping=0', { 'Last-Event-ID': id });
    await second.done;
    assert.equal(await second.told('Mailbox'), (await answer(ann, 'Mailbox/get', { ids: [] }))['state']);
  });

  test('§7.3: a ping comes when nothing else did for its interval, without an event id', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const stream = await open('types=*&closeafter=no&ping=1');
    const pings = () => stream.text().match(/event: ping\n.*?\n\n/gs) ?? [];
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    await pause();
    t.mock.timers.tick(29_999);
    await pause();
    assert.deepEqual(pings(), []);
    t.mock.timers.tick(1);
    await eventually(async () => (pings().length > 0 ? true : undefined));
    assert.deepEqual(pings(), ['event: ping\ndata: {"interval":30}\n\n']);
    stream.close();
  });

  test('§7.3: what the parameters cannot be is a problem document', async () => {
    const wrong = [
      'types=*&closeafter=later&ping=0',
      'types=*&closeafter=no&ping=x',
      'types=*&ping=-1',
      'types=Nothing',
    ];
    for (const query of wrong) {
      const reply = await http(world, ann, `/jmap/eventsource/?${query}`);
      assert.equal(reply.status, 400, query);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
      await reply.body?.cancel();
    }
  });
});
