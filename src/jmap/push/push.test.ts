import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { DataType } from '../../account/index.ts';
import type { JsonObject } from '../../formats/jmap/index.ts';
import { DEFAULT_JMAP_SETTINGS } from '../settings.ts';
import { arrivals, packed } from './email-push.ts';
import { decodeSubscription, encodeSubscription, type Subscription } from './record.ts';
import { Sender } from './sender.ts';
import { createPoster, type PushAnswer, type PushRequest, targetProblem } from './target.ts';

const subscription: Subscription = {
  deviceClientId: 'device',
  url: 'https://push.example/x',
  keys: { p256dh: new Uint8Array(65).fill(4), auth: new Uint8Array(16).fill(9) },
  code: 'code',
  announced: true,
  verified: false,
  expires: 1_800_000_000_000,
  types: ['Email'],
  emailPush: { b: { filter: { hasKeyword: 'x' }, properties: ['id'], urgency: 'low' } },
  ticket: { kind: 'appPassword', credentialId: 'c', mark: 'mark' },
  heard: null,
  serverKey: 'key',
};

test('a record survives a round trip', () => {
  assert.deepEqual(decodeSubscription(encodeSubscription(subscription)), subscription);
  const bare = { ...subscription, keys: null, types: null, emailPush: null, heard: ['Email'] };
  assert.deepEqual(decodeSubscription(encodeSubscription(bare)), bare);
});

describe('targets', () => {
  test('names of this network are refused, others taken', () => {
    for (const host of ['localhost', 'a.localhost', 'LOCALHOST.', 'printer.local', 'db.internal', 'intranet'])
      assert.match(targetProblem(`https://${host}/`) ?? '', /public Internet/, host);
    assert.equal(targetProblem('https://push.example.com/a?b=c'), undefined);
    assert.equal(targetProblem('HTTPS://push.example.com/'), undefined);
    assert.equal(targetProblem('https://8.8.8.8/'), undefined);
  });

  test('a name is looked up for the connection, and what it means is checked', async () => {
    const asked: string[] = [];
    const poster = createPoster({
      mayReach: (address) => {
        asked.push(address);
        return false;
      },
    });
    const request: PushRequest = {
      url: 'https://localhost:9/',
      headers: {},
      headersFor: () => ({}),
      body: new Uint8Array(),
      timeoutMs: 1000,
      signal: new AbortController().signal,
    };
    await assert.rejects(poster.post(request), /public Internet/);
    assert.ok(asked.some((address) => address === '127.0.0.1' || address === '::1'));
    await assert.rejects(poster.post({ ...request, url: 'https://127.0.0.1:9/' }), /public Internet/);
    poster.close();
  });
});

/** A sender whose push service gives these answers, `undefined` for none. */
function sender(answers: (PushAnswer | undefined)[], more: Partial<typeof DEFAULT_JMAP_SETTINGS> = {}) {
  const requests: PushRequest[] = [];
  const stop = new AbortController();
  const settings = { ...DEFAULT_JMAP_SETTINGS, pushRetryWaitMs: 1, pushThrottleMs: 5, ...more };
  const made = new Sender(
    {
      post: async (request) => {
        requests.push(request);
        const answer = answers.shift();
        if (!answer) throw new Error('no answer');
        return answer;
      },
      settings: () => settings,
      signer: () => undefined,
    },
    1,
    { url: subscription.url, keys: null, expires: Date.now() + 5000 },
    stop.signal,
  );
  const send = (once = false) => made.send({ body: { a: 1 }, urgency: 'low', once });
  return { send, requests, stop };
}
const status = (code: number, retryAfterMs?: number): PushAnswer => ({ status: code, retryAfterMs });

