// APPEND and FETCH against an IMAP peer (RFC 9051), in one alternating run:
//   npm run bench -- imap --peer dovecot,imap=127.0.0.1:24143
// Each round fills a new mailbox, so that both sides always start from nothing.
import { BenchImap } from './support/imap-client.ts';
import { alternate, rate, type Rates } from './support/measure.ts';
import { loadMessage } from './support/message.ts';
import { openSitting, type Server } from './support/sides.ts';

const SINGLES = 500;
/** The first search alone tells how long code takes that has never run. */
const SEARCHES = 200;
const ITEMS = '(UID FLAGS ENVELOPE BODYSTRUCTURE)';

const sitting = await openSitting({ count: 2000, accounts: 8 });
const { count, size } = sitting;
const connect = ({ host, imap, domain, password, prefix }: Server, account = 1) =>
  BenchImap.open({ host, port: imap, user: `${prefix}${account}@${domain}`, password });

async function fetchAll(client: BenchImap, items: string): Promise<void> {
  const { untagged } = await client.command(`UID FETCH 1:* ${items}`);
  if (untagged < count) throw new Error(`FETCH ${items} answered ${untagged} of ${count}`);
}

async function fetchSingly(client: BenchImap, items: string): Promise<void> {
  for (let n = 1; n <= SINGLES; n++) await client.command(`FETCH ${n} ${items}`);
}

async function run(server: Server, round: number): Promise<Rates> {
  const box = `bench${round}-${Date.now()}`;
  const client = await connect(server);
  await client.command(`CREATE ${box}`);
  const rates: Record<string, number> = {};
  rates['APPEND, 1 connection'] = await rate(count, async () => {
    for (let n = 0; n < count; n++) await client.append(box, loadMessage(size, `a${round}.${n}`));
  });
  const eight = await Promise.all(Array.from({ length: 8 }, () => connect(server)));
  await client.command(`CREATE ${box}-8`);
  rates['APPEND, 8 connections'] = await rate(count, async () => {
    let next = 0;
    await Promise.all(
      eight.map(async (one) => {
        for (let n = next++; n < count; n = next++)
          await one.append(`${box}-8`, loadMessage(size, `b${round}.${n}`));
      }),
    );
  });
  for (const one of eight) one.close();
  await client.command(`SELECT ${box}`);
  rates[`FETCH ${ITEMS}, bulk`] = await rate(count, () => fetchAll(client, ITEMS));
  rates[`FETCH ${ITEMS}, again`] = await rate(count, () => fetchAll(client, ITEMS));
  rates[`FETCH ${ITEMS}, one at a time`] = await rate(SINGLES, () => fetchSingly(client, ITEMS));
  rates['FETCH BODY.PEEK[], bulk'] = await rate(count, () => fetchAll(client, '(BODY.PEEK[])'));
  rates['FETCH BODY.PEEK[], one at a time'] = await rate(SINGLES, () => fetchSingly(client, '(BODY.PEEK[])'));
  rates['FETCH FLAGS, bulk'] = await rate(count, () => fetchAll(client, '(FLAGS)'));
  rates['STORE +FLAGS, all'] = await rate(count, () => client.command('STORE 1:* +FLAGS.SILENT (\\Seen)'));
  rates['SEARCH UNSEEN'] = await rate(1, () => client.command('SEARCH UNSEEN'));
  rates['SEARCH UNSEEN, again'] = await rate(SEARCHES, async () => {
    for (let n = 0; n < SEARCHES; n++) await client.command('SEARCH UNSEEN');
  });
  await client.command('CLOSE');
  client.close();
  return rates;
}

console.log(`IMAP: ${count} messages of ${size} octets, medians of ${sitting.rounds} rounds`);
try {
  await alternate(sitting.sides, sitting.rounds, run);
} finally {
  await sitting.close();
}
