// Memory store and bus over several threads: one thread holds both, the others reach it by messages.
import type { MessagePort } from 'node:worker_threads';
import { type Bus, type MemoryLock, type MemoryStore, StoreUnavailable, type Topic } from '../../types.ts';
import { LocalBus } from '../process/bus.ts';
import { LocalMemory } from '../process/memory-store.ts';
import type { BusMessage, HubAnswer, HubRequest } from './protocol.ts';

/** What the holding thread keeps. */
export class Hub {
  readonly memory = new LocalMemory();
  readonly bus: LocalBus;
  readonly #ports = new Set<MessagePort>();

  constructor() {
    this.bus = new LocalBus((topic, message) => this.#spread({ topic, message }));
  }

  /** Serves another thread until its end of the channel closes. */
  attach(port: MessagePort): void {
    this.#ports.add(port);
    port.on('message', (request: HubRequest) => {
      if ('topic' in request) {
        this.#spread(request, port);
        this.bus.deliver(request.topic as Topic, request.message);
      } else {
        void this.#serve(request).then((result) =>
          port.postMessage({ id: request.id, result } satisfies HubAnswer),
        );
      }
    });
    port.on('close', () => void this.#ports.delete(port));
    port.unref();
  }

  close(): void {
    this.bus.close();
    this.memory.close();
    for (const port of this.#ports) port.close();
  }

  async #serve(request: Exclude<HubRequest, BusMessage>): Promise<Uint8Array | number | string | undefined> {
    const { memory } = this;
    if ('get' in request) return memory.get(request.get);
    if ('set' in request) await memory.set(request.set, request.value, request.ttlMs);
    else if ('incr' in request) return memory.incr(request.incr, request.by, request.ttlMs);
    else if ('clear' in request) return memory.clear(request.clear);
    else if ('delete' in request) await memory.delete(request.delete);
    else if ('lock' in request) return memory.acquire(request.lock, request.ttlMs);
    else memory.unlock(request.unlock, request.token);
    return undefined;
  }

  #spread(message: BusMessage, except?: MessagePort): void {
    for (const port of this.#ports) if (port !== except) port.postMessage(message satisfies HubAnswer);
  }
}

/** The other thread's end of a channel to the hub. */
export class HubClient implements MemoryStore {
  readonly bus: Bus;
  readonly #port: MessagePort;
  readonly #pending = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #next = 0;
  #closed = false;

  constructor(port: MessagePort) {
    const bus = new LocalBus((topic, message) => port.postMessage({ topic, message } satisfies HubRequest));
    this.bus = bus;
    this.#port = port;
    port.on('message', (answer: HubAnswer) => {
      if ('topic' in answer) bus.deliver(answer.topic as Topic, answer.message);
      else this.#settle(answer.id)?.resolve(answer.result);
    });
    port.on('close', () => this.#end());
    port.unref();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#ask((id) => ({ id, get: key }))) as Uint8Array | undefined;
  }

  async set(key: string, value: Uint8Array, ttlMs: number): Promise<void> {
    await this.#ask((id) => ({ id, set: key, value: value.slice(), ttlMs }));
  }

  async incr(key: string, by: number, ttlMs: number): Promise<number> {
    return (await this.#ask((id) => ({ id, incr: key, by, ttlMs }))) as number;
  }

  async delete(key: string): Promise<void> {
    await this.#ask((id) => ({ id, delete: key }));
  }

  async clear(prefix: string): Promise<number> {
    return (await this.#ask((id) => ({ id, clear: prefix }))) as number;
  }

  async lock(key: string, ttlMs: number): Promise<MemoryLock | undefined> {
    const token = (await this.#ask((id) => ({ id, lock: key, ttlMs }))) as string | undefined;
    return token === undefined
      ? undefined
      : { release: async () => void (await this.#ask((id) => ({ id, unlock: key, token }))) };
  }

  close(): void {
    this.bus.close();
    this.#end();
    this.#port.close();
  }

  #ask(request: (id: number) => HubRequest): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('the memory store is closed'));
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    if (this.#pending.size === 1) this.#port.ref();
    this.#port.postMessage(request(id));
    return promise;
  }

  #settle(id: number): { resolve: (result: unknown) => void; reject: (error: Error) => void } | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#port.unref();
    return pending;
  }

  #end(): void {
    this.#closed = true;
    const error = new StoreUnavailable('the thread that holds the memory store has ended');
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error);
  }
}
