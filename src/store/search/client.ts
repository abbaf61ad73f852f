// The search store of the embedded engine as the other threads have it: calls to the search thread. One that dies is
// started again, after a while that grows; until then calls fail with SearchUnavailable.
import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { emit, type EventLevel, type EventName } from '../../base/index.ts';
import { Caller } from './calls.ts';
import { SearchUnavailable } from './errors.ts';
import type { SearchChange, SearchIndex, SearchRequest, SearchStats, SearchStore } from './types.ts';

export interface SearchHandle {
  /** Each search thread that is started sends a port of its own through this one. */
  readonly port: MessagePort;
}

export interface SearchClient extends SearchStore {
  /** Asks a guest of the search thread. */
  ask(guest: string, method: string, args: readonly unknown[]): Promise<unknown>;
  /** As `ask`, without waiting for the answer. */
  tell(guest: string, method: string, args: readonly unknown[]): void;
}

/** What a guest is started with: a structured-clone value, and what of it moves to the search thread. */
export interface GuestData {
  readonly data: unknown;
  readonly transfer?: readonly Transferable[];
}

/** The search store of the thread that opened it. */
export interface OwnedSearch extends SearchClient {
  /**
   * Loads a module into the search thread (see `GuestModule`), and into each one that takes its place.
   * @param begin called for each start
   */
  load(guest: string, module: URL, begin: () => GuestData): Promise<void>;
  /** For one more thread: `workerData` for `attachSearch` there, and what of it has to be transferred. */
  share(): { readonly handle: SearchHandle; readonly transfer: MessagePort[] };
}

export interface SearchOptions {
  /** Folder of the index, made when it is not there. In memory when undefined. */
  readonly folder: string | undefined;
  readonly indexes: readonly SearchIndex[];
  /** The thread died, or could not be started again. */
  readonly onFailure?: (error: Error) => void;
  /** A thread took the place of one that died. */
  readonly onRestart?: () => void;
  /** Milliseconds until the first start after a death; each that fails doubles them, up to a minute. */
  readonly restartMs?: number;
}

/** Starts the search thread. Throws SearchUnavailable when the index cannot be opened. */
export async function openSearch(options: SearchOptions): Promise<OwnedSearch> {
  const thread = new SearchThread(options);
  await thread.start();
  return {
    ...storeOf(thread.link),
    load: (name, module, begin) => thread.load({ name, module, begin }),
    share: () => thread.share(),
    close: () => thread.close(),
  };
}

/** The search store in another thread than the one that opened it. */
export function attachSearch({ port }: SearchHandle): SearchClient {
  const link = new Link(port);
  let current: MessagePort | undefined;
  port.on('message', (next: MessagePort) => {
    current = next;
    link.connect(new Caller(next));
  });
  port.unref();
  return {
    ...storeOf(link),
    async close() {
      port.close();
      current?.close();
      link.end();
    },
  };
}

const MAX_RESTART_MS = 60_000;

interface LoadedGuest {
  readonly name: string;
  readonly module: URL;
  readonly begin: () => GuestData;
}

