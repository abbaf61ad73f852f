// What a session is told of changes: IDLE, CONDSTORE, QRESYNC, and sessions that must end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ImapClient, type ImapWorld, message, openImapWorld } from './world.ts';

let world: ImapWorld;
let client: ImapClient;
let other: ImapClient;
let name: string;
let serial = 0;
before(async () => {
  world = await openImapWorld();
});
after(async () => {
  client.close();
  other.close();
  await world.close();
});

beforeEach(async () => {
  client?.close();
  other?.close();
  name = `user${++serial}`;
  await world.user(name);
  client = await world.login(name);
  other = await world.login(name);
  await other.ok('SELECT INBOX');
});

const idle = async (): Promise<string> => {
  const tag = client.begin('IDLE');
  assert.equal(await client.raw.line(), '+ idling');
  return tag;
};
const endIdle = async (tag: string) => {
  client.raw.send('done\r\n');
  return client.answer(tag);
};

describe('IDLE', () => {
  test('tells arrivals, flags and removals of others, once', async () => {
    await client.ok('SELECT INBOX');
    const tag = await idle();
    await other.append('INBOX', message('one'));
    assert.deepEqual([await client.raw.line(), await client.raw.line()], ['* 1 EXISTS', '* 1 RECENT']);
    await other.ok('STORE 1 +FLAGS (\\Seen)');
    assert.equal(await client.raw.line(), '* 1 FETCH (UID 1 FLAGS (\\Seen \\Recent))');
    await other.ok('STORE 1 +FLAGS (\\Deleted)');
    assert.equal(await client.raw.line(), '* 1 FETCH (UID 1 FLAGS (\\Seen \\Deleted \\Recent))');
    await other.ok('EXPUNGE');
    assert.equal(await client.raw.line(), '* 1 EXPUNGE');
    assert.deepEqual((await endIdle(tag)).lines, []);
    assert.deepEqual((await client.ok('NOOP')).lines, []);
  });

  test('what came before IDLE is told at its start', async () => {
    await client.ok('SELECT INBOX');
    await other.append('INBOX', message('one'));
    const tag = await idle();
    assert.equal(await client.raw.line(), '* 1 EXISTS');
    await client.raw.line();
    await endIdle(tag);
  });

  test('only DONE ends it, and time', async () => {
    const tag = await idle();
    client.raw.send('NOOP\r\n');
    assert.equal((await client.answer(tag)).status, 'BAD');
    await client.ok('NOOP');
    world.settings.timeoutIdle = 50;
    await idle();
    assert.equal(await client.raw.rest(), '* BYE IDLE timed out.\r\n');
    delete world.settings.timeoutIdle;
  });

  test('an account that goes ends the session', async () => {
    await client.ok('SELECT INBOX');
    await idle();
    const account = await world.token(name);
    await world.deny(name, ['imapAuthenticate']);
    // Another client is turned away at its next command; this one when something wakes it.
    assert.match(await other.raw.send('x NOOP\r\n').rest(), /^\* BYE The account/);
    await world.mail.account(account.account).createMailbox({
      name: 'wakes',
      parentId: 0,
      role: null,
      sortOrder: 0,
      subscriber: undefined,
    });
    assert.match(await client.raw.rest(), /^\* BYE The account/);
  });
});

