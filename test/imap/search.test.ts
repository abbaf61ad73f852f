// SEARCH, ESEARCH, SORT and THREAD over IMAP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { holdClock } from '../../src/base/index.ts';
import { type ImapClient, type ImapWorld, openImapWorld } from './world.ts';

let world: ImapWorld;
let client: ImapClient;

interface Mail {
  readonly subject: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly date?: string;
  readonly arrived?: string;
  readonly flags?: string;
  readonly headers?: string;
  readonly body?: string;
}

const MESSAGES: readonly Mail[] = [
  {
    subject: 'Zebra crossing',
    from: '"Ann, the First" <ann@example.org>',
    to: 'Team: carl@example.org, dora@example.org;',
    date: 'Mon, 02 Feb 2026 23:30:00 -0800',
    arrived: '03-Feb-2026 12:00:00 +0000',
    flags: '(\\Seen)',
    body: 'The quick brown Fox\r\njumps over the fence\r\n',
  },
  {
    subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=',
    from: '=?utf-8?B?SsO8cmdlbg==?= <juergen@koeln.example>',
    cc: 'Ann <ann@example.org>',
    date: 'Tue, 03 Feb 2026 00:30:00 +0900',
    arrived: '04-Feb-2026 12:00:00 +0000',
    flags: '(\\Flagged todo)',
    headers:
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n',
    body: `${Buffer.from('Die Straße ist lang.').toString('base64')}\r\n`,
  },
  {
    subject: 'Re: zebra crossing',
    from: 'bob@example.org',
    to: 'ann@example.org',
    date: 'Wed, 04 Feb 2026 10:00:00 +0000',
    arrived: '05-Feb-2026 12:00:00 +0000',
    flags: '(\\Deleted)',
    headers: 'X-Empty:\r\nX-Mood: Happy\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n',
    body: '<p>fox &amp; hound</p><script>hidden</script>\r\n',
  },
  {
    subject: 'apples',
    from: 'Zoe <a@example.org>',
    to: 'zz@example.org',
    arrived: '05-Feb-2026 23:59:59 +0000',
    body: `${'long '.repeat(100)}\r\n`,
  },
];

before(async () => {
  world = await openImapWorld();
  await world.user('ann');
  client = await world.login('ann');
  for (const [i, mail] of MESSAGES.entries()) {
    const { subject, from, to, cc, date, headers = '', body = '' } = mail;
    const text =
      `From: ${from}\r\n${to ? `To: ${to}\r\n` : ''}${cc ? `Cc: ${cc}\r\n` : ''}Subject: ${subject}\r\n` +
      `${date ? `Date: ${date}\r\n` : ''}Message-ID: <m${i + 1}@example.org>\r\n${headers}\r\n${body}`;
    await client.append('INBOX', text, `${mail.flags ?? '()'} "${mail.arrived}" `);
  }
  await client.ok('SELECT INBOX');
});
after(async () => {
  client.close();
  await world.close();
});

/** Numbers found, as one text. */
const found = async (keys: string): Promise<string> => {
  const { lines } = await client.ok(`SEARCH ${keys}`);
  const line = lines.find((one) => one.startsWith('SEARCH'));
  return (line as string).slice('SEARCH'.length).trim();
};