/** The search thread as its owner keeps it alive. */
class SearchThread {
  readonly link = new Link();
  readonly #options: SearchOptions;
  readonly #guests: LoadedGuest[] = [];
  /** Our ends of what was shared with other threads. */
  readonly #others = new Set<MessagePort>();
  #worker: Worker | undefined;
  #caller: Caller | undefined;
  readonly #firstWait: number;
  #waitMs: number;
  /** When the thread began to serve. */
  #since = 0;
  #isClosing = false;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#firstWait = options.restartMs ?? 1000;
    this.#waitMs = this.#firstWait;
  }

  async start(): Promise<void> {
    const { folder, indexes } = this.#options;
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      name: 'search',
      // Most of what indexing makes is short-lived: room for more only costs memory.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
      workerData: { folder, indexes },
    });
    const caller = new Caller(worker);
    worker.on('message', (message: { event?: EventName; level: EventLevel; fields: never }) => {
      if (message.event !== undefined) emit(message.event, message.fields, message.level);
    });
    worker.on('error', (error) => {
      caller.fail(new SearchUnavailable(error instanceof Error ? error.message : String(error)));
    });
    worker.on('exit', (code) => {
      const error = new SearchUnavailable(`the search thread ended with code ${code}`);
      caller.fail(error);
      if (this.#worker === worker) this.#died(error);
    });
    try {
      for (const { name } of indexes) await caller.call('stats', [name]);
      for (const guest of this.#guests) await loadGuest(caller, guest);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    this.#worker = worker;
    this.#caller = caller;
    this.#since = performance.now();
    this.link.connect(caller);
    for (const other of this.#others) this.#connect(other);
  }

  async load(guest: LoadedGuest): Promise<void> {
    if (!this.#caller) throw new SearchUnavailable('its thread is not there');
    await loadGuest(this.#caller, guest);
    this.#guests.push(guest);
  }

  share(): { readonly handle: SearchHandle; readonly transfer: MessagePort[] } {
    const { port1, port2 } = new MessageChannel();
    this.#others.add(port1);
    port1.on('close', () => this.#others.delete(port1));
    port1.unref();
    this.#connect(port1);
    return { handle: { port: port2 }, transfer: [port2] };
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const worker = this.#worker;
    this.#worker = undefined;
    for (const other of this.#others) other.close();
    try {
      if (worker) await this.#caller?.call('close', []);
    } finally {
      await worker?.terminate();
      this.link.end();
    }
  }

  #connect(other: MessagePort): void {
    if (!this.#caller) return;
    const { port1, port2 } = new MessageChannel();
    void this.#caller.call('connect', [port1], [port1]).catch(() => undefined);
    other.postMessage(port2, [port2]);
  }

  #died(error: Error): void {
    this.#worker = undefined;
    this.#caller = undefined;
    // One that lived for long has not died of what killed the last one.
    if (performance.now() - this.#since > MAX_RESTART_MS) this.#waitMs = this.#firstWait;
    this.#options.onFailure?.(error);
    this.#startLater();
  }

  #startLater(): void {
    setTimeout(() => void this.#startAgain(), this.#waitMs).unref();
    this.#waitMs = Math.min(MAX_RESTART_MS, this.#waitMs * 2);
  }

  async #startAgain(): Promise<void> {
    if (this.#isClosing) return;
    try {
      await this.start();
      if (this.#isClosing) await this.#worker?.terminate();
      else this.#options.onRestart?.();
    } catch (error) {
      if (this.#isClosing) return;
      this.#options.onFailure?.(error instanceof Error ? error : new Error(String(error)));
      this.#startLater();
    }
  }
}

async function loadGuest(caller: Caller, { name, module, begin }: LoadedGuest): Promise<void> {
  const { data, transfer } = begin();
  await caller.call('load', [name, module.href, data], transfer);
}

/** The way to whichever search thread there is. Calls before the first one wait for it. */
class Link {
  readonly #source: MessagePort | undefined;
  #caller: Caller | undefined;
  #waiting: ((caller: Caller | undefined) => void)[] | undefined = [];

  /** @param source where the first caller comes from: it keeps the thread alive while calls wait for it */
  constructor(source?: MessagePort) {
    this.#source = source;
  }

  connect(caller: Caller): void {
    this.#caller = caller;
    this.#settle(caller);
  }

  end(): void {
    this.#caller = undefined;
    this.#settle(undefined);
  }

  async call(name: string, args: readonly unknown[]): Promise<unknown> {
    const caller = this.#caller ?? (await this.#first());
    if (!caller) throw new SearchUnavailable('it was closed');
    return caller.call(name, args);
  }

  tell(name: string, args: readonly unknown[]): void {
    if (this.#caller) this.#caller.tell(name, args);
    else void this.#first().then((caller) => caller?.tell(name, args));
  }

  #first(): Promise<Caller | undefined> {
    const waiting = this.#waiting;
    if (waiting) this.#source?.ref();
    return waiting ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(undefined);
  }

  #settle(caller: Caller | undefined): void {
    for (const resolve of this.#waiting ?? []) resolve(caller);
    this.#waiting = undefined;
    this.#source?.unref();
  }
}

const storeOf = (link: Link): Omit<SearchClient, 'close'> => ({
  apply: async (index: string, changes: readonly SearchChange[]) =>
    void (await link.call('apply', [index, changes])),
  flush: async () => void (await link.call('flush', [])),
  query: async (index: string, request: SearchRequest) =>
    (await link.call('query', [index, request])) as Uint32Array | undefined,
  removeAccount: async (account: number) => void (await link.call('removeAccount', [account])),
  stats: async (index: string) => (await link.call('stats', [index])) as SearchStats,
  markReady: async (index: string) => void (await link.call('markReady', [index])),
  ask: (guest, method, args) => link.call('ask', [guest, method, args]),
  tell: (guest, method, args) => link.tell('ask', [guest, method, args]),
});
