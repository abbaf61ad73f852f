// The SMTP face over real sockets: order of commands, codes, capabilities, limits (RFC 5321, spec-mta §1, §10).
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { LimitExceeded, Unavailable } from '../../src/base/index.ts';
import { StoreFull } from '../../src/store/index.ts';
import type { RawClient } from '../support/raw-client.ts';
import { codes, message, PASSWORD, plain, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => world.hangUp());
beforeEach(() => {
  world.mail.forget();
  world.mail.failures.clear();
  world.mail.full.clear();
  world.mail.outage = undefined;
});

/** Codes of the answers to several commands. */
async function ask(client: RawClient, ...commands: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const command of commands) answers.push(codes(await client.ask(command)));
  return answers;
}

const MAIL = 'MAIL FROM:<a@b.test>';
const RCPT = 'RCPT TO:<jane@example.org>';

/** Sends content after DATA and gives the verdict. */
async function send(client: RawClient, content: string): Promise<string> {
  assert.match(await client.ask('DATA'), /^354 /);
  return client.send(`${content}.\r\n`).reply();
}

describe('greeting', () => {
  test('the banner names the server', async () => {
    const client = await world.client('smtp');
    client.close();
    assert.equal(codes(await (await world.client('smtp')).ask('QUIT')), '221 2.0.0');
  });

  test('strangers introduce themselves by a host name, our users as they like', async () => {
    const smtp = await world.client('smtp', '127.0.0.3');
    assert.deepEqual(await ask(smtp, 'EHLO host', 'EHLO', 'EHLO a.test', 'HELO host'), [
      '550 5.5.0',
      '501 5.5.2',
      '250',
      '550 5.5.0',
    ]);
    const local = await world.client('smtp', '127.0.0.1');
    assert.deepEqual(await ask(local, 'EHLO host', 'HELO host'), ['250', '250']);
    const submissions = await world.client('submissions');
    assert.deepEqual(await ask(submissions, 'EHLO host', 'EHLO', 'EHLO [192.0.2.1]'), ['250', '250', '250']);
  });

  test('a refused name leaves the one before, and ends the transaction', async () => {
    const client = await world.client('smtp', '127.0.0.3');
    await client.ask('EHLO client.test');
    assert.deepEqual(await ask(client, MAIL, 'EHLO host', RCPT, MAIL), [
      '250 2.1.0',
      '550 5.5.0',
      '503 5.5.1',
      '250 2.1.0',
    ]);
  });

  test('what is offered, in order', async () => {
    const list = async (listener: 'smtp' | 'submissions' | 'lmtp', command: string) => {
      const client = await world.client(listener);
      return (await client.ask(command)).split('\n').map((line) => line.slice(4));
    };
    const common = [
      'SMTPUTF8',
      'SIZE 104857600',
      'REQUIRETLS',
      'PIPELINING',
      'NO-SOLICITING',
      'ENHANCEDSTATUSCODES',
      'CHUNKING',
      'BINARYMIME',
    ];
    const [hello, ...smtp] = await list('smtp', 'EHLO a.test');
    assert.match(hello ?? '', /^mail\.example\.org /);
    assert.deepEqual(smtp, ['STARTTLS', ...common, '8BITMIME']);
    const [, ...submissions] = await list('submissions', 'EHLO a.test');
    assert.deepEqual(submissions, [...common, 'AUTH PLAIN LOGIN', '8BITMIME']);
    const [, ...lmtp] = await list('lmtp', 'LHLO a.test');
    assert.deepEqual(lmtp, ['STARTTLS', ...common, '8BITMIME']);
    const signedIn = await world.greeted('submissions', 'jane@example.org');
    const [, ...after] = (await signedIn.ask('EHLO a.test')).split('\n').map((line) => line.slice(4));
    assert.deepEqual(after, ['VRFY', 'EXPN', ...common, '8BITMIME']);
    assert.match(await (await world.client('smtp')).ask('HELO a.test'), /^250 mail\.example\.org/);
  });

  test('LMTP and SMTP know each other apart', async () => {
    assert.deepEqual(await ask(await world.client('lmtp'), 'EHLO a.test', 'HELO a.test', 'LHLO a.test'), [
      '500 5.5.1',
      '500 5.5.1',
      '250',
    ]);
    assert.deepEqual(await ask(await world.client('smtp'), 'LHLO a.test'), ['502 5.5.1']);
  });
});

