// Two threads that serve the same ports: what one has acknowledged, the next command on the other sees. The kernel
// spreads connections over both, so each of many readers is asked after each of many writers has written.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';

const ADDRESS = 'ann@waypost.test';
/** Connections of each kind; that one thread is given all of them is as likely as one in 2^15. */
const MANY = 16;

let server: ServerProcess;
let sessions: ImapSession[];
before(async () => {
  server = await ServerProcess.start({ env: { WAYPOST_WORKERS: '2' } });
  await server.addAccount(ADDRESS);
  sessions = [];
  for (let i = 0; i < MANY; i++) sessions.push(await ImapSession.open());
});
after(() => server.stop());

class ImapSession {
  readonly client: RawClient;
  #tag = 0;
  private constructor(client: RawClient) {
    this.client = client;
  }

  static async open(): Promise<ImapSession> {
    const session = new ImapSession(await RawClient.connect(server.port('imap')));
    await session.client.line();
    await session.ok(`LOGIN ${ADDRESS} "${ServerProcess.password}"`);
    await session.ok('SELECT INBOX');
    return session;
  }

  /** Everything that came with the answer. */
  async ask(command: string): Promise<string> {
    const tag = `t${++this.#tag}`;
    this.client.send(`${tag} ${command}\r\n`);
    let text = '';
    for (;;) {
      const line = await this.client.line();
      text += `${line}\n`;
      if (line.startsWith(`${tag} `)) return text;
    }
  }

  async ok(command: string): Promise<string> {
    const text = await this.ask(command);
    assert.match(text, /^t\d+ OK /m);
    return text;
  }
}

test('a delivery', async () => {
  for (let i = 1; i <= MANY; i++) {
    const sender = await RawClient.connect(server.port('smtp'));
    await sender.reply();
    await sender.ask('EHLO two.test');
    await sender.ask('MAIL FROM:<a@example.org>');
    await sender.ask(`RCPT TO:<${ADDRESS}>`);
    await sender.ask('DATA');
    assert.match(await sender.send(`Subject: ${i}\r\n\r\nx\r\n.\r\n`).reply(), /^250 /);
    // All at once: none of them is helped by the time that others take.
    const answers = await Promise.all(sessions.map((session) => session.ok('NOOP')));
    for (const answer of answers) assert.match(answer, new RegExp(`^\\* ${i} EXISTS$`, 'm'));
    const found = await Promise.all(
      Array.from({ length: 4 }, () => server.jmap(ADDRESS).call('Email/query', { calculateTotal: true })),
    );
    for (const { total } of found) assert.equal(total, i);
    sender.close();
  }
  const { threads } = await server.status();
  assert.deepEqual(
    threads.map(({ writes }) => writes.writes > 0),
    [true, true],
    'both threads took mail',
  );
});

test('flags, by each connection in turn', async () => {
  for (const [i, session] of sessions.entries()) {
    await session.ok(`STORE ${i + 1} +FLAGS.SILENT (\\Flagged seen-by-${i})`);
    const answers = await Promise.all(sessions.map((other) => other.ok(`FETCH ${i + 1} FLAGS`)));
    for (const answer of answers) {
      assert.match(answer, new RegExp(`\\* ${i + 1} FETCH \\(.*\\\\Flagged.*seen-by-${i}`));
    }
    const keyword = `seen-by-${i}`;
    const { ids } = await server.jmap(ADDRESS).call('Email/query', { filter: { hasKeyword: keyword } });
    assert.equal(ids.length, 1);
  }
});

test('mailboxes: made over JMAP and IMAP, seen over the other', async () => {
  for (const [i, session] of sessions.entries()) {
    const made = await server.jmap(ADDRESS).call('Mailbox/set', { create: { m: { name: `jmap-${i}` } } });
    assert.ok(made.created?.['m']);
    const lists = await Promise.all(sessions.map((other) => other.ok(`LIST "" jmap-${i}`)));
    for (const list of lists) assert.match(list, new RegExp(`^\\* LIST .*jmap-${i}`, 'm'));
    await session.ok(`CREATE imap-${i}`);
    const status = await Promise.all(sessions.map((other) => other.ok(`STATUS imap-${i} (MESSAGES)`)));
    for (const one of status) assert.match(one, /MESSAGES 0/);
  }
});

test('a new account and its password; a permission that was taken', async () => {
  for (let i = 0; i < 4; i++) {
    const address = `new${i}@waypost.test`;
    await server.addAccount(address);
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => RawClient.connect(server.port('imap'))),
    );
    for (const client of clients) {
      await client.line();
      client.send(`a LOGIN ${address} "${ServerProcess.password}"\r\n`);
      assert.match(await client.line(), /^a OK /);
    }
    const disabled = { disabledPermissions: { imapCreate: true }, enabledPermissions: {} };
    const id = await idOf(address);
    const permissions = { '@type': 'Merge', ...disabled };
    const [set] = await server.objects(['x:Account/set', { update: { [id]: { permissions } } }]);
    assert.deepEqual((set as { updated?: object }).updated, { [id]: null }, JSON.stringify(set));
    for (const client of clients) client.send('b CREATE forbidden\r\n');
    for (const client of clients) {
      assert.match(await client.line(), /^b NO \[NOPERM\] /);
      client.close();
    }
  }
});

async function idOf(address: string): Promise<string> {
  const [found] = await server.objects(['x:Account/query', { filter: { name: address.split('@')[0] } }]);
  const [id] = (found as { ids: string[] }).ids;
  assert.ok(id, JSON.stringify(found));
  return id;
}
