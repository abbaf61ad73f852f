import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { addSink } from '../base/index.ts';
import {
  type Connection,
  ConnectionEnded,
  ConnectionLimit,
  type Listener,
  type ListenerOptions,
  LineTooLong,
  listen,
  NetworkSet,
  secureContext,
  selfSigned,
  type TlsServer,
} from './index.ts';
import { RawClient } from '../../test/support/raw-client.ts';

let tls: TlsServer;
before(async () => {
  const context = secureContext(await selfSigned(['mail.example.org', '127.0.0.1']));
  tls = { context: () => context };
});

const listeners: Listener[] = [];
after(async () => {
  for (const listener of listeners) await listener.drain(0);
});

async function start(
  serve: (connection: Connection) => Promise<void> | void,
  options: Partial<ListenerOptions> = {},
): Promise<{ port: number; listener: Listener }> {
  const bind = [{ host: '127.0.0.1', port: 0 }];
  const listener = await listen({ name: 'test', bind, serve, ...options });
  listeners.push(listener);
  return { port: listener.addresses[0]?.port ?? 0, listener };
}

/** Answers each line with itself in angle brackets. */
async function echo(connection: Connection): Promise<void> {
  connection.put('hello\r\n');
  for (;;) {
    const line = (await connection.readLine(100)).toString();
    if (line === 'quit') return connection.put('bye\r\n');
    connection.put(`<${line}>\r\n`);
  }
}

/** The reason why the session's reading ended. */
function endOf(session: (connection: Connection) => Promise<void>) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const serve = async (connection: Connection) => {
    try {
      await session(connection);
      resolve('returned');
    } catch (error) {
      resolve(error instanceof ConnectionEnded ? error.reason : String(error));
      throw error;
    }
  };
  return { serve, ended: promise };
}

test('lines in, lines out, and the last words arrive', async () => {
  const { port } = await start(echo);
  const client = await RawClient.connect(port);
  assert.equal(await client.until('hello\r\n'), 'hello\r\n');
  client.send('a\r\nb\nqu').send('it\r\nmore that nobody reads\r\n');
  assert.equal(await client.rest(), '<a>\r\n<b>\r\nbye\r\n');
});

test('replies to pipelined lines leave in one segment', async () => {
  const { port } = await start(echo);
  const client = await RawClient.connect(port);
  await client.until('hello\r\n');
  let segments = 0;
  client.socket.on('data', () => segments++);
  client.send('x\r\n'.repeat(500));
  await client.until('<x>\r\n'.repeat(500));
  assert.equal(segments, 1);
});

test('a peer that closes its side still gets its replies', async () => {
  const { serve, ended } = endOf(echo);
  const { port } = await start(serve);
  const client = await RawClient.connect(port);
  client.send('a\r\nb\r\nunfinished').finish();
  assert.equal(await client.rest(), 'hello\r\n<a>\r\n<b>\r\n');
  assert.equal(await ended, 'eof');
});

test('a too long line is reported once and reading goes on', async () => {
  const { port } = await start(async (connection) => {
    for (;;) {
      try {
        connection.put(`<${(await connection.readLine(100)).toString()}>\r\n`);
      } catch (error) {
        if (!(error instanceof LineTooLong)) throw error;
        connection.put('too long\r\n');
      }
    }
  });
  const client = await RawClient.connect(port);
  client.send(`${'x'.repeat(300_000)}\r\nok\r\n`);
  assert.equal(await client.until('>'), 'too long\r\n<ok>');
  client.close();
});

test('exact counts are handed on in pieces and slow sinks hold the peer back', async () => {
  const size = 4 * 1024 * 1024;
  let seen = 0;
  let unread = 0;
  const { port } = await start(async (connection) => {
    await connection.readLine(10);
    await connection.readInto(size, async (piece) => {
      seen += piece.length;
      unread = Math.max(unread, connection.unread);
      await sleep(1);
    });
    connection.put(`${seen} ${(await connection.readBytes(3)).toString()}\r\n`);
  });
  const client = await RawClient.connect(port);
  client.send('go\r\n').send(Buffer.alloc(size, 1)).send('end');
  assert.equal(await client.rest(), `${size} end\r\n`);
  assert.ok(unread <= 256 * 1024, `${unread} octets were held`);
});