describe('order of commands', () => {
  test('each has its place', async () => {
    const client = await world.client('smtp');
    assert.deepEqual(await ask(client, MAIL, RCPT, 'DATA'), ['503 5.5.1', '503 5.5.1', '503 5.5.1']);
    assert.deepEqual(await ask(client, 'EHLO a.test', RCPT, MAIL, MAIL, 'DATA', RCPT, RCPT), [
      '250',
      '503 5.5.1',
      '250 2.1.0',
      '503 5.5.1',
      '503 5.5.1',
      '250 2.1.5',
      '250 2.1.5',
    ]);
    assert.deepEqual(await ask(client, 'RSET', RCPT, 'NOOP', 'HELP', 'VRFY <jane@example.org>', 'EXPN a'), [
      '250 2.0.0',
      '503 5.5.1',
      '250 2.0.0',
      '250 2.0.0',
      '252 2.5.1',
      '252 2.5.1',
    ]);
  });

  test('submission begins with a sign-in', async () => {
    const client = await world.greeted('submissions');
    assert.deepEqual(await ask(client, 'MAIL FROM:<jane@example.org>'), ['503 5.5.1']);
  });

  test('what is no command is told apart from what is not offered', async () => {
    const client = await world.greeted('smtp');
    assert.deepEqual(await ask(client, 'XYZZY', 'ETRN a', 'BURL x', 'GET / HTTP/1.1', '', 'NOOP'), [
      '500 5.5.1',
      '502 5.5.1',
      '502 5.5.1',
      '500 5.5.1',
      '500 5.5.1',
      '250 2.0.0',
    ]);
  });

  test('a line that is too long is one error', async () => {
    const client = await world.greeted('smtp');
    assert.deepEqual(await ask(client, 'x'.repeat(5000), 'NOOP'), ['554 5.3.4', '250 2.0.0']);
    assert.deepEqual(await ask(client, 'x'.repeat(500_000), 'NOOP'), ['554 5.3.4', '250 2.0.0']);
  });

  test('a bare line feed ends a command', async () => {
    const client = await world.greeted('smtp');
    client.send('NOOP\nNOOP\r\n');
    assert.equal(codes(await client.reply()), '250 2.0.0');
    assert.equal(codes(await client.reply()), '250 2.0.0');
  });

  test('pipelined commands are answered in one segment', async () => {
    const client = await world.greeted('smtp');
    const segments: string[] = [];
    client.socket.on('data', (piece: Buffer) => segments.push(piece.toString('latin1')));
    client.send(`${MAIL}\r\n${RCPT}\r\nRCPT TO:<nobody@example.org>\r\nDATA\r\n`);
    await client.until('354 ');
    assert.equal(segments.length, 1);
    assert.deepEqual(segments[0]?.match(/^\d{3}/gm), ['250', '250', '550', '354']);
  });
});

describe('parameters', () => {
  test('those of extensions that are not offered are refused', async () => {
    const client = await world.greeted('smtp');
    for (const parameter of ['ENVID=x', 'RET=HDRS', 'MT-PRIORITY=3', 'HOLDFOR=10', 'BY=60;R', 'SIZE=abc']) {
      assert.deepEqual(await ask(client, `${MAIL} ${parameter}`), ['501 5.5.4'], parameter);
    }
    assert.deepEqual(await ask(client, `${MAIL} FOO=1`, `${MAIL} SIZE=200000000`), [
      '504 5.5.4',
      '552 5.3.4',
    ]);
    assert.deepEqual(await ask(client, `${MAIL} SIZE=100 BODY=8BITMIME SMTPUTF8 REQUIRETLS AUTH=<>`), [
      '250 2.1.0',
    ]);
    assert.deepEqual(await ask(client, `${RCPT} NOTIFY=SUCCESS`, `${RCPT} ORCPT=rfc822;a@b.test`), [
      '501 5.5.4',
      '501 5.5.4',
    ]);
  });

  test('malformed addresses have their own codes', async () => {
    const client = await world.greeted('smtp');
    assert.deepEqual(await ask(client, 'MAIL FROM:<a@>', 'MAIL a@b.test', MAIL, 'RCPT TO:<a@b', 'RCPT x'), [
      '501 5.1.8',
      '501 5.5.2',
      '250 2.1.0',
      '501 5.1.3',
      '501 5.5.2',
    ]);
  });

  test('solicitations can be refused', async () => {
    await world.set('MtaExtensions', 'noSoliciting', "'org.example:ADV'");
    try {
      const client = await world.client('smtp');
      assert.match(await client.ask('EHLO a.test'), /NO-SOLICITING org\.example:ADV\n/);
      assert.deepEqual(await ask(client, `${MAIL} SOLICIT=org.example:adv`, `${MAIL} SOLICIT=net.other:X`), [
        '550 5.7.1',
        '250 2.1.0',
      ]);
    } finally {
      await world.set('MtaExtensions', 'noSoliciting', "''");
    }
  });
});

