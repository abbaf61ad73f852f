// What the server keeps of memory: idle, after ten thousand deliveries, and over minutes of mixed load in which
// mailboxes stay as long as they are. Ends red when the load makes it grow without end.
// The first minutes fill caches and heaps: shorter runs than five minutes judge those.
//   node bin/node.js test/campaigns/soak.ts [--minutes 5] [--deliveries 10000] [--workers 1]
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { BenchImap } from '../../bench/support/imap-client.ts';
import { loadMessage } from '../../bench/support/message.ts';
import { median } from '../../bench/support/measure.ts';
import { smtpLoad } from '../../bench/support/smtp-load.ts';
import { ref } from '../../src/client/index.ts';
import { ServerProcess } from '../support/server.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    deliveries: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '1' },
  },
});
const MIB = 1024 * 1024;
const SAMPLE_MS = 5000;
const NAMES = ['ann', 'bob', 'cleo', 'dan', 'eve', 'fay'];
const ACCOUNTS = NAMES.map((name) => `${name}@waypost.test`);
const SHARE = 2000;
/** Messages that a reader leaves in its inbox. */
const KEPT = 200;
/** Growth from the second quarter to the last that still is noise. */
const SLACK = 1.1;
const SLACK_BYTES = 24 * MIB;

const server = await ServerProcess.start({ env: { WAYPOST_WORKERS: values.workers } });
const memory = async (): Promise<number> => (await server.status()).memory;
const inMiB = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const load = { running: true, failures: [] as Error[] };
const counts = { messages: 0, imap: 0, jmap: 0 };

/** Delivers to everybody, a hundred messages a connection. */
async function send(sender: number): Promise<void> {
  for (let n = 0; load.running; n++) {
    await smtpLoad({
      host: '127.0.0.1',
      port: server.port('smtp'),
      connections: 1,
      messages: 20,
      size: n % 50 === 0 ? 300_000 : 4000,
      recipients: ACCOUNTS,
      run: `soak.${sender}.${n}`,
    });
    counts.messages += 20;
    await pause(100);
  }
}

/** A mail program that reads what is new, marks it, looks for words, and throws away what is old. */
async function read(user: string): Promise<void> {
  while (load.running) {
    const target = { host: '127.0.0.1', port: server.port('imap'), user, password: ServerProcess.password };
    const client = await BenchImap.open(target);
    await client.command('SELECT INBOX');
    for (let i = 0; i < 20 && load.running; i++) {
      const { untagged } = await client.command('UID SEARCH UNSEEN');
      assert.ok(untagged >= 1);
      const { untagged: messages } = await client.command('FETCH 1:* (UID FLAGS ENVELOPE)');
      await client.command('FETCH 1:5 (BODY.PEEK[] BODYSTRUCTURE)');
      await client.command('STORE 1:* +FLAGS (\\Seen)');
      await client.command('SEARCH TEXT "lazy"');
      await client.append('Drafts', loadMessage(2000, `draft.${user}.${counts.imap}`));
      if (messages > KEPT) await client.command(`STORE 1:${messages - KEPT} +FLAGS.SILENT (\\Deleted)`);
      await client.command('EXPUNGE');
      counts.imap += 8;
      await pause(50);
    }
    await client.command('LOGOUT');
    client.close();
  }
}

/** A JMAP client that lists, reads, flags and destroys. */
async function browse(user: string): Promise<void> {
  const client = server.jmap(user);
  while (load.running) {
    const sort = [{ property: 'receivedAt', isAscending: true }] as const;
    const [{ ids }] = await client.batch(
      ['Email/query', { sort, limit: 40, collapseThreads: true }, 'q'],
      [
        'Email/get',
        { ids: ref('q', 'Email/query', '/ids'), properties: ['subject', 'preview', 'bodyValues'] },
      ],
      ['Mailbox/get', { ids: null }],
    );
    await client.call('Email/set', {
      update: Object.fromEntries(ids.slice(20).map((id) => [id, { 'keywords/$flagged': true }])),
      destroy: ids.slice(0, 20),
    });
    counts.jmap += 4;
    await pause(50);
  }
}

try {
  for (const address of ACCOUNTS) await server.addAccount(address);
  await pause(1000);
  console.log(`idle ${inMiB(await memory())}`);
  const deliveries = Number(values.deliveries);
  let seconds = 0;
  // In shares: the server ends a connection after a thousand messages.
  for (let done = 0; done < deliveries; done += SHARE) {
    seconds += await smtpLoad({
      host: '127.0.0.1',
      port: server.port('smtp'),
      connections: 10,
      messages: Math.min(SHARE, deliveries - done),
      size: 4000,
      recipients: ACCOUNTS,
      run: `first.${done}`,
    });
  }
  await pause(2000);
  console.log(
    `after ${deliveries} deliveries ${inMiB(await memory())} (${Math.round(deliveries / seconds)} a second)`,
  );

  const work = [0, 1].map(send).concat(ACCOUNTS.slice(0, 3).map(read), ACCOUNTS.slice(3).map(browse));
  for (const one of work) {
    one.catch((error: unknown) => {
      load.failures.push(error instanceof Error ? error : new Error(String(error)));
      load.running = false;
    });
  }
  const samples: number[] = [];
  const until = performance.now() + Number(values.minutes) * 60_000;
  while (load.running && performance.now() < until) {
    await pause(SAMPLE_MS);
    samples.push(await memory());
    if (samples.length % 6 === 0) {
      const { messages, imap, jmap } = counts;
      const figures = `${messages} messages, ${imap} IMAP commands, ${jmap} JMAP calls`;
      console.log(`${samples.length * (SAMPLE_MS / 1000)} s: ${inMiB(samples.at(-1) ?? 0)}, ${figures}`);
    }
  }
  load.running = false;
  await Promise.allSettled(work);
  const [failure] = load.failures;
  if (failure) throw failure;
  const quarter = Math.floor(samples.length / 4);
  const early = median(samples.slice(quarter, 2 * quarter));
  const late = median(samples.slice(-quarter));
  console.log(`second quarter ${inMiB(early)}, last quarter ${inMiB(late)}`);
  assert.ok(late <= early * SLACK + SLACK_BYTES, 'the server grows under a load that does not');
  assert.equal(server.stderr, '');
  const began = performance.now();
  assert.equal(await server.stop('SIGINT'), 0);
  console.log(`ended in ${Math.round(performance.now() - began)} ms`);
} finally {
  load.running = false;
  await server.kill();
  await server.stop();
}
