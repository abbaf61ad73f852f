// What clients send of e-mails: keywords, patches, drafts, filters, sorts, property lists.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Invalid } from '../../base/index.ts';
import type { JsonObject } from '../../formats/jmap/index.ts';
import { MethodError, SetFailure } from '../errors.ts';
import { testContext, testToken } from '../testing.ts';
import { type DraftPart, readDraft } from './draft.ts';
import { mutabilityOf, readEmailFilter, testsOf } from './filter.ts';
import { changedSet, readEmailPatch, readKeyword } from './keywords.ts';
import { planEmail } from './properties.ts';
import { readEmailSort } from './sort.ts';

/** Type of the failure and the properties it names, or `accepted`. */
function refusal(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof SetFailure)
      return [error.setError.type, ...(error.setError.properties ?? [])].join(' ');
    if (error instanceof MethodError) return error.type;
    assert.ok(error instanceof Invalid, String(error));
    return `invalidArguments ${error.problems[0]?.property}`;
  }
  return 'accepted';
}

describe('keywords', () => {
  test('are lower case and of the allowed characters', () => {
    assert.equal(readKeyword('$Seen'), '$seen');
    assert.equal(readKeyword('a'.repeat(255)), 'a'.repeat(255));
    for (const bad of [
      '',
      'a b',
      'a(',
      'a)',
      'a{',
      'a]',
      'a%',
      'a*',
      'a"',
      'a\\',
      'ä',
      'a\n',
      'a'.repeat(256),
    ]) {
      assert.equal(readKeyword(bad), undefined, bad);
    }
    for (const fine of ['a[', 'a}', "a'", '!', '~', '@', '`', '^', '_', '+'])
      assert.equal(readKeyword(fine), fine);
  });

  test('patches add and remove, or replace', () => {
    const patch = readEmailPatch({ 'keywords/$SEEN': true, 'keywords/old': null, mailboxIds: { b: true } });
    assert.deepEqual(
      [...changedSet(new Set(['old', 'x']), patch.keywords ?? { replace: new Set() })],
      ['x', '$seen'],
    );
    assert.deepEqual(patch.mailboxIds, { replace: new Set(['b']) });
    assert.deepEqual(patch.others, {});
    assert.deepEqual(readEmailPatch({ subject: 'x' }).others, { subject: 'x' });
  });

  const bad: [string, JsonObject, string][] = [
    ['false in a patch', { 'keywords/a': false }, 'invalidProperties keywords/a'],
    ['false in a map', { keywords: { a: false } }, 'invalidProperties keywords'],
    ['a map that is a list', { keywords: ['a'] }, 'invalidProperties keywords'],
    ['a map that is null', { mailboxIds: null }, 'invalidProperties mailboxIds'],
    ['a bad keyword', { 'keywords/a b': true }, 'invalidProperties keywords/a b'],
    ['set and patched', { keywords: {}, 'keywords/a': true }, 'invalidPatch'],
    ['added and removed', { 'keywords/a': true, 'keywords/A': null }, 'invalidPatch'],
    ['too deep', { 'keywords/a/b': true }, 'invalidPatch'],
    ['into something else', { 'subject/a': true }, 'invalidPatch'],
    ['a broken escape', { 'keywords/~a': true }, 'invalidPatch'],
  ];
  for (const [name, patch, expected] of bad) {
    test(`refuses ${name}`, () =>
      assert.equal(
        refusal(() => readEmailPatch(patch)),
        expected,
      ));
  }

  test('nothing but SetFailure comes of any patch', () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('keywords', 'mailboxIds', 'keywords/a', 'mailboxIds/b', 'keywords/~'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        (patch) => void refusal(() => readEmailPatch(patch as JsonObject)),
      ),
    );
  });
});

const base: JsonObject = { mailboxIds: { b: true }, subject: 'hi' };
const draft = (more: JsonObject) => readDraft({ ...base, ...more });
const shape = (part: DraftPart): unknown =>
  'parts' in part.content ? [part.type, ...part.content.parts.map(shape)] : part.type;

