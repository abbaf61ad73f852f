// Memory store and bus over several threads: one thread holds both, the others reach it by messages.
import type { MessagePort } from 'node:worker_threads';
import { type Bus, type MemoryLock, type MemoryStore, StoreUnavailable, type Topic } from '../../types.ts';
import { LocalBus } from '../process/bus.ts';
import { LocalMemory } from '../process/memory-store.ts';
import type { BusMessage, HubAnswer, HubRequest, Topics } from './protocol.ts';

/** What the holding thread keeps. */
export class Hub {
  readonly memory = new LocalMemory();
  readonly bus: LocalBus;
  /** The other threads, and what each listens to; undefined until it has told: then it gets everything. */
  readonly #ports = new Map<MessagePort, ReadonlySet<string> | undefined>();

  constructor() {
    this.bus = new LocalBus(
      (topic, message) => this.#spread({ topic, message }),
      () => this.#tellTopics(),
    );
  }

  /** Serves another thread until its end of the channel closes. */
  attach(port: MessagePort): void {
    this.#ports.set(port, undefined);
    port.on('message', (request: HubRequest) => {
      if ('topics' in request) {
        this.#ports.set(port, new Set(request.topics));
        this.#tellTopics();
      } else if ('topic' in request) {
        this.#spread(request, port);
        this.bus.deliver(request.topic as Topic, request.message);
      } else {
        void this.#serve(request).then((result) =>
          port.postMessage({ id: request.id, result } satisfies HubAnswer),
        );
      }
    });
    port.on('close', () => {
      this.#ports.delete(port);
      this.#tellTopics();
    });
    port.unref();
  }

  close(): void {
    this.bus.close();
    this.memory.close();
    for (const port of this.#ports.keys()) port.close();
  }

  async #serve(
    request: Exclude<HubRequest, BusMessage | Topics>,
  ): Promise<Uint8Array | number | string | undefined> {
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
    for (const [port, topics] of this.#ports) {
      if (port !== except && topics?.has(message.topic) !== false)
        port.postMessage(message satisfies HubAnswer);
    }
  }

  /** Tells each thread what is worth sending: a message that nobody waits for would wake this thread for nothing. */
  #tellTopics(): void {
    if ([...this.#ports.values()].includes(undefined)) return;
    for (const port of this.#ports.keys()) {
      const wanted = new Set<string>(this.bus.topics);
      for (const [other, topics] of this.#ports) {
        if (other !== port) for (const topic of topics ?? []) wanted.add(topic);
      }
      port.postMessage({ topics: [...wanted] } satisfies HubAnswer);
    }
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
    // Until the hub has told what others listen to, everything is sent.
    let wanted: ReadonlySet<string> | undefined;
    const bus = new LocalBus(
      (topic, message) => {
        if (wanted?.has(topic) !== false) port.postMessage({ topic, message } satisfies HubRequest);
      },
      () => tellTopics(),
    );
    const tellTopics = (): void => {
      if (!this.#closed) port.postMessage({ topics: bus.topics } satisfies HubRequest);
    };
    // What listens from the start is told at once.
    setImmediate(tellTopics);
    this.bus = bus;
    this.#port = port;
    port.on('message', (answer: HubAnswer) => {
      if ('topics' in answer) wanted = new Set(answer.topics);
      else if ('topic' in answer) bus.deliver(answer.topic as Topic, answer.message);
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
