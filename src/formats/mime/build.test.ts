import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Invalid } from '../../base/index.ts';
import {
  addressesForm,
  bodyStructure,
  buildField,
  buildMessage,
  decodePart,
  type EmailAddress,
  groupsForm,
  type HeaderInput,
  lastField,
  type Message,
  octetsForm,
  parseMessage,
  type PartInput,
  partText,
  textForm,
  valueOctets,
} from './index.ts';

const value = (field: HeaderInput, options = {}): string => {
  const written = buildField(field, options);
  assert.ok(written.endsWith('\r\n'));
  for (const line of written.slice(0, -2).split('\r\n'))
    assert.ok(Buffer.byteLength(line) <= 998 && line.trim() !== '', line);
  return Buffer.from(written.slice(written.indexOf(':') + 1, -2), 'utf8').toString('latin1');
};

test('fields as a person would write them', () => {
  const cases: [field: HeaderInput, written: string][] = [
    [{ name: 'Subject', text: 'plain words' }, 'Subject: plain words\r\n'],
    [{ name: 'Subject', text: 'Grüße an alle' }, 'Subject: =?utf-8?B?R3LDvMOfZQ==?= an alle\r\n'],
    [
      { name: 'Subject', text: 'looks =?utf-8?Q?like?= one' },
      'Subject: looks =?utf-8?B?PT91dGYtOD9RP2xpa2U/PQ==?= one\r\n',
    ],
    [
      {
        name: 'To',
        addresses: [
          { name: 'Ann Lee', email: 'a@b.example' },
          { name: null, email: 'c@d.example' },
        ],
      },
      'To: Ann Lee <a@b.example>, c@d.example\r\n',
    ],
    [
      { name: 'To', addresses: [{ name: 'Lee, "Ann"', email: 'a@b.example' }] },
      'To: "Lee, \\"Ann\\"" <a@b.example>\r\n',
    ],
    [
      { name: 'To', addresses: [{ name: 'Jörg', email: 'j@müller.example' }] },
      'To: =?utf-8?B?SsO2cmc=?= <j@xn--mller-kva.example>\r\n',
    ],
    [{ name: 'To', groups: [{ name: 'Team', addresses: [] }] }, 'To: Team:;\r\n'],
    [{ name: 'References', messageIds: ['a@b', 'c@d'] }, 'References: <a@b> <c@d>\r\n'],
    [{ name: 'List-Post', urls: ['mailto:a@b'] }, 'List-Post: <mailto:a@b>\r\n'],
    [{ name: 'Date', date: { time: 0, offset: 60 } }, 'Date: Thu, 1 Jan 1970 01:00:00 +0100\r\n'],
    [{ name: 'X', raw: ' as\r\n\tis' }, 'X: as\r\n\tis\r\n'],
    [{ name: 'X', raw: 'tight' }, 'X:tight\r\n'],
  ];
  for (const [field, written] of cases) assert.equal(buildField(field), written);
  assert.equal(
    buildField({ name: 'From', addresses: [{ name: 'Jörg', email: 'jörg@müller.example' }] }, { utf8: true }),
    'From: "Jörg" <jörg@müller.example>\r\n',
  );
});

