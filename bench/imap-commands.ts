// IMAP: filling a mailbox, reading it in bulk and one message at a time, flags of large mailboxes, searches. Runs
// against our own face over the embedded store in a process of its own, or against any server:
// `node bin/node.js bench/imap-commands.ts HOST:PORT USER PASSWORD`. Figures are wall-clock times of the client, which only
// counts what it receives.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openImapWorld, PASSWORD } from '../test/imap/world.ts';
import { generateMail } from '../test/support/mail-generator.ts';
import { openEmbedded } from '../src/store/index.ts';

const MESSAGES = Number(process.env['MESSAGES'] ?? 2000);
/** Messages of the large mailbox: copies, of which flags are read. */
const MANY = Number(process.env['MANY'] ?? 100_000);
const ROUNDS = 5;

/** Counts octets and knows the tagged line; looks at nothing else. */
class Client {
  readonly #socket: Socket;
  #tag = 0;
  #tail = '';
  #wanted = '\0';
  #bytes = 0;
  #resolve: ((bytes: number) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => {
      this.#bytes += piece.length;
      this.#tail = (this.#tail + piece.toString('latin1', Math.max(0, piece.length - 2000))).slice(-3000);
      const at = this.#tail.lastIndexOf(this.#wanted);
      if (at < 0 || !this.#tail.endsWith('\r\n')) return;
      const status = this.#tail.slice(at + this.#wanted.length);
      if (!status.startsWith('OK')) throw new Error(status);
      const resolve = this.#resolve;
      this.#resolve = undefined;
      resolve?.(this.#bytes);
    });
  }

  static async connect(host: string, port: number): Promise<Client> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    const client = new Client(socket);
    await once(socket, 'data');
    return client;
  }

  /** Octets received until the tagged OK. */
  ask(command: string | Uint8Array[]): Promise<number> {
    const tag = `q${++this.#tag}`;
    this.#wanted = `\r\n${tag} `;
    this.#tail = '\r\n';
    this.#bytes = 0;
    const done = new Promise<number>((resolve) => {
      this.#resolve = resolve;
    });
    this.#socket.cork();
    this.#socket.write(`${tag} `);
    if (typeof command === 'string') this.#socket.write(`${command}\r\n`);
    else for (const piece of command) this.#socket.write(piece);
    this.#socket.uncork();
    return done;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function timed(name: string, rounds: number, work: () => Promise<number>, per = 1): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    bytes = await work();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] as number;
  const rate = per > 1 ? `${Math.round((per / median) * 1000).toLocaleString('en')}/s` : '';
  process.stdout.write(
    `${name.padEnd(44)} ${median.toFixed(2).padStart(10)} ms ${rate.padStart(12)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB\n`,
  );
}