test('changes in a large mailbox', async () => {
  const mail = world.mail.account((await world.token(name)).account);
  const inbox = [...(await mail.view()).mailboxes.values()].find(({ role }) => role === 'inbox')
    ?.id as number;
  const one = (i: number) => ({
    bytes: Buffer.from(message(`m${i}`)),
    mailboxIds: [inbox],
    keywords: [],
    receivedAt: i,
  });
  await mail.append(Array.from({ length: 2500 }, (_, i) => one(i)));
  await other.ok('NOOP');
  await client.ok('SELECT INBOX');
  const news = async () => (await client.ok('NOOP')).lines.map((line) => line.replace(/ ?\\Recent/, ''));
  await other.ok('STORE 7,2000 +FLAGS (\\Seen Fresh)');
  assert.deepEqual(await news(), [
    'FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft Fresh)',
    'OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft Fresh \\*)] Flags that are kept',
    '7 FETCH (UID 7 FLAGS (\\Seen Fresh))',
    '2000 FETCH (UID 2000 FLAGS (\\Seen Fresh))',
  ]);
  await other.ok('STORE 9 +FLAGS (\\Deleted)');
  assert.deepEqual(await news(), ['9 FETCH (UID 9 FLAGS (\\Deleted))']);
  await other.ok('STORE 9 -FLAGS (\\Deleted)');
  assert.deepEqual(await news(), ['9 FETCH (UID 9 FLAGS ())']);
  await mail.append([one(2501)]);
  assert.deepEqual(await news(), ['2501 EXISTS', '2501 RECENT']);
  await other.ok('STORE 2 +FLAGS (\\Deleted)');
  await other.ok('EXPUNGE');
  await other.ok('STORE 1:300 +FLAGS (\\Flagged)');
  const many = await news();
  assert.equal(many.length, 301);
  assert.equal(many[0], '2 EXPUNGE');
  assert.equal(many[300], '300 FETCH (UID 301 FLAGS (\\Flagged))');
  // Copies from elsewhere have rows that do not ascend with their UIDs.
  await other.ok('CREATE elsewhere');
  await other.ok('COPY 5,3 elsewhere');
  await other.ok('MOVE 5,3 INBOX');
  assert.deepEqual(await news(), ['5 EXPUNGE', '3 EXPUNGE', '2500 EXISTS', '2500 RECENT']);
  await other.ok('STORE 2499:2500 FLAGS (\\Draft)');
  assert.deepEqual(await news(), [
    '2499 FETCH (UID 2502 FLAGS (\\Draft))',
    '2500 FETCH (UID 2503 FLAGS (\\Draft))',
  ]);
});

describe('the end of sessions', () => {
  test('time-outs say goodbye', async () => {
    world.settings.timeoutAnonymous = 50;
    const stranger = await world.connect();
    assert.equal(await stranger.raw.rest(), '* BYE Connection timed out.\r\n');
    delete world.settings.timeoutAnonymous;
    world.settings.timeoutAuthenticated = 50;
    const late = await world.login(name);
    assert.equal(await late.raw.rest(), '* BYE Connection timed out.\r\n');
    delete world.settings.timeoutAuthenticated;
  });

  test('a lost permission refuses, a lost account ends', async () => {
    await client.ok('SELECT INBOX');
    await world.deny(name, ['imapFetch']);
    assert.equal(await client.verdict('FETCH 1:* FLAGS'), 'NO [NOPERM]');
    await client.ok('NOOP');
    await world.destroy(name);
    client.raw.send('x NOOP\r\n');
    assert.match(await client.raw.rest(), /^\* BYE The account/);
  });
});

describe('CONDSTORE', () => {
  test('the first use tells HIGHESTMODSEQ', async () => {
    await client.ok('SELECT INBOX');
    await other.append('INBOX', message('one'));
    await client.ok('NOOP');
    const { lines } = await client.ok('FETCH 1 (MODSEQ)');
    assert.match(lines[0] as string, /^OK \[HIGHESTMODSEQ \d+\]/);
    assert.match((await client.ok('FETCH 1 (MODSEQ)')).lines.join(), /^1 FETCH \(MODSEQ \(\d+\)\)$/);
    await other.ok('STORE 1 +FLAGS (\\Seen)');
    assert.match(
      (await client.ok('NOOP')).lines.join(),
      /^1 FETCH \(UID 1 FLAGS \(\\Seen \\Recent\) MODSEQ \(\d+\)\)$/,
    );
  });

  test('CHANGEDSINCE gives what changed, with MODSEQ', async () => {
    await client.ok('SELECT INBOX (CONDSTORE)');
    for (const subject of ['one', 'two', 'three']) await other.append('INBOX', message(subject));
    await client.ok('NOOP');
    const highest = /HIGHESTMODSEQ (\d+)/.exec((await client.ok('STATUS INBOX (HIGHESTMODSEQ)')).text)?.[1];
    assert.deepEqual((await client.ok(`FETCH 1:* (FLAGS) (CHANGEDSINCE ${highest})`)).lines, []);
    await other.ok('STORE 2 +FLAGS (\\Seen)');
    const { lines } = await client.ok(`FETCH 1:* (FLAGS) (CHANGEDSINCE ${highest})`);
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, /^2 FETCH \(MODSEQ \(\d+\) FLAGS \(\\Seen \\Recent\)\)$/);
  });

  test('EXPUNGE carries HIGHESTMODSEQ', async () => {
    await client.append('INBOX', message('one'), '(\\Deleted) ');
    await client.ok('SELECT INBOX (CONDSTORE)');
    assert.match((await client.ok('EXPUNGE')).tagged, /^OK \[HIGHESTMODSEQ \d+\]/);
  });
});