test('bytes come together when they have arrived in pieces', async () => {
  const { port } = await start(async (connection) => {
    connection.put('go\r\n');
    await connection.more();
    assert.equal(connection.tryReadBytes(10), undefined);
    while (connection.unread < 10) await connection.more();
    assert.equal(connection.tryReadBytes(0)?.length, 0);
    connection.put(`${connection.tryReadBytes(10)?.toString()}\r\n`);
  });
  const client = await RawClient.connect(port);
  await client.until('go\r\n');
  client.send('12345');
  await sleep(20);
  client.send('67890');
  assert.equal(await client.rest(), '1234567890\r\n');
});

test('writes wait for a peer that does not read, and commands too', async () => {
  let unsent = 0;
  let finished = false;
  const { port } = await start(async (connection) => {
    await connection.readLine(10);
    const piece = Buffer.alloc(64 * 1024, 0x61);
    for (let i = 0; i < 400; i++) {
      await connection.write(piece);
      unsent = Math.max(unsent, connection.unsent);
    }
    finished = true;
  });
  const client = await RawClient.connect(port);
  client.socket.pause();
  client.send('go\r\n');
  await sleep(200);
  assert.equal(finished, false);
  assert.ok(unsent < 1024 * 1024, `${unsent} octets were held`);
  client.socket.resume();
  assert.equal((await client.rest()).length, 400 * 64 * 1024);
});

test('a peer that asks and does not read is not answered without end', async () => {
  let answered = 0;
  const { port } = await start(async (connection) => {
    for (;;) {
      await connection.readLine(100);
      answered++;
      connection.put('x'.repeat(5000));
    }
  });
  const client = await RawClient.connect(port);
  client.socket.pause();
  client.send('a\r\n'.repeat(20_000));
  await sleep(300);
  assert.ok(answered < 10_000, `${answered} answers`);
  client.close();
});

test('silence ends the reading session after its time', async () => {
  const { serve, ended } = endOf(async (connection) => {
    connection.idleMs = 900;
    await echo(connection);
  });
  const { port } = await start(serve);
  const client = await RawClient.connect(port);
  await client.until('hello\r\n');
  for (let i = 0; i < 3; i++) {
    await sleep(400);
    await client.send('a\r\n').until('<a>\r\n');
  }
  assert.equal(await client.rest(), '');
  assert.equal(await ended, 'idle');
});

test('time while nobody reads is not silence of the peer', async () => {
  const { port } = await start(async (connection) => {
    connection.idleMs = 30;
    await connection.readLine(10);
    await sleep(90);
    connection.put(`${(await connection.readLine(10)).toString()}\r\n`);
  });
  const client = await RawClient.connect(port);
  client.send('a\r\nb\r\n');
  assert.equal(await client.rest(), 'b\r\n');
});

test('input beyond the limits of time and octets ends the session', async () => {
  for (const [reason, set] of [
    ['transfer', (c: Connection) => (c.maxBytesIn = 10)],
    ['duration', (c: Connection) => (c.deadline = c.startedAt - 1)],
  ] as const) {
    const { serve, ended } = endOf(async (connection) => {
      set(connection);
      await echo(connection);
    });
    const { port } = await start(serve);
    const client = await RawClient.connect(port);
    client.send('a line of more than ten octets\r\n');
    assert.equal(await client.rest(), 'hello\r\n');
    assert.equal(await ended, reason);
  }
});

test('a reset ends the session', async () => {
  const { serve, ended } = endOf(echo);
  const { port } = await start(serve);
  const client = await RawClient.connect(port);
  await client.until('hello\r\n');
  client.socket.resetAndDestroy();
  assert.equal(await ended, 'reset');
});

test('what is written to a peer that is gone ends the session', async () => {
  const { serve, ended } = endOf(async (connection) => {
    await connection.readLine(10);
    for (;;) await connection.write(Buffer.alloc(64 * 1024));
  });
  const { port } = await start(serve);
  const client = await RawClient.connect(port);
  client.send('go\r\n');
  await client.until('\0');
  client.socket.resetAndDestroy();
  assert.equal(await ended, 'reset');
});

async function starttls(connection: Connection): Promise<void> {
  await connection.readLine(100);
  connection.put('go ahead\r\n');
  await connection.startTls(tls);
  connection.put(`${connection.tls?.version} ${connection.tls?.serverName}\r\n`);
  await echo(connection);
}

