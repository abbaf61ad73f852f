// The object `Search` reaches the search thread of a running server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { CallFailed } from '../../src/client/index.ts';
import { ServerProcess } from '../support/server.ts';

test('a change of Search is in force without a restart', { timeout: 60_000 }, async () => {
  const server = await ServerProcess.start();
  try {
    const client = server.jmap();
    const set = async (changes: Record<string, boolean>): Promise<void> => {
      const { methodResponses } = await client.request([
        ['x:Search/set', { update: { singleton: changes } }, 'c'],
      ]);
      assert.deepEqual(methodResponses[0]?.[1]['notUpdated'] ?? null, null);
    };
    /** How a search for text ends, once it ends as it should or the patience is over. */
    const ends = async (wanted: string): Promise<string> => {
      let last = '';
      for (let tries = 0; tries < 100 && last !== wanted; tries++, await wait(20)) {
        last = await client.call('Email/query', { filter: { text: 'word' } }).then(
          () => 'found',
          (error: unknown) => (error instanceof CallFailed ? error.type : String(error)),
        );
      }
      return last;
    };
    assert.equal(await ends('found'), 'found');
    await set({ indexEmail: false });
    assert.equal(await ends('unsupportedFilter'), 'unsupportedFilter');
    await set({ indexEmail: true });
    assert.equal(await ends('found'), 'found');
  } finally {
    await server.stop();
  }
});