test('nothing can begin another field', () => {
  const evil: HeaderInput[] = [
    { name: 'Subject', text: 'a\r\nBcc: x@y' },
    { name: 'Subject', text: 'a\nb' },
    { name: 'Subject', text: 'a\0' },
    { name: 'X', raw: ' a\r\nBcc: x@y' },
    { name: 'X', raw: ' a\r\n\r\nbody' },
    { name: 'X', raw: ' a\r\n ' },
    { name: 'X', raw: ' a\rb' },
    { name: 'X: y', raw: ' a' },
    { name: 'X\r\nY', text: 'a' },
    { name: '', text: 'a' },
    { name: 'Ü', text: 'a' },
    { name: 'To', addresses: [{ name: 'a\r\nb', email: 'x@y' }] },
    { name: 'To', addresses: [{ name: null, email: 'x@y\r\nBcc: z@y' }] },
    { name: 'To', addresses: [{ name: null, email: 'x@y>, <z@y' }] },
    { name: 'To', addresses: [{ name: null, email: 'x@y, z@y' }] },
    { name: 'To', addresses: [{ name: null, email: 'two words, z@y' }] },
    { name: 'To', groups: [{ name: 'a\nb', addresses: [] }] },
    { name: 'In-Reply-To', messageIds: ['a> <b'] },
    { name: 'In-Reply-To', messageIds: [''] },
    { name: 'List-Post', urls: ['a b'] },
    { name: 'X', raw: ` ${'x'.repeat(2000)}` },
  ];
  for (const field of evil) assert.throws(() => buildField(field), Invalid, JSON.stringify(field));
  const leaf: PartInput = { type: 'text/plain', content: 'x' };
  const parts: PartInput[] = [
    { ...leaf, type: 'text' },
    { ...leaf, type: 'text/plain\r\nX: y' },
    { ...leaf, disposition: 'inline\r\nX: y' },
    { ...leaf, name: 'a\r\nb' },
    { ...leaf, cid: 'a b' },
    { ...leaf, language: ['de\r\n'] },
    { ...leaf, location: 'a b' },
    { ...leaf, parameters: { 'a b': 'c' } },
    { ...leaf, charset: 'a\r\nb', content: new Uint8Array(1) },
    { ...leaf, headers: [{ name: 'Content-Transfer-Encoding', raw: ' base64' }] },
    { type: 'multipart/mixed', content: [] },
    { type: 'multipart/mixed', content: 'text' },
    { type: 'text/plain', content: [leaf] },
  ];
  for (const part of parts) assert.throws(() => buildMessage([], part), Invalid, JSON.stringify(part));
  assert.throws(() => buildMessage([{ name: 'mime-version', raw: ' 2' }], leaf), Invalid);
  let deep: PartInput = leaf;
  for (let i = 0; i < 150; i++) deep = { type: 'multipart/mixed', content: [deep] };
  assert.throws(() => buildMessage([], deep), Invalid);
});

/** Text of one line in the normal form that reading gives. */
const line = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a',
        'word',
        ' ',
        '=?',
        '?=',
        'é',
        '日本',
        '🎉',
        ',',
        '"',
        '\\',
        '<',
        '@',
        '=?utf-8?Q?x?=',
        'x'.repeat(120),
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) =>
    parts
      .join('')
      .replace(/[\p{Cc}\u2028\u2029]/gu, '')
      .toWellFormed()
      .normalize('NFC')
      .replace(/^[ \t]+|[ \t]+$/g, ''),
  );

