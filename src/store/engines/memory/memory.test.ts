import { describe, it } from 'node:test';
import { CASES } from '../../testing/conformance.ts';
import { openMemory } from './index.ts';

describe('stores in memory', () => {
  for (const { name, run } of CASES) {
    it(name, async () => {
      const stores = openMemory();
      try {
        await run(stores);
      } finally {
        await stores.close();
      }
    });
  }
});
