import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bodyWithoutExtensions,
  imapTexts,
  neededRange,
  parseMessage,
  partOfNumbers,
  resolveSection,
  type Section,
  sectionBytes,
} from './index.ts';

const texts = (bytes: Buffer) => {
  const { classic, utf8 } = imapTexts(parseMessage(bytes), bytes);
  const text = (octets: Uint8Array): string => Buffer.from(octets).toString('utf8');
  return {
    envelope: text(classic.envelope),
    structure: text(classic.bodyStructure),
    body: text(bodyWithoutExtensions(classic.bodyStructure)),
    utf8Envelope: text(utf8.envelope),
    utf8Structure: text(utf8.bodyStructure),
    isOne: classic === utf8,
  };
};

const mail = (...lines: (string | string[])[]): Buffer => Buffer.from(lines.flat().join('\r\n'));

/** The message of RFC 3501 §8 and RFC 9051 §8, as far as they show it. */
test('the envelope of the sample session of RFC 9051 §8', () => {
  const { envelope, isOne } = texts(
    mail(
      'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
      'From: Terry Gray <gray@cac.washington.edu>',
      'Subject: IMAP4rev2 WG mtg summary and minutes',
      'To: imap@cac.washington.edu',
      'cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>',
      'Message-Id: <B27397-0100000@cac.washington.edu>',
      'MIME-Version: 1.0',
      'Content-Type: TEXT/PLAIN; CHARSET=US-ASCII',
      '',
      '',
    ),
  );
  assert.equal(
    envelope,
    '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")',
  );
  assert.equal(isOne, true);
});

test('envelope: groups, routes, comments, defaults, empty and absent fields', () => {
  const { envelope } = texts(
    mail(
      'Date:',
      'Subject: =?utf-8?Q?stays?= "as" \\ it is',
      'From: a@example.org (Comment)',
      'Sender: ',
      'Reply-To: r@example.org',
      'To: Group: <@one,@two:b@example.org>, local;, Undisclosed:;',
      'Cc: "x \\" y" <"quoted local"@example.org>',
      '',
      '',
    ),
  );
  assert.equal(
    envelope,
    '("" "=?utf-8?Q?stays?= \\"as\\" \\\\ it is" (("Comment" NIL "a" "example.org")) (("Comment" NIL "a" "example.org")) ((NIL NIL "r" "example.org")) ((NIL NIL "Group" NIL)(NIL "@one,@two" "b" "example.org")(NIL NIL "local" "")(NIL NIL NIL NIL)(NIL NIL "Undisclosed" NIL)(NIL NIL NIL NIL)) (("x \\" y" NIL "\\"quoted local\\"" "example.org")) NIL NIL NIL)',
  );
  assert.equal(texts(mail('', 'x')).envelope, '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)');
});

test('8-bit header text has a form for each kind of client', () => {
  const { envelope, utf8Envelope, isOne } = texts(
    mail('Subject: Grüße', 'From: Jörg <jörg@müller.example>', 'Message-ID: <ü@x>', '', ''),
  );
  assert.equal(isOne, false);
  assert.equal(
    envelope,
    '(NIL "=?utf-8?B?R3LDvMOfZQ==?=" (("=?utf-8?B?SsO2cmc=?=" NIL {5}\r\njörg "xn--mller-kva.example")) (("=?utf-8?B?SsO2cmc=?=" NIL {5}\r\njörg "xn--mller-kva.example")) (("=?utf-8?B?SsO2cmc=?=" NIL {5}\r\njörg "xn--mller-kva.example")) NIL NIL NIL NIL {6}\r\n<ü@x>)',
  );
  assert.equal(
    utf8Envelope,
    '(NIL "Grüße" (("Jörg" NIL "jörg" "müller.example")) (("Jörg" NIL "jörg" "müller.example")) (("Jörg" NIL "jörg" "müller.example")) NIL NIL NIL NIL "<ü@x>")',
  );
  // What is not UTF-8 must not break a quoted string of UTF-8.
  assert.ok(texts(Buffer.from('Subject: caf\xe9\r\n\r\n', 'latin1')).utf8Envelope.includes('"caf\ufffd"'));
});

