// Mailboxes shared between accounts, over HTTP (RFC 9670, RFC 8621 §2): who sees and may do what, object by object.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { JsonObject, MailboxRights } from '../../src/formats/jmap/index.ts';
import { answerOf, failure, type Person, SendingWorld, to, USING } from './sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
/** Mailbox of ann's that the tests share, one in it, and one beside it. */
let team: string;
let inner: string;
let secret: string;
let count = 0;

before(async () => {
  world = await SendingWorld.start();
});
after(() => world.close());
beforeEach(async () => {
  count++;
  ann = await world.person(`ann${count}`);
  bob = await world.person(`bob${count}`);
  const { created } = await ann.client.call('Mailbox/set', {
    create: { t: { name: 'Team' }, i: { name: 'Inner', parentId: '#t' }, s: { name: 'Secret' } },
  });
  [team, inner, secret] = ['t', 'i', 's'].map((key) => created?.[key]?.id as string) as [
    string,
    string,
    string,
  ];
});

const NONE: MailboxRights = {
  mayReadItems: false,
  mayAddItems: false,
  mayRemoveItems: false,
  maySetSeen: false,
  maySetKeywords: false,
  mayCreateChild: false,
  mayRename: false,
  mayDelete: false,
  maySubmit: false,
  mayShare: false,
};

async function share(mailbox: string, rights: Partial<MailboxRights> | null, grantee = bob): Promise<void> {
  const { notUpdated } = await ann.client.call('Mailbox/set', {
    update: { [mailbox]: { [`shareWith/${grantee.id}`]: rights } },
  });
  assert.equal(notUpdated, null, JSON.stringify(notUpdated));
}

/** An e-mail of ann's in some of her mailboxes. */
async function email(mailboxes: readonly string[], subject: string, more: JsonObject = {}): Promise<string> {
  const { created, notCreated } = await ann.client.call('Email/set', {
    create: {
      k: {
        mailboxIds: Object.fromEntries(mailboxes.map((id) => [id, true])),
        subject,
        from: to(ann),
        ...more,
      } as never,
    },
  });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return created?.['k']?.id as string;
}

/** What bob gets of ann's account. */
const emails = async (filter: JsonObject | null = null) =>
  (await bob.client.call('Email/query', { accountId: ann.id, filter: filter as never })).ids;

