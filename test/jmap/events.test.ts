// The event source over real sockets (RFC 8620 §7.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DataType, type Head, type StateChange } from '../../src/account/index.ts';
import type { AccessToken } from '../../src/access/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { JmapClient, RequestFailed } from '../../src/client/index.ts';
import { parseEventStream } from '../../src/client/event-stream.ts';
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

interface Seen {
  readonly event: string;
  readonly data: unknown;
}

/** Opens a stream; `next` waits for that many events in all, `end` for the end of the stream. */
async function listen(token: string, query: string) {
  const stop = new AbortController();
  const answer = await fetch(`${server.origin}/jmap/eventsource/?${query}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const events: Seen[] = [];
  let wake = (): void => undefined;
  const end = (async () => {
    for await (const { event, data } of parseEventStream(answer.body as ReadableStream<Uint8Array>)) {
      events.push({ event, data: JSON.parse(data) });
      wake();
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const next = async (count: number): Promise<Seen[]> => {
    while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return events;
  };
  return { events, next, end, close: () => stop.abort() };
}
const ANN = encodeId(7);
const changed = (states: Record<string, string>) => ({ '@type': 'StateChange', changed: { [ANN]: states } });

test('a change arrives at once; more of them are one event after the throttle', async () => {
  const stream = await listen('all', 'types=Email,Mailbox');
  publish(7, 40, DataType.Email, DataType.Quota);
  await stream.next(1);
  for (let i = 41; i < 60; i++) publish(7, i, DataType.Email);
  publish(7, 60, DataType.Mailbox);
  publish(8, 5, DataType.Email);
  await stream.next(2);
  publish(7, 61, DataType.Email);
  assert.deepEqual(await stream.next(3), [
    { event: 'state', data: changed({ Email: `b.${encodeId(40)}` }) },
    { event: 'state', data: changed({ Email: `b.${encodeId(59)}`, Mailbox: `b.${encodeId(60)}` }) },
    { event: 'state', data: changed({ Email: `b.${encodeId(61)}` }) },
  ]);
  stream.close();
});

test('each stream hears of one change what it asked for', async () => {
  const streams = await Promise.all([
    listen('all', 'types=Email,Mailbox'),
    listen('all', 'types=Email,Mailbox'),
    listen('all', 'types=Mailbox'),
    listen('email', 'types=Email,Mailbox'),
  ]);
  publish(7, 35, DataType.Email, DataType.Mailbox);
  const state = `b.${encodeId(35)}`;
  const [both, again, mailbox, email] = await Promise.all(
    streams.map(async (stream) => (await stream.next(1))[0]?.data),
  );
  assert.deepEqual(both, changed({ Email: state, Mailbox: state }));
  assert.deepEqual(again, both);
  assert.deepEqual(mailbox, changed({ Mailbox: state }));
  assert.deepEqual(email, changed({ Email: state }));
  for (const stream of streams) stream.close();
});

test('types without permission are not heard of; closeafter ends the stream', async () => {
  const stream = await listen('email', 'types=*&closeafter=state');
  publish(7, 41, DataType.Mailbox);
  publish(7, 42, DataType.Email, DataType.EmailDelivery);
  await stream.end;
  const data = changed({ Email: `b.${encodeId(42)}`, EmailDelivery: `b.${encodeId(42)}` });
  assert.deepEqual(stream.events, [{ event: 'state', data }]);
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
  const stream = await listen('revoked', 'types=*');
  publish(7, 44, DataType.Email);
  await stream.end;
  assert.deepEqual(stream.events, []);
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
