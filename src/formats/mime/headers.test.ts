import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  addressesForm,
  decodeEncodedWords,
  formatMailDate,
  formatRfc3339,
  groupsForm,
  headerProperty,
  type HeaderProperty,
  isFormAllowed,
  parseDate,
  parseHeaderProperty,
  parseMessage,
  parseMessageIds,
  parseUrls,
  rawForm,
  rawHeaders,
  textForm,
} from './index.ts';

/** Octets of UTF-8, one character each, as the functions take them. */
const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

test('raw form keeps folds and the leading space, drops NUL, marks what is not UTF-8', () => {
  assert.equal(rawForm(' a\r\n b'), ' a\r\n b');
  assert.equal(rawForm('a\0b'), 'ab');
  assert.equal(rawForm(`${octets('ü')}\xff`), 'ü\ufffd');
});

test('text form follows RFC 8621 §4.1.2.2', () => {
  const cases: [value: string, text: string][] = [
    [' simple', 'simple'],
    [' folded\r\n value', 'folded value'],
    [' tab\r\n\tvalue', 'tab\tvalue'],
    // What stands at the end is part of the value.
    ['  ends in space ', 'ends in space '],
    [octets(' grün'), 'grün'],
    // NFC
    [octets(' u\u0308'), 'ü'],
    [' =?iso-8859-1?Q?Patrik_F=E4ltstr=F6m?=', 'Patrik Fältström'],
    [' =?UTF-8?B?w7w=?=', 'ü'],
    // Control characters that were encoded are dropped.
    [' =?utf-8?Q?a=00=0A=07=7F=C2=85b?=', 'ab'],
  ];
  for (const [value, text] of cases) assert.equal(textForm(value), text, value);
});

