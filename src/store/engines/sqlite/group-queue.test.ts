import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GroupQueue } from './group-queue.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function queueOf(sizes: readonly number[]): GroupQueue<number> {
  const queue = new GroupQueue<number>();
  for (const [i, size] of sizes.entries()) queue.push(i, new ArrayBuffer(size));
  return queue;
}

describe('GroupQueue', () => {
  it('takes all that fit, in their order', () => {
    const queue = queueOf([10, 3 * MIB, 20]);
    assert.deepEqual(queue.take().owners, [0, 1, 2]);
    assert.equal(queue.length, 0);
    assert.deepEqual(queue.take().owners, []);
  });

  it('takes at most 256', () => {
    const queue = queueOf(Array.from({ length: 300 }, () => 100));
    assert.deepEqual(
      queue.take().owners,
      Array.from({ length: 256 }, (_, i) => i),
    );
    assert.equal(queue.take().owners.length, 44);
  });

  it('takes small ones before large ones, and at least one however large', () => {
    const queue = queueOf([3 * MIB, 2 * MIB, 1 * KIB, 5 * MIB, 2 * KIB]);
    assert.deepEqual(queue.take().owners, [0, 2, 4]);
    assert.deepEqual(queue.take().owners, [1]);
    assert.deepEqual(queue.take().owners, [3]);
    assert.equal(queue.length, 0);
  });

  it('passes over nothing for ever', () => {
    const queue = queueOf([4 * MIB]);
    let turns = 0;
    for (let isTaken = false; !isTaken; turns++) {
      for (let i = 0; i < 300; i++) queue.push(1, new ArrayBuffer(KIB));
      isTaken = queue.take().owners.includes(0);
      assert.ok(turns < 10);
    }
  });
});