describe('drafts', () => {
  const values: JsonObject = { t: { value: 'text' }, h: { value: '<p>html</p>' } };
  const textBody: JsonObject[] = [{ partId: 't', type: 'text/plain' }];
  const htmlBody: JsonObject[] = [{ partId: 'h', type: 'text/html' }];

  test('headers in their forms', () => {
    const { headers } = draft({
      from: [{ name: 'Ann', email: 'ann@example.org' }, { email: 'b@example.org' }],
      cc: null,
      messageId: ['a@b'],
      sentAt: '2024-05-06T07:08:09+02:00',
      'header:X-One': ' raw',
      'header:X-Many:asText:all': ['a', 'b'],
      'header:List-Post:asURLs': ['mailto:a@b'],
      'header:X-Group:asGroupedAddresses': [{ name: 'G', addresses: [{ email: 'c@d' }] }],
    });
    assert.deepEqual(headers, [
      { name: 'Subject', text: 'hi' },
      {
        name: 'From',
        addresses: [
          { name: 'Ann', email: 'ann@example.org' },
          { name: null, email: 'b@example.org' },
        ],
      },
      { name: 'Message-ID', messageIds: ['a@b'] },
      { name: 'Date', date: { time: Date.UTC(2024, 4, 6, 5, 8, 9), offset: 120 } },
      { name: 'X-One', raw: ' raw' },
      { name: 'X-Many', text: 'a' },
      { name: 'X-Many', text: 'b' },
      { name: 'List-Post', urls: ['mailto:a@b'] },
      { name: 'X-Group', groups: [{ name: 'G', addresses: [{ name: null, email: 'c@d' }] }] },
    ]);
  });

  test('bodies are put together', () => {
    const image: JsonObject = { blobId: 'b1', type: 'image/png', cid: 'i@x' };
    const file: JsonObject = { blobId: 'b2', type: 'application/pdf', name: 'a.pdf' };
    const of = (more: JsonObject) => shape(draft({ bodyValues: values, ...more }).body);
    assert.deepEqual(of({}), 'text/plain');
    assert.deepEqual(of({ textBody }), 'text/plain');
    assert.deepEqual(of({ textBody: [{ partId: 't' }] }), 'text/plain');
    assert.deepEqual(of({ htmlBody: [{ partId: 'h' }] }), 'text/html');
    assert.deepEqual(of({ textBody, htmlBody }), ['multipart/alternative', 'text/plain', 'text/html']);
    assert.deepEqual(of({ textBody, htmlBody, attachments: [image, file] }), [
      'multipart/mixed',
      ['multipart/alternative', 'text/plain', ['multipart/related', 'text/html', 'image/png']],
      'application/pdf',
    ]);
    assert.deepEqual(of({ attachments: [file] }), ['multipart/mixed', 'application/pdf']);
    assert.deepEqual(of({ textBody, attachments: [{ ...image, disposition: 'attachment' }] }), [
      'multipart/mixed',
      'text/plain',
      'image/png',
    ]);
    const structure = { type: 'multipart/mixed', subParts: [{ partId: 't' }, { blobId: 'x' }] };
    assert.deepEqual(of({ bodyStructure: structure }), [
      'multipart/mixed',
      'text/plain',
      'application/octet-stream',
    ]);
  });

  const part = (more: JsonObject): JsonObject => ({
    bodyValues: values,
    bodyStructure: { partId: 't', ...more },
  });
  const bad: [string, JsonObject, string][] = [
    ['no mailbox', { mailboxIds: {} }, 'mailboxIds'],
    ['a false mailbox', { mailboxIds: { b: false } }, 'mailboxIds'],
    ['server-set properties', { id: 'x', size: 1, preview: '' }, 'id size preview'],
    ['headers', { headers: [] }, 'headers'],
    ['an unknown property', { colour: 'red' }, 'colour'],
    ['a field twice', { 'header:Subject': ' a' }, 'header:Subject'],
    ['a field twice in another case', { 'header:X-A': ' a', 'header:x-a:asText': 'b' }, 'header:x-a:asText'],
    ['a form the field has not', { 'header:X-A:asWords': 'a' }, 'header:X-A:asWords'],
    ['a form the standard forbids', { 'header:From:asText': 'a' }, 'header:From:asText'],
    ['Content fields', { 'header:Content-Type': ' text/html' }, 'header:Content-Type'],
    ['another MIME-Version', { 'header:MIME-Version': ' 2.0' }, 'header:MIME-Version'],
    ['an address without email', { to: [{ name: 'x' }] }, 'to'],
    ['addresses that are none', { to: 'a@b' }, 'to'],
    ['a date that is none', { sentAt: 'yesterday' }, 'sentAt'],
    ['receivedAt with a zone', { receivedAt: '2024-05-06T07:08:09+02:00' }, 'receivedAt'],
    ['two bodies', { ...part({}), textBody }, 'textBody'],
    ['text that is HTML', { bodyValues: values, textBody: [{ partId: 'h', type: 'text/html' }] }, 'textBody'],
    ['two texts', { bodyValues: values, textBody: [...textBody, ...textBody] }, 'textBody'],
    ['no text', { textBody: [] }, 'textBody'],
    ['a part id without value', { textBody: [{ partId: 'nope' }] }, 'textBody/0/partId'],
    ['a part id of the prototype', { textBody: [{ partId: 'constructor' }] }, 'textBody/0/partId'],
    ['part and blob', part({ blobId: 'x' }), 'bodyStructure/blobId'],
    ['neither part nor blob', { bodyStructure: { type: 'text/plain' } }, 'bodyStructure'],
    ['charset of given text', part({ charset: 'utf-8' }), 'bodyStructure/charset'],
    ['size of given text', part({ size: 4 }), 'bodyStructure/size'],
    [
      'an encoding',
      part({ 'header:Content-Transfer-Encoding': ' 8bit' }),
      'bodyStructure/header:Content-Transfer-Encoding',
    ],
    [
      'the type twice',
      part({ type: 'text/plain', 'header:Content-Type': ' text/html' }),
      'bodyStructure/header:Content-Type',
    ],
    [
      'a field of the message in its root part',
      part({ 'header:subject': ' x' }),
      'bodyStructure/header:subject',
    ],
    ['parts below a leaf', part({ subParts: [] }), 'bodyStructure/subParts'],
    [
      'a multipart that is none',
      { bodyValues: values, bodyStructure: { type: 'text/plain', subParts: [{ partId: 't' }] } },
      'bodyStructure/type',
    ],
    ['a leaf that is a multipart', part({ type: 'multipart/mixed' }), 'bodyStructure/type'],
    [
      'sub-parts of attachments',
      { attachments: [{ type: 'multipart/mixed', subParts: [{ blobId: 'x' }] }] },
      'attachments/0/subParts',
    ],
    ['a truncated value', { bodyValues: { t: { value: 'x', isTruncated: true } }, textBody }, 'bodyValues/t'],
    ['values that are none', { bodyValues: [] }, 'bodyValues'],
    ['a name that is a number', part({ name: 5 }), 'bodyStructure/name'],
    ['headers of a part', part({ headers: [] }), 'bodyStructure/headers'],
  ];
  for (const [name, more, properties] of bad) {
    test(`refuses ${name}`, () =>
      assert.equal(
        refusal(() => draft(more)),
        `invalidProperties ${properties}`,
      ));
  }

  test('an Email needs no more than a mailbox', () => {
    const { headers, body } = readDraft({ mailboxIds: { b: true } });
    assert.deepEqual([headers, body.type, body.content], [[], 'text/plain', { text: '' }]);
  });

  test('nothing but SetFailure comes of any object, and nesting ends', () => {
    const key = fc.constantFrom(
      'mailboxIds',
      'keywords',
      'from',
      'subject',
      'sentAt',
      'messageId',
      'bodyStructure',
      'textBody',
      'attachments',
      'bodyValues',
      'header:X-A',
      'header:X-B:asDate',
      'header:X-C:asAddresses:all',
      'x',
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        (email) => void refusal(() => draft(email as JsonObject)),
      ),
    );
    let structure: JsonObject = { partId: 't' };
    for (let i = 0; i < 50; i++) structure = { type: 'multipart/mixed', subParts: [structure] };
    assert.match(
      refusal(() => draft({ bodyValues: values, bodyStructure: structure })),
      /^invalidProperties bodyStructure\/subParts/,
    );
  });
});

