// Two thousand generated messages of every shape, and one with an attachment of 30 MiB, in over SMTP and out over
// IMAP and JMAP: octet for octet what was sent, behind the block that the server puts in front.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { ref } from '../../src/client/index.ts';
import { type GeneratedMail, generateMail, mailGenerator } from '../support/mail-generator.ts';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';

const COUNT = 2000;
const CONNECTIONS = 8;
const ADDRESS = 'ann@waypost.test';

let server: ServerProcess;
/** What was sent and taken, by its digest. */
const taken = new Map<string, GeneratedMail>();
before(async () => {
  server = await ServerProcess.start();
  await server.addAccount(ADDRESS);
});
after(() => server.stop());

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const FIELD = String.raw`[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*`;
/** What the server puts in front of every message, and of one that lacks a date or an identifier. */
const FRONT = `^Return-Path: ${FIELD}(?:Authentication-Results: ${FIELD})?Received: ${FIELD}`;
const ADDED = `(?:Date: ${FIELD})?(?:Message-ID: <\\w+@mail\\.waypost\\.test>\r\n)?`;
const FRONTS = [new RegExp(FRONT), new RegExp(FRONT + ADDED)];

/** The digest of what was sent, found in what is stored. */
function received(stored: Buffer): string {
  const text = stored.subarray(0, 4096).toString('latin1');
  const digests = FRONTS.map((front) => digest(stored.subarray(front.exec(text)?.[0].length ?? 0)));
  const found = digests.find((one) => taken.has(one));
  assert.ok(found, `this was never sent: ${text.slice(0, 1000)}`);
  return found;
}

async function sendAll(mails: readonly GeneratedMail[]): Promise<void> {
  const client = await RawClient.connect(server.port('smtp'));
  await client.reply();
  await client.ask('EHLO fidelity.test');
  for (const mail of mails) {
    assert.match(await client.ask('MAIL FROM:<sender@example.org>'), /^250/);
    assert.match(await client.ask(`RCPT TO:<${ADDRESS}>`), /^250/);
    // BDAT carries any octets as they are (RFC 3030).
    client.send(`BDAT ${mail.bytes.length} LAST\r\n`).send(mail.bytes);
    const reply = await client.reply();
    if (reply.startsWith('250')) taken.set(digest(mail.bytes), mail);
    else assert.ok(mail.isBroken, `${mail.shape} was refused: ${reply}`);
  }
  client.close();
}

test('they are taken, but for some of the broken ones', async () => {
  const generator = mailGenerator(20_261_127, { bigAttachmentSize: 256 * 1024 });
  const mails = Array.from({ length: COUNT }, () => generator.next());
  mails.push(generateMail(30, 'bigAttachment', { bigAttachmentSize: 30 * 1024 * 1024 }));
  const shares = Array.from({ length: CONNECTIONS }, (_, i) =>
    mails.filter((_mail, n) => n % CONNECTIONS === i),
  );
  await Promise.all(shares.map(sendAll));
  const whole = mails.filter(({ isBroken }) => !isBroken).length;
  assert.ok(taken.size >= whole && taken.size <= mails.length, `${taken.size} of ${mails.length}`);
});

test('IMAP gives them back octet for octet', async () => {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: server.port('imap'),
    auth: { user: ADDRESS, pass: ServerProcess.password },
    logger: false,
    tls: { rejectUnauthorized: false },
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  const found = new Set<string>();
  try {
    for await (const { source, size } of client.fetch('1:*', { source: true, size: true })) {
      assert.ok(source);
      assert.equal(source.length, size);
      found.add(received(source));
    }
  } finally {
    lock.release();
    await client.logout();
  }
  assert.deepEqual(
    [...taken.keys()].filter((one) => !found.has(one)).map((one) => taken.get(one)?.shape),
    [],
  );
  assert.equal(found.size, taken.size);
});

test('JMAP gives them back octet for octet, and tells their subjects', async () => {
  const client = server.jmap(ADDRESS);
  const found = new Set<string>();
  for (let position = 0; ; position += 250) {
    const [{ ids }, { list }] = await client.batch(
      ['Email/query', { position, limit: 250 }, 'q'],
      [
        'Email/get',
        { ids: ref('q', 'Email/query', '/ids'), properties: ['blobId', 'size', 'subject', 'messageId'] },
      ],
    );
    for (let at = 0; at < list.length; at += 10) {
      await Promise.all(
        list.slice(at, at + 10).map(async ({ blobId, size, subject, messageId }) => {
          const bytes = Buffer.from(await (await client.download(blobId)).arrayBuffer());
          assert.equal(bytes.length, size);
          const one = received(bytes);
          found.add(one);
          const mail = taken.get(one);
          if (!mail || mail.isBroken) return;
          assert.equal(subject, mail.subject);
          assert.deepEqual(messageId, [mail.messageId]);
        }),
      );
    }
    if (ids.length < 250) break;
  }
  assert.deepEqual(
    [...taken.keys()].filter((one) => !found.has(one)).map((one) => taken.get(one)?.shape),
    [],
  );
  assert.equal(found.size, taken.size);
});
