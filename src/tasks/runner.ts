// Runs due tasks in one thread: claims what it can start, oldest first, hands it to its handler, and writes down what
// became of it. Any number of runners share the work of an installation.
import { emit, encodeId, now, randomBytes, readU32, toHex } from '../base/index.ts';
import type { Unsubscribe } from '../store/index.ts';
import { Claim, LEASE, LeaseLost, type LeaseTimes, Stopped } from './claim.ts';
import { TASK_KINDS, WORK_CLASSES, type WorkClass } from './kinds.ts';
import type { TaskQueue } from './queue.ts';
import { afterFailure, type RetrySettings } from './retry.ts';
import type { Scheduler } from './schedule.ts';
import { PermanentFailure, type TaskHandler, type TaskName, type TaskRun } from './types.ts';

export interface RunnerOptions {
  readonly queue: TaskQueue;
  readonly handlers: ReadonlyMap<TaskName, TaskHandler>;
  readonly settings: () => RetrySettings;
  /** Orders work by the clock; absent on nodes without the role `taskScheduler`. */
  readonly scheduler?: Scheduler | undefined;
  /** Classes of work that run here. */
  readonly classes?: readonly WorkClass[] | undefined;
  readonly lease?: LeaseTimes | undefined;
}

/** Tasks of a class that one runner works on at a time. */
const AT_ONCE: Readonly<Record<WorkClass, number>> = {
  storeMaintenance: 1,
  accountMaintenance: 2,
  searchIndexing: 2,
  spamClassifierTraining: 1,
  taskQueueProcessing: 8,
};
/** Due tasks among which a runner chooses at random, so that runners seldom reach for the same. */
const CHOICE = 64;
/** How often due work is read at least. */
const LOOK_EVERY_MS = 60_000;
/** Pause after a failure of the store. */
const PAUSE_MS = 1000;
/** A task whose workers vanish that often is what makes them vanish. */
const MAX_LAPSES = 10;

