// JMAP over WebSocket (RFC 8887), with the project's client and with one that breaks the rules.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { type AccountId, DataType, type Head, type StateChange } from '../../src/account/index.ts';
import type { AccessToken } from '../../src/access/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { basic, JmapClient, type JmapSocket, RequestFailed } from '../../src/client/index.ts';
import { HttpError } from '../../src/formats/http/index.ts';
import { DEFAULT_HTTP_SETTINGS } from '../../src/http/index.ts';
import { startTestServer, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  type JmapMethod,
  methodTable,
  Processor,
  StateHub,
  webSocketRoutes,
  webSocketUpgrades,
} from '../../src/jmap/index.ts';
import { testDirectory, testToken } from '../../src/jmap/testing.ts';
import type { Bus } from '../../src/store/index.ts';

const settings = {
  ...DEFAULT_JMAP_SETTINGS,
  maxRequestSize: 100_000,
  maxConcurrentRequests: 2,
  websocketThrottleMs: 100,
  websocketHeartbeatMs: 50,
  websocketTimeoutMs: 10_000,
};
let hold: Promise<void> | undefined;
const extra = (name: string, handle: JmapMethod['handle']): JmapMethod => ({
  name,
  capabilities: [],
  account: 'none',
  permission: 'none',
  handle,
});
const methods = [
  ...coreMethods,
  extra('Wait/get', async () => {
    await hold;
    return {};
  }),
  extra('Large/get', async () => ({ text: 'x'.repeat(3_000_000) })),
];

const listeners = new Set<(change: StateChange) => void>();
const bus = {
  publish: () => undefined,
  subscribe: (_topic: string, fn: (change: StateChange) => void) => {
    listeners.add(fn);
    return () => undefined;
  },
  close: () => undefined,
} as unknown as Bus;
const heads = new Map<AccountId, number>();
const head = (id: AccountId) => {
  const change = heads.get(id) ?? 10;
  return { change, epoch: 1, state: (type: DataType) => (type === DataType.Email ? change : 3) } as Head;
};
function publish(account: AccountId, change: number, ...types: DataType[]): void {
  heads.set(account, change);
  const types_ = types.map((type) => [type, change] as const);
  for (const listener of listeners)
    listener({ account, change, epoch: 1, types: types_, containers: [], origin: '', delivery: false });
}

/** Tokens by secret; what they become when they are refreshed. */
const tokens = new Map<string, AccessToken>();
const renewed = new Map<AccessToken, AccessToken | undefined>();
const token = (secret: string, permissions: Parameters<typeof testToken>[0], more = {}): AccessToken => {
  const made = { ...testToken(permissions, more) };
  tokens.set(secret, made);
  return made;
};
token('ann', ['jmapCoreEcho', 'jmapEmailGet', 'jmapMailboxGet']);
token('free', '*');

let server: TestServer;
before(async () => {
  const directory = testDirectory();
  const processor = new Processor({
    table: methodTable(methods),
    directory,
    settings: () => settings,
    features: { webSocket: true },
  });
  server = await startTestServer<AccessToken>({
    routes: [...apiRoutes(processor), ...webSocketRoutes()],
    upgrades: webSocketUpgrades({
      processor,
      directory,
      hub: new StateHub(bus),
      accounts: { get: (id) => ({ head: async () => head(id) }) },
      refresh: async (old) => renewed.get(old),
    }),
    signIn: async (credentials) => {
      const found = tokens.get(credentials.scheme === 'bearer' ? credentials.token : credentials.secret);
      if (!found) throw new HttpError({ status: 401 });
      return found;
    },
    settings: () => ({
      ...DEFAULT_HTTP_SETTINGS,
      rateLimitAuthenticated: { count: 60, periodMs: 3_600_000 },
    }),
    unlimited: (caller) => caller.account === 7,
    exempt: () => false,
  });
});
after(() => server.close());

const client = (secret: string) =>
  new JmapClient({ origin: server.origin, authorization: `Bearer ${secret}` });
const CORE = ['urn:ietf:params:jmap:core'];
const echo = (value: unknown) => [['Core/echo', { value }, 'c']];
const address = () => `${server.origin.replace('http', 'ws')}/jmap/ws`;

/** A bare socket: sends what it likes and collects what comes. */
async function bare(secret = 'ann') {
  const socket = new WebSocket(address(), 'jmap', { headers: { authorization: `Bearer ${secret}` } });
  const messages: Record<string, unknown>[] = [];
  let wake = (): void => undefined;
  socket.on('message', (data) => {
    messages.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>);
    wake();
  });
  await once(socket, 'open');
  const next = async (): Promise<Record<string, unknown>> => {
    while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return messages.shift() as Record<string, unknown>;
  };
  const ask = async (message: unknown) => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return next();
  };
  return { socket, next, ask, messages };
}

