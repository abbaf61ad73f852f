// A load generator for SMTP and LMTP servers of any make: n connections over raw sockets deliver messages that all
// differ to m recipients, and the rate and the latency of a message (from MAIL to the final answer) are printed.
// With --imap it waits until every message is visible in the mailboxes, and prints the rate up to there as well.
//
//   node bin/node.js bench/smtp.ts --port 2525 --connections 10 --messages 5000 --to 'user%d@waypost.test' --of 50
//   node bin/node.js bench/smtp.ts --port 24 --lmtp --to ann@waypost.test --imap 127.0.0.1:2143 --password secret
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ImapFlow } from 'imapflow';
import { seededRandom } from '../test/support/random.ts';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '2525' },
    lmtp: { type: 'boolean', default: false },
    connections: { type: 'string', default: '10' },
    messages: { type: 'string', default: '2000' },
    /** Octets of a message, about. */
    size: { type: 'string', default: '5000' },
    from: { type: 'string', default: 'sender@load.test' },
    /** `%d` becomes a number from 1 to `--of`. */
    to: { type: 'string', default: 'admin@waypost.test' },
    of: { type: 'string', default: '1' },
    /** Recipients of each message. */
    rcpts: { type: 'string', default: '1' },
    helo: { type: 'string', default: 'load.test' },
    /** Messages of a connection before it is made anew. */
    reuse: { type: 'string', default: '900' },
    /** Commands one by one, as old clients send them. */
    'no-pipelining': { type: 'boolean', default: false },
    /** `host:port` of an IMAP server that shows the mailboxes. */
    imap: { type: 'string' },
    password: { type: 'string', default: '' },
    seed: { type: 'string', default: String(process.pid) },
  },
});
const connections = Number(values.connections);
const messages = Number(values.messages);
const recipients = Array.from({ length: Number(values.of) }, (_, i) =>
  values.to.replace('%d', String(i + 1)),
);
const perMessage = Math.min(Number(values.rcpts), recipients.length);

/** A client that sends text and waits for replies. */
class Client {
  readonly #socket: Socket;
  #text = '';
  #wake: (() => void) | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake?.();
    });
    const gone = (): void => {
      this.#gone = true;
      this.#wake?.();
    };
    socket.on('close', gone).on('error', gone);
  }

  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** The next reply's last line. */
  async reply(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (line[3] !== '-') return line;
        continue;
      }
      if (this.#gone) throw new Error('the server has closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Fails unless the next reply has this first digit. */
  async expect(digit: string): Promise<void> {
    const line = await this.reply();
    if (!line.startsWith(digit)) throw new Error(line);
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function open(): Promise<Client> {
  const socket = connect(Number(values.port), values.host);
  await once(socket, 'connect');
  const client = new Client(socket);
  await client.expect('2');
  client.send(`${values.lmtp ? 'LHLO' : 'EHLO'} ${values.helo}\r\n`);
  await client.expect('2');
  return client;
}

const random = seededRandom(Number(values.seed));
const WORDS = 'mail server queue header letter answer window garden summer paper morning people'.split(' ');

/** Bodies to draw from: making text is not what is measured. */
const bodies = Array.from({ length: 64 }, () => {
  let text = '';
  while (text.length < Number(values.size) - 400) {
    let line = '';
    while (line.length < 70) line += `${random.pick(WORDS)}${random.below(1000)} `;
    text += `${line.trimEnd()}\r\n`;
  }
  return text;
});

function content(serial: number, to: string): Buffer {
  const id = `${values.seed}.${serial}.${random.below(1e9).toString(36)}`;
  return Buffer.from(
    `From: Load <${values.from}>\r\nTo: <${to}>\r\nSubject: Message ${serial} of ${values.seed}\r\n` +
      `Date: Fri, 27 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${id}@load.test>\r\nMIME-Version: 1.0\r\n` +
      `Content-Type: text/plain; charset=us-ascii\r\n\r\nNumber ${id}\r\n${random.pick(bodies)}.\r\n`,
    'latin1',
  );
}

const latencies: number[] = [];
const errors = new Map<string, number>();
let next = 0;

async function deliver(client: Client, serial: number): Promise<void> {
  const to = Array.from(
    { length: perMessage },
    (_, i) => recipients[(serial * perMessage + i) % recipients.length] ?? '',
  );
  const data = content(serial, to[0] ?? '');
  const commands = [`MAIL FROM:<${values.from}>`, ...to.map((one) => `RCPT TO:<${one}>`), 'DATA'];
  const started = performance.now();
  if (values['no-pipelining']) {
    for (const command of commands) {
      client.send(`${command}\r\n`);
      await client.expect(command === 'DATA' ? '3' : '2');
    }
  } else {
    client.send(`${commands.join('\r\n')}\r\n`);
    for (const command of commands) await client.expect(command === 'DATA' ? '3' : '2');
  }
  client.send(data);
  for (let i = 0; i < (values.lmtp ? perMessage : 1); i++) await client.expect('2');
  latencies.push(performance.now() - started);
}

async function work(): Promise<void> {
  let client: Client | undefined;
  for (let sent = 0; next < messages; sent++) {
    if (client !== undefined && sent % Number(values.reuse) === 0) {
      client.close();
      client = undefined;
    }
    const serial = next++;
    try {
      client ??= await open();
      await deliver(client, serial);
    } catch (error) {
      const { message } = error as Error;
      errors.set(message, (errors.get(message) ?? 0) + 1);
      client?.close();
      client = undefined;
    }
  }
  client?.close();
}

/** Messages in the inboxes of all recipients. */
async function visible(clients: readonly ImapFlow[]): Promise<number> {
  const counts = await Promise.all(clients.map((client) => client.status('INBOX', { messages: true })));
  return counts.reduce((sum, status) => sum + (status ? (status.messages ?? 0) : 0), 0);
}

async function openMailboxes(at: string): Promise<ImapFlow[]> {
  const [host = '', port] = at.split(':');
  const clients: ImapFlow[] = [];
  for (const user of recipients) {
    const client = new ImapFlow({
      host,
      port: Number(port),
      secure: false,
      doSTARTTLS: false,
      logger: false,
      auth: { user, pass: values.password },
    });
    await client.connect();
    clients.push(client);
  }
  return clients;
}

const mailboxes = values.imap === undefined ? [] : await openMailboxes(values.imap);
const before = await visible(mailboxes);
const started = performance.now();
await Promise.all(Array.from({ length: connections }, work));
const elapsed = performance.now() - started;

const sorted = latencies.toSorted((a, b) => a - b);
const percentile = (p: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0).toFixed(2);
console.log(
  `${latencies.length} messages of ${values.size} octets, ${connections} connections, ` +
    `${recipients.length} recipients, ${perMessage} each`,
);
console.log(`  ${((latencies.length * 1000) / elapsed).toFixed(0)} messages/s accepted`);
console.log(
  `  latency ms: p50 ${percentile(50)}  p90 ${percentile(90)}  p99 ${percentile(99)}  max ${percentile(100)}`,
);
for (const [message, count] of errors) console.log(`  ${count} failed: ${message}`);

if (mailboxes.length > 0) {
  const wanted = before + latencies.length * perMessage;
  while ((await visible(mailboxes)) < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
  const seen = performance.now() - started;
  console.log(`  ${((latencies.length * 1000) / seen).toFixed(0)} messages/s until all were visible`);
  await Promise.all(mailboxes.map((client) => client.logout()));
}
if (errors.size > 0) process.exitCode = 1;
