// The embedded engine as a search store, for the thread that owns it and for tests.
import { setImmediate as turn } from 'node:timers/promises';
import { FtsEngine } from './fts.ts';
import type { SearchChange, SearchIndex, SearchRequest, SearchStats, SearchStore } from './types.ts';

export class LocalSearch implements SearchStore {
  readonly #engine: FtsEngine;

  constructor(folder: string | undefined, indexes: readonly SearchIndex[]) {
    this.#engine = new FtsEngine(folder, indexes);
  }

  async apply(index: string, changes: readonly SearchChange[]): Promise<void> {
    this.#engine.apply(index, changes);
  }

  async flush(): Promise<void> {
    this.#engine.flush();
  }

  async query(index: string, request: SearchRequest): Promise<Uint32Array | undefined> {
    return this.#engine.query(index, request);
  }

  async removeAccount(account: number): Promise<void> {
    while (this.#engine.removeSome(account)) {
      this.#engine.flush();
      await turn();
    }
  }

  async stats(index: string): Promise<SearchStats> {
    return this.#engine.stats(index);
  }

  async markReady(index: string): Promise<void> {
    this.#engine.markReady(index);
  }

  async close(): Promise<void> {
    this.#engine.close();
  }
}

/** A search store in memory, in this thread. For tests. */
export const openMemorySearch = (indexes: readonly SearchIndex[]): SearchStore =>
  new LocalSearch(undefined, indexes);
