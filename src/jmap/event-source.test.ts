import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DataType } from '../account/index.ts';
import { readParameters } from './event-source.ts';
import { readPlace, writePlace } from './state-feed.ts';
import { testToken } from './testing.ts';

const read = (query: string, token = testToken('*')) => readParameters(new URLSearchParams(query), token);

test('parameters: types by permission, closeafter, ping in seconds', () => {
  const all = read('types=*&closeafter=no&ping=0');
  assert.ok(typeof all !== 'string');
  assert.deepEqual(all.wanted.get(DataType.SieveScript), ['SieveScript', 'VacationResponse']);
  assert.equal(all.ping, 0);
  const some = read(
    'types=Email,%20Nothing,Mailbox,Email&closeafter=state&ping=5',
    testToken(['jmapEmailGet']),
  );
  assert.ok(typeof some !== 'string');
  assert.deepEqual([...some.wanted], [[DataType.Email, ['Email']]]);
  assert.deepEqual([some.closeAfterState, some.ping], [true, 30]);
  const capped = read('ping=999999');
  assert.equal(typeof capped !== 'string' && capped.ping, 3600);
  for (const bad of ['types=Nothing', 'types=', 'closeafter=maybe', 'ping=-1', 'ping=x', 'ping=1e9']) {
    assert.equal(typeof read(bad), 'string', bad);
  }
});

test('event ids survive a round trip, and garbage is nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat())), (pairs) => {
      const seen = new Map(pairs);
      assert.deepEqual(readPlace(writePlace(seen)), seen);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void readPlace(text)));
  assert.equal(readPlace('!.! x').size, 0);
  assert.equal(readPlace(undefined).size, 0);
});
