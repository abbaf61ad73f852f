import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bodyLists,
  bodyStructure,
  bodyValue,
  hasAttachment,
  type Message,
  parseMessage,
  partOfId,
  preview,
  threadKeys,
  truncateText,
} from './index.ts';

const message = (...lines: (string | string[])[]): { bytes: Buffer; parsed: Message } => {
  const bytes = Buffer.from(lines.flat().join('\r\n'));
  return { bytes, parsed: parseMessage(bytes) };
};

/** The message of RFC 8621 §4.1.4 whose parts are named A to K. */
const listMail = message(
  'Content-Type: multipart/mixed; boundary=1',
  '',
  ['--1', 'Content-Disposition: inline', '', 'A'],
  ['--1', 'Content-Type: multipart/mixed; boundary=2', ''],
  ['--2', 'Content-Type: multipart/alternative; boundary=3', ''],
  ['--3', 'Content-Type: multipart/mixed; boundary=4', ''],
  ['--4', 'Content-Disposition: inline', '', 'B'],
  ['--4', 'Content-Type: image/jpeg', 'Content-Disposition: inline', '', 'C'],
  ['--4', 'Content-Disposition: inline', '', 'D', '--4--'],
  ['--3', 'Content-Type: multipart/related; boundary=5', ''],
  ['--5', 'Content-Type: text/html', '', 'E'],
  ['--5', 'Content-Type: image/jpeg', '', 'F', '--5--', '--3--'],
  ['--2', 'Content-Type: image/jpeg', 'Content-Disposition: attachment', '', 'G'],
  ['--2', 'Content-Type: application/x-excel', '', 'H'],
  ['--2', 'Content-Type: message/rfc822', '', 'Subject: J', '', 'inside', '--2--'],
  ['--1', 'Content-Disposition: inline', '', 'K', '--1--'],
);

test('the parts of the example of RFC 8621 §4.1.4 are divided as it says', () => {
  const { bytes, parsed } = listMail;
  const names = (indices: readonly number[]): string =>
    indices
      .map((index) => {
        const part = parsed.parts[index];
        if (part?.type === 'message') return 'J';
        return bytes.toString('latin1', part?.bodyOffset, part?.bodyEnd);
      })
      .join('');
  const lists = bodyLists(parsed);
  assert.equal(names(lists.textBody), 'ABCDK');
  assert.equal(names(lists.htmlBody), 'AEK');
  assert.equal(names(lists.attachments), 'CFGHJ');
  assert.equal(hasAttachment(parsed, bytes), true);
});

test('body structure nests sub-parts and does not enter attached messages', () => {
  const root = bodyStructure(listMail.parsed);
  assert.equal(root.partId, null);
  assert.equal(root.subParts?.length, 3);
  const attached = root.subParts?.[1]?.subParts?.[3];
  assert.equal(attached?.type, 'message/rfc822');
  assert.equal(attached?.subParts, null);
  assert.equal(attached?.charset, null);
  assert.equal(attached?.size, 'Subject: J\r\n\r\ninside'.length);
  assert.equal(partOfId(listMail.parsed, attached?.partId ?? '')?.index, attached?.index);
  for (const bad of ['', '0', '-1', '1.1', '01', '9999', 'x'])
    assert.equal(partOfId(listMail.parsed, bad), undefined, bad);
});

test('properties of a body part', () => {
  const { parsed } = message(
    'Content-Type: TEXT/Calendar; method=REQUEST; name="=?utf-8?Q?=C3=BC.ics?="',
    'Content-Disposition: Attachment (c); size=3',
    'Content-ID: (c) <cal@example.org>',
    'Content-Language: de, en-GB (British)',
    'Content-Location: https://example.org/a\r\n b',
    'Content-Transfer-Encoding: QUOTED-PRINTABLE',
    '',
    '=41=42',
  );
  assert.deepEqual(bodyStructure(parsed), {
    index: 0,
    partId: '0',
    size: 2,
    name: 'ü.ics',
    type: 'text/calendar',
    charset: 'us-ascii',
    disposition: 'attachment',
    cid: 'cal@example.org',
    language: ['de', 'en-GB'],
    location: 'https://example.org/ab',
    subParts: null,
  });
});

test('a lone text serves both views, text and HTML alternatives one each', () => {
  assert.deepEqual(bodyLists(message('', 'x').parsed), { textBody: [0], htmlBody: [0], attachments: [] });
  const alternative = message(
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    '',
    'plain',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>html',
    '--b--',
  );
  assert.deepEqual(bodyLists(alternative.parsed), { textBody: [1], htmlBody: [2], attachments: [] });
  assert.equal(preview(alternative.parsed, alternative.bytes), 'plain');
  const htmlOnly = message(
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>html',
    '--b--',
  );
  assert.deepEqual(bodyLists(htmlOnly.parsed), { textBody: [1], htmlBody: [1], attachments: [] });
});

