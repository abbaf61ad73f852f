// The bus within a process. Messages reach the subscribers of this thread in a later turn, in the order in which
// they were published; a subscriber that fails is reported and stops nobody else.
import { emit } from '../../../base/index.ts';
import '../../events.ts';
import type { Bus, BusTopics, Topic, Unsubscribe } from '../../types.ts';

type Listener = (message: never) => void;

export class LocalBus implements Bus {
  readonly #listeners = new Map<Topic, Set<Listener>>();
  readonly #forward: ((topic: Topic, message: unknown) => void) | undefined;
  readonly #onTopics: (() => void) | undefined;
  #closed = false;

  /**
   * @param forward carries what is published here to the other threads
   * @param onTopics hears that `topics` has changed
   */
  constructor(forward?: (topic: Topic, message: unknown) => void, onTopics?: () => void) {
    this.#forward = forward;
    this.#onTopics = onTopics;
  }

  /** Topics that somebody in this thread listens to. */
  get topics(): Topic[] {
    return [...this.#listeners.keys()];
  }

  publish<T extends Topic>(topic: T, message: BusTopics[T]): void {
    if (this.#closed) return;
    this.#forward?.(topic, message);
    queueMicrotask(() => this.deliver(topic, message));
  }

  subscribe<T extends Topic>(topic: T, fn: (message: BusTopics[T]) => void): Unsubscribe {
    // a function may subscribe twice and unsubscribe once
    const listener: Listener = (message) => fn(message);
    const listeners = this.#listeners.get(topic);
    if (listeners) listeners.add(listener);
    else {
      this.#listeners.set(topic, new Set([listener]));
      this.#onTopics?.();
    }
    return () => this.#leave(topic, listener);
  }

  /** Hands a message to the subscribers of this thread. */
  deliver(topic: Topic, message: unknown): void {
    if (this.#closed) return;
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener(message as never);
      } catch (error) {
        emit('store.bus-listener-failed', { topic, error }, 'error');
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }

  #leave(topic: Topic, listener: Listener): void {
    const listeners = this.#listeners.get(topic);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(topic);
    this.#onTopics?.();
  }
}