describe('a shared account', () => {
  test('stands in the session from the moment that something of it is shared', async () => {
    const seen = async () => (await bob.client.request([['Core/echo', {}, 'c']] as never)).sessionState;
    const before = await seen();
    assert.equal(
      await failure(bob.client.call('Mailbox/get', { accountId: ann.id, ids: null })),
      'accountNotFound',
    );
    await share(team, { mayReadItems: true });
    assert.notEqual(await seen(), before);
    const fresh = world.world.jmap(bob.name);
    const { accounts, primaryAccounts } = await fresh.session();
    assert.deepEqual(Object.keys(accounts), [bob.id, ann.id]);
    const account = accounts[ann.id];
    assert.deepEqual([account?.name, account?.isPersonal, account?.isReadOnly], [ann.address, false, false]);
    assert.deepEqual(
      [
        account?.accountCapabilities['urn:ietf:params:jmap:mail']?.['mayCreateTopLevelMailbox'],
        account?.accountCapabilities['urn:ietf:params:jmap:submission'],
        account?.accountCapabilities['urn:ietf:params:jmap:principals:owner'],
      ],
      [false, undefined, { accountIdForPrincipal: bob.id, principalId: ann.id }],
    );
    assert.equal(primaryAccounts['urn:ietf:params:jmap:mail'], bob.id);
    await share(team, null);
    assert.equal(
      await failure(bob.client.call('Mailbox/get', { accountId: ann.id, ids: null })),
      'accountNotFound',
    );
  });

  test('is closed to the methods of its owner', async () => {
    await share(team, { mayReadItems: true });
    for (const name of [
      'Identity/get',
      'EmailSubmission/get',
      'VacationResponse/get',
      'ShareNotification/get',
    ] as const)
      assert.equal(
        await failure(bob.client.call(name, { accountId: ann.id, ids: null })),
        'accountNotSupportedByMethod',
        name,
      );
  });

  test('shows the mailboxes that may be read, and those above them as bare names', async () => {
    await email([inner], 'one');
    await email([team, secret], 'two');
    await share(inner, { mayReadItems: true });
    const { list, notFound } = await bob.client.call('Mailbox/get', { accountId: ann.id, ids: null });
    assert.deepEqual(
      list.map(({ id, name, parentId, totalEmails, totalThreads, unreadThreads, myRights, isSubscribed }) => [
        id,
        name,
        parentId,
        [totalEmails, totalThreads, unreadThreads],
        myRights,
        isSubscribed,
      ]),
      [
        [team, 'Team', null, [0, 0, 0], NONE, false],
        [inner, 'Inner', team, [1, 1, 1], { ...NONE, mayReadItems: true }, false],
      ],
    );
    assert.deepEqual(notFound, []);
    const some = await bob.client.call('Mailbox/get', {
      accountId: ann.id,
      ids: [secret, inner],
      properties: [],
    });
    assert.deepEqual([some.list, some.notFound], [[{ id: inner }], [secret]]);
    const query = await bob.client.call('Mailbox/query', { accountId: ann.id, sortAsTree: true });
    assert.deepEqual(query.ids, [team, inner]);
  });

  test('shows e-mails that are in a readable mailbox, and of them only what is readable', async () => {
    const messageId = ['root@x.test'];
    const one = await email([team], 'thread', { messageId, keywords: { $seen: true } });
    const two = await email([team, secret], 'Re: thread', { inReplyTo: messageId, references: messageId });
    const three = await email([secret], 'Re: thread', { inReplyTo: messageId, references: messageId });
    await share(team, { mayReadItems: true });
    assert.deepEqual(new Set(await emails()), new Set([one, two]));
    assert.deepEqual(await emails({ inMailbox: secret }), []);
    assert.deepEqual(await emails({ inMailboxOtherThan: [team] }), []);
    const { list, notFound } = await bob.client.call('Email/get', {
      accountId: ann.id,
      ids: [one, two, three],
      properties: ['mailboxIds', 'threadId', 'blobId', 'subject'],
    });
    assert.deepEqual(notFound, [three]);
    assert.deepEqual(
      list.map(({ mailboxIds }) => mailboxIds),
      [{ [team]: true }, { [team]: true }],
    );
    const threadId = list[0]?.threadId as string;
    const threads = await bob.client.call('Thread/get', { accountId: ann.id, ids: [threadId] });
    assert.deepEqual(threads.list, [{ id: threadId, emailIds: [one, two] }]);
    const mine = await ann.client.call('Thread/get', { ids: [threadId] });
    assert.equal(mine.list[0]?.emailIds.length, 3);
    const all = await ann.client.call('Email/get', { ids: [three], properties: ['blobId'] });
    const { ids } = await bob.client.call('Email/query', {
      accountId: ann.id,
      collapseThreads: true,
      calculateTotal: true,
    });
    assert.equal(ids.length, 1);
    const snippet = await bob.client.call('SearchSnippet/get', {
      accountId: ann.id,
      filter: null,
      emailIds: [one, three],
    });
    assert.deepEqual(
      [snippet.list, snippet.notFound],
      [[{ emailId: one, subject: null, preview: null }], [three]],
    );

    const download = async (blobId: string) => {
      const { downloadUrl } = await bob.client.session();
      const url = downloadUrl
        .replace('{accountId}', ann.id)
        .replace('{blobId}', blobId)
        .replace('{name}', 'x')
        .replace('{type}', 'text/plain');
      const { basic } = await import('../../src/client/index.ts');
      const { WORLD_PASSWORD } = await import('../support/world.ts');
      return fetch(url, { headers: { authorization: basic(bob.address, WORLD_PASSWORD) } });
    };
    const readable = await download(list[1]?.blobId as string);
    assert.equal(readable.status, 200);
    assert.match(await readable.text(), /Subject: Re: thread/);
    const hidden = await download(all.list[0]?.blobId as string);
    assert.equal(hidden.status, 404);
    await hidden.body?.cancel();
  });

  test('a subscription is each reader’s own', async () => {
    await share(team, { mayReadItems: true });
    const subscribed = await bob.client.call('Mailbox/set', {
      accountId: ann.id,
      update: { [team]: { isSubscribed: true } },
    });
    assert.deepEqual(subscribed.updated, { [team]: null });
    await ann.client.call('Mailbox/set', { update: { [team]: { isSubscribed: false } } });
    const get = async ({ client }: Person) =>
      (await client.call('Mailbox/get', { accountId: ann.id, ids: [team], properties: ['isSubscribed'] }))
        .list[0]?.isSubscribed;
    assert.deepEqual([await get(bob), await get(ann)], [true, false]);
  });
});

