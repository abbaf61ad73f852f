// Messages made by Email/set create, read back as Email objects.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { utf8 } from '../../base/index.ts';
import type { Email, EmailBodyPart, JsonObject } from '../../formats/jmap/index.ts';
import { bodyLists, hasAttachment, parseMessage, preview } from '../../formats/mime/index.ts';
import { parseBlobId } from '../blob-id.ts';
import { SetFailure } from '../errors.ts';
import { composeMessage } from './compose.ts';
import { readDraft } from './draft.ts';
import { type BodyArguments, planEmail } from './properties.ts';
import { type EmailSource, neededRange, renderEmail, renderHot } from './render.ts';

const LIMITS = { maxAttachmentSize: 10_000, maxMessageSize: 50_000 };
const NO_VALUES: BodyArguments = {
  bodyProperties: null,
  fetchTextBodyValues: false,
  fetchHTMLBodyValues: false,
  fetchAllBodyValues: false,
  maxBodyValueBytes: 0,
};
const compose = (email: JsonObject, blobs: Record<string, Uint8Array> = {}) =>
  composeMessage(
    readDraft({ mailboxIds: { b: true }, ...email }),
    new Map(Object.entries(blobs)),
    'mail.example.org',
    LIMITS,
  );

function sourceOf(bytes: Uint8Array): EmailSource {
  const message = parseMessage(bytes);
  const hash = createHash('sha256').update(bytes).digest();
  const lists = bodyLists(message);
  return {
    stored: {
      id: 33,
      thread: 34,
      mailboxes: [1, 2],
      keywords: ['$seen', 'a"b'],
      received: Date.UTC(2024, 0, 2, 3, 4, 5, 678),
    },
    size: bytes.length,
    blob: { hash, steps: [] },
    message,
    preview: preview(message, bytes, lists),
    hasAttachment: hasAttachment(message, bytes, lists),
    bytes,
    base: 0,
  };
}

/** Renders with the needed bytes only, as the server does. */
function read(bytes: Uint8Array, properties: string[] | null, values: Partial<BodyArguments> = {}): Email {
  const plan = planEmail(properties, { ...NO_VALUES, ...values });
  const source = sourceOf(bytes);
  const range = neededRange(plan, source.message);
  const part = range ? bytes.slice(range.from, range.to) : new Uint8Array();
  return JSON.parse(renderEmail(plan, { ...source, bytes: part, base: range?.from ?? 0 })) as Email;
}

const html = {
  bodyValues: { t: { value: 'Hello\nwörld' }, h: { value: '<p>Hello <img src="cid:i@x"></p>' } },
  textBody: [{ partId: 't', type: 'text/plain' }],
  htmlBody: [{ partId: 'h', type: 'text/html' }],
};
const attachments = [
  { blobId: 'img', type: 'image/png', cid: 'i@x', name: 'i.png' },
  { blobId: 'pdf', type: 'application/pdf', name: 'Ünïcode name.pdf' },
];
const blobs = { img: Uint8Array.of(1, 2, 3, 255), pdf: utf8('%PDF') };