describe('sending', () => {
  test('a message says how long and how urgent it is', async () => {
    const { send, requests } = sender([status(201)]);
    assert.equal(await send(), 'sent');
    const { headers, body, headersFor } = requests[0] as PushRequest;
    const { TTL, ...rest } = headers;
    assert.deepEqual(rest, { 'Content-Type': 'application/json', Urgency: 'low' });
    assert.ok(Number(TTL) <= 5 && Number(TTL) >= 3);
    assert.equal(Buffer.from(body).toString(), '{"a":1}');
    assert.deepEqual(headersFor('https://push.example'), {});
  });

  test('what an answer means', async () => {
    for (const [code, delivery, attempts] of [
      [200, 'sent', 1],
      [202, 'sent', 1],
      [400, 'refused', 1],
      [403, 'refused', 1],
      [413, 'refused', 1],
      [404, 'gone', 1],
      [410, 'gone', 1],
      [408, 'failed', 3],
      [500, 'failed', 3],
      [503, 'failed', 3],
    ] as const) {
      const { send, requests } = sender(Array.from({ length: 3 }, () => status(code)));
      assert.deepEqual([await send(), requests.length], [delivery, attempts], String(code));
    }
  });

  test('no answer is tried again; what goes out once is not', async () => {
    const again = sender([undefined, undefined, status(201)]);
    assert.deepEqual([await again.send(), again.requests.length], ['sent', 3]);
    const once = sender([undefined]);
    assert.deepEqual([await once.send(true), once.requests.length], ['failed', 1]);
  });

  test('after a 429 the next message waits, too', async () => {
    const { send, requests, stop } = sender([status(429, 400), status(201), status(201)]);
    assert.equal(await send(), 'sent');
    const next = send();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(requests.length, 2, 'the gap is kept');
    assert.equal(await next, 'sent');
    assert.equal(requests.length, 3);
    stop.abort();
    assert.equal(await send(), 'failed');
  });
});

describe('e-mails in messages', () => {
  const emails = fc.array(
    fc.record({
      id: fc.string({ minLength: 1 }),
      subject: fc.string({ maxLength: 400 }),
      preview: fc.string(),
    }),
  );

  test('each message fits, none is lost, and what is left out did not fit', () => {
    fc.assert(
      fc.property(emails, fc.integer({ min: 100, max: 1000 }), (list, limit) => {
        const properties = ['subject', 'id', 'preview'];
        const messages = packed(list as unknown as JsonObject[], properties, limit);
        assert.equal(messages.flat().length, list.length);
        for (const message of messages)
          assert.ok(Buffer.byteLength(JSON.stringify(message).slice(1, -1)) <= limit);
        for (const [i, email] of messages.flat().entries()) {
          const whole = list[i] as Record<string, string>;
          for (const name of properties) {
            if (name in email) assert.equal(email[name], whole[name]);
            else assert.ok(Buffer.byteLength(JSON.stringify({ ...email, [name]: whole[name] })) + 1 > limit);
          }
          assert.deepEqual(
            Object.keys(email),
            properties.filter((name) => name in email),
          );
        }
      }),
    );
  });

  test('what arrived from outside, of what the log holds', async () => {
    const entry = (id: number, kind: 'create' | 'update', type: DataType = DataType.Email) => ({
      type,
      id,
      kind,
      aspects: 0,
      before: [],
      after: [],
    });
    const record = (change: number, delivery: boolean, ...entries: ReturnType<typeof entry>[]) => ({
      change,
      time: 0,
      origin: '',
      delivery,
      entries,
    });
    const log = [
      record(5, true, entry(1, 'create'), entry(9, 'create', DataType.Thread)),
      record(6, false, entry(2, 'create')),
      record(7, true, entry(1, 'update'), entry(3, 'create')),
    ];
    const head = async () => ({ change: 40 }) as never;
    assert.deepEqual(await arrivals({ log: async () => log, head }, 4), { ids: [1, 3], upTo: 7 });
    assert.deepEqual(await arrivals({ log: async () => [], head }, 4), { ids: [], upTo: 4 });
    assert.deepEqual(await arrivals({ log: async () => undefined, head }, 4), { ids: [], upTo: 40 });
  });
});