test('encoded words: the examples of RFC 2047 §8 and what is broken in mail', () => {
  const cases: [encoded: string, text: string][] = [
    ['=?ISO-8859-1?Q?a?=', 'a'],
    ['=?ISO-8859-1?Q?a?= b', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=\r\n  =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a_b?=', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
    ['=?US-ASCII*EN?Q?Keith_Moore?=', 'Keith Moore'],
    // A character split between words of one character set.
    ['=?utf-8?B?4g==?= =?utf-8?B?gqw=?=', '€'],
    ['=?utf-8?Q?=E2=82?= =?UTF-8?B?rA==?=', '€'],
    // Different character sets are decoded alone, the space between still goes.
    ['=?utf-8?Q?=C3=BC?= =?iso-8859-1?Q?=FC?=', 'üü'],
    ['x =?utf-8?Q?=C3=BC?= y', 'x ü y'],
    // Not encoded words: no white space around, spaces inside, unknown set or encoding, not closed.
    ['x=?utf-8?Q?a?=', 'x=?utf-8?Q?a?='],
    ['=?utf-8?Q?a?=x', '=?utf-8?Q?a?=x'],
    ['=?utf-8?Q?a b?=', '=?utf-8?Q?a b?='],
    ['=?nope?Q?a?=', '=?nope?Q?a?='],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-8?Q?a', '=?utf-8?Q?a'],
    ['=? =?utf-8?Q?b?= ?=', '=? b ?='],
    ['=?utf-8?Q??=', ''],
    // Broken octets become U+FFFD, the rest goes on.
    ['=?utf-8?Q?a=FFb?= c', 'a\ufffdb c'],
    ['=?utf-8?Q?=3?=', '=3'],
  ];
  for (const [encoded, text] of cases) assert.equal(decodeEncodedWords(encoded), text, encoded);
});

test('addresses: the examples of RFC 5322 appendix A and RFC 8621', () => {
  const cases: [value: string, addresses: [name: string | null, email: string][]][] = [
    ['John Doe <jdoe@machine.example>', [['John Doe', 'jdoe@machine.example']]],
    ['"Joe Q. Public" <john.q.public@example.com>', [['Joe Q. Public', 'john.q.public@example.com']]],
    [
      'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>',
      [
        ['Mary Smith', 'mary@x.test'],
        [null, 'jdoe@example.org'],
        ['Who?', 'one@y.test'],
      ],
    ],
    [
      '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
      [
        [null, 'boss@nil.test'],
        ['Giant; "Big" Box', 'sysservices@example.net'],
      ],
    ],
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', [['Pete', 'pete@silly.test']]],
    ['Joe Q. Public <john.q.public@example.com>', [['Joe Q. Public', 'john.q.public@example.com']]],
    [
      'Mary Smith <@node.test:mary@example.net>, , jdoe@test . example',
      [
        ['Mary Smith', 'mary@example.net'],
        [null, 'jdoe@test.example'],
      ],
    ],
    ['john@example.com (John Smith)', [['John Smith', 'john@example.com']]],
    ['"  James Smythe" <james@example.com>', [['James Smythe', 'james@example.com']]],
    ['=?UTF-8?Q?John_Sm=C3=AEth?= <john@example.com>', [['John Smîth', 'john@example.com']]],
    ['"=?UTF-8?Q?quoted?=" <a@b>', [['quoted', 'a@b']]],
    [octets('Jörg Müller <jörg@müller.example>'), [['Jörg Müller', 'jörg@müller.example']]],
    ['"quoted local"@example.com', [[null, '"quoted local"@example.com']]],
    ['"plain"@example.com', [[null, 'plain@example.com']]],
    ['"a@b"@example.com', [[null, '"a@b"@example.com']]],
    ['user@[IPv6:2001:db8::1]', [[null, 'user@[IPv6:2001:db8::1]']]],
    ['root', [[null, 'root']]],
    ['Only A Name', [['Only A Name', '']]],
    ['<>', [[null, '']]],
    [
      'A <a@b> B <c@d>',
      [
        ['A', 'a@b'],
        ['B', 'c@d'],
      ],
    ],
    [
      'a@b c@d',
      [
        [null, 'a@b'],
        [null, 'c@d'],
      ],
    ],
    ['x <y> <a@b>', [['x <y>', 'a@b']]],
    ['<<a@b>>', [[null, 'a@b']]],
    [
      'a@b; c@d',
      [
        [null, 'a@b'],
        [null, 'c@d'],
      ],
    ],
    ['"no end <a@b>', [['no end', 'a@b']]],
    ['(no end <a@b>', [['no end', 'a@b']]],
    ['A <a@b', [['A', 'a@b']]],
    [
      'A <a@b, B <c@d>',
      [
        ['A', 'a@b'],
        ['B', 'c@d'],
      ],
    ],
    ['=?utf-8?Q?Doe,_J?= <a@b>', [['Doe, J', 'a@b']]],
    ['Dr. No <a@b>', [['Dr. No', 'a@b']]],
    ['First. Last name a@b', [['First. Last name', 'a@b']]],
    ['', []],
    [' , ,', []],
  ];
  for (const [value, expected] of cases) {
    assert.deepEqual(
      addressesForm(` ${value}`),
      expected.map(([name, email]) => ({ name, email })),
      value,
    );
  }
});

test('groups: the example of RFC 8621 §4.1.2.4', () => {
  const value =
    '"  James Smythe" <james@example.com>, Friends:\r\n  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r\n   <john@example.com>;';
  assert.deepEqual(groupsForm(value), [
    { name: null, addresses: [{ name: 'James Smythe', email: 'james@example.com' }] },
    {
      name: 'Friends',
      addresses: [
        { name: null, email: 'jane@example.com' },
        { name: 'John Smîth', email: 'john@example.com' },
      ],
    },
  ]);
  assert.deepEqual(groupsForm('a@b, c@d'), [
    {
      name: null,
      addresses: [
        { name: null, email: 'a@b' },
        { name: null, email: 'c@d' },
      ],
    },
  ]);
  assert.deepEqual(groupsForm('Undisclosed recipients:;'), [
    { name: 'Undisclosed recipients', addresses: [] },
  ]);
  assert.deepEqual(
    groupsForm('A:a@b;, c@d, B:;').map((g) => [g.name, g.addresses.length]),
    [
      ['A', 1],
      [null, 1],
      ['B', 0],
    ],
  );
  assert.deepEqual(groupsForm(''), []);
});

test('dates, with the zones and years of RFC 5322 §4.3', () => {
  const cases: [value: string, date: string | null][] = [
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T09:55:06-06:00'],
    ['Tue, 1 Jul 2003 10:52:37 +0200', '2003-07-01T10:52:37+02:00'],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06Z'],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', '1997-11-21T09:55:06-06:00'],
    [
      'Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)',
      '1969-02-13T23:32:00-03:30',
    ],
    ['1 Jan 49 00:00 EST', '2049-01-01T00:00:00-05:00'],
    ['1 Jan 099 00:00 Z', '1999-01-01T00:00:00Z'],
    ['Mon Jan  5 10:00:00 2026', '2026-01-05T10:00:00Z'],
    ['5-Jan-2026 10:00:00 +0100', '2026-01-05T10:00:00+01:00'],
    ['2026-01-05T10:00:00.123+05:30', '2026-01-05T10:00:00+05:30'],
    ['2026-01-05', '2026-01-05T00:00:00Z'],
    ['Mon, 5 Jan 2026 10:00:00 GMT+0200', '2026-01-05T10:00:00+02:00'],
    ['Mon, 5 Jan 2026 10:00:00-0700', '2026-01-05T10:00:00-07:00'],
    ['Mon, 5 Jan 2026 10:00:00 A', '2026-01-05T10:00:00Z'],
    ['Mon, 5 Jan 2026 9:00 PM', '2026-01-05T21:00:00Z'],
    ['Mon, 05 January 2026 23:59:60 +0000', '2026-01-05T23:59:59Z'],
    ['Mon, 5 Jan 2026 10:00:00 +9999', '2026-01-05T10:00:00Z'],
    ['Mon, 30 Feb 2026 10:00:00 +0000', null],
    ['5 Jan 2026 25:00:00', null],
    ['Mon, 5 Jan 2026 10:00:00 constructor', '2026-01-05T10:00:00Z'],
    ['yesterday', null],
    ['', null],
    ['Jan 2026', null],
  ];
  for (const [value, expected] of cases) {
    const date = parseDate(value.replaceAll('\r\n', ''));
    assert.equal(date === null ? null : formatRfc3339(date), expected, value);
  }
});