describe('recipients', () => {
  const accept = async (address: string): Promise<string> => {
    const client = await world.greeted('smtp');
    await client.ask(MAIL);
    const [answer = ''] = await ask(client, `RCPT TO:<${address}>`);
    client.close();
    return answer;
  };

  test('accounts, aliases, details, groups and lists are found', async () => {
    for (const name of ['Jane', 'jane+tag', 'bill', 'B', '"jane"', 'office', 'team', 'mixed']) {
      assert.equal(await accept(`${name}@EXAMPLE.org`), '250 2.1.5', name);
    }
  });

  test('others are refused, each for its reason', async () => {
    assert.equal(await accept('nobody@example.org'), '550 5.1.2');
    assert.equal(await accept('x@remote.test'), '550 5.1.2');
    assert.equal(await accept('deaf@example.org'), '550 5.5.0');
    assert.equal(await accept('nobody+jane@example.org'), '550 5.1.2');
    assert.equal(await accept('nobody'), '501 5.1.3');
    // A list with a member elsewhere would lose the mail for that member.
    assert.equal(await accept('world@example.org'), '451 4.4.4');
    assert.equal(await accept('[x]@example.org'), '501 5.1.3');
    world.mail.full.add(world.accounts.jane);
    assert.equal(await accept('jane@example.org'), '452 4.2.2');
    assert.equal(await accept('team@example.org'), '250 2.1.5');
  });

  test('a list of whom nobody receives mail is refused', async () => {
    assert.equal(await accept('quiet@example.org'), '550 5.2.4');
    const client = await world.greeted('lmtp');
    await client.ask(MAIL);
    assert.deepEqual(await ask(client, 'RCPT TO:<mixed@example.org>'), ['250 2.1.5']);
  });

  test('the size that was announced is asked room for', async () => {
    world.mail.asked = 0;
    const client = await world.greeted('smtp');
    await ask(client, `${MAIL} SIZE=12345`, RCPT);
    assert.equal(world.mail.asked, 12_345);
  });

  test('there is a most of them, and the same one counts once', async () => {
    await world.set('MtaStageRcpt', 'maxRecipients', '2');
    try {
      const client = await world.greeted('smtp');
      assert.deepEqual(
        await ask(client, MAIL, RCPT, RCPT, 'RCPT TO:<bill@example.org>', 'RCPT TO:<b@example.org>'),
        ['250 2.1.0', '250 2.1.5', '250 2.1.5', '250 2.1.5', '455 4.5.3'],
      );
    } finally {
      await world.set('MtaStageRcpt', 'maxRecipients', '100');
    }
  });

  test('after five refusals the connection is closed', async () => {
    const client = await world.greeted('smtp');
    await client.ask(MAIL);
    const refused = 'RCPT TO:<nobody@example.org>';
    assert.deepEqual(await ask(client, refused, refused, refused, refused, refused), [
      '550 5.1.2',
      '550 5.1.2',
      '550 5.1.2',
      '550 5.1.2',
      '451 4.3.0',
    ]);
    assert.equal(await client.rest(), '');
  });

  test('a submitter may not send elsewhere yet, and is told to try later', async () => {
    const client = await world.greeted('submissions', 'jane@example.org');
    assert.deepEqual(await ask(client, 'MAIL FROM:<jane@example.org>', 'RCPT TO:<x@remote.test>', RCPT), [
      '250 2.1.0',
      '451 4.4.4',
      '250 2.1.5',
    ]);
  });
});

