// The mail floor over the embedded store: durable deliveries a second by how many wait for an answer, and what columns
// cost - to build, to bring up to date after one delivery, and to hold.
// `node bin/node.js bench/mail.ts [--emails 100000] [--seconds 2] [--memory]`
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createAccounts } from '../src/account/index.ts';
import { createMail, type Delivery, type Mail, type MailSettings } from '../src/mail/index.ts';
import { openEmbedded, openMemory, type Stores } from '../src/store/index.ts';

const { values } = parseArgs({
  options: {
    emails: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '2' },
    memory: { type: 'boolean', default: false },
  },
});
const EMAILS = Number(values.emails);
const MS = Number(values.seconds) * 1000;

const settings: MailSettings = {
  maxMailboxDepth: 10,
  maxMailboxNameLength: 255,
  maxMailboxes: 250,
  maxMessageSize: 75_000_000,
};

let count = 0;
/** A message of about 4 KB that differs from all others. */
function nextDelivery(): Delivery {
  count++;
  const bytes = Buffer.from(
    `Received: from a.example.org by b.example.org with ESMTP id ${count}\r\n` +
      `From: Ann Example <ann@example.org>\r\nTo: Bob Example <bob@example.com>\r\n` +
      `Subject: Message number ${count}\r\nDate: Fri, 27 Nov 2026 08:00:00 +0000\r\n` +
      `Message-ID: <${count}.bench@example.org>\r\nMIME-Version: 1.0\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\n\r\n${`Line of message ${count}.\r\n`.repeat(160)}`,
  );
  const receivedHash = createHash('sha256').update(bytes).digest();
  return { bytes, receivedHash, receivedAt: 1_700_000_000_000 + count * 1000, keywords: [] };
}

const folder = await mkdtemp(path.join(tmpdir(), 'waypost-bench-'));
const stores: Stores = values.memory
  ? openMemory()
  : await openEmbedded({ folder, onFatal: (error) => console.error(error) });
const newMail = (): Mail =>
  createMail({
    accounts,
    data: stores.data,
    settings: () => settings,
    limitsOf: async () => ({}),
  });
const accounts = createAccounts({ data: stores.data, bus: stores.bus });
const mail = newMail();

async function deliveries(concurrent: number, targets: number): Promise<number> {
  const end = performance.now() + MS;
  let done = 0;
  await Promise.all(
    Array.from({ length: concurrent }, async (_, i) => {
      while (performance.now() < end) {
        const account = 1 + ((done + i) % targets);
        await mail.deliver(nextDelivery(), [account]);
        done++;
      }
    }),
  );
  return (done / MS) * 1000;
}

console.log('deliveries/s   to 1 account   to 50 accounts');
for (const concurrent of [1, 10, 50]) {
  const one = await deliveries(concurrent, 1);
  const fifty = await deliveries(concurrent, 50);
  console.log(
    `${String(concurrent).padStart(4)} at once  ${one.toFixed(0).padStart(12)}   ${fifty.toFixed(0).padStart(14)}`,
  );
}
const { attempts, commits, writes } = accounts.stats;
console.log(
  `${(attempts / writes).toFixed(3)} attempts a write, ${(writes / commits).toFixed(1)} writes a commit`,
);

const big = 100;
for (let left = EMAILS; left > 0; left -= 200) {
  const some = Math.min(200, left);
  await Promise.all(Array.from({ length: some }, () => mail.deliver(nextDelivery(), [big])));
}

/** Milliseconds of a piece of work, and the longest that the event loop stood still meanwhile. */
async function timed(work: () => Promise<unknown>): Promise<string> {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(watch);
  };
  setImmediate(watch);
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  return `${ms.toFixed(2).padStart(9)} ms   loop held for ${longest.toFixed(1)} ms at most`;
}

const average = async (times: number, work: () => Promise<unknown>): Promise<string> => {
  const start = performance.now();
  for (let i = 0; i < times; i++) await work();
  return `${((performance.now() - start) / times).toFixed(3).padStart(9)} ms`;
};

console.log(`\nan account of ${EMAILS} e-mails`);
const cold = newMail();
console.log(`build columns            ${await timed(() => cold.account(big).view())}`);
const account = cold.account(big);
console.log(`view, nothing new        ${await average(1000, () => account.view())}`);
const deliverOne = (): Promise<unknown> => cold.deliver(nextDelivery(), [big]);
console.log(`delivery alone           ${await average(200, deliverOne)}`);
await account.view();
console.log(
  `delivery and view        ${await average(200, async () => {
    await deliverOne();
    await account.view();
  })}`,
);
const view = await account.view();
const inbox = [...view.mailboxes.keys()][0] as number;
console.log(`first byReceived         ${await timed(async () => view.byReceived)}`);
console.log(
  `first threadRows         ${await timed(async () => view.threadRows(view.threads[7] as number))}`,
);
console.log(`threadCounts             ${await timed(async () => view.threadCounts(inbox))}`);
console.log(`keywordsIn               ${await timed(async () => view.keywordsIn(inbox))}`);
let uid = 1;
console.log(
  `flag of one and view     ${await average(200, async () => {
    await account.storeFlags(inbox, [uid++], { mode: 'add', keywords: ['$seen'], deleted: false });
    await account.view();
  })}`,
);
console.log(
  `\\Deleted, expunge, view  ${await average(50, async () => {
    await account.storeFlags(inbox, [uid], { mode: 'add', keywords: [], deleted: true });
    await account.expunge(inbox, [uid++]);
    await account.view();
  })}`,
);
const uids = Array.from({ length: Math.min(10_000, EMAILS) }, (_, i) => i + 1000);
console.log(
  `flag ${uids.length}               ${await timed(() =>
    account.storeFlags(inbox, uids, { mode: 'add', keywords: ['$flagged'], deleted: false }),
  )}`,
);
console.log(`view after that          ${await timed(() => account.view())}`);
const { bytes, emails } = cold.memory();
console.log(`memory                   ${(bytes / emails).toFixed(1)} bytes a message`);
await cold.close();
await mail.close();
accounts.close();
await stores.close();
await rm(folder, { recursive: true, force: true });