describe('rights', () => {
  test('each lets do one thing, and nothing else', async () => {
    const id = await email([team, secret], 'subject');
    const own = await email([team], 'in one mailbox');
    const set = async (update: JsonObject, which = id) => {
      const { notUpdated } = await bob.client.call('Email/set', {
        accountId: ann.id,
        update: { [which]: update },
      });
      return notUpdated?.[which]?.type ?? 'done';
    };
    const create = async (mailbox: string) => {
      const { notCreated } = await bob.client.call('Email/set', {
        accountId: ann.id,
        create: { k: { mailboxIds: { [mailbox]: true }, subject: 'new' } },
      });
      return notCreated?.['k']?.type ?? 'done';
    };
    const read = { mayReadItems: true };
    await share(team, read);
    assert.deepEqual(
      [await set({ 'keywords/$seen': true }, own), await create(team), await create(secret)],
      ['forbidden', 'forbidden', 'invalidProperties'],
    );
    await share(team, { ...read, maySetSeen: true });
    assert.deepEqual([await set({ 'keywords/$seen': true }, own), await create(team)], ['done', 'forbidden']);
    // Keywords show in every mailbox of an e-mail, so that all have to allow it.
    assert.equal(await set({ 'keywords/$seen': true }), 'forbidden');
    await share(team, { ...read, mayAddItems: true });
    assert.deepEqual([await create(team), await set({ 'keywords/$seen': null }, own)], ['done', 'forbidden']);
    await share(inner, { ...read });
    assert.equal(await set({ [`mailboxIds/${inner}`]: true }), 'forbidden');
    await share(inner, { ...read, mayAddItems: true });
    assert.equal(await set({ [`mailboxIds/${inner}`]: true }), 'done');
    assert.equal(await set({ [`mailboxIds/${inner}`]: null }), 'forbidden');
    await share(inner, { ...read, mayRemoveItems: true });
    assert.equal(await set({ mailboxIds: { [team]: true } }), 'done');
    const { list } = await ann.client.call('Email/get', { ids: [id], properties: ['mailboxIds'] });
    assert.deepEqual(list[0]?.mailboxIds, { [team]: true, [secret]: true });
    const mailbox = async (update: JsonObject) => {
      const { notUpdated } = await bob.client.call('Mailbox/set', {
        accountId: ann.id,
        update: { [team]: update },
      });
      return notUpdated?.[team]?.type ?? 'done';
    };
    assert.equal(await mailbox({ name: 'Ours' }), 'forbidden');
    await share(team, { ...read, mayRename: true });
    assert.equal(await mailbox({ name: 'Ours' }), 'done');
    assert.equal(await mailbox({ parentId: inner }), 'forbidden');
  });

  test('destroying takes an e-mail out of what is seen; one that is nowhere else goes', async () => {
    const [both, only] = [await email([team, secret], 'both'), await email([team], 'only')];
    await share(team, { mayReadItems: true });
    const refused = await bob.client.call('Email/set', { accountId: ann.id, destroy: [both, only] });
    assert.deepEqual(
      [refused.notDestroyed?.[both]?.type, refused.notDestroyed?.[only]?.type],
      ['forbidden', 'forbidden'],
    );
    await share(team, { mayReadItems: true, mayRemoveItems: true });
    const { destroyed } = await bob.client.call('Email/set', { accountId: ann.id, destroy: [both, only] });
    assert.deepEqual(destroyed, [both, only]);
    const { list, notFound } = await ann.client.call('Email/get', {
      ids: [both, only],
      properties: ['mailboxIds'],
    });
    assert.deepEqual([list, notFound], [[{ id: both, mailboxIds: { [secret]: true } }], [only]]);
  });

  test('mailboxes are made below those that allow it, with the rights of their parent', async () => {
    await share(team, { mayReadItems: true, mayDelete: true });
    const attempt = async (parentId: string | null) => {
      const { created, notCreated } = await bob.client.call('Mailbox/set', {
        accountId: ann.id,
        create: { k: { name: 'New', parentId } },
      });
      return (created?.['k']?.id as string | undefined) ?? notCreated?.['k']?.type;
    };
    assert.deepEqual([await attempt(null), await attempt(team)], ['forbidden', 'forbidden']);
    await share(team, { mayReadItems: true, mayDelete: true, mayCreateChild: true });
    const id = (await attempt(team)) as string;
    const { list } = await bob.client.call('Mailbox/get', { accountId: ann.id, ids: [id] });
    assert.deepEqual(list[0]?.myRights, {
      ...NONE,
      mayReadItems: true,
      mayDelete: true,
      mayCreateChild: true,
    });
    const { destroyed, notDestroyed } = await bob.client.call('Mailbox/set', {
      accountId: ann.id,
      destroy: [id, inner, secret],
    });
    assert.deepEqual(
      [destroyed, notDestroyed?.[inner]?.type, notDestroyed?.[secret]?.type],
      [[id], 'notFound', 'notFound'],
    );
  });
});

