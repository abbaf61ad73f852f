// SMTP to mailbox: how many messages a second a server accepts and shows in the recipients' inboxes:
//   npm run bench -- delivery --peer postfix+dovecot,smtp=127.0.0.1:26025,imap=127.0.0.1:24143
// The clock runs from the first connection until the last message is seen by STATUS in its inbox, so a queue
// that still works after the last 250 counts. `accepted` stops at the last 250.
import { BenchImap } from './support/imap-client.ts';
import { alternate, type Rates } from './support/measure.ts';
import { openSitting, type Server } from './support/sides.ts';
import { smtpLoad } from './support/smtp-load.ts';

const ACCOUNTS = 50;
const CONNECTIONS = [1, 10, 50];

const sitting = await openSitting({ count: 2000, accounts: ACCOUNTS });

async function messagesIn(client: BenchImap): Promise<number> {
  const { lines } = await client.command('STATUS INBOX (MESSAGES)', { keep: true });
  return Number(/MESSAGES (\d+)/.exec(lines.join('\n'))?.[1] ?? Number.NaN);
}

/** Seconds until all inboxes hold what they should. */
async function allArrived(clients: readonly BenchImap[], wanted: readonly number[]): Promise<void> {
  for (const [i, client] of clients.entries()) {
    while ((await messagesIn(client)) < (wanted[i] as number))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function run(server: Server, round: number): Promise<Rates> {
  const rates: Record<string, number> = {};
  for (const spread of [ACCOUNTS, 1]) {
    const names = Array.from({ length: spread }, (_, i) => `${server.prefix}${i + 1}@${server.domain}`);
    // one after the other: a crowd of first sign-ins measures password hashing
    const clients: BenchImap[] = [];
    for (const user of names)
      clients.push(
        await BenchImap.open({ host: server.host, port: server.imap, user, password: server.password }),
      );
    for (const connections of CONNECTIONS) {
      const messages = connections === 1 ? sitting.count / 4 : sitting.count;
      const before = await Promise.all(clients.map(messagesIn));
      const wanted = before.map((n, i) => n + Math.ceil((messages - i) / spread));
      const began = performance.now();
      const seconds = await smtpLoad({
        host: server.host,
        port: server.smtp,
        connections,
        messages,
        size: sitting.size,
        recipients: names,
        run: `${round}.${spread}.${connections}.${Date.now()}`,
      });
      await allArrived(clients, wanted);
      const step = `${connections} connections, ${spread} ${spread === 1 ? 'account' : 'accounts'}`;
      rates[`in the mailbox: ${step}`] = (messages * 1000) / (performance.now() - began);
      rates[`accepted: ${step}`] = messages / seconds;
    }
    for (const client of clients) client.close();
  }
  return rates;
}

console.log(`SMTP: ${sitting.count} messages of ${sitting.size} octets, medians of ${sitting.rounds} rounds`);
try {
  await alternate(sitting.sides, sitting.rounds, run);
} finally {
  await sitting.close();
}