describe('filters and sorts', () => {
  const context = testContext(testToken('*'));
  context.created.set('new', 'c');
  const filter = (value: unknown) => readEmailFilter(value, context);
  test('conditions become tests', () => {
    assert.equal(filter(null), null);
    const tests = [
      ...testsOf(
        filter({
          operator: 'OR',
          conditions: [
            { inMailbox: '#new', hasKeyword: '$Seen' },
            { inMailbox: 'nope!' },
            { after: '2024-01-01T00:00:00Z' },
            { header: ['X-Foo', 'Bar'] },
            { inMailboxOtherThan: ['b', '!', '#gone'] },
          ],
        }),
      ),
    ];
    assert.deepEqual(tests, [
      { kind: 'inMailbox', mailbox: 2 },
      { kind: 'keyword', keyword: '$seen', has: true },
      { kind: 'inMailbox', mailbox: undefined },
      { kind: 'received', from: Date.UTC(2024, 0, 1), to: Infinity },
      { kind: 'header', name: 'x-foo', value: 'bar' },
      { kind: 'inMailboxOtherThan', mailboxes: new Set([1]) },
    ]);
  });

  test('unknown conditions and wrong types have their own errors', () => {
    for (const unknown of [
      { colour: 1 },
      { constructor: 1 },
      { operator: 'AND', conditions: [{ inMailboxes: [] }] },
    ]) {
      assert.equal(
        refusal(() => filter(unknown)),
        'unsupportedFilter',
      );
    }
    const wrong: JsonObject[] = [
      { inMailbox: 1 },
      { minSize: -1 },
      { minSize: '1' },
      { before: 'x' },
      { hasAttachment: 'yes' },
      { header: [] },
      { header: ['a', 'b', 'c'] },
      { header: 'a' },
      { inMailboxOtherThan: 'a' },
      { id: [1] },
      { text: null },
    ];
    for (const condition of wrong) {
      assert.match(
        refusal(() => filter(condition)),
        /^invalidArguments filter\//,
        JSON.stringify(condition),
      );
    }
  });

  test('sorts', () => {
    assert.deepEqual(readEmailSort(null), [{ kind: 'received', property: 'receivedAt', ascending: false }]);
    assert.deepEqual(
      readEmailSort([
        { property: 'hasKeyword', keyword: '$Flagged' },
        { property: 'from', isAscending: false, collation: 'i;ascii-casemap' },
      ]),
      [
        { kind: 'keyword', keyword: '$flagged', property: 'hasKeyword', ascending: true },
        { kind: 'from', collation: 'i;ascii-casemap', property: 'from', ascending: false },
      ],
    );
    assert.equal(
      refusal(() => readEmailSort([{ property: 'colour' }])),
      'unsupportedSort',
    );
    assert.equal(
      refusal(() => readEmailSort([{ property: 'from', collation: 'i;octet-ish' }])),
      'unsupportedSort',
    );
    assert.equal(
      refusal(() => readEmailSort([{ property: 'hasKeyword' }])),
      'invalidArguments sort/0/keyword',
    );
  });

  test('what results depend on', () => {
    const of = (value: unknown, sort: unknown = null, collapse = false) =>
      mutabilityOf(filter(value), readEmailSort(sort), collapse);
    assert.deepEqual(of({ text: 'x', minSize: 3 }), { email: false, thread: false });
    assert.deepEqual(of({ inMailbox: 'b' }), { email: true, thread: false });
    assert.deepEqual(of({ noneInThreadHaveKeyword: 'b' }), { email: true, thread: true });
    assert.deepEqual(of(null, [{ property: 'hasKeyword', keyword: 'a' }]), { email: true, thread: false });
    assert.deepEqual(of(null, null, true), { email: true, thread: true });
  });
});

