// Mailboxes over IMAP: LIST and LSUB, CREATE, DELETE, RENAME, subscriptions, STATUS, SELECT.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ImapClient, type ImapWorld, message, openImapWorld } from './world.ts';

let world: ImapWorld;
let client: ImapClient;
let serial = 0;
before(async () => {
  world = await openImapWorld();
});
after(() => world.close());

/** Each test has an account of its own. */
beforeEach(async () => {
  client?.close();
  const name = `user${++serial}`;
  await world.user(name);
  client = await world.login(name);
});
after(() => client.close());

const list = async (args: string): Promise<string[]> =>
  (await client.ok(`LIST ${args}`)).lines.map((line) => line.replace(/^LIST /, '').replace(' "/"', ''));
const names = async (pattern: string): Promise<string[]> =>
  (await list(`"" ${pattern}`)).map((line) => line.slice(line.indexOf(') ') + 2));

describe('LIST', () => {
  test('shows the default mailboxes with their uses, the inbox first', async () => {
    const all = await list('"" *');
    assert.equal(all[0], '(\\HasNoChildren) INBOX');
    for (const use of ['\\Trash', '\\Junk', '\\Drafts', '\\Sent']) {
      assert.equal(all.filter((line) => line.includes(`${use})`)).length, 1, use);
    }
  });

  test('an empty pattern tells the separator', async () => {
    assert.deepEqual((await client.ok('LIST "" ""')).lines, ['LIST (\\NoSelect) "/" ""']);
  });

  test('% stays on one level, * does not, and INBOX has no case', async () => {
    await client.ok('CREATE a/b/c');
    assert.deepEqual(await names('a%'), ['a']);
    assert.deepEqual(await names('a*'), ['a', 'a/b', 'a/b/c']);
    assert.deepEqual(await names('a/%'), ['a/b']);
    assert.deepEqual(await names('%/%'), ['a/b']);
    assert.deepEqual(await names('inbox'), ['INBOX']);
    assert.deepEqual(
      (await list('a/ %')).map((line) => line.slice(line.lastIndexOf(' ') + 1)),
      ['a/b'],
    );
    assert.match((await list('"" a/b'))[0] as string, /^\(\\HasChildren\)/);
  });

  test('several patterns give each mailbox once', async () => {
    await client.ok('CREATE a/b');
    assert.deepEqual(await names('(a a* a/b)'), ['a', 'a/b']);
  });

  test('subscriptions select, and RECURSIVEMATCH tells of parents', async () => {
    await client.ok('CREATE a/b/c');
    await client.ok('SUBSCRIBE a/b/c');
    assert.deepEqual(await list('(SUBSCRIBED) "" a*'), ['(\\HasNoChildren \\Subscribed) a/b/c']);
    assert.deepEqual(await list('(SUBSCRIBED RECURSIVEMATCH) "" a%'), [
      '(\\HasChildren) a ("CHILDINFO" ("SUBSCRIBED"))',
    ]);
    assert.equal(await client.verdict('LIST (RECURSIVEMATCH) "" *'), 'BAD');
    assert.equal(await client.verdict('LIST (RECURSIVEMATCH REMOTE) "" *'), 'BAD');
    assert.equal(await client.verdict('LIST (NONSENSE) "" *'), 'BAD');
    assert.equal(await client.verdict('LIST "" * RETURN (NONSENSE)'), 'BAD');
    assert.match((await list('"" a/b/c RETURN (SUBSCRIBED CHILDREN)'))[0] as string, /\\Subscribed/);
    assert.match((await list('(REMOTE) "" a'))[0] as string, / a$/);
  });

  test('SPECIAL-USE selects, and RETURN (STATUS) answers after each', async () => {
    assert.equal((await list('(SPECIAL-USE) "" *')).length, 4);
    const { lines } = await client.ok('LIST "" INBOX RETURN (STATUS (MESSAGES UIDNEXT))');
    assert.deepEqual(lines, ['LIST (\\HasNoChildren) "/" INBOX', 'STATUS INBOX (MESSAGES 0 UIDNEXT 1)']);
  });

  test('LSUB shows levels above subscribed names', async () => {
    await client.ok('CREATE a/b');
    await client.ok('SUBSCRIBE a/b');
    assert.deepEqual((await client.ok('LSUB "" a%')).lines, ['LSUB (\\NoSelect) "/" a']);
    assert.deepEqual((await client.ok('LSUB "" a*')).lines, ['LSUB () "/" a/b']);
    await client.ok('UNSUBSCRIBE a/b');
    assert.deepEqual((await client.ok('LSUB "" a*')).lines, []);
  });
});

