// What a mailbox of 100,000 messages costs: one delivery into it against one into an empty mailbox (rows, bytes,
// commits, CPU), cold reads of all of it, how long they hold the event loop, and bytes of memory a message. Ends with
// status 1 when one of the bounds is broken; on a loaded machine run it under `chrt -r 20`.
//   npm run bench -- large-mailbox [--emails 100000] [--deliveries 200]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { decodeId } from '../src/base/index.ts';
import { callOperator } from '../src/server/index.ts';
import { openEmbedded } from '../src/store/index.ts';
import { Counted } from '../test/mail/counted.ts';
import { fillInbox } from '../test/mail/fill.ts';
import { delivery, message, openWorld } from '../test/mail/world.ts';
import { ServerProcess } from '../test/support/server.ts';
import { BenchImap } from './support/imap-client.ts';
import { median } from './support/measure.ts';
import { smtpLoad } from './support/smtp-load.ts';

const { values } = parseArgs({
  options: {
    emails: { type: 'string', default: '100000' },
    deliveries: { type: 'string', default: '200' },
  },
});
const EMAILS = Number(values.emails);
const DELIVERIES = Number(values.deliveries);
const RUNS = 5;
const MOST_CPU_RATIO = 1.5;
const MOST_HELD_MS = 20;
const MOST_MS = 1000;
/** Varying numbers are stored as short as they are. */
const BYTES_APART = 24;

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-large-'));
const broken: string[] = [];

function report(what: string, figures: string, holds = true): void {
  console.log(`${holds ? '     ' : 'OVER '}${what.padEnd(44)} ${figures}`);
  if (!holds) broken.push(what);
}

/** Makes the accounts, and fills one of them with records. */
async function prepare(): Promise<Record<'small' | 'big', number>> {
  const server = await ServerProcess.start({ folder });
  const create = async (address: string) => {
    const password = ServerProcess.password;
    const { id } = await callOperator(folder, 'account.create', { address, password });
    return decodeId(id) as number;
  };
  const ids = { small: await create('small@waypost.test'), big: await create('big@waypost.test') };
  await deliver(server, 'small', 1, 'first');
  await deliver(server, 'big', 1, 'first');
  await server.stop();
  const world = openWorld({ stores: await openEmbedded({ folder }) });
  await fillInbox(world, ids.big, EMAILS);
  await world.close();
  return ids;
}

const deliver = (server: ServerProcess, name: string, messages: number, run: string): Promise<number> =>
  smtpLoad({
    host: '127.0.0.1',
    port: server.port('smtp'),
    connections: 1,
    messages,
    size: 4000,
    recipients: [`${name}@waypost.test`],
    run: `${name}.${run}`,
  });

/** Rows and bytes of the same delivery into both. */
async function rowsOfOneDelivery(ids: Readonly<Record<'small' | 'big', number>>): Promise<void> {
  const counted = new Counted();
  const world = openWorld({
    stores: await openEmbedded({ folder }),
    wrap: (data) => counted.wrap(data),
  });
  const cost = async (account: number) => {
    await world.mail.deliver(delivery(message({ Subject: 'a', 'Message-ID': '<a@x>' })), [account]);
    const before = counted.mark();
    const reply = message({ Subject: 'Re: a', 'Message-ID': '<b@x>', References: '<a@x>' });
    await world.mail.deliver(delivery(reply), [account]);
    return counted.since(before);
  };
  const small = await cost(ids.small);
  const big = await cost(ids.big);
  await world.close();
  for (const [name, apart] of [
    ['reads', 0],
    ['readBytes', BYTES_APART],
    ['rows', 0],
    ['bytes', BYTES_APART],
    ['commits', 0],
  ] as const) {
    const holds = Math.abs(small[name] - big[name]) <= apart;
    report(`one delivery, ${name}`, `${big[name]}, into an empty mailbox ${small[name]}`, holds);
  }
}

