// Heads that were read before, kept for as long as the store says that they still hold: most commands change nothing,
// and then cost no read at all.
import { cacheOf } from '../base/index.ts';
import { type DataStore, keys } from '../store/index.ts';
import { type StoredHead, storedHead } from './head.ts';
import type { AccountId } from './types.ts';

const MAX_HEADS = 10_000;

export interface KnownHead {
  /** Stamp of the head's row, drawn before it was read; undefined where the store does not tell. */
  readonly stamp: number | undefined;
  readonly stored: StoredHead;
}

export class KnownHeads {
  readonly #data: DataStore;
  readonly #known = cacheOf<AccountId, KnownHead>(MAX_HEADS);

  constructor(data: DataStore) {
    this.#data = data;
  }

  /** The head as it is now: every write that was acknowledged before is in it. */
  read(id: AccountId): KnownHead | Promise<KnownHead> {
    const key = keys.headKey(id);
    const stamp = this.#data.stamp?.(key);
    const known = stamp === undefined ? undefined : this.#known.get(id);
    return known?.stamp === stamp && known !== undefined ? known : this.#read(id, key, stamp);
  }

  async #read(id: AccountId, key: Uint8Array, stamp: number | undefined): Promise<KnownHead> {
    const head = { stamp, stored: storedHead(await this.#data.get(key)) };
    if (stamp !== undefined) this.#known.set(id, head);
    return head;
  }
}
