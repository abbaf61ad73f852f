import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cursor, ImapSyntaxError, type RawCommand } from './cursor.ts';
import { DAY_MS, formatDateTime, parseDate, readDateTime } from './date.ts';
import { type FetchArguments, formatSection, parseFetchArguments } from './fetch.ts';
import { flagOf, keywordOf, parseFlagList, parseStoreArguments } from './flags.ts';
import { fuzz } from './fuzz.ts';
import {
  parseAppendArguments,
  parseCreateArguments,
  parseListArguments,
  parseSelectArguments,
  parseStatusItems,
} from './mailbox-arguments.ts';
import { parseSearchArguments } from './search.ts';

function whole<T>(parse: (cursor: Cursor) => T): (line: string) => T {
  return (line) => {
    const cursor = Cursor.of(line);
    const value = parse(cursor);
    cursor.end();
    return value;
  };
}

const fetch = whole(parseFetchArguments);
const search = whole(parseSearchArguments);
const store = whole(parseStoreArguments);
const list = whole(parseListArguments);
const select = whole(parseSelectArguments);
const create = whole(parseCreateArguments);
const status = whole(parseStatusItems);

const rejects = (parse: (line: string) => unknown, ...lines: string[]): void => {
  for (const line of lines) assert.throws(() => parse(line), ImapSyntaxError, line);
};