describe('senders', () => {
  test('a submitter sends as itself only', async () => {
    const jane = await world.greeted('submissions', 'jane@example.org');
    assert.deepEqual(
      await ask(
        jane,
        'MAIL FROM:<bill@example.org>',
        'MAIL FROM:<>',
        'MAIL FROM:<jane@other.test>',
        'MAIL FROM:<Jane@Example.ORG>',
      ),
      ['501 5.5.4', '501 5.5.4', '501 5.5.4', '250 2.1.0'],
    );
    const bill = await world.greeted('submissions', 'bill@example.org');
    assert.deepEqual(await ask(bill, 'MAIL FROM:<b@example.org>'), ['250 2.1.0']);
  });

  test('a policy may refuse all of them', async () => {
    await world.set('MtaStageMail', 'isSenderAllowed', 'false');
    try {
      assert.deepEqual(await ask(await world.greeted('smtp'), MAIL, 'MAIL FROM:<>'), [
        '550 5.7.1',
        '550 5.7.1',
      ]);
    } finally {
      await world.set('MtaStageMail', 'isSenderAllowed', 'true');
    }
  });
});

describe('sign-in', () => {
  test('strangers have none, and in clear it is for this machine only', async () => {
    assert.deepEqual(await ask(await world.greeted('smtp'), 'AUTH PLAIN'), ['503 5.5.1']);
    assert.deepEqual(await ask(await world.greeted('lmtp'), 'AUTH PLAIN'), ['503 5.5.1']);
    const far = await world.stranger('submission');
    assert.deepEqual(await ask(far, `AUTH PLAIN ${plain('jane@example.org')}`), ['554 5.7.8']);
    const near = await world.greeted('submission');
    assert.deepEqual(await ask(near, `AUTH PLAIN ${plain('jane@example.org')}`), ['235 2.7.0']);
  });

  test('PLAIN and LOGIN, with and without an initial response', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const one = await world.greeted('submissions');
    assert.equal(await one.ask('AUTH PLAIN'), '334 ');
    assert.deepEqual(await ask(one, plain('jane@example.org')), ['235 2.7.0']);
    assert.deepEqual(await ask(one, 'AUTH PLAIN'), ['503 5.5.1']);
    const two = await world.greeted('submissions');
    assert.equal(await two.ask('AUTH LOGIN'), '334 VXNlcm5hbWU6');
    assert.equal(await two.ask(base64('jane@example.org')), '334 UGFzc3dvcmQ6');
    assert.deepEqual(await ask(two, base64(PASSWORD)), ['235 2.7.0']);
    const three = await world.greeted('submissions');
    assert.equal(await three.ask(`auth login ${base64('jane@example.org')}`), '334 UGFzc3dvcmQ6');
    assert.deepEqual(await ask(three, base64(PASSWORD)), ['235 2.7.0']);
  });

  test('failures: wrong, malformed, cancelled, unknown mechanism, missing permission', async () => {
    const client = await world.greeted('submissions');
    assert.deepEqual(await ask(client, 'AUTH CRAM-MD5', 'AUTH PLAIN', '*'), [
      '554 5.7.8',
      '334',
      '501 5.7.0',
    ]);
    assert.deepEqual(await ask(client, 'AUTH PLAIN =', `AUTH PLAIN ${plain('mute@example.org')}`), [
      '500 5.5.6',
      '550 5.7.1',
    ]);
    assert.deepEqual(await ask(client, `AUTH PLAIN ${plain('jane@example.org', 'wrong')}`), ['535 5.7.8']);
    assert.equal(codes(await client.ask('AUTH PLAIN !!!')), '500 5.5.6');
    assert.equal(codes(await client.reply()), '455 4.3.0');
    assert.equal(await client.rest(), '');
  });

  test('three wrong passwords end the connection', async () => {
    const client = await world.greeted('submissions');
    const wrong = `AUTH PLAIN ${plain('jane@example.org', 'wrong')}`;
    assert.deepEqual(await ask(client, wrong, wrong, wrong), ['535 5.7.8', '535 5.7.8', '535 5.7.8']);
    assert.equal(codes(await client.reply()), '455 4.3.0');
    assert.equal(await client.rest(), '');
  });

  test('a response without end is an error', async () => {
    const client = await world.greeted('submissions');
    assert.deepEqual(await ask(client, 'AUTH PLAIN', 'A'.repeat(6000), 'NOOP'), [
      '334',
      '500 5.5.6',
      '250 2.0.0',
    ]);
  });

  test('a permission that is taken away counts at once', async () => {
    const client = await world.greeted('submissions', 'bill@example.org');
    assert.deepEqual(await ask(client, 'MAIL FROM:<bill@example.org>', 'RSET'), ['250 2.1.0', '250 2.0.0']);
    const { registry, accounts } = world;
    const { DECLARATIONS, SERVER_CONTEXT } = await import('../../src/registry/index.ts');
    const give = (permissions: object) =>
      registry.write.update(DECLARATIONS.Account, accounts.bill, { permissions }, SERVER_CONTEXT);
    await give({ '@type': 'Merge', enabledPermissions: {}, disabledPermissions: { emailSend: true } });
    const [answer] = await ask(client, 'MAIL FROM:<bill@example.org>');
    assert.equal(answer, '550 5.7.1');
    await give({ '@type': 'Inherit' });
  });
});

