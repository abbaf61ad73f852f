import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addSink, holdClock } from '../../../base/index.ts';
import { LocalMemory } from './memory-store.ts';

describe('LocalMemory', () => {
  it('bounds entries and bytes: the oldest go first, and it is told', async () => {
    for (const limits of [{ entries: 100 }, { bytes: 100 * (120 + 8 + 100) }]) {
      const memory = new LocalMemory(limits);
      let evicted = 0;
      const remove = addSink((name, _, fields) => {
        if (name === 'store.memory-evicted') evicted += fields['entries'] as number;
      });
      for (let i = 0; i < 1000; i++) await memory.set(`k${i}`, new Uint8Array(100), 60_000);
      remove();
      let left = 0;
      for (let i = 0; i < 1000; i++) if (await memory.get(`k${i}`)) left++;
      assert.ok(left >= 85 && left <= 100, String(left));
      assert.equal(evicted, 1000 - left);
      assert.equal(await memory.get('k0'), undefined);
      assert.ok(await memory.get('k999'));
      memory.close();
    }
  });

  it('lets values, counters and locks end exactly at their time', async () => {
    let time = 1000;
    const release = holdClock(() => time);
    const memory = new LocalMemory();
    try {
      await memory.set('v', Uint8Array.of(1), 100);
      await memory.incr('c', 5, 100);
      assert.ok(await memory.lock('l', 100));
      time = 1099;
      assert.deepEqual(await memory.get('v'), Uint8Array.of(1));
      assert.equal(await memory.incr('c', 1, 100), 6);
      assert.equal(await memory.lock('l', 100), undefined);
      time = 1100;
      assert.equal(await memory.get('v'), undefined);
      assert.equal(await memory.incr('c', 1, 100), 1);
      assert.ok(await memory.lock('l', 100));
    } finally {
      release();
      memory.close();
    }
  });
});