test('a written date reads back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -30_000_000_000, max: 200_000_000_000 }),
      fc.integer({ min: -839, max: 839 }),
      (seconds, offset) => {
        const date = { time: seconds * 1000, offset };
        assert.deepEqual(parseDate(formatMailDate(date)), date);
        assert.deepEqual(parseDate(formatRfc3339(date)), date);
      },
    ),
  );
});

test('message identifiers lose brackets, comments and folding', () => {
  const cases: [value: string, ids: string[] | null][] = [
    [' <a@b>', ['a@b']],
    [' <a@b>\r\n <c@d> (comment <no@no>) <e@f>', ['a@b', 'c@d', 'e@f']],
    [' <a@b><c@d>', ['a@b', 'c@d']],
    [' < a@\r\n b >', ['a@b']],
    [' Your message of Monday <a@b>', ['a@b']],
    [' a@b', ['a@b']],
    [' "x y"@z', null],
    [' garbage', null],
    [' <>', null],
    ['', null],
    [' <a@b', null],
    [' <<a@b>', ['a@b']],
    [' <a(b)c@d>', ['a(b)c@d']],
  ];
  for (const [value, ids] of cases)
    assert.deepEqual(parseMessageIds(value.replaceAll('\r\n', '')), ids, value);
});

test('URLs of list fields: the examples of RFC 2369', () => {
  assert.deepEqual(parseUrls('<mailto:list@host.com?subject=help> (List Instructions)'), [
    'mailto:list@host.com?subject=help',
  ]);
  assert.deepEqual(
    parseUrls(
      '(Use this command to join the list)      <mailto:list-manager@host.com?body=subscribe%20list>, <http://www.host.com/list.cgi?cmd=sub&lst=list>',
    ),
    ['mailto:list-manager@host.com?body=subscribe%20list', 'http://www.host.com/list.cgi?cmd=sub&lst=list'],
  );
  assert.equal(parseUrls('NO (posting not allowed)'), null);
});

test('header properties: syntax, last instance, all instances, case', () => {
  const bytes = Buffer.from('X-Foo: 1\r\nSubject: one\r\nx-foo: 2\r\nSubject: two\r\n\r\n');
  const [root] = parseMessage(bytes).parts;
  const get = (property: string): unknown =>
    headerProperty(bytes, root, parseHeaderProperty(property) as HeaderProperty);
  assert.equal(get('header:subject:asText'), 'two');
  assert.deepEqual(get('header:Subject:asText:all'), ['one', 'two']);
  assert.deepEqual(get('header:X-FOO:all'), [' 1', ' 2']);
  assert.equal(get('header:X-None'), null);
  assert.deepEqual(get('header:X-None:all'), []);
  assert.deepEqual(rawHeaders(bytes, root)[2], { name: 'x-foo', value: ' 2' });
  for (const bad of [
    'header:',
    'header:a b',
    'header:a:astext',
    'header:a:asText:all:all',
    'header:a:all:asText',
    'headers',
    'header:ü',
    'header:a:',
  ]) {
    assert.equal(parseHeaderProperty(bad), undefined, bad);
  }
  assert.deepEqual(parseHeaderProperty('header:List-Post:asURLs:all'), {
    name: 'List-Post',
    key: 'list-post',
    form: 'URLs',
    all: true,
  });
  assert.equal(isFormAllowed('subject', 'Addresses'), false);
  assert.equal(isFormAllowed('from', 'Text'), false);
  assert.equal(isFormAllowed('list-id', 'Text'), true);
  assert.equal(isFormAllowed('received', 'Text'), false);
  assert.equal(isFormAllowed('x-any', 'Date'), true);
});

test('values can be read from a range of the message', () => {
  const bytes = Buffer.from(
    'A: 1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: inner\r\n\r\n--b--',
  );
  const part = parseMessage(bytes).parts[1];
  assert.ok(part);
  const property = parseHeaderProperty('header:x:asText') as HeaderProperty;
  const range = bytes.subarray(part.headerOffset, part.bodyOffset);
  assert.equal(headerProperty(range, part, property, part.headerOffset), 'inner');
});