test('body structures', () => {
  assert.equal(
    texts(mail('Subject: x', '', 'one', 'two', '')).structure,
    '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)',
  );
  const { structure, body } = texts(
    mail(
      'Content-Type: multipart/mixed; Boundary="b c"',
      'Content-Language: en',
      '',
      [
        '--b c',
        'Content-Type: text/html; charset=UTF-8; x="a\\"b"',
        'Content-Transfer-Encoding: QUOTED-PRINTABLE',
      ],
      ['Content-ID: <i@x>', 'Content-Description: a page', '', '<p>', 'x'],
      [
        '--b c',
        'Content-Type: image/png; name=p.png',
        'Content-Transfer-Encoding: base64',
        'Content-MD5: Q2hlY2s=',
      ],
      [
        'Content-Disposition: attachment; filename=p.png',
        'Content-Language: de, en',
        'Content-Location: http://x/',
        '',
        'AAAA',
      ],
      '--b c--',
    ),
  );
  assert.equal(
    structure,
    '(("text" "html" ("charset" "UTF-8" "x" "a\\"b") "<i@x>" "a page" "quoted-printable" 6 1 NIL NIL NIL NIL)("image" "png" ("name" "p.png") NIL NIL "base64" 4 "Q2hlY2s=" ("attachment" ("filename" "p.png")) ("de" "en") "http://x/") "mixed" ("boundary" "b c") NIL "en" NIL)',
  );
  assert.equal(
    body,
    '(("text" "html" ("charset" "UTF-8" "x" "a\\"b") "<i@x>" "a page" "quoted-printable" 6 1)("image" "png" ("name" "p.png") NIL NIL "base64" 4) "mixed")',
  );
});

test('an attached message brings its envelope and structure', () => {
  const { structure, body } = texts(
    mail(
      'Content-Type: message/rfc822',
      '',
      'Subject: in (side) "q"',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'x',
      '--b--',
    ),
  );
  assert.equal(
    structure,
    '("message" "rfc822" NIL NIL NIL "7bit" 84 (NIL "in (side) \\"q\\"" NIL NIL NIL NIL NIL NIL NIL NIL) (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL) 6 NIL NIL NIL NIL)',
  );
  assert.equal(
    body,
    '("message" "rfc822" NIL NIL NIL "7bit" 84 (NIL "in (side) \\"q\\"" NIL NIL NIL NIL NIL NIL NIL NIL) (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0) "mixed") 6)',
  );
});