export class TaskRunner {
  readonly #options: RunnerOptions;
  readonly #classes: readonly WorkClass[];
  readonly #owner = toHex(randomBytes(8));
  readonly #running = new Map<number, { readonly claim: Claim; readonly work: WorkClass }>();
  readonly #ends = new Set<Promise<void>>();
  readonly #subscriptions: Unsubscribe[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** A look is under way, and whether another is wanted after it. */
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#classes = options.classes ?? (Object.keys(WORK_CLASSES) as WorkClass[]);
  }

  start(): void {
    const { queue } = this.#options;
    this.#subscriptions.push(
      queue.onChange(() => this.#look()),
      queue.onCancel((id) => this.#running.get(id)?.claim.stop(new LeaseLost('the task was cancelled'))),
    );
    this.#look();
  }

  /** Lets the work stop at its next step, gives the tasks back, and resolves when nothing runs here any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    await this.#looking;
    for (const { claim } of this.#running.values()) claim.stop(new Stopped('the server stops'));
    await Promise.all(this.#ends);
  }

  #look(): void {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#lookAndPlan();
  }

  async #lookAndPlan(): Promise<void> {
    this.#again = false;
    const wait = await this.#lookOnce();
    this.#looking = undefined;
    if (this.#stopped) return;
    if (this.#again) this.#look();
    else this.#timer = setTimeout(() => this.#look(), wait).unref();
  }

  /** Starts what is due; resolves with the milliseconds until the next look. */
  async #lookOnce(): Promise<number> {
    try {
      let next = (await this.#options.scheduler?.tick()) ?? Infinity;
      let least = 0;
      for (const work of this.#classes) {
        if (!(await this.#start(work))) least = PAUSE_MS;
        // A class that is full looks again when one of its tasks ends.
        if (this.#free(work) > 0)
          next = Math.min(next, (await this.#options.queue.nextTime(work)) ?? Infinity);
      }
      return Math.max(least, Math.min(next - now(), LOOK_EVERY_MS));
    } catch (error) {
      emit('tasks.scan-failed', { error }, 'warn');
      return PAUSE_MS;
    }
  }

  #free(work: WorkClass): number {
    let free = AT_ONCE[work];
    for (const running of this.#running.values()) if (running.work === work) free--;
    return free;
  }

  /** False when nothing of what is due could be had: others took it, or it cannot be read. */
  async #start(work: WorkClass): Promise<boolean> {
    if (this.#free(work) <= 0) return true;
    const { queue, lease = LEASE } = this.#options;
    const due = await queue.due(work, CHOICE);
    let taken = 0;
    for (const id of shuffled(due)) {
      if (this.#stopped || this.#free(work) <= 0) return true;
      if (this.#running.has(id)) continue;
      const claim = await Claim.take(queue, id, this.#owner, lease);
      if (!claim) continue;
      taken++;
      this.#begin(claim, work);
    }
    return taken > 0 || due.length === 0;
  }

  #begin(claim: Claim, work: WorkClass): void {
    this.#running.set(claim.id, { claim, work });
    const end = this.#run(claim).finally(() => {
      this.#running.delete(claim.id);
      this.#ends.delete(end);
      this.#look();
    });
    this.#ends.add(end);
  }

  /** Never rejects. */
  async #run(claim: Claim): Promise<void> {
    const began = performance.now();
    const names = namesOf(claim);
    const { lease } = claim.first.record;
    if (lease) emit('tasks.taken-over', { ...names, from: lease.owner });
    try {
      const following = await this.#work(claim);
      await claim.finish(following);
      if (following.length > 0) this.#options.queue.wake();
      emit('tasks.done', { ...names, ms: Math.round(performance.now() - began) }, 'debug');
    } catch (error) {
      await this.#failed(claim, error);
    }
  }

  async #work(claim: Claim) {
    const { subject, lapses } = claim.record;
    const type = subject['@type'];
    if (lapses > MAX_LAPSES)
      throw new PermanentFailure(`${lapses} workers in a row ended while they worked on this task`);
    const handler = this.#options.handlers.get(type);
    if (!handler) throw notConfigured(type);
    const run: TaskRun = {
      id: claim.id,
      subject,
      signal: claim.signal,
      get progress() {
        return claim.record.progress;
      },
      checkpoint: (progress, fill) => claim.checkpoint(progress, fill),
    };
    return (await handler(run)) ?? [];
  }

  async #failed(claim: Claim, error: unknown): Promise<void> {
    const names = namesOf(claim);
    const reason: unknown = claim.signal.reason;
    try {
      if (reason instanceof LeaseLost || error instanceof LeaseLost) {
        claim.abandon();
        emit('tasks.lease-lost', names, 'warn');
      } else if (reason instanceof Stopped) {
        await claim.settle((record) => ({ ...record, due: now() }));
        this.#options.queue.wake();
      } else {
        await this.#settleFailure(claim, error);
      }
    } catch (failure) {
      // The lease lapses by itself, and the task is tried again.
      claim.abandon();
      if (!(failure instanceof LeaseLost)) emit('tasks.scan-failed', { error: failure }, 'warn');
    }
  }

  async #settleFailure(claim: Claim, error: unknown): Promise<void> {
    const names = namesOf(claim);
    const time = now();
    const next = afterFailure(claim.record, error, this.#options.settings(), time);
    await claim.settle((record) => ({ ...next, progress: record.progress }));
    const attempt = next.attempts;
    if (next.failedAt > 0) emit('tasks.failed', { ...names, attempt, error }, 'error');
    else emit('tasks.retried', { ...names, attempt, inMs: next.due - time, error }, 'warn');
  }
}

/** What is said of work that no part of this server does. */
export const notConfigured = (type: TaskName): PermanentFailure =>
  new PermanentFailure(`not configured on this server: ${TASK_KINDS[type].part} (needed by ${type})`);

const namesOf = ({ id, record }: Claim): { task: string; type: string } => ({
  task: encodeId(id),
  type: record.subject['@type'],
});

function shuffled(ids: readonly number[]): number[] {
  const list = [...ids];
  const random = randomBytes(list.length * 4);
  for (let i = list.length - 1; i > 0; i--) {
    const j = readU32(random, i * 4) % (i + 1);
    [list[i], list[j]] = [list[j] as number, list[i] as number];
  }
  return list;
}