describe('names', () => {
  test('modified UTF-7 by default, UTF-8 once enabled', async () => {
    await client.ok('CREATE "Entw&APw-rfe"');
    assert.deepEqual(await names('Entw*'), ['Entw&APw-rfe']);
    await client.ok('CREATE "Tom &- Co"');
    assert.deepEqual(await names('Tom*'), ['"Tom &- Co"']);
    for (const bad of ['"x&APw"', '"x&"', '"x&APw-&APw-"']) {
      assert.equal(await client.verdict(`CREATE ${bad}`), 'NO [CANNOT]', bad);
    }
    await client.ok('ENABLE UTF8=ACCEPT');
    const utf8 = Buffer.from('Entwürfe').toString('latin1');
    assert.deepEqual(await names('Entw*'), [`"${utf8}"`]);
    await client.ok(`SELECT "${utf8}"`);
  });

  test('a folder named like the inbox does not hide it', async () => {
    assert.equal(await client.verdict('CREATE inbox'), 'NO [ALREADYEXISTS]');
    await client.ok('CREATE INBOX/x');
    assert.deepEqual(await names('inbox/*'), ['INBOX/x']);
    await client.ok('SELECT Inbox/x');
  });
});

describe('CREATE, DELETE, RENAME', () => {
  test('CREATE makes parents, trims a separator and tells the id', async () => {
    const { tagged } = await client.ok('CREATE a/b/');
    assert.match(tagged, /^OK \[MAILBOXID \([a-z0-9]+\)\]/);
    assert.deepEqual(await names('a*'), ['a', 'a/b']);
    assert.equal(await client.verdict('CREATE a'), 'NO [ALREADYEXISTS]');
    assert.equal(await client.verdict('CREATE a//b'), 'NO [CANNOT]');
    assert.equal(await client.verdict('CREATE ""'), 'NO [CANNOT]');
    assert.equal(await client.verdict(`CREATE ${'x'.repeat(300)}`), 'NO [CANNOT]');
  });

  test('CREATE with a use', async () => {
    await client.ok('CREATE Keep (USE (\\Archive))');
    assert.deepEqual(await list('"" Keep'), ['(\\HasNoChildren \\Archive) Keep']);
    assert.equal(await client.verdict('CREATE More (USE (\\Archive))'), 'NO [USEATTR]');
    assert.equal(await client.verdict('CREATE More (USE (\\Nonsense))'), 'NO [USEATTR]');
  });

  test('limits of the account', async () => {
    world.limits.maxMailboxes = 6;
    await client.ok('CREATE six');
    assert.equal(await client.verdict('CREATE seven'), 'NO [OVERQUOTA]');
    delete world.limits.maxMailboxes;
  });

  test('DELETE refuses what must stay', async () => {
    await client.ok('CREATE a/b');
    assert.equal(await client.verdict('DELETE a'), 'NO [HASCHILDREN]');
    assert.equal(await client.verdict('DELETE INBOX'), 'NO [CANNOT]');
    assert.equal(await client.verdict('DELETE "Deleted Items"'), 'NO [NOPERM]');
    assert.equal(await client.verdict('DELETE nothing'), 'NO [NONEXISTENT]');
    await client.ok('DELETE a/b');
    await client.ok('DELETE a');
    assert.deepEqual(await names('a*'), []);
  });

  test('a name that is made again has another UIDVALIDITY', async () => {
    const validity = async (name: string) =>
      /UIDVALIDITY (\d+)/.exec((await client.ok(`STATUS ${name} (UIDVALIDITY)`)).text)?.[1];
    await client.ok('CREATE a');
    const first = await validity('a');
    await client.ok('DELETE a');
    await client.ok('CREATE a');
    assert.notEqual(await validity('a'), first);
    await client.ok('CREATE b');
    const second = await validity('b');
    await client.ok('DELETE a');
    await client.ok('RENAME b a');
    assert.equal(await validity('a'), second);
  });

  test('RENAME carries children and makes parents', async () => {
    await client.ok('CREATE a/b/c');
    await client.ok('RENAME a x/y');
    assert.deepEqual(await names('x*'), ['x', 'x/y', 'x/y/b', 'x/y/b/c']);
    await client.ok('CREATE other');
    assert.equal(await client.verdict('RENAME other x'), 'NO [ALREADYEXISTS]');
    assert.equal(await client.verdict('RENAME x x/y/z'), 'NO [CANNOT]');
    assert.equal(await client.verdict('RENAME nothing q'), 'NO [NONEXISTENT]');
  });

  test('RENAME INBOX moves its messages', async () => {
    await client.append('INBOX', message('one'));
    await client.append('INBOX', message('two'));
    await client.ok('CREATE INBOX/below');
    await client.ok('RENAME INBOX old');
    assert.match((await client.ok('STATUS old (MESSAGES)')).text, /MESSAGES 2/);
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 0/);
    assert.deepEqual(await names('INBOX/*'), ['INBOX/below']);
  });

  test('aliases of default mailboxes', async () => {
    world.email.defaultFolders = {
      sent: { name: 'Sent Items', create: true, subscribe: true, aliases: ['Sent'] },
    };
    assert.equal(await client.verdict('CREATE Sent'), 'NO [ALREADYEXISTS]');
    await client.append('sent', message('sent'));
    assert.match((await client.ok('STATUS "Sent Items" (MESSAGES)')).text, /MESSAGES 1/);
    await client.ok('CREATE Sent/2026');
    assert.equal(await client.verdict('CREATE "Sent Items/2026"'), 'NO [ALREADYEXISTS]');
    assert.deepEqual(await names('Sent*'), ['"Sent Items"', '"Sent Items/2026"']);
    await client.ok('SELECT sent/2026');
    delete world.email.defaultFolders;
  });

  test('subscriptions', async () => {
    assert.equal(await client.verdict('SUBSCRIBE nothing'), 'NO [NONEXISTENT]');
    await client.ok('SUBSCRIBE INBOX');
    await client.ok('SUBSCRIBE INBOX');
    await client.ok('UNSUBSCRIBE INBOX');
    await client.ok('UNSUBSCRIBE INBOX');
    await client.ok('UNSUBSCRIBE nothing');
  });
});