async function run(host: string, port: number, user: string, password: string): Promise<void> {
  const client = await Client.connect(host, port);
  await client.ask(`LOGIN ${user} ${password}`);
  const mails = Array.from({ length: MESSAGES }, (_, i) => {
    const { bytes } = generateMail(i + 1);
    // NUL cannot be appended, and a few large attachments would drown the rest.
    return bytes.length > 100_000 || bytes.includes(0) ? generateMail(i + 1, 'alternative').bytes : bytes;
  });
  const total = mails.reduce((sum, { length }) => sum + length, 0);
  process.stdout.write(`${MESSAGES} messages, ${(total / 1e6).toFixed(1)} MB\n`);
  await timed(
    `APPEND ${MESSAGES} one by one`,
    1,
    async () => {
      for (const bytes of mails) {
        await client.ask([Buffer.from(`APPEND INBOX {${bytes.length}+}\r\n`), bytes, Buffer.from('\r\n')]);
      }
      return 0;
    },
    MESSAGES,
  );
  await timed('SELECT', ROUNDS, () => client.ask('SELECT INBOX'));
  for (const items of [
    '(UID FLAGS)',
    '(UID FLAGS INTERNALDATE RFC822.SIZE)',
    '(UID FLAGS ENVELOPE BODYSTRUCTURE)',
    'BODY.PEEK[HEADER]',
    'BODY.PEEK[HEADER.FIELDS (From To Subject Date)]',
    'BODY.PEEK[]',
  ]) {
    await timed(`UID FETCH 1:* ${items}`, ROUNDS, () => client.ask(`UID FETCH 1:* ${items}`), MESSAGES);
  }
  await timed(
    'UID FETCH n BODY.PEEK[], one by one',
    3,
    async () => {
      let bytes = 0;
      for (let uid = 1; uid <= MESSAGES; uid++) bytes += await client.ask(`UID FETCH ${uid} BODY.PEEK[]`);
      return bytes;
    },
    MESSAGES,
  );
  await timed(
    'UID FETCH n (FLAGS), one by one',
    3,
    async () => {
      let bytes = 0;
      for (let uid = 1; uid <= MESSAGES; uid++) bytes += await client.ask(`UID FETCH ${uid} (FLAGS)`);
      return bytes;
    },
    MESSAGES,
  );
  await timed(
    'NOOP x 1000',
    3,
    async () => {
      for (let i = 0; i < 1000; i++) await client.ask('NOOP');
      return 0;
    },
    1000,
  );
  await timed('UID SEARCH UNSEEN', ROUNDS, () => client.ask('UID SEARCH UNSEEN'));
  await timed('UID SEARCH SUBJECT report', ROUNDS, () => client.ask('UID SEARCH SUBJECT report'));
  await timed('UID SEARCH BODY report', 3, () => client.ask('UID SEARCH BODY report'));
  await timed('UID SORT (DATE)', 3, () => client.ask('UID SORT (DATE) UTF-8 ALL'));
  await timed('UID THREAD REFERENCES', 3, () => client.ask('UID THREAD REFERENCES UTF-8 ALL'));
  await timed(
    'UID STORE 1:* +FLAGS.SILENT',
    1,
    () => client.ask('UID STORE 1:* +FLAGS.SILENT (\\Seen)'),
    MESSAGES,
  );
  if (MANY > 0) await large(client);
  client.close();
}

async function large(client: Client): Promise<void> {
  await client.ask('CREATE many');
  await timed(
    `COPY to ${MANY}`,
    1,
    async () => {
      for (let copied = 0; copied < MANY; copied += MESSAGES) await client.ask('UID COPY 1:* many');
      return 0;
    },
    MANY,
  );
  await timed(`SELECT ${MANY}`, ROUNDS, () => client.ask('SELECT many'));
  await timed(`FETCH 1:* (UID FLAGS) of ${MANY}`, ROUNDS, () => client.ask('FETCH 1:* (UID FLAGS)'), MANY);
  await timed(`SEARCH UNSEEN of ${MANY}`, ROUNDS, () => client.ask('SEARCH UNSEEN'));
  await timed(`STATUS of ${MANY}`, ROUNDS, () => client.ask('STATUS many (MESSAGES UNSEEN)'));
  await timed(`STORE one of ${MANY}`, 20, () => client.ask(`UID STORE ${MANY / 2} FLAGS (\\Flagged)`));
}

/** Our own server, told to its parent by a message. */
async function serve(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-bench-imap-'));
  const stores = await openEmbedded({ folder });
  const world = await openImapWorld({ stores });
  await world.user('ann');
  process.send?.({ port: world.port });
  process.on('disconnect', () => {
    void world.close().then(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  });
}

const [target, user = 'ann@example.org', password = PASSWORD] = process.argv.slice(2);
if (target === 'serve') {
  await serve();
} else if (target !== undefined) {
  const [host = '127.0.0.1', port] = target.split(':');
  await run(host, Number(port), user, password);
} else {
  const server = fork(import.meta.filename, ['serve'], { execPath: process.execPath });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  await run('127.0.0.1', port, user, password);
  server.disconnect();
  await once(server, 'exit');
}
