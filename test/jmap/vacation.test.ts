// Vacation responses and their answers (RFC 8621 §8, RFC 3834), and receipts (RFC 9007), over HTTP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { holdClock } from '../../src/base/index.ts';
import type { JsonObject, VacationResponse } from '../../src/formats/jmap/index.ts';
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

const set = (person: Person, patch: Partial<VacationResponse>) =>
  person.client.call('VacationResponse/set', { update: { singleton: patch as JsonObject } });

describe('the vacation response', () => {
  test('is always there, exactly once', async () => {
    const { list, notFound } = await ann.client.call('VacationResponse/get', { ids: null });
    assert.deepEqual(list, [
      {
        id: 'singleton',
        isEnabled: false,
        fromDate: null,
        toDate: null,
        subject: null,
        textBody: null,
        htmlBody: null,
      },
    ]);
    assert.deepEqual(notFound, []);
    const some = await ann.client.call('VacationResponse/get', {
      ids: ['singleton', 'b'],
      properties: ['isEnabled'],
    });
    assert.deepEqual([some.list, some.notFound], [[{ id: 'singleton', isEnabled: false }], ['b']]);
    const { notCreated, notDestroyed, notUpdated } = await ann.client.call('VacationResponse/set', {
      create: { k: { isEnabled: true } },
      update: { b: { isEnabled: true } },
      destroy: ['singleton', 'c'],
    });
    assert.deepEqual(
      [
        notCreated?.['k']?.type,
        notDestroyed?.['singleton']?.type,
        notDestroyed?.['c']?.type,
        notUpdated?.['b']?.type,
      ],
      ['singleton', 'singleton', 'notFound', 'notFound'],
    );
  });

  test('keeps what was set, and refuses what it cannot be', async () => {
    const wanted = {
      fromDate: '2026-01-02T03:04:05Z',
      toDate: '2026-02-02T03:04:05Z',
      subject: 'Away',
      textBody: 'gone fishing',
      htmlBody: '<b>gone</b> fishing',
    };
    const before = await ann.client.call('VacationResponse/get', { ids: null });
    const { updated, oldState, newState } = await set(ann, wanted);
    assert.deepEqual(updated, { singleton: null });
    assert.equal(oldState, before.state);
    const after = await ann.client.call('VacationResponse/get', { ids: null });
    assert.equal(after.state, newState);
    assert.notEqual(newState, oldState);
    assert.deepEqual(after.list[0], { id: 'singleton', isEnabled: false, ...wanted });
    const bad: JsonObject[] = [
      { isEnabled: 'yes' },
      { fromDate: 'tomorrow' },
      { toDate: '2025-01-01T00:00:00Z' },
      { subject: 'x'.repeat(512) },
      { subject: 'two\nlines' },
      { textBody: 'x'.repeat(2048) },
      { colour: 'red' },
      { id: 'other' },
    ];
    for (const patch of bad) {
      const { notUpdated } = await ann.client.call('VacationResponse/set', { update: { singleton: patch } });
      assert.equal(notUpdated?.['singleton']?.type, 'invalidProperties', JSON.stringify(patch));
      assert.deepEqual(notUpdated?.['singleton']?.properties, Object.keys(patch));
    }
    assert.equal(
      await failure(ann.client.call('VacationResponse/set', { ifInState: oldState, update: {} })),
      'stateMismatch',
    );
    await set(ann, { fromDate: null, toDate: null });
  });
});

/** Waits for an answer to somebody, by its subject. */
const answer = (person: Person, subject: string) =>
  eventually(async () =>
    (
      await world.inbox(person, [
        'subject',
        'from',
        'to',
        'inReplyTo',
        'references',
        'preview',
        'header:Auto-Submitted:asText',
        'bodyStructure',
      ])
    ).find((email) => email?.subject === subject),
  );

const subjects = async (person: Person) =>
  (await world.inbox(person, ['subject'])).map((email) => email?.subject);

