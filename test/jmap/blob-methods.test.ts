// The Blob methods over a whole server (RFC 9404, RFC 8620 §6.3).
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeId } from '../../src/base/index.ts';
import { CallFailed, type JmapClient, type RequestFailed } from '../../src/client/index.ts';
import type { BlobSource, JsonObject } from '../../src/formats/jmap/index.ts';
import { blobIdOf } from '../../src/jmap/blob-id.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let client: JmapClient;
let group: number;
/** Makes an account a member of the group. */
let join: (member: string) => Promise<void>;
before(async () => {
  world = await startWorld();
  await world.addAccount('ann');
  const admin = world.jmap();
  const ask = async (name: string, args: JsonObject) => {
    const { methodResponses } = await admin.request([[name, args, 'c']]);
    return methodResponses[0]?.[1] as JsonObject;
  };
  const first = async (name: string, filter: JsonObject) =>
    ((await ask(name, { filter }))['ids'] as string[])[0] as string;
  const domainId = await first('x:Domain/query', {});
  const { created } = await ask('x:Account/set', {
    create: { g: { '@type': 'Group', name: 'team', domainId } },
  });
  const { id } = (created as Record<string, { id: string }>)['g'] as { id: string };
  join = async (member) => {
    const joined = await ask('x:Account/set', { update: { [member]: { memberGroupIds: { [id]: true } } } });
    assert.ok(joined['updated'], JSON.stringify(joined));
  };
  await join(await first('x:Account/query', { name: 'ann' }));
  client = world.jmap('ann');
  const { accounts } = await client.session();
  group = Object.keys(accounts).length;
});
after(() => world.close());

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof CallFailed, String(error));
  return error.type;
};
const text = (value: string): BlobSource => ({ 'data:asText': value });
async function make(...data: BlobSource[]): Promise<string> {
  const { created, notCreated } = await client.call('Blob/upload', { create: { k: { data } } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return created?.['k']?.id as string;
}
async function refused(data: unknown, more: object = {}): Promise<string> {
  const { created, notCreated } = await client.call('Blob/upload', {
    create: { k: { data, ...more } as never },
  });
  assert.equal(created, null);
  return notCreated?.['k']?.type as string;
}
const FOX = 'The quick brown fox jumped over the lazy dog.';

test('the capability stands in the account with all its members', async () => {
  const { capabilities, accounts } = await client.session();
  assert.deepEqual(capabilities['urn:ietf:params:jmap:blob'], {});
  const own = accounts[await client.account()]?.accountCapabilities['urn:ietf:params:jmap:blob'] ?? {};
  assert.deepEqual(own, {
    maxSizeBlobSet: 7_499_488,
    maxDataSources: 64,
    supportedTypeNames: ['Email', 'Thread', 'Mailbox'],
    supportedDigestAlgorithms: ['sha', 'sha-256', 'sha-512'],
  });
});

describe('Blob/upload', () => {
  test('the example of the standard: sources of three kinds, and creation ids across calls', async () => {
    const responses = await client.batch(
      ['Blob/upload', { create: { b4: { data: [text(FOX)] } } }],
      [
        'Blob/upload',
        {
          create: {
            cat: {
              data: [
                text('How'),
                { blobId: '#b4', length: 7, offset: 3 },
                text('was t'),
                { blobId: '#b4', length: 1, offset: 1 },
                { 'data:asBase64': 'YXQ/' },
              ],
            },
          },
        },
      ],
      ['Blob/get', { ids: ['#cat'], properties: ['data:asText', 'size'] }],
    );
    const cat = responses[1].created?.['cat'];
    assert.deepEqual([cat?.size, cat?.type], [19, 'application/octet-stream']);
    assert.deepEqual(responses[2].list, [{ id: cat?.id, size: 19, 'data:asText': 'How quick was that?' }]);
    assert.deepEqual(responses[2].notFound, []);
  });

  test('creations of one call may name each other, in any order', async () => {
    const { created } = await client.call('Blob/upload', {
      create: { a: { data: [{ blobId: '#b' }, text('!')] }, b: { data: [text('x')], type: 'text/plain' } },
    });
    assert.deepEqual([created?.['a']?.size, created?.['b']?.type], [2, 'text/plain']);
    const { notCreated } = await client.call('Blob/upload', {
      create: { a: { data: [{ blobId: '#b' }] }, b: { data: [{ blobId: '#a' }] } },
    });
    assert.deepEqual(
      Object.values(notCreated ?? {}).map(({ type }) => type),
      ['invalidProperties', 'invalidProperties'],
    );
  });

  test('a creation id that is used again means the latest', async () => {
    const [, , got] = await client.batch(
      ['Blob/upload', { create: { k: { data: [text('one')] } } }],
      ['Blob/upload', { create: { k: { data: [text('two')] } } }],
      ['Blob/get', { ids: ['#k'], properties: ['data'] }],
    );
    assert.equal(got.list[0]?.['data:asText'], 'two');
  });

  test('no source makes an empty blob; what was made can be downloaded', async () => {
    const empty = await make();
    assert.equal(await (await client.download(empty)).text(), '');
    assert.equal(await (await client.download(await make(text('wörld')))).text(), 'wörld');
  });

  test('nothing is guessed', async () => {
    const blobId = await make(text('12345'));
    for (const data of [
      undefined,
      null,
      'text',
      [null],
      ['text'],
      [{}],
      [{ 'data:asText': null }],
      [{ 'data:asText': 1 }],
      [{ 'data:asText': 'a', 'data:asBase64': 'YQ==' }],
      [{ 'data:asText': 'a', offset: 1 }],
      [{ 'data:asBase64': 'YQ' }],
      [{ 'data:asBase64': 'Y Q=' }],
      [{ 'data:asBase64': 'Y-_=' }],
      [{ 'data:asBase64': '=' }],
      [{ blobId: 5 }],
      [{ blobId, offset: -1 }],
      [{ blobId, length: 1.5 }],
      [{ blobId, offset: 6 }],
      [{ blobId, offset: 3, length: 3 }],
      [{ blobId, length: 6 }],
      [{ blobId, what: 1 }],
      [{ blobId, offset: 'x' }],
    ]) {
      assert.equal(await refused(data), 'invalidProperties', JSON.stringify(data));
    }
    assert.equal(await refused([], { type: 5 }), 'invalidProperties');
    assert.equal(await refused([], { kind: 'x' }), 'invalidProperties');
    assert.equal((await client.call('Blob/upload', { create: {} })).created, null);
    assert.equal(
      await failure(client.call('Blob/upload', { create: { k: 5 } as never })),
      'invalidArguments',
    );
  });

  test('a blob that is not there is named', async () => {
    const { notCreated } = await client.call('Blob/upload', {
      create: { k: { data: [{ blobId: 'nothing' }, { blobId: '#none' }] } },
    });
    assert.deepEqual(
      [notCreated?.['k']?.type, notCreated?.['k']?.notFound],
      ['blobNotFound', ['nothing', '#none']],
    );
  });

  test('too many sources, too many octets', async () => {
    assert.equal((await make(...Array.from({ length: 64 }, () => text('x')))).length, 44);
    assert.equal(await refused(Array.from({ length: 65 }, () => text('x'))), 'tooLarge');
    const blobId = (await client.upload(randomBytes(4_000_000))).blobId;
    assert.equal(await refused([{ blobId }, { blobId }]), 'tooLarge');
    // Nothing larger can be made of parts either, however often a range is named.
    const { created } = await client.call('Blob/upload', {
      create: { k: { data: [{ blobId }, { blobId, length: 3_499_488 }] } },
    });
    assert.equal(created?.['k']?.size, 7_499_488);
  });
});

describe('Blob/get', () => {
  test('random octets and ranges come back as they are, with their digests', async () => {
    const bytes = randomBytes(200_000);
    const { blobId } = await client.upload(bytes);
    const bound = fc.option(fc.integer({ min: 0, max: 210_000 }));
    await fc.assert(
      fc.asyncProperty(bound, bound, async (offset, length) => {
        const { list } = await client.call('Blob/get', {
          ids: [blobId],
          offset,
          length,
          properties: ['data:asBase64', 'digest:sha', 'digest:sha-256', 'digest:sha-512', 'size'],
        });
        const from = offset ?? 0;
        const range = bytes.subarray(from, length === null ? undefined : from + length);
        const digest = (name: string) => createHash(name).update(range).digest('base64');
        const past = length === null ? from > bytes.length : from + length > bytes.length;
        assert.deepEqual(list, [
          {
            id: blobId,
            size: bytes.length,
            'data:asBase64': range.toString('base64'),
            'digest:sha': digest('sha1'),
            'digest:sha-256': digest('sha256'),
            'digest:sha-512': digest('sha512'),
            ...(past && { isTruncated: true }),
          },
        ]);
      }),
      { numRuns: 25 },
    );
  });

  test('text of any length and any characters', async () => {
    const value = 'aé€😀\u0000"\\\n\u2028'.repeat(30_000);
    const { blobId } = await client.upload(value);
    const { list } = await client.call('Blob/get', { ids: [blobId] });
    assert.deepEqual(list, [{ id: blobId, size: Buffer.byteLength(value), 'data:asText': value }]);
  });

  test('the examples of the standard for octets that are no text, and ranges past the end', async () => {
    const bad = Buffer.concat([
      Buffer.from('The quick brown fox jumped over the '),
      Buffer.from([0x81, 0x81]),
      Buffer.from(' dog.'),
    ]);
    const { blobId } = await client.upload(bad);
    const ask = async (properties: string[] | null, range: object = {}) => {
      const { list } = await client.call('Blob/get', { ids: [blobId], properties, ...range });
      const { id, ...rest } = list[0] as { id: string };
      assert.equal(id, blobId);
      return rest;
    };
    const base64 = bad.toString('base64');
    assert.deepEqual(await ask(null), { size: 43, 'data:asBase64': base64, isEncodingProblem: true });
    assert.deepEqual(await ask(['data:asText']), { 'data:asText': null, isEncodingProblem: true });
    assert.deepEqual(await ask(['data:asBase64', 'size']), { size: 43, 'data:asBase64': base64 });
    assert.deepEqual(await ask(['data'], { offset: 0, length: 5 }), { 'data:asText': 'The q' });
    assert.deepEqual(await ask(['data'], { offset: 20, length: 100 }), {
      'data:asBase64': bad.subarray(20).toString('base64'),
      isEncodingProblem: true,
      isTruncated: true,
    });
    assert.deepEqual(await ask(['data'], { offset: 100 }), { 'data:asText': '', isTruncated: true });
    assert.deepEqual(await ask(['size'], { offset: 100 }), { size: 43, isTruncated: true });
    assert.deepEqual(await ask([]), {});
  });

  test('a range that cuts a character is an encoding problem', async () => {
    const { blobId } = await client.upload('€€');
    const { list } = await client.call('Blob/get', { ids: [blobId], properties: ['data'], length: 4 });
    assert.equal(list[0]?.isEncodingProblem, true);
    assert.equal(Buffer.from(list[0]?.['data:asBase64'] ?? '', 'base64').length, 4);
  });

  test('parts of messages are decoded, ranges of blobs are ranges', async () => {
    const raw = `Subject: x\r\n\r\n${Buffer.from(FOX).toString('base64')}`;
    const { blobId } = await client.upload(raw);
    const hash = createHash('sha256').update(raw).digest();
    const step = { offset: 14, length: raw.length - 14, encoding: 'base64' as const };
    const ids = [
      blobIdOf({ hash, steps: [step] }),
      blobIdOf({ hash, steps: [{ offset: 0, length: 7, encoding: '7bit' }] }),
    ];
    const { list } = await client.call('Blob/get', { ids: [...ids, blobId], properties: ['data', 'size'] });
    assert.deepEqual(
      list.map((blob) => [blob.size, blob['data:asText']]),
      [
        [45, FOX],
        [7, 'Subject'],
        [raw.length, raw],
      ],
    );
    const joined = await make(
      { blobId: ids[0] as string, offset: 4, length: 5 },
      { blobId: ids[1] as string },
    );
    assert.equal(await (await client.download(joined)).text(), 'quickSubject');
  });

  test('ids that name nothing, wrong properties, missing ids', async () => {
    const ids = ['nothing', `b${'A'.repeat(43)}`, '#none'];
    assert.deepEqual(await client.call('Blob/get', { ids }), {
      accountId: await client.account(),
      list: [],
      notFound: ids,
    });
    assert.deepEqual((await client.call('Blob/get', { ids: [] })).list, []);
    for (const properties of [['data:asWhat'], ['digest:md5'], ['digest:constructor'], ['blobId']])
      assert.equal(await failure(client.call('Blob/get', { ids, properties })), 'invalidArguments');
    for (const args of [{}, { ids: null }, { ids: [], offset: -1 }, { ids: [], length: 'x' }])
      assert.equal(await failure(client.call('Blob/get', args as never)), 'invalidArguments');
    const many = Array.from({ length: 501 }, (_, i) => `x${i}`);
    assert.equal(await failure(client.call('Blob/get', { ids: many })), 'requestTooLarge');
  });

  test('one request takes no more than it may out of blobs', async () => {
    const { blobId } = await client.upload(randomBytes(7_000_000));
    const hash = Buffer.from(blobId.slice(1), 'base64url');
    const ids = Array.from({ length: 5 }, (_, i) =>
      blobIdOf({ hash, steps: [{ offset: i, length: 6_990_000, encoding: 'binary' }] }),
    );
    const ask = (some: string[]) => client.call('Blob/get', { ids: some, properties: ['digest:sha'] });
    assert.equal(await failure(ask(ids)), 'requestTooLarge');
    assert.equal((await ask(ids.slice(0, 4))).list.length, 4);
    const sizes = await client.call('Blob/get', { ids, properties: ['size'] });
    assert.equal(sizes.list.length, 5);
  });
});

test('others do not see the blob', async () => {
  const blobId = await make(text('a secret'));
  await world.addAccount('bob');
  const bob = world.jmap('bob');
  assert.deepEqual((await bob.call('Blob/get', { ids: [blobId] })).notFound, [blobId]);
  const { notCreated } = await bob.call('Blob/upload', { create: { k: { data: [{ blobId }] } } });
  assert.equal(notCreated?.['k']?.type, 'blobNotFound');
  const lookup = await bob.call('Blob/lookup', { ids: [blobId], typeNames: ['Email'] });
  assert.deepEqual(lookup.list, [{ id: blobId, matchedIds: { Email: [] } }]);
  const accountId = await client.account();
  assert.equal(await failure(bob.call('Blob/get', { accountId, ids: [blobId] })), 'accountNotFound');
});

test('what one uploads into a group, the other members do not see', async () => {
  const own = await client.account();
  const { accounts } = await client.session();
  const accountId = Object.keys(accounts).find((id) => id !== own) as string;
  const { blobId } = await client.upload('for my eyes', 'text/plain', accountId);
  const mine = await client.call('Blob/get', { accountId, ids: [blobId] });
  assert.equal(mine.list[0]?.['data:asText'], 'for my eyes');
  await world.addAccount('carol');
  const carol = world.jmap('carol');
  await join(await carol.account());
  assert.deepEqual((await carol.call('Blob/get', { accountId, ids: [blobId] })).notFound, [blobId]);
  assert.equal(
    await carol.download(blobId, { accountId }).then(
      () => 200,
      (error: RequestFailed) => error.status,
    ),
    404,
  );
  // As soon as something refers to it, it is everybody's.
  const { ids } = await client.call('Mailbox/query', { accountId, filter: { role: 'inbox' } });
  const raw = await client.upload('Subject: x\r\n\r\nx', 'message/rfc822', accountId);
  const emails = { k: { blobId: raw.blobId, mailboxIds: { [ids[0] as string]: true } } };
  const { created } = await client.call('Email/import', { accountId, emails });
  assert.ok(created);
  const seen = await carol.call('Blob/get', { accountId, ids: [raw.blobId], properties: ['size'] });
  assert.equal(seen.list.length, 1);
});

describe('Blob/lookup', () => {
  test('finds e-mails, threads and mailboxes by the whole and by its parts', async () => {
    const { ids } = await client.call('Mailbox/query', { filter: { role: 'inbox' } });
    const [inbox] = ids as [string];
    const raw = `Message-ID: <lookup@x>\r\nSubject: hello\r\n\r\n${FOX}`;
    const { blobId } = await client.upload(raw);
    const { created } = await client.call('Email/import', {
      emails: { k: { blobId, mailboxIds: { [inbox]: true } } },
    });
    const email = created?.['k'];
    const { list } = await client.call('Email/get', { ids: [email?.id as string], properties: ['textBody'] });
    const part = list[0]?.textBody[0]?.blobId as string;
    const matchedIds = { Email: [email?.id], Thread: [email?.threadId], Mailbox: [inbox] };
    const typeNames = ['Email', 'Thread', 'Mailbox'];
    const found = await client.call('Blob/lookup', { ids: [blobId, 'nothing', part], typeNames });
    assert.deepEqual(found.list, [
      { id: blobId, matchedIds },
      { id: 'nothing', matchedIds: { Email: [], Thread: [], Mailbox: [] } },
      { id: part, matchedIds },
    ]);
    await client.call('Email/set', { destroy: [email?.id as string] });
    const gone = await client.call('Blob/lookup', { ids: [blobId], typeNames: ['Email'] });
    assert.deepEqual(gone.list, [{ id: blobId, matchedIds: { Email: [] } }]);
  });

  test('types that are not known, or whose capability is not named', async () => {
    const ask = (typeNames: string[]) => client.call('Blob/lookup', { ids: [], typeNames });
    assert.equal(await failure(ask(['Email', 'Quota'])), 'unknownDataType');
    assert.equal(await failure(ask(['__proto__'])), 'unknownDataType');
    assert.deepEqual((await ask([])).list, []);
    const accountId = await client.account();
    const { methodResponses } = await client.request(
      [['Blob/lookup', { accountId, ids: [], typeNames: ['Email'] }, 'c']],
      ['urn:ietf:params:jmap:blob'],
    );
    assert.equal(methodResponses[0]?.[1]['type'], 'unknownDataType');
  });
});

describe('Blob/copy', () => {
  test('into a group and back out of sight', async () => {
    const own = await client.account();
    const { accounts } = await client.session();
    assert.equal(group, 2);
    const other = Object.keys(accounts).find((id) => id !== own) as string;
    const blobId = await make(text(FOX));
    const hash = Buffer.from(blobId.slice(1), 'base64url');
    const range = blobIdOf({ hash, steps: [{ offset: 4, length: 5, encoding: 'binary' }] });
    const before = await client.call('Blob/get', { accountId: other, ids: [blobId] });
    assert.deepEqual(before.notFound, [blobId]);
    const { copied, notCopied } = await client.call('Blob/copy', {
      fromAccountId: own,
      accountId: other,
      blobIds: [range, 'nothing'],
    });
    assert.equal(notCopied?.['nothing']?.type, 'notFound');
    const part = copied?.[range] as string;
    const there = await client.call('Blob/get', { accountId: other, ids: [part, blobId, range] });
    // Only the part is there: the account that got it cannot read what it was part of.
    assert.deepEqual(
      [there.list.map((blob) => blob['data:asText']), there.notFound],
      [['quick'], [blobId, range]],
    );
    const whole = await client.call('Blob/copy', { fromAccountId: own, accountId: other, blobIds: [blobId] });
    assert.deepEqual([whole.copied, whole.notCopied], [{ [blobId]: blobId }, null]);
    const now = await client.call('Blob/get', { accountId: other, ids: [blobId], properties: ['size'] });
    assert.deepEqual(now.list, [{ id: blobId, size: 45 }]);
  });

  test('accounts that are not there or the same', async () => {
    const accountId = await client.account();
    const copy = (fromAccountId: string) =>
      client.call('Blob/copy', { fromAccountId, accountId, blobIds: [] });
    assert.equal(await failure(copy(accountId)), 'invalidArguments');
    for (const id of ['zzz', '', encodeId(999)]) assert.equal(await failure(copy(id)), 'fromAccountNotFound');
    const { methodResponses } = await client.request(
      [['Blob/copy', { fromAccountId: 'zzz', accountId, blobIds: [] }, 'c']],
      ['urn:ietf:params:jmap:core'],
    );
    assert.equal(methodResponses[0]?.[1]['type'], 'fromAccountNotFound');
  });
});
