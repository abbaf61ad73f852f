// Messages over IMAP: APPEND, FETCH, STORE, COPY, MOVE, EXPUNGE.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ImapClient, type ImapWorld, message, openImapWorld } from './world.ts';

let world: ImapWorld;
let client: ImapClient;
let other: ImapClient;
let serial = 0;
before(async () => {
  world = await openImapWorld();
});
after(async () => {
  client.close();
  other.close();
  await world.close();
});

/** Each test has an account of its own, with two connections and the inbox selected on the first. */
beforeEach(async () => {
  client?.close();
  other?.close();
  const name = `user${++serial}`;
  await world.user(name);
  client = await world.login(name);
  other = await world.login(name);
  await client.ok('SELECT INBOX');
});

const fill = async (...subjects: string[]): Promise<void> => {
  for (const subject of subjects) await other.append('INBOX', message(subject));
  await client.ok('NOOP');
};
const fetch = async (args: string): Promise<readonly string[]> => (await client.ok(`FETCH ${args}`)).lines;

const MULTIPART = [
  'From: Ann <ann@example.org>',
  'Subject: parts',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  'preamble',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'gr=C3=BC=C3=9Fe',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'X-Inner: yes',
  '',
  'inner body',
  '--b',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  'AAECAw==',
  '--b',
  'Content-Type: text/plain',
  'Content-Transfer-Encoding: x-secret',
  '',
  '????',
  '--b--',
  '',
].join('\r\n');

