// Tells every thread at once which heads of accounts may have changed, through memory that they share: a thread that
// holds a head asks here, for the price of one load, instead of reading the row again.
//
// The writer moves the stamp of a head twice: before the commit that makes its rows visible and after it, before
// anybody is answered. So an unchanged stamp means that nothing of the account became visible in between.
import { readU32 } from '../../../base/index.ts';
import { Subspace } from '../../keys.ts';
import type { Key } from '../../types.ts';

/** Accounts share stamps; one that changed for another account costs a needless read. */
export const SLOTS = 4096;

export const newStamps = (): SharedArrayBuffer => new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT);

/** Slot of a row, or -1 when its changes are not told. */
export const slotOf = (key: Key): number =>
  key[0] === Subspace.Head && key.length === 5 ? readU32(key, 1) % SLOTS : -1;

export class Stamps {
  readonly #slots: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory);
  }

  /** Undefined for rows whose changes are not told. */
  of(key: Key): number | undefined {
    const slot = slotOf(key);
    return slot < 0 ? undefined : Atomics.load(this.#slots, slot);
  }

  move(slots: readonly number[]): void {
    for (const slot of slots) Atomics.add(this.#slots, slot, 1);
  }

  moveAll(): void {
    for (let slot = 0; slot < SLOTS; slot++) Atomics.add(this.#slots, slot, 1);
  }
}
