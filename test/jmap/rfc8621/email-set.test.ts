// RFC 8621 §4.6: mailboxes, keywords, blobs and limits of what is created; updates and destructions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Email, JsonObject, SetError } from '../../../src/formats/jmap/index.ts';
import { BODY_VALUES, HTML_BODY, MailWorld, TEXT_BODY } from './mail-world.ts';

let world: MailWorld;
/** A blob that parts may name. */
let blobId: string;
before(async () => {
  world = await MailWorld.start();
  blobId = await world.upload('some bytes', 'application/octet-stream');
});
after(() => world.close());

describe('§4.6 create: mailboxes, keywords, blobs, limits', () => {
  test('mailboxIds names one mailbox at least, all there, all true', async () => {
    const box = await world.mailbox();
    for (const mailboxIds of [
      {},
      null,
      { zzzz: true },
      { [box]: true, zzzz: true },
      { [box]: false },
      [box],
      box,
    ]) {
      const error = await world.refusal({ subject: 'subject', mailboxIds } as JsonObject);
      assert.deepEqual([error.type, error.properties], ['invalidProperties', ['mailboxIds']]);
    }
    const { notCreated } = await world.client.call('Email/set', {
      create: { k: { subject: 'subject' } as never },
    });
    assert.deepEqual(notCreated?.['k']?.properties, ['mailboxIds']);
  });

  test('keywords are those of §4.1.1', async () => {
    for (const keywords of [{ 'a b': true }, { a: false }, ['a'], { '': true }]) {
      const error = await world.refusal({ subject: 'subject', keywords } as JsonObject);
      assert.deepEqual([error.type, error.properties], ['invalidProperties', ['keywords']]);
    }
    assert.deepEqual(
      (await world.made({ subject: 'subject', keywords: { $Draft: true } }, ['keywords'])).keywords,
      {
        $draft: true,
      },
    );
  });

  test('blobNotFound names every blob that is not there', async () => {
    const error = await world.refusal({
      subject: 'subject',
      attachments: [{ blobId: 'nope' }, { blobId }, { blobId: 'nothing' }, { blobId: 'nope' }],
    } as JsonObject);
    assert.equal(error.type, 'blobNotFound');
    assert.deepEqual([...(error.notFound ?? [])].sort(), ['nope', 'nothing']);
    const structure = { type: 'multipart/mixed', subParts: [{ blobId: 'deep' }] };
    assert.deepEqual(
      (await world.refusal({ subject: 'subject', bodyStructure: structure } as JsonObject)).notFound,
      ['deep'],
    );
  });

  test('tooManyKeywords, on create and on update', async () => {
    const keywords = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`word${i}`, true]));
    assert.equal((await world.refusal({ subject: 'subject', keywords })).type, 'tooManyKeywords');
    const { id } = await world.create({ subject: 'subject' });
    const { notUpdated } = await world.client.call('Email/set', { update: { [id as string]: { keywords } } });
    assert.equal(notUpdated?.[id as string]?.type, 'tooManyKeywords');
  });

  test('tooManyMailboxes, on create, on import and on update', async () => {
    const limit = await world.sending.world
      .jmap()
      .request([['x:Account/set', { update: { [world.ann.id]: { quotas: { maxMailboxes: 400 } } } }, 's']]);
    assert.ok(limit.methodResponses[0]?.[1]['updated'], JSON.stringify(limit));
    const { created } = await world.client.call('Mailbox/set', {
      create: Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`k${i}`, { name: `Many ${i}` }])),
    });
    const ids = Object.values(created ?? {}).map(({ id }) => id as string);
    assert.equal(ids.length, 256);
    const all = Object.fromEntries(ids.map((id) => [id, true]));
    assert.equal((await world.refusal({ subject: 'subject', mailboxIds: all })).type, 'tooManyMailboxes');
    const { notCreated } = await world.client.call('Email/import', {
      emails: { k: { blobId: await world.upload('Subject: many\r\n\r\nx'), mailboxIds: all } },
    });
    assert.equal(notCreated?.['k']?.type, 'tooManyMailboxes');
    const [last, ...others] = ids as [string, ...string[]];
    const { id } = await world.create({ mailboxIds: Object.fromEntries(others.map((one) => [one, true])) });
    const { notUpdated } = await world.client.call('Email/set', {
      update: { [id as string]: { [`mailboxIds/${last}`]: true } },
    });
    assert.equal(notUpdated?.[id as string]?.type, 'tooManyMailboxes');
  });

  test('created has id, blobId, threadId and size of what was made', async () => {
    const answer = await world.create({ subject: 'subject', bodyValues: BODY_VALUES, textBody: TEXT_BODY });
    assert.deepEqual(Object.keys(answer).sort(), ['blobId', 'id', 'size', 'threadId']);
    const email = await world.get(answer.id as string, ['blobId', 'threadId', 'size']);
    assert.deepEqual(email, answer as unknown as Email);
    assert.equal((await world.bytes(answer.blobId as string)).length, answer.size);
  });

  test('each has its own fate', async () => {
    const mailboxIds = { [await world.box('drafts')]: true };
    const { created, notCreated } = await world.client.call('Email/set', {
      create: { good: { mailboxIds, subject: 'subject' }, bad: { mailboxIds, headers: [] } as never },
    });
    assert.deepEqual([Object.keys(created ?? {}), Object.keys(notCreated ?? {})], [['good'], ['bad']]);
  });
});

