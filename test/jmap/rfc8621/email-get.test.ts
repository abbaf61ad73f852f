// RFC 8621 §4.1.1, §4.2 and §4.3: metadata of e-mails, Email/get and Email/changes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { failure, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

const DEFAULT = [
  'id',
  'blobId',
  'threadId',
  'mailboxIds',
  'keywords',
  'size',
  'receivedAt',
  'messageId',
  'inReplyTo',
  'references',
  'sender',
  'from',
  'to',
  'cc',
  'bcc',
  'replyTo',
  'subject',
  'sentAt',
  'hasAttachment',
  'preview',
  'bodyValues',
  'textBody',
  'htmlBody',
  'attachments',
];

describe('§4.1.1 metadata', () => {
  test('blobId is the message as it came, and size its length in octets', async () => {
    const bytes = lines('From: a@example.org', 'Subject: Größe', '', 'Tschüß', '.', '');
    const id = await world.import(bytes);
    const { blobId, size, threadId, mailboxIds, keywords } = await world.get(id);
    assert.deepEqual(await world.bytes(blobId), bytes);
    assert.equal(size, bytes.length);
    assert.match(threadId, /^[A-Za-z0-9_-]{1,255}$/);
    assert.match(id, /^[A-Za-z0-9_-]{1,255}$/);
    assert.deepEqual(mailboxIds, { [await world.box('inbox')]: true });
    assert.deepEqual(keywords, {});
  });

  test('an e-mail may be in several mailboxes, and each value of the set is true', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const id = await world.plain('two places', { mailboxIds: { [a]: true, [b]: true } });
    assert.deepEqual(await world.property(id, 'mailboxIds'), { [a]: true, [b]: true });
  });

  test('keywords come back in lower case', async () => {
    const id = await world.plain('cases', { keywords: { $SEEN: true, 'My-Label': true, $Forwarded: true } });
    assert.deepEqual(await world.property(id, 'keywords'), {
      $seen: true,
      'my-label': true,
      $forwarded: true,
    });
  });

  test('a keyword is 1 to 255 characters of %x21-7E, without ( ) { ] % * " \\', async () => {
    const id = await world.plain('keywords');
    const allowed = Array.from({ length: 0x7e - 0x21 + 1 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
      (char) => !'(){]%*"\\'.includes(char),
    );
    const all = allowed.map((char) => `k${char}`);
    for (const keyword of [...all, 'x'.repeat(255)])
      await world.update(id, { keywords: { [keyword]: true } });
    assert.deepEqual(await world.property(id, 'keywords'), { ['x'.repeat(255)]: true });
    const refused = [...'(){]%*"\\', ' ', '\t', '\u007f', 'ü', '\u0000'].map((char) => `k${char}`);
    for (const keyword of [...refused, '', 'x'.repeat(256)]) {
      const { notUpdated } = await world.client.call('Email/set', {
        update: { [id]: { keywords: { [keyword]: true } } },
      });
      const error = notUpdated?.[id];
      assert.deepEqual([error?.type, error?.properties], ['invalidProperties', ['keywords']], keyword);
    }
    for (const value of [false, null, 1, 'true']) {
      const { notUpdated } = await world.client.call('Email/set', {
        update: { [id]: { keywords: { word: value } } },
      });
      assert.equal(notUpdated?.[id]?.type, 'invalidProperties', String(value));
    }
  });

  test('receivedAt is a UTCDate, apart from what the message says', async () => {
    const id = await world.plain(
      'dated',
      { receivedAt: '2024-02-29T23:59:58Z' },
      'Date: 1 Jan 2020 00:00:00 +0100',
    );
    const { receivedAt, sentAt } = await world.get(id);
    assert.deepEqual([receivedAt, sentAt], ['2024-02-29T23:59:58Z', '2020-01-01T00:00:00+01:00']);
  });
});