describe('answers', () => {
  test('go to the sender, once a week, and are marked as such', async () => {
    const carl = await world.person('carl');
    await set(carl, { isEnabled: true, textBody: 'I am away.' });
    await world.send(ann, { to: to(carl), subject: 'hello', messageId: ['one@ann.test'] });
    const got = await answer(ann, 'Auto: hello');
    assert.deepEqual(
      [got.from?.[0]?.email, got.to?.[0]?.email, got.inReplyTo, got.references, got.preview],
      [carl.address, ann.address, ['one@ann.test'], ['one@ann.test'], 'I am away.'],
    );
    assert.equal(got['header:Auto-Submitted:asText'], 'auto-replied');
    await world.send(ann, { to: to(carl), subject: 'hello again' });
    await world.send(bob, { to: to(carl), subject: 'from bob' });
    await answer(bob, 'Auto: from bob');
    assert.equal((await subjects(ann)).includes('Auto: hello again'), false);
    const release = holdClock(() => Date.now() + 8 * 86_400_000);
    try {
      await world.send(ann, { to: to(carl), subject: 'a week later' });
      await answer(ann, 'Auto: a week later');
    } finally {
      release();
    }
  });

  test('have the subject and bodies that were set; new words are told to everybody anew', async () => {
    const dora = await world.person('dora');
    await set(dora, { isEnabled: true, subject: 'Grüße vom Strand', htmlBody: '<p>Back <b>soon</b></p>' });
    await world.send(ann, { to: to(dora) });
    const got = await answer(ann, 'Grüße vom Strand');
    assert.equal(got.bodyStructure?.type, 'multipart/alternative');
    assert.equal(got.preview.trim(), 'Back soon');
    await set(dora, { subject: 'Still away' });
    await world.send(ann, { to: to(dora) });
    await answer(ann, 'Still away');
  });

  test('are not given to what is not personal', async () => {
    const erin = await world.person('erin');
    await set(erin, { isEnabled: true, subject: 'erin is away' });
    const quiet: JsonObject[] = [
      { 'header:Auto-Submitted:asText': 'auto-generated' },
      { 'header:Precedence:asText': 'bulk' },
      { 'header:List-Id:asText': '<list.example.org>' },
      { 'header:List-Unsubscribe:asURLs': ['mailto:x@example.org'] },
      { 'header:X-Auto-Response-Suppress:asText': 'OOF, DR' },
    ];
    for (const header of quiet) await world.send(ann, { to: to(erin), ...header });
    // Not addressed to her, and from herself.
    await world.send(ann, { to: to(bob) }, {
      mailFrom: { email: ann.address, parameters: null },
      rcptTo: [{ email: erin.address, parameters: null }],
    } as never);
    await world.send(erin, { to: to(erin) });
    await world.send(bob, { to: to(erin), 'header:Auto-Submitted:asText': 'no' } as never);
    // Answers are given in order: bob's is behind all that might have been ann's.
    await answer(bob, 'erin is away');
    assert.equal((await subjects(ann)).includes('erin is away'), false);
    assert.equal((await subjects(erin)).includes('erin is away'), false);
  });

  test('are given between the dates only', async () => {
    const finn = await world.person('finn');
    const at = (ms: number) => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
    await set(finn, { isEnabled: true, subject: 'too early', fromDate: at(3_600_000) });
    await world.send(ann, { to: to(finn) });
    await set(finn, { subject: 'too late', fromDate: null, toDate: at(-3_600_000) });
    await world.send(ann, { to: to(finn) });
    await set(finn, { subject: 'just right', fromDate: at(-3_600_000), toDate: at(3_600_000) });
    await world.send(ann, { to: to(finn) });
    await answer(ann, 'just right');
    const all = await subjects(ann);
    assert.deepEqual([all.includes('too early'), all.includes('too late')], [false, false]);
  });

  test('two that are away do not answer each other for ever', async () => {
    const [gus, hal] = [await world.person('gus'), await world.person('hal')];
    await set(gus, { isEnabled: true, subject: 'gus is away' });
    await set(hal, { isEnabled: true, subject: 'hal is away' });
    await world.send(gus, { to: to(hal) });
    await answer(gus, 'hal is away');
    await world.send(ann, { to: to(hal), subject: 'end' });
    await answer(ann, 'hal is away');
    assert.equal((await subjects(hal)).includes('gus is away'), false);
  });
});

