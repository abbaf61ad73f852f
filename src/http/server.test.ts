import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { AccessDenied, Unavailable } from '../base/index.ts';
import { healthRoutes } from './health.ts';
import { type Caller, HttpError, jsonReply, type Route } from '../formats/http/index.ts';
import { DEFAULT_HTTP_SETTINGS, type HttpServerOptions, type HttpSettings } from './server.ts';
import { secureContext, selfSigned } from '../net/index.ts';
import { RawClient } from '../../test/support/raw-client.ts';
import { startTestServer, type TestServer } from './testing.ts';

const ANN: Caller = { account: 7 };
const signIn: HttpServerOptions<Caller>['signIn'] = async (credentials) => {
  if (credentials.scheme === 'basic' && credentials.name === 'ann' && credentials.secret === 'secret')
    return ANN;
  if (credentials.scheme === 'bearer' && credentials.token === 'API_key') return ANN;
  if (credentials.scheme === 'basic' && credentials.secret === 'no-code')
    throw new HttpError({ status: 402 });
  throw new HttpError({ status: 401 });
};
const BASIC = `Basic ${Buffer.from('ann:secret').toString('base64')}`;

const routes: Route[] = [
  { method: 'GET', path: '/open', signIn: 'none', clear: true, handle: () => jsonReply(200, { open: true }) },
  {
    method: 'GET',
    path: '/mine',
    signIn: 'required',
    handle: (x) => jsonReply(200, { account: x.caller?.account, origin: x.origin, client: x.client.address }),
  },
  {
    method: 'GET',
    path: '/maybe',
    signIn: 'optional',
    handle: (x) => jsonReply(200, { account: x.caller?.account ?? null }),
  },
  {
    method: 'POST',
    path: '/echo/{name}',
    signIn: 'none',
    handle: async (x) => ({
      status: 200,
      headers: { 'X-Name': x.params['name'] ?? '' },
      body: await x.body(1000),
    }),
  },
  {
    method: 'GET',
    path: '/denied',
    signIn: 'none',
    handle: () => Promise.reject(new AccessDenied('sysDomainGet')),
  },
  {
    method: 'GET',
    path: '/away',
    signIn: 'none',
    handle: () => Promise.reject(new Unavailable('the store', 2500)),
  },
  {
    method: 'GET',
    path: '/bug',
    signIn: 'none',
    handle: () => Promise.reject(new TypeError('secret detail')),
  },
  {
    method: 'GET',
    path: '/stream',
    signIn: 'none',
    handle: () => ({
      status: 200,
      headers: { 'Content-Type': 'text/event-stream' },
      stream: async (writer) => {
        await writer.write('one\n');
        await writer.write('two\n');
      },
    }),
  },
  {
    method: 'GET',
    path: '/pieces',
    signIn: 'none',
    handle: () => ({ status: 200, body: [Buffer.from('ab'), Buffer.from('cd')] }),
  },
  ...healthRoutes<Caller>({
    readiness: async () => ({ checks: { store: 'ok', listeners: 'not bound' } }),
    started: () => true,
    mayInspect: () => false,
  }),
];

let server: TestServer;
before(async () => {
  server = await startTestServer({ routes, signIn });
});
after(() => server.close());

const get = (path: string, headers: Record<string, string> = {}, at = server) =>
  fetch(at.origin + path, { headers, redirect: 'manual' });

/** Sends bytes as they are and returns all that comes back within a moment. */
function raw(bytes: string, at = server): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(at.port, '127.0.0.1');
    let out = '';
    socket.on('data', (data) => (out += data));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(out));
    socket.write(bytes);
    setTimeout(() => socket.destroy(), 300).unref();
  });
}