describe('shareWith', () => {
  const shares = async (person = ann) =>
    (await person.client.call('Mailbox/get', { accountId: ann.id, ids: [team], properties: ['shareWith'] }))
      .list[0]?.shareWith;

  test('is null, a map, and null again; and is not told to readers', async () => {
    assert.equal(await shares(), null);
    const whole = { [bob.id]: { mayReadItems: true } };
    await ann.client.call('Mailbox/set', { update: { [team]: { shareWith: whole } } });
    assert.deepEqual(await shares(), { [bob.id]: { ...NONE, mayReadItems: true } });
    assert.equal(await shares(bob), null);
    await ann.client.call('Mailbox/set', { update: { [team]: { [`shareWith/${bob.id}/mayRename`]: true } } });
    assert.deepEqual(await shares(), { [bob.id]: { ...NONE, mayReadItems: true, mayRename: true } });
    await ann.client.call('Mailbox/set', { update: { [team]: { shareWith: null } } });
    assert.equal(await shares(), null);
    const { created } = await ann.client.call('Mailbox/set', {
      create: { k: { name: 'Born shared', shareWith: whole } },
    });
    const { list } = await bob.client.call('Mailbox/get', { accountId: ann.id, ids: null });
    assert.deepEqual(
      list.map(({ id }) => id),
      [created?.['k']?.id],
    );
    const all = await ann.client.call('Mailbox/get', { ids: [team] });
    assert.equal('shareWith' in (all.list[0] ?? {}), false);
  });

  test('is refused for who does not exist, for the owner, for wrong rights and too many', async () => {
    const bad: JsonObject[] = [
      { shareWith: { zzzz: { mayReadItems: true } } },
      { shareWith: { [ann.id]: { mayReadItems: true } } },
      { shareWith: { [bob.id]: { mayFly: true } } },
      { shareWith: { [bob.id]: { mayReadItems: 'yes' } } },
      { shareWith: 'everybody' },
      { [`shareWith/${bob.id}`]: true },
    ];
    for (const patch of bad) {
      const { notUpdated } = await ann.client.call('Mailbox/set', { update: { [team]: patch } });
      assert.deepEqual(
        [notUpdated?.[team]?.type, notUpdated?.[team]?.properties],
        ['invalidProperties', ['shareWith']],
        JSON.stringify(patch),
      );
    }
    const patch = { [`shareWith/${bob.id}/mayReadItems`]: true };
    const { notUpdated } = await ann.client.call('Mailbox/set', { update: { [team]: patch } });
    assert.equal(notUpdated?.[team]?.type, 'invalidPatch');
    assert.equal(await shares(), null);
  });

  test('may be changed by who may share, but not beyond its own rights', async () => {
    const carl = await world.person(`carl${count}`);
    const attempt = async (rights: Partial<MailboxRights>) => {
      const { notUpdated } = await bob.client.call('Mailbox/set', {
        accountId: ann.id,
        update: { [team]: { [`shareWith/${carl.id}`]: rights } },
      });
      return notUpdated?.[team]?.type ?? 'done';
    };
    await share(team, { mayReadItems: true });
    assert.equal(await attempt({ mayReadItems: true }), 'forbidden');
    await share(team, { mayReadItems: true, mayShare: true });
    assert.equal(await attempt({ mayReadItems: true, mayDelete: true }), 'forbidden');
    assert.equal(await attempt({ mayReadItems: true }), 'done');
    assert.deepEqual(Object.keys((await shares(bob)) ?? {}), [bob.id, carl.id]);
  });
});

