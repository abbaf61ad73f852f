// RFC 8621 §4.9: Email/parse.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EmailBodyPart, JsonObject } from '../../../src/formats/jmap/index.ts';
import { failure, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

const parse = (blobIds: readonly string[], more: JsonObject = {}) =>
  world.client.call('Email/parse', { blobIds, ...more } as never);
/** One blob parsed. */
async function one(bytes: Uint8Array, more: JsonObject = {}): Promise<JsonObject> {
  const blobId = await world.upload(bytes);
  const { parsed, notParsable, notFound } = await parse([blobId], more);
  assert.deepEqual([notParsable, notFound], [null, null]);
  return parsed?.[blobId] as unknown as JsonObject;
}

const MESSAGE = lines(
  'From: Jörg <jörg@müller.example>',
  'To: b@x.example',
  'Subject: parsed',
  'Message-ID: <p@x>',
  'Date: Mon, 1 Jan 2024 10:00:00 +0100',
  'List-Post: <mailto:l@x.example>',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>some <b>bold</b> täxt</p>',
  '--b',
  'Content-Type: application/pdf',
  '',
  'pdf',
  '--b--',
);

describe('§4.9 what is given', () => {
  test('are exactly the default properties when none are named', async () => {
    const expected = [
      'attachments',
      'bcc',
      'bodyValues',
      'cc',
      'from',
      'hasAttachment',
      'htmlBody',
      'inReplyTo',
      'messageId',
      'preview',
      'references',
      'replyTo',
      'sender',
      'sentAt',
      'subject',
      'textBody',
      'to',
    ];
    assert.deepEqual(Object.keys(await one(MESSAGE)).sort(), expected);
    assert.deepEqual(Object.keys(await one(MESSAGE, { properties: null })).sort(), expected);
  });

  test('are the properties that were named, with the metadata of the store as null', async () => {
    const properties = ['id', 'mailboxIds', 'keywords', 'receivedAt', 'threadId', 'size', 'subject'];
    assert.deepEqual(await one(MESSAGE, { properties }), {
      id: null,
      mailboxIds: null,
      keywords: null,
      receivedAt: null,
      threadId: null,
      size: MESSAGE.length,
      subject: 'parsed',
    });
    assert.deepEqual(await one(MESSAGE, { properties: [] }), {});
  });

  test('reads headers in UTF-8 (RFC 6532), in the form and capitals that were asked for', async () => {
    const properties = [
      'from',
      'header:SUBJECT:asText',
      'header:list-POST:asURLs',
      'header:X-None:all',
      'sentAt',
    ];
    assert.deepEqual(await one(MESSAGE, { properties }), {
      from: [{ name: 'Jörg', email: 'jörg@müller.example' }],
      'header:SUBJECT:asText': 'parsed',
      'header:list-POST:asURLs': ['mailto:l@x.example'],
      'header:X-None:all': [],
      sentAt: '2024-01-01T10:00:00+01:00',
    });
  });

  test('has bodies and values by the arguments of Email/get', async () => {
    const email = await one(MESSAGE, {
      properties: ['bodyStructure', 'htmlBody', 'attachments', 'bodyValues', 'hasAttachment', 'preview'],
      bodyProperties: ['partId', 'type', 'subParts'],
      fetchHTMLBodyValues: true,
      maxBodyValueBytes: 10,
    });
    const structure = email['bodyStructure'] as unknown as EmailBodyPart;
    assert.deepEqual(
      [structure.type, structure.subParts?.map(({ type }) => type)],
      ['multipart/mixed', ['text/html', 'application/pdf']],
    );
    const [html] = email['htmlBody'] as unknown as EmailBodyPart[];
    assert.deepEqual(email['bodyValues'], {
      [html?.partId as string]: { value: '<p>some ', isEncodingProblem: false, isTruncated: true },
    });
    assert.deepEqual([email['hasAttachment'], email['preview']], [true, 'some bold täxt']);
    for (const [fetch, count] of [
      ['fetchTextBodyValues', 1],
      ['fetchAllBodyValues', 1],
      ['fetchHTMLBodyValues', 1],
    ] as const) {
      const { bodyValues } = await one(MESSAGE, { properties: ['bodyValues'], [fetch]: true });
      assert.equal(Object.keys(bodyValues as object).length, count, fetch);
    }
    assert.deepEqual(await one(MESSAGE, { properties: ['bodyValues'] }), { bodyValues: {} });
  });

  test('is of an attached message, and of the one attached to that', async () => {
    const innermost = ['Subject: innermost', '', 'x'];
    const inner = ['Subject: inner', 'Content-Type: message/rfc822', '', ...innermost];
    const id = await world.import(lines('Subject: outer', 'Content-Type: message/rfc822', '', ...inner));
    const { attachments } = await world.get(id, ['attachments']);
    const first = attachments[0]?.blobId as string;
    const { parsed } = await parse([first], { properties: ['subject', 'attachments'] });
    assert.equal(parsed?.[first]?.subject, 'inner');
    const second = parsed?.[first]?.attachments?.[0]?.blobId as string;
    const again = await parse([second], { properties: ['subject'] });
    assert.equal(again.parsed?.[second]?.subject, 'innermost');
    // Nothing was stored.
    assert.equal(
      (await world.client.call('Email/query', { filter: { header: ['Subject', 'inner'] } })).ids.length,
      0,
    );
  });
});

describe('§4.9 what is refused', () => {
  test('blobs that are no messages are notParsable, those that are not there notFound', async () => {
    const [good, bad] = [await world.upload(MESSAGE), await world.upload('\r\nno header')];
    const answer = await parse([good, bad, 'nope'], { properties: ['subject'] });
    assert.deepEqual(answer, {
      accountId: world.ann.id,
      parsed: { [good]: { subject: 'parsed' } },
      notParsable: [bad],
      notFound: ['nope'],
    });
    const none = await parse([bad]);
    assert.deepEqual([none.parsed, none.notParsable, none.notFound], [null, [bad], null]);
  });

  test('blobs of others are not found', async () => {
    const bob = await world.sending.person('bob');
    const { blobId } = await bob.client.upload(MESSAGE);
    // The same octets are nobody's but bob's.
    const own = await bob.client.upload('Subject: only bob\r\n\r\nx');
    assert.deepEqual((await parse([own.blobId])).notFound, [own.blobId]);
    assert.deepEqual(
      Object.keys((await bob.client.call('Email/parse', { blobIds: [blobId] })).parsed ?? {}),
      [blobId],
    );
  });

  test('forms that a field does not have, and properties that there are not, are invalidArguments', async () => {
    const blobId = await world.upload(MESSAGE);
    for (const property of ['header:From:asDate', 'header:Date:asText', 'colour', 'header:'])
      assert.equal(await failure(parse([blobId], { properties: [property] })), 'invalidArguments', property);
    for (const property of ['header:From:asDate', 'subject'])
      assert.equal(
        await failure(parse([blobId], { bodyProperties: [property] })),
        'invalidArguments',
        property,
      );
    assert.equal(await failure(parse([blobId], { maxBodyValueBytes: -1 })), 'invalidArguments');
  });
});
