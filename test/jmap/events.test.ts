// The event source over real sockets (RFC 8620 §7.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DataType, type Head, type StateChange } from '../../src/account/index.ts';
import type { AccessToken } from '../../src/access/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { JmapClient, RequestFailed } from '../../src/client/index.ts';
import { startTestServer, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  eventSourceRoutes,
  methodTable,
  StateHub,
} from '../../src/jmap/index.ts';
import { testDirectory, testToken } from '../../src/jmap/testing.ts';
import type { Bus } from '../../src/store/index.ts';

const listeners = new Set<(change: StateChange) => void>();
const bus = {
  publish: () => undefined,
  subscribe: (_topic: string, fn: (change: never) => void) => {
    listeners.add(fn as (change: StateChange) => void);
    return () => undefined;
  },
  close: () => undefined,
} as unknown as Bus;
const publish = (account: number, change: number, ...types: DataType[]) => {
  for (const listener of listeners) {
    listener({
      account,
      change,
      epoch: 1,
      types: types.map((type) => [type, change]),
      containers: [],
      origin: '',
      delivery: false,
    });
  }
};
const head = { change: 50, epoch: 1, state: (type: DataType) => (type === DataType.Email ? 50 : 3) } as Head;
const settings = { ...DEFAULT_JMAP_SETTINGS, eventSourceThrottleMs: 150 };
const tokens = new Map([
  ['all', testToken('*')],
  ['email', testToken(['jmapEmailGet'])],
  ['revoked', { ...testToken('*'), current: false } as AccessToken],
]);

let server: TestServer;
before(async () => {
  const hub = new StateHub(bus);
  const accounts = { get: () => ({ head: async () => head }) };
  const shared = { directory: testDirectory(), settings: () => settings };
  server = await startTestServer<AccessToken>({
    routes: [
      ...apiRoutes({ table: methodTable([...coreMethods]), ...shared }),
      ...eventSourceRoutes({ hub, accounts, ...shared }),
    ],
    signIn: async (credentials) =>
      tokens.get(credentials.scheme === 'bearer' ? credentials.token : '') as AccessToken,
  });
});
after(() => server.close());

const client = (token: string) => new JmapClient({ origin: server.origin, authorization: `Bearer ${token}` });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Collects events while `work` publishes, then hangs up. */
async function collect(
  token: string,
  options: Parameters<JmapClient['events']>[0],
  work: () => Promise<void>,
) {
  const stop = new AbortController();
  const events: { event: string; data: unknown }[] = [];
  const reading = (async () => {
    for await (const { event, data } of client(token).events({ ...options, signal: stop.signal })) {
      events.push({ event, data: JSON.parse(data) });
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await wait(60);
  await work();
  stop.abort();
  await reading;
  return events;
}
const ANN = encodeId(7);
const changed = (states: Record<string, string>) => ({ '@type': 'StateChange', changed: { [ANN]: states } });

test('a change arrives at once; more of them are one event after the throttle', async () => {
  const events = await collect('all', { types: 'Email,Mailbox' }, async () => {
    publish(7, 40, DataType.Email, DataType.Quota);
    await wait(40);
    for (let i = 41; i < 60; i++) publish(7, i, DataType.Email);
    publish(7, 60, DataType.Mailbox);
    publish(8, 5, DataType.Email);
    await wait(250);
  });
  assert.deepEqual(events, [
    { event: 'state', data: changed({ Email: `b.${encodeId(40)}` }) },
    { event: 'state', data: changed({ Email: `b.${encodeId(59)}`, Mailbox: `b.${encodeId(60)}` }) },
  ]);
});

test('types without permission are not heard of; closeafter ends the stream', async () => {
  const events = await collect('email', { types: '*', closeafter: 'state' }, async () => {
    publish(7, 41, DataType.Mailbox);
    publish(7, 42, DataType.Email, DataType.EmailDelivery);
    await wait(60);
    publish(7, 43, DataType.Email);
    await wait(250);
  });
  assert.deepEqual(events, [
    { event: 'state', data: changed({ Email: `b.${encodeId(42)}`, EmailDelivery: `b.${encodeId(42)}` }) },
  ]);
});

test('a reconnect with the last event id learns what it missed', async () => {
  const url = `${server.origin}/jmap/eventsource/?types=Email,Mailbox&closeafter=state&ping=0`;
  const headers = { authorization: 'Bearer all', 'last-event-id': `${ANN}.${encodeId(49)}` };
  const text = await (await fetch(url, { headers })).text();
  assert.equal(
    text,
    `event: state\nid: ${ANN}.${encodeId(50)}\ndata: ${JSON.stringify(changed({ Email: `b.${encodeId(50)}` }))}\n\n`,
  );
});

test('a revoked token ends the stream', async () => {
  const events = await collect('revoked', {}, async () => {
    publish(7, 44, DataType.Email);
    await wait(50);
  });
  assert.deepEqual(events, []);
});

test('bad parameters are 400, HEAD does not hang', async () => {
  for (const options of [{ types: 'Nothing' }, { closeafter: 'x' as 'no' }]) {
    const events = client('all').events(options);
    await assert.rejects(events.next(), (error) => error instanceof RequestFailed && error.status === 400);
  }
  const head = await fetch(`${server.origin}/jmap/eventsource/?types=*`, {
    method: 'HEAD',
    headers: { authorization: 'Bearer all' },
  });
  assert.equal(head.headers.get('content-type'), 'text/event-stream');
});