describe('the handshake', () => {
  test('the session names the address; the subprotocol is agreed', async () => {
    const { capabilities, accounts } = await client('ann').session();
    assert.deepEqual(capabilities['urn:ietf:params:jmap:websocket'], { url: address(), supportsPush: true });
    assert.deepEqual(accounts[encodeId(7)]?.accountCapabilities['urn:ietf:params:jmap:websocket'], {});
    const { socket } = await bare();
    assert.equal(socket.protocol, 'jmap');
    socket.close();
  });

  /** Status with which a handshake is refused. */
  const handshake = async (protocols: string[], headers: Record<string, string>): Promise<number> => {
    const socket = new WebSocket(address(), protocols, { headers });
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('error', reject);
    });
  };
  const bearer = { authorization: 'Bearer ann' };

  test('without credentials, without the subprotocol', async () => {
    assert.equal(await handshake(['jmap'], {}), 401);
    assert.equal(await handshake(['jmap'], { authorization: 'Bearer wrong' }), 401);
    assert.equal(await handshake([], bearer), 400);
    assert.equal(await handshake(['xmpp'], bearer), 400);
    assert.equal(await handshake(['xmpp', 'jmap'], bearer), 101);
  });

  test('a page of another origin cannot use the password that a browser remembers', async () => {
    const password = { authorization: basic('ann', 'ann') };
    assert.equal(await handshake(['jmap'], { ...password, origin: 'https://evil.example' }), 403);
    assert.equal(await handshake(['jmap'], { ...password, origin: 'null' }), 403);
    assert.equal(await handshake(['jmap'], { ...password, origin: server.origin }), 101);
    assert.equal(await handshake(['jmap'], password), 101);
    assert.equal(await handshake(['jmap'], { ...bearer, origin: 'https://web.example' }), 101);
  });

  test('a plain request is told what is spoken here', async () => {
    const plain = await fetch(`${server.origin}/jmap/ws`);
    assert.deepEqual([plain.status, plain.headers.get('upgrade')], [426, 'websocket']);
    await plain.arrayBuffer();
  });
});

