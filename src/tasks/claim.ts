// A task in the hands of one worker: the lease in its record is renewed while the work goes on, and nothing is written
// once it is lost. All writes go one after the other, each asserting the bytes that the one before it left, so a worker
// that was slow, and whose task another took over, cannot write any more.
import { now } from '../base/index.ts';
import type { Batch } from '../store/index.ts';
import { isLeased, type StoredTask, type TaskQueue } from './queue.ts';
import type { NewTask, TaskProgress, TaskRecord } from './types.ts';

export interface LeaseTimes {
  /** Life of a lease in milliseconds. */
  readonly lifeMs: number;
  readonly renewMs: number;
}

export const LEASE: LeaseTimes = { lifeMs: 60_000, renewMs: 20_000 };

/** The task is no longer this worker's. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The worker has to stop; the task goes on elsewhere. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Claim {
  /** What was known of the task when it was claimed. */
  readonly first: StoredTask;
  readonly #queue: TaskQueue;
  readonly #times: LeaseTimes;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #task: StoredTask;
  #turn: Promise<void> = Promise.resolve();
  #ended = false;

  private constructor(queue: TaskQueue, first: StoredTask, task: StoredTask, times: LeaseTimes) {
    this.first = first;
    this.#queue = queue;
    this.#task = task;
    this.#times = times;
    this.#timer = setInterval(() => void this.#renew(), times.renewMs).unref();
  }

  /** Takes a task that is due; undefined when it is not, or another was faster. */
  static async take(
    queue: TaskQueue,
    id: number,
    owner: string,
    times: LeaseTimes,
  ): Promise<Claim | undefined> {
    const first = await queue.get(id);
    if (!first) return undefined;
    const { record } = first;
    const time = now();
    if (record.failedAt > 0 || isLeased(record, time) || (!record.lease && record.due > time))
      return undefined;
    const taken = await queue.replace(first, {
      ...record,
      lapses: record.lapses + (record.lease ? 1 : 0),
      lease: { owner, until: time + times.lifeMs, since: time },
    });
    return taken ? new Claim(queue, first, taken, times) : undefined;
  }

  get id(): number {
    return this.#task.id;
  }

  get record(): TaskRecord {
    return this.#task.record;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Asks the work to stop, for this reason. */
  stop(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** Keeps progress and prolongs the lease, in one commit with what `fill` puts into it. */
  async checkpoint(progress: TaskProgress, fill?: (batch: Batch) => void): Promise<void> {
    this.signal.throwIfAborted();
    await this.#write((record) => ({ ...record, progress, lease: this.#prolonged(record) }), fill);
    this.signal.throwIfAborted();
  }

  /** The work is done: the task goes, and those that follow come, in one commit. */
  finish(following: readonly NewTask[]): Promise<void> {
    return this.#end(
      () => undefined,
      (batch) => {
        for (const task of following) this.#queue.put(batch, task);
      },
    );
  }

  /** Ends the attempt and leaves the task in another state. */
  settle(next: (record: TaskRecord) => TaskRecord): Promise<void> {
    return this.#end((record) => ({ ...next(record), lease: undefined }));
  }

  /** Stops the renewal without a word: the lease lapses by itself. */
  abandon(): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  async #end(
    next: (record: TaskRecord) => TaskRecord | undefined,
    fill?: (batch: Batch) => void,
  ): Promise<void> {
    try {
      await this.#write(next, fill);
    } finally {
      this.abandon();
    }
  }

  async #renew(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.#write((record) => ({ ...record, lease: this.#prolonged(record) }));
    } catch {
      // The store is away: the lease still holds for a while, and the next turn tries again.
      if (!isLeased(this.record)) this.stop(new LeaseLost('the lease could not be renewed'));
    }
  }

  #prolonged({ lease }: TaskRecord): TaskRecord['lease'] {
    return lease && { ...lease, until: now() + this.#times.lifeMs };
  }

  async #write(
    change: (record: TaskRecord) => TaskRecord | undefined,
    fill?: (batch: Batch) => void,
  ): Promise<void> {
    const before = this.#turn;
    const mine = Promise.withResolvers<void>();
    this.#turn = mine.promise;
    await before;
    try {
      if (this.#ended) throw new LeaseLost('the work on the task has ended');
      const written = await this.#queue.replace(this.#task, change(this.#task.record), fill);
      if (written === false) {
        const lost = new LeaseLost('the task was cancelled or taken over');
        this.stop(lost);
        throw lost;
      }
      if (written) this.#task = written;
    } finally {
      mine.resolve();
    }
  }
}