describe('§4.2 Email/get', () => {
  test('gives exactly the default properties when none are named, or null', async () => {
    const id = await world.plain('defaults');
    for (const properties of [undefined, null]) {
      const { list } = await world.client.call('Email/get', {
        ids: [id],
        ...(properties === null && { properties }),
      });
      assert.deepEqual(Object.keys(list[0] ?? {}).sort(), [...DEFAULT].sort());
    }
    const { bodyValues, textBody } = await world.get(id);
    assert.deepEqual(bodyValues, {});
    assert.deepEqual(Object.keys(textBody[0] ?? {}).sort(), [
      'blobId',
      'charset',
      'cid',
      'disposition',
      'language',
      'location',
      'name',
      'partId',
      'size',
      'type',
    ]);
  });

  test('gives what was asked and the id, nothing else', async () => {
    const id = await world.plain('asked');
    const asked = ['threadId', 'subject', 'header:X-None', 'bodyStructure', 'headers'];
    assert.deepEqual(Object.keys(await world.get(id, asked)).sort(), ['id', ...asked].sort());
    assert.deepEqual(await world.get(id, []), { id });
  });

  test('properties of header fields that are absent are null', async () => {
    const id = await world.import(lines('X-Only: this', '', 'body'));
    const absent = ['messageId', 'inReplyTo', 'references', 'sender', 'from', 'to', 'cc', 'bcc', 'replyTo'];
    const email = (await world.get(id)) as unknown as JsonObject;
    for (const name of [...absent, 'subject', 'sentAt']) assert.equal(email[name], null, name);
  });

  test('properties and body properties that there are not are refused', async () => {
    const id = await world.plain('refused');
    const call = (args: JsonObject) => failure(world.client.call('Email/get', { ids: [id], ...args }));
    for (const name of ['colour', 'header', 'header:', 'header:a b', 'header:a:b', 'Subject', 'partId']) {
      assert.equal(await call({ properties: [name] }), 'invalidArguments', name);
    }
    for (const name of ['colour', 'subject', 'header:', 'header:From:asDate']) {
      const args = { properties: ['textBody'], bodyProperties: [name] };
      assert.equal(await call(args), 'invalidArguments', name);
    }
    for (const args of [
      { maxBodyValueBytes: -1 },
      { maxBodyValueBytes: 1.5 },
      { fetchAllBodyValues: 1 },
      { fetchTextBodyValues: 'yes' },
      { fetchHTMLBodyValues: null },
      { unknownArgument: true },
    ])
      assert.equal(await call(args as JsonObject), 'invalidArguments', JSON.stringify(args));
  });

  test('what is not there is in notFound, and null ids are all e-mails', async () => {
    const id = await world.plain('there');
    const { list, notFound } = await world.client.call('Email/get', {
      ids: ['zzzz', id],
      properties: ['id'],
    });
    assert.deepEqual([list, notFound], [[{ id }], ['zzzz']]);
    const all = await world.client.call('Email/get', { ids: null, properties: ['id'] });
    assert.deepEqual(
      all.list.map((one) => one.id).sort(),
      [...(await world.client.call('Email/query', {})).ids].sort(),
    );
  });
});

describe('§4.3 Email/changes', () => {
  test('tells created, updated and destroyed, each once', async () => {
    const kept = await world.plain('kept');
    const { state } = await world.client.call('Email/get', { ids: [] });
    const made = await world.plain('made');
    await world.update(kept, { 'keywords/one': true });
    await world.update(kept, { 'keywords/two': true });
    const gone = await world.plain('gone');
    await world.client.call('Email/set', { destroy: [gone] });
    const changes = await world.client.call('Email/changes', { sinceState: state });
    assert.deepEqual([changes.created, changes.updated], [[made], [kept]]);
    assert.ok(!changes.destroyed.includes(kept) && !changes.created.includes(gone));
    await world.client.call('Email/set', { destroy: [made] });
    const later = await world.client.call('Email/changes', { sinceState: changes.newState });
    assert.deepEqual([later.created, later.updated, later.destroyed], [[], [], [made]]);
  });

  test('reading an e-mail does not change it', async () => {
    const id = await world.plain('read twice');
    const { state } = await world.client.call('Email/get', { ids: [id], properties: ['preview'] });
    await world.get(id);
    assert.equal((await world.client.call('Email/get', { ids: [id] })).state, state);
  });
});
