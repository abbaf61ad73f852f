// Background work of one thread: orders tasks, shows them as x:Task, and, once started, runs those that are due.
import type { Registry } from '../registry/index.ts';
import type { Bus, DataStore } from '../store/index.ts';
import type { LeaseTimes } from './claim.ts';
import type { WorkClass } from './kinds.ts';
import { TaskQueue } from './queue.ts';
import { TaskRunner } from './runner.ts';
import { type Schedule, Scheduler } from './schedule.ts';
import { TaskSource, type TaskUndo } from './source.ts';
import type { NewTask, TaskHandler, TaskName } from './types.ts';

export interface TasksOptions {
  readonly data: DataStore;
  readonly bus: Bus;
  readonly registry: Registry;
}

export interface StartOptions {
  /** Classes of work that run here; all when absent. */
  readonly classes?: readonly WorkClass[];
  /** False on nodes that order no work by the clock. */
  readonly schedules?: boolean;
  readonly lease?: LeaseTimes;
}

export class Tasks {
  readonly queue: TaskQueue;
  readonly #options: TasksOptions;
  readonly #handlers = new Map<TaskName, TaskHandler>();
  readonly #undo = new Map<TaskName, TaskUndo>();
  readonly #schedules: Schedule[] = [];
  #runner: TaskRunner | undefined;

  /** Fills the source of x:Task. */
  constructor(options: TasksOptions) {
    this.#options = options;
    this.queue = new TaskQueue(options);
    options.registry.addSource('tasks', new TaskSource(this.queue, options.registry, this.#undo));
  }

  /** Says who does the work of a type. What nobody does fails at once, with a sentence that says so. */
  handle<N extends TaskName>(type: N, handler: TaskHandler<N>): void {
    if (this.#handlers.has(type)) throw new Error(`tasks of the type ${type} are handled twice`);
    this.#handlers.set(type, handler as unknown as TaskHandler);
  }

  /** Says what happens when a task of a type is cancelled before it has begun; it ends the task itself. */
  undo(type: TaskName, undo: TaskUndo): void {
    this.#undo.set(type, undo);
  }

  /** Orders work again and again. */
  repeat(schedule: Schedule): void {
    this.#schedules.push(schedule);
  }

  /** Orders tasks; resolves with their numbers when they are durable. */
  add(...tasks: readonly NewTask[]): Promise<number[]> {
    return this.queue.add(tasks);
  }

  /** Begins to run what is due. */
  start(options: StartOptions = {}): void {
    if (this.#runner) throw new Error('the tasks were started already');
    const { data, registry } = this.#options;
    const { classes, schedules = true, lease } = options;
    this.#runner = new TaskRunner({
      queue: this.queue,
      handlers: this.#handlers,
      settings: () => registry.singleton('TaskManager'),
      scheduler: schedules ? new Scheduler(data, this.queue, this.#schedules) : undefined,
      classes,
      lease,
    });
    this.#runner.start();
  }

  /** Gives unfinished tasks back; resolves when nothing runs here any more. */
  async stop(): Promise<void> {
    await this.#runner?.stop();
    this.#runner = undefined;
  }
}
