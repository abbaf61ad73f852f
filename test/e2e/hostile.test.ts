// Clients that mean no good: many connections that say nothing, and some that never stop. The server keeps its
// memory, and serves everybody else meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { basic, ref } from '../../src/client/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';

const IDLE = 500;
const MIB = 1024 * 1024;

let server: ServerProcess;
before(async () => {
  server = await ServerProcess.start();
  await server.addAccount('ann@waypost.test');
});
after(() => server.stop());

const memory = async (): Promise<number> => (await server.status()).memory;

/** Mail comes in and is there. */
async function works(subject: string): Promise<void> {
  const { status, stderr } = await server.command('send', 'ann@waypost.test', '-s', subject, '-m', 'x');
  assert.equal(status, 0, stderr);
  const client = server.jmap('ann@waypost.test');
  const [, { list }] = await client.batch(
    ['Email/query', { filter: { subject } }, 'q'],
    ['Email/get', { ids: ref('q', 'Email/query', '/ids'), properties: ['subject'] }],
  );
  assert.deepEqual(
    list.map((one) => one.subject),
    [subject],
  );
}

test('hundreds of idle connections cost little, and nobody else waits for them', async () => {
  await works('before');
  const earlier = await memory();
  const clients: RawClient[] = [];
  for (const name of ['smtp', 'submission', 'lmtp', 'imap', 'http'] as const) {
    for (let i = 0; i < IDLE; i += 50) {
      clients.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(server.port(name))))),
      );
    }
  }
  await works('during');
  const grown = (await memory()) - earlier;
  assert.ok(grown < 150 * MIB, `${clients.length} idle connections took ${Math.round(grown / MIB)} MiB`);
  for (const client of clients) client.close();
  await works('after');
});

interface Flood {
  readonly name: string;
  readonly first: string;
  /** Sent again and again. */
  readonly piece: string;
  readonly pieces: number;
}

const times = (count: number, one: Flood): Flood[] => Array.from({ length: count }, () => one);

/** Sends until all is sent or the server has had enough. */
async function flood(client: RawClient, { first, piece, pieces }: Flood): Promise<void> {
  const { socket } = client;
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  client.send(first);
  for (let i = 0; i < pieces && !client.ended; i++) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
  }
  client.close();
}

test('what never ends is cut off at a limit', async () => {
  const earlier = await memory();
  const noise = 'x'.repeat(MIB);
  const envelope = 'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nDATA\r\n';
  const text = 'x'.repeat(70).concat('\r\n').repeat(14_000);
  const floods: Flood[] = [
    // Lines without an end, before sign-in.
    ...times(5, { name: 'smtp', first: 'EHLO ', piece: noise, pieces: 20 }),
    ...times(5, { name: 'imap', first: 'a LOGIN ', piece: noise, pieces: 20 }),
    ...times(5, { name: 'http', first: '', piece: noise, pieces: 20 }),
    // Literals that were not asked for.
    ...times(5, { name: 'imap', first: 'a LOGIN {9999999999+}\r\n', piece: noise, pieces: 20 }),
    // A message that is larger than any may be.
    ...times(2, { name: 'smtp', first: `${envelope}Subject: x\r\n\r\n`, piece: text, pieces: 90 }),
    // Bytes of no protocol.
    ...['smtp', 'submissions', 'imaps', 'imap', 'lmtp', 'https', 'http'].map((name) => ({
      name,
      first: '',
      piece: '\0\xff\r\n\x16\x03\x01'.repeat(1000),
      pieces: 50,
    })),
  ];
  const clients = await Promise.all(floods.map(({ name }) => RawClient.connect(server.port(name))));
  await Promise.all(floods.map((one, i) => flood(clients[i] as RawClient, one)));
  await works('after the flood');
  const grown = (await memory()) - earlier;
  assert.ok(grown < 200 * MIB, `the flood left ${Math.round(grown / MIB)} MiB`);
  assert.ok(!server.stderr.includes('unexpected-error'), server.stderr);
});

