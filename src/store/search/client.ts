// The search store of the embedded engine as the other threads have it: calls to the search thread.
import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { emit, type EventLevel, type EventName } from '../../base/index.ts';
import { Caller } from './calls.ts';
import { SearchUnavailable } from './errors.ts';
import type { SearchChange, SearchIndex, SearchRequest, SearchStats, SearchStore } from './types.ts';

export interface SearchHandle {
  readonly port: MessagePort;
}

export interface SearchClient extends SearchStore {
  /** Asks a guest of the search thread. */
  ask(guest: string, method: string, args: readonly unknown[]): Promise<unknown>;
  /** As `ask`, without waiting for the answer. */
  tell(guest: string, method: string, args: readonly unknown[]): void;
}

/** The search store of the thread that opened it. */
export interface OwnedSearch extends SearchClient {
  /**
   * Loads a module into the search thread (see `GuestModule`).
   * @param data structured-clone value that it is started with; what is in `transfer` moves there
   */
  load(guest: string, module: URL, data: unknown, transfer?: readonly Transferable[]): Promise<void>;
  /** For one more thread: `workerData` for `attachSearch` there, and what of it has to be transferred. */
  share(): { readonly handle: SearchHandle; readonly transfer: MessagePort[] };
}

export interface SearchOptions {
  /** Folder of the index, made when it is not there. In memory when undefined. */
  readonly folder: string | undefined;
  readonly indexes: readonly SearchIndex[];
  /** The thread died. Searches fail from now on. */
  readonly onFailure?: (error: Error) => void;
}

/** Starts the search thread. Throws SearchUnavailable when the index cannot be opened. */
export async function openSearch({ folder, indexes, onFailure }: SearchOptions): Promise<OwnedSearch> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    name: 'search',
    // Most of what indexing makes is short-lived: room for more only costs memory.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
    workerData: { folder, indexes },
  });
  const caller = new Caller(worker);
  let isClosing = false;
  worker.on('message', (message: { event?: EventName; level: EventLevel; fields: never }) => {
    if (message.event !== undefined) emit(message.event, message.fields, message.level);
  });
  worker.on('error', (error) => {
    caller.fail(new SearchUnavailable(error instanceof Error ? error.message : String(error)));
  });
  worker.on('exit', (code) => {
    const error = new SearchUnavailable(`the search thread ended with code ${code}`);
    caller.fail(error);
    if (!isClosing) onFailure?.(error);
  });
  const names = indexes.map(({ name }) => name);
  for (const name of names) await caller.call('stats', [name]);
  return {
    ...storeOf(caller),
    load: async (guest, module, data, transfer) =>
      void (await caller.call('load', [guest, module.href, data], transfer)),
    share() {
      const { port1, port2 } = new MessageChannel();
      void caller.call('connect', [port1], [port1]).catch(() => undefined);
      return { handle: { port: port2 }, transfer: [port2] };
    },
    async close() {
      if (isClosing) return;
      isClosing = true;
      try {
        await caller.call('close', []);
      } finally {
        await worker.terminate();
      }
    },
  };
}

/** The search store in another thread than the one that opened it. */
export function attachSearch({ port }: SearchHandle): SearchClient {
  return {
    ...storeOf(new Caller(port)),
    async close() {
      port.close();
    },
  };
}

const storeOf = (caller: Caller): Omit<SearchClient, 'close'> => ({
  apply: async (index: string, changes: readonly SearchChange[]) =>
    void (await caller.call('apply', [index, changes])),
  flush: async () => void (await caller.call('flush', [])),
  query: async (index: string, request: SearchRequest) =>
    (await caller.call('query', [index, request])) as Uint32Array | undefined,
  removeAccount: async (account: number) => void (await caller.call('removeAccount', [account])),
  stats: async (index: string) => (await caller.call('stats', [index])) as SearchStats,
  markReady: async (index: string) => void (await caller.call('markReady', [index])),
  ask: (guest, method, args) => caller.call('ask', [guest, method, args]),
  tell: (guest, method, args) => caller.tell('ask', [guest, method, args]),
});
