import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMultipart, MAX_DEPTH, MAX_PARTS, type Message, parseMessage, type Part } from './index.ts';

const lines = (...text: string[]): Buffer => Buffer.from(text.join('\r\n'), 'latin1');

const body = (bytes: Uint8Array, part: Part | undefined): string =>
  part === undefined
    ? 'missing'
    : Buffer.from(bytes.subarray(part.bodyOffset, part.bodyEnd)).toString('latin1');

const shape = (message: Message, index = 0): unknown => {
  const part = message.parts[index] as Part;
  const type = `${part.type}/${part.subtype}`;
  return part.children.length === 0 ? type : [type, ...part.children.map((child) => shape(message, child))];
};

test('a message without MIME is one text part', () => {
  const bytes = lines('From: a@example.com', 'Subject: hi', '', 'Hello', 'world', '');
  const message = parseMessage(bytes);
  const [root] = message.parts;
  assert.equal(message.parts.length, 1);
  assert.equal(root.type, 'text');
  assert.equal(root.charset, 'us-ascii');
  assert.equal(root.encodingName, '7bit');
  assert.equal(body(bytes, root), 'Hello\r\nworld\r\n');
  assert.equal(root.lines, 2);
  assert.equal(root.size, 14);
  assert.deepEqual(
    root.fields.map((f) => [f.name, bytes.toString('latin1', f.value, f.end)]),
    [
      ['From', ' a@example.com'],
      ['Subject', ' hi'],
    ],
  );
});

const nested = lines(
  'Content-Type: multipart/mixed; boundary=out',
  '',
  'preamble',
  '--out',
  'Content-Type: multipart/alternative;',
  ' boundary="out-in"',
  '',
  '--out-in',
  'Content-Type: text/plain; charset=UTF-8',
  '',
  'plain',
  '--out-in',
  'Content-Type: text/html',
  '',
  '<p>html',
  '--out-in--',
  'epilogue of the inner',
  '--out',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'Content-Type: multipart/mixed; boundary=deep',
  '',
  '--deep',
  '',
  'deep text',
  '--deep--',
  '--out',
  'Content-Type: image/png',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment; filename="p.png"',
  '',
  'AAAA',
  'AAA=',
  '--out--',
  'epilogue',
);

test('nested multiparts and attached messages give one flat table', () => {
  const message = parseMessage(nested);
  assert.deepEqual(shape(message), [
    'multipart/mixed',
    ['multipart/alternative', 'text/plain', 'text/html'],
    ['message/rfc822', ['multipart/mixed', 'text/plain']],
    'image/png',
  ]);
  const [, , plain, html, attached, , deep, image] = message.parts;
  assert.equal(body(nested, plain), 'plain');
  assert.equal(plain?.charset, 'UTF-8');
  assert.equal(body(nested, html), '<p>html');
  assert.equal(body(nested, deep), 'deep text');
  assert.equal(attached?.lines, 6);
  assert.equal(attached?.size, (attached?.bodyEnd ?? 0) - (attached?.bodyOffset ?? 0));
  assert.ok(body(nested, attached).endsWith('--deep--'));
  assert.equal(body(nested, image), 'AAAA\r\nAAA=');
  assert.equal(image?.size, 5);
  assert.equal(image?.name, 'p.png');
  assert.equal(image?.disposition, 'attachment');
  assert.equal(image?.parent, 0);
});

test('bare line feeds divide as CRLF does', () => {
  const bytes = Buffer.from(nested.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  const message = parseMessage(bytes);
  assert.deepEqual(shape(message), shape(parseMessage(nested)));
  assert.equal(body(bytes, message.parts[2]), 'plain');
});

test('a missing final boundary ends at the end of the message', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'one',
    '--b',
    '',
    'two',
    '',
  );
  const message = parseMessage(bytes);
  assert.deepEqual(
    message.parts.slice(1).map((part) => body(bytes, part)),
    ['one', 'two\r\n'],
  );
});

test('an outer delimiter ends inner multiparts that were never closed', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'inner',
    '--a',
    '',
    'outer',
    '--a--',
  );
  const message = parseMessage(bytes);
  assert.deepEqual(shape(message), ['multipart/mixed', ['multipart/mixed', 'text/plain'], 'text/plain']);
  assert.equal(body(bytes, message.parts[2]), 'inner');
});

test('a boundary that is the beginning of another is told apart', () => {
  for (const [outer, inner] of [
    ['b', 'b1'],
    ['b1', 'b'],
    ['b', 'b--'],
  ]) {
    const bytes = lines(
      `Content-Type: multipart/mixed; boundary="${outer}"`,
      '',
      `--${outer}`,
      `Content-Type: multipart/mixed; boundary="${inner}"`,
      '',
      `--${inner}`,
      '',
      'one',
      `--${inner}--`,
      `--${outer}`,
      '',
      'two',
      `--${outer}--`,
    );
    assert.deepEqual(shape(parseMessage(bytes)), [
      'multipart/mixed',
      ['multipart/mixed', 'text/plain'],
      'text/plain',
    ]);
  }
});

test('nested multiparts may use the same boundary', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    '',
    'inner',
    '--b--',
    '--b',
    '',
    'outer',
    '--b--',
  );
  assert.deepEqual(shape(parseMessage(bytes)), [
    'multipart/mixed',
    ['multipart/alternative', 'text/plain'],
    'text/plain',
  ]);
});

test('a multipart without a part is text', () => {
  for (const type of ['multipart/mixed', 'multipart/mixed; boundary=""', 'multipart/mixed; boundary=never']) {
    const bytes = lines(`Content-Type: ${type}`, '', 'just', 'text', '');
    const [root] = parseMessage(bytes).parts;
    assert.equal(isMultipart(root), false);
    assert.equal(`${root.type}/${root.subtype}`, 'text/plain');
    assert.equal(root.lines, 2);
    assert.equal(body(bytes, root), 'just\r\ntext\r\n');
  }
});