/** User and system time of a process so far, in milliseconds. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function imap(server: ServerProcess, name: string): Promise<BenchImap> {
  const user = `${name}@waypost.test`;
  const password = ServerProcess.password;
  return BenchImap.open({ host: '127.0.0.1', port: server.port('imap'), user, password });
}

/** CPU of deliveries into both while a client has each open, in turn. */
async function cpuOfDeliveries(server: ServerProcess): Promise<void> {
  const clients = [await imap(server, 'small'), await imap(server, 'big')];
  for (const client of clients) await client.command('SELECT INBOX');
  const pid = server.process.pid as number;
  const cpu = { small: [] as number[], big: [] as number[] };
  for (let run = -1; run < RUNS; run++) {
    for (const name of ['small', 'big'] as const) {
      await quiet(pid);
      const before = cpuMs(pid);
      await deliver(server, name, DELIVERIES, String(run));
      // The first only warms up.
      if (run >= 0) cpu[name].push((cpuMs(pid) - before) / DELIVERIES);
    }
  }
  for (const client of clients) client.close();
  const ratio = median(cpu.big) / median(cpu.small);
  const figures = `${median(cpu.big).toFixed(2)} ms, into a small mailbox ${median(cpu.small).toFixed(2)} ms: ratio ${ratio.toFixed(2)}`;
  report('one delivery over SMTP, CPU of the server', figures, ratio <= MOST_CPU_RATIO);
}

/** Waits until the process has nothing more to do: what follows a delivery is not counted to the next one. */
async function quiet(pid: number): Promise<void> {
  for (let before = cpuMs(pid); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = cpuMs(pid);
    if (now - before < 30) return;
    before = now;
  }
}

/** The longest that a worker's event loop was held while the work went on, and the time it took. */
async function cold(what: string, work: (server: ServerProcess) => Promise<() => Promise<unknown>>) {
  const server = await ServerProcess.start({ folder });
  try {
    const run = await work(server);
    await server.status();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await run();
    const ms = performance.now() - began;
    const { threads } = await server.status();
    const held = Math.max(...threads.map(({ loopHeldMs }) => loopHeldMs));
    const figures = `${ms.toFixed(0)} ms, event loop held for ${held.toFixed(1)} ms at most`;
    report(what, figures, held <= MOST_HELD_MS && ms <= MOST_MS);
    const columns = threads.map((thread) => thread.columns).find(({ emails }) => emails >= EMAILS);
    return columns && columns.bytes / columns.emails;
  } finally {
    await server.stop();
  }
}

try {
  const ids = await prepare();
  console.log(`a mailbox of ${EMAILS} messages`);
  await rowsOfOneDelivery(ids);
  const perMessage = await cold('cold SELECT', async (server) => {
    const client = await imap(server, 'big');
    return () => client.command('SELECT INBOX');
  });
  await cold('cold Email/query by date', async (server) => {
    const client = server.jmap('big@waypost.test');
    const sort = [{ property: 'receivedAt', isAscending: false }];
    await client.session();
    await server.jmap('small@waypost.test').call('Email/query', { sort, limit: 50 });
    return () => client.call('Email/query', { sort, limit: 50, calculateTotal: true });
  });
  await cold('cold STATUS', async (server) => {
    const client = await imap(server, 'big');
    return () => client.command('STATUS INBOX (MESSAGES UNSEEN)');
  });
  await cold('FETCH 1:* FLAGS, the mailbox is open', async (server) => {
    const client = await imap(server, 'big');
    await client.command('SELECT INBOX');
    return () => client.command('FETCH 1:* FLAGS');
  });
  report('memory a message', `${perMessage?.toFixed(1)} bytes`, (perMessage ?? 0) <= 48);
  const server = await ServerProcess.start({ folder });
  try {
    await cpuOfDeliveries(server);
  } finally {
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (broken.length > 0) process.exitCode = 1;
