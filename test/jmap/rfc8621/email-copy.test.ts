// RFC 8621 §4.7: Email/copy between two accounts of which the caller may use both.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import type { Person } from '../sending-world.ts';
import { MailWorld } from './mail-world.ts';

let world: MailWorld;
/** Owns what is copied from. */
let bob: Person;
/** A mailbox of bob's that ann may do everything with. */
let shared: string;
let inbox: string;
before(async () => {
  world = await MailWorld.start();
  bob = await world.sending.person('bob');
  inbox = await world.box('inbox');
  const { created } = await bob.client.call('Mailbox/set', { create: { k: { name: 'Shared' } } });
  shared = created?.['k']?.id as string;
  const rights = { mayReadItems: true, mayAddItems: true, mayRemoveItems: true };
  await bob.client.call('Mailbox/set', {
    update: { [shared]: { [`shareWith/${world.ann.id}`]: rights } },
  });
});
after(() => world.close());

/** An e-mail in the shared mailbox. */
async function original(subject: string): Promise<string> {
  const { created } = await bob.client.call('Email/set', {
    create: {
      k: {
        mailboxIds: { [shared]: true },
        subject,
        keywords: { $flagged: true },
        receivedAt: '2024-05-06T07:08:09Z',
      },
    },
  });
  return created?.['k']?.id as string;
}
const copy = (create: JsonObject, more: JsonObject = {}) =>
  world.client.call('Email/copy', { fromAccountId: bob.id, create, ...more } as never);

describe('§4.7 Email/copy', () => {
  test('mailboxIds, keywords and receivedAt may be other ones; the message is the same', async () => {
    const id = await original('copied');
    const { created, notCreated, fromAccountId, accountId } = await copy({
      k: { id, mailboxIds: { [inbox]: true }, keywords: { $Seen: true }, receivedAt: '2020-01-02T03:04:05Z' },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    assert.deepEqual([fromAccountId, accountId], [bob.id, world.ann.id]);
    const made = created?.['k'];
    assert.deepEqual(Object.keys(made ?? {}).sort(), ['blobId', 'id', 'size', 'threadId']);
    const email = await world.get(made?.id as string);
    assert.deepEqual(
      [email.mailboxIds, email.keywords, email.receivedAt, email.subject, email.size],
      [{ [inbox]: true }, { $seen: true }, '2020-01-02T03:04:05Z', 'copied', made?.size],
    );
    // The original is as it was.
    const { list } = await bob.client.call('Email/get', {
      ids: [id],
      properties: ['keywords', 'receivedAt', 'blobId'],
    });
    assert.deepEqual([list[0]?.keywords, list[0]?.receivedAt], [{ $flagged: true }, '2024-05-06T07:08:09Z']);
    const source = Buffer.from(await (await bob.client.download(list[0]?.blobId as string)).arrayBuffer());
    assert.deepEqual(await world.bytes(email.blobId), source);
  });

  test('keywords and receivedAt are those of the original when not given', async () => {
    const id = await original('as it was');
    const { created } = await copy({ k: { id, mailboxIds: { [inbox]: true } } });
    const { keywords, receivedAt } = await world.get(created?.['k']?.id as string);
    assert.deepEqual([keywords, receivedAt], [{ $flagged: true }, '2024-05-06T07:08:09Z']);
  });

  test('nothing else may be set, and mailboxIds must be there', async () => {
    const id = await original('refused');
    const mailboxIds = { [inbox]: true };
    const cases: Record<string, [JsonObject, string]> = {
      subject: [{ id, mailboxIds, subject: 'x' }, 'subject'],
      blobId: [{ id, mailboxIds, blobId: 'x' }, 'blobId'],
      header: [{ id, mailboxIds, 'header:X-A': ' y' }, 'header:X-A'],
      noMailbox: [{ id }, 'mailboxIds'],
      empty: [{ id, mailboxIds: {} }, 'mailboxIds'],
      unknown: [{ id, mailboxIds: { zzzz: true } }, 'mailboxIds'],
      keywords: [{ id, mailboxIds, keywords: { 'a b': true } }, 'keywords'],
      receivedAt: [{ id, mailboxIds, receivedAt: 'x' }, 'receivedAt'],
      noId: [{ mailboxIds }, 'id'],
    };
    const { created, notCreated } = await copy(
      Object.fromEntries(Object.entries(cases).map(([key, [entry]]) => [key, entry])),
    );
    assert.equal(created, null);
    for (const [key, [, property]] of Object.entries(cases)) {
      const error = notCreated?.[key];
      assert.deepEqual([error?.type, error?.properties], ['invalidProperties', [property]], key);
    }
    const missing = await copy({ k: { id: 'zzzz', mailboxIds } });
    assert.equal(missing.notCreated?.['k']?.type, 'notFound');
  });

  test('what the account has already is alreadyExists, with its id; of two in one call too', async () => {
    const id = await original('once');
    const mailboxIds = { [inbox]: true };
    const first = await copy({ a: { id, mailboxIds }, b: { id, mailboxIds } });
    const made = first.created?.['a']?.id;
    assert.deepEqual(Object.keys(first.created ?? {}), ['a']);
    const again = await copy({ c: { id, mailboxIds } });
    for (const error of [first.notCreated?.['b'], again.notCreated?.['c']])
      assert.deepEqual([error?.type, error?.existingId], ['alreadyExists', made]);
  });

  test('onSuccessDestroyOriginal destroys what was copied, and that only', async () => {
    const [id, kept] = [await original('moved'), await original('kept')];
    const { methodResponses } = await world.client.request([
      [
        'Email/copy',
        {
          accountId: world.ann.id,
          fromAccountId: bob.id,
          create: { good: { id, mailboxIds: { [inbox]: true } }, bad: { id: kept, mailboxIds: {} } },
          onSuccessDestroyOriginal: true,
        },
        'c',
      ],
    ]);
    assert.deepEqual(
      methodResponses.map(([name, , callId]) => [name, callId]),
      [
        ['Email/copy', 'c'],
        ['Email/set', 'c'],
      ],
    );
    assert.deepEqual(methodResponses[1]?.[1]['destroyed'], [id]);
    const { list, notFound } = await bob.client.call('Email/get', { ids: [id, kept], properties: ['id'] });
    assert.deepEqual([list, notFound], [[{ id: kept }], [id]]);
  });
});
