// The content of messages over real sockets: DATA and BDAT, what ends a message and what does not, what is put in
// front, sizes, loops, spool files, and LMTP's answer for each recipient.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { LimitExceeded, NotFound } from '../../src/base/index.ts';
import { parseMessage, parseDate } from '../../src/formats/mime/index.ts';
import type { RawClient } from '../support/raw-client.ts';
import { seededRandom } from '../support/random.ts';
import { codes, HOSTNAME, message, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => world.hangUp());
beforeEach(() => {
  world.mail.forget();
  world.mail.failures.clear();
});

const MAIL = 'MAIL FROM:<a@b.test>';
const RCPT = 'RCPT TO:<jane@example.org>';

async function begin(
  listener: 'smtp' | 'lmtp' | 'submissions',
  commands: readonly string[] = [MAIL, RCPT],
): Promise<RawClient> {
  const client = await world.greeted(listener, listener === 'submissions' ? 'jane@example.org' : undefined);
  for (const command of commands) assert.match(await client.ask(command), /^250 /);
  return client;
}

async function data(client: RawClient, content: string): Promise<string> {
  assert.match(await client.ask('DATA'), /^354 /);
  return codes(await client.send(`${content}\r\n.\r\n`).reply());
}

const chunk = (content: string, last = false): string =>
  `BDAT ${content.length}${last ? ' LAST' : ''}\r\n${content}`;

/** What was delivered last, behind the block that was put in front. */
function stored(original: string): string {
  const text = world.mail.messages.at(-1)?.text ?? '';
  const first = original.slice(0, original.indexOf('\r\n'));
  return text.slice(text.indexOf(first));
}

describe('DATA', () => {
  test('ends with CRLF.CRLF only: every other ending is content', async () => {
    const inner =
      'MAIL FROM:<e@e.test>\r\nRCPT TO:<bill@example.org>\r\nDATA\r\nFrom: <e@e.test>\r\n\r\nevil';
    for (const end of [
      '\n.\r\n',
      '\r.\r\n',
      '\n.\n',
      '\r.\r',
      '\r\n.\n',
      '\r\n.\r',
      '\n\n.\r\n',
      '\r\n\r.\r\n',
    ]) {
      const client = await begin('smtp');
      const content = `${message('smuggled')}first${end}${inner}`;
      assert.equal(await data(client, content), '250 2.0.0', JSON.stringify(end));
      assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
      assert.equal(client.received, '');
      assert.equal(world.mail.messages.length, 1);
      // A dot that begins a line was doubled by an honest client, so one is taken away.
      const unstuffed = content.replaceAll('\r\n.', '\r\n');
      assert.equal(stored(content), `${unstuffed}\r\n`, JSON.stringify(end));
      world.mail.messages.length = 0;
    }
  });

  test('dots are taken away, bare line ends stay, and the empty message is none', async () => {
    const client = await begin('smtp');
    const content = `${message('dots')}..one\r\n...two\r\nthree.\r\na\rb\nc`;
    assert.equal(await data(client, content), '250 2.0.0');
    assert.equal(stored(content), `${message('dots')}.one\r\n..two\r\nthree.\r\na\rb\nc\r\n`);
    for (const command of [MAIL, RCPT]) await client.ask(command);
    assert.match(await client.ask('DATA'), /^354 /);
    assert.equal(codes(await client.send('.\r\n').reply()), '550 5.7.7');
  });

  test('what is not a message is refused, and the transaction is over', async () => {
    const client = await begin('smtp');
    for (const content of [
      'invalid',
      '\r\nno header',
      ' folded: before\r\nSubject: x\r\n\r\n',
      'http://x/\r\n',
    ]) {
      assert.equal(await data(client, content), '550 5.7.7', content);
      assert.equal(codes(await client.ask('DATA')), '503 5.5.1');
      for (const command of [MAIL, RCPT]) await client.ask(command);
    }
  });

  test('a message that has passed too many hosts is refused', async () => {
    const hop = 'Received: from a.test by b.test; Fri, 27 Nov 2026 10:00:00 +0000\r\n';
    const client = await begin('smtp');
    assert.equal(await data(client, hop.repeat(51) + message('loop')), '450 4.4.6');
    for (const command of [MAIL, RCPT]) await client.ask(command);
    assert.equal(await data(client, hop.repeat(50) + message('loop')), '250 2.0.0');
  });

  test('content that is not made of lines comes by BDAT', async () => {
    const client = await begin('smtp', [`${MAIL} BODY=BINARYMIME`, RCPT]);
    assert.equal(codes(await client.ask('DATA')), '503 5.5.1');
    assert.equal(codes(await client.send(chunk(message('binary'), true)).reply()), '250 2.0.0');
  });
});

