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

test('what never ends is cut off at a limit', async () => {
  const earlier = await memory();
  const flood = async (name: string, greeting: string | undefined, piece: string, pieces: number) => {
    const client = await RawClient.connect(server.port(name));
    client.socket.on('error', () => undefined);
    const closed = new Promise((resolve) => client.socket.once('close', resolve));
    try {
      if (greeting !== undefined) {
        await client.line();
        client.send(greeting);
      }
      for (let i = 0; i < pieces && !client.ended; i++) {
        if (!client.socket.write(piece))
          await Promise.race([once(client.socket, 'drain').catch(() => undefined), closed]);
      }
    } finally {
      client.close();
    }
  };
  const noise = 'x'.repeat(MIB);
  await Promise.all([
    // Lines without an end, before sign-in.
    ...Array.from({ length: 10 }, () => flood('smtp', 'EHLO ', noise, 30)),
    ...Array.from({ length: 10 }, () => flood('imap', 'a LOGIN ', noise, 30)),
    ...Array.from({ length: 10 }, () => flood('http', undefined, noise, 30)),
    // Literals that were not asked for.
    ...Array.from({ length: 10 }, () => flood('imap', 'a LOGIN {9999999999+}\r\n', noise, 30)),
    // A message that is larger than any may be.
    ...Array.from({ length: 3 }, () =>
      flood(
        'smtp',
        'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ann@waypost.test>\r\nDATA\r\nSubject: x\r\n\r\n',
        'x'.repeat(70).concat('\r\n').repeat(14_000),
        100,
      ),
    ),
    // Bytes of no protocol.
    ...['smtp', 'submissions', 'imaps', 'imap', 'lmtp', 'https', 'http'].map((name) =>
      flood(name, undefined, '\0\xff\r\n\x16\x03\x01'.repeat(1000), 50),
    ),
  ]);
  await works('after the flood');
  const grown = (await memory()) - earlier;
  assert.ok(grown < 200 * MIB, `the flood left ${Math.round(grown / MIB)} MiB`);
  assert.ok(!server.stderr.includes('unexpected-error'), server.stderr);
});