describe('VRFY and EXPN', () => {
  test('are for those who have signed in', async () => {
    const client = await world.greeted('submissions', 'jane@example.org');
    assert.equal(await client.ask('VRFY <Jane@example.org>'), '250 <Jane@example.org>');
    assert.deepEqual(await ask(client, 'VRFY nobody@example.org', 'VRFY jane', 'EXPN jane@example.org'), [
      '550 5.1.2',
      '550 5.1.2',
      '550 5.1.2',
    ]);
    assert.deepEqual(
      (await client.ask('EXPN team@example.org'))
        .split('\n')
        .map((line) => line.slice(4))
        .sort(),
      ['bill@example.org', 'jane@example.org'],
    );
  });
});

describe('TLS', () => {
  test('STARTTLS forgets what came before and what came in clear behind it', async () => {
    const client = await world.greeted('submission', 'jane@example.org');
    client.send('STARTTLS\r\nNOOP\r\n');
    assert.equal(codes(await client.reply()), '220 2.0.0');
    await client.startTls();
    assert.deepEqual(await ask(client, 'MAIL FROM:<jane@example.org>', 'STARTTLS'), [
      '503 5.5.1',
      '504 5.7.4',
    ]);
    assert.doesNotMatch(await client.ask('EHLO a.test'), /STARTTLS/);
    assert.deepEqual(await ask(client, 'MAIL FROM:<jane@example.org>'), ['503 5.5.1']);
  });

  test('is not offered twice', async () => {
    assert.deepEqual(await ask(await world.greeted('submissions'), 'STARTTLS'), ['504 5.7.4']);
  });
});

describe('limits of a session', () => {
  test('silence, length and volume end it', async () => {
    await world.set('MtaInboundSession', 'timeout', '50ms');
    try {
      const client = await world.client('smtp');
      assert.equal(codes(await client.reply()), '221 2.0.0');
      assert.equal(await client.rest(), '');
    } finally {
      await world.set('MtaInboundSession', 'timeout', '5m');
    }
    await world.set('MtaInboundSession', 'transferLimit', '10');
    try {
      const client = await world.client('smtp');
      assert.deepEqual(await ask(client, 'EHLO longer.than.ten.test'), ['452 4.7.28']);
      assert.equal(await client.rest(), '');
    } finally {
      await world.set('MtaInboundSession', 'transferLimit', '262144000');
    }
    await world.set('MtaInboundSession', 'maxDuration', '50ms');
    try {
      const client = await world.client('smtp');
      await new Promise((resolve) => setTimeout(resolve, 80));
      assert.deepEqual(await ask(client, 'NOOP'), ['421 4.3.2']);
      assert.equal(await client.rest(), '');
    } finally {
      await world.set('MtaInboundSession', 'maxDuration', '10m');
    }
  });

  test('waits after failures are for those who are not exempt', async () => {
    await world.set('MtaStageRcpt', 'waitOnFail', '1h');
    try {
      const stranger = await world.client('smtp', '127.0.0.3');
      await ask(stranger, 'EHLO a.test', MAIL);
      stranger.send('RCPT TO:<nobody@example.org>\r\n');
      const exempt = await world.greeted('smtp');
      assert.deepEqual(await ask(exempt, MAIL, 'RCPT TO:<nobody@example.org>'), ['250 2.1.0', '550 5.1.2']);
      assert.equal(stranger.received, '');
      // A client that goes away is not waited for.
      await world.hangUp();
    } finally {
      await world.set('MtaStageRcpt', 'waitOnFail', '5s');
    }
  });

  test('a connection carries so many messages', async () => {
    await world.set('MtaStageData', 'maxMessages', '1');
    try {
      const client = await world.greeted('smtp');
      await ask(client, MAIL, RCPT);
      assert.equal(codes(await send(client, message('one'))), '250 2.0.0');
      assert.deepEqual(await ask(client, MAIL, RCPT, 'DATA'), ['250 2.1.0', '250 2.1.5', '452 4.4.5']);
      client.send('BDAT 5 LAST\r\nhello');
      assert.equal(codes(await client.reply()), '452 4.4.5');
      assert.deepEqual(await ask(client, 'NOOP'), ['250 2.0.0']);
    } finally {
      await world.set('MtaStageData', 'maxMessages', '1000');
    }
  });

  test('LMTP is for trusted clients', async () => {
    const { RawClient } = await import('../support/raw-client.ts');
    const client = await RawClient.connect(world.ports.lmtp, '127.0.0.2');
    client.send('PROXY TCP4 192.0.2.1 127.0.0.1 40000 24\r\n');
    assert.equal(codes(await client.reply()), '554 5.7.1');
    assert.equal(await client.rest(), '');
  });
});