const DISPOSITION = {
  actionMode: 'manual-action',
  sendingMode: 'mdn-sent-manually',
  type: 'displayed',
} as const;

describe('receipts', () => {
  let ivy: Person;
  let jon: Person;
  before(async () => {
    ivy = await world.person('ivy');
    jon = await world.person('jon');
  });

  /** A message of ivy's to jon that asks for one; its id in jon's account. */
  async function asked(subject: string, more: JsonObject = {}): Promise<string> {
    await world.send(ivy, {
      to: to(jon),
      subject,
      messageId: [`${subject}@ann.test`],
      'header:Disposition-Notification-To:asAddresses': to(ivy),
      ...more,
    } as never);
    return (await world.inbox(jon, ['id']))[0]?.id as string;
  }
  const marked = (...keys: string[]) =>
    Object.fromEntries(keys.map((key) => [`#${key}`, { 'keywords/$mdnsent': true }]));

  test('are sent to who asked for them, once, and mark the message', async () => {
    const forEmailId = await asked('report');
    const identityId = await world.identity(jon);
    const call = (key: string) =>
      jon.client.request(
        [
          [
            'MDN/send',
            {
              accountId: jon.id,
              identityId,
              send: {
                [key]: {
                  forEmailId,
                  subject: 'Read: report',
                  textBody: 'I have seen it.',
                  reportingUA: 'pc.test; Test 1.0',
                  disposition: DISPOSITION,
                  extensionFields: { 'X-Mood': 'fine' },
                },
              },
              onSuccessUpdateEmail: marked(key),
            },
            'c',
          ],
        ],
        USING,
      );
    const { methodResponses } = await call('k1');
    assert.deepEqual(
      methodResponses.map(([name, , callId]) => [name, callId]),
      [
        ['MDN/send', 'c'],
        ['Email/set', 'c'],
      ],
    );
    const { sent } = answerOf<{ sent: JsonObject }>({ methodResponses }, 0);
    assert.deepEqual(sent['k1'], {
      includeOriginalMessage: false,
      finalRecipient: `rfc822; ${jon.address}`,
      mdnGateway: null,
      originalRecipient: null,
      originalMessageId: '<report@ann.test>',
      error: null,
    });
    const { list } = await jon.client.call('Email/get', { ids: [forEmailId], properties: ['keywords'] });
    assert.deepEqual(list[0]?.keywords, { $mdnsent: true });
    const again = await call('k2');
    assert.equal(again.methodResponses.length, 1);
    const { notSent } = answerOf<{ notSent: Record<string, JsonObject> }>(again, 0);
    assert.equal(notSent['k2']?.['type'], 'mdnAlreadySent');

    const [arrived] = await world.inbox(ivy, ['blobId', 'subject', 'inReplyTo', 'bodyStructure']);
    assert.deepEqual([arrived?.subject, arrived?.inReplyTo], ['Read: report', ['report@ann.test']]);
    const parsed = await ivy.client.call('MDN/parse', {
      blobIds: [arrived?.blobId as string, 'b'.repeat(44)],
    });
    assert.deepEqual(parsed.notFound, ['b'.repeat(44)]);
    assert.deepEqual(parsed.parsed?.[arrived?.blobId as string], {
      forEmailId: null,
      subject: 'Read: report',
      textBody: 'I have seen it.',
      includeOriginalMessage: false,
      reportingUA: 'pc.test; Test 1.0',
      mdnGateway: null,
      originalRecipient: null,
      finalRecipient: `rfc822; ${jon.address}`,
      originalMessageId: '<report@ann.test>',
      disposition: DISPOSITION,
      error: null,
      extensionFields: { 'X-Mood': 'fine' },
    });
  });

  test('may hold the message; other messages are no receipts', async () => {
    const forEmailId = await asked('whole');
    const { sent, notSent } = await jon.client.call('MDN/send', {
      identityId: await world.identity(jon),
      send: { k: { forEmailId, includeOriginalMessage: true, disposition: DISPOSITION } },
      onSuccessUpdateEmail: marked('k'),
    });
    assert.equal(notSent, null, JSON.stringify(notSent));
    assert.equal(sent?.['k']?.subject, 'Disposition notification: whole');
    const [arrived] = await world.inbox(ivy, ['blobId', 'attachments']);
    const blobId = arrived?.blobId as string;
    const { parsed } = await ivy.client.call('MDN/parse', { blobIds: [blobId] });
    assert.equal(parsed?.[blobId]?.includeOriginalMessage, true);
    const [other] = await world.inbox(jon, ['blobId']);
    const not = await jon.client.call('MDN/parse', { blobIds: [other?.blobId as string] });
    assert.deepEqual([not.parsed, not.notParsable], [null, [other?.blobId]]);
    assert.equal(
      await failure(jon.client.call('MDN/parse', { blobIds: Array.from({ length: 11 }, (_, i) => `x${i}`) })),
      'requestTooLarge',
    );
  });

  test('are refused, each in its own words', async () => {
    const forEmailId = await asked('refusals');
    const identityId = await world.identity(jon);
    await world.send(ivy, { to: to(jon), subject: 'plain' });
    const plain = (await world.inbox(jon, ['id']))[0]?.id as string;
    const away = await asked('away', {
      'header:Disposition-Notification-To:asAddresses': [{ name: null, email: 'x@example.org' }],
    });
    const cases: Record<string, [object: object, type: string]> = {
      unknown: [{ forEmailId: 'zz', disposition: DISPOSITION }, 'notFound'],
      unasked: [{ forEmailId: plain, disposition: DISPOSITION }, 'notFound'],
      away: [{ forEmailId: away, disposition: DISPOSITION }, 'forbidden'],
      forged: [
        { forEmailId, disposition: DISPOSITION, finalRecipient: `rfc822; ${ivy.address}` },
        'forbiddenFrom',
      ],
      noWay: [{ forEmailId, disposition: { ...DISPOSITION, type: 'eaten' } }, 'invalidProperties'],
      injected: [{ forEmailId, disposition: DISPOSITION, reportingUA: 'x\r\nError: y' }, 'invalidProperties'],
      own: [
        { forEmailId, disposition: DISPOSITION, extensionFields: { Disposition: 'x' } },
        'invalidProperties',
      ],
      server: [{ forEmailId, disposition: DISPOSITION, originalMessageId: '<x@y>' }, 'invalidProperties'],
      noMail: [{ disposition: DISPOSITION }, 'invalidProperties'],
    };
    const { sent, notSent } = await jon.client.call('MDN/send', {
      identityId,
      send: Object.fromEntries(Object.entries(cases).map(([key, [object]]) => [key, object as never])),
      onSuccessUpdateEmail: marked(...Object.keys(cases)),
    });
    assert.equal(sent, null);
    for (const [key, [, type]] of Object.entries(cases))
      assert.equal(notSent?.[key]?.type, type, `${key}: ${JSON.stringify(notSent?.[key])}`);
    const send = { k: { forEmailId, disposition: DISPOSITION } };
    assert.equal(
      await failure(jon.client.call('MDN/send', { identityId, send, onSuccessUpdateEmail: null })),
      'invalidArguments',
    );
    assert.equal(
      await failure(
        jon.client.call('MDN/send', {
          identityId,
          send,
          onSuccessUpdateEmail: { '#k': { 'keywords/$seen': true } },
        }),
      ),
      'invalidArguments',
    );
    assert.equal(
      await failure(
        jon.client.call('MDN/send', { identityId: 'zz', send, onSuccessUpdateEmail: marked('k') }),
      ),
      'invalidArguments',
    );
  });
});
