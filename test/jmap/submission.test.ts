// Identities and submissions over HTTP (RFC 8621 §6, §7), with delivery to the accounts of the same server.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/formats/jmap/index.ts';
import { answerOf, eventually, failure, type Person, SendingWorld, to, USING } from './sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  bob = await world.person('bob');
});
after(() => world.close());

describe('identities', () => {
  test('there is one for each address, and it can be given another name', async () => {
    const { list, state, notFound } = await ann.client.call('Identity/get', { ids: null });
    assert.deepEqual(notFound, []);
    assert.equal(list.length, 1);
    const [identity] = list;
    assert.deepEqual(
      { ...identity, id: '' },
      {
        id: '',
        name: '',
        email: ann.address,
        replyTo: null,
        bcc: null,
        textSignature: '',
        htmlSignature: '',
        mayDelete: true,
      },
    );
    const id = identity?.id as string;
    const { updated, oldState, newState } = await ann.client.call('Identity/set', {
      update: {
        [id]: { name: 'Ann', textSignature: '-- \nAnn', replyTo: [{ name: null, email: 'x@y.test' }] },
      },
    });
    assert.deepEqual(updated, { [id]: null });
    assert.equal(oldState, state);
    const changes = await ann.client.call('Identity/changes', { sinceState: state });
    assert.deepEqual([changes.created, changes.updated, changes.destroyed], [[], [id], []]);
    assert.equal(changes.newState, newState);
    const after = await ann.client.call('Identity/get', {
      ids: [id, 'nope'],
      properties: ['name', 'replyTo'],
    });
    assert.deepEqual(after.list, [{ id, name: 'Ann', replyTo: [{ name: null, email: 'x@y.test' }] }]);
    assert.deepEqual(after.notFound, ['nope']);
  });

  test('others may be made for own addresses only', async () => {
    const { created, notCreated } = await ann.client.call('Identity/set', {
      create: {
        mine: { name: 'At work', email: ann.address },
        his: { email: bob.address },
        wild: { email: '*@waypost.test' },
        no: { email: 'nonsense' },
        long: { email: ann.address, textSignature: 'x'.repeat(2049) },
        set: { email: ann.address, mayDelete: true },
      },
    });
    const { id: _id, ...answered } = created?.['mine'] ?? {};
    assert.deepEqual(answered, {
      replyTo: null,
      bcc: null,
      textSignature: '',
      htmlSignature: '',
      mayDelete: true,
    });
    assert.deepEqual(
      Object.entries(notCreated ?? {}).map(([key, { type }]) => [key, type]),
      [
        ['his', 'forbiddenFrom'],
        ['wild', 'forbiddenFrom'],
        ['no', 'invalidProperties'],
        ['long', 'invalidProperties'],
        ['set', 'invalidProperties'],
      ],
    );
  });

  test('the address stays; a stale state changes nothing', async () => {
    const id = await world.identity(ann);
    const { notUpdated } = await ann.client.call('Identity/set', {
      update: { [id]: { email: 'other@waypost.test' }, zzz: { name: 'x' } },
    });
    assert.deepEqual([notUpdated?.[id]?.type, notUpdated?.['zzz']?.type], ['invalidProperties', 'notFound']);
    for (const ifInState of ['zzz', 'b.b'])
      assert.equal(
        await failure(ann.client.call('Identity/set', { ifInState, update: { [id]: { name: 'Z' } } })),
        'stateMismatch',
      );
  });

  test('one that was destroyed does not come again; one whose address goes, goes', async () => {
    const carl = await world.person('carl');
    const first = await world.identity(carl);
    const { destroyed } = await carl.client.call('Identity/set', { destroy: [first] });
    assert.deepEqual(destroyed, [first]);
    assert.deepEqual((await carl.client.call('Identity/get', { ids: null })).list, []);
    const { created } = await carl.client.call('Identity/set', { create: { k: { email: carl.address } } });
    assert.ok(created?.['k']);
    const [alias, gone] = ['carl.a', 'carl.b'];
    const domainId = await domainOf(carl);
    await setAliases(carl, domainId, [alias, gone]);
    const before = await carl.client.call('Identity/get', { ids: null });
    assert.deepEqual(before.list.map(({ email }) => email.slice(0, email.indexOf('@'))).sort(), [
      'carl',
      alias,
      gone,
    ]);
    await setAliases(carl, domainId, [alias]);
    const { destroyed: left } = await carl.client.call('Identity/changes', { sinceState: before.state });
    assert.deepEqual(left, [before.list.find(({ email }) => email.startsWith(gone))?.id]);
  });
});

