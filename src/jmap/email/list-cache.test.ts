import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListCache } from './list-cache.ts';

test('a text is found for its account, e-mail and properties only', () => {
  const cache = new ListCache();
  cache.keep(1, 2, 'from subject', '"from":null,"subject":"a"');
  assert.equal(cache.get(1, 2, 'from subject'), '"from":null,"subject":"a"');
  assert.equal(cache.get(2, 2, 'from subject'), undefined);
  assert.equal(cache.get(1, 3, 'from subject'), undefined);
  assert.equal(cache.get(1, 2, 'from'), undefined);
  cache.keep(1, 2, 'from', '"from":null');
  assert.equal(cache.get(1, 2, 'from subject'), undefined);
});

test('a text that would push out many others is not kept', () => {
  const cache = new ListCache();
  cache.keep(1, 1, 'headers', 'x'.repeat(10_000));
  assert.equal(cache.get(1, 1, 'headers'), undefined);
});

test('old texts make room', () => {
  const cache = new ListCache();
  for (let id = 1; id <= 5000; id++) cache.keep(1, id, 'preview', 'x'.repeat(8000));
  assert.equal(cache.get(1, 1, 'preview'), undefined);
  assert.ok(cache.get(1, 5000, 'preview'));
});