test('what cannot be described as it says is described as what it is', () => {
  assert.ok(
    texts(mail('Content-Type: multipart/mixed; boundary=x', '', 'text')).structure.startsWith(
      '("text" "plain" ("charset" "us-ascii")',
    ),
  );
  assert.ok(
    texts(
      mail('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'AAAA'),
    ).structure.startsWith('("application" "octet-stream" NIL NIL NIL "base64" 4 NIL'),
  );
  assert.ok(
    texts(mail('Content-Type: pdf; name=a.pdf', '', '')).structure.startsWith(
      '("application" "octet-stream" ("name" "a.pdf") NIL',
    ),
  );
  const global = texts(mail('Content-Type: message/global', '', 'Subject: x', '', ''));
  assert.ok(global.structure.startsWith('("message" "rfc822" '));
  assert.ok(global.utf8Structure.startsWith('("message" "global" '));
});

test('parameters: as sent for classic clients, decoded for the others', () => {
  const star = texts(
    mail('Content-Type: application/pdf; name*0="a b"; name*1=c.pdf; x*=utf-8\'\'%C3%BC', '', ''),
  );
  assert.ok(star.structure.includes('("name*0" "a b" "name*1" "c.pdf" "x*" "utf-8\'\'%C3%BC")'));
  assert.ok(star.utf8Structure.includes('("name" "a bc.pdf" "x*" "ü")'));
  const raw = texts(mail('Content-Type: application/pdf; name="ü.pdf"', '', ''));
  assert.ok(raw.structure.includes(`("name*" "utf-8''%C3%BC.pdf")`));
  assert.ok(raw.utf8Structure.includes('("name" "ü.pdf")'));
});

const nested = mail(
  'Subject: top',
  'X-Twice: 1',
  'Content-Type: multipart/mixed; boundary=1',
  'x-twice: 2',
  '',
  ['--1', '', 'text of 1'],
  [
    '--1',
    'Content-Type: message/rfc822',
    '',
    'Subject: second',
    'Content-Type: multipart/mixed; boundary=2',
    '',
  ],
  ['--2', '', '2.1', '--2', 'Content-Type: message/rfc822', '', 'Subject: third', '', 'lone', '--2--'],
  ['--1', 'Content-Type: multipart/alternative; boundary=3', '', '--3', 'X: y', '', '3.1', '--3--'],
  '--1--',
);

test('sections of RFC 9051 §6.4.5.1', () => {
  const message = parseMessage(nested);
  const get = (part: number[], text?: Section['text'], fields?: string[]): string | undefined => {
    const content = resolveSection(message, { part, text, fields });
    if (content === undefined) return undefined;
    const { start, end } = neededRange(content);
    // From a range of the message that is no longer than it must be.
    const octets = sectionBytes(nested.subarray(start, end), content, start);
    assert.deepEqual(octets, sectionBytes(nested, content));
    return Buffer.from(octets).toString('latin1');
  };
  assert.equal(get([]), nested.toString('latin1'));
  assert.equal(get([1]), 'text of 1');
  assert.equal(get([1], 'MIME'), '\r\n');
  assert.equal(get([2], 'HEADER'), 'Subject: second\r\nContent-Type: multipart/mixed; boundary=2\r\n\r\n');
  assert.ok(get([2])?.startsWith('Subject: second\r\n'));
  assert.ok(get([2], 'TEXT')?.startsWith('--2\r\n'));
  assert.equal(get([2], 'MIME'), 'Content-Type: message/rfc822\r\n\r\n');
  assert.equal(get([2, 1]), '2.1');
  assert.equal(get([2, 2]), 'Subject: third\r\n\r\nlone');
  assert.equal(get([2, 2], 'HEADER'), 'Subject: third\r\n\r\n');
  assert.equal(get([2, 2], 'TEXT'), 'lone');
  assert.equal(get([2, 2, 1]), 'lone');
  assert.equal(get([3, 1]), '3.1');
  assert.equal(get([3, 1], 'MIME'), 'X: y\r\n\r\n');
  assert.equal(get([], 'HEADER.FIELDS', ['x-TWICE']), 'X-Twice: 1\r\nx-twice: 2\r\n\r\n');
  assert.equal(get([], 'HEADER.FIELDS', ['none']), '\r\n');
  assert.equal(get([], 'HEADER.FIELDS.NOT', ['X-Twice', 'content-type']), 'Subject: top\r\n\r\n');
  assert.equal(get([2], 'HEADER.FIELDS', ['Subject']), 'Subject: second\r\n\r\n');
  for (const missing of [[4], [1, 1], [2, 3], [2, 2, 2], [0], [3, 2], [-1]])
    assert.equal(get(missing), undefined);
  assert.equal(get([1], 'HEADER'), undefined);
  assert.equal(get([3], 'TEXT'), undefined);
  assert.equal(get([], 'MIME'), undefined);
});

test('a message that is not multipart has a part 1', () => {
  const bytes = mail('Subject: x', '', 'body');
  const message = parseMessage(bytes);
  assert.equal(partOfNumbers(message, [1]), message.parts[0]);
  assert.equal(partOfNumbers(message, [2]), undefined);
  assert.equal(partOfNumbers(message, [1, 1]), undefined);
  const attached = mail('Content-Type: message/rfc822', '', 'Subject: y', '', 'inner');
  const outer = parseMessage(attached);
  assert.equal(partOfNumbers(outer, [1])?.index, 0);
  assert.equal(partOfNumbers(outer, [1, 1])?.index, 1);
});
