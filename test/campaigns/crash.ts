// Kills a server under load again and again, and proves that nothing it acknowledged is missing: every message
// that was answered with 250 is in each mailbox it was for exactly once, every other one at most once.
//   node bin/node.js test/campaigns/crash.ts --rounds 50 [--connections 32] [--workers 1] [--seed 1]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type JmapClient, ref } from '../../src/client/index.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';

export interface CrashOptions {
  readonly rounds: number;
  readonly connections: number;
  readonly workers: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}

export interface CrashReport {
  readonly acknowledged: number;
  /** Sent, and the answer did not come before the end. */
  readonly unanswered: number;
  /** Of the unanswered, how many are in a mailbox. */
  readonly kept: number;
}

const ACCOUNTS = ['ann', 'bob', 'cleo', 'dan'].map((name) => `${name}@waypost.test`);
/** How long a server works before it is killed, in milliseconds. */
const SHORTEST_LIFE = 300;
const LONGEST_LIFE = 1800;
/** Messages of one connection; the server ends it after 1,000. */
const PER_CONNECTION = 200;

interface Sent {
  readonly recipients: readonly string[];
  acknowledged: boolean;
}

/** Runs a campaign. Throws when a message is missing, stands twice, or was never sent. */
export async function runCrashCampaign(options: CrashOptions): Promise<CrashReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-crash-'));
  const random = seededRandom(options.seed);
  const sent = new Map<string, Sent>();
  let kept = 0;
  let server: ServerProcess | undefined;
  try {
    for (let round = 0; round <= options.rounds; round++) {
      server = await ServerProcess.start({ folder, env: { WAYPOST_WORKERS: String(options.workers) } });
      if (round === 0) for (const address of ACCOUNTS) await server.addAccount(address);
      kept = await verify(server, sent);
      const count = [...sent.values()].filter(({ acknowledged }) => acknowledged).length;
      options.log?.(
        `round ${round}: ${count} acknowledged, ${sent.size - count} unanswered, all accounted for`,
      );
      if (round === options.rounds) break;
      const life = SHORTEST_LIFE + random.below(LONGEST_LIFE - SHORTEST_LIFE);
      await loadAndKill(server, { round, life, random, connections: options.connections, sent });
    }
    await server?.stop();
  } finally {
    await server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const acknowledged = [...sent.values()].filter((one) => one.acknowledged).length;
  return { acknowledged, unanswered: sent.size - acknowledged, kept };
}

interface Load {
  readonly round: number;
  readonly life: number;
  readonly random: Random;
  readonly connections: number;
  readonly sent: Map<string, Sent>;
}

async function loadAndKill(server: ServerProcess, load: Load): Promise<void> {
  const { life, connections } = load;
  const port = server.port('smtp');
  const state = { killed: false };
  const senders = Array.from({ length: connections }, async (_, i) => {
    for (let n = 0; !state.killed; n += PER_CONNECTION) {
      await deliver(port, load, `${load.round}.${i}`, n).catch((error: unknown) => {
        // What breaks off because the server is gone is what this is about.
        if (!state.killed) throw error;
      });
    }
  });
  await new Promise((resolve) => setTimeout(resolve, life));
  state.killed = true;
  await server.kill();
  await Promise.all(senders);
}

/** Sends messages over one connection until it breaks. */
async function deliver(port: number, { random, sent }: Load, prefix: string, first: number): Promise<void> {
  const client = await RawClient.connect(port);
  client.socket.on('error', () => undefined);
  try {
    await expectCode(client, '220');
    client.send('EHLO crash.test\r\n');
    await expectCode(client, '250');
    for (let n = first; n < first + PER_CONNECTION; n++) {
      const id = `${prefix}.${n}@crash.test`;
      const recipients = ACCOUNTS.filter(() => random.below(4) === 0);
      if (recipients.length === 0) recipients.push(random.pick(ACCOUNTS));
      client.send(
        `MAIL FROM:<sender@crash.test>\r\n${recipients.map((one) => `RCPT TO:<${one}>\r\n`).join('')}DATA\r\n`,
      );
      for (let i = 0; i <= recipients.length; i++) await expectCode(client, '250');
      await expectCode(client, '354');
      const entry: Sent = { recipients, acknowledged: false };
      sent.set(id, entry);
      client.send(message(id, random));
      await expectCode(client, '250');
      entry.acknowledged = true;
    }
    client.send('QUIT\r\n');
  } finally {
    client.socket.destroy();
  }
}

async function expectCode(client: RawClient, code: string): Promise<void> {
  const reply = await client.reply();
  assert.ok(reply.startsWith(code), `${code} was expected: ${reply}`);
}

/** Mostly small ones; now and then one that goes through the spool. */
function message(id: string, random: Random): string {
  const size = random.below(100) === 0 ? 1_200_000 : 200 + random.below(6000);
  const line = 'The quick brown fox jumps over the lazy dog.\r\n';
  return [
    'From: sender@crash.test',
    'To: everybody@waypost.test',
    `Subject: ${id}`,
    'Date: Fri, 27 Nov 2026 08:00:00 +0000',
    `Message-ID: <${id}>`,
    '',
    line.repeat(Math.ceil(size / line.length)),
    '.\r\n',
  ].join('\r\n');
}

/** Compares every mailbox with what was sent; returns how many unanswered messages were kept. */
async function verify(server: ServerProcess, sent: ReadonlyMap<string, Sent>): Promise<number> {
  const holders = new Map<string, string[]>();
  for (const address of ACCOUNTS) {
    for await (const id of messageIds(server.jmap(address))) {
      const known = holders.get(id);
      if (known) known.push(address);
      else holders.set(id, [address]);
    }
  }
  let kept = 0;
  for (const [id, found] of holders) {
    const entry = sent.get(id);
    assert.ok(entry, `${found.join(', ')} has ${id}, which was never sent`);
    // One commit for all recipients: a message is with all of them or with none, and with nobody else.
    assert.deepEqual(found, entry.recipients, `${id} is not with those it was sent to, once each`);
    if (!entry.acknowledged) kept++;
  }
  for (const [id, { acknowledged }] of sent) {
    assert.ok(!acknowledged || holders.has(id), `${id} was acknowledged and is in no mailbox`);
  }
  return kept;
}

const PAGE = 500;

async function* messageIds(client: JmapClient): AsyncGenerator<string> {
  for (let position = 0; ; position += PAGE) {
    const [{ ids }, { list }] = await client.batch(
      ['Email/query', { position, limit: PAGE, sort: [{ property: 'receivedAt', isAscending: true }] }, 'q'],
      ['Email/get', { ids: ref('q', 'Email/query', '/ids'), properties: ['messageId'] }],
    );
    for (const { messageId } of list) yield messageId?.[0] ?? 'no Message-ID';
    if (ids.length < PAGE) return;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '50' },
      connections: { type: 'string', default: '32' },
      workers: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
  const options = numbers as unknown as Omit<CrashOptions, 'log'>;
  console.log(`seed ${options.seed}`);
  console.log(await runCrashCampaign({ ...options, log: (line) => console.log(line) }));
}
