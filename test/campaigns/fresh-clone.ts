// What a stranger does first, on a fresh clone of what is committed: `npm ci`, `npm start`, an account, mail in by
// swaks, out by imapflow and our JMAP client, Ctrl-C; and the clone is as clean as before. Needs npm's registry (or its
// cache), git and swaks.
//   node bin/node.js test/campaigns/fresh-clone.ts
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImapFlow } from 'imapflow';
import { basic, JmapClient, ref } from '../../src/client/index.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const ADDRESS = 'ann@waypost.test';
const PASSWORD = 'a good long secret';
const LISTENERS = 'SMTP SUBMISSION SUBMISSIONS LMTP IMAP IMAPS POP3 POP3S SIEVE HTTP HTTPS'.split(' ');
const START_MS = 60_000;
const STOP_MS = 2000;

const base = mkdtempSync(path.join(tmpdir(), 'waypost-clone-'));
const clone = path.join(base, 'waypost');
// A stranger has none of our variables.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WAYPOST_')));

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

async function run(program: string, args: readonly string[], cwd = clone): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { status, output } = await collect(child);
  assert.equal(status, 0, `${program} ${args.join(' ')}:\n${output}`);
  return output;
}

async function collect(child: ChildProcess): Promise<Ran> {
  let output = '';
  const add = (text: Buffer) => (output += text.toString());
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** Ports that are free now. */
async function freePorts(): Promise<Map<string, number>> {
  const servers = LISTENERS.map((name) => [name, createServer().listen(0, '127.0.0.1')] as const);
  await Promise.all(servers.map(([, server]) => once(server, 'listening')));
  const ports = new Map(servers.map(([name, server]) => [name, (server.address() as { port: number }).port]));
  await Promise.all(servers.map(([, server]) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function start(ports: ReadonlyMap<string, number>): Promise<ChildProcess> {
  const variables = Object.fromEntries(
    Array.from(ports, ([name, port]) => [`WAYPOST_${name}_PORT`, String(port)]),
  );
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...env, NODE_OPTIONS: '', ...variables },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
  for (const until = Date.now() + START_MS; !printed.includes('is ready'); ) {
    assert.ok(child.exitCode === null && Date.now() < until, `npm start: ${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  console.log(
    printed
      .trim()
      .split('\n')
      .find((line) => line.includes('is ready')),
  );
  return child;
}

async function read(imapPort: number, httpPort: number): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: imapPort,
    secure: true,
    auth: { user: ADDRESS, pass: PASSWORD },
    logger: false,
    tls: { rejectUnauthorized: false },
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  const subjects: (string | undefined)[] = [];
  for await (const { envelope } of client.fetch('1:*', { envelope: true })) subjects.push(envelope?.subject);
  lock.release();
  await client.logout();
  assert.deepEqual(subjects, ['First', 'Second']);
  const jmap = new JmapClient({
    origin: `http://127.0.0.1:${httpPort}`,
    authorization: basic(ADDRESS, PASSWORD),
  });
  const [, { list }] = await jmap.batch(
    ['Email/query', { sort: [{ property: 'receivedAt', isAscending: true }] }, 'q'],
    ['Email/get', { ids: ref('q', 'Email/query', '/ids'), properties: ['subject'] }],
  );
  assert.deepEqual(
    list.map(({ subject }) => subject),
    subjects,
  );
}

let server: ChildProcess | undefined;
try {
  await run('git', ['clone', '--quiet', ROOT, clone], base);
  await run('npm', ['ci', '--no-audit', '--no-fund']);
  const ports = await freePorts();
  const port = (name: string): number => ports.get(name) as number;
  server = await start(ports);
  await run('node', ['bin/waypost.js', 'account', 'create', ADDRESS, '--password', PASSWORD]);
  await run('node', ['bin/waypost.js', 'send', ADDRESS, '--subject', 'First', '--message', 'Hello Ann']);
  const to = ['--from', 'you@example.org', '--to', ADDRESS, '--header', 'Subject: Second'];
  await run('swaks', ['--server', `127.0.0.1:${port('SMTP')}`, ...to]);
  await read(port('IMAPS'), port('HTTP'));
  const addresses = readFileSync(path.join(clone, 'data/run/addresses.json'), 'utf8');
  const { pid } = JSON.parse(addresses) as { pid: number };
  // Ctrl-C reaches npm and all below it.
  const ended = once(server, 'exit');
  const began = performance.now();
  process.kill(-(server.pid as number), 'SIGINT');
  await ended;
  const isGone = () => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  };
  while (!isGone()) {
    assert.ok(performance.now() - began < STOP_MS, 'the server goes on after Ctrl-C');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log(`ended in ${Math.round(performance.now() - began)} ms`);
  server = undefined;
  assert.equal(await run('git', ['status', '--porcelain']), '', 'the clone is not clean');
  console.log('clean');
} finally {
  if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  rmSync(base, { recursive: true, force: true });
}