describe('troubles below', () => {
  test('the store is away or full: try later, and the session goes on', async () => {
    for (const [error, expected] of [
      [new Unavailable('the data store'), '451 4.3.5'],
      [new StoreFull('the disk is full'), '451 4.3.5'],
      [new Error('unexpected'), '451 4.3.0'],
    ] as const) {
      world.mail.outage = error;
      const client = await world.greeted('smtp');
      await ask(client, MAIL, RCPT);
      assert.equal(codes(await send(client, message('outage'))), expected);
      world.mail.outage = undefined;
      await ask(client, MAIL, RCPT);
      assert.equal(codes(await send(client, message('outage'))), '250 2.0.0');
    }
  });

  test('the directory is away: that recipient is for later', async () => {
    const client = await world.greeted('smtp');
    await client.ask(MAIL);
    world.mail.failing = new Unavailable('the data store');
    assert.deepEqual(await ask(client, RCPT), ['451 4.4.3']);
    world.mail.failing = new Error('unexpected');
    assert.deepEqual(await ask(client, RCPT), ['451 4.3.0']);
    world.mail.failing = undefined;
    assert.deepEqual(await ask(client, RCPT), ['250 2.1.5']);
  });

  test('one recipient fails late: all is refused for now, and a retry makes no second copy', async () => {
    const { jane, bill } = world.accounts;
    world.mail.failures.set(bill, new LimitExceeded('maxDiskQuota', 1));
    const client = await world.greeted('smtp');
    const both = [MAIL, RCPT, 'RCPT TO:<bill@example.org>'];
    await ask(client, ...both);
    assert.equal(codes(await send(client, message('late'))), '452 4.2.2');
    assert.equal(world.mail.of(jane).length, 1);
    world.mail.failures.clear();
    await ask(client, ...both);
    assert.equal(codes(await send(client, message('late'))), '250 2.0.0');
    assert.equal(world.mail.of(jane).length, 1);
    assert.equal(world.mail.of(bill).length, 1);
  });
});

describe('stopping', () => {
  test('who waits is told at once, who sends is let finish', async () => {
    const other = await startWorld();
    const idle = await other.greeted('smtp');
    const busy = await other.greeted('smtp');
    await ask(busy, MAIL, RCPT);
    assert.match(await busy.ask('DATA'), /^354 /);
    busy.send('Subject: begun\r\n');
    const closed = other.close();
    assert.equal(codes(await idle.reply()), '421 4.3.0');
    assert.equal(await idle.rest(), '');
    busy.send('\r\nand finished\r\n.\r\n');
    assert.equal(codes(await busy.reply()), '250 2.0.0');
    assert.equal(codes(await busy.reply()), '421 4.3.0');
    await closed;
    assert.equal(other.mail.messages.length, 1);
  });
});