test('an empty part counts, and a header may run into the next delimiter', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '--b',
    'Content-Type: text/html',
    '--b',
    '',
    '--b',
    '',
    'x',
    '--b--',
  );
  const message = parseMessage(bytes);
  assert.deepEqual(
    message.parts.slice(1).map((part) => body(bytes, part)),
    ['', '', '', 'x'],
  );
  assert.equal(message.parts[2]?.subtype, 'html');
});

test('white space after a boundary and other text set apart by it are accepted', () => {
  const bytes = lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b \t',
    '',
    'one',
    '--b junk',
    '',
    'two',
    '--b-- x',
    'end',
  );
  const message = parseMessage(bytes);
  assert.deepEqual(
    message.parts.slice(1).map((part) => body(bytes, part)),
    ['one', 'two'],
  );
});

test('parts of a digest are messages unless they say otherwise', () => {
  const bytes = lines(
    'Content-Type: multipart/digest; boundary=b',
    '',
    '--b',
    '',
    'Subject: one',
    '',
    'text',
    '--b',
    'Content-Type: text/plain',
    '',
    'y',
    '--b--',
  );
  assert.deepEqual(shape(parseMessage(bytes)), [
    'multipart/digest',
    ['message/rfc822', 'text/plain'],
    'text/plain',
  ]);
});

test('an encoded attached message is a leaf', () => {
  const bytes = lines(
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    '',
    'U3ViamVjdDogeA==',
  );
  const message = parseMessage(bytes);
  assert.equal(message.parts.length, 1);
  assert.equal(message.parts[0].size, 10);
});

test('headers survive garbage, lost blank lines and odd beginnings', () => {
  const cases: [string, string[], string][] = [
    ['From joe Mon Jan  1 00:00:00 2024\r\nSubject: a\r\n\r\nbody', ['subject'], 'body'],
    ['Subject: a\r\nno colon here\r\nTo: b\r\n\r\nbody', ['subject', 'to'], 'body'],
    ['Subject: a\r\nHello you,\r\nthis is text\r\n', ['subject'], 'Hello you,\r\nthis is text\r\n'],
    ['Subject: a\r\nsee http://example.com', ['subject'], 'see http://example.com'],
    [' orphan\r\nSubject: a\r\n\r\nbody', ['subject'], 'body'],
    ['Subject : a\r\nX\r\n : b\r\nTo:c\r\n\r\n', ['subject', 'to'], ''],
    ['Subject: a', ['subject'], ''],
    ['\r\nbody', [], 'body'],
    ['body only', [], 'body only'],
    ['', [], ''],
    [': nothing\r\nTo: x\r\n\r\nb', ['to'], 'b'],
    ['Subject: a\rb\r\n\r\nbody\r', ['subject'], 'body\r'],
    ['Sub\0ject: a\r\nTo: \0\r\n\r\nb', ['to'], 'b'],
  ];
  for (const [text, keys, expected] of cases) {
    const bytes = Buffer.from(text, 'latin1');
    const [root] = parseMessage(bytes).parts;
    assert.deepEqual(
      [root.fields.map((f) => f.key), body(bytes, root)],
      [keys, expected],
      JSON.stringify(text),
    );
  }
});

test('the first of repeated content fields counts', () => {
  const [root] = parseMessage(lines('Content-Type: text/html', 'Content-Type: image/png', '', 'x')).parts;
  assert.equal(root.subtype, 'html');
});

test('a charset that is stated counts for any type', () => {
  const charset = (type: string) => parseMessage(Buffer.from(`${type}\r\n`)).parts[0].charset;
  assert.equal(charset('Content-Type: application/xml; charset=ISO-8859-2\r\n'), 'ISO-8859-2');
  assert.equal(charset('Content-Type: application/xml\r\n'), null);
  assert.equal(charset('Content-Type: text/xml\r\n'), 'us-ascii');
  assert.equal(charset('Subject: x\r\n'), 'us-ascii');
});

test('types that are no types become text or octets', () => {
  const type = (value: string): string => {
    const [root] = parseMessage(lines(`Content-Type: ${value}`, '', 'x')).parts;
    return `${root.type}/${root.subtype}`;
  };
  assert.equal(type(''), 'text/plain');
  assert.equal(type('text'), 'text/plain');
  assert.equal(type('TEXT / HTML; charset=x'), 'text/html');
  assert.equal(type('pdf; name=a.pdf'), 'application/octet-stream');
  assert.equal(type('text/html charset=utf-8'), 'text/html');
  assert.equal(type('(comment) text/html (another)'), 'text/html');
});

test('parts, depth and fields are bounded', () => {
  const many = parseMessage(
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(5000)}--b--`),
  );
  assert.equal(many.parts.length, MAX_PARTS);
  assert.equal(many.truncated, true);
  let deep = '';
  for (let i = 0; i < 20_000; i++) deep += `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`;
  const deepMessage = parseMessage(Buffer.from(deep));
  assert.equal(deepMessage.parts.length, MAX_DEPTH + 1);
  const attached = parseMessage(Buffer.from('Content-Type: message/rfc822\r\n\r\n'.repeat(20_000)));
  assert.equal(attached.parts.length, MAX_DEPTH + 1);
  assert.equal(attached.truncated, true);
  const fields = parseMessage(Buffer.from('X: y\r\n'.repeat(50_000)));
  assert.equal(fields.parts[0].fields.length, 10_000);
  assert.equal(fields.truncated, true);
});
