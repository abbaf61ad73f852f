// RFC 8621 §4.8: Email/import.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject, SetError } from '../../../src/formats/jmap/index.ts';
import { failure, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
let inbox: string;
before(async () => {
  world = await MailWorld.start();
  inbox = await world.box('inbox');
});
after(() => world.close());

const run = (emails: JsonObject, more: JsonObject = {}) =>
  world.client.call('Email/import', { emails, ...more } as never);

describe('§4.8 what is made', () => {
  test('has the mailboxes, keywords and date that were given, and the octets of the blob', async () => {
    const bytes = lines('Subject: imported', '', 'as it came', '..', '');
    const [blobId, other] = [await world.upload(bytes), await world.mailbox()];
    const { accountId, created, notCreated, oldState, newState } = await run({
      k: {
        blobId,
        mailboxIds: { [inbox]: true, [other]: true },
        keywords: { $Seen: true, label: true },
        receivedAt: '2019-08-07T06:05:04Z',
      },
    });
    assert.equal(accountId, world.ann.id);
    assert.equal(notCreated, null);
    assert.notEqual(oldState, newState);
    assert.equal((await world.client.call('Email/get', { ids: [] })).state, newState);
    const made = created?.['k'];
    assert.deepEqual(Object.keys(made ?? {}).sort(), ['blobId', 'id', 'size', 'threadId']);
    const email = await world.get(made?.id as string);
    assert.deepEqual([email.blobId, email.size, email.threadId], [made?.blobId, made?.size, made?.threadId]);
    assert.deepEqual(email.mailboxIds, { [inbox]: true, [other]: true });
    assert.deepEqual(email.keywords, { $seen: true, label: true });
    assert.equal(email.receivedAt, '2019-08-07T06:05:04Z');
    assert.deepEqual(await world.bytes(email.blobId), bytes);
  });

  test('was received when its most recent Received field says, or else now', async () => {
    const received = (date: string) => `Received: from a by b; ${date}`;
    const of = async (header: string[], more: JsonObject = {}) =>
      (await world.property(
        await world.import(lines(...header, 'Subject: r', '', 'x'), more),
        'receivedAt',
      )) as string;
    assert.equal(
      await of([received('Tue, 2 Jan 2024 11:00:00 +0100'), received('Mon, 1 Jan 2024 10:00:00 +0000')]),
      '2024-01-02T10:00:00Z',
    );
    assert.equal(
      await of([received('Tue, 2 Jan 2024 11:00:00 +0100')], { receivedAt: '2020-01-01T00:00:00Z' }),
      '2020-01-01T00:00:00Z',
    );
    const before = Date.now() - 1000;
    for (const header of [['Date: Mon, 1 Jan 2001 00:00:00 +0000'], [received('no date')]]) {
      const time = Date.parse(await of(header));
      assert.ok(time >= before && time <= Date.now() + 1000);
    }
  });

  test('from one blob twice are two e-mails that change apart', async () => {
    const blobId = await world.upload(lines('Subject: twin', '', 'x'));
    const entry = { blobId, mailboxIds: { [inbox]: true } };
    const { created } = await run({ a: entry, b: entry });
    const [a, b] = [created?.['a']?.id as string, created?.['b']?.id as string];
    assert.notEqual(a, b);
    await world.update(a, { 'keywords/$seen': true });
    assert.deepEqual(await world.property(b, 'keywords'), {});
    await world.client.call('Email/set', { destroy: [a] });
    assert.deepEqual(await world.property(b, 'mailboxIds'), { [inbox]: true });
  });

  test('may have headers in UTF-8 (RFC 6532)', async () => {
    const id = await world.import(
      lines('From: Jörg <jörg@müller.example>', 'Subject: Grüße 日本', 'X-Ü: y', '', 'x'),
    );
    const { from, subject } = await world.get(id, ['from', 'subject']);
    assert.deepEqual([from, subject], [[{ name: 'Jörg', email: 'jörg@müller.example' }], 'Grüße 日本']);
  });

  test('comes from any blob that can be read: a part of another e-mail too', async () => {
    const id = await world.import(
      lines('Content-Type: message/rfc822', 'Subject: outer', '', 'Subject: inner', '', 'x'),
    );
    const { attachments } = await world.get(id, ['attachments']);
    const { created } = await run({
      k: { blobId: attachments[0]?.blobId ?? '', mailboxIds: { [inbox]: true } },
    });
    assert.equal(await world.property(created?.['k']?.id as string, 'subject'), 'inner');
  });
});

describe('§4.8 what is refused', () => {
  test('blobId, mailboxIds and keywords that are missing, of a wrong type, or of nothing', async () => {
    const blobId = await world.upload(lines('Subject: refused', '', 'x'));
    const mailboxIds = { [inbox]: true };
    const cases: Record<string, [JsonObject, string]> = {
      noBlob: [{ mailboxIds }, 'blobId'],
      nullBlob: [{ blobId: null, mailboxIds }, 'blobId'],
      numberBlob: [{ blobId: 5, mailboxIds }, 'blobId'],
      unknownBlob: [{ blobId: 'nope', mailboxIds }, 'blobId'],
      noMailbox: [{ blobId }, 'mailboxIds'],
      emptyMailboxes: [{ blobId, mailboxIds: {} }, 'mailboxIds'],
      listMailboxes: [{ blobId, mailboxIds: [inbox] }, 'mailboxIds'],
      unknownMailbox: [{ blobId, mailboxIds: { zzzz: true } }, 'mailboxIds'],
      falseMailbox: [{ blobId, mailboxIds: { [inbox]: false } }, 'mailboxIds'],
      listKeywords: [{ blobId, mailboxIds, keywords: ['a'] }, 'keywords'],
      falseKeyword: [{ blobId, mailboxIds, keywords: { a: false } }, 'keywords'],
      badKeyword: [{ blobId, mailboxIds, keywords: { 'a b': true } }, 'keywords'],
      badDate: [{ blobId, mailboxIds, receivedAt: 'now' }, 'receivedAt'],
      unknownProperty: [{ blobId, mailboxIds, subject: 'x' }, 'subject'],
    };
    const { created, notCreated, oldState, newState } = await run({
      fine: { blobId, mailboxIds },
      ...Object.fromEntries(Object.entries(cases).map(([key, [entry]]) => [key, entry])),
    });
    assert.deepEqual(Object.keys(created ?? {}), ['fine']);
    for (const [key, [, property]] of Object.entries(cases)) {
      const error = notCreated?.[key] as SetError;
      assert.equal(error?.type, 'invalidProperties', key);
      assert.equal(error.properties?.length, 1, key);
      assert.equal(error.properties?.[0]?.split('/')[0], property, key);
    }
    assert.notEqual(oldState, newState);
    const none = await run({ k: { blobId: 'nope', mailboxIds } });
    assert.deepEqual([none.created, none.oldState], [null, none.newState]);
  });

  test('invalidEmail for what has no header field at all', async () => {
    const mailboxIds = { [inbox]: true };
    for (const bytes of ['', '\r\nonly a body\r\n']) {
      const blobId = await world.upload(bytes);
      const { notCreated } = await run({ k: { blobId, mailboxIds } });
      assert.equal(notCreated?.['k']?.type, 'invalidEmail', JSON.stringify(bytes));
    }
  });

  test('stateMismatch when the state is another, and then nothing is done', async () => {
    const { state } = await world.client.call('Email/get', { ids: [] });
    const blobId = await world.upload(lines('Subject: state', '', 'x'));
    const emails = { k: { blobId, mailboxIds: { [inbox]: true } } };
    assert.equal(await failure(run(emails, { ifInState: 'zz' })), 'stateMismatch');
    const { newState } = await run(emails, { ifInState: state });
    assert.equal(await failure(run(emails, { ifInState: state })), 'stateMismatch');
    assert.equal((await run({}, { ifInState: newState })).newState, newState);
    assert.equal((await run({}, { ifInState: null })).newState, newState);
  });

  test('arguments that are none', async () => {
    for (const emails of [null, [], 5, { k: null }, { k: 'x' }] as never[])
      assert.equal(await failure(run(emails)), 'invalidArguments', JSON.stringify(emails));
  });
});
