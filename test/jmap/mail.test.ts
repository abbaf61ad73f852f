// JMAP mail over real sockets with the project's own client (RFC 8621).
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { CallFailed, JmapClient, ref } from '../../src/client/index.ts';
import type { EmailDraft, JsonObject } from '../../src/formats/jmap/index.ts';
import { startTestServer, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  mailMethods,
  methodTable,
} from '../../src/jmap/index.ts';
import { noSharing, testDirectory, testToken } from '../../src/jmap/testing.ts';
import { FakeMail } from './fake-mail.ts';

let server: TestServer;
let client: JmapClient;
let mail: FakeMail;
const services = () => mail.services();
before(async () => {
  const token = testToken('*');
  const lazy = {
    account: (id: number, caller: AccessToken) => services().account(id, caller),
    get blobs() {
      return mail.blobAccess();
    },
    settings: () => DEFAULT_JMAP_SETTINGS,
    limits: () => services().limits(),
    hostname: () => 'mail.example.org',
    ...noSharing,
  };
  server = await startTestServer<AccessToken>({
    routes: apiRoutes({
      table: methodTable([...coreMethods, ...mailMethods(lazy)]),
      directory: testDirectory(),
      settings: () => DEFAULT_JMAP_SETTINGS,
    }),
    signIn: async () => token,
  });
  client = new JmapClient({ origin: server.origin, authorization: 'Bearer x' });
});
after(() => server.close());
beforeEach(() => {
  mail = new FakeMail();
});

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof CallFailed, String(error));
  return error.type;
};

