// A worker thread over a store of the test, which obeys orders one by one: it posts `ready`, then `{ id, answer }` for
// each order, and ends after `{ close: true }`.
import { Worker } from 'node:worker_threads';
import type { EmbeddedStores } from '../../src/store/index.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export class StoreThread<Order extends { readonly id: number }> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #next = 0;
  readonly ready: Promise<void>;

  /** @param module what the thread runs; its `workerData` is the handle for `attachEmbedded` */
  constructor(stores: EmbeddedStores, module: URL) {
    const { handle, transfer } = stores.share();
    this.#worker = new Worker(module, { workerData: handle, transferList: transfer as never });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on('error', reject);
    this.#worker.on('message', (message: 'ready' | { id: number; answer: unknown }) => {
      if (message === 'ready') resolve();
      else this.#waiting.get(message.id)?.(message.answer);
    });
  }

  ask<T>(order: WithoutId<Order>): Promise<T> {
    const id = this.#next++;
    return new Promise<unknown>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ ...order, id });
    }) as Promise<T>;
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    const id = this.#next++;
    this.#worker.postMessage({ close: true, id });
    await exited;
  }
}
