// How many connections may be open at once, counted over all threads that share the counter.

export class ConnectionLimit {
  readonly max: number;
  /** Shared memory: give it to the limits of other threads so that they count together. */
  readonly counter: Int32Array<SharedArrayBuffer>;

  constructor(max: number, counter = new Int32Array(new SharedArrayBuffer(4))) {
    this.max = max;
    this.counter = counter;
  }

  /** Connections that are open now. */
  get open(): number {
    return Atomics.load(this.counter, 0);
  }

  /** Counts one more, or returns false when there is no room. */
  tryAdd(): boolean {
    if (Atomics.add(this.counter, 0, 1) < this.max) return true;
    Atomics.sub(this.counter, 0, 1);
    return false;
  }

  remove(): void {
    Atomics.sub(this.counter, 0, 1);
  }
}
