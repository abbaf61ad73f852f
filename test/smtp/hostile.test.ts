// What hostile and broken clients do to the SMTP face: nothing.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { addSink } from '../../src/base/index.ts';
import { Connection } from '../../src/net/index.ts';
import { FakeSocket } from './fake-socket.ts';
import { codes, message, startWorld, type World } from './world.ts';

let world: World;
const unexpected: unknown[] = [];
const removeSink = addSink((name, _level, fields) => {
  if (name === 'server.unexpected-error') unexpected.push(fields['error']);
});
before(async () => {
  world = await startWorld();
});
after(async () => {
  removeSink();
  await world.close();
  assert.deepEqual(unexpected, []);
});
afterEach(() => world.hangUp());

const begin = async (): Promise<Awaited<ReturnType<World['greeted']>>> => {
  const client = await world.greeted('smtp');
  for (const command of ['MAIL FROM:<a@b.test>', 'RCPT TO:<jane@example.org>']) await client.ask(command);
  return client;
};

/** The server still serves. */
async function isWell(): Promise<void> {
  const client = await begin();
  assert.match(await client.ask('DATA'), /^354 /);
  assert.equal(codes(await client.send(`${message(`well-${Math.random()}`)}.\r\n`).reply()), '250 2.0.0');
}

const COMMANDS = [
  'EHLO a.test|MAIL FROM:<a@b.test>|RCPT TO:<jane@example.org>|DATA|BDAT 5|BDAT 99999 LAST|AUTH PLAIN',
  'AUTH LOGIN|STARTTLS|QUIT|RSET|.|EHLO|MAIL FROM:<>|RCPT TO:<@@>|VRFY jane|MAIL FROM:<a@b.test> BODY=BINARYMIME',
].flatMap((line) => line.split('|'));
const words = fc.constantFrom(...COMMANDS);
const octets = fc
  .array(
    fc.oneof(
      words.map((word) => Buffer.from(`${word}\r\n`)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('\r\n', '\n', '\r', '\0', '.\r\n', '\r\n.\r\n').map((text) => Buffer.from(text)),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.concat(pieces));

test('any octets at all: every answer is a reply, and the session ends', async () => {
  await fc.assert(
    fc.asyncProperty(octets, fc.constantFrom('smtp', 'submission', 'lmtp'), async (bytes, kind) => {
      const socket = new FakeSocket();
      const connection = new Connection(socket.asSocket(), { listener: kind });
      const served = world.smtp.serve(connection, { name: kind, kind }).finally(() => connection.close());
      await socket.feed([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]);
      await served;
      for (const line of socket.said.split('\r\n').slice(0, -1)) {
        assert.match(line, /^[2345]\d\d[ -][\x20-\x7e]*$/);
      }
      assert.ok(socket.said.endsWith('\r\n'));
    }),
    { numRuns: 300 },
  );
  await isWell();
});

test('a line without end is not kept', async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket.asSocket(), { listener: 'smtp' });
  const served = world.smtp
    .serve(connection, { name: 'smtp', kind: 'smtp' })
    .finally(() => connection.close());
  const piece = Buffer.alloc(64 * 1024, 0x78);
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    socket.push(piece);
    await turn();
    most = Math.max(most, connection.unread);
  }
  assert.ok(most <= 2 * piece.length, `${most} octets of a line were kept`);
  await socket.feed([Buffer.from('\r\nNOOP\r\nQUIT\r\n')]);
  await served;
  assert.deepEqual(socket.said.match(/^\d{3} \d\S+/gm), ['554 5.3.4', '250 2.0.0', '221 2.0.0']);
});

test('half-closed sockets get their answers, and unfinished content none', async () => {
  const polite = await begin();
  assert.match(await polite.ask('DATA'), /^354 /);
  polite.send(`${message('half')}.\r\nNOOP\r\n`).finish();
  const answers = (await polite.rest()).match(/^\d{3}/gm);
  assert.deepEqual(answers, ['250', '250']);
  for (const unfinished of [
    'DATA\r\nSubject: x\r\n\r\nno end',
    'BDAT 1000 LAST\r\nSubject: x\r\n',
    'MAIL FR',
  ]) {
    const client = await begin();
    world.mail.forget();
    client.send(unfinished).finish();
    await client.rest();
    assert.equal(world.mail.messages.length, 0);
  }
  await isWell();
});

test('a client that goes away while its message is stored harms nobody', async () => {
  let release = (): void => undefined;
  world.mail.hold = new Promise((resolve) => {
    release = resolve;
  });
  const client = await begin();
  assert.match(await client.ask('DATA'), /^354 /);
  client.send(`${message('gone')}.\r\n`);
  await turn();
  client.close();
  await turn();
  world.mail.hold = undefined;
  release();
  await world.hangUp();
  await isWell();
});

test('one client that never waits does not keep others waiting', async () => {
  const greedy = await world.greeted('smtp');
  greedy.send(`${'NOOP\r\n'.repeat(50_000)}QUIT\r\n`);
  const other = await world.client('smtp');
  assert.match(await other.ask('EHLO a.test'), /^250/);
  assert.equal(codes(await other.ask('NOOP')), '250 2.0.0');
  const answers = (await greedy.until('221 ')).match(/^250 /gm);
  assert.equal(answers?.length, 50_000);
});

test('a client that does not read is not served for ever', async () => {
  const deaf = await world.client('smtp');
  deaf.socket.pause();
  // Each HELP is answered with more octets than it has.
  const piece = Buffer.from('HELP\r\n'.repeat(100_000));
  let sent = 0;
  for (let i = 0; i < 40 && deaf.socket.writableLength < 4_000_000; i++) {
    deaf.socket.write(piece);
    sent += piece.length;
    await turn();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sent > 1_000_000);
  assert.ok(deaf.socket.writableLength > 0, 'the server has read on without end');
  await isWell();
});

test('500 idle connections, each with a message under way, cost little', async () => {
  const sockets: Socket[] = [];
  const before = process.memoryUsage().rss;
  const start =
    'EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<jane@example.org>\r\nDATA\r\nSubject: slow\r\n\r\nbegun';
  for (let i = 0; i < 500; i++) {
    const socket = connect(world.ports.smtp, '127.0.0.1');
    sockets.push(socket);
    socket.write(start);
  }
  await Promise.all(
    sockets.map(async (socket) => {
      let said = '';
      for await (const piece of socket) {
        said += String(piece);
        if (said.includes('\r\n354 ')) break;
      }
    }),
  );
  // The bound is far above what is needed: it catches a buffer per connection, not a change of allocator.
  assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  await isWell();
  for (const socket of sockets) socket.destroy();
});

test('crumbs of a message are kept together', async () => {
  const client = await begin();
  assert.match(await client.ask('DATA'), /^354 /);
  world.mail.forget();
  const text = `${message('crumbs')}${'.x\r\n'.repeat(50)}`;
  for (const char of text.replaceAll('\r\n.', '\r\n..')) {
    client.send(char);
    await turn();
  }
  assert.equal(codes(await client.send('.\r\n').reply()), '250 2.0.0');
  assert.ok(world.mail.messages[0]?.text.endsWith(text));
});