describe('SEARCH', () => {
  const cases: readonly [keys: string, numbers: string][] = [
    ['ALL', '1 2 3 4'],
    ['SEEN', '1'],
    ['UNSEEN', '2 3 4'],
    ['FLAGGED', '2'],
    ['UNFLAGGED', '1 3 4'],
    ['DELETED', '3'],
    ['UNDELETED', '1 2 4'],
    ['ANSWERED', ''],
    ['UNANSWERED DRAFT', ''],
    ['UNDRAFT', '1 2 3 4'],
    ['SEEN UNSEEN', ''],
    ['NOT ALL', ''],
    ['NOT SEEN NOT DELETED', '2 4'],
    ['UNSEEN UNDELETED UNDRAFT', '2 4'],
    ['NOT (UNSEEN UNDELETED)', '1 3'],
    ['OR DELETED SEEN', '1 3'],
    ['1:* UNSEEN', '2 3 4'],
    ['2:* UNSEEN UNDELETED', '2 4'],
    ['UID 2:3 UNSEEN UNDELETED', '2'],
    ['UID 1:* DELETED', '3'],
    ['FLAGGED KEYWORD todo', '2'],
    ['UNFLAGGED KEYWORD todo', ''],
    ['KEYWORD todo', '2'],
    ['KEYWORD TODO', '2'],
    ['UNKEYWORD todo', '1 3 4'],
    ['KEYWORD other', ''],
    ['NEW', '2 3 4'],
    ['RECENT', '1 2 3 4'],
    ['OLD', ''],
    ['2:3', '2 3'],
    ['*', '4'],
    ['9:*', '4'],
    ['7', ''],
    ['UID 1,3', '1 3'],
    ['NOT UID 1,3', '2 4'],
    ['OR SEEN FLAGGED', '1 2'],
    ['(OR SEEN FLAGGED) NOT 1', '2'],
    ['NOT (SEEN)', '2 3 4'],
    ['OR (OR 1 2) NOT (NOT 3)', '1 2 3'],
    ['SINCE 4-Feb-2026', '2 3 4'],
    ['BEFORE 4-Feb-2026', '1'],
    ['ON 5-Feb-2026', '3 4'],
    ['SENTON 2-Feb-2026', '1'],
    ['SENTON 3-Feb-2026', '2'],
    ['SENTSINCE 3-Feb-2026', '2 3'],
    ['SENTBEFORE "3-Feb-2026"', '1'],
    ['NOT SENTSINCE 1-Jan-2020', '4'],
    ['LARGER 500', '4'],
    ['SMALLER 100000', '1 2 3 4'],
    ['SUBJECT zebra', '1 3'],
    ['SUBJECT ebr', '1 3'],
    ['FROM first', '1'],
    ['FROM "ann, the"', '1'],
    ['FROM example.org', '1 3 4'],
    ['FROM JUERGEN@koeln', '2'],
    ['TO team', '1'],
    ['TO dora', '1'],
    ['CC ann', '2'],
    ['CC ""', '2'],
    ['BCC ""', ''],
    ['BODY fox', '1 3'],
    ['BODY "brown Fox"', '1'],
    ['BODY "fox & hound"', '3'],
    ['BODY hidden', ''],
    ['BODY zebra', ''],
    ['TEXT zebra', '1 3'],
    ['TEXT "x-mood: happy"', '3'],
    ['HEADER X-Mood hap', '3'],
    ['HEADER x-mood sad', ''],
    ['HEADER X-Empty ""', '3'],
    ['HEADER X-None ""', ''],
    ['HEADER Message-ID m2@', '2'],
    ['HEADER Subject Zebra', '1 3'],
    ['NOT BODY fox', '2 4'],
    ['OR BODY fox FLAGGED', '1 2 3'],
    ['UIDAFTER 2', '3 4'],
    ['UIDBEFORE 2', '1'],
  ];
  for (const [keys, numbers] of cases) {
    test(keys, async () => assert.equal(await found(keys), numbers));
  }

  test('nothing is unseen once all was read, and something is again after that', async () => {
    const other = await world.login('ann');
    try {
      await other.ok('CREATE read');
      for (let n = 0; n < 3; n++) await other.append('read', 'Subject: x\r\n\r\n', '(\\Seen) ');
      await other.ok('SELECT read');
      const numbers = async (keys: string) =>
        (await other.ok(`SEARCH ${keys}`)).lines.find((line) => line.startsWith('SEARCH'));
      assert.equal(await numbers('UNSEEN'), 'SEARCH');
      assert.equal(await numbers('SEEN'), 'SEARCH 1 2 3');
      assert.equal(await numbers('DELETED'), 'SEARCH');
      await other.ok('STORE 2 -FLAGS (\\Seen)');
      await other.ok('STORE 3 +FLAGS (\\Deleted)');
      assert.equal(await numbers('UNSEEN'), 'SEARCH 2');
      assert.equal(await numbers('SEEN UNDELETED'), 'SEARCH 1');
      assert.equal(await numbers('DELETED'), 'SEARCH 3');
      await other.append('read', 'Subject: x\r\n\r\n');
      await other.ok('NOOP');
      assert.equal(await numbers('UNSEEN'), 'SEARCH 2 4');
    } finally {
      other.close();
    }
  });

  test('texts beyond ASCII', async () => {
    const utf8 = (text: string) => Buffer.from(text).toString('latin1');
    const literal = (text: string) => `{${utf8(text).length}+}\r\n${utf8(text)}`;
    assert.equal(await found(`CHARSET UTF-8 SUBJECT ${literal('GRÜSSE')}`), '');
    assert.equal(await found(`CHARSET UTF-8 SUBJECT ${literal('GRÜßE')}`), '2');
    assert.equal(await found(`CHARSET utf-8 BODY ${literal('straße')}`), '2');
    assert.equal(await found('CHARSET ISO-8859-1 FROM {2+}\r\nj\xfc'), '2');
    assert.equal(await client.verdict('SEARCH CHARSET X-NONE ALL'), 'NO [BADCHARSET (US-ASCII UTF-8)]');
  });

  test('OLDER and YOUNGER', async () => {
    const release = holdClock(() => Date.UTC(2026, 1, 5, 12, 0, 10));
    try {
      assert.equal(await found('YOUNGER 60'), '3 4');
      assert.equal(await found('OLDER 60'), '1 2');
    } finally {
      release();
    }
  });

  test('ids', async () => {
    const { lines } = await client.ok('FETCH 2 (EMAILID THREADID)');
    const [, email, thread] = /EMAILID \((\w+)\) THREADID \((\w+)\)/.exec(lines[0] as string) ?? [];
    assert.equal(await found(`EMAILID ${email}`), '2');
    assert.equal(await found(`THREADID ${thread}`), '2');
    assert.equal(await found('EMAILID zzzz'), '');
  });

  test('what is no search is BAD', async () => {
    for (const keys of [
      '',
      'NONSENSE',
      '(ALL',
      'ON 31-Feb-2026',
      'LARGER x',
      'OR ALL',
      'NOT',
      'RETURN (ALL',
      '0',
    ]) {
      assert.equal(await client.verdict(`SEARCH ${keys}`), 'BAD', keys);
    }
  });
});