async function mailbox(name: string, more: JsonObject = {}): Promise<string> {
  const { created, notCreated } = await client.call('Mailbox/set', { create: { k: { name, ...more } } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return created?.['k']?.id as string;
}

let count = 0;
/** Creates an e-mail and returns its id. */
async function email(box: string, more: Partial<EmailDraft> = {}): Promise<string> {
  count++;
  const draft: EmailDraft = {
    mailboxIds: { [box]: true },
    subject: `message ${count}`,
    from: [{ name: 'Ann', email: 'ann@example.org' }],
    receivedAt: new Date(1.7e12 + count * 1000).toISOString(),
    bodyValues: { t: { value: `body ${count}`, isEncodingProblem: false, isTruncated: false } },
    textBody: [{ partId: 't', type: 'text/plain' } as never],
    ...more,
  };
  const { created, notCreated } = await client.call('Email/set', { create: { k: draft } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return created?.['k']?.id as string;
}
const get = async (id: string, properties?: string[]) =>
  (await client.call('Email/get', { ids: [id], ...(properties && { properties }) })).list[0];
const query = async (args: Parameters<typeof client.call<'Email/query'>>[1]) =>
  (await client.call('Email/query', args)).ids;

describe('mailboxes', () => {
  test('are created with everything the server set, and listed', async () => {
    const { created, oldState, newState } = await client.call('Mailbox/set', {
      create: { k: { name: 'Work' } },
    });
    const { id, ...rest } = created?.['k'] ?? {};
    assert.deepEqual(rest, {
      parentId: null,
      role: null,
      sortOrder: 0,
      totalEmails: 0,
      unreadEmails: 0,
      totalThreads: 0,
      unreadThreads: 0,
      myRights: Object.fromEntries(
        [
          'mayReadItems',
          'mayAddItems',
          'mayRemoveItems',
          'maySetSeen',
          'maySetKeywords',
          'mayCreateChild',
          'mayRename',
          'mayDelete',
          'maySubmit',
          'mayShare',
        ].map((right) => [right, true]),
      ),
      isSubscribed: true,
    });
    assert.notEqual(oldState, newState);
    const { list, state, notFound } = await client.call('Mailbox/get', { ids: [String(id), 'nope', '!!'] });
    assert.equal(state, newState);
    assert.deepEqual(notFound, ['nope', '!!']);
    assert.equal(list[0]?.name, 'Work');
    const all = await client.call('Mailbox/get', { ids: null, properties: ['name'] });
    assert.deepEqual(all.list, [{ id, name: 'Work' }]);
    assert.equal(
      await failure(client.call('Mailbox/get', { ids: null, properties: ['colour'] })),
      'invalidArguments',
    );
  });

  test('children may be made with their parents in one call, in any order', async () => {
    const { created, notCreated } = await client.call('Mailbox/set', {
      create: {
        c: { name: 'C', parentId: '#b' },
        b: { name: 'B', parentId: '#a' },
        a: { name: 'A' },
        x: { name: 'X', parentId: '#y' },
        y: { name: 'Y', parentId: '#x' },
      },
    });
    const { list } = await client.call('Mailbox/get', { ids: [created?.['c']?.id as string] });
    assert.equal(list[0]?.parentId, created?.['b']?.id);
    assert.deepEqual(
      [notCreated?.['x']?.type, notCreated?.['y']?.type],
      ['invalidProperties', 'invalidProperties'],
    );
  });

  test('a sibling of the same name is refused and told, on create and rename', async () => {
    const work = await mailbox('Work');
    const other = await mailbox('Other');
    const { notCreated, notUpdated } = await client.call('Mailbox/set', {
      create: { k: { name: 'WORK' } },
      update: { [other]: { name: 'work' } },
    });
    assert.deepEqual([notCreated?.['k']?.type, notCreated?.['k']?.existingId], ['invalidProperties', work]);
    assert.deepEqual(
      [notUpdated?.[other]?.type, notUpdated?.[other]?.existingId],
      ['invalidProperties', work],
    );
    await mailbox('Work', { parentId: other });
  });

  test('server-set properties may be sent with the value they have', async () => {
    const id = await mailbox('Work');
    const { updated } = await client.call('Mailbox/set', {
      update: { [id]: { id, totalEmails: 0, name: 'New', isSubscribed: true } },
    });
    assert.deepEqual(updated, { [id]: null });
    const bad = await client.call('Mailbox/set', { update: { [id]: { totalEmails: 5 } } });
    assert.deepEqual(bad.notUpdated?.[id]?.properties, ['totalEmails']);
    const { list } = await client.call('Mailbox/get', { ids: [id], properties: ['name', 'isSubscribed'] });
    assert.deepEqual(list, [{ id, name: 'New', isSubscribed: true }]);
  });

  test('wrong types of every property are invalidProperties', async () => {
    const id = await mailbox('Work');
    const wrong: JsonObject[] = [
      { name: 5 },
      { name: null },
      { parentId: 5 },
      { parentId: '#no' },
      { role: 5 },
      { sortOrder: -1 },
      { sortOrder: 'x' },
      { isSubscribed: 'yes' },
      { colour: 1 },
      { myRights: {} },
    ];
    for (const patch of wrong) {
      const { notUpdated } = await client.call('Mailbox/set', { update: { [id]: patch } });
      assert.deepEqual(
        [notUpdated?.[id]?.type, notUpdated?.[id]?.properties],
        ['invalidProperties', Object.keys(patch)],
        JSON.stringify(patch),
      );
      const { notCreated } = await client.call('Mailbox/set', { create: { k: { name: 'N', ...patch } } });
      assert.equal(notCreated?.['k']?.type, 'invalidProperties', JSON.stringify(patch));
    }
    const { notCreated } = await client.call('Mailbox/set', { create: { k: {} } });
    assert.deepEqual(notCreated?.['k']?.properties, ['name']);
    const { notUpdated } = await client.call('Mailbox/set', { update: { [id]: { 'name/x': 'y' } } });
    assert.equal(notUpdated?.[id]?.type, 'invalidPatch');
  });

  test('are destroyed with their children, not before them, and with e-mails only when asked', async () => {
    const parent = await mailbox('P');
    const child = await mailbox('C', { parentId: parent });
    await email(child);
    const kept = await client.call('Mailbox/set', { destroy: [parent, child], onDestroyRemoveEmails: false });
    assert.equal(kept.notDestroyed?.[parent]?.type, 'mailboxHasChild');
    assert.equal(kept.notDestroyed?.[child]?.type, 'mailboxHasEmail');
    const gone = await client.call('Mailbox/set', {
      destroy: [parent, child, 'nope'],
      onDestroyRemoveEmails: true,
    });
    assert.deepEqual([...(gone.destroyed ?? [])].sort(), [parent, child].sort());
    assert.equal(gone.notDestroyed?.['nope']?.type, 'notFound');
    assert.equal(mail.emails.size, 0);
  });

  test('query: filters, sorts, trees, windows', async () => {
    const a = await mailbox('Alpha', { sortOrder: 3, isSubscribed: false });
    const b = await mailbox('beta', { parentId: a, sortOrder: 1, role: 'archive', isSubscribed: false });
    const c = await mailbox('Gamma', { sortOrder: 2 });
    const ids = async (args: object) => (await client.call('Mailbox/query', args)).ids;
    const sort = [{ property: 'name' }];
    assert.deepEqual(await ids({ filter: null, sort }), [a, b, c]);
    assert.deepEqual(await ids({ filter: { parentId: null }, sort }), [a, c]);
    assert.deepEqual(await ids({ filter: { parentId: a } }), [b]);
    assert.deepEqual(await ids({ filter: { name: 'ET' } }), [b]);
    assert.deepEqual(await ids({ filter: { hasAnyRole: false }, sort }), [a, c]);
    assert.deepEqual(await ids({ filter: { role: 'archive' } }), [b]);
    assert.deepEqual(await ids({ filter: { role: null }, sort }), [a, c]);
    assert.deepEqual(await ids({ filter: { isSubscribed: true } }), [c]);
    assert.deepEqual(
      await ids({ filter: { operator: 'NOT', conditions: [{ name: 'a', parentId: null }] } }),
      [b],
    );
    assert.deepEqual(await ids({ sort: [{ property: 'sortOrder' }] }), [b, c, a]);
    assert.deepEqual(await ids({ sort: [{ property: 'sortOrder' }], sortAsTree: true }), [c, a, b]);
    assert.deepEqual(await ids({ filter: { name: 'beta' }, filterAsTree: true }), []);
    assert.deepEqual(await ids({ sort, position: 1, limit: 1 }), [b]);
    assert.deepEqual(await ids({ sort, anchor: c, anchorOffset: -1 }), [b, c]);
    assert.equal(
      await failure(client.call('Mailbox/query', { filter: { colour: 1 } as never })),
      'unsupportedFilter',
    );
    assert.equal(
      await failure(client.call('Mailbox/query', { filter: { name: 1 } as never })),
      'invalidArguments',
    );
    assert.equal(
      await failure(client.call('Mailbox/query', { sort: [{ property: 'colour' }] })),
      'unsupportedSort',
    );
  });

  test('changes tell counters from names', async () => {
    const box = await mailbox('Work');
    const { state } = await client.call('Mailbox/get', { ids: [] });
    await email(box);
    const counters = await client.call('Mailbox/changes', { sinceState: state });
    assert.deepEqual(
      [counters.updated, counters.updatedProperties],
      [[box], ['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads']],
    );
    await client.call('Mailbox/set', { update: { [box]: { name: 'Play' } } });
    assert.equal((await client.call('Mailbox/changes', { sinceState: state })).updatedProperties, null);
    const none = await client.call('Mailbox/changes', { sinceState: counters.newState, maxChanges: 10 });
    assert.deepEqual([none.created, none.updated, none.destroyed], [[], [box], []]);
  });

  test('queryChanges follows', async () => {
    const a = await mailbox('A');
    const args = { sort: [{ property: 'name' }], filter: null };
    const first = await client.call('Mailbox/query', args);
    const c = await mailbox('C');
    const b = await mailbox('B');
    const { added, removed, newQueryState, total } = await client.call('Mailbox/queryChanges', {
      ...args,
      sinceQueryState: first.queryState,
      calculateTotal: true,
    });
    assert.deepEqual(
      [added, removed, total],
      [
        [
          { id: b, index: 1 },
          { id: c, index: 2 },
        ],
        [],
        3,
      ],
    );
    const same = await client.call('Mailbox/queryChanges', { ...args, sinceQueryState: newQueryState });
    assert.deepEqual([same.added, same.removed, same.oldQueryState], [[], [], newQueryState]);
    assert.equal(
      await failure(client.call('Mailbox/queryChanges', { filter: null, sinceQueryState: newQueryState })),
      'cannotCalculateChanges',
    );
    assert.equal(
      await failure(client.call('Mailbox/queryChanges', { ...args, sinceQueryState: 'garbage' })),
      'cannotCalculateChanges',
    );
    assert.ok(a);
  });
});

describe('threads', () => {
  test('hold their e-mails by arrival; changes name them', async () => {
    const box = await mailbox('Work');
    const first = await email(box, {
      subject: 'plan',
      messageId: ['1@x'],
      receivedAt: '2024-01-02T00:00:00Z',
    });
    const { threadId } = (await get(first)) ?? {};
    const { state } = await client.call('Thread/get', { ids: [] });
    const reply = await email(box, {
      subject: 'Re: plan',
      inReplyTo: ['1@x'],
      receivedAt: '2024-01-01T00:00:00Z',
    });
    const { list, notFound } = await client.call('Thread/get', { ids: [threadId as string, 'nope'] });
    assert.deepEqual(list, [{ id: threadId, emailIds: [reply, first] }]);
    assert.deepEqual(notFound, ['nope']);
    assert.deepEqual((await client.call('Thread/changes', { sinceState: state })).updated, [threadId]);
    await client.call('Email/set', { destroy: [first, reply] });
    assert.deepEqual((await client.call('Thread/changes', { sinceState: state })).destroyed, [threadId]);
  });

  test('the usual chain of four calls', async () => {
    const box = await mailbox('Work');
    const first = await email(box, { subject: 'plan', messageId: ['1@x'] });
    const reply = await email(box, { subject: 'Re: plan', inReplyTo: ['1@x'] });
    const results = await client.batch(
      ['Email/query', { filter: { inMailbox: box }, collapseThreads: true, calculateTotal: true }, 'q'],
      ['Email/get', { ids: ref('q', 'Email/query', '/ids'), properties: ['threadId'] }, 'g'],
      ['Thread/get', { ids: ref('g', 'Email/get', '/list/*/threadId') }, 't'],
      ['Email/get', { ids: ref('t', 'Thread/get', '/list/*/emailIds'), properties: ['from', 'subject'] }],
    );
    assert.deepEqual([results[0].ids, results[0].total], [[reply], 1]);
    assert.deepEqual(
      results[3].list.map(({ id, subject }) => [id, subject]),
      [
        [first, 'plan'],
        [reply, 'Re: plan'],
      ],
    );
  });
});

describe('e-mails', () => {
  test('a created one reads back; a mailbox made before may be named', async () => {
    const response = await client.request([
      ['Mailbox/set', { accountId: await client.account(), create: { box: { name: 'New' } } }, 'a'],
      [
        'Email/set',
        {
          accountId: await client.account(),
          create: {
            k: {
              mailboxIds: { '#box': true },
              keywords: { $Draft: true, $seen: true },
              subject: 'Hello',
              to: [{ name: null, email: 'b@example.org' }],
              bodyValues: { t: { value: 'some text' } },
              textBody: [{ partId: 't' }],
            },
          },
        },
        'b',
      ],
      ['Email/get', { accountId: await client.account(), ids: ['#k'], fetchTextBodyValues: true }, 'c'],
    ]);
    const [, set] = response.methodResponses[1] ?? [];
    const created = (set as { created: Record<string, JsonObject> }).created['k'] ?? {};
    assert.deepEqual(Object.keys(created), ['id', 'blobId', 'threadId', 'size']);
    const [one] = (response.methodResponses[2]?.[1]['list'] ?? []) as JsonObject[];
    for (const name of ['id', 'blobId', 'threadId', 'size']) assert.equal(one?.[name], created[name], name);
    assert.deepEqual(one?.['keywords'], { $draft: true, $seen: true });
    assert.equal(one?.['preview'], 'some text');
    assert.deepEqual(Object.values(one?.['bodyValues'] as object), [
      { value: 'some text', isEncodingProblem: false, isTruncated: false },
    ]);
  });

  test('one call mixes hits, misses and impossible ids; null means all', async () => {
    const box = await mailbox('Work');
    const id = await email(box);
    const { list, notFound } = await client.call('Email/get', {
      ids: [id, 'nope', '#x', '!', id],
      properties: ['size'],
    });
    assert.deepEqual([list.map((one) => one.id), notFound], [[id], ['nope', '#x', '!']]);
    assert.equal((await client.call('Email/get', { ids: null, properties: ['preview'] })).list.length, 1);
    assert.deepEqual((await client.call('Email/get', { ids: [] })).list, []);
    assert.equal(
      await failure(client.call('Email/get', { ids: Array.from({ length: 501 }, (_, i) => `b${i}`) })),
      'requestTooLarge',
    );
    assert.equal(
      await failure(client.call('Email/get', { ids: [id], properties: ['colour'] })),
      'invalidArguments',
    );
    assert.equal(
      await failure(client.call('Email/get', { ids: [id], maxBodyValueBytes: -1 })),
      'invalidArguments',
    );
  });

  test('large messages are read in part', async () => {
    const box = await mailbox('Work');
    const blobId = mail.upload(Buffer.alloc(300_000, 'x'));
    const id = await email(box, {
      attachments: [{ blobId, type: 'application/zip', name: 'a.zip' } as never],
    });
    const { list } = await client.call('Email/get', {
      ids: [id],
      properties: ['subject', 'bodyValues', 'attachments'],
      fetchTextBodyValues: true,
    });
    assert.match(Object.values(list[0]?.bodyValues ?? {})[0]?.value ?? '', /^body /);
    assert.equal(list[0]?.attachments[0]?.size, 300_000);
    const again = await email(box, {
      attachments: [{ blobId: list[0]?.attachments[0]?.blobId, type: 'application/zip' } as never],
    });
    assert.equal((await get(again, ['attachments']))?.attachments[0]?.size, 300_000);
  });

  test('keywords and mailboxes are patched or replaced', async () => {
    const [a, b] = [await mailbox('A'), await mailbox('B')];
    const id = await email(a, { keywords: { one: true } });
    const before = (await client.call('Email/get', { ids: [] })).state;
    const { updated, newState } = await client.call('Email/set', {
      update: {
        [id]: {
          'keywords/$SEEN': true,
          'keywords/one': null,
          'keywords/absent': null,
          [`mailboxIds/${b}`]: true,
        },
      },
    });
    assert.deepEqual(updated, { [id]: null });
    const one = await get(id, ['keywords', 'mailboxIds']);
    assert.deepEqual([one?.keywords, one?.mailboxIds], [{ $seen: true }, { [a]: true, [b]: true }]);
    await client.call('Email/set', { update: { [id]: { mailboxIds: { [b]: true }, keywords: {} } } });
    const moved = await get(id, ['keywords', 'mailboxIds']);
    assert.deepEqual([moved?.keywords, moved?.mailboxIds], [{}, { [b]: true }]);
    const changes = await client.call('Email/changes', { sinceState: before });
    assert.deepEqual([changes.created, changes.updated, changes.destroyed], [[], [id], []]);
    assert.notEqual(newState, before);
  });

  test('updates that cannot be', async () => {
    const box = await mailbox('Work');
    const id = await email(box);
    const subjectNow = { subject: 'other' };
    const cases: [JsonObject, string][] = [
      [{ mailboxIds: {} }, 'invalidProperties'],
      [{ [`mailboxIds/${box}`]: null }, 'invalidProperties'],
      [{ mailboxIds: { nope: true } }, 'invalidProperties'],
      [{ mailboxIds: { [box]: false } }, 'invalidProperties'],
      [{ 'mailboxIds/#no': true }, 'invalidProperties'],
      [{ keywords: { 'a b': true } }, 'invalidProperties'],
      [{ keywords: { a: 1 } }, 'invalidProperties'],
      [{ 'keywords/a': 'yes' }, 'invalidProperties'],
      [subjectNow, 'invalidProperties'],
      [{ threadId: 'zzz' }, 'invalidProperties'],
      [{ colour: 1 }, 'invalidProperties'],
      [{ 'keywords/a/b': true }, 'invalidPatch'],
      [{ keywords: {}, 'keywords/a': true }, 'invalidPatch'],
    ];
    for (const [patch, type] of cases) {
      const { notUpdated, oldState, newState } = await client.call('Email/set', { update: { [id]: patch } });
      assert.equal(notUpdated?.[id]?.type, type, JSON.stringify(patch));
      assert.equal(oldState, newState);
    }
    const same = await client.call('Email/set', {
      update: { [id]: { id, receivedAt: (await get(id, ['receivedAt']))?.receivedAt } },
    });
    assert.deepEqual(same.updated, { [id]: null });
    const { notUpdated } = await client.call('Email/set', {
      update: { nope: { keywords: {} }, [id]: { keywords: {} } },
      destroy: [id],
    });
    assert.deepEqual([notUpdated?.['nope']?.type, notUpdated?.[id]?.type], ['notFound', 'willDestroy']);
  });

  test('destroying', async () => {
    const box = await mailbox('Work');
    const id = await email(box);
    const { destroyed } = await client.call('Email/set', { destroy: [id] });
    assert.deepEqual(destroyed, [id]);
    const again = await client.call('Email/set', { destroy: [id, '#x', 'NO'] });
    assert.deepEqual(
      Object.values(again.notDestroyed ?? {}).map(({ type }) => type),
      ['notFound', 'notFound', 'notFound'],
    );
    assert.equal(again.oldState, again.newState);
  });

  test('states that differ stop a /set before anything is done', async () => {
    const box = await mailbox('Work');
    const id = await email(box);
    const { state } = await client.call('Email/get', { ids: [] });
    for (const ifInState of ['b.c', 'garbage']) {
      assert.equal(await failure(client.call('Email/set', { ifInState, destroy: [id] })), 'stateMismatch');
    }
    assert.deepEqual((await client.call('Email/set', { ifInState: state, destroy: [id] })).destroyed, [id]);
  });

  test('blobs that are not there', async () => {
    const box = await mailbox('Work');
    const foreign = `b${'A'.repeat(43)}`;
    const { notCreated } = await client.call('Email/set', {
      create: {
        k: {
          mailboxIds: { [box]: true },
          subject: 'x',
          attachments: [{ blobId: foreign } as never, { blobId: 'garbage' } as never],
        },
      },
    });
    assert.deepEqual(
      [notCreated?.['k']?.type, notCreated?.['k']?.notFound],
      ['blobNotFound', [foreign, 'garbage']],
    );
  });

  test('changes page without loss', async () => {
    const box = await mailbox('Work');
    const { state } = await client.call('Email/get', { ids: [] });
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push(await email(box));
    const seen: string[] = [];
    let since = state;
    for (let more = true; more; ) {
      const changes = await client.call('Email/changes', { sinceState: since, maxChanges: 1 });
      assert.equal(changes.oldState, since);
      assert.notEqual(changes.newState, since);
      seen.push(...changes.created);
      since = changes.newState;
      more = changes.hasMoreChanges;
    }
    assert.deepEqual(seen, made);
    assert.equal(since, (await client.call('Email/get', { ids: [] })).state);
    for (const maxChanges of [0, -1]) {
      assert.equal(
        await failure(client.call('Email/changes', { sinceState: state, maxChanges })),
        'invalidArguments',
      );
    }
    for (const sinceState of ['garbage', 'b.c', 'd.zzzz', '']) {
      assert.equal(await failure(client.call('Email/changes', { sinceState })), 'cannotCalculateChanges');
    }
  });
});

describe('Email/query', () => {
  test('conditions', async () => {
    const [a, b] = [await mailbox('A'), await mailbox('B')];
    const one = await email(a, {
      subject: 'alpha',
      receivedAt: '2024-01-01T00:00:00Z',
      keywords: { $seen: true },
      sentAt: '2020-01-01T00:00:00Z',
      'header:X-Foo': ' Bar baz',
    });
    const two = await email(a, {
      subject: 'beta',
      mailboxIds: { [a]: true, [b]: true },
      receivedAt: '2024-01-02T00:00:00Z',
      sentAt: '2021-01-01T00:00:00Z',
    });
    const blobId = mail.upload(Buffer.alloc(5000));
    const three = await email(b, {
      subject: 'gamma',
      receivedAt: '2024-01-03T00:00:00Z',
      attachments: [{ blobId, type: 'application/zip' } as never],
      'header:X-Foo': ' other',
    });
    const { threadId } = (await get(one)) ?? {};
    const cases: [JsonObject, string[]][] = [
      [{ inMailbox: a }, [two, one]],
      [{ inMailbox: 'nope' }, []],
      [{ inMailboxOtherThan: [a] }, [three, two]],
      [{ inMailboxOtherThan: [a, b] }, []],
      [{ before: '2024-01-02T00:00:00Z' }, [one]],
      [{ after: '2024-01-02T00:00:00Z' }, [three, two]],
      [{ hasKeyword: '$SEEN' }, [one]],
      [{ notKeyword: '$seen' }, [three, two]],
      [{ hasKeyword: 'none' }, []],
      [{ hasAttachment: true }, [three]],
      [{ hasAttachment: false }, [two, one]],
      [{ minSize: 5000 }, [three]],
      [{ maxSize: 5000 }, [two, one]],
      [{ text: 'ALPHA' }, [one]],
      [{ header: ['x-foo'] }, [three, one]],
      [{ header: ['X-Foo', 'bar'] }, [one]],
      [{ header: ['X-None'] }, []],
      [{ operator: 'NOT', conditions: [{ header: ['X-Foo', 'bar'] }] }, [three, two]],
      [
        {
          operator: 'AND',
          conditions: [
            { inMailbox: a },
            { operator: 'NOT', conditions: [{ header: ['X-Foo'] }, { hasKeyword: 'x' }] },
          ],
        },
        [two],
      ],
      [{ sentBefore: '2020-06-01T00:00:00Z' }, [one]],
      [{ sentAfter: '2021-01-01T00:00:00Z', inMailbox: a }, [two]],
      [{ id: [one, 'nope', three] }, [three, one]],
      [{ inThread: threadId as string }, [one]],
      [{ inMailbox: a, hasKeyword: '$seen' }, [one]],
      [{ operator: 'OR', conditions: [{ subject: 'alpha' }, { hasAttachment: true }] }, [three, one]],
      [{ operator: 'OR', conditions: [] }, []],
      [{ operator: 'AND', conditions: [] }, [three, two, one]],
      [{}, [three, two, one]],
    ];
    for (const [filter, expected] of cases)
      assert.deepEqual(await query({ filter }), expected, JSON.stringify(filter));
    assert.deepEqual(await query({ filter: null }), [three, two, one]);
    assert.equal(
      await failure(client.call('Email/query', { filter: { colour: 1 } as never })),
      'unsupportedFilter',
    );
    assert.equal(
      await failure(
        client.call('Email/query', { filter: { operator: 'AND', conditions: [], text: 'x' } as never }),
      ),
      'invalidArguments',
    );
  });

  test('keywords of threads count all e-mails of the thread, in any mailbox', async () => {
    const [a, b] = [await mailbox('A'), await mailbox('B')];
    const one = await email(a, { subject: 'x', messageId: ['1@x'], keywords: { k: true } });
    await email(b, { subject: 'Re: x', inReplyTo: ['1@x'] });
    const three = await email(a, { subject: 'y', keywords: { k: true } });
    assert.deepEqual(await query({ filter: { inMailbox: a, allInThreadHaveKeyword: 'k' } }), [three]);
    assert.deepEqual(await query({ filter: { inMailbox: a, someInThreadHaveKeyword: 'k' } }), [three, one]);
    assert.deepEqual(await query({ filter: { inMailbox: b, noneInThreadHaveKeyword: 'k' } }), []);
    assert.deepEqual(
      await query({ filter: { inMailbox: a }, sort: [{ property: 'allInThreadHaveKeyword', keyword: 'k' }] }),
      [one, three],
    );
  });

  test('sorts', async () => {
    const box = await mailbox('A');
    const one = await email(box, {
      subject: 'Re: banana',
      from: [{ name: 'Zoe', email: 'a@x' }],
      sentAt: '2020-01-03T00:00:00Z',
      receivedAt: '2024-01-01T00:00:00Z',
    });
    const two = await email(box, {
      subject: 'Apple',
      from: [{ name: null, email: 'émile@x' }],
      sentAt: '2020-01-01T00:00:00Z',
      receivedAt: '2024-01-02T00:00:00Z',
      keywords: { k: true },
    });
    const three = await email(box, {
      subject: 'cherry 10',
      from: [{ name: 'bob', email: 'z@x' }],
      sentAt: '2020-01-02T00:00:00Z',
      receivedAt: '2024-01-02T00:00:00Z',
    });
    const by = (...sort: object[]) => query({ sort: sort as never });
    assert.deepEqual(await by({ property: 'receivedAt' }), [one, two, three]);
    assert.deepEqual(await by({ property: 'receivedAt', isAscending: false }), [three, two, one]);
    assert.deepEqual(await by({ property: 'sentAt' }), [two, three, one]);
    assert.deepEqual(await by({ property: 'subject' }), [two, one, three]);
    assert.deepEqual(await by({ property: 'from', isAscending: true }), [three, two, one]);
    assert.deepEqual(
      await by({ property: 'hasKeyword', keyword: 'k' }, { property: 'receivedAt', isAscending: false }),
      [three, one, two],
    );
    assert.equal(
      await failure(client.call('Email/query', { sort: [{ property: 'hasKeyword' }] })),
      'invalidArguments',
    );
    assert.equal(
      await failure(client.call('Email/query', { sort: [{ property: 'colour' }] })),
      'unsupportedSort',
    );
  });

  test('windows, totals and anchors count the collapsed list', async () => {
    const box = await mailbox('A');
    const one = await email(box, { subject: 'x', messageId: ['1@x'] });
    const two = await email(box, { subject: 'y' });
    const three = await email(box, { subject: 'Re: x', inReplyTo: ['1@x'] });
    const run = (args: object) => client.call('Email/query', { calculateTotal: true, ...args });
    assert.deepEqual((await run({ collapseThreads: true })).ids, [three, two]);
    assert.equal((await run({ collapseThreads: true })).total, 2);
    assert.equal(await failure(run({ collapseThreads: true, anchor: one })), 'anchorNotFound');
    const page = await run({ anchor: two, anchorOffset: 1, limit: 5 });
    assert.deepEqual([page.ids, page.position, page.total, page.limit], [[one], 2, 3, undefined]);
    const far = await run({ position: 50 });
    assert.deepEqual([far.ids, far.position], [[], 50]);
    assert.deepEqual((await run({ position: -1 })).ids, [one]);
    assert.deepEqual((await run({ limit: 0 })).ids, []);
    assert.equal((await client.call('Email/query', {})).total, undefined);
    assert.equal(await failure(run({ anchor: 'nope' })), 'anchorNotFound');
  });

  test('queryChanges: additions with their places, removals, other queries, too many', async () => {
    const box = await mailbox('A');
    const one = await email(box, { receivedAt: '2024-01-01T00:00:00Z' });
    const args = { filter: { inMailbox: box }, sort: [{ property: 'receivedAt' }] };
    const { queryState } = await client.call('Email/query', args);
    const two = await email(box, { receivedAt: '2023-01-01T00:00:00Z' });
    const three = await email(box, { receivedAt: '2025-01-01T00:00:00Z' });
    const changes = await client.call('Email/queryChanges', {
      ...args,
      sinceQueryState: queryState,
      calculateTotal: true,
    });
    assert.deepEqual(
      [changes.added, changes.removed, changes.total],
      [
        [
          { id: two, index: 0 },
          { id: three, index: 2 },
        ],
        [],
        3,
      ],
    );
    await client.call('Email/set', { update: { [one]: { 'keywords/x': true } }, destroy: [two] });
    const next = await client.call('Email/queryChanges', { ...args, sinceQueryState: changes.newQueryState });
    assert.deepEqual([[...next.removed].sort(), next.added], [[one, two].sort(), [{ id: one, index: 0 }]]);
    const fixed = { filter: { minSize: 1 }, sort: args.sort };
    const before = await client.call('Email/query', fixed);
    await client.call('Email/set', { update: { [one]: { 'keywords/y': true } } });
    const still = await client.call('Email/queryChanges', { ...fixed, sinceQueryState: before.queryState });
    assert.deepEqual([still.added, still.removed], [[], []]);
    assert.equal(
      await failure(
        client.call('Email/queryChanges', { ...args, sinceQueryState: queryState, maxChanges: 1 }),
      ),
      'tooManyChanges',
    );
    assert.equal(
      await failure(client.call('Email/queryChanges', { ...fixed, sinceQueryState: queryState })),
      'cannotCalculateChanges',
    );
  });

  test('totals agree with the mailbox in the same request', async () => {
    const [a, empty] = [await mailbox('A'), await mailbox('Empty')];
    for (let i = 0; i < 3; i++) await email(a);
    for (const [box, total] of [
      [a, 3],
      [empty, 0],
    ] as const) {
      const [boxes, found] = await client.batch(
        ['Mailbox/get', { ids: [box] }],
        ['Email/query', { filter: { inMailbox: box }, calculateTotal: true }],
      );
      assert.deepEqual([boxes.list[0]?.totalEmails, found.total], [total, total]);
    }
  });
});

describe('import and parse', () => {
  const raw = (more = '') => Buffer.from(`From: a@b\r\nSubject: imported\r\n${more}\r\nbody\r\n`);
  test('several at once, each with its own fate', async () => {
    const box = await mailbox('A');
    const good = mail.upload(
      raw(
        'Received: from x by y; Mon, 1 Jan 2024 10:00:00 +0000\r\nReceived: from z by x; Mon, 1 Jan 2024 11:00:00 +0100\r\n',
      ),
    );
    const noHeader = mail.upload(Buffer.from('\r\nonly a body'));
    const mailboxIds = { [box]: true };
    const { created, notCreated, oldState, newState } = await client.call('Email/import', {
      emails: {
        good: { blobId: good, mailboxIds, keywords: { $Seen: true } },
        dated: { blobId: good, mailboxIds, receivedAt: '2020-02-02T02:02:02Z' },
        noHeader: { blobId: noHeader, mailboxIds },
        unknown: { blobId: `b${'A'.repeat(43)}`, mailboxIds },
        nowhere: { blobId: good, mailboxIds: {} },
        elsewhere: { blobId: good, mailboxIds: { nope: true } },
        odd: { blobId: good, mailboxIds, colour: 1 } as never,
        list: { blobId: good, mailboxIds: [box] as never },
        keyword: { blobId: good, mailboxIds, keywords: { 'a b': true } },
      },
    });
    assert.deepEqual(Object.keys(created ?? {}), ['good', 'dated']);
    const types = Object.entries(notCreated ?? {}).map(([key, { type }]) => [key, type]);
    assert.deepEqual(Object.fromEntries(types), {
      noHeader: 'invalidEmail',
      unknown: 'invalidProperties',
      nowhere: 'invalidProperties',
      elsewhere: 'invalidProperties',
      odd: 'invalidProperties',
      list: 'invalidProperties',
      keyword: 'invalidProperties',
    });
    const one = await get(created?.['good']?.id as string);
    assert.deepEqual(
      [one?.blobId, one?.keywords, one?.receivedAt, one?.subject],
      [good, { $seen: true }, '2024-01-01T10:00:00Z', 'imported'],
    );
    assert.equal((await get(created?.['dated']?.id as string))?.receivedAt, '2020-02-02T02:02:02Z');
    assert.notEqual(oldState, newState);
    assert.equal(
      await failure(client.call('Email/import', { ifInState: oldState, emails: {} })),
      'stateMismatch',
    );
  });

  test('parse shows a blob, and a message inside another', async () => {
    const inner = 'From: inner@x\r\nSubject: inside\r\nContent-Type: text/plain\r\n\r\ninner body\r\n';
    const outer = mail.upload(
      Buffer.from(
        `Subject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b--\r\n`,
      ),
    );
    const junk = mail.upload(Buffer.from('\r\nnothing'));
    const { parsed, notParsable, notFound } = await client.call('Email/parse', {
      blobIds: [outer, junk, 'garbage'],
      properties: [
        'id',
        'mailboxIds',
        'keywords',
        'receivedAt',
        'threadId',
        'blobId',
        'subject',
        'attachments',
        'size',
      ],
    });
    const email = parsed?.[outer];
    assert.deepEqual(
      [
        email?.id,
        email?.mailboxIds,
        email?.keywords,
        email?.receivedAt,
        email?.threadId,
        email?.subject,
        email?.blobId,
      ],
      [null, null, null, null, null, 'outer', outer],
    );
    assert.deepEqual([notParsable, notFound], [[junk], ['garbage']]);
    const attached = email?.attachments?.[0]?.blobId as string;
    const nested = await client.call('Email/parse', { blobIds: [attached], fetchAllBodyValues: true });
    const inside = nested.parsed?.[attached];
    assert.equal(inside?.subject, 'inside');
    assert.equal(Object.values(inside?.bodyValues ?? {})[0]?.value, 'inner body\n');
    assert.equal('id' in (inside ?? {}), false);
    const box = await mailbox('A');
    const { created } = await client.call('Email/import', {
      emails: { k: { blobId: attached, mailboxIds: { [box]: true } } },
    });
    assert.equal((await get(created?.['k']?.id as string, ['subject']))?.subject, 'inside');
    assert.equal(
      await failure(client.call('Email/parse', { blobIds: Array.from({ length: 11 }, (_, i) => `b${i}`) })),
      'requestTooLarge',
    );
  });
});