describe('notices of shares', () => {
  test('tell of every change, and can be dismissed', async () => {
    const empty = await bob.client.call('ShareNotification/get', { ids: null });
    assert.deepEqual(empty.list, []);
    await share(team, { mayReadItems: true });
    await share(team, { mayReadItems: true });
    await share(team, { mayReadItems: true, mayDelete: true });
    await ann.client.call('Mailbox/set', { destroy: [inner, team] });
    const { list } = await bob.client.call('ShareNotification/get', { ids: null });
    assert.deepEqual(
      list.map(({ oldRights, newRights }) => [
        oldRights?.['mayDelete'] ?? null,
        newRights?.['mayDelete'] ?? null,
      ]),
      [
        [null, false],
        [false, true],
        [true, null],
      ],
    );
    const [first] = list;
    assert.deepEqual(
      { ...first, id: '', created: '', oldRights: null, newRights: null },
      {
        id: '',
        created: '',
        changedBy: { name: ann.address, email: ann.address, principalId: ann.id },
        objectType: 'Mailbox',
        objectAccountId: ann.id,
        objectId: team,
        oldRights: null,
        newRights: null,
        name: 'Team',
      },
    );
    const query = await bob.client.call('ShareNotification/query', {
      filter: { objectType: 'Mailbox', objectAccountId: ann.id, after: '2020-01-01T00:00:00Z' },
      sort: [{ property: 'created', isAscending: false }, { property: 'created' }],
    });
    assert.equal(query.ids.length, 3);
    const id = first?.id as string;
    const { notCreated, notUpdated, destroyed } = await bob.client.call('ShareNotification/set', {
      create: { k: { name: 'x' } },
      update: { [list[1]?.id as string]: { name: 'x' } },
      destroy: [id],
    });
    assert.deepEqual(
      [notCreated?.['k']?.type, notUpdated?.[list[1]?.id as string]?.type, destroyed],
      ['forbidden', 'forbidden', [id]],
    );
    const changes = await bob.client.call('ShareNotification/changes', { sinceState: empty.state });
    assert.deepEqual([changes.created.length, changes.destroyed], [2, []]);
    const none = await bob.client.call('ShareNotification/query', {
      filter: { before: '2020-01-01T00:00:00Z' },
    });
    assert.deepEqual(none.ids, []);
  });
});