describe('a created message', () => {
  const bytes = compose(
    {
      from: [{ name: 'Änn', email: 'ann@example.org' }],
      to: [{ email: 'b@example.org' }],
      subject: 'Grüße',
      ...html,
      attachments,
    },
    blobs,
  );

  test('reads back in every property', () => {
    const email = read(bytes, null, { fetchAllBodyValues: true });
    assert.equal(email.id, 'bb');
    assert.equal(email.threadId, 'bc');
    assert.deepEqual(email.mailboxIds, { b: true, c: true });
    assert.deepEqual(email.keywords, { $seen: true, 'a"b': true });
    assert.equal(email.receivedAt, '2024-01-02T03:04:05Z');
    assert.equal(email.size, bytes.length);
    assert.deepEqual(email.from, [{ name: 'Änn', email: 'ann@example.org' }]);
    assert.deepEqual(email.to, [{ name: null, email: 'b@example.org' }]);
    for (const absent of ['cc', 'bcc', 'replyTo', 'sender', 'inReplyTo', 'references'] as const)
      assert.equal(email[absent], null, absent);
    assert.equal(email.subject, 'Grüße');
    assert.match(email.messageId?.[0] ?? '', /^[a-z0-9]{26}@mail\.example\.org$/);
    assert.match(email.sentAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)$/);
    assert.equal(email.hasAttachment, true);
    assert.equal(email.preview, 'Hello wörld');
    assert.deepEqual(
      email.textBody.map((part) => part.type),
      ['text/plain'],
    );
    assert.deepEqual(
      email.htmlBody.map((part) => part.type),
      ['text/html'],
    );
    assert.deepEqual(
      email.attachments.map((part) => [part.type, part.name, part.disposition, part.cid]),
      [
        ['image/png', 'i.png', 'inline', 'i@x'],
        ['application/pdf', 'Ünïcode name.pdf', 'attachment', null],
      ],
    );
    assert.deepEqual(
      Object.values(email.bodyValues).map((value) => value.value),
      ['Hello\nwörld', '<p>Hello <img src="cid:i@x"></p>'],
    );
    assert.equal('bodyStructure' in email, false);
    assert.equal('headers' in email, false);
  });

  test('its parts are ranges that decode to what was attached', () => {
    const { attachments } = read(bytes, ['attachments']);
    const [image] = attachments;
    const name = parseBlobId(image?.blobId ?? '');
    const range = name?.steps[0];
    assert.ok(range);
    assert.equal(range.encoding, 'base64');
    const raw = bytes.subarray(range.offset, range.offset + range.length);
    assert.deepEqual([...Buffer.from(Buffer.from(raw).toString(), 'base64')], [1, 2, 3, 255]);
    assert.equal(image?.size, 4);
  });

  test('the structure nests and has what was asked', () => {
    const types = (part: EmailBodyPart): unknown =>
      part.subParts ? [part.type, ...part.subParts.map(types)] : part.type;
    const { bodyStructure } = read(bytes, ['bodyStructure']);
    assert.ok(bodyStructure);
    assert.deepEqual(types(bodyStructure), [
      'multipart/mixed',
      ['multipart/alternative', 'text/plain', ['multipart/related', 'text/html', 'image/png']],
      'application/pdf',
    ]);
    assert.equal(bodyStructure.partId, null);
    assert.equal(bodyStructure.blobId, null);
    const slim = read(bytes, ['bodyStructure', 'textBody'], {
      bodyProperties: ['partId', 'header:Content-Type', 'subParts'],
    });
    assert.deepEqual(Object.keys(slim.bodyStructure ?? {}), ['partId', 'header:Content-Type', 'subParts']);
    assert.deepEqual(Object.keys(slim.textBody[0] ?? {}), ['partId', 'header:Content-Type']);
    assert.match(slim.bodyStructure?.['header:Content-Type'] as string, /^ multipart\/mixed;/);
  });

  test('properties asked are the properties given', () => {
    assert.deepEqual(Object.keys(read(bytes, ['subject', 'size'])).sort(), ['id', 'size', 'subject']);
    assert.deepEqual(Object.keys(read(bytes, [])), ['id']);
    const headers = read(bytes, [
      'header:subject:asText',
      'header:X-No:asText',
      'header:X-No:asAddresses:all',
      'headers',
    ]);
    assert.equal(headers['header:subject:asText'], 'Grüße');
    assert.equal(headers['header:X-No:asText'], null);
    assert.deepEqual(headers['header:X-No:asAddresses:all'], []);
    assert.ok(headers.headers?.some(({ name }) => name === 'MIME-Version'));
  });

  test('columns alone are enough for hot properties', () => {
    const plan = planEmail(['threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt'], NO_VALUES);
    assert.equal(plan.needsCold, false);
    const source = sourceOf(bytes);
    assert.equal(renderHot(plan, source), renderEmail(plan, source));
  });

  test('values are cut between characters and say so', () => {
    const values = { fetchTextBodyValues: true, maxBodyValueBytes: 8 };
    const [value] = Object.values(read(bytes, ['bodyValues'], values).bodyValues);
    assert.deepEqual(value, { value: 'Hello\nw', isEncodingProblem: false, isTruncated: true });
    assert.deepEqual(read(bytes, ['bodyValues']).bodyValues, {});
  });

  test('another parser reads the same', async () => {
    const parsed = await new PostalMime().parse(bytes);
    assert.equal(parsed.subject, 'Grüße');
    assert.deepEqual([parsed.from?.name, parsed.from?.address], ['Änn', 'ann@example.org']);
    assert.equal(parsed.text?.trim(), 'Hello\nwörld');
    assert.deepEqual(
      parsed.attachments.map(({ filename, mimeType }) => [filename, mimeType]),
      [
        ['i.png', 'image/png'],
        ['Ünïcode name.pdf', 'application/pdf'],
      ],
    );
  });
});