describe('APPEND', () => {
  test('to the selected mailbox: EXISTS before OK, APPENDUID as fetched later', async () => {
    const { lines, tagged } = await client.append(
      'INBOX',
      message('one'),
      '(\\Flagged todo) "01-Feb-2020 10:00:00 +0100" ',
    );
    assert.ok(lines.includes('1 EXISTS'), String(lines));
    const uid = /APPENDUID \d+ (\d+)\]/.exec(tagged)?.[1];
    assert.deepEqual(await fetch('1 (UID INTERNALDATE FLAGS)'), [
      `1 FETCH (UID ${uid} INTERNALDATE " 1-Feb-2020 09:00:00 +0000" FLAGS (\\Flagged todo \\Recent))`,
    ]);
    assert.match((await client.append('INBOX', message('two'))).lines.join(), /2 EXISTS/);
    await other.ok('SELECT INBOX');
    await client.append('INBOX', message('three'));
    assert.match((await other.ok('NOOP')).text, /\* 3 EXISTS/);
  });

  test('refusals', async () => {
    const one = message('one');
    assert.equal(await client.verdict(`APPEND nothing {${one.length}+}\r\n${one}`), 'NO [TRYCREATE]');
    assert.equal(await client.verdict(`APPEND INBOX {0+}\r\n`), 'NO [CANNOT]');
    assert.equal(await client.verdict(`APPEND INBOX {3+}\r\na\0b`), 'BAD');
    assert.equal(await client.verdict(`APPEND INBOX (\\Recent) {3+}\r\nabc`), 'BAD');
    assert.equal(await client.verdict(`APPEND INBOX "32-Jan-2020 00:00:00 +0000" {3+}\r\nabc`), 'BAD');
    assert.equal(await client.verdict('APPEND INBOX'), 'BAD');
    world.limits.maxDiskQuota = 100;
    assert.equal(await client.verdict(`APPEND INBOX {${one.length}+}\r\n${one}`), 'NO [OVERQUOTA]');
    delete world.limits.maxDiskQuota;
    await client.ok(`APPEND INBOX {5+}\r\nhello`);
  });

  test('MULTIAPPEND stores all or nothing', async () => {
    const [one, two] = [message('one'), message('two')];
    const { tagged } = await client.ok(
      `APPEND INBOX (\\Seen) {${one.length}+}\r\n${one} {${two.length}+}\r\n${two}`,
    );
    assert.match(tagged, /APPENDUID \d+ 1:2\]/);
    world.limits.maxEmails = 3;
    assert.equal(
      await client.verdict(`APPEND INBOX {${one.length}+}\r\n${one} {${two.length}+}\r\n${two}`),
      'NO [OVERQUOTA]',
    );
    delete world.limits.maxEmails;
    assert.equal(await client.verdict(`APPEND INBOX {${one.length}+}\r\n${one} {0+}\r\n`), 'NO [CANNOT]');
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 2/);
  });

  test('large literals go through a file and come back whole', async () => {
    const large = message('large', 'x'.repeat(76).concat('\r\n').repeat(40_000));
    const huge = message('huge', 'y'.repeat(76).concat('\r\n').repeat(20_000));
    await client.ok(`APPEND INBOX {${large.length}+}\r\n${large} {${huge.length}+}\r\n${huge}`);
    const [first, second] = await fetch('1:2 (RFC822.SIZE BODY.PEEK[])');
    assert.equal(first, `1 FETCH (RFC822.SIZE ${large.length} BODY[] {${large.length}}\r\n${large})`);
    assert.equal(second, `2 FETCH (RFC822.SIZE ${huge.length} BODY[] {${huge.length}}\r\n${huge})`);
    assert.deepEqual(await fetch('1 BODY.PEEK[]<3000000.10>'), [
      `1 FETCH (BODY[]<3000000> {10}\r\n${large.slice(3_000_000, 3_000_010)})`,
    ]);
    assert.match(
      (await fetch('1 BODY.PEEK[HEADER.FIELDS (Subject)]'))[0] as string,
      /Subject: large\r\n\r\n\)$/,
    );
    assert.equal(
      (await fetch('1 BODY.PEEK[1]'))[0]?.length,
      large.indexOf('\r\n\r\n') > 0 ? `1 FETCH (BODY[1] {${40_000 * 78}}\r\n)`.length + 40_000 * 78 : 0,
    );
  });

  test('binary literals keep their octets', async () => {
    const binary = message(
      'bin',
      'a\0b',
      'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n',
    );
    await client.ok(`APPEND INBOX ~{${binary.length}+}\r\n${binary}`);
    assert.deepEqual(await fetch('1 (BINARY.SIZE[1] BINARY.PEEK[1])'), [
      '1 FETCH (BINARY.SIZE[1] 3 BINARY[1] ~{3}\r\na\0b)',
    ]);
    const [whole] = await fetch('1 BODY.PEEK[]');
    assert.ok(!whole?.includes('\0'));
    assert.match(whole as string, /Content-Transfer-Encoding: base64/);
    await client.ok('APPEND INBOX ~{3+}\r\n\0\0\0');
    assert.deepEqual(await fetch('2 BINARY.PEEK[1]'), ['2 FETCH (BINARY[1] ~{3}\r\n\0\0\0)']);
    const inHeader = 'Subject: a\0b\r\n\r\n';
    assert.equal(
      await client.verdict(`APPEND INBOX ~{${inHeader.length}+}\r\n${inHeader}`),
      'NO [UNKNOWN-CTE]',
    );
  });

  test('UTF8 needs to be enabled', async () => {
    const text = Buffer.from('Subject: grüße\r\n\r\n').toString('latin1');
    assert.equal(await client.verdict(`APPEND INBOX UTF8 (~{${text.length}+}\r\n${text})`), 'BAD');
    await client.ok('ENABLE UTF8=ACCEPT');
    await client.ok(`APPEND INBOX UTF8 (~{${text.length}+}\r\n${text})`);
  });
});