describe('property lists', () => {
  const values = {
    bodyProperties: null,
    fetchTextBodyValues: false,
    fetchHTMLBodyValues: false,
    fetchAllBodyValues: false,
    maxBodyValueBytes: 0,
  };
  test('say what has to be read', () => {
    const hot = planEmail(['threadId', 'keywords'], values);
    assert.deepEqual([hot.needsCold, hot.needsHeader, hot.needsBodies], [false, false, false]);
    assert.equal(planEmail(['preview'], values).needsCold, true);
    const header = planEmail(['header:Subject:asText', 'from'], values);
    assert.deepEqual([header.needsHeader, header.needsBodies, header.needsPartHeaders], [true, false, false]);
    assert.equal(planEmail(['bodyValues'], values).needsBodies, false);
    assert.equal(planEmail(['bodyValues'], { ...values, fetchAllBodyValues: true }).needsBodies, true);
    assert.equal(
      planEmail(['textBody'], { ...values, bodyProperties: ['header:X-A'] }).needsPartHeaders,
      true,
    );
  });

  test('id comes first and once; unknown names are refused', () => {
    assert.deepEqual(
      planEmail(['size', 'id'], values).properties.map(
        (property) => property.kind === 'metadata' && property.name,
      ),
      ['id', 'size'],
    );
    for (const name of [
      'colour',
      'header:',
      'header:a b',
      'header:From:asText',
      'header:X:asNothing',
      'Subject',
      'constructor',
    ]) {
      assert.equal(
        refusal(() => planEmail([name], values)),
        'invalidArguments properties',
        name,
      );
    }
    assert.equal(
      refusal(() => planEmail(null, { ...values, bodyProperties: ['colour'] })),
      'invalidArguments bodyProperties/0',
    );
  });
});
