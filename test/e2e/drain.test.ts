// SIGTERM lets everybody finish what they are at and says goodbye; what was taken meanwhile is kept.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-drain-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('SIGTERM: a message on its way is taken, waiting sessions are told, then the server ends', async () => {
  const server = await ServerProcess.start({ folder });
  const sending = await RawClient.connect(server.port('smtp'));
  await sending.reply();
  await sending.ask('EHLO drain.test');
  await sending.ask('MAIL FROM:<a@example.org>');
  await sending.ask('RCPT TO:<admin@waypost.test>');
  await sending.ask('DATA');
  sending.send('Subject: On its way\r\n\r\nhalf of it\r\n');
  const waiting = await RawClient.connect(server.port('smtp'));
  await waiting.reply();
  await waiting.ask('EHLO drain.test');
  const idle = await RawClient.connect(server.port('imap'));
  await idle.line();
  idle.send(`a LOGIN admin@waypost.test "${ServerProcess.password}"\r\nb SELECT INBOX\r\nc IDLE\r\n`);
  await idle.until('\r\n+ ');
  const events = server.jmap().events({});
  const stream = (async () => {
    for await (const event of events) if (event.event === 'state') return 'a state';
    return 'the end';
  })();
  // The stream has to be open before the server begins to end.
  await new Promise((resolve) => setTimeout(resolve, 300));

  const exited = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  assert.match(await waiting.rest(), /^421 4\.3\.\d /);
  assert.match(await idle.rest(), /\* BYE /);
  assert.equal(await stream, 'the end');
  assert.equal(server.process.exitCode, null);
  const verdict = await sending.send('and the rest\r\n.\r\n').reply();
  assert.match(verdict, /^250 /);
  assert.match(await sending.rest(), /^421 4\.3\.\d /);
  await exited;
  assert.equal(server.process.exitCode, 0);

  const again = await ServerProcess.start({ folder });
  const { ids } = await again.jmap().call('Email/query', { filter: { subject: 'On its way' } });
  assert.equal(ids.length, 1);
  assert.equal(await again.stop(), 0);
});

test('SIGINT ends sessions that would go on for ever; a second signal waits for nothing', async () => {
  const server = await ServerProcess.start({ folder });
  const clients = await Promise.all(
    Array.from({ length: 50 }, () => RawClient.connect(server.port('submission'))),
  );
  await Promise.all(clients.map((client) => client.reply()));
  assert.equal(await server.stop('SIGINT'), 0);
  await Promise.all(clients.map((client) => client.rest()));

  const stubborn = await ServerProcess.start({ folder });
  const client = await RawClient.connect(stubborn.port('smtp'));
  await client.reply();
  await client.ask('EHLO drain.test');
  await client.ask('MAIL FROM:<a@example.org>');
  await client.ask('RCPT TO:<admin@waypost.test>');
  await client.ask('DATA');
  stubborn.process.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(stubborn.process.exitCode, null);
  assert.equal(await stubborn.stop('SIGTERM'), 0);
});