test('FETCH macros stand alone', () => {
  const names = (args: FetchArguments): string[] => args.items.map((i) => i.item);
  assert.deepEqual(names(fetch('FAST')), ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']);
  assert.deepEqual(names(fetch('all')), ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE']);
  assert.deepEqual(names(fetch('FULL')), ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY']);
  rejects(fetch, '(ALL)', '(FLAGS FAST)', '()', '', 'FLAGS UID', '(FLAGS', 'NOSUCH');
});

test('FETCH sections and their names in the answer', () => {
  const label = (line: string): string => {
    const item = fetch(line).items[0];
    assert.ok(item !== undefined && 'label' in item);
    return item.label;
  };
  assert.equal(label('BODY[]'), 'BODY[]');
  assert.equal(label('body.peek[text]<10.20>'), 'BODY[TEXT]<10>');
  assert.equal(label('BODY[1.2.MIME]'), 'BODY[1.2.MIME]');
  assert.equal(label('BODY[HEADER.FIELDS (from "X Y")]'), 'BODY[HEADER.FIELDS (from "X Y")]');
  assert.equal(label('BODY[3.HEADER.FIELDS.NOT (a)]<0.1>'), 'BODY[3.HEADER.FIELDS.NOT (a)]<0>');
  assert.equal(label('RFC822.HEADER'), 'RFC822.HEADER');
  assert.equal(label('BINARY.PEEK[1.2]<3.4>'), 'BINARY[1.2]<3>');
  assert.equal(label('BINARY.SIZE[]'), 'BINARY.SIZE[]');
  rejects(
    fetch,
    'BODY[MIME]',
    'BODY[1.]',
    'BODY[0]',
    'BODY[1',
    'BODY[]<1>',
    'BODY[]<0.0>',
    'BODY[HEADER.FIELDS]',
    'BODY[HEADER.FIELDS ()]',
    'BINARY[TEXT]',
    'BODY.PEEK',
    `BODY[${'1.'.repeat(300)}1]`,
  );
});

test('FETCH peeks and sets \\Seen as named', () => {
  const peek = (line: string): boolean => {
    const item = fetch(line).items[0];
    assert.ok(item !== undefined && 'peek' in item);
    return item.peek;
  };
  assert.deepEqual(
    ['BODY[]', 'BODY.PEEK[]', 'RFC822', 'RFC822.HEADER', 'RFC822.TEXT', 'BINARY[1]', 'BINARY.PEEK[1]'].map(
      peek,
    ),
    [false, true, false, true, false, false, true],
  );
});

test('FETCH modifiers', () => {
  const args = fetch('(UID PREVIEW (LAZY) FLAGS FLAGS) (CHANGEDSINCE 12 VANISHED)');
  assert.equal(args.changedSince, 12);
  assert.equal(args.vanished, true);
  assert.deepEqual(args.items, [{ item: 'UID' }, { item: 'PREVIEW', lazy: true }, { item: 'FLAGS' }]);
  assert.deepEqual(fetch('UID (PARTIAL -1:-30)').partial, { first: -1, last: -30 });
  rejects(fetch, 'FLAGS (VANISHED)', 'FLAGS (NOSUCH)', 'FLAGS ()', 'UID (PARTIAL 1:-2)');
});

test('SEARCH keys', () => {
  assert.deepEqual(search('ALL').key, { key: 'all' });
  assert.deepEqual(search('OR SEEN NOT (FROM "x" 1:3)').key, {
    key: 'or',
    left: { key: 'flag', flag: '\\Seen', present: true },
    right: {
      key: 'not',
      term: {
        key: 'and',
        terms: [
          { key: 'text', field: 'from', value: 'x' },
          { key: 'set', set: { saved: false, ranges: [1, 3] }, uid: false },
        ],
      },
    },
  });
  assert.deepEqual(search('CHARSET utf-8 BEFORE "1-Feb-2001"'), {
    options: undefined,
    charset: 'UTF-8',
    key: { key: 'date', field: 'internal', test: 'before', day: Date.UTC(2001, 1, 1) },
  });
  assert.deepEqual(search('MODSEQ "/flags/\\\\draft" all 620').key, { key: 'modseq', modseq: 620 });
  assert.deepEqual(search('UID 5:* $').key, {
    key: 'and',
    terms: [
      { key: 'set', set: { saved: false, ranges: [5, 0x1_0000_0000] }, uid: true },
      { key: 'set', set: { saved: true, ranges: [] }, uid: false },
    ],
  });
  rejects(
    search,
    '',
    '()',
    'SEEN  ALL',
    'NOT',
    'OR SEEN',
    'FROM',
    'ON 31-Feb-2001',
    'LARGER x',
    'X-KEY',
    'SEEN)',
    'HEADER x',
  );
});

test('SEARCH RETURN options', () => {
  assert.deepEqual(search('RETURN () ALL').options, {
    min: false,
    max: false,
    all: true,
    count: false,
    save: false,
    partial: undefined,
  });
  assert.equal(search('RETURN (SAVE) ALL').options?.all, false);
  assert.equal(search('return (min max count) all').options?.all, false);
  rejects(search, 'RETURN (NOSUCH) ALL', 'RETURN ALL', 'RETURN (ALL PARTIAL 1:2) ALL', 'RETURN ()');
});

test('nesting of a search is bounded', () => {
  assert.equal(search(`${'NOT '.repeat(90)}SEEN`).key.key, 'not');
  rejects(search, `${'NOT '.repeat(5000)}SEEN`, `${'('.repeat(30_000)}SEEN`);
});

test('STORE', () => {
  assert.deepEqual(store('+FLAGS.SILENT (\\seen Work $junk)'), {
    operation: 'add',
    silent: true,
    flags: ['\\Seen', 'Work', '$Junk'],
    unchangedSince: undefined,
  });
  assert.deepEqual(store('(UNCHANGEDSINCE 7) FLAGS \\Deleted \\important'), {
    operation: 'replace',
    silent: false,
    flags: ['\\Deleted', '$Important'],
    unchangedSince: 7,
  });
  assert.deepEqual(store('-FLAGS ()').flags, []);
  rejects(
    store,
    'FLAGS',
    'FLAGS \\Recent',
    'FLAGS (\\foo)',
    'FLAG x',
    '(FOO 1) FLAGS x',
    `FLAGS ${'k'.repeat(256)}`,
    'FLAGS $deleted',
  );
});

test('flags and keywords name each other', () => {
  for (const flag of ['\\Seen', '\\Draft', '\\Flagged', '\\Answered', '$Forwarded', '$MDNSent', '$NotJunk']) {
    assert.equal(flagOf(keywordOf(flag)), flag);
  }
  assert.equal(keywordOf('Work'), 'work');
  assert.deepEqual(whole(parseFlagList)('(\\ANSWERED $seen)'), ['\\Answered', '\\Seen']);
});

test('LIST with and without RFC 5258', () => {
  assert.deepEqual(list('"" *'), {
    selection: new Set(),
    reference: '',
    patterns: ['*'],
    extended: false,
    returnSubscribed: false,
    returnChildren: false,
    returnSpecialUse: false,
    returnStatus: undefined,
  });
  const args = list('(SUBSCRIBED RECURSIVEMATCH) "" (a% "b c") RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))');
  assert.deepEqual([...args.selection], ['SUBSCRIBED', 'RECURSIVEMATCH']);
  assert.deepEqual(args.patterns, ['a%', 'b c']);
  assert.equal(args.returnChildren, true);
  assert.deepEqual(args.returnStatus, ['MESSAGES', 'UIDNEXT']);
  rejects(
    list,
    '(RECURSIVEMATCH) "" *',
    '(REMOTE RECURSIVEMATCH) "" *',
    '(FOO) "" *',
    '"" * RETURN (FOO)',
    '"" ()',
    '""',
  );
});

test('SELECT parameters', () => {
  assert.deepEqual(select('INBOX (QRESYNC (67890007 90060115194045 41:211,214 (5,9 6,10)))'), {
    mailbox: 'INBOX',
    condstore: false,
    qresync: {
      uidValidity: 67890007,
      modseq: 90060115194045,
      knownUids: { saved: false, ranges: [41, 211, 214, 214] },
      match: {
        numbers: { saved: false, ranges: [5, 5, 9, 9] },
        uids: { saved: false, ranges: [6, 6, 10, 10] },
      },
    },
  });
  assert.equal(select('x (CONDSTORE)').condstore, true);
  assert.equal(select('x (QRESYNC (1 2 (1 2)))').qresync?.knownUids, undefined);
  assert.equal(select('x (QRESYNC (1 2))').qresync?.modseq, 2);
  rejects(select, 'x ()', 'x (FOO)', 'x (QRESYNC (0 1))', 'x (QRESYNC (1 2 1:*))', 'x (QRESYNC 1 2)', '');
});

test('CREATE and STATUS', () => {
  assert.deepEqual(create('a/b (USE (\\Sent \\DRAFTS))'), { mailbox: 'a/b', use: ['\\sent', '\\drafts'] });
  assert.deepEqual(status('(messages recent messages)'), ['MESSAGES', 'RECENT']);
  rejects(create, 'a (FOO)', 'a (USE (Sent))', 'a (USE \\Sent)');
  rejects(status, '()', '(FOO)', 'MESSAGES');
});

test('APPEND of several messages', () => {
  const content = Buffer.from('x');
  const command: RawCommand = {
    lines: ['box (\\Seen) "17-Jul-1996 02:44:25 -0700" {1}', ' ~{1+}', ' UTF8 (~{1}', ')'],
    literals: [
      { size: 1, binary: false, content },
      { size: 1, binary: true, content },
      { size: 1, binary: true, content },
    ],
  };
  const cursor = new Cursor(command);
  const args = parseAppendArguments(cursor);
  cursor.end();
  assert.equal(args.mailbox, 'box');
  assert.deepEqual(
    args.messages.map((m) => [m.flags, m.date?.time, m.literal.binary, m.utf8]),
    [
      [['\\Seen'], Date.UTC(1996, 6, 17, 9, 44, 25), false, false],
      [[], undefined, true, false],
      [[], undefined, true, true],
    ],
  );
  rejects(whole(parseAppendArguments), 'box', 'box "text"', 'box (\\Seen)', 'box {1}');
});

test('date-time text comes back to the same second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -30_000_000_000, max: 200_000_000_000 }),
      fc.integer({ min: -840, max: 840 }),
      (seconds, zone) => {
        const text = formatDateTime(seconds * 1000, zone);
        assert.equal(text.length, 26);
        assert.deepEqual(readDateTime(text), { time: seconds * 1000, zone });
      },
    ),
  );
  assert.equal(formatDateTime(0), ' 1-Jan-1970 00:00:00 +0000');
  for (const text of [
    '1-Jan-1970 00:00:00 +0000',
    '31-Feb-1970 00:00:00 +0000',
    '01-Jan-1970 24:00:00 +0000',
    '',
  ]) {
    assert.equal(readDateTime(text), undefined, text);
  }
});