describe('QRESYNC', () => {
  const state = async (): Promise<[validity: string, modseq: string]> => {
    const { text } = await client.ok('STATUS INBOX (UIDVALIDITY HIGHESTMODSEQ)');
    const [, validity = '', modseq = ''] = /UIDVALIDITY (\d+) HIGHESTMODSEQ (\d+)/.exec(text) ?? [];
    return [validity, modseq];
  };

  test('must be enabled', async () => {
    assert.equal(await client.verdict('SELECT INBOX (QRESYNC (1 1))'), 'BAD');
    await client.ok('SELECT INBOX');
    assert.equal(await client.verdict('UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)'), 'BAD');
  });

  test('SELECT tells what vanished and changed', async () => {
    for (let i = 1; i <= 6; i++) await other.append('INBOX', message(`m${i}`));
    await client.ok('ENABLE QRESYNC');
    const [validity, modseq] = await state();
    await other.ok('STORE 2,4:5 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    await other.ok('UID STORE 6 +FLAGS (\\Seen)');
    const { lines } = await client.ok(`SELECT INBOX (QRESYNC (${validity} ${modseq}))`);
    assert.ok(lines.includes('VANISHED (EARLIER) 2,4:5'), String(lines));
    assert.deepEqual(
      lines.filter((line) => line.includes('FETCH')).map((line) => line.replace(/MODSEQ \(\d+\)/, 'MODSEQ')),
      ['3 FETCH (UID 6 FLAGS (\\Seen \\Recent) MODSEQ)'],
    );
    const known = await client.ok(`SELECT INBOX (QRESYNC (${validity} ${modseq} 1:4 (1,3 1,3)))`);
    assert.ok(known.lines.includes('VANISHED (EARLIER) 2,4'), known.text);
    assert.doesNotMatch(known.text, /FETCH/);
    const wrong = await client.ok(`SELECT INBOX (QRESYNC (${Number(validity) + 1} ${modseq}))`);
    assert.doesNotMatch(wrong.text, /VANISHED|FETCH/);
    // Before all history the known UIDs that are not there are told.
    const early = await client.ok(`SELECT INBOX (QRESYNC (${validity} 1 1:10))`);
    assert.match(early.text, /VANISHED \(EARLIER\) 2,4:5\r/);
  });

  test('removals come as VANISHED, for every command', async () => {
    for (let i = 1; i <= 6; i++) await other.append('INBOX', message(`m${i}`));
    await client.ok('ENABLE QRESYNC');
    await client.ok('SELECT INBOX');
    await other.ok('NOOP');
    const [, modseq] = await state();
    await other.ok('STORE 1,3 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    assert.deepEqual((await client.ok('NOOP')).lines, ['VANISHED 1,3']);
    await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    assert.deepEqual((await client.ok('EXPUNGE')).lines, ['VANISHED 2']);
    const moved = await client.ok('UID MOVE 4 Drafts');
    assert.match(moved.lines[0] as string, /^OK \[COPYUID/);
    assert.equal(moved.lines[1], 'VANISHED 4');
    assert.match(moved.tagged, /^OK \[HIGHESTMODSEQ/);
    const fetched = await client.ok(`UID FETCH 2:6 (FLAGS) (CHANGEDSINCE ${modseq} VANISHED)`);
    assert.deepEqual(fetched.lines, ['VANISHED (EARLIER) 2:4']);
  });
});