describe('BDAT', () => {
  test('out of place its octets are read all the same', async () => {
    const client = await world.greeted('smtp');
    assert.equal(codes(await client.send('BDAT 10\r\nNOOP\r\nQUIT').reply()), '503 5.5.1');
    await client.ask(MAIL);
    assert.equal(codes(await client.send('BDAT 10 LAST\r\nNOOP\r\nQUIT').reply()), '503 5.5.1');
    assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
    assert.equal(client.received, '');
  });

  test('chunks make the message, octet for octet', async () => {
    const client = await begin('smtp');
    const [one, two, three] = [message('chunks'), '.\r\n\r\n.\r\nQUIT\r\n', '\0\xff\r'];
    client.send(chunk(one) + chunk('') + chunk(two) + chunk(three, true));
    for (const expected of ['250 2.6.0', '250 2.6.0', '250 2.6.0', '250 2.0.0']) {
      assert.equal(codes(await client.reply()), expected);
    }
    assert.equal(stored(one), one + two + three);
  });

  test('an empty last chunk ends the message', async () => {
    const client = await begin('smtp');
    client.send(chunk(message('last')) + chunk('', true));
    assert.equal(codes(await client.reply()), '250 2.6.0');
    assert.equal(codes(await client.reply()), '250 2.0.0');
  });

  test('between chunks only chunks, RSET and the like have a place', async () => {
    const client = await begin('smtp');
    client.send(chunk(message('half')));
    assert.equal(codes(await client.reply()), '250 2.6.0');
    for (const command of [MAIL, RCPT, 'DATA']) {
      assert.equal(codes(await client.ask(command)), '503 5.5.1', command);
    }
    assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
    assert.equal(codes(await client.ask('RSET')), '250 2.0.0');
    assert.equal(codes(await client.send(chunk('x', true)).reply()), '503 5.5.1');
    assert.equal(world.mail.messages.length, 0);
  });

  test('a chunk that is not understood is an error', async () => {
    const client = await begin('smtp');
    for (const form of ['BDAT', 'BDAT x', 'BDAT -1', 'BDAT 1 FIRST', `BDAT ${'9'.repeat(20)}`]) {
      assert.equal(codes(await client.ask(form)), '501 5.5.2', form);
    }
  });
});

