import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { holdClock, now } from '../base/index.ts';
import { currentTicketKeys, newTicketKeys } from './ticket-keys.ts';

const HALF_DAY = 12 * 60 * 60 * 1000;
let time = 100 * HALF_DAY + 1;
after(holdClock(() => time));

test('threads that began with the same keys have the same keys later on, however often they looked', () => {
  const begun = newTicketKeys();
  assert.equal(begun.keys.length, 48);
  assert.equal(currentTicketKeys(begun), begun, 'within the half day');
  let often = begun;
  const seen = new Set([Buffer.from(begun.keys).toString('hex')]);
  for (let n = 0; n < 5; n++) {
    time += HALF_DAY;
    often = currentTicketKeys(often);
    seen.add(Buffer.from(often.keys).toString('hex'));
  }
  assert.equal(seen.size, 6, 'each half day has keys of its own');
  assert.deepEqual(currentTicketKeys(begun), often);
  assert.equal(often.keys.length, 48);
});

test('a clock that is set back changes nothing', () => {
  const begun = newTicketKeys();
  time = now() - 3 * HALF_DAY;
  assert.equal(currentTicketKeys(begun), begun);
});