describe('§4.6 update', () => {
  const updateError = async (id: string, patch: JsonObject): Promise<SetError | undefined> =>
    (await world.client.call('Email/set', { update: { [id]: patch } })).notUpdated?.[id];

  test('mailboxes and keywords are set as a whole, or one by one', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const id = await world.plain('patched', {
      mailboxIds: { [a]: true },
      keywords: { one: true, two: true },
    });
    const now = async () => {
      const { mailboxIds, keywords } = await world.get(id, ['mailboxIds', 'keywords']);
      return [mailboxIds, keywords];
    };
    await world.update(id, { [`mailboxIds/${b}`]: true, 'keywords/one': null, 'keywords/Three': true });
    assert.deepEqual(await now(), [
      { [a]: true, [b]: true },
      { two: true, three: true },
    ]);
    await world.update(id, { mailboxIds: { [b]: true }, keywords: { $seen: true } });
    assert.deepEqual(await now(), [{ [b]: true }, { $seen: true }]);
    await world.update(id, { 'keywords/absent': null, [`mailboxIds/${a}`]: null });
    assert.deepEqual(await now(), [{ [b]: true }, { $seen: true }]);
    // RFC 8620 §5.3: null brings the default back.
    await world.update(id, { keywords: null });
    assert.deepEqual(await now(), [{ [b]: true }, {}]);
  });

  test('an e-mail stays in one mailbox at least', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const id = await world.plain('stays', { mailboxIds: { [a]: true, [b]: true } });
    for (const patch of [
      { mailboxIds: {} },
      { mailboxIds: null },
      { [`mailboxIds/${a}`]: null, [`mailboxIds/${b}`]: null },
    ])
      assert.equal((await updateError(id, patch as JsonObject))?.type, 'invalidProperties');
    for (const patch of [{ mailboxIds: { zzzz: true } }, { 'mailboxIds/zzzz': true }])
      assert.equal((await updateError(id, patch as JsonObject))?.type, 'invalidProperties');
    assert.deepEqual(await world.property(id, 'mailboxIds'), { [a]: true, [b]: true });
  });

  test('patches that overlap or point nowhere are invalidPatch', async () => {
    const id = await world.plain('pointers');
    for (const patch of [
      { keywords: {}, 'keywords/a': true },
      { 'keywords/a/b': true },
      { 'subject/x': 'y' },
      { 'bodyValues/0/value': 'y' },
    ])
      assert.equal((await updateError(id, patch as JsonObject))?.type, 'invalidPatch', JSON.stringify(patch));
  });

  test('nothing but mailboxIds and keywords changes', async () => {
    const id = await world.plain('fixed', {}, 'To: b@x.example');
    const changes: JsonObject = {
      id: 'zz',
      blobId,
      threadId: 'zz',
      size: 1,
      receivedAt: '2020-01-01T00:00:00Z',
      subject: 'other',
      from: [],
      to: null,
      sentAt: '2020-01-01T00:00:00Z',
      messageId: ['new@x'],
      'header:Subject': ' other',
      'header:X-New': ' y',
      headers: [],
      hasAttachment: true,
      preview: 'other',
      bodyValues: { 0: { value: 'other' } },
      textBody: [],
      bodyStructure: { type: 'text/html' },
      colour: 'red',
    };
    for (const [name, value] of Object.entries(changes)) {
      const error = await updateError(id, { [name]: value, 'keywords/never': true });
      assert.deepEqual([error?.type, error?.properties], ['invalidProperties', [name]], name);
    }
    const all = await updateError(id, changes);
    assert.deepEqual([...(all?.properties ?? [])].sort(), Object.keys(changes).sort());
    assert.deepEqual(await world.property(id, 'keywords'), {});
  });

  test('a whole object may come back, of one part or of many (RFC 8620 §5.3)', async () => {
    const { id } = await world.create({
      subject: 'whole',
      from: [{ name: 'Ann', email: 'ann@x.example' }],
      bodyValues: BODY_VALUES,
      textBody: TEXT_BODY,
      htmlBody: HTML_BODY,
      attachments: [{ blobId, type: 'application/pdf', name: 'a.pdf' }],
    });
    const simple = await world.plain('simple', {}, 'From: other@x.example');
    for (const one of [id as string, simple]) {
      const names = ['header:From:asAddresses', 'header:X-None:all', 'headers', 'bodyStructure'];
      const whole = await world.get(one, null, { fetchAllBodyValues: true });
      const more = await world.get(one, names, {
        bodyProperties: ['partId', 'type', 'subParts', 'header:Content-Type'],
      });
      const { updated, notUpdated } = await world.client.call('Email/set', {
        update: { [one]: { ...whole, ...more, keywords: { back: true } } },
      });
      assert.equal(notUpdated, null, JSON.stringify(notUpdated));
      assert.deepEqual(updated, { [one]: null });
      assert.deepEqual(await world.property(one, 'keywords'), { back: true });
    }
  });

  test('what is not there is notFound', async () => {
    assert.equal((await updateError('zzzz', { keywords: {} }))?.type, 'notFound');
  });
});

describe('§4.6 destroy', () => {
  test('takes an e-mail out of all its mailboxes', async () => {
    const [a, b] = [await world.mailbox(), await world.mailbox()];
    const id = await world.plain('doomed', { mailboxIds: { [a]: true, [b]: true } });
    const { destroyed, notDestroyed } = await world.client.call('Email/set', { destroy: [id, 'zzzz'] });
    assert.deepEqual([destroyed, notDestroyed?.['zzzz']?.type], [[id], 'notFound']);
    const { list } = await world.client.call('Mailbox/get', { ids: [a, b], properties: ['totalEmails'] });
    assert.deepEqual(
      list.map(({ totalEmails }) => totalEmails),
      [0, 0],
    );
    assert.deepEqual((await world.client.call('Email/get', { ids: [id] })).notFound, [id]);
  });
});
