// Clients that mean no good: many connections that say nothing, and some that never stop. The server keeps its
// memory, and serves everybody else meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { ref } from '../../src/client/index.ts';
import type { ServerStatus } from '../../src/server/index.ts';
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

async function memory(): Promise<number> {
  const { stdout } = await server.command('status', '--json');
  return (JSON.parse(stdout) as ServerStatus).memory;
}

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
