// RFC 8621 §4.6 and §4.10: the body of an e-mail that is created.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EmailBodyPart, JsonObject } from '../../../src/formats/jmap/index.ts';
import { BODY_VALUES, HTML_BODY, lines, MailWorld, shape, structured, TEXT_BODY } from './mail-world.ts';

let world: MailWorld;
/** A blob that parts may name. */
let blobId: string;
before(async () => {
  world = await MailWorld.start();
  blobId = await world.upload('some bytes', 'application/octet-stream');
});
after(() => world.close());

describe('§4.6 create: bodies', () => {
  test('bodyStructure stands alone', async () => {
    const part = structured({ partId: 't' });
    await world.refuses([
      [{ ...part, textBody: TEXT_BODY }, 'textBody'],
      [{ ...part, htmlBody: HTML_BODY }, 'htmlBody'],
      [{ ...part, attachments: [{ blobId }] }, 'attachments'],
    ]);
  });

  test('its root has no field that the Email has', async () => {
    await world.refuses([
      [structured({ partId: 't', 'header:Subject': ' x' }), 'bodyStructure/header:Subject'],
      [
        structured({ partId: 't', 'header:x-a:asText': 'x' }, { 'header:X-A': ' y' }),
        'bodyStructure/header:x-a:asText',
      ],
    ]);
  });

  test('textBody is exactly one text/plain, htmlBody exactly one text/html', async () => {
    const withValues = (more: JsonObject) => ({ bodyValues: BODY_VALUES, ...more });
    await world.refuses([
      [withValues({ textBody: [] }), 'textBody'],
      [withValues({ textBody: [...TEXT_BODY, ...TEXT_BODY] }), 'textBody'],
      [withValues({ textBody: [{ partId: 'h', type: 'text/html' }] }), 'textBody'],
      [withValues({ textBody: { partId: 't' } }), 'textBody'],
      [withValues({ htmlBody: [] }), 'htmlBody'],
      [withValues({ htmlBody: [...HTML_BODY, ...HTML_BODY] }), 'htmlBody'],
      [withValues({ htmlBody: [{ partId: 't', type: 'text/plain' }] }), 'htmlBody'],
    ]);
  });

  test('a part has a partId or a blobId, not both; the partId is in bodyValues', async () => {
    await world.refuses([
      [structured({ partId: 't', blobId }), 'bodyStructure/blobId'],
      [structured({ type: 'text/plain' }), 'bodyStructure'],
      [structured({ partId: 'none' }), 'bodyStructure/partId'],
      [{ textBody: [{ partId: 't' }] }, 'textBody/0/partId'],
      [{ bodyValues: BODY_VALUES, attachments: [{ partId: 'none' }] }, 'attachments/0/partId'],
      [{ attachments: [{ type: 'image/png' }] }, 'attachments/0'],
    ]);
  });

  test('charset and size are left out with a partId; size with a blobId is ignored', async () => {
    await world.refuses([
      [structured({ partId: 't', charset: 'utf-8' }), 'bodyStructure/charset'],
      [structured({ partId: 't', size: 4 }), 'bodyStructure/size'],
      [{ bodyValues: BODY_VALUES, textBody: [{ partId: 't', size: 4 }] }, 'textBody/0/size'],
    ]);
    const { attachments } = await world.made(
      { subject: 'subject', attachments: [{ blobId, size: 99_999 }] },
      ['attachments'],
    );
    assert.equal(attachments[0]?.size, 'some bytes'.length);
  });

  test('Content-Transfer-Encoding is never given', async () => {
    const name = 'header:Content-Transfer-Encoding';
    await world.refuses([
      [structured({ partId: 't', [name]: ' 8bit' }), `bodyStructure/${name}`],
      [{ attachments: [{ blobId, [`${name}:asText`]: 'base64' }] }, `attachments/0/${name}:asText`],
      [{ [name]: ' 8bit' }, name],
    ]);
  });

  test('isEncodingProblem and isTruncated are false or left out', async () => {
    await world.refuses([
      [{ bodyValues: { t: { value: 'x', isTruncated: true } }, textBody: TEXT_BODY }, 'bodyValues/t'],
      [{ bodyValues: { t: { value: 'x', isEncodingProblem: true } }, textBody: TEXT_BODY }, 'bodyValues/t'],
      [{ bodyValues: { t: { value: 5 } } }, 'bodyValues/t'],
      [{ bodyValues: [] }, 'bodyValues'],
    ]);
    await world.create({
      bodyValues: { t: { value: 'x', isTruncated: false, isEncodingProblem: false } },
      textBody: TEXT_BODY,
    });
  });

  test('subParts are those of a multipart, and only there', async () => {
    const child = { partId: 't' };
    await world.refuses([
      [structured({ type: 'text/plain', subParts: [child] }), 'bodyStructure/type'],
      [structured({ type: 'multipart/mixed', partId: 't' }), 'bodyStructure/type'],
      [structured({ partId: 't', subParts: [child] }), 'bodyStructure/subParts'],
      [{ attachments: [{ type: 'multipart/mixed', subParts: [{ blobId }] }] }, 'attachments/0/subParts'],
    ]);
  });

  test('what the server sets is refused', async () => {
    await world.refuses([
      [{ id: 'x' }, 'id'],
      [{ blobId }, 'blobId'],
      [{ threadId: 'x' }, 'threadId'],
      [{ size: 1 }, 'size'],
      [{ hasAttachment: false }, 'hasAttachment'],
      [{ preview: '' }, 'preview'],
      [{ colour: 'red' }, 'colour'],
      [{ receivedAt: 'today' }, 'receivedAt'],
    ]);
  });

  test('text and HTML are alternatives, attachments go beside them, and all is as it was given', async () => {
    const email = await world.made(
      {
        subject: 'subject',
        bodyValues: { t: { value: 'tëxt\nline' }, h: { value: '<p>hi</p>' } },
        textBody: [{ partId: 't', type: 'text/plain', language: ['de'], 'header:X-Text': ' yes' }],
        htmlBody: HTML_BODY,
        attachments: [
          {
            blobId,
            type: 'application/x-thing',
            name: 'Ünïcode.bin',
            disposition: 'attachment',
            cid: 'c@x',
            location: 'https://x.example/t',
            language: ['en', 'fr'],
          },
        ],
      },
      ['bodyStructure', 'textBody', 'htmlBody', 'attachments', 'bodyValues', 'hasAttachment'],
      { fetchAllBodyValues: true },
    );
    assert.deepEqual(shape(email.bodyStructure), [
      'multipart/mixed',
      ['multipart/alternative', 'text/plain', 'text/html'],
      'application/x-thing',
    ]);
    const [text] = email.textBody;
    assert.deepEqual(
      [text?.type, text?.language, text?.charset?.toLowerCase()],
      ['text/plain', ['de'], 'utf-8'],
    );
    assert.deepEqual(
      Object.values(email.bodyValues).map((one) => one.value),
      ['tëxt\nline', '<p>hi</p>'],
    );
    const { partId: _, blobId: attached, size, ...rest } = email.attachments[0] as EmailBodyPart;
    assert.deepEqual(rest, {
      name: 'Ünïcode.bin',
      type: 'application/x-thing',
      charset: null,
      disposition: 'attachment',
      cid: 'c@x',
      language: ['en', 'fr'],
      location: 'https://x.example/t',
    });
    assert.equal((await world.bytes(attached as string)).toString(), 'some bytes');
    assert.deepEqual([size, email.hasAttachment], [10, true]);
  });

  test('§4.1.4 a part may give its type as a header field', async () => {
    const draft = structured({
      'header:Content-Type': ' multipart/mixed; boundary="mine"',
      subParts: [
        { partId: 't', 'header:Content-Type': ' text/plain; charset=us-ascii; format=flowed' },
        { blobId, 'header:content-type:asText': 'text/csv; charset=iso-8859-1; header=present' },
      ],
    });
    const { bodyStructure } = await world.made(draft, ['bodyStructure'], {
      bodyProperties: ['type', 'charset', 'subParts', 'header:Content-Type:asText'],
    });
    assert.deepEqual(shape(bodyStructure), ['multipart/mixed', 'text/plain', 'text/csv']);
    const [text, csv] = bodyStructure?.subParts ?? [];
    assert.match(text?.['header:Content-Type:asText'] as string, /format=flowed/);
    assert.equal(text?.charset?.toLowerCase(), 'utf-8');
    assert.match(csv?.['header:Content-Type:asText'] as string, /header=present/);
    assert.equal(csv?.charset, 'iso-8859-1');
  });

  test('§4.10 the examples: a text of a language, and the alternatives of a second draft', async () => {
    const common = {
      keywords: { $seen: true, $draft: true },
      from: [{ name: 'Joe Bloggs', email: 'joe@example.com' }],
      subject: 'World domination',
      receivedAt: '2018-07-10T01:03:11Z',
      sentAt: '2018-07-10T11:03:11+10:00',
    };
    const plan = 'I have the most brilliant plan.  Let me tell you all about it.  What we do is, we';
    const { id, blobId: raw } = await world.create({
      ...common,
      bodyStructure: { type: 'text/plain', partId: 'bd48', 'header:Content-Language': 'en' },
      bodyValues: { bd48: { value: plan, isTruncated: false } },
    });
    const one = await world.get(id as string, null, { fetchAllBodyValues: true });
    assert.deepEqual(
      [one.keywords, one.receivedAt, one.sentAt, one.textBody[0]?.language],
      [common.keywords, common.receivedAt, common.sentAt, ['en']],
    );
    assert.equal(Object.values(one.bodyValues)[0]?.value, plan);
    const text = (await world.bytes(raw as string)).toString();
    for (const field of ['Message-ID: <', 'Date: Tue, 10 Jul 2018 11:03:11 +1000', 'MIME-Version: 1.0'])
      assert.match(text, new RegExp(`^${field.replace('+', '\\+')}`, 'm'));
    const second = await world.made(
      {
        ...common,
        to: [{ name: 'John', email: 'john@example.com' }],
        bodyStructure: {
          type: 'multipart/alternative',
          subParts: [
            { partId: 'a49d', type: 'text/html', 'header:Content-Language': 'en' },
            { partId: 'bd48', type: 'text/plain', 'header:Content-Language': 'en' },
          ],
        },
        bodyValues: {
          bd48: { value: plan, isTruncated: false },
          a49d: { value: `<div>${plan}</div>`, isTruncated: false },
        },
      },
      ['bodyStructure', 'textBody', 'htmlBody'],
      { bodyProperties: ['type', 'language', 'subParts'] },
    );
    assert.deepEqual(shape(second.bodyStructure), ['multipart/alternative', 'text/html', 'text/plain']);
    assert.deepEqual(second.textBody, [{ type: 'text/plain', language: ['en'] }]);
    assert.deepEqual(second.htmlBody, [{ type: 'text/html', language: ['en'] }]);
  });

  test('an e-mail may have nothing but a mailbox, and is given what a message needs', async () => {
    const one = await world.made({}, ['subject', 'messageId', 'sentAt', 'textBody', 'keywords']);
    assert.deepEqual([one.subject, one.messageId?.length, one.keywords], [null, 1, {}]);
    assert.ok(one.sentAt);
    assert.equal(one.textBody[0]?.type, 'text/plain');
  });

  test('fields that are written anyway may be given', async () => {
    const { id } = await world.create({ subject: 'v', 'header:MIME-Version': ' 1.0' });
    assert.deepEqual(await world.property(id as string, 'header:MIME-Version:all'), [' 1.0']);
  });

  test('a half-finished draft is stored as it is', async () => {
    const to = ['joe', 'joe@', 'not finished', 'two words@x.example'].map((email) => ({ name: null, email }));
    const one = await world.made({ to, subject: '' }, ['to', 'subject']);
    // What could be taken for more than one address is quoted.
    assert.deepEqual(
      one.to?.map(({ email }) => email),
      ['joe', 'joe@', '"not finished"', '"two words"@x.example'],
    );
    assert.equal(one.subject, '');
  });
});

test('§4.6 a part of a stored message may be attached to another by its blobId', async () => {
  const id = await world.import(
    lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: image/png',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw==',
      '--b--',
    ),
  );
  const { attachments, blobId: whole } = await world.get(id, ['attachments', 'blobId']);
  const image = attachments[0] ?? (await world.get(id, ['htmlBody'])).htmlBody[0];
  const parts = [
    { blobId: image?.blobId, type: 'image/png', disposition: 'attachment' },
    { blobId: whole, type: 'message/rfc822', disposition: 'attachment' },
  ];
  const copy = await world.made({ subject: 'subject', attachments: parts } as JsonObject, ['attachments']);
  const bytes = await Promise.all(copy.attachments.map((part) => world.bytes(part.blobId as string)));
  assert.deepEqual(bytes, [Buffer.from('iVBORw==', 'base64'), await world.bytes(whole)]);
});