describe('routing', () => {
  test('answers with the default headers and says nothing about itself', async () => {
    const answer = await get('/open');
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { open: true });
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(answer.headers.get('server'), null);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  test('an unknown path is a 404 problem, a wrong method a 405 with Allow', async () => {
    const missing = await get('/nothing');
    assert.equal(missing.status, 404);
    assert.equal(missing.headers.get('content-type'), 'application/problem+json');
    assert.equal(((await missing.json()) as { status: number }).status, 404);
    const wrong = await fetch(`${server.origin}/open`, { method: 'DELETE' });
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD');
  });

  test('OPTIONS is 204 everywhere; HEAD has no body; / redirects', async () => {
    for (const path of ['/open', '/nothing']) {
      assert.equal((await fetch(server.origin + path, { method: 'OPTIONS' })).status, 204);
    }
    assert.match(await raw('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 204/);
    const head = await raw('HEAD /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(head, /Content-Length: 13\r\n/);
    assert.ok(head.endsWith('\r\n\r\n'));
    const root = await get('/');
    assert.equal(root.status, 302);
    assert.equal(root.headers.get('location'), '/account');
  });

  test('path variables are decoded; broken percent-encoding names nothing', async () => {
    const answer = await fetch(`${server.origin}/echo/a%20b`, { method: 'POST', body: 'hello' });
    assert.equal(answer.headers.get('x-name'), 'a b');
    assert.equal(await answer.text(), 'hello');
    assert.match(
      await raw('POST /echo/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 404/,
    );
  });

  test('bodies in pieces and streams arrive whole', async () => {
    assert.equal(await (await get('/pieces')).text(), 'abcd');
    assert.equal(await (await get('/stream')).text(), 'one\ntwo\n');
  });

  test('streams of one connection, asked for in one go, come whole and one after the other', async () => {
    const client = await RawClient.connect(server.port);
    const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    client.send(ask('/stream') + ask('/stream') + ask('/open', 'Connection: close\r\n'));
    const [first, second, third] = (await client.rest()).split(/(?=HTTP\/1\.1 200)/);
    const chunks = '\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n';
    assert.ok(first?.endsWith(chunks));
    assert.ok(second?.endsWith(chunks));
    assert.ok(third?.endsWith('{"open":true}'));
  });

  test('a stream to a client of HTTP/1.0 has no frames', async () => {
    const client = await RawClient.connect(server.port);
    const answer = await client.send('GET /stream HTTP/1.0\r\n\r\n').rest();
    assert.ok(answer.endsWith('\r\n\r\none\ntwo\n'), answer);
  });

  test('health needs nobody and shows checks on loopback', async () => {
    assert.equal((await get('/healthz/live')).status, 200);
    assert.equal((await get('/healthz/startup')).status, 200);
    const ready = await get('/healthz/ready?verbose');
    assert.equal(ready.status, 503);
    assert.deepEqual(((await ready.json()) as { checks: unknown }).checks, {
      store: 'ok',
      listeners: 'not bound',
    });
    assert.equal('checks' in ((await (await get('/healthz/ready')).json()) as object), false);
  });
});

describe('sign-in', () => {
  test('Basic and Bearer are accepted', async () => {
    for (const authorization of [BASIC, 'Bearer API_key', 'bearer API_key']) {
      const answer = await get('/mine', { authorization });
      assert.equal(answer.status, 200, authorization);
      assert.equal(((await answer.json()) as { account: number }).account, 7);
    }
  });

  test('absent, wrong and malformed credentials get 401 with both challenges', async () => {
    const wrong = [
      undefined,
      `Basic ${btoa('ann:wrong')}`,
      'Basic !!!',
      'Basic ',
      'Digest x',
      'Bearer a b',
      `Basic ${btoa('ann')}`,
    ];
    for (const authorization of wrong) {
      const answer = await get('/mine', authorization === undefined ? {} : { authorization });
      assert.equal(answer.status, 401, String(authorization));
      assert.match(
        answer.headers.get('www-authenticate') ?? '',
        /Bearer realm="Waypost".*Basic realm="Waypost"/,
      );
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    }
  });

  test('a missing second factor is 402; optional routes still check what is given', async () => {
    assert.equal((await get('/mine', { authorization: `Basic ${btoa('ann:no-code')}` })).status, 402);
    assert.deepEqual(await (await get('/maybe')).json(), { account: null });
    assert.deepEqual(await (await get('/maybe', { authorization: BASIC })).json(), { account: 7 });
    assert.equal((await get('/maybe', { authorization: 'Bearer nope' })).status, 401);
  });

  test('URLs come from the accepted socket on loopback, never from Host', async () => {
    const answer = await raw(
      `GET /mine HTTP/1.1\r\nHost: evil.example\r\nAuthorization: ${BASIC}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, new RegExp(`"origin":"http://127\\.0\\.0\\.1:${server.port}"`));
  });
});

describe('errors', () => {
  test('typed errors have their status; an unexpected one tells nothing', async () => {
    assert.equal((await get('/denied')).status, 403);
    const away = await get('/away');
    assert.equal(away.status, 503);
    assert.equal(away.headers.get('retry-after'), '3');
    const bug = await get('/bug');
    assert.equal(bug.status, 500);
    assert.equal((await bug.text()).includes('secret detail'), false);
  });
});

describe('hostile requests', () => {
  const status = async (bytes: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(bytes))?.[1] ?? 0);
  const cases: [string, string, number][] = [
    ['bare LF', 'GET /open HTTP/1.1\nHost: x\n\n', 400],
    ['folded header', 'GET /open HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 400],
    [
      'both lengths',
      'POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      400,
    ],
    [
      'stacked codings',
      'POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
    ['no Host', 'GET /open HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET /open HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
    ['two credentials', 'GET /mine HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n', 400],
    ['long URI', `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['many fields', `GET /open HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(200)}\r\n`, 431],
    ['large header', `GET /open HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`, 431],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
    [
      'upgrade of nothing',
      'GET /open HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      404,
    ],
    ['another protocol', 'EHLO me\r\n', 400],
    ['announced too large', 'POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n', 413],
    [
      'chunks too large',
      `POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`,
      413,
    ],
    ['absolute form', 'GET http://evil.example/open HTTP/1.1\r\nHost: evil.example\r\n\r\n', 200],
  ];
  for (const [name, bytes, expected] of cases) {
    test(name, async () => assert.equal(await status(bytes), expected));
  }

  test('a body that is refused still lets the client read why', async () => {
    const answer = await fetch(`${server.origin}/echo/a`, { method: 'POST', body: Buffer.alloc(3_000_000) });
    assert.equal(answer.status, 413);
    assert.equal((await get('/open')).status, 200);
  });

  test('100-continue is sent to bodies that will be read only', async () => {
    const wanted = await raw(
      'POST /echo/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
    );
    assert.match(wanted, /^HTTP\/1\.1 100 Continue/);
    const refused = await raw(
      'POST /echo/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n\r\n',
    );
    assert.match(refused, /^HTTP\/1\.1 413/);
  });
});

test('an offer of another protocol is passed over, and the request answered', async () => {
  const answer = await raw(
    'GET /open HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\{"open":true\}/);
});

describe('settings', () => {
  const withSettings = (settings: Partial<HttpSettings>, more: Partial<HttpServerOptions<Caller>> = {}) => {
    const all = { ...DEFAULT_HTTP_SETTINGS, ...settings };
    return startTestServer({ routes, signIn, settings: () => all, ...more });
  };

  test('rates: per address without sign-in, per account with it, exempt and unmetered never', async () => {
    const rate = { count: 2, periodMs: 60_000 };
    const strict = await withSettings(
      { rateLimitAnonymous: rate, rateLimitAuthenticated: rate },
      { exempt: () => false },
    );
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await get('/open', {}, strict)).status);
      assert.deepEqual(statuses, [200, 200, 429]);
      const limited = await get('/open', {}, strict);
      assert.match(limited.headers.get('ratelimit-policy') ?? '', /^"requests";q=2;w=60/);
      assert.ok(Number(limited.headers.get('retry-after')) >= 1);
      const mine: number[] = [];
      for (let i = 0; i < 3; i++) mine.push((await get('/mine', { authorization: BASIC }, strict)).status);
      assert.deepEqual(mine, [200, 200, 429]);
      assert.equal((await get('/healthz/live', {}, strict)).status, 200);
    } finally {
      await strict.close();
    }
  });

  test('permissive CORS, configured headers, no framing headers', async () => {
    const open = await withSettings({
      usePermissiveCors: true,
      enableHsts: true,
      responseHeaders: {
        'X-Site': 'one',
        'Transfer-Encoding': 'chunked',
        'Referrer-Policy': 'origin',
        'X-Bad': 'a\r\nb: c',
      },
    });
    try {
      const answer = await get('/open', {}, open);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.equal(answer.headers.get('x-site'), 'one');
      assert.equal(answer.headers.get('referrer-policy'), 'origin');
      assert.equal(answer.headers.get('x-bad'), null);
      assert.equal(answer.headers.get('strict-transport-security'), null);
      assert.deepEqual(await answer.json(), { open: true });
    } finally {
      await open.close();
    }
  });

  test('strangers in clear get health, discovery and a redirect', async () => {
    const proxied = await withSettings(
      { useXForwarded: true },
      { requireTls: () => true, publicOrigin: () => 'https://mail.example.org' },
    );
    try {
      const stranger = { 'x-forwarded-for': '192.0.2.7' };
      assert.equal((await get('/open', stranger, proxied)).status, 200);
      assert.equal((await get('/healthz/live', stranger, proxied)).status, 200);
      const sent = await get('/mine?a=b', { ...stranger, authorization: BASIC }, proxied);
      assert.equal(sent.status, 308);
      assert.equal(sent.headers.get('location'), 'https://mail.example.org/mine?a=b');
      const posted = await fetch(`${proxied.origin}/echo/a`, {
        method: 'POST',
        body: 'x',
        headers: stranger,
      });
      assert.equal(posted.status, 403);
      const local = await get('/mine', { authorization: BASIC }, proxied);
      assert.deepEqual(await local.json(), {
        account: 7,
        origin: 'https://mail.example.org',
        client: '127.0.0.1',
      });
    } finally {
      await proxied.close();
    }
  });

  test('forwarded addresses count from trusted peers only, walked from the right', async () => {
    const proxied = await withSettings(
      { useXForwarded: true },
      { trusted: (address) => address === '10.0.0.1' },
    );
    const client = async (headers: Record<string, string>) =>
      (
        (await (await get('/mine', { authorization: BASIC, ...headers }, proxied)).json()) as {
          client: string;
        }
      ).client;
    try {
      assert.equal(await client({ 'x-forwarded-for': '203.0.113.9, 192.0.2.7, 10.0.0.1' }), '192.0.2.7');
      assert.equal(
        await client({ forwarded: 'for="[2001:db8::7]:4711";proto=https, for=10.0.0.1' }),
        '2001:db8::7',
      );
      assert.equal(await client({ 'x-forwarded-for': 'garbage' }), '127.0.0.1');
    } finally {
      await proxied.close();
    }
  });
});

test('close lets a running stream know and frees the port', async () => {
  let ended = false;
  const stopping = await startTestServer({
    signIn,
    routes: [
      {
        method: 'GET',
        path: '/wait',
        signIn: 'none',
        handle: (x) => ({
          status: 200,
          stream: async (writer) => {
            await writer.write('first\n');
            await new Promise((resolve) => x.signal.addEventListener('abort', resolve, { once: true }));
            ended = true;
          },
        }),
      },
    ],
  });
  const answer = await fetch(`${stopping.origin}/wait`);
  const text = answer.text();
  await stopping.close();
  assert.equal(await text, 'first\n');
  assert.equal(ended, true);
});

test('a quiet stream stays open, a quiet connection does not', async () => {
  const { promise: quiet, resolve: speak } = Promise.withResolvers<void>();
  const patient = await startTestServer({
    signIn,
    stalledMs: 60,
    routes: [
      {
        method: 'GET',
        path: '/wait',
        signIn: 'none',
        handle: () => ({
          status: 200,
          stream: async (writer) => {
            await writer.write('first\n');
            await quiet;
            await writer.write('second\n');
          },
        }),
      },
    ],
  });
  const text = (await fetch(`${patient.origin}/wait`)).text();
  const idle = await RawClient.connect(patient.port);
  assert.equal(await idle.send('GET /wa').rest(), '');
  await new Promise((resolve) => setTimeout(resolve, 150));
  speak();
  assert.equal(await text, 'first\nsecond\n');
  await patient.close();
});

test('TLS is secure and tells the right origin', async () => {
  const { cert, key } = await selfSigned(['mail.example.org']);
  const context = secureContext({ cert, key });
  const secured = await startTestServer(
    {
      routes,
      signIn,
      requireTls: () => true,
      settings: () => ({ ...DEFAULT_HTTP_SETTINGS, enableHsts: true }),
    },
    { context: () => context, alpn: ['http/1.1'] },
  );
  const client = await RawClient.connectTls(secured.port, ['http/1.1']);
  client.send(`GET /mine HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\nConnection: close\r\n\r\n`);
  const answer = await client.rest();
  assert.match(answer, /^HTTP\/1\.1 200/);
  assert.match(answer, /Strict-Transport-Security: max-age=31536000; includeSubDomains/);
  assert.ok(answer.includes(`"origin":"https://127.0.0.1:${secured.port}"`));
  await secured.close();
});
