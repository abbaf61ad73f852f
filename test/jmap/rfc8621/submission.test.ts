// RFC 8621 §7 and §9: submissions, their envelopes, and what follows them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, ask, errorOf, inside } from '../conformance.ts';
import { eventually, type Person, SendingWorld, to } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
let identityId: string;
before(async () => {
  world = await SendingWorld.start();
  [ann, bob] = [await world.person('ann'), await world.person('bob')];
  identityId = await world.identity(ann);
});
after(() => world.close());

const set = (args: JsonObject) => answer(ann, 'EmailSubmission/set', args);
/** Sends an e-mail; what the server says of the submission. */
async function send(emailId: string, more: JsonObject = {}): Promise<JsonObject> {
  const { created, notCreated } = await set({ create: { k: { identityId, emailId, ...more } } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return inside(created, 'k') as JsonObject;
}
const refused = async (object: JsonObject) =>
  inside((await set({ create: { k: object } }))['notCreated'], 'k') as JsonObject;
const read = async (id: Json | undefined) =>
  inside((await answer(ann, 'EmailSubmission/get', { ids: [id as string] }))['list'], '0') as JsonObject;
/** An envelope that holds the message for a minute. */
const later = (...people: Person[]): JsonObject => ({
  mailFrom: { email: ann.address, parameters: { HOLDFOR: '60' } },
  rcptTo: people.map(({ address }) => ({ email: address, parameters: null })),
});

describe('a submission', () => {
  test('§7: has every property; what the server set comes back at its creation', async () => {
    const emailId = await world.draft(ann, { to: to(bob) });
    const created = await send(emailId);
    const whole = await read(created['id']);
    assert.deepEqual(Object.keys(whole).sort(), [
      'deliveryStatus',
      'dsnBlobIds',
      'emailId',
      'envelope',
      'id',
      'identityId',
      'mdnBlobIds',
      'sendAt',
      'threadId',
      'undoStatus',
    ]);
    const unsent = Object.keys(whole).filter((name) => name !== 'emailId' && name !== 'identityId');
    assert.deepEqual(Object.keys(created).sort(), unsent.sort());
    const { list } = await answer(ann, 'Email/get', { ids: [emailId], properties: ['threadId'] });
    assert.equal(whole['threadId'], inside(list, '0', 'threadId'));
  });

  test('§7: the envelope is made of the header: each recipient once, without parameters', async () => {
    const emailId = await world.draft(ann, { to: to(bob, bob), cc: to(ann), bcc: to(bob) });
    const { envelope } = await read((await send(emailId))['id']);
    assert.deepEqual(envelope, {
      mailFrom: { email: ann.address, parameters: null },
      rcptTo: [bob, ann].map(({ address }) => ({ email: address, parameters: null })),
    });
  });

  test('§7: an address in From or Sender that the identity does not allow gives way to that of the identity', async () => {
    const emailId = await world.draft(ann, { to: to(bob), sender: to(bob) });
    const { envelope } = await read((await send(emailId))['id']);
    assert.deepEqual(inside(envelope, 'mailFrom'), { email: ann.address, parameters: null });
  });

  test('§7: sendAt is now, or the time of release, and undoStatus says whether it can be canceled', async () => {
    const emailId = await world.draft(ann, { to: to(bob) });
    const at = (text: Json | undefined) => Math.round((Date.parse(text as string) - Date.now()) / 1000);
    const now = await send(emailId);
    assert.ok(Math.abs(at(now['sendAt'])) <= 2);
    assert.equal(now['undoStatus'], 'final');
    const held = await send(emailId, { envelope: later(bob) });
    assert.ok(Math.abs(at(held['sendAt']) - 60) <= 2);
    assert.equal(held['undoStatus'], 'pending');
    for (const { sendAt } of [now, held]) assert.match(sendAt as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('§7: the status of each recipient is an SMTP reply of the form that it has to have', async () => {
    const created = await send(await world.draft(ann, { to: to(bob) }));
    const status = inside((await read(created['id']))['deliveryStatus'], bob.address) as JsonObject;
    assert.match(status['smtpReply'] as string, /^[2-5]\d\d [245]\.\d{1,3}\.\d{1,3} \S/);
    assert.ok(['queued', 'yes', 'no', 'unknown'].includes(status['delivered'] as string));
    assert.equal(status['displayed'], 'unknown');
  });
});

describe('EmailSubmission/set', () => {
  test('§7.5: an e-mail or identity that is not there is invalidProperties', async () => {
    const emailId = await world.draft(ann, { to: to(bob) });
    const cases: [JsonObject, string][] = [
      [{ identityId, emailId: 'zzzz' }, 'emailId'],
      [{ identityId }, 'emailId'],
      [{ identityId: 'zzzz', emailId }, 'identityId'],
      [{ emailId }, 'identityId'],
    ];
    for (const [object, property] of cases) {
      const { type, properties } = await refused(object);
      assert.deepEqual([type, properties], ['invalidProperties', [property]]);
    }
  });

  test('§7.5: each reason why nothing is sent has its own error, with what belongs to it', async () => {
    const from = { email: ann.address, parameters: null };
    const nobody = await world.draft(ann);
    assert.equal((await refused({ identityId, emailId: nobody }))['type'], 'noRecipients');
    const fine = await world.draft(ann, { to: to(bob) });
    const envelope = (mailFrom: JsonObject, ...rcptTo: string[]): JsonObject => ({
      mailFrom,
      rcptTo: rcptTo.map((email) => ({ email, parameters: null })),
    });
    const empty = await refused({ identityId, emailId: fine, envelope: envelope(from) });
    assert.equal(empty['type'], 'noRecipients');
    const invalid = await refused({
      identityId,
      emailId: fine,
      envelope: envelope(from, bob.address, 'no address'),
    });
    assert.deepEqual([invalid['type'], invalid['invalidRecipients']], ['invalidRecipients', ['no address']]);
    const forged = { email: bob.address, parameters: null };
    const mailFrom = await refused({ identityId, emailId: fine, envelope: envelope(forged, bob.address) });
    assert.equal(mailFrom['type'], 'forbiddenMailFrom');
    const other = await world.draft(ann, { to: to(bob), from: to(bob) });
    assert.equal((await refused({ identityId, emailId: other }))['type'], 'forbiddenFrom');
    const noFrom = await world.draft(ann, { to: to(bob), from: null });
    const bad = await refused({ identityId, emailId: noFrom });
    assert.deepEqual([bad['type'], bad['properties']], ['invalidEmail', ['from']]);
  });

  test('§7.5: what is sent has no Bcc', async () => {
    await send(await world.draft(ann, { to: to(bob), bcc: to(ann), subject: 'blind' }));
    for (const person of [ann, bob]) {
      const arrived = await eventually(async () =>
        (await world.inbox(person, ['subject', 'bcc'])).find((one) => one?.subject === 'blind'),
      );
      assert.equal(arrived.bcc, null);
    }
  });

  test('§7: what cannot be changed cannot be, and what is sent with its own value may be', async () => {
    const { id } = await send(await world.draft(ann, { to: to(bob) }));
    const whole = await read(id);
    const { mailFrom, rcptTo } = whole['envelope'] as JsonObject;
    // The order of members means nothing.
    for (const object of [whole, { ...whole, envelope: { rcptTo, mailFrom } as JsonObject }]) {
      const same = await set({ update: { [id as string]: object } });
      assert.equal(same['notUpdated'], null, JSON.stringify(same['notUpdated']));
    }
    const changes: JsonObject = {
      emailId: 'zzz',
      identityId: 'zzz',
      threadId: 'zzz',
      envelope: null,
      sendAt: 'x',
      nothing: 1,
    };
    for (const [name, value] of Object.entries(changes)) {
      const { notUpdated } = await set({ update: { [id as string]: { [name]: value } } });
      assert.deepEqual(inside(notUpdated, id as string, 'properties'), [name]);
    }
  });

  test('§7, §7.5: one that is pending can be canceled, one that is final cannotUnsend', async () => {
    const emailId = await world.draft(ann, { to: to(bob), subject: 'canceled' });
    const { id } = await send(emailId, { envelope: later(bob) });
    const cancel = { undoStatus: 'canceled' };
    assert.deepEqual((await set({ update: { [id as string]: cancel } }))['updated'], {
      [id as string]: null,
    });
    assert.equal((await read(id))['undoStatus'], 'canceled');
    const { id: final } = await send(emailId);
    const { notUpdated } = await set({ update: { [final as string]: cancel } });
    assert.equal(inside(notUpdated, final as string, 'type'), 'cannotUnsend');
  });

  test('§7.5: what is asked for on success is one Email/set behind the response, for what succeeded', async () => {
    const [good, bad] = [await world.draft(ann, { to: to(bob) }), await world.draft(ann)];
    const create = { good: { identityId, emailId: good }, bad: { identityId, emailId: bad } };
    const patch = { 'keywords/$draft': null };
    const responses = await ask(ann, [
      [
        'EmailSubmission/set',
        { create, onSuccessUpdateEmail: { '#good': patch, '#bad': patch }, onSuccessDestroyEmail: ['#bad'] },
        'c',
      ],
      ['Core/echo', {}, 'd'],
    ]);
    assert.deepEqual(
      responses.map(([name, , callId]) => [name, callId]),
      [
        ['EmailSubmission/set', 'c'],
        ['Email/set', 'c'],
        ['Core/echo', 'd'],
      ],
    );
    assert.deepEqual(
      [responses[1]?.[1]['updated'], responses[1]?.[1]['destroyed']],
      [{ [good]: null }, null],
    );
  });

  test('§7.5: without either argument there is no second response', async () => {
    const emailId = await world.draft(ann, { to: to(bob) });
    const responses = await ask(ann, [
      ['EmailSubmission/set', { create: { k: { identityId, emailId } } }, 'c'],
    ]);
    assert.equal(responses.length, 1);
  });

  test('§7.5: an e-mail that is destroyed on success is sent, and its submission stays', async () => {
    const emailId = await world.draft(ann, { to: to(bob), subject: 'gone here' });
    const create = { k: { identityId, emailId } };
    const [first, second] = await ask(ann, [
      ['EmailSubmission/set', { create, onSuccessDestroyEmail: ['#k'] }, 'c'],
    ]);
    assert.deepEqual(second?.[1]['destroyed'], [emailId]);
    assert.equal((await read(inside(first?.[1]['created'], 'k', 'id')))['emailId'], emailId);
    assert.ok((await world.inbox(bob, ['subject'])).some((one) => one?.subject === 'gone here'));
  });

  test('§7.5: one that is destroyed is sent all the same', async () => {
    const emailId = await world.draft(ann, { to: to(bob), subject: 'still sent' });
    const { id } = await send(emailId);
    assert.deepEqual((await set({ destroy: [id as string] }))['destroyed'], [id]);
    assert.ok((await world.inbox(bob, ['subject'])).some((one) => one?.subject === 'still sent'));
  });
});

describe('EmailSubmission/query', () => {
  test('§7.3: each condition, alone and together', async () => {
    const emailId = await world.draft(ann, { to: to(bob) });
    const { id, threadId, sendAt } = await send(emailId, { envelope: later(bob) });
    const ids = async (filter: JsonObject) =>
      (await answer(ann, 'EmailSubmission/query', { filter }))['ids'] as string[];
    const only = { emailIds: [emailId] };
    const hits: JsonObject[] = [
      only,
      { ...only, identityIds: [identityId] },
      { ...only, threadIds: [threadId as string] },
      { ...only, undoStatus: 'pending' },
      { ...only, after: sendAt as string },
    ];
    for (const filter of hits) assert.deepEqual(await ids(filter), [id], JSON.stringify(filter));
    const misses: JsonObject[] = [
      { emailIds: [] },
      { ...only, identityIds: ['zzzz'] },
      { ...only, threadIds: [] },
      { ...only, undoStatus: 'final' },
      { ...only, before: sendAt as string },
    ];
    for (const filter of misses) assert.deepEqual(await ids(filter), [], JSON.stringify(filter));
    assert.ok((await ids({})).includes(id as string));
  });

  test('§7.3: values of the wrong type are invalidArguments', async () => {
    const bad: JsonObject[] = [
      { emailIds: 'x' },
      { undoStatus: 1 },
      { before: '2020-01-01' },
      { after: null },
    ];
    for (const filter of bad)
      assert.equal(await errorOf(ann, 'EmailSubmission/query', { filter }), 'invalidArguments');
  });

  test('§7.3: sorts by e-mail, thread and time', async () => {
    for (const property of ['emailId', 'threadId', 'sentAt']) {
      const of = async (isAscending: boolean) =>
        (await answer(ann, 'EmailSubmission/query', { sort: [{ property, isAscending }] }))[
          'ids'
        ] as string[];
      const { list } = await answer(ann, 'EmailSubmission/get', { ids: null });
      const key = (id: string) =>
        (list as JsonObject[]).find((one) => one['id'] === id)?.[
          property === 'sentAt' ? 'sendAt' : property
        ] as string;
      const [up, down] = [(await of(true)).map(key), (await of(false)).map(key)];
      assert.deepEqual(up, up.toSorted(), property);
      assert.deepEqual(down, down.toSorted().toReversed(), property);
    }
  });
});
