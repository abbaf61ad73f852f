import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheOf } from './cache.ts';

test('the entries used last are kept, and no more of them than were asked for', () => {
  const gone: number[] = [];
  const cache = cacheOf<string, number>(3, { dispose: (value) => gone.push(value) });
  for (let i = 0; i < 3; i++) cache.set(`k${i}`, i);
  cache.get('k0');
  cache.set('k3', 3);
  cache.set('k3', 4);
  assert.deepEqual([...cache.keys()].toSorted(), ['k0', 'k2', 'k3']);
  assert.deepEqual(gone, [1, 3]);
  assert.equal(cache.size, 3);
});

test('an entry may have its time', async () => {
  const cache = cacheOf<string, number>(10, { ttl: 20 });
  cache.set('a', 1);
  assert.equal(cache.get('a'), 1);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(cache.get('a'), undefined);
});