test('what counts as an attachment', () => {
  const withPart = (header: string, html = '<p>x'): boolean => {
    const { bytes, parsed } = message(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ['--b', 'Content-Type: multipart/alternative; boundary=c', ''],
      ['--c', 'Content-Type: text/html', '', html, '--c--'],
      ['--b', header, '', 'AAAA', '--b--'],
    );
    return hasAttachment(parsed, bytes);
  };
  assert.equal(withPart('Content-Type: application/pdf'), true);
  assert.equal(withPart('Content-Type: application/pdf\r\nContent-Disposition: inline'), false);
  assert.equal(withPart('Content-Type: application/pgp-signature'), false);
  assert.equal(withPart('Content-Type: text/plain\r\nContent-Disposition: attachment'), true);
  assert.equal(
    withPart(
      'Content-Type: image/png\r\nContent-Disposition: attachment\r\nContent-ID: <i@x>',
      '<img src="cid:i@x">',
    ),
    true,
  );
  const related = message(
    'Content-Type: multipart/related; boundary=b',
    '',
    ['--b', 'Content-Type: text/html', '', '<img src=cid:i@x>'],
    ['--b', 'Content-Type: image/png', 'Content-ID: <i@x>', '', 'AAAA', '--b--'],
  );
  assert.equal(hasAttachment(related.parsed, related.bytes), false);
  // Not in a multipart/related, but shown by the HTML of an alternative.
  const shown = (html: string): boolean => {
    const { bytes, parsed } = message(
      'Content-Type: multipart/alternative; boundary=b',
      '',
      ['--b', '', 'plain', '--b', 'Content-Type: multipart/mixed; boundary=c', ''],
      ['--c', 'Content-Type: text/html', '', html],
      ['--c', 'Content-Type: image/png', 'Content-ID: <i@x>', '', 'AAAA', '--c--', '--b--'],
    );
    return hasAttachment(parsed, bytes);
  };
  assert.equal(shown('<img src="cid:i@x">'), false);
  assert.equal(shown('<p>no picture'), true);
});

test('preview', () => {
  const of = (...lines: string[]): string => {
    const { bytes, parsed } = message(...lines);
    return preview(parsed, bytes);
  };
  assert.equal(of('', '  many\r\n\r\n   spaces\t here '), 'many spaces here');
  assert.equal(of('', '> quoted\r\nanswer\r\n> more'), 'answer');
  assert.equal(of('', '> only quoted'), '> only quoted');
  assert.equal(
    of('Content-Type: text/html', '', '<style>x{}</style><p>Hi&nbsp;<b>you</b>\u200b</p>'),
    'Hi you',
  );
  assert.equal(of('Content-Type: image/png', '', 'AAAA'), '');
  assert.equal(of('', ''), '');
  assert.equal(of('Content-Type: text/plain; charset=utf-8', '', 'x'.repeat(1000)).length, 256);
  const cut = of('Content-Type: text/plain; charset=utf-8', '', `${'x'.repeat(255)}🎉`);
  assert.equal(cut, 'x'.repeat(255));
});

test('body values: line ends, encoding problems, truncation', () => {
  const value = (bytes: Buffer, maxBytes = 0) => {
    const [root] = parseMessage(bytes).parts;
    return bodyValue(bytes, root, maxBytes);
  };
  const header = 'Content-Type: text/plain; charset=utf-8\r\n\r\n';
  assert.deepEqual(value(Buffer.from(`${header}a\r\nb`)), {
    value: 'a\nb',
    isEncodingProblem: false,
    isTruncated: false,
  });
  assert.deepEqual(value(Buffer.from(`${header}aüb`), 2), {
    value: 'a',
    isEncodingProblem: false,
    isTruncated: true,
  });
  assert.deepEqual(value(Buffer.from(`${header}aüb`), 3), {
    value: 'aü',
    isEncodingProblem: false,
    isTruncated: true,
  });
  assert.deepEqual(value(Buffer.from(`${header}aüb`), 4), {
    value: 'aüb',
    isEncodingProblem: false,
    isTruncated: false,
  });
  assert.deepEqual(value(Buffer.from(`${header}a\xff`, 'latin1')).isEncodingProblem, true);
  assert.equal(truncateText('🎉🎉', 7, false), '🎉');
  assert.equal(truncateText('ab<a href="x">c', 10, true), 'ab');
  assert.equal(truncateText('ab<a>c', 5, true), 'ab<a>');
  // A sign in the quotes of an attribute closes nothing, and one before a space opens nothing.
  assert.equal(truncateText('ab<a title="1 > 0" href="x">c', 20, true), 'ab');
  assert.equal(truncateText('1 < 2 and so on', 9, true), '1 < 2 and');
  assert.equal(truncateText('ab<!-- c > d -->e', 12, true), 'ab');
  assert.equal(truncateText("<p>a</p><p title='unclosed>b</p>", 30, true), '<p>a</p>');
});

test('thread keys', () => {
  const { bytes, parsed } = message(
    'Message-ID: <m@x>',
    'References: <r1@x> <r2@x>',
    'In-Reply-To: <r2@x>',
    'Resent-Message-ID: <s@x>',
    'Subject: Re: [list] =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    '',
    '',
  );
  assert.deepEqual(threadKeys(parsed, bytes), {
    subject: 'grüße',
    own: ['m@x', 's@x'],
    identifiers: ['m@x', 's@x', 'r2@x', 'r1@x'],
  });
  const none = message('', 'x');
  assert.deepEqual(threadKeys(none.parsed, none.bytes), { subject: '', own: [], identifiers: [] });
});