describe('requests', () => {
  test('the examples of the standard', async () => {
    const { socket, ask } = await bare();
    const response = await ask({
      '@type': 'Request',
      id: 'R1',
      using: CORE,
      methodCalls: [['Core/echo', { hello: true, high: 5 }, 'b3ff']],
    });
    const { sessionState, ...rest } = response;
    assert.equal(sessionState, (await client('ann').session()).state);
    assert.deepEqual(rest, {
      '@type': 'Response',
      requestId: 'R1',
      methodResponses: [['Core/echo', { hello: true, high: 5 }, 'b3ff']],
    });
    const { detail, ...error } = await ask('The quick brown fox jumps\n over the lazy dog.');
    assert.equal(typeof detail, 'string');
    assert.deepEqual(error, {
      '@type': 'RequestError',
      requestId: null,
      type: 'urn:ietf:params:jmap:error:notJSON',
      status: 400,
    });
    socket.close();
  });

  test('no id, no requestId; created ids come back', async () => {
    const { socket, ask } = await bare();
    const response = await ask({ '@type': 'Request', using: CORE, methodCalls: [], createdIds: { a: 'b' } });
    assert.equal('requestId' in response, false);
    assert.deepEqual(response['createdIds'], { a: 'b' });
    socket.close();
  });

  test('errors name the request, and the socket goes on', async () => {
    const { socket, ask } = await bare();
    const type = async (message: object) => {
      const error = await ask({ '@type': 'Request', id: 'q', ...message });
      assert.deepEqual([error['@type'], error['requestId']], ['RequestError', 'q']);
      const { type, limit = '' } = error as { type: string; limit?: string };
      return `${type.split(':').at(-1)} ${limit}`.trim();
    };
    assert.equal(await type({}), 'notRequest');
    assert.equal(await type({ using: CORE }), 'notRequest');
    assert.equal(await type({ using: CORE, methodCalls: [['Core/echo', [], 'c']] }), 'notRequest');
    assert.equal(await type({ using: ['urn:what'], methodCalls: [] }), 'unknownCapability');
    const calls = Array.from({ length: 17 }, () => ['Core/echo', {}, 'c']);
    assert.equal(await type({ using: CORE, methodCalls: calls }), 'limit maxCallsInRequest');
    for (const message of [
      '[]',
      '5',
      'null',
      '{}',
      '{"@type":"What"}',
      '{"@type":5}',
      '{"@type":"Request","id":5}',
    ]) {
      const error = await ask(message);
      assert.deepEqual(
        [error['@type'], error['type'], error['requestId']],
        ['RequestError', 'urn:ietf:params:jmap:error:notRequest', null],
        message,
      );
    }
    const large = await ask({
      '@type': 'Request',
      id: 'x',
      using: CORE,
      methodCalls: echo('x'.repeat(120_000)),
    });
    assert.deepEqual([large['@type'], large['limit']], ['RequestError', 'maxSizeRequest']);
    const deep = await ask(`${'['.repeat(200)}${']'.repeat(200)}`);
    assert.equal(deep['limit'], 'maxSizeRequest');
    assert.equal((await ask({ '@type': 'Request', using: CORE, methodCalls: echo(1) }))['@type'], 'Response');
    socket.close();
  });

  test('a message far over the limit, and a binary one, end the connection', async () => {
    const first = await bare();
    first.socket.on('error', () => undefined);
    first.socket.send('x'.repeat(300_000));
    assert.equal((await once(first.socket, 'close'))[0], 1009);
    const second = await bare();
    second.socket.send(Buffer.from('{}'), { binary: true });
    assert.equal((await once(second.socket, 'close'))[0], 1003);
  });

  test('a compressed message that grows over the limit is not read', async () => {
    const { socket } = await bare();
    socket.on('error', () => undefined);
    assert.match(socket.extensions, /permessage-deflate/);
    socket.send(
      JSON.stringify({ '@type': 'Request', using: CORE, methodCalls: echo('x'.repeat(50_000_000)) }),
      {
        compress: true,
      },
    );
    assert.equal((await once(socket, 'close'))[0], 1009);
  });

  test('fragments are one message', async () => {
    const { socket, next } = await bare();
    const text = JSON.stringify({ '@type': 'Request', id: 'f', using: CORE, methodCalls: echo('ä€') });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7)
      socket.send(bytes.subarray(at, at + 7), { binary: false, fin: at + 7 >= bytes.length });
    const { methodResponses } = await next();
    assert.deepEqual(methodResponses, echo('ä€'));
    socket.close();
  });

  test('answers may overtake each other, and too many at once are refused over all ways in', async () => {
    const socket = await client('ann').socket();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const slow = socket.request(CORE, [['Wait/get', {}, 'w']]);
    assert.deepEqual((await socket.request(CORE, echo(1))).methodResponses, echo(1));
    const slower = client('ann').request([['Wait/get', {}, 'w']], CORE);
    // The other one has to have arrived.
    let error: unknown;
    for (let i = 0; i < 100 && !error; i++) {
      await new Promise((done) => setTimeout(done, 5));
      error = await socket.request(CORE, echo(2)).then(
        () => undefined,
        (failed: unknown) => failed,
      );
    }
    assert.ok(error instanceof RequestFailed);
    assert.equal(error.problem['limit'], 'maxConcurrentRequests');
    resolve();
    await Promise.all([slow, slower]);
    assert.deepEqual((await socket.request(CORE, echo(3))).methodResponses, echo(3));
    await socket.close();
  });

  test('large answers come whole, with others beside them', async () => {
    const socket = await client('free').socket();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        socket.request(
          CORE,
          i % 2
            ? echo(i)
            : [
                ['Large/get', {}, 'l'],
                ['Large/get', {}, 'm'],
              ],
        ),
      ),
    );
    for (const [i, { methodResponses }] of answers.entries()) {
      if (i % 2) assert.deepEqual(methodResponses, echo(i));
      else assert.equal(methodResponses[1]?.[1]['text'], 'x'.repeat(3_000_000));
    }
    await socket.close();
  });

  test('each request counts against the rate', async () => {
    token('metered', ['jmapCoreEcho'], { account: 8 });
    const socket = await client('metered').socket();
    const statuses: number[] = [];
    for (let i = 0; i < 70; i++) {
      const refused = await socket.request(CORE, echo(1)).then(
        () => 200,
        (error: unknown) => (error instanceof RequestFailed ? error.status : 0),
      );
      statuses.push(refused);
    }
    // The session and the handshake count, too.
    assert.deepEqual([statuses.indexOf(429), new Set(statuses)], [58, new Set([200, 429])]);
    await socket.close();
  });
});

const first = async (socket: JmapSocket) => (await socket.pushes().next()).value;
const changed = (states: Record<string, string>) => ({ [encodeId(7)]: states });
const state = (change: number) => `b.${encodeId(change)}`;

/** Resolves when everything sent so far has been handled. */
const settled = (socket: JmapSocket) => socket.request(CORE, echo(0));

