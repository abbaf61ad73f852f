// What background work looks like to those who order it and those who do it.
import type { ValueOf } from '../registry/index.ts';
import type { Batch } from '../store/index.ts';
import './events.ts';

/** A task as clients see it, by its `@type` (spec: `x:Task`). */
export type TaskValue = ValueOf<'Task'>;
export type TaskName = TaskValue['@type'];

/** What a task is about: its properties without its state. */
export type TaskSubject<N extends TaskName = TaskName> = {
  readonly [K in N]: Omit<Extract<TaskValue, { readonly '@type': K }>, 'status'>;
}[N];

/** Work that is ordered. */
export interface NewTask {
  readonly subject: TaskSubject;
  /** When it runs, in milliseconds since 1970; at once when absent. */
  readonly due?: number;
}

/** How far a task has come. It is durable: whoever goes on with the task begins there. */
export interface TaskProgress {
  /** Steps that are done, in the task's own unit: accounts, documents, blobs. */
  readonly done: number;
  /** Steps there are, where that is known. */
  readonly total: number | null;
  /** Where to go on: the last account, key or document that is done. */
  readonly cursor: number | null;
}

/** Who works on a task, and until when unless it is renewed. */
export interface Lease {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** When this attempt began. */
  readonly since: number;
}

/** A task as it is kept. Times are milliseconds since 1970, 0 for none. */
export interface TaskRecord {
  readonly subject: TaskSubject;
  readonly createdAt: number;
  /** When it runs next, or ran last once it was given up. */
  readonly due: number;
  /** Attempts that failed. */
  readonly attempts: number;
  readonly firstFailedAt: number;
  /** When it was given up. */
  readonly failedAt: number;
  /** Why the last attempt failed. */
  readonly reason: string;
  /** Attempts whose worker vanished. */
  readonly lapses: number;
  readonly lease: Lease | undefined;
  readonly progress: TaskProgress | undefined;
}

/** A task in the hands of its handler. */
export interface TaskRun<N extends TaskName = TaskName> {
  readonly id: number;
  readonly subject: TaskSubject<N>;
  /** Aborted when the work has to stop: the server stops, the task was cancelled, or another took it over. */
  readonly signal: AbortSignal;
  /** What an earlier attempt, or this one, has done. */
  readonly progress: TaskProgress | undefined;
  /**
   * Keeps progress, and commits what else is put into the batch with it, while the task is still this worker's.
   * Call it between steps. Throws when the work has to stop.
   */
  readonly checkpoint: (progress: TaskProgress, fill?: (batch: Batch) => void) => Promise<void>;
}

/**
 * Does the work of a task. It may be run again from the last checkpoint, by this or another worker, so each step must
 * bear to be done twice. What it gives back are tasks that follow, ordered in the commit that ends this one.
 */
export type TaskHandler<N extends TaskName = TaskName> = (
  run: TaskRun<N>,
) => Promise<readonly NewTask[] | void>;

/** The work cannot be done, now or later. Its message is shown to whoever looks at the task. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

declare module '../store/types.ts' {
  interface BusTopics {
    /** There is new work, or work was moved to another time. */
    'tasks.changed': { readonly from: string };
    /** A task was cancelled while somebody works on it. */
    'tasks.cancelled': { readonly id: number };
  }
}