describe('principals', () => {
  test('those that are known can be got; looking for others is for who may', async () => {
    const { list } = await bob.client.call('Principal/get', { ids: null });
    assert.deepEqual(
      list.map(({ id, type, email, name }) => [id, type, email, name]),
      [[bob.id, 'individual', bob.address, bob.address]],
    );
    assert.ok(list[0]?.accounts?.[bob.id]?.accountCapabilities['urn:ietf:params:jmap:mail']);
    assert.equal(await failure(bob.client.call('Principal/get', { ids: [ann.id] })), 'forbidden');
    assert.equal(await failure(bob.client.call('Principal/query', {})), 'forbidden');
    assert.equal(
      await failure(bob.client.call('Principal/changes', { sinceState: 'a' })),
      'cannotCalculateChanges',
    );
    await share(team, { mayReadItems: true });
    const shared = await bob.client.call('Principal/get', {
      ids: [ann.id],
      properties: ['email', 'accounts'],
    });
    assert.equal(shared.list[0]?.email, ann.address);
    assert.deepEqual(Object.keys(shared.list[0]?.accounts ?? {}), [ann.id]);
    const admin = world.world.jmap();
    const all = await admin.call('Principal/query', { filter: { email: bob.name }, calculateTotal: true });
    assert.deepEqual([all.ids, all.total, all.canCalculateChanges], [[bob.id], 1, false]);
    assert.deepEqual((await admin.call('Principal/query', { filter: { type: 'group' } })).ids, []);
    const got = await admin.call('Principal/get', { ids: [bob.id, 'zzzz'] });
    assert.deepEqual([got.list[0]?.accounts, got.notFound], [null, ['zzzz']]);
  });

  test('people say who they are, and nothing of others', async () => {
    const { updated, notUpdated, notCreated, notDestroyed } = await bob.client.call('Principal/set', {
      create: { k: { name: 'x' } },
      update: { [bob.id]: { description: 'Bob the builder' }, [ann.id]: { description: 'x' } },
      destroy: [secret],
    });
    assert.deepEqual(updated, { [bob.id]: null }, JSON.stringify(notUpdated));
    assert.deepEqual(
      [notUpdated?.[ann.id]?.type, notCreated?.['k']?.type, notDestroyed?.[secret]?.type],
      ['forbidden', 'forbidden', 'forbidden'],
    );
    const { list } = await bob.client.call('Principal/get', { ids: [bob.id] });
    assert.deepEqual([list[0]?.description, list[0]?.name], ['Bob the builder', 'Bob the builder']);
    const bad = await bob.client.call('Principal/set', {
      update: { [bob.id]: { timeZone: 'Mars/Olympus' } },
    });
    assert.equal(bad.notUpdated?.[bob.id]?.type, 'invalidProperties');
  });
});

describe('groups', () => {
  test('what is shared with a group is shared with its members, and the group is told', async () => {
    const admin = world.world.jmap();
    const domainId = (
      answerOf<{ list: JsonObject[] }>(
        await admin.request([['x:Account/get', { ids: [bob.id] }, 'c']] as never),
        0,
      ).list[0] as JsonObject
    )['domainId'] as string;
    const made = answerOf<{ created: Record<string, { id: string }> }>(
      await admin.request([
        ['x:Account/set', { create: { g: { '@type': 'Group', name: `group${count}`, domainId } } }, 'c'],
        ['x:Account/set', { update: { [bob.id]: { memberGroupIds: { '#g': true } } } }, 'd'],
      ] as never),
      0,
    );
    const group = made.created['g']?.id as string;
    await ann.client.call('Mailbox/set', {
      update: { [team]: { [`shareWith/${group}`]: { mayReadItems: true } } },
    });
    const id = await email([team], 'for the group');
    assert.deepEqual(await emails(), [id]);
    const { list } = await bob.client.call('ShareNotification/get', { accountId: group, ids: null });
    assert.deepEqual([list.length, list[0]?.objectId], [1, team]);
    assert.deepEqual((await bob.client.call('ShareNotification/get', { ids: null })).list, []);
    // A right of one's own and one of the group's are both there.
    await share(team, { maySetSeen: true });
    const { updated } = await bob.client.call('Email/set', {
      accountId: ann.id,
      update: { [id]: { 'keywords/$seen': true } },
    });
    assert.deepEqual(updated, { [id]: null });
    const { list: identities } = await bob.client.call('Identity/get', { accountId: group, ids: null });
    assert.equal(identities[0]?.email, `group${count}@waypost.test`);
    await world.send(bob, {
      to: to(ann),
      from: [{ name: null, email: `group${count}@waypost.test` }],
      subject: 'from the group',
    });
    assert.equal((await world.inbox(ann, ['subject']))[0]?.subject, 'from the group');
  });
});