test('STARTTLS changes to TLS and forgets what came in clear', async () => {
  const { port } = await start(starttls);
  const client = await RawClient.connect(port);
  client.send('STARTTLS\r\ninjected\r\nquit\r\n');
  await client.until('go ahead\r\n');
  await client.startTls();
  assert.equal(await client.until('hello\r\n'), 'TLSv1.3 mail.example.org\r\nhello\r\n');
  client.send('real\r\nquit\r\n');
  assert.equal(await client.rest(), '<real>\r\nbye\r\n');
});

test('a failed handshake ends the connection and is no unexpected error', async () => {
  const events: string[] = [];
  const remove = addSink((name) => events.push(name));
  const { serve, ended } = endOf(starttls);
  const { port } = await start((connection) => serve(connection).catch(() => undefined));
  const client = await RawClient.connect(port);
  client.send('STARTTLS\r\n');
  await client.until('go ahead\r\n');
  client.send('this is no TLS\r\n\r\n');
  await client.rest();
  assert.match(await ended, /Error/);
  const vanishing = await RawClient.connect(port);
  vanishing.send('STARTTLS\r\n');
  await vanishing.until('go ahead\r\n');
  vanishing.close();
  await sleep(20);
  remove();
  assert.ok(!events.includes('server.unexpected-error'));
});

test('implicit TLS, large bodies both ways, ALPN refusal', async () => {
  const { port } = await start(
    async (connection) => {
      const body = await connection.readBytes(1_000_000);
      await connection.write(body.subarray(0, 500_000));
      await connection.write(body.subarray(500_000));
    },
    { implicitTls: { ...tls, alpn: ['test'] } },
  );
  const client = await RawClient.connectTls(port, ['test']);
  client.send(Buffer.alloc(1_000_000, 0x7a));
  assert.equal(await client.rest(), 'z'.repeat(1_000_000));
  await assert.rejects(RawClient.connectTls(port, ['other']), /no application protocol/i);
  const slow = await start(echo, { implicitTls: { ...tls, timeoutMs: 50 } });
  const silent = await RawClient.connect(slow.port);
  assert.equal(await silent.rest(), '');
});

test('the certificate is chosen by server name', async () => {
  const other = secureContext(await selfSigned(['other.example.org']));
  const { port } = await start(echo, {
    implicitTls: { ...tls, forName: (name) => (name === 'mail.example.org' ? other : undefined) },
  });
  const client = await RawClient.connectTls(port);
  const certificate = (client.socket as TLSSocket).getPeerCertificate();
  assert.equal(certificate.subjectaltname, 'DNS:other.example.org');
  client.close();
});

test('a trusted proxy speaks for its client and must do so', async () => {
  const proxies = new NetworkSet(['127.0.0.0/8']);
  const report = async (connection: Connection) => {
    const { remote, local, peer } = connection;
    connection.put(`${remote.address}:${remote.port} ${local.port} ${peer.address} ${connection.secure}\r\n`);
    await echo(connection);
  };
  const { port } = await start(report, { proxies });
  const client = await RawClient.connect(port);
  client.send('PROXY TCP4 192.0.2.7 198.51.100.1 4711');
  await sleep(20);
  client.send(' 25\r\nhi\r\n');
  assert.equal(await client.until('<hi>'), '192.0.2.7:4711 25 127.0.0.1 false\r\nhello\r\n<hi>');
  client.close();
  const stranger = await RawClient.connect(port);
  assert.equal(await stranger.send('EHLO x\r\n').rest(), '');

  const blocked = await start(report, { proxies, blocked: (address) => address !== '192.0.2.7' });
  const bad = await RawClient.connect(blocked.port);
  assert.equal(await bad.send('PROXY TCP4 192.0.2.8 198.51.100.1 4711 25\r\n').rest(), '');
  const good = await RawClient.connect(blocked.port);
  await good.send('PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n').until('hello');
  good.close();
});

test('TLS begins behind the header of the proxy', async () => {
  const { port } = await start(echo, { proxies: new NetworkSet(['127.0.0.1']), implicitTls: tls });
  const header = Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n');
  const apart = await RawClient.connect(port);
  apart.send(header);
  await apart.startTls();
  assert.equal(await apart.until('hello\r\n'), 'hello\r\n');
  apart.close();

  // The header and the client's hello share a segment.
  const socket = connect(port, '127.0.0.1');
  let first = true;
  const joined = new Duplex({
    read() {},
    write(piece: Buffer, _encoding, done) {
      socket.write(first ? Buffer.concat([header, piece]) : piece, done);
      first = false;
    },
  });
  socket.on('data', (piece) => joined.push(piece));
  const secured = connectTls({ socket: joined, rejectUnauthorized: false });
  const [greeting] = await once(secured, 'data');
  assert.equal(String(greeting), 'hello\r\n');
  secured.destroy();
  socket.destroy();
});

