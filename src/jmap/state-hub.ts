// Hands the state changes of the bus to whoever listens to an account: one subscription for the whole process,
// a few words for each listener.
import type { AccountId, StateChange } from '../account/index.ts';
import type { Bus } from '../store/index.ts';

export type StateListener = (change: StateChange) => void;

export class StateHub {
  readonly #listeners = new Map<AccountId, Set<StateListener>>();

  constructor(bus: Bus) {
    bus.subscribe('account.state', (change) => {
      const set = this.#listeners.get(change.account);
      if (set) for (const listener of set) listener(change);
    });
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