describe('changes for who sees a part', () => {
  test('what comes into sight is created, what leaves it destroyed', async () => {
    await share(team, { mayReadItems: true });
    const { state } = await bob.client.call('Email/get', { accountId: ann.id, ids: [] });
    const threads = await bob.client.call('Thread/get', { accountId: ann.id, ids: [] });
    const [stays, hidden] = [await email([team], 'stays'), await email([secret], 'hidden')];
    const changes = async () => {
      const result = await bob.client.call('Email/changes', { accountId: ann.id, sinceState: state });
      return [result.created, result.updated, result.destroyed];
    };
    assert.deepEqual(await changes(), [[stays], [], []]);
    await ann.client.call('Email/set', { update: { [hidden]: { mailboxIds: { [team]: true } } } });
    assert.deepEqual(await changes(), [[stays, hidden], [], []]);
    const later = await bob.client.call('Email/get', {
      accountId: ann.id,
      ids: [stays],
      properties: ['threadId'],
    });
    await ann.client.call('Email/set', { update: { [stays]: { mailboxIds: { [secret]: true } } } });
    const gone = await bob.client.call('Email/changes', { accountId: ann.id, sinceState: later.state });
    assert.deepEqual([gone.created, gone.updated, gone.destroyed], [[], [], [stays]]);
    const thread = await bob.client.call('Thread/changes', { accountId: ann.id, sinceState: threads.state });
    const hiddenThread = (
      await bob.client.call('Email/get', { accountId: ann.id, ids: [hidden], properties: ['threadId'] })
    ).list[0]?.threadId;
    assert.deepEqual([thread.created, thread.updated], [[hiddenThread], []]);
  });

  test('a change of rights voids the states of before', async () => {
    await share(team, { mayReadItems: true });
    const { state } = await bob.client.call('Email/get', { accountId: ann.id, ids: [] });
    const mailboxes = await bob.client.call('Mailbox/get', { accountId: ann.id, ids: [] });
    const query = await bob.client.call('Email/query', { accountId: ann.id });
    await share(secret, { mayReadItems: true });
    const of = async (name: 'Email/changes' | 'Thread/changes' | 'Mailbox/changes', sinceState: string) =>
      failure(bob.client.call(name, { accountId: ann.id, sinceState }));
    assert.deepEqual(
      [
        await of('Email/changes', state),
        await of('Thread/changes', state),
        await of('Mailbox/changes', mailboxes.state),
      ],
      ['cannotCalculateChanges', 'cannotCalculateChanges', 'cannotCalculateChanges'],
    );
    assert.equal(
      await failure(
        bob.client.call('Email/queryChanges', { accountId: ann.id, sinceQueryState: query.queryState }),
      ),
      'cannotCalculateChanges',
    );
    const now = await bob.client.call('Mailbox/get', { accountId: ann.id, ids: [] });
    await email([secret], 'counted');
    const changes = await bob.client.call('Mailbox/changes', { accountId: ann.id, sinceState: now.state });
    assert.deepEqual([changes.updated, changes.updatedProperties?.length], [[secret], 4]);
  });
});