test('past a limit the peer gets the busy line', async () => {
  const limit = new ConnectionLimit(2);
  const { port, listener } = await start(echo, { limits: [limit], busyLine: '421 busy\r\n' });
  const first = await RawClient.connect(port);
  const second = await RawClient.connect(port);
  await second.until('hello');
  const third = await RawClient.connect(port);
  assert.equal(await third.rest(), '421 busy\r\n');
  assert.equal(limit.open, 2);
  first.send('quit\r\n');
  await first.rest();
  first.close();
  while (limit.open > 1) await sleep(5);
  const fourth = await RawClient.connect(port);
  await fourth.until('hello');
  assert.equal(listener.connections.size, 2);
  for (const client of [second, fourth]) client.close();
});

test('one client gets its share until it has signed in', async () => {
  const { port, listener } = await start(
    async (connection) => {
      connection.put('hello\r\n');
      await connection.readLine(10);
      listener.signedIn(connection);
      connection.put('welcome\r\n');
      await echo(connection);
    },
    { maxPerAddress: 1, busyLine: '421 busy\r\n', exempt: (address) => address === '127.0.0.9' },
  );
  const first = await RawClient.connect(port);
  await first.until('hello');
  assert.equal(await (await RawClient.connect(port)).rest(), '421 busy\r\n');
  const exempt = await RawClient.connect(port, '127.0.0.9');
  await exempt.until('hello');
  const other = await RawClient.connect(port, '127.0.0.2');
  await other.until('hello');
  await first.send('login\r\n').until('welcome');
  const second = await RawClient.connect(port);
  await second.until('hello');
  for (const client of [first, exempt, other, second]) client.close();
});

test('several listeners share a port', async () => {
  const { port } = await start(echo, { reusePort: true });
  await start(echo, { reusePort: true, bind: [{ host: '127.0.0.1', port }] });
  await assert.rejects(start(echo, { bind: [{ host: '127.0.0.1', port }] }), /EADDRINUSE/);
});

test('draining tells the sessions and closes those that do not listen', async () => {
  const { port, listener } = await start(async (connection) => {
    if ((await connection.readLine(10)).toString() === 'polite') {
      connection.onDrain = () => connection.interrupt('shutdown');
    }
    connection.put('ready\r\n');
    try {
      await connection.readLine(10);
    } catch {
      connection.put('421 later\r\n');
    }
  });
  const polite = await RawClient.connect(port);
  const deaf = await RawClient.connect(port);
  await polite.send('polite\r\n').until('ready\r\n');
  await deaf.send('deaf\r\n').until('ready\r\n');
  const drained = listener.drain(200);
  assert.equal(await polite.rest(), '421 later\r\n');
  polite.close();
  assert.equal(deaf.ended, false);
  await drained;
  assert.equal(await deaf.rest(), '');
  await assert.rejects(RawClient.connect(port), /ECONNREFUSED/);
});

test('a session that fails is reported and its connection closed', async () => {
  const reported: unknown[] = [];
  const remove = addSink((name, level, fields) => {
    if (name === 'server.unexpected-error') reported.push(level, (fields['error'] as Error).message);
  });
  const { port } = await start(() => {
    throw new Error('a fault of ours');
  });
  const client = await RawClient.connect(port);
  assert.equal(await client.rest(), '');
  remove();
  assert.deepEqual(reported, ['error', 'a fault of ours']);
});

test('a released socket has everything that was not read', async () => {
  const { port, listener } = await start(async (connection) => {
    await connection.readLine(10);
    const socket = connection.release();
    socket.on('data', (piece) => socket.write(`[${piece.toString()}]`));
    socket.on('end', () => socket.end());
    socket.resume();
  });
  const client = await RawClient.connect(port);
  client.send('go\r\nearly');
  await client.until('[early]');
  client.send('late');
  await client.until('[late]');
  client.finish();
  assert.equal(await client.rest(), '');
  while (listener.connections.size > 0) await sleep(5);
});