test('text, names and addresses read back as written', () => {
  const domain = fc.constantFrom('example.org', 'müller.example', '[192.0.2.1]');
  const address: fc.Arbitrary<EmailAddress> = fc.record({
    name: fc.option(
      line.filter((name) => name !== ''),
      { nil: null },
    ),
    email: fc
      .tuple(fc.constantFrom('a', 'a.b', '"x y"', 'ü'), domain)
      .map(([local, host]) => `${local}@${host}`),
  });
  fc.assert(
    fc.property(
      line,
      fc.array(address, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (text, addresses, utf8) => {
        assert.equal(textForm(value({ name: 'Subject', text }, { utf8 })), text);
        const ascii = (email: string): string =>
          utf8 ? email : email.replace('müller.example', 'xn--mller-kva.example');
        const expected = addresses.map(({ name, email }) => ({ name, email: ascii(email) }));
        assert.deepEqual(addressesForm(value({ name: 'To', addresses }, { utf8 })), expected);
        const groups = [{ name: 'Group', addresses }];
        assert.deepEqual(groupsForm(value({ name: 'To', groups }, { utf8 })), [
          { name: 'Group', addresses: expected },
        ]);
      },
    ),
    { numRuns: 700 },
  );
});

test('identifiers, URLs and raw values read back as written', () => {
  const token = fc.string({ unit: fc.constantFrom(...'abc.123@-_/?=&%'), minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(token, { minLength: 1, maxLength: 20 }),
      fc.array(fc.constantFrom('a', ' b', '\tc', 'é'), { maxLength: 60 }),
      (items, raw) => {
        assert.deepEqual(octetsForm(value({ name: 'References', messageIds: items }), 'MessageIds'), items);
        assert.deepEqual(octetsForm(value({ name: 'List-Help', urls: items }), 'URLs'), items);
        const given = ` ${raw.join('')}x`;
        assert.equal(
          Buffer.from(value({ name: 'X', raw: given }), 'latin1')
            .toString()
            .replaceAll('\r\n', ''),
          given,
        );
      },
    ),
    { numRuns: 300 },
  );
});

const fileName = fc
  .array(fc.constantFrom('a', ' ', '.', '"', '\\', 'ü', '日', ';', "'", '%', '*', '=?', 'name', '🎉'), {
    minLength: 1,
    maxLength: 80,
  })
  .map((parts) => `n${parts.join('').trim()}n`);
const text = fc
  .array(
    fc.constantFrom('line', ' ', '\n', '\n.\n', 'é', 'x'.repeat(300), '--=_', 'From ', '=', '\t\n', '日本'),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
const leaf: fc.Arbitrary<PartInput> = fc.oneof(
  fc.record({
    type: fc.constantFrom('text/plain', 'text/html'),
    content: text,
    name: fc.option(fileName),
    cid: fc.option(fc.constant('c@d')),
  }),
  fc.record({
    type: fc.constantFrom('image/png', 'application/pdf', 'text/csv'),
    content: fc.uint8Array({ maxLength: 200 }),
    disposition: fc.option(fc.constantFrom('attachment', 'inline')),
    name: fc.option(fileName),
    language: fc.option(fc.constant(['de', 'en'])),
    location: fc.option(fc.constant('https://example.org/x')),
  }),
);
const { part: tree } = fc.letrec<{ part: PartInput; multipart: PartInput }>((tie) => ({
  part: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('multipart')),
  multipart: fc.record({
    type: fc.constantFrom('multipart/mixed', 'multipart/alternative', 'multipart/related'),
    content: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
  }),
}));

function assertSame(message: Message, bytes: Uint8Array, index: number, input: PartInput): void {
  const part = message.parts[index];
  assert.ok(part);
  assert.equal(`${part.type}/${part.subtype}`, input.type);
  const { content } = input;
  if (typeof content === 'string') assert.equal(partText(bytes, part).text, content);
  else if (content instanceof Uint8Array)
    assert.deepEqual(Buffer.from(decodePart(bytes, part)), Buffer.from(content));
  else {
    assert.equal(part.children.length, content.length);
    for (const [position, child] of content.entries())
      assertSame(message, bytes, part.children[position] ?? -1, child);
    return;
  }
  assert.equal(part.name, input.name ?? null);
  assert.equal(part.cid, input.cid ?? null);
  assert.equal(part.disposition, input.disposition ?? null);
  assert.deepEqual(part.language, input.language ?? null);
  assert.equal(part.location, input.location ?? null);
}

test('a built message parses to what it was built from', () => {
  fc.assert(
    fc.property(tree, line, fc.boolean(), (root, subject, eightBit) => {
      const bytes = buildMessage([{ name: 'Subject', text: subject }], root, { eightBit });
      const message = parseMessage(bytes);
      const field = lastField(message.parts[0].fields, 'subject');
      assert.ok(field);
      assert.equal(textForm(valueOctets(bytes, field)), subject);
      assertSame(message, bytes, 0, root);
      if (!eightBit) assert.ok(bytes.every((octet) => octet < 0x80));
      for (const written of Buffer.from(bytes).toString('latin1').split('\r\n')) {
        assert.ok(written.length <= 998 && !/[\r\n]/.test(written));
      }
    }),
    { numRuns: 500 },
  );
});

test('an attached message is never encoded', () => {
  const inner = buildMessage(
    [{ name: 'Subject', text: 'ü' }],
    { type: 'text/plain', content: 'ü' },
    { eightBit: true, utf8: true },
  );
  const bytes = buildMessage([], {
    type: 'multipart/mixed',
    content: [{ type: 'message/rfc822', content: inner }],
  });
  const message = parseMessage(bytes);
  const attached = message.parts[1];
  assert.ok(attached);
  assert.deepEqual(Buffer.from(decodePart(bytes, attached)), Buffer.from(inner));
  assert.equal(attached.encoding, '8bit');
  assert.equal(bodyStructure(message).subParts?.[0]?.type, 'message/rfc822');
});