describe('FETCH', () => {
  test('sets, and what is not there', async () => {
    assert.deepEqual(await fetch('* UID'), []);
    assert.equal(await client.verdict('FETCH 1 UID'), 'BAD');
    await fill('one', 'two', 'three');
    const numbers = async (set: string) =>
      (await fetch(`${set} UID`)).map((line) => line.slice(0, 1)).join('');
    assert.equal(await numbers('*'), '3');
    assert.equal(await numbers('5:*'), '3');
    assert.equal(await numbers('3:1'), '123');
    assert.equal(await numbers('1,3,1'), '13');
    assert.equal(await client.verdict('FETCH 4 UID'), 'BAD');
    assert.equal(await client.verdict('FETCH 1:4 UID'), 'BAD');
    assert.equal(await client.verdict('FETCH 0 UID'), 'BAD');
    assert.deepEqual((await client.ok('UID FETCH 17 FLAGS')).lines, []);
    assert.equal((await client.ok('UID FETCH 17:* FLAGS')).lines.length, 1);
  });

  test('flags of many are told as those of each', async () => {
    const sets = ['\\Seen', '\\Flagged', '\\Deleted', '\\Answered', 'todo', '$Junk', 'NonJunk'];
    const count = 40;
    for (let n = 0; n < count; n++) {
      const flags = sets.filter((_, bit) => ((n * 5) & (1 << bit)) !== 0);
      await other.append('INBOX', message('many'), `(${flags.join(' ')}) `);
    }
    // Those that came before it are recent to nobody else.
    await client.ok('SELECT INBOX');
    await other.append('INBOX', message('recent'));
    await client.ok('NOOP');
    for (const items of [
      'FLAGS',
      '(UID FLAGS)',
      '(FLAGS UID)',
      '(FLAGS UID FLAGS)',
      '(FLAGS INTERNALDATE)',
    ]) {
      const singly: string[] = [];
      for (let n = 1; n <= count + 1; n++) singly.push(...(await fetch(`${n} ${items}`)));
      assert.equal(singly.length, count + 1);
      assert.deepEqual(await fetch(`1:* ${items}`), singly, items);
      const some = (await fetch(`2:9,20:* ${items}`)).join('\n');
      assert.equal(some, [...singly.slice(1, 9), ...singly.slice(19)].join('\n'), items);
    }
    const uids = (await client.ok('UID FETCH 1:* FLAGS')).lines;
    assert.deepEqual(uids, await fetch('1:* (UID FLAGS)'));
    assert.match(uids.at(-1) as string, /FLAGS \(.*\\Recent\)/);
  });

  test('flags of many while some are gone and not yet told', async () => {
    await fill(...Array.from({ length: 30 }, (_, n) => `m${n}`));
    await other.ok('SELECT INBOX');
    await other.ok('STORE 2 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    const { lines, tagged } = await client.ask('FETCH 1:* FLAGS');
    assert.match(tagged, /^NO \[EXPUNGEISSUED\]/);
    const numbers = lines.filter((line) => line.includes('FETCH')).map((line) => Number.parseInt(line));
    assert.deepEqual(
      numbers,
      Array.from({ length: 30 }, (_, n) => n + 1).filter((n) => n !== 2),
    );
  });

  test('header fields of a message that is read as a whole before and after', async () => {
    await fill('one', 'two');
    const header = 'BODY.PEEK[HEADER.FIELDS (subject)]';
    const first = await fetch(`1:2 ${header}`);
    assert.match(first.join('\n'), /Subject: one[^]*Subject: two/);
    const [whole] = await fetch('1 BODY.PEEK[]');
    assert.match(whole as string, /Subject: one[^]*Hello\./);
    assert.deepEqual(await fetch(`1:2 ${header}`), first);
    assert.deepEqual(await fetch('1 BODY.PEEK[]'), [whole]);
    const both = await fetch(`1 (${header} BODY.PEEK[TEXT])`);
    assert.match(both[0] as string, /Subject: one[^]*BODY\[TEXT\] \{\d+\}\r\nHello\./);
    await client.ok('STORE 1 +FLAGS (\\Deleted)');
    await client.ok('EXPUNGE');
    assert.match((await fetch(`1 ${header}`))[0] as string, /Subject: two/);
  });

  test('macros work alone', async () => {
    await fill('one');
    assert.match(
      (await fetch('1 FAST'))[0] as string,
      /^1 FETCH \(FLAGS \(\\Recent\) INTERNALDATE "[^"]+" RFC822.SIZE \d+\)$/,
    );
    assert.match((await fetch('1 ALL'))[0] as string, / ENVELOPE \(/);
    assert.match((await fetch('1 FULL'))[0] as string, / BODY \("text" "plain"/);
    assert.equal(await client.verdict('FETCH 1 (FAST)'), 'BAD');
    assert.equal(await client.verdict('FETCH 1 (FLAGS NONSENSE)'), 'BAD');
    assert.equal(await client.verdict('FETCH 1 ()'), 'BAD');
  });

  test('ENVELOPE, BODYSTRUCTURE and ids', async () => {
    await fill('one');
    const line = (await fetch('1 (ENVELOPE BODYSTRUCTURE EMAILID THREADID MODSEQ PREVIEW SAVEDATE)')).at(-1);
    assert.match(
      line as string,
      /ENVELOPE \("Fri, 27 Nov 2026 08:00:00 \+0000" "one" \(\("Ann Example" NIL "ann" "example\.org"\)\)/,
    );
    assert.match(
      line as string,
      /BODYSTRUCTURE \("text" "plain" \("charset" "us-ascii"\) NIL NIL "7bit" 8 1 NIL NIL NIL NIL\)/,
    );
    assert.match(
      line as string,
      /EMAILID \([a-z0-9]+\) THREADID \([a-z0-9]+\) MODSEQ \(\d+\) PREVIEW "Hello\." SAVEDATE NIL/,
    );
  });

  test('sections of a simple message', async () => {
    const text = message('one', 'body\r\n', 'X-Twice: a\r\nX-Twice: b\r\n');
    await other.append('INBOX', text);
    await client.ok('NOOP');
    const part = async (section: string): Promise<string> => {
      const [line] = await fetch(`1 BODY.PEEK[${section}]`);
      return /\{\d+\}\r\n(.*)\)$/s.exec(line as string)?.[1] ?? (line as string);
    };
    const header = text.slice(0, text.indexOf('\r\n\r\n') + 4);
    assert.equal(await part(''), text);
    assert.equal(await part('HEADER'), header);
    assert.equal(await part('TEXT'), 'body\r\n');
    assert.equal(await part('1'), 'body\r\n');
    assert.equal(await part('1.MIME'), header);
    assert.equal(
      await part('HEADER.FIELDS (x-twice "SUBJECT")'),
      'Subject: one\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n',
    );
    assert.equal(await part('HEADER.FIELDS (X-None)'), '\r\n');
    assert.doesNotMatch(await part('HEADER.FIELDS.NOT (Subject)'), /Subject/);
    assert.equal(await part('2'), '1 FETCH (BODY[2] NIL)');
    assert.equal(await part('1.HEADER'), '1 FETCH (BODY[1.HEADER] NIL)');
    assert.deepEqual(await fetch('1 (BODY.PEEK[TEXT]<1.2> BODY.PEEK[TEXT]<100.5> BODY.PEEK[TEXT]<4.100>)'), [
      '1 FETCH (BODY[TEXT]<1> {2}\r\nod BODY[TEXT]<100> "" BODY[TEXT]<4> {2}\r\n\r\n)',
    ]);
    assert.equal(await client.verdict('FETCH 1 BODY.PEEK[TEXT]<0.0>'), 'BAD');
    assert.equal(await client.verdict('FETCH 1 BODY[NONSENSE]'), 'BAD');
    const rfc822 = await fetch('1 (RFC822.HEADER RFC822.SIZE)');
    assert.deepEqual(rfc822, [
      `1 FETCH (RFC822.SIZE ${text.length} RFC822.HEADER {${header.length}}\r\n${header})`,
    ]);
  });

  test('sections and BINARY of a multipart', async () => {
    await other.append('INBOX', MULTIPART);
    await client.ok('NOOP');
    assert.deepEqual(
      await fetch(
        '1 (BODY.PEEK[1] BINARY.PEEK[1] BODY.PEEK[2.HEADER] BODY.PEEK[2.1] BODY.PEEK[2.TEXT] BINARY.PEEK[3] BINARY.SIZE[3])',
      ),
      [
        '1 FETCH (BODY[1] {15}\r\ngr=C3=BC=C3=9Fe BINARY[1] {7}\r\ngr\xc3\xbc\xc3\x9fe ' +
          'BODY[2.HEADER] {32}\r\nSubject: inner\r\nX-Inner: yes\r\n\r\n BODY[2.1] {10}\r\ninner body ' +
          'BODY[2.TEXT] {10}\r\ninner body BINARY[3] ~{4}\r\n\0\x01\x02\x03 BINARY.SIZE[3] 4)',
      ],
    );
    assert.equal(await client.verdict('FETCH 1 BINARY.PEEK[4]'), 'NO [UNKNOWN-CTE]');
    assert.equal(await client.verdict('FETCH 1 BINARY.PEEK[1.TEXT]'), 'BAD');
  });

  test('reading sets \\Seen, peeking does not', async () => {
    await fill('one', 'two', 'three');
    await fetch('1 (BODY.PEEK[] RFC822.HEADER)');
    assert.deepEqual(await fetch('1 FLAGS'), ['1 FETCH (FLAGS (\\Recent))']);
    for (const [number, item] of [
      [1, 'BODY[HEADER]'],
      [2, 'RFC822.TEXT'],
      [3, 'BINARY[1]'],
    ] as const) {
      const lines = await fetch(`${number} ${item}`);
      assert.equal(lines.length, 1);
      assert.match(lines[0] as string, / FLAGS \(\\Seen \\Recent\)\)$/);
    }
    assert.doesNotMatch((await fetch('1 BODY[TEXT]'))[0] as string, /FLAGS/);
    await other.append('INBOX', message('four'));
    await client.ok('EXAMINE INBOX');
    assert.doesNotMatch((await fetch('4 BODY[]'))[0] as string, /Seen/);
    assert.doesNotMatch((await fetch('4 FLAGS'))[0] as string, /Seen/);
  });

  test('PARTIAL takes a page from either end', async () => {
    await fill('one', 'two', 'three', 'four');
    const numbers = async (range: string) =>
      (await client.ok(`UID FETCH 1:* (UID) (PARTIAL ${range})`)).lines
        .map((line) => line.slice(0, 1))
        .join('');
    assert.equal(await numbers('1:2'), '12');
    assert.equal(await numbers('2:1'), '12');
    assert.equal(await numbers('-1:-2'), '34');
    assert.equal(await numbers('4:9'), '4');
    assert.equal(await numbers('7:9'), '');
    assert.equal(await client.verdict('UID FETCH 1:* (UID) (PARTIAL 1:-1)'), 'BAD');
  });
});

describe('STORE', () => {
  test('answers with the flags, silently or not', async () => {
    await fill('one', 'two');
    assert.deepEqual((await client.ok('STORE 1 +FLAGS (\\Seen todo)')).lines.slice(-1), [
      '1 FETCH (UID 1 FLAGS (\\Seen todo \\Recent))',
    ]);
    assert.deepEqual((await client.ok('STORE 1 +FLAGS (\\Seen)')).lines, [
      '1 FETCH (UID 1 FLAGS (\\Seen todo \\Recent))',
    ]);
    assert.deepEqual((await client.ok('STORE 1:2 FLAGS.SILENT (\\Draft)')).lines, []);
    assert.deepEqual(await fetch('1:2 FLAGS'), [
      '1 FETCH (FLAGS (\\Draft \\Recent))',
      '2 FETCH (FLAGS (\\Draft \\Recent))',
    ]);
    assert.deepEqual((await client.ok('UID STORE 2 -FLAGS \\Draft')).lines, [
      '2 FETCH (UID 2 FLAGS (\\Recent))',
    ]);
    assert.deepEqual((await client.ok('UID STORE 99 +FLAGS (\\Seen)')).lines, []);
  });

  test('new keywords are announced', async () => {
    await fill('one');
    const { lines } = await client.ok('STORE 1 +FLAGS ($Forwarded Fresh)');
    assert.equal(lines[0], 'FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded Fresh)');
    assert.match(lines[1] as string, /PERMANENTFLAGS/);
    assert.match(lines[2] as string, /FLAGS \(\$Forwarded Fresh \\Recent\)/);
    // Keywords have no case; the first spelling stays.
    await client.ok('STORE 1 +FLAGS (fresh $forwarded)');
    assert.match((await fetch('1 FLAGS'))[0] as string, /FLAGS \(\$Forwarded Fresh \\Recent\)/);
    assert.deepEqual((await client.ok('SEARCH KEYWORD FRESH')).lines, ['SEARCH 1']);
  });

  test('refusals', async () => {
    await fill('one');
    for (const flags of ['\\Nonsense', '\\Recent', '(\\Seen', '$deleted', 'a]b"']) {
      assert.equal(await client.verdict(`STORE 1 FLAGS ${flags}`), 'BAD', flags);
    }
    assert.equal(await client.verdict(`STORE 1 FLAGS ${'k'.repeat(300)}`), 'BAD [LIMIT]');
    assert.equal(await client.verdict('STORE 2 FLAGS (\\Seen)'), 'BAD');
    await client.ok('EXAMINE INBOX');
    assert.equal(await client.verdict('STORE 1 FLAGS (\\Seen)'), 'NO [READ-ONLY]');
    assert.equal(await client.verdict('EXPUNGE'), 'NO [READ-ONLY]');
    assert.equal(await client.verdict('MOVE 1 Drafts'), 'NO [READ-ONLY]');
  });

  test('changes of others survive and are told once', async () => {
    await fill('one');
    await other.ok('SELECT INBOX');
    await other.ok('STORE 1 +FLAGS (theirs)');
    const { lines } = await client.ok('STORE 1 +FLAGS.SILENT (mine)');
    assert.ok(
      lines.some(
        (line) => /FLAGS \(.*theirs.*mine|FLAGS \(.*mine.*theirs/.test(line) && line.includes('FETCH'),
      ),
      String(lines),
    );
    assert.deepEqual((await client.ok('NOOP')).lines, []);
    assert.match((await other.ok('NOOP')).text, /FETCH \(UID 1 FLAGS \(theirs mine/);
  });

  test('UNCHANGEDSINCE names exactly the failures', async () => {
    await fill('one', 'two', 'three');
    const modseqs = (await fetch('1:3 MODSEQ'))
      .filter((line) => line.includes('FETCH'))
      .map((line) => Number(/MODSEQ \((\d+)\)/.exec(line)?.[1]));
    const since = Math.max(...modseqs);
    await other.ok('SELECT INBOX');
    await other.ok('STORE 2 +FLAGS (\\Flagged)');
    const { lines, tagged } = await client.ok(`STORE 1:3 (UNCHANGEDSINCE ${since}) +FLAGS (\\Seen)`);
    assert.match(tagged, /^OK \[MODIFIED 2\]/);
    const fetched = lines.filter((line) => / FETCH /.test(line));
    assert.equal(fetched.length, 3);
    for (const number of [1, 3])
      assert.ok(
        fetched.some((line) =>
          line.startsWith(`${number} FETCH (UID ${number} FLAGS (\\Seen \\Recent) MODSEQ (`),
        ),
      );
    assert.match(
      (await client.ok(`UID STORE 1:3 (UNCHANGEDSINCE 0) +FLAGS (\\Answered)`)).tagged,
      /\[MODIFIED 1:3\]/,
    );
    // Silent, with CONDSTORE on: the modseq is told, the flags are not.
    assert.match(
      (await client.ok('STORE 1 +FLAGS.SILENT (\\Draft)')).text,
      /^\* 1 FETCH \(UID 1 MODSEQ \(\d+\)\)\r\nt/,
    );
  });
});

describe('COPY, MOVE, EXPUNGE', () => {
  test('COPY keeps flags, dates and the e-mail', async () => {
    await client.ok('CREATE target');
    await client.append('INBOX', message('one'), '(\\Flagged todo) "01-Feb-2020 10:00:00 +0000" ');
    const [id] = await fetch('1 EMAILID');
    assert.match((await client.ok('COPY 1 target')).tagged, /^OK \[COPYUID \d+ 1 1\]/);
    assert.equal(await client.verdict('COPY 1 nothing'), 'NO [TRYCREATE]');
    assert.match((await client.ok('UID COPY 77 target')).tagged, /^OK Nothing/);
    // Once more: another message, since one has one UID in a mailbox.
    assert.match((await client.ok('UID COPY 1 target')).tagged, /COPYUID \d+ 1 2\]/);
    await client.ok('SELECT target');
    assert.deepEqual(
      (await fetch('1:2 (FLAGS INTERNALDATE)')).map((line) => line.replace(' \\Recent', '')),
      [1, 2].map((n) => `${n} FETCH (FLAGS (\\Flagged todo) INTERNALDATE " 1-Feb-2020 10:00:00 +0000")`),
    );
    const ids = await fetch('1:2 EMAILID');
    assert.equal(ids[0], id);
    assert.notEqual(ids[1]?.slice(2), id?.slice(2));
  });

  test('MOVE tells COPYUID before the EXPUNGE', async () => {
    await client.ok('CREATE target');
    await fill('one', 'two', 'three');
    const { lines } = await client.ok('MOVE 1,3 target');
    assert.match(lines[0] as string, /^OK \[COPYUID \d+ 1,3 1:2\]/);
    assert.deepEqual(lines.slice(1), ['3 EXPUNGE', '1 EXPUNGE']);
    assert.deepEqual(await fetch('1:* UID'), ['1 FETCH (UID 2)']);
    assert.equal(await client.verdict('MOVE 1 nothing'), 'NO [TRYCREATE]');
    // Into itself: a new UID.
    const again = await client.ok('UID MOVE 2 INBOX');
    assert.match(again.text, /COPYUID \d+ 2 4\]/);
    assert.deepEqual(await fetch('1:* UID'), ['1 FETCH (UID 4)']);
  });

  test('EXPUNGE and UID EXPUNGE', async () => {
    await fill('1', '2', '3', '4');
    await client.ok('STORE 1,2,4 +FLAGS.SILENT (\\Deleted)');
    assert.deepEqual((await client.ok('UID EXPUNGE 2:3')).lines, ['2 EXPUNGE']);
    assert.deepEqual((await client.ok('EXPUNGE')).lines, ['3 EXPUNGE', '1 EXPUNGE']);
    assert.deepEqual((await client.ok('EXPUNGE')).lines, []);
    assert.deepEqual(await fetch('1:* UID'), ['1 FETCH (UID 3)']);
    assert.equal(await client.verdict('UID EXPUNGE'), 'BAD');
  });

  test('numbers stay while EXPUNGE may not be told', async () => {
    await fill('1', '2', '3');
    await other.ok('SELECT INBOX');
    await other.ok('STORE 2 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    await other.append('INBOX', message('4'));
    const fetched = await client.ask('FETCH 1:3 UID');
    assert.match(fetched.tagged, /^NO \[EXPUNGEISSUED\]/);
    assert.deepEqual(fetched.lines.slice(0, 2), ['1 FETCH (UID 1)', '3 FETCH (UID 3)']);
    assert.deepEqual(fetched.lines.slice(2), ['4 EXISTS', '3 RECENT']);
    assert.deepEqual((await client.ok('SEARCH ALL')).lines, ['SEARCH 1 3 4']);
    assert.deepEqual((await client.ok('STORE 3 +FLAGS (\\Seen)')).lines, [
      '3 FETCH (UID 3 FLAGS (\\Seen \\Recent))',
    ]);
    assert.equal(await client.verdict('STORE 2 +FLAGS (\\Seen)'), 'NO [EXPUNGEISSUED]');
    assert.equal(await client.verdict('COPY 1:2 Drafts'), 'NO [EXPUNGEISSUED]');
    assert.deepEqual((await client.ok('NOOP')).lines, ['2 EXPUNGE']);
    assert.deepEqual(await fetch('1:* UID'), ['1 FETCH (UID 1)', '2 FETCH (UID 3)', '3 FETCH (UID 4)']);
  });

  test('two clients expunging the same', async () => {
    await fill('1', '2');
    await other.ok('SELECT INBOX');
    await client.ok('STORE 1:2 +FLAGS (\\Deleted)');
    await client.ok('EXPUNGE');
    assert.deepEqual(
      (await other.ok('EXPUNGE')).lines.filter((line) => line.endsWith('EXPUNGE')),
      ['2 EXPUNGE', '1 EXPUNGE'],
    );
    assert.deepEqual(await fetch('* UID'), []);
  });

  test('a mailbox that is deleted under a session', async () => {
    await client.ok('CREATE target');
    await client.append('target', message('1'));
    await client.ok('SELECT target');
    await other.ok('DELETE target');
    assert.deepEqual((await client.ok('NOOP')).lines, ['1 EXPUNGE']);
    assert.equal(await client.verdict('UID FETCH 1 FLAGS'), 'NO [NONEXISTENT]');
    assert.equal(await client.verdict('UID SEARCH ALL'), 'NO [NONEXISTENT]');
    await client.ok('CLOSE');
  });
});

describe('limits of one command', () => {
  test('the highest UIDs are worked on, and what must be whole is refused', async () => {
    await fill('1', '2', '3', '4');
    world.settings.maxMessagesPerCommand = 2;
    world.settings.maxMessagesPerSave = 3;
    try {
      assert.match((await client.ok('CAPABILITY')).text, / MESSAGELIMIT=2 SAVELIMIT=3 /);
      const fetched = await client.ok('FETCH 1:* UID');
      assert.deepEqual(fetched.lines, ['3 FETCH (UID 3)', '4 FETCH (UID 4)']);
      assert.match(fetched.tagged, /^OK \[MESSAGELIMIT 2 3\]/);
      const searched = await client.ok('SEARCH ALL');
      assert.deepEqual(searched.lines, ['SEARCH 3 4']);
      assert.match(searched.tagged, /^OK \[MESSAGELIMIT 2 3\]/);
      assert.match((await client.ok('UID SEARCH UID 1:3')).text, /SEARCH 2 3\r\n.* OK \[MESSAGELIMIT 2 2\]/);
      assert.match((await client.ok('UID STORE 1:4 +FLAGS (\\Deleted)')).tagged, /^OK \[MESSAGELIMIT 2 3\]/);
      assert.match((await client.ok('UID STORE 1:2 +FLAGS (\\Deleted)')).tagged, /^OK Stored/);
      assert.equal(await client.verdict('COPY 1:4 Drafts'), 'NO [MESSAGELIMIT 3]');
      assert.equal(await client.verdict('MOVE 1:4 Drafts'), 'NO [MESSAGELIMIT 3]');
      assert.equal(
        await client.verdict('APPEND INBOX {1+}\r\na {1+}\r\nb {1+}\r\nc {1+}\r\nd'),
        'NO [MESSAGELIMIT 3]',
      );
      const expunged = await client.ok('UID EXPUNGE 1:3');
      assert.deepEqual(expunged.lines, ['3 EXPUNGE', '2 EXPUNGE']);
      assert.match(expunged.tagged, /^OK \[MESSAGELIMIT 2 2\]/);
      assert.deepEqual((await client.ok('EXPUNGE')).lines, ['2 EXPUNGE', '1 EXPUNGE']);
    } finally {
      delete world.settings.maxMessagesPerCommand;
      delete world.settings.maxMessagesPerSave;
    }
  });
});