test('dates of SEARCH', () => {
  const date = whole(parseDate);
  assert.equal(date('1-Jan-1970'), 0);
  assert.equal(date('"02-jan-1970"'), DAY_MS);
  assert.equal(date('29-Feb-2000') - date('28-Feb-2000'), DAY_MS);
  rejects(date, '0-Jan-1970', '30-Feb-2000', '1-Foo-2000', '1-Jan-20000', '1/1/2000');
});

test('sections are written as they are parsed', () => {
  const sections = ['', 'HEADER', 'TEXT', '1.2', '1.MIME', '2.HEADER.FIELDS (a b)', 'HEADER.FIELDS.NOT (x)'];
  for (const text of sections) {
    const item = fetch(`BODY[${text}]`).items[0];
    assert.ok(item?.item === 'SECTION');
    assert.equal(formatSection(item.section), text);
  }
});

test('any bytes are parsed or refused, never more', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => fuzz(bytes)));
  const words = fc.constantFrom(
    'a1 ',
    'UID ',
    'FETCH ',
    'SEARCH ',
    'LIST ',
    '(',
    ')',
    '"',
    '{3}\r\n',
    '{3+}\r\nabc',
    '1:*',
    'BODY[',
    ']',
    '<0.1>',
    'HEADER.FIELDS ',
    'OR ',
    'NOT ',
    '\\Seen',
    ' ',
    '$',
    'RETURN ',
    'NIL',
    '&AOk-',
    '%',
    '*',
    'APPEND ',
    'x',
    ',',
    '.',
    '\r\n',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (parts) => fuzz(Buffer.from(parts.join(''), 'latin1'))),
    { numRuns: 500 },
  );
});