async function domainOf({ id }: Person): Promise<string> {
  const { methodResponses } = await world.world
    .jmap()
    .request([['x:Account/get', { ids: [id] }, 'c']] as never);
  const [[, { list }]] = methodResponses as unknown as [[string, { list: JsonObject[] }]];
  return list[0]?.['domainId'] as string;
}

async function setAliases({ id }: Person, domainId: string, names: readonly string[]): Promise<void> {
  const aliases = Object.fromEntries(names.map((name, i) => [i, { name, domainId, enabled: true }]));
  const { methodResponses } = await world.world
    .jmap()
    .request([['x:Account/set', { update: { [id]: { aliases } } }, 'c']] as never);
  const [[, { notUpdated }]] = methodResponses as unknown as [[string, JsonObject]];
  assert.equal(notUpdated ?? null, null, JSON.stringify(notUpdated));
}

describe('submissions', () => {
  test('reach their recipients, without Bcc; the implicit Email/set follows under the same call id', async () => {
    const emailId = await world.draft(ann, {
      to: to(bob),
      bcc: to(ann),
      subject: 'lunch',
    });
    const [drafts, sent] = [await world.box(ann, 'drafts'), await world.box(ann, 'sent')];
    const identityId = await world.identity(ann);
    const { methodResponses } = await ann.client.request(
      [
        [
          'EmailSubmission/set',
          {
            accountId: ann.id,
            create: { k: { identityId, emailId } },
            onSuccessUpdateEmail: {
              '#k': {
                [`mailboxIds/${drafts}`]: null,
                [`mailboxIds/${sent}`]: true,
                'keywords/$draft': null,
              },
            },
          },
          'c1',
        ],
      ],
      USING,
    );
    const [first, second, ...rest] = methodResponses;
    assert.equal(rest.length, 0);
    assert.deepEqual([first?.[0], first?.[2]], ['EmailSubmission/set', 'c1']);
    assert.deepEqual([second?.[0], second?.[2]], ['Email/set', 'c1']);
    const { created } = answerOf<{ created: Record<string, JsonObject> }>({ methodResponses }, 0);
    const { id, sendAt, ...more } = created['k'] as JsonObject;
    assert.match(sendAt as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(more['undoStatus'], 'final');
    assert.deepEqual(answerOf({ methodResponses }, 1)['updated'], { [emailId]: null });
    const { list } = await ann.client.call('Email/get', {
      ids: [emailId],
      properties: ['mailboxIds', 'keywords', 'threadId'],
    });
    assert.deepEqual([list[0]?.mailboxIds, list[0]?.keywords], [{ [sent]: true }, {}]);
    const [arrived] = await world.inbox(bob, ['subject', 'bcc', 'from', 'keywords']);
    assert.deepEqual(
      [arrived?.subject, arrived?.bcc, arrived?.from?.[0]?.email, arrived?.keywords],
      ['lunch', null, ann.address, {}],
    );
    const [own] = await world.inbox(ann, ['subject', 'bcc']);
    assert.deepEqual([own?.subject, own?.bcc], ['lunch', null]);
    const got = await ann.client.call('EmailSubmission/get', { ids: [id as string] });
    const [{ deliveryStatus, ...submission }] = got.list as [(typeof got.list)[0]];
    assert.deepEqual(submission, {
      id,
      identityId,
      emailId,
      threadId: list[0]?.threadId,
      envelope: {
        mailFrom: { email: ann.address, parameters: null },
        rcptTo: [
          { email: bob.address, parameters: null },
          { email: ann.address, parameters: null },
        ],
      },
      sendAt,
      undoStatus: 'final',
      dsnBlobIds: [],
      mdnBlobIds: [],
    });
    assert.deepEqual(Object.keys(deliveryStatus ?? {}), [bob.address, ann.address]);
    for (const { smtpReply, delivered, displayed } of Object.values(deliveryStatus ?? {})) {
      assert.match(smtpReply, /^250 2\.\d\.\d /);
      assert.deepEqual([delivered, displayed], ['yes', 'unknown']);
    }
  });

  test('a creation id of the same request may be sent; an explicit envelope decides', async () => {
    const dora = await world.person('dora');
    const mailboxIds = { [await world.box(ann, 'drafts')]: true };
    const [, submission] = await ann.client.batch(
      [
        'Email/set',
        {
          create: {
            e: { mailboxIds, from: to(ann), to: to(bob), subject: 'to dora', textBody: null as never },
          },
        },
      ],
      [
        'EmailSubmission/set',
        {
          create: {
            s: {
              identityId: await world.identity(ann),
              emailId: '#e',
              envelope: {
                mailFrom: { email: ann.address.toUpperCase(), parameters: { SIZE: '100' } },
                rcptTo: [{ email: dora.address, parameters: null }],
              },
            },
          },
        },
      ],
    );
    assert.equal(submission.notCreated, null, JSON.stringify(submission.notCreated));
    assert.equal((await world.inbox(dora))[0]?.subject, 'to dora');
    assert.notEqual((await world.inbox(bob))[0]?.subject, 'to dora');
  });

  test('what cannot be sent is refused, each in its own words', async () => {
    const identityId = await world.identity(ann);
    const fine = await world.draft(ann, { to: to(bob) });
    const nobody = await world.draft(ann);
    const forged = await world.draft(ann, { to: to(bob), from: to(bob) });
    const authors = await world.draft(ann, { to: to(bob), from: to(ann, bob) });
    const noFrom = await world.draft(ann, { to: to(bob), from: null });
    const address = (email: string, parameters: JsonObject | null = null) => ({ email, parameters });
    const envelope = (from: unknown, ...rcptTo: unknown[]) => ({ mailFrom: from, rcptTo });
    const me = address(ann.address);
    const cases: Record<string, [object: object, type: string, more?: object]> = {
      noIdentity: [{ emailId: fine }, 'invalidProperties', { properties: ['identityId'] }],
      badIdentity: [{ identityId: 'zz', emailId: fine }, 'invalidProperties', { properties: ['identityId'] }],
      badEmail: [{ identityId, emailId: 'zz' }, 'invalidProperties', { properties: ['emailId'] }],
      readOnly: [
        { identityId, emailId: fine, sendAt: 'now' },
        'invalidProperties',
        { properties: ['sendAt'] },
      ],
      nobody: [{ identityId, emailId: nobody }, 'noRecipients'],
      emptyEnvelope: [{ identityId, emailId: fine, envelope: envelope(me) }, 'noRecipients'],
      forged: [{ identityId, emailId: forged }, 'forbiddenFrom'],
      authors: [{ identityId, emailId: authors }, 'invalidEmail', { properties: ['sender'] }],
      noFrom: [{ identityId, emailId: noFrom }, 'invalidEmail', { properties: ['from'] }],
      mailFrom: [
        { identityId, emailId: fine, envelope: envelope(address(bob.address), me) },
        'forbiddenMailFrom',
      ],
      syntax: [
        {
          identityId,
          emailId: fine,
          envelope: envelope(me, address('not an address'), address(bob.address)),
        },
        'invalidRecipients',
        { invalidRecipients: ['not an address'] },
      ],
      remote: [
        { identityId, emailId: fine, envelope: envelope(me, address(bob.address), address('x@example.org')) },
        'invalidRecipients',
        { invalidRecipients: ['x@example.org'] },
      ],
      many: [
        {
          identityId,
          emailId: fine,
          envelope: envelope(me, ...Array.from({ length: 101 }, (_, i) => address(`u${i}@waypost.test`))),
        },
        'tooManyRecipients',
        { maxRecipients: 100 },
      ],
      unknownParameter: [
        {
          identityId,
          emailId: fine,
          envelope: envelope(address(ann.address, { NOSUCH: 'x' }), address(bob.address)),
        },
        'invalidProperties',
      ],
      injected: [
        {
          identityId,
          emailId: fine,
          envelope: envelope(address(ann.address, { 'SIZE=1\r\nRCPT': 'x' }), address(bob.address)),
        },
        'invalidProperties',
      ],
      tooLate: [
        {
          identityId,
          emailId: fine,
          envelope: envelope(address(ann.address, { HOLDFOR: '9999999' }), address(bob.address)),
        },
        'invalidProperties',
      ],
      noEnvelope: [{ identityId, emailId: fine, envelope: { rcptTo: [] } }, 'invalidProperties'],
    };
    const before = await ann.client.call('EmailSubmission/get', { ids: [] });
    const { created, notCreated, newState } = await ann.client.call('EmailSubmission/set', {
      create: Object.fromEntries(Object.entries(cases).map(([key, [object]]) => [key, object as never])),
    });
    assert.equal(created, null);
    for (const [key, [, type, more = {}]] of Object.entries(cases)) {
      const error = notCreated?.[key];
      assert.equal(error?.type, type, `${key}: ${JSON.stringify(error)}`);
      for (const [name, value] of Object.entries(more)) assert.deepEqual(error[name], value, key);
      assert.ok(error.description);
    }
    assert.equal(newState, before.state);
    assert.match(String(notCreated?.['remote']?.description), /other servers/);
  });

  test('a recipient that does not exist is told by its status', async () => {
    const id = await world.send(ann, { to: [...to(bob), { name: null, email: 'nobody@waypost.test' }] });
    const { list } = await ann.client.call('EmailSubmission/get', { ids: [id] });
    const status = list[0]?.deliveryStatus ?? {};
    assert.equal(status[bob.address]?.delivered, 'yes');
    assert.equal(status['nobody@waypost.test']?.delivered, 'no');
    assert.match(status['nobody@waypost.test']?.smtpReply ?? '', /^550 5\.1\.2 /);
    assert.equal(list[0]?.undoStatus, 'final');
  });

  test('one with a release time waits, and can be canceled until then', async () => {
    const erin = await world.person('erin');
    const identityId = await world.identity(ann);
    const hold = (seconds: number) => ({
      mailFrom: { email: ann.address, parameters: { HOLDFOR: String(seconds) } },
      rcptTo: [{ email: erin.address, parameters: null }],
    });
    const [soon, later] = [
      await world.draft(ann, { subject: 'soon' }),
      await world.draft(ann, { subject: 'later' }),
    ];
    const { created } = await ann.client.call('EmailSubmission/set', {
      create: {
        soon: { identityId, emailId: soon, envelope: hold(3) },
        later: { identityId, emailId: later, envelope: hold(3600) },
      },
    });
    assert.deepEqual([created?.['soon']?.undoStatus, created?.['later']?.undoStatus], ['pending', 'pending']);
    const wait = Date.parse(created?.['later']?.sendAt as string) - Date.now();
    assert.ok(wait > 3_590_000 && wait <= 3_600_000);
    assert.deepEqual(await world.inbox(erin), []);
    const id = created?.['later']?.id as string;
    const pending = await ann.client.call('EmailSubmission/query', { filter: { undoStatus: 'pending' } });
    assert.deepEqual(new Set(pending.ids), new Set([created?.['soon']?.id, id]));
    const canceled = await ann.client.call('EmailSubmission/set', {
      update: { [id]: { undoStatus: 'canceled' } },
    });
    assert.deepEqual(canceled.updated, { [id]: null });
    // The e-mail may go meanwhile: what is sent is what was submitted.
    await ann.client.call('Email/set', { destroy: [soon] });
    const [arrived] = await eventually(async () => {
      const emails = await world.inbox(erin, ['subject']);
      return emails.length > 0 ? emails : undefined;
    });
    assert.equal(arrived?.subject, 'soon');
    const changes = await eventually(async () => {
      const { list } = await ann.client.call('EmailSubmission/get', {
        ids: [created?.['soon']?.id as string],
      });
      return list[0]?.deliveryStatus?.[erin.address]?.delivered === 'yes' ? list[0] : undefined;
    });
    assert.equal(changes.undoStatus, 'final');
    const tooLate = await ann.client.call('EmailSubmission/set', {
      update: {
        [created?.['soon']?.id as string]: { undoStatus: 'canceled' },
        [id]: { undoStatus: 'pending' },
      },
    });
    assert.deepEqual(
      [tooLate.notUpdated?.[created?.['soon']?.id as string]?.type, tooLate.notUpdated?.[id]?.type],
      ['cannotUnsend', 'invalidProperties'],
    );
  });

  test('one that is destroyed is sent all the same', async () => {
    const finn = await world.person('finn');
    const emailId = await world.draft(ann, { subject: 'unstoppable' });
    const { created } = await ann.client.call('EmailSubmission/set', {
      create: {
        s: {
          identityId: await world.identity(ann),
          emailId,
          envelope: {
            mailFrom: {
              email: ann.address,
              parameters: { HOLDUNTIL: new Date(Date.now() + 4000).toISOString() },
            },
            rcptTo: [{ email: finn.address, parameters: null }],
          },
        },
      },
    });
    const id = created?.['s']?.id as string;
    const { destroyed } = await ann.client.call('EmailSubmission/set', { destroy: [id] });
    assert.deepEqual(destroyed, [id]);
    assert.deepEqual((await ann.client.call('EmailSubmission/get', { ids: [id] })).notFound, [id]);
    const [arrived] = await eventually(async () => {
      const emails = await world.inbox(finn, ['subject']);
      return emails.length > 0 ? emails : undefined;
    });
    assert.equal(arrived?.subject, 'unstoppable');
  });

  test('follow-ups run for what succeeded only, and once', async () => {
    const good = await world.draft(ann, { to: to(bob) });
    const bad = await world.draft(ann);
    const identityId = await world.identity(ann);
    const { methodResponses } = await ann.client.request(
      [
        [
          'EmailSubmission/set',
          {
            accountId: ann.id,
            create: { g: { identityId, emailId: good }, b: { identityId, emailId: bad } },
            onSuccessDestroyEmail: ['#g', '#b', '#nothing'],
          },
          'c',
        ],
      ],
      USING,
    );
    assert.deepEqual(
      methodResponses.map(([name]) => name),
      ['EmailSubmission/set', 'Email/set'],
    );
    assert.deepEqual(answerOf({ methodResponses }, 1)['destroyed'], [good]);
    assert.deepEqual((await ann.client.call('Email/get', { ids: [bad], properties: [] })).list, [
      { id: bad },
    ]);
  });

  test('queries filter, sort, and tell their changes', async () => {
    const gus = await world.person('gus');
    const empty = await gus.client.call('EmailSubmission/query', { filter: null, calculateTotal: true });
    assert.deepEqual([empty.ids, empty.total, empty.canCalculateChanges], [[], 0, true]);
    const first = await world.send(gus, { to: to(bob) });
    const second = await world.send(gus, { to: to(bob) });
    const { list, state } = await gus.client.call('EmailSubmission/get', { ids: null });
    assert.deepEqual(
      list.map(({ id }) => id),
      [first, second],
    );
    const emailIds = [list[1]?.emailId as string];
    assert.deepEqual((await gus.client.call('EmailSubmission/query', { filter: { emailIds } })).ids, [
      second,
    ]);
    const sort = [{ property: 'emailId', isAscending: false }];
    assert.deepEqual((await gus.client.call('EmailSubmission/query', { sort })).ids, [second, first]);
    const since = await gus.client.call('EmailSubmission/queryChanges', {
      sinceQueryState: empty.queryState,
      filter: null,
      calculateTotal: true,
    });
    assert.deepEqual([since.removed, since.added.map(({ id }) => id), since.total], [[], [first, second], 2]);
    const { destroyed } = await gus.client.call('EmailSubmission/set', { destroy: [first, 'zzz'] });
    assert.deepEqual(destroyed, [first]);
    const changes = await gus.client.call('EmailSubmission/changes', { sinceState: state });
    assert.deepEqual([changes.created, changes.updated, changes.destroyed], [[], [], [first]]);
    assert.equal(
      await failure(gus.client.call('EmailSubmission/query', { filter: { colour: 'red' } as never })),
      'unsupportedFilter',
    );
    assert.equal(
      await failure(gus.client.call('EmailSubmission/query', { sort: [{ property: 'colour' }] })),
      'unsupportedSort',
    );
    assert.equal(
      await failure(gus.client.call('EmailSubmission/set', { ifInState: state, destroy: [second] })),
      'stateMismatch',
    );
  });

  test('a message that is too large is told how large it may be; who may not send is told so', async () => {
    const ivy = await world.person('ivy');
    const identityId = await world.identity(ivy);
    const emailId = await world.draft(ivy, { to: to(bob) });
    const attempt = async () => {
      const { created, notCreated } = await ivy.client.call('EmailSubmission/set', {
        create: { s: { identityId, emailId } },
      });
      return notCreated?.['s'] ?? created?.['s'];
    };
    const admin = async (name: string, id: string, patch: JsonObject) => {
      const response = await world.world.jmap().request([[name, { update: { [id]: patch } }, 'c']] as never);
      assert.equal(answerOf(response, 0)['notUpdated'] ?? null, null, JSON.stringify(answerOf(response, 0)));
    };
    await admin('x:MtaStageData/set', 'singleton', { maxMessageSize: { else: '100', match: {} } });
    const large = await attempt();
    await admin('x:MtaStageData/set', 'singleton', { maxMessageSize: { else: '104857600', match: {} } });
    assert.deepEqual([large?.['type' as never], large?.['maxSize' as never]], ['tooLarge', 100]);
    await admin('x:Account/set', ivy.id, {
      permissions: { '@type': 'Merge', enabledPermissions: {}, disabledPermissions: { emailSend: true } },
    });
    const refused = await attempt();
    assert.equal(refused?.['type' as never], 'forbiddenToSend');
    const { list } = await ivy.client.call('EmailSubmission/get', { ids: null });
    assert.deepEqual(list, []);
  });

  test('a full mailbox leaves its recipient waiting', async () => {
    const hal = await world.person('hal');
    const { methodResponses } = await world.world
      .jmap()
      .request([['x:Account/set', { update: { [hal.id]: { quotas: { maxDiskQuota: 10 } } } }, 'c']] as never);
    assert.equal(answerOf({ methodResponses }, 0)['notUpdated'] ?? null, null);
    const id = await world.send(ann, { to: to(hal, bob) });
    const { list } = await ann.client.call('EmailSubmission/get', { ids: [id] });
    const status = list[0]?.deliveryStatus ?? {};
    assert.deepEqual(
      [status[hal.address]?.delivered, status[bob.address]?.delivered, list[0]?.undoStatus],
      ['queued', 'yes', 'final'],
    );
    assert.match(status[hal.address]?.smtpReply ?? '', /^452 4\.2\.2 /);
  });
});
