// However a client's octets are cut on their way, the conversation and what is stored are the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { Connection } from '../../src/net/index.ts';
import { FakeSocket } from './fake-socket.ts';
import { message, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

/** What the server says, and what is stored, when these pieces arrive. */
async function transcript(pieces: readonly Uint8Array[]): Promise<string> {
  world.mail.forget();
  const socket = new FakeSocket();
  const connection = new Connection(socket.asSocket(), { listener: 'smtp' });
  const served = world.smtp
    .serve(connection, { name: 'smtp', kind: 'smtp' })
    .finally(() => connection.close());
  await socket.feed(pieces);
  await served;
  const stored = world.mail.messages.map(({ text, accounts }) => `${accounts.join()}\n${text}`);
  return [socket.said, ...stored].join('\n').replaceAll(/[0-9a-f]{12,40}|\d\d:\d\d:\d\d/g, '*');
}

const pieces: Record<string, string> = {
  ehlo: 'EHLO a.test\r\n',
  helo: 'HELO a.test\n',
  mail: 'MAIL FROM:<a@b.test>\r\n',
  rcpt: 'RCPT TO:<jane@example.org>\r\n',
  other: 'RCPT TO:<b@example.org>\r\n',
  stranger: 'RCPT TO:<nobody@example.org>\r\n',
  data: `DATA\r\n${message('split')}..a\r\n.b\n.\r\n\r\n.\r\n`,
  bdat: 'BDAT 7\r\nA: b\r\n\r',
  last: 'BDAT 12 LAST\r\n\n.\r\nQUIT\r\n\r\n',
  noop: 'NOOP\r\n',
  rset: 'RSET\r\n',
  junk: '\0\xff\r\r\n',
  long: `${'x'.repeat(5000)}\r\n`,
};
const usual = ['ehlo', 'mail', 'rcpt', 'other', 'data', 'mail', 'rcpt', 'bdat', 'last'];

const script = fc
  .oneof(
    fc.constant(usual),
    fc.array(fc.constantFrom(...Object.keys(pieces)), { maxLength: 20 }).map((more) => ['ehlo', ...more]),
    fc
      .array(fc.constantFrom(...Object.keys(pieces)), { maxLength: 5 })
      .map((more) => [...usual.slice(0, 4), ...more, ...usual.slice(4)]),
  )
  .map((names) => Buffer.from(names.map((name) => pieces[name]).join(''), 'latin1'));

test('any split of the octets gives the same transcript', async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.array(fc.nat(), { maxLength: 12 }), async (bytes, seeds) => {
      const whole = await transcript([bytes]);
      const cuts = [...new Set(seeds.map((seed) => seed % (bytes.length + 1)))].sort((a, b) => a - b);
      const parts = [...cuts, bytes.length].map((end, i) => bytes.subarray(cuts[i - 1] ?? 0, end));
      assert.equal(await transcript(parts.filter((part) => part.length > 0)), whole);
    }),
    { numRuns: 150 },
  );
});

test('octet by octet', async () => {
  const bytes = Buffer.from(usual.map((name) => pieces[name]).join(''), 'latin1');
  const whole = await transcript([bytes]);
  assert.match(whole, /Hello split/);
  assert.match(whole, /A: b/);
  assert.equal(await transcript(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), whole);
});
