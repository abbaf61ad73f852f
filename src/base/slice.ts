// A share of the event loop: long work asks now and then whether its turn is over and lets others run
// (architecture.md §7: nothing holds the loop for more than 2 ms).
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 1.5;

export class Slice {
  #since = performance.now();

  /** A new turn has begun: something was waited for. */
  begin(): void {
    this.#since = performance.now();
  }

  /** True when the turn is over: await `pause` before going on. */
  due(): boolean {
    return performance.now() - this.#since > TURN_MS;
  }

  async pause(): Promise<void> {
    await nextTurn();
    this.begin();
  }
}
