// JMAP for mail (RFC 8620, RFC 8621) against a peer, in one alternating run:
//   npm run bench -- jmap --count 1000 --peer cyrus,http=127.0.0.1:25080,smtp=...,imap=127.0.0.1:25143
// A mailbox of `--count` messages is filled once a side, before the rounds; one that is there from an earlier run is
// taken as it is. Figures are answers a second; the p99 is
// that of Email/query and Email/get while 16 messages a second are delivered.
import { BenchImap } from './support/imap-client.ts';
import { BenchJmap } from './support/jmap-client.ts';
import { alternate, median, rate, type Rates } from './support/measure.ts';
import { loadMessage } from './support/message.ts';
import { openSitting, type Server } from './support/sides.ts';

const BOX = 'jmapbench';
const LIST = [
  'id',
  'threadId',
  'mailboxIds',
  'keywords',
  'from',
  'to',
  'subject',
  'receivedAt',
  'size',
  'preview',
  'hasAttachment',
];
const TIMES = 20;
const PARALLEL = 64;
const IMPORT = 500;
const ACCOUNTS = 8;

const sitting = await openSitting({ count: 1000, accounts: ACCOUNTS });
const { count, size } = sitting;
const filled = new Map<Server, string>();

const imap = ({ host, imap: port, domain, password, prefix }: Server) =>
  BenchImap.open({ host, port, user: `${prefix}1@${domain}`, password });

/** Fills the mailbox over IMAP, unless it is there, and returns its JMAP id. Every tenth message is flagged. */
async function fill(server: Server, jmap: BenchJmap): Promise<string> {
  const known = filled.get(server);
  if (known !== undefined) return known;
  // One connection: Cyrus refuses some of many appends to one mailbox while its indexer works.
  const client = await imap(server);
  const name = `${BOX}${count}`;
  const { untagged: found } = await client.command(`LIST "" ${name}`);
  if (found > 0) {
    const { lines } = await client.command(`STATUS ${name} (MESSAGES)`, { keep: true });
    if (!lines.join('\n').includes(`MESSAGES ${count})`))
      throw new Error(`${name} was not filled to its end: delete it`);
  } else {
    await fillMailbox(client, name);
  }
  client.close();
  const { ids } = await jmap.call('Mailbox/query', { filter: { name } });
  const [id] = ids as string[];
  if (id === undefined) throw new Error('the new mailbox is not there');
  filled.set(server, id);
  return id;
}

async function fillMailbox(client: BenchImap, name: string): Promise<void> {
  await client.command(`CREATE ${name}`);
  for (let n = 0; n < count; n++) await client.append(name, loadMessage(size, `fill.${n}`));
  await client.command(`SELECT ${name}`);
  for (let n = 10; n <= count; n += 1000) {
    const numbers = Array.from({ length: 100 }, (_, i) => n + i * 10).filter((one) => one <= count);
    if (numbers.length > 0) await client.command(`STORE ${numbers.join(',')} +FLAGS.SILENT (\\Flagged)`);
  }
}

const idsOf = (response: Readonly<Record<string, unknown>>): string[] => response['ids'] as string[];