describe('sizes', () => {
  test('a message that is too large is read to its end and refused', async () => {
    await world.set('MtaStageData', 'maxMessageSize', '300');
    try {
      const client = await begin('smtp');
      assert.equal(await data(client, message('big', `X: ${'x'.repeat(500)}\r\n`)), '552 5.3.4');
      assert.equal(codes(await client.ask('DATA')), '503 5.5.1');
      for (const command of [MAIL, RCPT]) await client.ask(command);
      assert.equal(codes(await client.send(chunk('x'.repeat(301), true)).reply()), '552 5.3.4');
      assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
      for (const command of [MAIL, RCPT]) await client.ask(command);
      client.send(chunk('x'.repeat(200)) + chunk('x'.repeat(200)) + chunk('x', true));
      for (const expected of ['250 2.6.0', '552 5.3.4', '503 5.5.1']) {
        assert.equal(codes(await client.reply()), expected);
      }
      const exact = message('exact');
      for (const command of [MAIL, RCPT]) await client.ask(command);
      client.send(chunk(`${exact}${'x'.repeat(300 - exact.length)}`, true));
      assert.equal(codes(await client.reply()), '250 2.0.0');
    } finally {
      await world.set('MtaStageData', 'maxMessageSize', '104857600');
    }
  });

  test('large messages go through a file, and nothing of it is left', async () => {
    const random = seededRandom(1);
    const body = Buffer.from(random.bytes(3_000_000)).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    const content = `${message('large')}${body}`;
    const files: unknown[] = [];
    const { mail } = world;
    const deliver = mail.deliver.bind(mail);
    mail.deliver = (delivery, accounts) => {
      files.push(delivery.file?.size, delivery.bytes.length);
      return deliver(delivery, accounts);
    };
    const client = await begin('smtp');
    assert.equal(await data(client, content), '250 2.0.0');
    mail.deliver = deliver;
    assert.equal(stored(content), `${content}\r\n`);
    assert.equal(files[0], files[1]);
    assert.equal(mail.messages[0]?.hash, hash('sha256', `${content}\r\n`, 'hex'));
    assert.deepEqual(spoolFiles(), []);
  });

  test('a client that goes away leaves no file', async () => {
    const client = await begin('smtp');
    assert.match(await client.ask('DATA'), /^354 /);
    client.send(message('gone') + 'x\r\n'.repeat(700_000));
    while (spoolFiles().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.hangUp();
    assert.deepEqual(spoolFiles(), []);
    assert.equal(world.mail.messages.length, 0);
  });

  test('a header without end is refused', async () => {
    const client = await begin('smtp');
    assert.equal(await data(client, `Subject: x\r\n${' folded\r\n'.repeat(200_000)}`), '552 5.3.4');
    assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
  });

  /** Files of messages that are on their way. */
  function spoolFiles(): string[] {
    return readdirSync(world.spool, { withFileTypes: true }).map(({ name }) => name);
  }
});

describe('what is put in front', () => {
  const header = (text: string): Map<string, string> => {
    const { parts } = parseMessage(Buffer.from(text, 'latin1'));
    return new Map(parts[0].fields.map(({ key, value, end }) => [key, text.slice(value, end).trim()]));
  };

  test('of a stranger: return path, what was checked, where it came from', async () => {
    const client = await begin('smtp');
    assert.equal(await data(client, message('front')), '250 2.0.0');
    const text = world.mail.messages[0]?.text ?? '';
    const block = text.slice(0, text.indexOf('From: '));
    assert.match(
      block,
      /^Return-Path: <a@b\.test>\r\nAuthentication-Results: mail\.example\.org; none\r\nReceived: from client\.test \(unknown \[127\.0\.0\.1\]\)\r\n\tby mail\.example\.org \(Waypost\) with ESMTP id [0-9a-f]{16};\r\n\t[^\r\n]+\r\n$/,
    );
    const date = block.slice(block.lastIndexOf('\t') + 1).trim();
    assert.notEqual(parseDate(date), null);
  });

  test('the kind of transmission is named', async () => {
    const kind = (): string | undefined =>
      / with (\S+) id /.exec(world.mail.messages.at(-1)?.text ?? '')?.[1];
    const plain = await world.client('smtp');
    for (const command of ['HELO a.test', MAIL, RCPT]) await plain.ask(command);
    await data(plain, message('helo'));
    assert.equal(kind(), 'SMTP');
    await data(await begin('smtp', [`${MAIL} SMTPUTF8`, RCPT]), message('utf8'));
    assert.equal(kind(), 'UTF8SMTP');
    await data(await begin('lmtp'), message('lmtp'));
    assert.equal(kind(), 'LMTP');
    const secure = await world.greeted('smtp');
    assert.match(await secure.ask('STARTTLS'), /^220/);
    await secure.startTls();
    for (const command of ['EHLO a.test', MAIL, RCPT]) await secure.ask(command);
    await data(secure, message('tls'));
    assert.equal(kind(), 'ESMTPS');
    assert.match(
      world.mail.messages.at(-1)?.text ?? '',
      /\r\n\t\(using TLSv1\.3 with cipher TLS_[A-Z0-9_]+\)\r\n/,
    );
  });

  test('an address of IPv6 is written as a literal', async () => {
    const { RawClient } = await import('../support/raw-client.ts');
    const client = await RawClient.connect(world.ports.smtp, '127.0.0.2');
    client.send('PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n');
    await client.reply();
    for (const command of ['EHLO a.test', MAIL, RCPT]) await client.ask(command);
    await data(client, message('six'));
    assert.match(world.mail.messages[0]?.text ?? '', /\(unknown \[IPv6:2001:db8::7\]\)/);
    client.close();
  });

  test('a date and an identifier are added where they lack, also for our users', async () => {
    const bare = (subject: string) => `From: <jane@example.org>\r\nSubject: ${subject}\r\n\r\nHello\r\n`;
    for (const [listener, sender] of [
      ['smtp', 'a@b.test'],
      ['submissions', 'jane@example.org'],
    ] as const) {
      await data(await begin(listener, [`MAIL FROM:<${sender}>`, RCPT]), bare(listener));
      const fields = header(world.mail.messages.at(-1)?.text ?? '');
      assert.notEqual(parseDate(fields.get('date') ?? ''), null, listener);
      assert.match(fields.get('message-id') ?? '', new RegExp(`^<[0-9a-f.]+@${HOSTNAME}>$`), listener);
      assert.equal(fields.has('received'), listener === 'smtp');
      assert.equal(fields.has('return-path'), listener === 'smtp');
    }
    await data(await begin('lmtp'), bare('lmtp'));
    const fields = header(world.mail.messages.at(-1)?.text ?? '');
    assert.deepEqual([...fields.keys()], ['return-path', 'received', 'from', 'subject']);
  });

  test('the null sender has an empty return path', async () => {
    await data(await begin('smtp', ['MAIL FROM:<>', RCPT]), message('null'));
    assert.match(world.mail.messages[0]?.text ?? '', /^Return-Path: <>\r\n/);
  });

  test('results that claim to be ours are taken out, those of others stay', async () => {
    const ours = [
      'Authentication-Results: mail.example.org; dkim=pass\r\n',
      'authentication-results: (c (d) \\() MAIL.example.org 1;\r\n\tspf=pass\r\n',
      'Authentication-Results:\r\n "mail.example.org"; dmarc=pass\r\n',
    ];
    const others = [
      'Authentication-Results: mx.b.test; dkim=pass\r\n',
      'Authentication-Results: mail.example.org.evil.test; dkim=pass\r\n',
      'X-Authentication-Results: mail.example.org; dkim=pass\r\n',
    ];
    const forged = `${ours[0]}${others[0]}${ours[1]}${others[1]}${others[2]}${ours[2]}${message('forged')}`;
    await data(await begin('smtp'), forged);
    const text = world.mail.messages[0]?.text ?? '';
    assert.ok(text.endsWith(`${others.join('')}${message('forged')}\r\n`), text);
    // What a transfer agent we trust has found out is its own business.
    await data(await begin('lmtp'), ours[0] + message('trusted'));
    assert.match(world.mail.messages[1]?.text ?? '', /dkim=pass/);
  });
});

describe('several recipients', () => {
  test('one message, one delivery to all accounts, each once', async () => {
    const { jane, bill, office } = world.accounts;
    const client = await begin('smtp', [
      MAIL,
      'RCPT TO:<team@example.org>',
      'RCPT TO:<b@example.org>',
      'RCPT TO:<jane+x@example.org>',
      'RCPT TO:<office@example.org>',
    ]);
    assert.equal(await data(client, message('all')), '250 2.0.0');
    assert.deepEqual(new Set(world.mail.messages[0]?.accounts), new Set([jane, bill, office]));
    assert.equal(world.mail.messages[0]?.accounts.length, 3);
    assert.equal(world.mail.messages.length, 1);
  });

  test('over LMTP each has its own answer, in order, also when named twice', async () => {
    const { jane, bill, office } = world.accounts;
    world.mail.failures.set(bill, new LimitExceeded('maxDiskQuota', 1));
    world.mail.failures.set(office, new NotFound('account', office));
    const client = await begin('lmtp', [
      MAIL,
      'RCPT TO:<bill@example.org>',
      RCPT,
      RCPT,
      'RCPT TO:<office@example.org>',
    ]);
    assert.match(await client.ask('DATA'), /^354 /);
    client.send(`${message('lmtp')}.\r\n`);
    for (const expected of ['452 4.2.2', '250 2.0.0', '250 2.0.0', '550 5.1.2']) {
      assert.equal(codes(await client.reply()), expected);
    }
    assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
    assert.deepEqual(world.mail.messages[0]?.accounts, [jane]);
  });

  test('over LMTP by BDAT, and when all is refused', async () => {
    const client = await begin('lmtp', [MAIL, RCPT, 'RCPT TO:<bill@example.org>']);
    client.send(chunk(message('one')) + chunk('more', true));
    for (const expected of ['250 2.6.0', '250 2.0.0', '250 2.0.0']) {
      assert.equal(codes(await client.reply()), expected);
    }
    for (const command of [MAIL, RCPT, 'RCPT TO:<bill@example.org>']) await client.ask(command);
    assert.match(await client.ask('DATA'), /^354 /);
    client.send('invalid\r\n.\r\n');
    assert.equal(codes(await client.reply()), '550 5.7.7');
    assert.equal(codes(await client.reply()), '550 5.7.7');
    assert.equal(codes(await client.ask('DATA')), '503 5.5.1');
  });

  test('all fail for good: the refusal is for good; some do: the client has to come again', async () => {
    const { jane, bill } = world.accounts;
    world.mail.failures.set(jane, new NotFound('account', jane));
    const client = await begin('smtp');
    assert.equal(await data(client, message('gone')), '550 5.1.2');
    for (const command of [MAIL, RCPT, 'RCPT TO:<bill@example.org>']) await client.ask(command);
    assert.equal(await data(client, message('half')), '451 4.3.0');
    assert.equal(world.mail.of(bill).length, 1);
  });

  test('a permission that goes between RCPT and the end of the message counts', async () => {
    const { DECLARATIONS, SERVER_CONTEXT } = await import('../../src/registry/index.ts');
    const give = (permissions: object) =>
      world.registry.write.update(DECLARATIONS.Account, world.accounts.bill, { permissions }, SERVER_CONTEXT);
    const client = await begin('smtp', [MAIL, 'RCPT TO:<bill@example.org>']);
    await give({ '@type': 'Merge', enabledPermissions: {}, disabledPermissions: { emailReceive: true } });
    assert.equal(await data(client, message('late')), '550 5.5.0');
    assert.equal(world.mail.messages.length, 0);
    await give({ '@type': 'Inherit' });
  });
});
