// What every memory store and bus does.
import assert from 'node:assert/strict';
import type { Bus, Stores } from '../types.ts';
import type { Case } from './data-cases.ts';
import { until } from './support.ts';

const LONG = 60_000;

export const MEMORY_CASES: readonly Case[] = [
  {
    name: 'keeps values for their life time',
    run: async ({ memory }) => {
      const value = Uint8Array.of(1, 2);
      await memory.set('a', value, LONG);
      value[0] = 9;
      assert.deepEqual(await memory.get('a'), Uint8Array.of(1, 2));
      await memory.set('a', Uint8Array.of(3), 20);
      await until(async () => (await memory.get('a')) === undefined);
      await memory.set('b', Uint8Array.of(4), LONG);
      await memory.delete('b');
      assert.equal(await memory.get('b'), undefined);
      assert.equal(await memory.get('never'), undefined);
    },
  },
  {
    name: 'counts exactly, and the life time counts from the first addition',
    run: async ({ memory }) => {
      const sums = await Promise.all(Array.from({ length: 50 }, () => memory.incr('n', 2, LONG)));
      assert.deepEqual(
        sums.sort((a, b) => a - b),
        Array.from({ length: 50 }, (_, i) => (i + 1) * 2),
      );
      assert.equal(await memory.incr('n', -100, LONG), 0);
      // later additions do not prolong it: else a counter that is used all the time would never end
      await memory.incr('short', 1, 60);
      let highest = 1;
      await until(async () => {
        const sum = await memory.incr('short', 1, LONG);
        if (sum < highest) return true;
        highest = sum;
        return false;
      });
      assert.ok(highest > 1);
    },
  },
  {
    name: 'clears what begins with a prefix, and nothing else',
    run: async ({ memory }) => {
      await memory.set('rate.a', Uint8Array.of(1), LONG);
      await memory.incr('rate.b', 3, LONG);
      await memory.incr('other.rate.c', 3, LONG);
      assert.equal(await memory.clear('rate.'), 2);
      assert.equal(await memory.get('rate.a'), undefined);
      assert.equal(await memory.incr('rate.b', 1, LONG), 1);
      assert.equal(await memory.incr('other.rate.c', 1, LONG), 4);
      assert.equal(await memory.clear('rate.nothing'), 0);
    },
  },
  {
    name: 'gives a lock to one at a time, until it is released or lapses',
    run: async ({ memory }) => {
      const tries = await Promise.all(Array.from({ length: 10 }, () => memory.lock('l', LONG)));
      const held = tries.filter((lock) => lock !== undefined);
      assert.equal(held.length, 1);
      await held[0]?.release();
      const lapsing = await memory.lock('l', 20);
      assert.ok(lapsing);
      let next: Awaited<ReturnType<typeof memory.lock>>;
      await until(async () => (next = await memory.lock('l', LONG)) !== undefined);
      // not his any more
      await lapsing.release();
      assert.equal(await memory.lock('l', LONG), undefined);
      await next?.release();
      assert.ok(await memory.lock('l', LONG));
    },
  },
  {
    name: 'delivers messages in order to every subscriber, and a failing one stops nobody',
    run: async ({ bus }) => {
      const heard: string[][] = [[], []];
      bus.subscribe('bus.ping', () => {
        throw new Error('a subscriber that fails');
      });
      const ends = heard.map((list) => bus.subscribe('bus.ping', ({ from }) => void list.push(from)));
      for (const from of ['a', 'b', 'c']) ping(bus, from);
      assert.deepEqual(heard, [[], []], 'never within the call that publishes');
      await until(() => heard.every((list) => list.length === 3));
      ends[0]?.();
      ping(bus, 'd');
      await until(() => heard[1]?.length === 4);
      assert.deepEqual(heard, [
        ['a', 'b', 'c'],
        ['a', 'b', 'c', 'd'],
      ]);
    },
  },
  {
    name: 'refuses work when it is closed',
    run: async (stores: Stores) => {
      await stores.close();
      await assert.rejects(stores.data.get(Uint8Array.of(1)), { name: 'StoreUnavailable' });
      await assert.rejects(stores.data.commit(stores.data.newBatch()), { name: 'StoreUnavailable' });
      await stores.close();
    },
  },
];

const ping = (bus: Bus, from: string): void => bus.publish('bus.ping', { from });