async function run(server: Server, round: number): Promise<Rates> {
  const jmap = await BenchJmap.open(server);
  const inMailbox = await fill(server, jmap);
  const sort = [{ property: 'receivedAt', isAscending: false }];
  const query = (filter: object, limit = 50) =>
    jmap.call('Email/query', { filter: { inMailbox, ...filter }, sort, limit });
  const rates: Record<string, number> = {};
  const timed = async (name: string, times: number, work: (n: number) => Promise<unknown>): Promise<void> => {
    await work(0);
    rates[name] = await rate(times, async () => {
      for (let n = 1; n <= times; n++) await work(n);
    });
  };

  await timed('Email/query, first 50', TIMES, () => query({}));
  await timed('Email/query, flagged, first 50', TIMES, () => query({ hasKeyword: '$flagged' }));
  await timed('Email/query, text, first 50', TIMES, () => query({ text: 'quick brown' }));
  const ids = idsOf(await query({}, Math.min(500, count)));
  await timed('Email/get of 50', TIMES, () =>
    jmap.call('Email/get', { ids: ids.slice(0, 50), properties: LIST }),
  );
  await timed(`Email/get of ${ids.length}`, TIMES, () => jmap.call('Email/get', { ids, properties: LIST }));

  const client = await imap(server);
  let { state } = await jmap.call('Email/get', { ids: [] });
  await timed('Email/changes after one new message', 10, async (n) => {
    await client.append('INBOX', loadMessage(size, `new.${round}.${n}.${Date.now()}`));
    const changes = await jmap.call('Email/changes', { sinceState: state });
    if ((changes['created'] as string[]).length === 0)
      throw new Error('the new message is not among the changes');
    state = changes['newState'];
  });
  await timed(`Email/set of ${ids.length} flags`, 4, async (n) => {
    const update = Object.fromEntries(
      ids.map((id) => [id, { 'keywords/$answered': n % 2 === 0 ? true : null }]),
    );
    const set = await jmap.call('Email/set', { update });
    if (set['notUpdated'] !== null && set['notUpdated'] !== undefined) throw new Error('a flag was not set');
  });
  // Another account each round: an account may upload only so much in an hour.
  const importer = await BenchJmap.open(server, 1, 1 + (round % ACCOUNTS));
  const [inbox = ''] = idsOf(await importer.call('Mailbox/query', { filter: { role: 'inbox' } }));
  const blobs: string[] = [];
  for (let n = 0; n < IMPORT; n++)
    blobs.push(await importer.upload(loadMessage(2048, `import.${round}.${n}.${Date.now()}`)));
  rates[`Email/import of ${IMPORT}`] = await rate(1, async () => {
    const emails = Object.fromEntries(
      blobs.map((blobId, n) => [`k${n}`, { blobId, mailboxIds: { [inbox]: true } }]),
    );
    const { created } = await importer.call('Email/import', { emails });
    if (Object.keys((created ?? {}) as object).length !== IMPORT) throw new Error('not all were imported');
  });
  importer.close();

  const many = await BenchJmap.open(server, PARALLEL);
  rates[`requests at ${PARALLEL} connections`] = await rate(2000, async () => {
    let left = 2000;
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        while (left-- > 0) await many.call('Email/get', { ids: ids.slice(0, 10), properties: LIST });
      }),
    );
  });
  many.close();
  const stopDelivery = deliverSteadily(client, round);
  const waits: number[] = [];
  for (let n = 0; n < 200; n++) {
    const began = performance.now();
    const page = idsOf(await query({}));
    await jmap.call('Email/get', { ids: page, properties: LIST });
    waits.push(performance.now() - began);
  }
  await stopDelivery();
  const sorted = waits.toSorted((a, b) => a - b);
  console.error(
    `  query and get while mail arrives: median ${median(waits).toFixed(1)} ms, p99 ${(sorted[197] as number).toFixed(1)} ms`,
  );
  rates['1/p99 of query and get while mail arrives'] = 1000 / (sorted[197] as number);
  client.close();
  jmap.close();
  return rates;
}

/** Appends 16 messages a second to the inbox until the returned function is called. */
function deliverSteadily(client: BenchImap, round: number): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const done = (async () => {
    for (let n = 0; !signal.aborted; n++) {
      await client.append('INBOX', loadMessage(size, `steady.${round}.${n}.${Date.now()}`));
      await new Promise((resolve) => setTimeout(resolve, 1000 / 16));
    }
  })();
  return async () => {
    stop.abort();
    await done;
  };
}

console.log(`JMAP: a mailbox of ${count} messages of ${size} octets, medians of ${sitting.rounds} rounds`);
try {
  await alternate(sitting.sides, sitting.rounds, run);
} finally {
  await sitting.close();
}