describe('ESEARCH', () => {
  const esearch = async (command: string): Promise<string | undefined> => {
    const { lines } = await client.ok(command);
    return lines.find((line) => line.startsWith('ESEARCH'))?.replace(/\(TAG "t\d+"\)/, 'TAG');
  };

  test('options', async () => {
    assert.equal(await esearch('SEARCH RETURN () 1:3'), 'ESEARCH TAG ALL 1:3');
    assert.equal(await esearch('SEARCH RETURN (ALL) 1,2,4'), 'ESEARCH TAG ALL 1:2,4');
    assert.equal(
      await esearch('UID SEARCH RETURN (MIN MAX COUNT) UNSEEN'),
      'ESEARCH TAG UID MIN 2 MAX 4 COUNT 3',
    );
    assert.equal(await esearch('SEARCH RETURN (MIN MAX COUNT ALL) ANSWERED'), 'ESEARCH TAG COUNT 0');
    assert.equal(await esearch('SEARCH RETURN (PARTIAL 2:3) ALL'), 'ESEARCH TAG PARTIAL (2:3 2:3)');
    assert.equal(await esearch('SEARCH RETURN (PARTIAL -1:-2) ALL'), 'ESEARCH TAG PARTIAL (-1:-2 3:4)');
    assert.equal(await esearch('SEARCH RETURN (PARTIAL 8:9) ALL'), 'ESEARCH TAG PARTIAL (8:9 NIL)');
    assert.equal(await client.verdict('SEARCH RETURN (PARTIAL 1:*) ALL'), 'BAD');
    assert.equal(await client.verdict('SEARCH RETURN (NONSENSE) ALL'), 'BAD');
  });

  test('MODSEQ of what was asked for', async () => {
    const { lines } = await client.ok('FETCH 1:4 MODSEQ');
    const modseqs = lines.flatMap((line) => /FETCH \(MODSEQ \((\d+)\)/.exec(line)?.[1] ?? []);
    const [first, , , last] = modseqs;
    assert.equal(await esearch('SEARCH RETURN (MIN) MODSEQ 1'), `ESEARCH TAG MIN 1 MODSEQ ${first}`);
    assert.equal(await esearch('SEARCH RETURN (MAX) MODSEQ 1'), `ESEARCH TAG MAX 4 MODSEQ ${last}`);
    assert.equal(await esearch('SEARCH RETURN (COUNT) MODSEQ 1'), `ESEARCH TAG COUNT 4 MODSEQ ${last}`);
    const plain = await client.ok(`SEARCH MODSEQ "/flags/\\\\seen" all ${last}`);
    assert.deepEqual(plain.lines, [`SEARCH 4 (MODSEQ ${last})`]);
  });

  test('SAVE keeps the result as $', async () => {
    assert.deepEqual((await client.ok('SEARCH RETURN (SAVE) UNSEEN')).lines, []);
    assert.equal(await found('$'), '2 3 4');
    assert.equal(await found('$ NOT FLAGGED'), '3 4');
    assert.equal((await client.ok('UID FETCH $ UID')).lines.length, 3);
    assert.equal((await client.ok('FETCH $ UID')).lines.length, 3);
    await client.ok('SEARCH RETURN (SAVE MIN MAX) UNSEEN');
    assert.equal(await found('$'), '2 4');
    await client.ok('SEARCH RETURN (SAVE COUNT MIN) UNSEEN');
    assert.equal(await found('$'), '2 3 4');
    assert.equal(await client.verdict('SEARCH RETURN (SAVE) NONSENSE'), 'BAD');
    assert.equal(await found('$'), '2 3 4');
    assert.equal(
      await client.verdict('SEARCH RETURN (SAVE) CHARSET X-NONE ALL'),
      'NO [BADCHARSET (US-ASCII UTF-8)]',
    );
    assert.equal(await found('$'), '');
    assert.deepEqual((await client.ok('FETCH $ UID')).lines, []);
    assert.deepEqual((await client.ok('STORE $ +FLAGS (\\Seen)')).lines, []);
  });

  test('rev2 clients always get it', async () => {
    const second = await world.login('ann');
    await second.ok('ENABLE IMAP4rev2');
    await second.ok('SELECT INBOX');
    assert.match((await second.ok('SEARCH SEEN')).lines[0] as string, /^ESEARCH \(TAG "t\d+"\) ALL 1$/);
    await second.ok('ENABLE UTF8=ACCEPT');
    assert.equal(await second.verdict('SEARCH CHARSET UTF-8 ALL'), 'BAD');
    second.close();
  });
});

describe('SORT', () => {
  const sorted = async (keys: string): Promise<string> =>
    ((await client.ok(`SORT (${keys}) UTF-8 ALL`)).lines.at(-1) as string).replace(/^SORT ?/, '');
  const cases: readonly [keys: string, numbers: string][] = [
    ['ARRIVAL', '1 2 3 4'],
    ['REVERSE ARRIVAL', '4 3 2 1'],
    ['DATE', '2 1 3 4'],
    ['SUBJECT', '4 2 1 3'],
    ['REVERSE SUBJECT', '1 3 2 4'],
    ['FROM', '4 1 3 2'],
    ['TO', '2 3 1 4'],
    ['CC', '1 3 4 2'],
    ['DISPLAYFROM', '1 3 2 4'],
    ['DISPLAYTO', '2 3 1 4'],
    ['SUBJECT REVERSE DATE', '4 2 3 1'],
  ];
  for (const [keys, numbers] of cases) {
    test(keys, async () => assert.equal(await sorted(keys), numbers));
  }

  test('SIZE, UID SORT, ESORT', async () => {
    assert.equal((await sorted('SIZE')).at(-1), '4');
    assert.deepEqual((await client.ok('UID SORT (REVERSE ARRIVAL) UTF-8 2:3')).lines, ['SORT 3 2']);
    const { lines } = await client.ok('UID SORT RETURN (MIN MAX ALL COUNT) (REVERSE ARRIVAL) UTF-8 ALL');
    assert.match(lines[0] as string, /^ESEARCH \(TAG "t\d+"\) UID MIN 4 MAX 1 COUNT 4 ALL 4,3,2,1$/);
    for (const bad of ['() UTF-8 ALL', '(NONSENSE) UTF-8 ALL', '(DATE) ALL', '(REVERSE) UTF-8 ALL']) {
      assert.equal(await client.verdict(`SORT ${bad}`), 'BAD', bad);
    }
    assert.equal(await client.verdict('SORT (DATE) X-NONE ALL'), 'NO [BADCHARSET (US-ASCII UTF-8)]');
  });
});

describe('UIDBATCHES', () => {
  test('tiles the UIDs, newest first', async () => {
    const batches = async (args: string) =>
      (await client.ok(`UIDBATCHES ${args}`)).lines.at(-1)?.replace(/\(TAG "t\d+"\)/, 'TAG');
    assert.equal(await batches('500'), 'UIDBATCHES TAG 4:1');
    world.settings.minUidBatchSize = 1;
    assert.equal(await batches('1'), 'UIDBATCHES TAG 4:4,3:3,2:2,1:1');
    assert.equal(await batches('3'), 'UIDBATCHES TAG 4:2,1:1');
    assert.equal(await batches('1 2:3'), 'UIDBATCHES TAG 3:3,2:2');
    assert.equal(await batches('1 7:9'), 'UIDBATCHES TAG');
    assert.equal(await client.verdict('UIDBATCHES 1 3:2'), 'BAD [CLIENTBUG]');
    world.settings.maxUidBatches = 3;
    assert.equal(await client.verdict('UIDBATCHES 1'), 'NO [TOOMANY]');
    delete world.settings.maxUidBatches;
    delete world.settings.minUidBatchSize;
    assert.equal(await client.verdict('UIDBATCHES 499'), 'NO [TOOFEW]');
    assert.equal(await client.verdict('UIDBATCHES'), 'BAD');
  });
});

describe('THREAD', () => {
  const ids = (...list: string[]) => list.map((id) => `<${id}@t>`).join(' ');
  const threads = async (mailbox: string, mails: readonly (readonly [id: string, headers: string])[]) => {
    await client.ok(`CREATE ${mailbox}`);
    for (const [i, [id, headers]] of mails.entries()) {
      const date = `Date: ${String(i + 1).padStart(2, '0')} Feb 2026 00:00:00 +0000\r\n`;
      await client.append(mailbox, `${id ? `Message-ID: <${id}@t>\r\n` : ''}${date}${headers}\r\n\r\nx`);
    }
    await client.ok(`SELECT ${mailbox}`);
    const [line] = (await client.ok('THREAD REFERENCES UTF-8 ALL')).lines;
    return (line as string).replace(/^THREAD ?/, '');
  };

  test('trees of References', async () => {
    assert.equal(
      await threads('t1', [
        ['a', 'Subject: one'],
        ['b', `Subject: Re: one\r\nReferences: ${ids('a')}`],
        ['c', `Subject: Re: one\r\nReferences: ${ids('a', 'b')}`],
        ['d', `Subject: Re: one\r\nReferences: ${ids('a')}`],
        ['e', 'Subject: other'],
        ['f', `Subject: Re: other\r\nIn-Reply-To: ${ids('e')}`],
      ]),
      '(1 (2 3)(4))(5 6)',
    );
  });

  test('messages that are not there, and siblings below them', async () => {
    assert.equal(
      await threads('t2', [
        ['b', `Subject: x\r\nReferences: ${ids('gone')}`],
        ['c', `Subject: y\r\nReferences: ${ids('gone')}`],
        ['d', `Subject: z\r\nReferences: ${ids('lost', 'b')}`],
      ]),
      '((1 3)(2))',
    );
  });

  test('subjects join, and a reply goes below what it answers', async () => {
    assert.equal(
      await threads('t3', [
        ['a', 'Subject: same'],
        ['b', 'Subject: Re: same'],
        ['c', 'Subject: fwd: same'],
        ['d', 'Subject: [list] same'],
      ]),
      '((1 (2)(3))(4))',
    );
  });

  test('loops, duplicates and messages without identifiers', async () => {
    assert.equal(
      await threads('t4', [
        ['a', `Subject: l1\r\nReferences: ${ids('b')}`],
        ['b', `Subject: l2\r\nReferences: ${ids('a')}`],
        ['a', 'Subject: l3'],
        ['', 'Subject: l4'],
        ['self', `Subject: l5\r\nReferences: ${ids('self')}`],
      ]),
      '(2 1)(3)(4)(5)',
    );
  });

  test('ORDEREDSUBJECT', async () => {
    await threads('t5', [
      ['a', 'Subject: one'],
      ['b', 'Subject: two'],
      ['c', 'Subject: Re: one'],
      ['d', 'Subject: Re: one'],
    ]);
    assert.deepEqual((await client.ok('UID THREAD ORDEREDSUBJECT UTF-8 ALL')).lines, [
      'THREAD (1 (3)(4))(2)',
    ]);
    assert.deepEqual((await client.ok('THREAD REFERENCES UTF-8 ANSWERED')).lines, ['THREAD']);
    assert.equal(await client.verdict('THREAD NONSENSE UTF-8 ALL'), 'BAD');
  });

  test('a very deep tree', async () => {
    const chain = Array.from(
      { length: 300 },
      (_, i) =>
        [`d${i}`, i === 0 ? 'Subject: s' : `Subject: Re: s\r\nReferences: ${ids(`d${i - 1}`)}`] as const,
    );
    assert.match(await threads('t6', chain), /^\(1 2 3 .* 300\)$/);
  });
});
