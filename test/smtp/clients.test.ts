// The clients that people use: nodemailer and swaks, against real sockets.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { PASSWORD, startWorld, type World } from './world.ts';

const run = promisify(execFile);
let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => world.mail.forget());

describe('nodemailer', () => {
  const LETTER = {
    to: 'jane@example.org, Bill <b@example.org>',
    subject: 'Grüße',
    text: '.\nA line that begins with a dot\n.\n..\n',
    attachments: [{ filename: 'a.bin', content: Buffer.alloc(200_000, 7) }],
  };

  test('as a stranger, with STARTTLS', async () => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: world.ports.smtp,
      requireTLS: true,
      tls: { rejectUnauthorized: false },
    });
    const info = await transport.sendMail({ from: 'a@b.test', ...LETTER });
    assert.deepEqual(info.rejected, []);
    assert.deepEqual(info.accepted, ['jane@example.org', 'b@example.org']);
    const [one] = world.mail.messages;
    assert.match(one?.text ?? '', / with ESMTPS id /);
    assert.match(one?.text ?? '', /\r\n\.\r\nA line that begins with a dot\r\n\.\r\n\.\.\r\n/);
    assert.deepEqual(one?.accounts, [world.accounts.jane, world.accounts.bill]);
  });

  test('as a user, over TLS from the first octet and with STARTTLS', async () => {
    for (const [port, secure] of [
      [world.ports.submissions, true],
      [world.ports.submission, false],
    ] as const) {
      for (const authMethod of ['PLAIN', 'LOGIN']) {
        const transport = createTransport({
          host: '127.0.0.1',
          port,
          secure,
          authMethod,
          auth: { user: 'jane@example.org', pass: PASSWORD },
          tls: { rejectUnauthorized: false },
        });
        await transport.verify();
        const info = await transport.sendMail({ from: 'jane@example.org', ...LETTER });
        assert.match(info.response, /^250 2\.0\.0 /);
        await assert.rejects(transport.sendMail({ from: 'bill@example.org', ...LETTER }), {
          responseCode: 501,
        });
        transport.close();
      }
    }
    assert.equal(world.mail.of(world.accounts.jane).length, 4);
  });

  test('many messages over a pool of connections', async () => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: world.ports.smtp,
      pool: true,
      maxConnections: 4,
      ignoreTLS: true,
    });
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        transport.sendMail({
          from: 'a@b.test',
          to: 'jane@example.org',
          subject: `number ${i}`,
          text: `${i}`,
        }),
      ),
    );
    transport.close();
    assert.equal(new Set(world.mail.of(world.accounts.jane)).size, 60);
  });

  test('a wrong password and an unknown recipient are told', async () => {
    const options = { host: '127.0.0.1', port: world.ports.submissions, secure: true };
    const wrong = createTransport({
      ...options,
      auth: { user: 'jane@example.org', pass: 'wrong' },
      tls: { rejectUnauthorized: false },
    });
    await assert.rejects(wrong.verify(), { responseCode: 535 });
    const stranger = createTransport({ host: '127.0.0.1', port: world.ports.smtp, ignoreTLS: true });
    await assert.rejects(stranger.sendMail({ from: 'a@b.test', to: 'nobody@example.org', text: 'x' }), {
      responseCode: 550,
    });
  });

  test('over LMTP', async () => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: world.ports.lmtp,
      lmtp: true,
      ignoreTLS: true,
    });
    const info = await transport.sendMail({ from: 'a@b.test', ...LETTER });
    assert.deepEqual(info.accepted, ['jane@example.org', 'b@example.org']);
    assert.match(world.mail.messages[0]?.text ?? '', / with LMTP id /);
  });
});

const swaks = await run('swaks', ['--version']).then(
  () => true,
  () => false,
);

describe('swaks', { skip: swaks ? false : 'swaks is not installed' }, () => {
  const send = async (...args: string[]): Promise<string> => {
    const common = ['--server', '127.0.0.1', '--to', 'jane@example.org', '--helo', 'client.test'];
    const { stdout } = await run('swaks', [...common, ...args]);
    return stdout;
  };

  test('as a stranger', async () => {
    const said = await send('--port', `${world.ports.smtp}`, '--from', 'a@b.test');
    assert.match(said, /^<- {2}250 2\.0\.0 /m);
    assert.equal(world.mail.of(world.accounts.jane).length, 1);
  });

  test('with pipelining and STARTTLS', async () => {
    const said = await send('--port', `${world.ports.smtp}`, '--from', 'a@b.test', '--pipeline', '-tls');
    assert.match(said, /^<~ {2}250 2\.0\.0 Taken/m);
    assert.match(world.mail.messages[0]?.text ?? '', / with ESMTPS id /);
  });

  test('as a user', async () => {
    const user = [
      '--auth-user',
      'jane@example.org',
      '--auth-password',
      PASSWORD,
      '--from',
      'jane@example.org',
    ];
    for (const way of ['PLAIN', 'LOGIN']) {
      await send('--port', `${world.ports.submissions}`, '--tls-on-connect', '--auth', way, ...user);
      await send('--port', `${world.ports.submission}`, '--auth', way, ...user);
    }
    assert.equal(world.mail.of(world.accounts.jane).length, 4);
  });

  test('over LMTP', async () => {
    await send('--port', `${world.ports.lmtp}`, '--protocol', 'LMTP', '--from', 'a@b.test');
    assert.match(world.mail.messages[0]?.text ?? '', /^Return-Path: <a@b\.test>/);
  });
});
