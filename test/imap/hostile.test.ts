// What hostile and broken clients do, limits, and TLS.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { latin1 } from '../../src/base/index.ts';
import { seededRandom } from '../support/random.ts';
import { RawClient } from '../support/raw-client.ts';
import { ImapClient, type ImapWorld, message, openImapWorld, PASSWORD } from './world.ts';

let world: ImapWorld;
before(async () => {
  world = await openImapWorld({ tls: true, exempt: (address) => address === '127.0.0.1' });
  await world.user('ann');
});
after(() => world.close());

/** The server still serves. */
const isWell = async (): Promise<void> => {
  const client = await world.login('ann');
  await client.ok('SELECT INBOX');
  client.close();
};

describe('broken input', () => {
  test('random octets and random commands never break the server', async () => {
    const random = seededRandom(7);
    const words = [
      'a',
      'FETCH',
      'UID',
      'SEARCH',
      'STORE',
      '1:*',
      '(',
      ')',
      '"',
      '{3+}',
      '\\Seen',
      'BODY[',
      ']',
      '<0.5>',
      'NIL',
      '*',
      '$',
      ' ',
      '\r\n',
      'LIST',
      'STATUS',
      'INBOX',
      'APPEND',
      '~{2+}',
      'RETURN',
      'OR',
      'NOT',
    ];
    for (let round = 0; round < 60; round++) {
      const client = round % 2 === 0 ? await world.connect() : await world.login('ann');
      if (round % 2 === 1) await client.ok('SELECT INBOX');
      for (let i = 0; i < 20; i++) {
        const line = random.chance(0.3)
          ? latin1(random.bytes(random.below(200)))
          : Array.from({ length: random.below(12) }, () => random.pick(words)).join(
              random.chance(0.8) ? ' ' : '',
            );
        client.raw.send(`${line}\r\n`);
      }
      client.raw.finish();
      await client.raw.rest();
      client.close();
    }
    await isWell();
  });

  test('an endless line is dropped while it comes', async () => {
    const client = await world.login('ann');
    for (let i = 0; i < 100; i++) client.raw.send('x'.repeat(65_536));
    client.raw.send('\r\n');
    assert.match(await client.raw.line(), /^\* BAD The line is too long/);
    await client.ok('NOOP');
    client.close();
  });

  test('half-closed, vanished and silent clients leave nothing behind', async () => {
    const half = await world.connect();
    half.raw.send(`1 LOGIN ann@example.org ${PASSWORD}\r\n2 NOOP\r\n`).finish();
    assert.match(await half.raw.rest(), /1 OK[^\r]*\r\n2 OK/);
    const unfinished = await world.login('ann');
    unfinished.raw.send('1 APPEND INBOX {2000000+}\r\nabc');
    const reading = await world.login('ann');
    await reading.append('INBOX', message('large', 'x'.repeat(2_000_000)));
    await reading.ok('SELECT INBOX');
    reading.raw.socket.pause();
    reading.raw.send('1 FETCH 1:* BODY.PEEK[]\r\n'.repeat(20));
    await isWell();
    const idle = await world.login('ann');
    idle.begin('IDLE');
    await idle.raw.line();
    for (const client of [half, unfinished, reading, idle]) client.close();
    while (world.listener.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await isWell();
  });

  test('hundreds of idle connections', async () => {
    const clients = await Promise.all(Array.from({ length: 500 }, () => world.connect()));
    await isWell();
    for (const client of clients) client.close();
  });
});

describe('limits', () => {
  test('connections of one account', async () => {
    world.settings.maxConcurrent = 2;
    const clients: ImapClient[] = [];
    for (let i = 0; i < 2; i++) {
      clients.push(await world.connect('127.0.0.2'));
      await clients[i]?.ok(`LOGIN ann@example.org ${PASSWORD}`);
    }
    const third = await world.connect('127.0.0.2');
    assert.equal(await third.verdict(`LOGIN ann@example.org ${PASSWORD}`), 'NO [LIMIT]');
    assert.match(await third.raw.rest(), /^\* BYE /);
    // Exempt clients do not count against themselves.
    clients.push(await world.login('ann'));
    await clients[0]?.ok('LOGOUT');
    const fourth = await world.connect('127.0.0.2');
    await clients[2]?.ok('LOGOUT');
    await fourth.ok(`LOGIN ann@example.org ${PASSWORD}`);
    for (const client of [...clients, third, fourth]) client.close();
    delete world.settings.maxConcurrent;
  });

  test('commands of one account', async () => {
    world.settings.maxRequestRate = { count: 5, period: 60_000 };
    await world.user('busy');
    const client = await world.connect('127.0.0.2');
    await client.ok(`LOGIN busy@example.org ${PASSWORD}`);
    for (let i = 0; i < 5; i++) await client.ok('NOOP');
    assert.equal(await client.verdict('NOOP'), 'NO [LIMIT]');
    assert.match(await client.raw.rest(), /^\* BYE /);
    delete world.settings.maxRequestRate;
  });

  test('the size of a command', async () => {
    world.settings.maxRequestSize = 3000;
    const client = await world.login('ann');
    assert.equal(
      await client.verdict('APPEND INBOX {2000+}\r\n'.concat('x'.repeat(2000), ' {2000}')),
      'NO [TOOBIG]',
    );
    await client.ok('NOOP');
    client.close();
    delete world.settings.maxRequestSize;
  });
});

describe('TLS', () => {
  test('STARTTLS: what came in clear behind it is dropped', async () => {
    const client = new ImapClient(await RawClient.connect(world.port));
    await client.raw.line();
    assert.match((await client.ok('CAPABILITY')).text, / STARTTLS/);
    client.raw.send('x STARTTLS\r\ny LOGIN ann@example.org wrong\r\n');
    assert.match(await client.raw.line(), /^x OK/);
    await client.raw.startTls();
    const { text } = await client.ok('CAPABILITY');
    assert.doesNotMatch(text, /STARTTLS|y NO/);
    assert.equal(await client.verdict('STARTTLS'), 'BAD');
    await client.ok(`LOGIN ann@example.org ${PASSWORD}`);
    client.close();
  });
});

test('the server says goodbye when it stops', async () => {
  const own = await openImapWorld();
  await own.user('ann');
  const client = await own.login('ann');
  client.begin('IDLE');
  await client.raw.line();
  const drained = own.listener.drain(400);
  assert.match(await client.raw.rest(), /^\* BYE Server shutting down/);
  client.close();
  await drained;
  await own.close();
});