describe('Email/copy', () => {
  test('puts e-mails of one account into another, once', async () => {
    const id = await email([team], 'copied', {
      keywords: { $flagged: true },
      receivedAt: '2024-05-06T07:08:09Z',
    });
    await share(team, { mayReadItems: true });
    const inbox = await world.box(bob, 'inbox');
    const copy = (more: JsonObject = {}) =>
      bob.client.call('Email/copy', {
        accountId: bob.id,
        fromAccountId: ann.id,
        create: { c: { id, mailboxIds: { [inbox]: true } } },
        ...more,
      });
    const { created, oldState, newState } = await copy();
    assert.notEqual(oldState, newState);
    const made = created?.['c'];
    assert.deepEqual(Object.keys(made ?? {}).sort(), ['blobId', 'id', 'size', 'threadId']);
    const { list } = await bob.client.call('Email/get', {
      ids: [made?.id as string],
      properties: ['subject', 'keywords', 'receivedAt', 'mailboxIds'],
    });
    assert.deepEqual(list, [
      {
        id: made?.id,
        subject: 'copied',
        keywords: { $flagged: true },
        receivedAt: '2024-05-06T07:08:09Z',
        mailboxIds: { [inbox]: true },
      },
    ]);
    const again = await copy();
    assert.deepEqual(
      [again.notCreated?.['c']?.type, again.notCreated?.['c']?.existingId, again.created],
      ['alreadyExists', made?.id, null],
    );
  });

  test('checks states, accounts, ids and properties', async () => {
    const id = await email([team], 'checked');
    const hidden = await email([secret], 'hidden');
    await share(team, { mayReadItems: true });
    const inbox = await world.box(bob, 'inbox');
    const mailboxIds = { [inbox]: true };
    const call = (more: object) =>
      bob.client.call('Email/copy', {
        accountId: bob.id,
        fromAccountId: ann.id,
        create: { c: { id, mailboxIds } },
        ...more,
      });
    assert.equal(await failure(call({ ifInState: 'zz' })), 'stateMismatch');
    assert.equal(await failure(call({ ifFromInState: 'zz' })), 'stateMismatch');
    assert.equal(await failure(call({ fromAccountId: 'zzzz' })), 'fromAccountNotFound');
    assert.equal(await failure(call({ fromAccountId: bob.id })), 'invalidArguments');
    assert.equal(await failure(call({ accountId: 'zzzz' })), 'accountNotFound');
    const { notCreated, created } = await call({
      create: {
        unknown: { id: 'zzzz', mailboxIds },
        hidden: { id: hidden, mailboxIds },
        nowhere: { id, mailboxIds: {} },
        notThere: { id, mailboxIds: { zzzz: true } },
        subject: { id, mailboxIds, subject: 'x' },
        keyword: { id, mailboxIds, keywords: { 'a b': true } },
        date: { id, mailboxIds, receivedAt: 'yesterday' },
        fine: { id, mailboxIds, keywords: {}, receivedAt: '2020-01-02T03:04:05Z' },
        twice: { id, mailboxIds },
      },
    });
    assert.deepEqual(Object.keys(created ?? {}), ['fine']);
    assert.deepEqual(
      Object.entries(notCreated ?? {}).map(([key, { type }]) => `${key}: ${type}`),
      [
        'unknown: notFound',
        'hidden: notFound',
        'nowhere: invalidProperties',
        'notThere: invalidProperties',
        'subject: invalidProperties',
        'keyword: invalidProperties',
        'date: invalidProperties',
        'twice: alreadyExists',
      ],
    );
  });

  test('may destroy the originals, in an implicit call behind its own', async () => {
    const id = await email([team], 'moved');
    await share(team, { mayReadItems: true, mayRemoveItems: true });
    const inbox = await world.box(bob, 'inbox');
    const move = (destroyFromIfInState: string | null, key: string) =>
      bob.client.request(
        [
          [
            'Email/copy',
            {
              accountId: bob.id,
              fromAccountId: ann.id,
              create: { [key]: { id, mailboxIds: { [inbox]: true }, keywords: { [key]: true } } },
              onSuccessDestroyOriginal: true,
              destroyFromIfInState,
            },
            'c',
          ],
        ],
        USING,
      );
    const stale = await move('zz', 'a');
    assert.deepEqual(
      stale.methodResponses.map(([name, { type }, callId]) => [name, type, callId]),
      [
        ['Email/copy', undefined, 'c'],
        ['error', 'stateMismatch', 'c'],
      ],
    );
    const { created } = answerOf<{ created: Record<string, { id: string }> }>(stale, 0);
    await bob.client.call('Email/set', { destroy: [created['a']?.id as string] });
    const { methodResponses } = await move(null, 'b');
    const [, second] = methodResponses;
    assert.deepEqual(
      [second?.[0], second?.[1]['accountId'], second?.[1]['destroyed']],
      ['Email/set', ann.id, [id]],
    );
    assert.deepEqual(await emails(), []);
  });
});