describe('quota', () => {
  test('tells usage and limits of the one root', async () => {
    const { lines } = await client.ok('GETQUOTAROOT inbox');
    const root = /^QUOTAROOT INBOX "(#[a-z0-9]+)"$/.exec(lines[0] as string)?.[1] as string;
    assert.equal(lines[1], `QUOTA "${root}" ()`);
    await client.append('INBOX', message('one', 'x'.repeat(1500)));
    world.limits.maxDiskQuota = 1_048_576;
    world.limits.maxEmails = 7;
    assert.deepEqual((await client.ok(`GETQUOTA ${root}`)).lines, [
      `QUOTA "${root}" (STORAGE 2 1024 MESSAGE 1 7)`,
    ]);
    delete world.limits.maxDiskQuota;
    delete world.limits.maxEmails;
    assert.equal(await client.verdict('GETQUOTA "#zzz"'), 'NO [NONEXISTENT]');
    assert.equal(await client.verdict('GETQUOTAROOT nothing'), 'NO [NONEXISTENT]');
    assert.equal(await client.verdict(`SETQUOTA ${root} (STORAGE 1)`), 'BAD');
  });
});

describe('STATUS and SELECT', () => {
  test('STATUS counts', async () => {
    const texts = [message('one'), message('two'), message('three')];
    await client.append('INBOX', texts[0] as string, '(\\Seen) ');
    await client.append('INBOX', texts[1] as string, '(\\Deleted) ');
    await client.append('INBOX', texts[2] as string);
    const total = texts.join('').length;
    const { lines } = await client.ok(
      'STATUS inbox (MESSAGES UIDNEXT UNSEEN DELETED SIZE RECENT DELETED-STORAGE APPENDLIMIT)',
    );
    assert.deepEqual(lines, [
      `STATUS INBOX (MESSAGES 3 UIDNEXT 4 UNSEEN 2 DELETED 1 SIZE ${total} RECENT 3 DELETED-STORAGE ${texts[1]?.length} APPENDLIMIT 75000000)`,
    ]);
    assert.match(
      (await client.ok('STATUS INBOX (UIDVALIDITY HIGHESTMODSEQ MAILBOXID)')).text,
      /UIDVALIDITY \d+ HIGHESTMODSEQ \d+ MAILBOXID \([a-z0-9]+\)/,
    );
    assert.equal(await client.verdict('STATUS nothing (MESSAGES)'), 'NO [NONEXISTENT]');
  });

  test('SELECT tells everything, EXAMINE leaves \\Recent alone', async () => {
    await client.append('INBOX', message('one'), '(\\Seen) ');
    await client.append('INBOX', message('two'), '(todo) ');
    const examined = await client.ok('EXAMINE INBOX');
    assert.match(examined.tagged, /^OK \[READ-ONLY\]/);
    assert.match(examined.text, /\* 2 RECENT/);
    assert.match(examined.text, /PERMANENTFLAGS \(\)/);
    const { lines, tagged } = await client.ok('SELECT inbox');
    assert.match(tagged, /^OK \[READ-WRITE\]/);
    assert.match(lines[0] as string, /^OK \[CLOSED\]/);
    assert.equal(lines[1], 'FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft todo)');
    assert.match(lines[2] as string, /^OK \[PERMANENTFLAGS \(.* todo \\\*\)\]/);
    assert.deepEqual(lines.slice(3, 5), ['2 EXISTS', '2 RECENT']);
    assert.match(lines[5] as string, /^OK \[UNSEEN 2\]/);
    assert.match(lines[6] as string, /^OK \[UIDVALIDITY \d+\]/);
    assert.match(lines[7] as string, /^OK \[UIDNEXT 3\]/);
    assert.match(lines[8] as string, /^OK \[HIGHESTMODSEQ \d+\]/);
    assert.match(lines[9] as string, /^OK \[MAILBOXID \([a-z0-9]+\)\]/);
    assert.match((await client.ok('FETCH 1 FLAGS')).text, /\\Recent/);
    // The next session is not the first any more.
    assert.match((await client.ok('SELECT INBOX')).text, /\* 0 RECENT/);
  });

  test('rev2 clients get LIST and no RECENT', async () => {
    await client.ok('ENABLE IMAP4rev2');
    const { text } = await client.ok('SELECT INBOX');
    assert.doesNotMatch(text, /RECENT|UNSEEN/);
    assert.match(text, /\* LIST \(\) "\/" INBOX/);
  });

  test('a failing SELECT leaves nothing selected', async () => {
    await client.ok('SELECT INBOX');
    const { lines, tagged } = await client.ask('SELECT nothing');
    assert.match(lines[0] as string, /^OK \[CLOSED\]/);
    assert.match(tagged, /^NO \[NONEXISTENT\]/);
    assert.equal(await client.verdict('FETCH 1 FLAGS'), 'BAD');
  });

  test('CLOSE expunges silently, UNSELECT does not', async () => {
    await client.append('INBOX', message('one'), '(\\Deleted) ');
    await client.ok('SELECT INBOX');
    await client.ok('UNSELECT');
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 1/);
    await client.ok('EXAMINE INBOX');
    await client.ok('CLOSE');
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 1/);
    await client.ok('SELECT INBOX');
    assert.deepEqual((await client.ok('CLOSE')).lines, []);
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 0/);
    assert.equal(await client.verdict('CLOSE'), 'BAD');
  });
});
