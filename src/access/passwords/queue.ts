// Work that costs tens of milliseconds of a core, such as checking a password: few at one time, in turns between
// those who ask, so that a flood from one address delays only itself.
import { Unavailable } from '../../base/index.ts';

export interface QueueLimits {
  /** Jobs that run at one time. */
  readonly running: number;
  /** Jobs that wait, of all and of one key. */
  readonly waiting: number;
  readonly waitingPerKey: number;
}

interface Job {
  readonly run: () => Promise<void>;
}

export class FairQueue {
  readonly #limits: QueueLimits;
  /** Keys that wait, in the order of their turns. */
  readonly #waiting = new Map<string, Job[]>();
  #count = 0;
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Runs the work when it is the key's turn. Throws `Unavailable` when too much waits already. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { running, waiting, waitingPerKey } = this.#limits;
    const mine = this.#waiting.get(key);
    if (this.#running >= running && (this.#count >= waiting || (mine?.length ?? 0) >= waitingPerKey)) {
      throw new Unavailable('checking passwords', 1000);
    }
    return new Promise<T>((resolve, reject) => {
      const job: Job = { run: () => work().then(resolve, reject) };
      if (this.#running < running) {
        this.#start(job);
        return;
      }
      this.#count++;
      if (mine) mine.push(job);
      else this.#waiting.set(key, [job]);
    });
  }

  #start(job: Job): void {
    this.#running++;
    void job.run().finally(() => {
      this.#running--;
      this.#next();
    });
  }

  #next(): void {
    const [first] = this.#waiting;
    if (!first) return;
    const [key, jobs] = first;
    const job = jobs.shift();
    // the key goes to the end of the line
    this.#waiting.delete(key);
    if (jobs.length > 0) this.#waiting.set(key, jobs);
    if (!job) return;
    this.#count--;
    this.#start(job);
  }
}
