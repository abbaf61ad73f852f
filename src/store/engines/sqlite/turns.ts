// Lets the threads of a process take turns at an account, through memory that they share: two that write over the
// same head at once would both do the work, and one of them for nothing.
//
// A turn is advice. Nothing rests on it but speed: the assertion of the commit decides who was first. So a thread that
// holds its turn for too long, or that has died with it, is passed over.
import type { Key, Turns } from '../../types.ts';
import { SLOTS, slotOf } from './stamps.ts';

/** Numbers of one slot: the next ticket to be given out, and the one that is being served. */
const NEXT = 0;
const SERVED = 1;
const WIDTH = 2;

/** A turn that lasts longer is taken away. */
const MAX_TURN_MS = 1000;

export const newTurns = (): SharedArrayBuffer =>
  new SharedArrayBuffer(SLOTS * WIDTH * Int32Array.BYTES_PER_ELEMENT);

export class SharedTurns implements Turns {
  readonly #numbers: Int32Array;
  readonly #maxMs: number;

  constructor(memory: SharedArrayBuffer, maxMs = MAX_TURN_MS) {
    this.#numbers = new Int32Array(memory);
    this.#maxMs = maxMs;
  }

  draw(key: Key): number {
    return Atomics.add(this.#numbers, at(key) + NEXT, 1);
  }

  tryDraw(key: Key): number | undefined {
    const ticket = Atomics.load(this.#numbers, at(key) + SERVED);
    const found = Atomics.compareExchange(this.#numbers, at(key) + NEXT, ticket, next(ticket));
    return found === ticket ? ticket : undefined;
  }

  isServed(key: Key, ticket: number): boolean {
    return isPast(Atomics.load(this.#numbers, at(key) + SERVED), ticket);
  }

  async wait(key: Key, ticket: number): Promise<void> {
    const served = at(key) + SERVED;
    for (;;) {
      const now = Atomics.load(this.#numbers, served);
      if (isPast(now, ticket)) return;
      const { value } = Atomics.waitAsync(this.#numbers, served, now, this.#maxMs);
      if ((await value) === 'timed-out') this.#serve(served, now, ticket);
    }
  }

  isWanted(key: Key, ticket: number): boolean {
    return Atomics.load(this.#numbers, at(key) + NEXT) !== next(ticket);
  }

  pass(key: Key, ticket: number): void {
    this.#serve(at(key) + SERVED, ticket, next(ticket));
  }

  /** Does nothing when another ticket is served by now than the one that was. */
  #serve(slot: number, from: number, to: number): void {
    if (Atomics.compareExchange(this.#numbers, slot, from, to) === from) Atomics.notify(this.#numbers, slot);
  }
}

/** Place of the numbers of a row; rows that share a slot take turns as if they were one. */
const at = (key: Key): number => slotOf(key) * WIDTH;

/** Tickets are 32-bit numbers that begin anew after the last. */
const next = (ticket: number): number => (ticket + 1) | 0;

const isPast = (served: number, ticket: number): boolean => ((served - ticket) | 0) >= 0;