/** What a client says before it stops in the middle, by listener; all of it at once. */
const UNFINISHED: readonly (readonly [listener: string, said: string])[] = [
  ['smtp', 'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nBDAT 5000\r\nSubject: half'],
  [
    'smtp',
    'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nDATA\r\nSubject: half\r\n\r\nx\r\n',
  ],
  [
    'smtp',
    'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nBDAT 9\r\n123456789BDAT 3 LAST\r\n1',
  ],
  [
    'lmtp',
    'LHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nDATA\r\nSubject: half\r\n\r\nx\r\n.',
  ],
  ['submission', 'EHLO a.test\r\nAUTH PLAIN\r\nAGFu'],
  ['submissions', '\x16\x03\x01\x02\x00\x01\x00'],
  ['imap', 'a LOGIN {500}\r\n'],
  ['imap', 'a LOGIN {500+}\r\nann'],
  [
    'imap',
    `a LOGIN ann@waypost.test "${ServerProcess.password}"\r\nb APPEND INBOX {5000+}\r\nSubject: half\r\n\r\n`,
  ],
  ['imap', `a LOGIN ann@waypost.test "${ServerProcess.password}"\r\nb SELECT INBOX\r\nc IDLE\r\nDO`],
  ['imap', 'a AUTHENTICATE PLAIN\r\nAGFu'],
  ['imaps', '\x16\x03\x01\x02\x00\x01\x00'],
  ['http', 'GET /jmap/session HTTP/1.1\r\nHost: a'],
  [
    'http',
    'POST /jmap/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"us',
  ],
  ['http', 'POST /jmap/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{"us'],
  ['https', '\x16\x03\x01\x02\x00\x01\x00'],
];

test('what is never finished is never done, whether the client waits, half-closes or vanishes', async () => {
  const earlier = await memory();
  const waiting: RawClient[] = [];
  for (const [listener, said] of UNFINISHED) {
    for (let i = 0; i < 20; i++) {
      const client = await RawClient.connect(server.port(listener));
      client.socket.on('error', () => undefined);
      client.send(said);
      if (i % 4 === 1) client.finish();
      if (i % 4 === 2) client.close();
      if (i % 4 === 3) client.socket.resetAndDestroy();
      else waiting.push(client);
    }
  }
  await works('while others stand still');
  const [{ ids }] = await server
    .jmap('ann@waypost.test')
    .batch(['Email/query', { filter: { subject: 'half' } }, 'q']);
  assert.deepEqual(ids, []);
  for (const client of waiting) client.close();
  await works('after they went');
  const grown = (await memory()) - earlier;
  assert.ok(grown < 150 * MIB, `they left ${Math.round(grown / MIB)} MiB`);
  assert.ok(!server.stderr.includes('unexpected-error'), server.stderr);
});

test('each face refuses nonsense in its own words and goes on', async () => {
  const smtp = await RawClient.connect(server.port('smtp'));
  await smtp.reply();
  assert.match(await smtp.ask('NONSENSE \x01\x02'), /^500 5\.5\.\d /);
  assert.match(await smtp.ask('EHLO a.test'), /^250/);
  assert.match(await smtp.ask('BDAT -1'), /^501 5\.5\.2 /);
  assert.match(await smtp.ask('RCPT TO:<ann@waypost.test>'), /^503 5\.5\.1 /);
  smtp.close();
  const imap = await RawClient.connect(server.port('imap'));
  await imap.line();
  assert.match(await imap.send('a NONSENSE\r\n').line(), /^a BAD /);
  assert.match(await imap.send('b LOGIN {99999999999}\r\n').line(), /^b (?:NO|BAD) /);
  assert.match(await imap.send('c NOOP\r\n').line(), /^c OK /);
  imap.close();
  const http = await RawClient.connect(server.port('http'));
  assert.match(await http.send('NONSENSE\r\n\r\n').line(), /^HTTP\/1\.1 400 /);
  http.close();
  const client = server.jmap('ann@waypost.test');
  const { apiUrl } = await client.session();
  const answer = await fetch(apiUrl, {
    method: 'POST',
    headers: {
      authorization: basic('ann@waypost.test', ServerProcess.password),
      'content-type': 'application/json',
    },
    body: '{"using": [',
  });
  assert.equal(answer.status, 400);
  assert.equal(((await answer.json()) as { type: string }).type, 'urn:ietf:params:jmap:error:notJSON');
});