describe('hostile drafts', () => {
  const refusal = (email: JsonObject, given: Record<string, Uint8Array> = {}) => {
    try {
      compose(email, given);
    } catch (error) {
      assert.ok(error instanceof SetFailure, String(error));
      return [error.setError.type, ...(error.setError.properties ?? error.setError.notFound ?? [])].join(' ');
    }
    return 'accepted';
  };
  const part = (more: JsonObject): JsonObject => ({
    subject: 'x',
    bodyValues: { t: { value: 'x' } },
    bodyStructure: { partId: 't', ...more },
  });
  const cases: [string, JsonObject, string][] = [
    ['a line break in the subject', { subject: 'a\r\nBcc: x@y' }, 'invalidProperties subject'],
    ['a lone LF in the subject', { subject: 'a\nb' }, 'invalidProperties subject'],
    ['NUL', { subject: 'a\0b' }, 'invalidProperties subject'],
    ['a field inside a raw one', { 'header:X-A': ' a\r\nBcc: x@y' }, 'invalidProperties header:X-A'],
    [
      'the end of the header inside a raw field',
      { 'header:X-A': ' a\r\n\r\nbody' },
      'invalidProperties header:X-A',
    ],
    ['an address with two lines', { to: [{ email: 'a@b\r\nBcc: x@y' }] }, 'invalidProperties to'],
    ['an address with another in it', { to: [{ email: 'a@b, c@d' }] }, 'invalidProperties to'],
    ['a name with two lines', { to: [{ name: 'a\r\nb', email: 'a@b' }] }, 'invalidProperties to'],
    ['an id with brackets', { messageId: ['a@b>\r\n<c'] }, 'invalidProperties messageId'],
    [
      'a URL with white space',
      { 'header:List-Post:asURLs': ['a b'] },
      'invalidProperties header:List-Post:asURLs',
    ],
    ['a type with parameters', part({ type: 'text/plain; x=y' }), 'invalidProperties type'],
    ['a type with a line break', part({ type: 'text/plain\r\nX: y' }), 'invalidProperties type'],
    [
      'a disposition with a line break',
      part({ disposition: 'inline\r\nX: y' }),
      'invalidProperties disposition',
    ],
    ['a location with a line break', part({ location: 'a\r\nX: y' }), 'invalidProperties location'],
    ['a blob that is not there', { attachments: [{ blobId: 'nope' }] }, 'blobNotFound nope'],
  ];
  for (const [name, email, expected] of cases)
    test(`refuses ${name}`, () => assert.equal(refusal(email), expected));

  test('refuses what is too large', () => {
    assert.equal(refusal({ attachments: [{ blobId: 'a' }] }, { a: new Uint8Array(10_001) }), 'tooLarge');
    assert.equal(
      refusal({ bodyValues: { t: { value: 'x'.repeat(60_000) } }, textBody: [{ partId: 't' }] }),
      'tooLarge',
    );
  });

  test('no header field comes out that was not asked for', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a\r\nX-Evil: 1', '\nX-Evil: 1', 'a\r\n\r\nX-Evil: 1'),
    );
    fc.assert(
      fc.property(value, value, value, (subject, name, raw) => {
        let bytes: Uint8Array;
        try {
          bytes = compose({
            subject,
            from: [{ name, email: 'a@b.c' }],
            'header:X-Raw': raw,
            'header:X-Text:asText': raw,
          });
        } catch (error) {
          assert.ok(error instanceof SetFailure, String(error));
          return;
        }
        const names = parseMessage(bytes).parts[0].fields.map((field) => field.key);
        assert.deepEqual(names.sort(), [
          'content-transfer-encoding',
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
          'subject',
          'x-raw',
          'x-text',
        ]);
      }),
      { numRuns: 300 },
    );
  });
});

test('broken messages still render', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string().map(utf8)), (bytes) => {
      const email = read(bytes, null, { fetchAllBodyValues: true });
      assert.equal(email.size, bytes.length);
    }),
  );
});
