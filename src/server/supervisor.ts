// The threads that run the faces: started, watched, started again when they die, and drained at the end.
import { type Transferable, Worker } from 'node:worker_threads';
import { emit, now } from '../base/index.ts';
import './events.ts';
import type { LogLevel } from './environment.ts';
import { ExitStatus, StartFailure } from './exit.ts';
import type { Counter, OpenListener } from './faces.ts';
import type { ListenerPlan } from './listeners.ts';

import type { ThreadFigures } from './thread-figures.ts';
import type { FromWorker, ToWorker, WorkerStart } from './thread-messages.ts';

/** What each thread is given anew when it begins, and what of it has to be transferred. */
export interface WorkerShare {
  readonly stores: WorkerStart['stores'];
  readonly search: WorkerStart['search'];
  readonly ticketKeys: WorkerStart['ticketKeys'];
  readonly transfer: readonly Transferable[];
}

export interface SupervisorOptions {
  readonly workers: number;
  /** Makes a thread, see `prepareThread`. */
  readonly spawn: () => Worker;
  /** What each thread begins with, apart from its share. */
  readonly start: Omit<WorkerStart, 'type' | 'stores' | 'search' | 'ticketKeys' | 'reusePort' | 'counters'>;
  /** A new share. */
  readonly share: () => WorkerShare;
  /** Called when the threads die too often to go on. */
  readonly onFatal: (error: unknown) => void;
  /** Wait before a dead thread is started again, doubled with every death; default 1 s. */
  readonly firstWaitMs?: number;
}

/** A thread that loads its modules and waits for what it is to do. */
export function prepareThread(logLevel: LogLevel): Worker {
  return new Worker(new URL('worker.ts', import.meta.url), {
    name: 'waypost-faces',
    workerData: { logLevel },
    stdin: false,
  });
}

interface Running {
  readonly thread: Worker;
  open: readonly OpenListener[];
  failed: ReadonlyMap<string, string>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** So many deaths in a minute end the process. */
const MOST_DEATHS = 5;
const PEACE_MS = 60_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running = new Map<number, Running>();
  #plans: readonly ListenerPlan[];
  #deaths: number[] = [];
  #draining = false;
  /** Open connections of each listener, in all threads together. */
  readonly #counters: ReadonlyMap<string, Counter>;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#plans = options.start.plans;
    this.#counters = new Map(this.#plans.map(({ name }) => [name, newCounter()]));
  }

  /** Starts all threads. @throws StartFailure when no listener could be opened */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options);
    const first = await supervisor.#begin(0);
    if (first.open.length === 0 && options.start.plans.length > 0) {
      supervisor.#draining = true;
      await first.thread.terminate();
      const [reason = ''] = first.failed.values();
      throw new StartFailure(ExitStatus.unavailable, `No port could be opened: ${reason}.`);
    }
    // The ports that the first thread was given are those of all.
    supervisor.#plans = options.start.plans.map((plan) => {
      const open = first.open.find(({ name }) => name === plan.name);
      return open ? { ...plan, bind: open.addresses } : plan;
    });
    const others = Array.from({ length: options.workers - 1 }, (_, i) => supervisor.#begin(i + 1));
    await Promise.all(others);
    return supervisor;
  }

  /** Listeners that are open, with their real ports. */
  get open(): readonly OpenListener[] {
    return this.#running.values().next().value?.open ?? [];
  }

  /** Why the others are not, by name. */
  get failed(): ReadonlyMap<string, string> {
    return this.#running.values().next().value?.failed ?? new Map();
  }

  /** Threads that serve now. */
  get count(): number {
    return this.#running.size;
  }

  /** What the threads tell of themselves; one that does not answer in time is left out. */
  async figures(): Promise<ThreadFigures[]> {
    const threads = Array.from(this.#running.values(), ({ thread }) => thread);
    const answers = await Promise.all(threads.map(ask));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Resolves when every thread has told its sessions and closed what was still open, or the time is over. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const message: ToWorker = { type: 'drain', graceMs };
    const threads = Array.from(this.#running.values(), ({ thread }) => thread);
    const gone = threads.map((thread) => {
      const exited = new Promise<void>((resolve) => {
        thread.once('exit', () => resolve());
        thread.on('message', (answer: FromWorker) => {
          if (answer.type === 'drained') resolve();
        });
      });
      thread.postMessage(message);
      return exited;
    });
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, graceMs + 500).unref();
    });
    await Promise.race([Promise.all(gone), late]);
  }

  #begin(index: number): Promise<Running> {
    const { spawn, start, share, workers } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Running>();
    const thread = spawn();
    const counters = new Map(Array.from(this.#counters, ([name, all]) => [name, { all, own: newCounter() }]));
    let failure: unknown = new Error('the thread ended without a word');
    const running: Running = { thread, open: [], failed: new Map() };
    thread.on('message', (message: FromWorker) => {
      if (message.type !== 'listening') return;
      running.open = message.open;
      running.failed = message.failed;
      this.#running.set(index, running);
      resolve(running);
    });
    thread.on('error', (error) => {
      failure = error;
    });
    thread.on('exit', () => {
      const served = this.#running.get(index) === running;
      if (served) {
        this.#running.delete(index);
        // Its connections are gone with it.
        for (const { all, own } of counters.values()) Atomics.sub(all, 0, Atomics.load(own, 0));
        this.#died(index, failure);
      } else reject(failure as Error);
    });
    const { transfer, ...handles } = share();
    const message: ToWorker = {
      ...start,
      type: 'start',
      ...handles,
      plans: this.#plans,
      reusePort: workers > 1,
      counters,
    };
    thread.postMessage(message, [...transfer]);
    return promise;
  }

  #died(index: number, error: unknown): void {
    if (this.#draining) return;
    const time = now();
    this.#deaths = [...this.#deaths.filter((death) => time - death < PEACE_MS), time];
    if (this.#deaths.length >= MOST_DEATHS) return this.#options.onFatal(error);
    const { firstWaitMs = FIRST_WAIT_MS } = this.#options;
    const restartInMs = Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** (this.#deaths.length - 1));
    emit('server.worker-died', { worker: index, error, restartInMs }, 'error');
    setTimeout(() => {
      if (!this.#draining) this.#begin(index).catch((reason: unknown) => this.#died(index, reason));
    }, restartInMs);
  }
}

/** How long a thread may take to tell its figures. */
const ASK_MS = 2000;

function ask(thread: Worker): Promise<ThreadFigures | undefined> {
  const { promise, resolve } = Promise.withResolvers<ThreadFigures | undefined>();
  const late = setTimeout(resolve, ASK_MS, undefined);
  const listen = (message: FromWorker): void => {
    if (message.type === 'figures') resolve(message.figures);
  };
  thread.on('message', listen);
  thread.postMessage({ type: 'ask' } satisfies ToWorker);
  return promise.finally(() => {
    clearTimeout(late);
    thread.off('message', listen);
  });
}

const newCounter = (): Counter => new Int32Array(new SharedArrayBuffer(4));
