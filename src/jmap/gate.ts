// Counts what is in flight for each account (`maxConcurrentRequests`, `maxConcurrentUpload`).
import type { AccountId } from '../account/index.ts';

export class Gate {
  readonly #open = new Map<AccountId, number>();

  /** Returns what to call when done, or undefined when `limit` are in flight already. */
  enter(account: AccountId, limit: number): (() => void) | undefined {
    const open = this.#open.get(account) ?? 0;
    if (open >= limit) return undefined;
    this.#open.set(account, open + 1);
    return () => {
      const left = (this.#open.get(account) ?? 1) - 1;
      if (left === 0) this.#open.delete(account);
      else this.#open.set(account, left);
    };
  }
}
