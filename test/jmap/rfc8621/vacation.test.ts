// RFC 8621 §8: the settings of the vacation response. What is answered, to whom and how often is in
// `test/jmap/vacation.test.ts`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, errorOf, inside } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
});
after(() => world.close());

const set = (patch: JsonObject) => answer(ann, 'VacationResponse/set', { update: { singleton: patch } });
const read = async () => inside((await answer(ann, 'VacationResponse/get'))['list'], '0') as JsonObject;

test('§8.1: there is exactly one, with the id singleton and every property', async () => {
  const { list, notFound } = await answer(ann, 'VacationResponse/get', { ids: null });
  assert.deepEqual(notFound, []);
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
});

test('§8.2: what is set is kept; null takes it back', async () => {
  const wanted = {
    isEnabled: true,
    fromDate: '2026-01-02T03:04:05Z',
    toDate: '2126-01-02T03:04:05Z',
    subject: 'Away',
    textBody: 'I am away.',
    htmlBody: '<p>I am away.</p>',
  };
  assert.deepEqual((await set(wanted))['updated'], { singleton: null });
  assert.deepEqual(await read(), { id: 'singleton', ...wanted });
  const nothing = { fromDate: null, toDate: null, subject: null, textBody: null, htmlBody: null };
  await set({ ...nothing, isEnabled: false });
  assert.deepEqual(await read(), { id: 'singleton', isEnabled: false, ...nothing });
});

test('§8.2: values of the wrong type are invalidProperties, and change nothing', async () => {
  const before = await read();
  const bad: JsonObject = {
    isEnabled: null,
    fromDate: '2026-01-02',
    toDate: '2026-01-02T03:04:05+01:00',
    subject: 7,
    textBody: [],
    htmlBody: {},
    nothing: 1,
  };
  for (const [name, value] of Object.entries(bad)) {
    const { notUpdated } = await set({ subject: 'changed', [name]: value });
    assert.equal(inside(notUpdated, 'singleton', 'type'), 'invalidProperties', name);
    assert.deepEqual(inside(notUpdated, 'singleton', 'properties'), [name]);
  }
  const { notUpdated } = await set(bad);
  const named = inside(notUpdated, 'singleton', 'properties') as string[];
  assert.deepEqual([...named].sort(), Object.keys(bad).sort());
  assert.deepEqual(await read(), before);
});

test('§8: there are no other methods of the type', async () => {
  for (const name of ['changes', 'query', 'queryChanges', 'copy'])
    assert.equal(await errorOf(ann, `VacationResponse/${name}`), 'unknownMethod', name);
});
