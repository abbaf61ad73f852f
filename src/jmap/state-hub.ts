// Hands the state changes of the bus to whoever listens to an account: one subscription for the whole process,
// a few words for each listener.
import type { AccountId, StateChange } from '../account/index.ts';
import type { Bus } from '../store/index.ts';

export type StateListener = (change: StateChange) => void;

/** Listeners that are told in one turn of the event loop. */
const AT_ONCE = 100;

export class StateHub {
  readonly #listeners = new Map<AccountId, Set<StateListener>>();
  #ready: (() => void)[] = [];

  constructor(bus: Bus) {
    bus.subscribe('account.state', (change) => {
      const set = this.#listeners.get(change.account);
      if (set) for (const listener of set) listener(change);
    });
  }

  /**
   * Calls back once the turn is over: what changes together is told together, and who made the change is answered
   * first. Costs no timer, and leaves the event loop to others now and then.
   */
  soon(tell: () => void): void {
    if (this.#ready.length === 0) setImmediate(() => this.#tell());
    this.#ready.push(tell);
  }

  #tell(): void {
    const now = this.#ready.slice(0, AT_ONCE);
    this.#ready = this.#ready.slice(AT_ONCE);
    if (this.#ready.length > 0) setImmediate(() => this.#tell());
    for (const tell of now) tell();
  }

  /** Returns what ends the listening. */
  listen(accounts: Iterable<AccountId>, listener: StateListener): () => void {
    const ids = [...accounts];
    for (const id of ids) {
      const set = this.#listeners.get(id);
      if (set) set.add(listener);
      else this.#listeners.set(id, new Set([listener]));
    }
    return () => {
      for (const id of ids) {
        const set = this.#listeners.get(id);
        set?.delete(listener);
        if (set?.size === 0) this.#listeners.delete(id);
      }
    };
  }
}