describe('push', () => {
  test('is off until it is wanted, and off again', async () => {
    const socket = await client('ann').socket();
    publish(7, 20, DataType.Email);
    await settled(socket);
    socket.enablePush(['Email', 'Nothing']);
    await settled(socket);
    publish(7, 21, DataType.Mailbox);
    publish(7, 22, DataType.Email);
    publish(7, 23, DataType.Email);
    const pushed = await first(socket);
    assert.deepEqual(
      [pushed?.['@type'], pushed?.changed, pushed?.pushState],
      ['StateChange', changed({ Email: state(23) }), `${encodeId(7)}.${encodeId(23)}`],
    );
    socket.disablePush();
    await settled(socket);
    publish(7, 24, DataType.Email);
    socket.enablePush(null);
    await settled(socket);
    publish(7, 25, DataType.Mailbox);
    assert.deepEqual((await first(socket))?.changed, changed({ Mailbox: state(25) }));
    await socket.close();
  });

  test('with a pushState what was missed comes at once', async () => {
    publish(7, 40, DataType.Email);
    const socket = await client('ann').socket();
    socket.enablePush(null, `${encodeId(7)}.${encodeId(39)}`);
    assert.deepEqual((await first(socket))?.changed, changed({ Email: state(40) }));
    await socket.close();
  });

  test('a pushState of now, of nothing, or of garbage pushes nothing', async () => {
    for (const pushState of [`${encodeId(7)}.${encodeId(40)}`, '', '! ! 7', 'x'.repeat(9000)]) {
      const socket = await client('ann').socket();
      socket.enablePush(['Email'], pushState);
      await settled(socket);
      publish(7, 41, DataType.Email);
      assert.deepEqual((await first(socket))?.changed, changed({ Email: state(41) }));
      heads.set(7, 40);
      await socket.close();
    }
  });

  test('only what the caller may hear of', async () => {
    token('mailboxes', ['jmapCoreEcho', 'jmapMailboxGet']);
    const socket = await client('mailboxes').socket();
    socket.enablePush(null);
    await settled(socket);
    publish(7, 50, DataType.Email, DataType.Quota);
    publish(8, 9, DataType.Mailbox);
    publish(7, 51, DataType.Mailbox, DataType.Email);
    assert.deepEqual((await first(socket))?.changed, changed({ Mailbox: state(51) }));
    await socket.close();
  });

  test('arguments that make no sense', async () => {
    const { socket, ask } = await bare();
    for (const more of [{ dataTypes: 'Email' }, { dataTypes: [5] }, { pushState: 5 }, { dataTypes: {} }]) {
      const error = await ask({ '@type': 'WebSocketPushEnable', ...more });
      assert.equal(error['type'], 'urn:ietf:params:jmap:error:notRequest', JSON.stringify(more));
    }
    socket.close();
  });
});

describe('the credential', () => {
  const revoke = (old: AccessToken, now?: AccessToken) => {
    renewed.set(old, now);
    Object.assign(old, { current: false });
  };

  test('when it is good no more, the next request ends in 1008', async () => {
    const old = token('gone', ['jmapCoreEcho']);
    const { socket, ask } = await bare('gone');
    assert.equal((await ask({ '@type': 'Request', using: CORE, methodCalls: echo(1) }))['@type'], 'Response');
    socket.send(JSON.stringify({ '@type': 'Request', using: CORE, methodCalls: echo(1) }));
    revoke(old);
    assert.equal((await once(socket, 'close'))[0], 1008);
  });

  test('a silent socket ends, too', async () => {
    const old = token('silent', ['jmapCoreEcho']);
    const { socket } = await bare('silent');
    revoke(old);
    assert.equal((await once(socket, 'close'))[0], 1008);
  });

  test('other rights hold from then on', async () => {
    const old = token('changing', ['jmapCoreEcho', 'jmapMailboxGet', 'jmapEmailGet']);
    const socket = await client('changing').socket();
    socket.enablePush(['Email', 'Mailbox']);
    await settled(socket);
    revoke(old, testToken(['jmapMailboxGet']));
    const { methodResponses } = await settled(socket);
    assert.equal(methodResponses[0]?.[1]['type'], 'forbidden');
    publish(7, 70, DataType.Email);
    publish(7, 71, DataType.Mailbox);
    assert.deepEqual((await first(socket))?.changed, changed({ Mailbox: state(71) }));
    await socket.close();
  });
});

test('pings keep coming, and a client that answers is kept', async () => {
  const { socket } = await bare();
  await once(socket, 'ping');
  await once(socket, 'ping');
  assert.equal(socket.readyState, socket.OPEN);
  socket.close();
});

test('a client that is silent for too long is let go', async () => {
  const socket = new WebSocket(address(), 'jmap', {
    headers: { authorization: 'Bearer ann' },
    autoPong: false,
  });
  await once(socket, 'open');
  const before = settings.websocketTimeoutMs;
  settings.websocketTimeoutMs = 10;
  const [code] = await once(socket, 'close');
  settings.websocketTimeoutMs = before;
  assert.equal(code, 1001);
});
