// Mail through a real server with the programs people use: in by swaks and nodemailer, out by imapflow, mbsync
// and our JMAP client, and all of it again after a restart.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';
import { ref } from '../../src/client/index.ts';
import { ServerProcess } from '../support/server.ts';
import { hasTool } from '../support/tools.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-mail-'));
let server: ServerProcess;
before(async () => {
  server = await ServerProcess.start({ folder });
  await server.addAccount('ann@waypost.test');
  await server.addAccount('bob@waypost.test');
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program to its end. */
async function run(program: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (text: Buffer) => (output += text.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

async function imap(user: string, secure = false): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: server.port(secure ? 'imaps' : 'imap'),
    secure,
    auth: { user, pass: ServerProcess.password },
    logger: false,
    tls: { rejectUnauthorized: false },
  });
  await client.connect();
  return client;
}

/** Subjects in the inbox over IMAP. */
async function subjects(user: string, secure = false): Promise<string[]> {
  const client = await imap(user, secure);
  try {
    const lock = await client.getMailboxLock('INBOX');
    try {
      const found: string[] = [];
      for await (const message of client.fetch('1:*', { envelope: true })) {
        found.push(message.envelope?.subject ?? '');
      }
      return found;
    } finally {
      lock.release();
    }
  } finally {
    await client.logout();
  }
}

/** Subjects of all e-mails over JMAP, newest first. */
async function jmapSubjects(address: string, filter = {}): Promise<string[]> {
  const [, { list }] = await server
    .jmap(address)
    .batch(
      ['Email/query', { filter, sort: [{ property: 'receivedAt', isAscending: false }] }, 'q'],
      ['Email/get', { ids: ref('q', 'Email/query', '/ids'), properties: ['subject'] }],
    );
  return list.map(({ subject }) => subject ?? '');
}

describe('mail', () => {
  test('comes in by swaks and goes out by IMAP and JMAP', async (t) => {
    if (!hasTool(t, 'swaks')) return;
    const { status, output } = await run('swaks', [
      '--server',
      `127.0.0.1:${server.port('smtp')}`,
      '--tls',
      '--from',
      'friend@example.org',
      '--to',
      'ann@waypost.test',
      '--header',
      'Subject: From outside',
      '--body',
      'A lighthouse stands here.',
    ]);
    assert.equal(status, 0, output);
    assert.deepEqual(await subjects('ann@waypost.test', true), ['From outside']);
    assert.deepEqual(await jmapSubjects('ann@waypost.test'), ['From outside']);
  });

  test('is found by its words at once', async (t) => {
    if (!hasTool(t, 'swaks')) return;
    assert.deepEqual(await jmapSubjects('ann@waypost.test', { text: 'lighthouse' }), ['From outside']);
    assert.deepEqual(await jmapSubjects('ann@waypost.test', { text: 'submarine' }), []);
  });

  test('is submitted by one of ours over STARTTLS and over TLS', async () => {
    for (const name of ['submission', 'submissions']) {
      const transport = nodemailer.createTransport({
        host: '127.0.0.1',
        port: server.port(name),
        secure: name === 'submissions',
        requireTLS: true,
        auth: { user: 'ann@waypost.test', pass: ServerProcess.password },
        tls: { rejectUnauthorized: false },
      });
      await transport.sendMail({
        from: 'ann@waypost.test',
        to: 'bob@waypost.test',
        subject: `By ${name} ☕`,
        text: 'Hello Bob',
        attachments: [{ filename: 'Grüße.txt', content: 'Hi' }],
      });
      transport.close();
    }
    assert.deepEqual(await subjects('bob@waypost.test'), ['By submission ☕', 'By submissions ☕']);
  });

  test('is refused without sign-in, for others, and from addresses that are not the own', async () => {
    const send = (port: string, auth: boolean, from: string, to: string) => {
      const transport = nodemailer.createTransport({
        host: '127.0.0.1',
        port: server.port(port),
        tls: { rejectUnauthorized: false },
        ...(auth && { auth: { user: 'ann@waypost.test', pass: ServerProcess.password } }),
      });
      return transport.sendMail({ from, to, subject: 'x', text: 'x' }).then(
        () => 'taken',
        (error: { responseCode?: number }) => error.responseCode,
      );
    };
    assert.equal(await send('submission', false, 'ann@waypost.test', 'bob@waypost.test'), 503);
    assert.equal(await send('submission', true, 'bob@waypost.test', 'bob@waypost.test'), 501);
    assert.equal(await send('smtp', false, 'x@example.org', 'nobody@waypost.test'), 550);
    assert.equal(await send('smtp', false, 'x@example.org', 'somebody@example.net'), 550);
  });

  test('comes from the command line', async () => {
    const sent = await server.command('send', 'bob@waypost.test', '-s', 'By hand', '-m', 'Hello');
    assert.equal(sent.status, 0, sent.stderr);
    assert.match(sent.stdout, /^Delivered <\w+@mail\.waypost\.test>, \d+ bytes, to bob@waypost\.test\.\n$/);
    assert.ok((await subjects('bob@waypost.test')).includes('By hand'));
    const refused = await server.command('send', 'nobody@waypost.test', '-m', 'Hello');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^waypost: nobody@waypost\.test: 550 5\.1\.2 /);
  });

  test('arrives while a client waits: IDLE and an event stream', async () => {
    const client = await imap('ann@waypost.test');
    const lock = await client.getMailboxLock('INBOX');
    const abort = new AbortController();
    try {
      const heard = once(client, 'exists');
      void client.idle();
      const events = server.jmap('ann@waypost.test').events({ types: 'Email', signal: abort.signal });
      const changed = (async () => {
        for await (const event of events) if (event.event === 'state') return event.data;
        return '';
      })();
      // The stream has to be open before something happens.
      await new Promise((resolve) => setTimeout(resolve, 200));
      await server.command('send', 'ann@waypost.test', '-s', 'News', '-m', 'Now');
      const [{ count, prevCount }] = (await heard) as [{ count: number; prevCount: number }];
      assert.equal(count, prevCount + 1);
      assert.match(await changed, /"Email"/);
    } finally {
      abort.abort();
      lock.release();
      await client.logout();
    }
  });

  test('is synchronized by mbsync both ways', async (t) => {
    if (!hasTool(t, 'mbsync')) return;
    const home = path.join(folder, 'mbsync');
    const config = path.join(folder, 'mbsyncrc');
    writeFileSync(
      config,
      [
        'IMAPAccount waypost',
        'Host 127.0.0.1',
        `Port ${server.port('imap')}`,
        'User bob@waypost.test',
        `Pass "${ServerProcess.password}"`,
        'SSLType None',
        'AuthMechs LOGIN',
        '',
        'IMAPStore far',
        'Account waypost',
        '',
        'MaildirStore near',
        `Path ${home}/`,
        `Inbox ${home}/INBOX`,
        'SubFolders Verbatim',
        '',
        'Channel all',
        'Far :far:',
        'Near :near:',
        'Patterns *',
        'Create Both',
        'Expunge Both',
        'SyncState *',
        '',
      ].join('\n'),
    );
    rmSync(home, { recursive: true, force: true });
    await run('mkdir', ['-p', home]);
    const first = await run('mbsync', ['-c', config, '-a']);
    assert.equal(first.status, 0, first.output);
    const inbox = await subjects('bob@waypost.test');
    const files = ['new', 'cur'].flatMap((part) => readdirSync(path.join(home, 'INBOX', part)));
    assert.equal(files.length, inbox.length);
    const drop = path.join(home, 'INBOX/cur/1.local:2,S');
    writeFileSync(
      drop,
      'From: bob@waypost.test\nSubject: From the other side\nMessage-ID: <1@local>\n\nHi\n',
    );
    const second = await run('mbsync', ['-c', config, '-a']);
    assert.equal(second.status, 0, second.output);
    assert.deepEqual(await subjects('bob@waypost.test'), [...inbox, 'From the other side']);
  });

  test('is all there after a restart', async () => {
    const inboxes = async () => ({
      ann: await subjects('ann@waypost.test'),
      bob: await subjects('bob@waypost.test'),
      jmap: (await jmapSubjects('ann@waypost.test')).sort(),
    });
    const earlier = await inboxes();
    assert.ok(earlier.ann.length > 0 && earlier.bob.length > 0);
    assert.equal(await server.stop('SIGTERM'), 0);
    server = await ServerProcess.start({ folder });
    assert.deepEqual(await inboxes(), earlier);
    assert.equal(readFileSync(path.join(folder, 'run/addresses.json'), 'utf8').includes('imaps'), true);
  });
});
