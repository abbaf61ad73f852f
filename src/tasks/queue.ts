// The tasks of an installation, in its data store: ordered, looked at, moved and cancelled. Every change asserts what it
// read, so that of two who change one task at a time, one begins anew.
import { Conflict, emit, encodeId, now, randomBytes, readU16 } from '../base/index.ts';
import type { Batch, Bus, DataStore, Unsubscribe } from '../store/index.ts';
import type { WorkClass } from './kinds.ts';
import {
  decodeTask,
  dueRange,
  dueRowOf,
  encodeTask,
  END_OF_TIME,
  idOfKey,
  MARK,
  taskKey,
  TASKS,
  timeOfDue,
} from './rows.ts';
import type { NewTask, TaskRecord } from './types.ts';

/** A task with its number and the bytes that it is stored as. */
export interface StoredTask {
  readonly id: number;
  readonly record: TaskRecord;
  readonly bytes: Uint8Array;
}

/** Attempts when others keep changing the same task. */
const ATTEMPTS = 8;
/** Tasks that one read brings. */
const ROWS_AT_ONCE = 256;
/** Tasks that one commit orders. */
const ADDED_AT_ONCE = 500;

export class TaskQueue {
  readonly #data: DataStore;
  readonly #bus: Bus;
  #lastId = 0;

  constructor({ data, bus }: { readonly data: DataStore; readonly bus: Bus }) {
    this.#data = data;
    this.#bus = bus;
  }

  /** Orders a task in a commit of the caller's, who calls `wake` after it. Returns the number of the task. */
  put(batch: Batch, { subject, due }: NewTask): number {
    const id = this.#newId();
    const time = now();
    const record: TaskRecord = {
      subject,
      createdAt: time,
      due: due ?? time,
      attempts: 0,
      firstFailedAt: 0,
      failedAt: 0,
      reason: '',
      lapses: 0,
      lease: undefined,
      progress: undefined,
    };
    batch.assert(taskKey(id), 'absent').set(taskKey(id), encodeTask(record));
    batch.set(dueRowOf(id, record) as Uint8Array, MARK);
    return id;
  }

  /**
   * Orders tasks; resolves with their numbers when they are durable. `fill` adds to each commit, and may run again.
   */
  async add(
    tasks: readonly NewTask[],
    fill?: (batch: Batch, ids: readonly number[]) => void,
  ): Promise<number[]> {
    const ids: number[] = [];
    for (let from = 0; from < tasks.length; from += ADDED_AT_ONCE) {
      const piece = tasks.slice(from, from + ADDED_AT_ONCE);
      ids.push(...(await this.#addPiece(piece, fill)));
    }
    if (ids.length > 0) this.wake();
    return ids;
  }

  /** Tells all workers that there is something new to do. */
  wake(): void {
    this.#bus.publish('tasks.changed', { from: '' });
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#bus.subscribe('tasks.changed', listener);
  }

  onCancel(listener: (id: number) => void): Unsubscribe {
    return this.#bus.subscribe('tasks.cancelled', ({ id }) => listener(id));
  }

  async get(id: number): Promise<StoredTask | undefined> {
    return (await this.getMany([id]))[0];
  }

  /** Tasks of these numbers, those that exist. */
  async getMany(ids: readonly number[]): Promise<StoredTask[]> {
    if (ids.length === 0) return [];
    const rows = await this.#data.getMany(ids.map(taskKey));
    return ids.flatMap((id, i) => {
      const bytes = rows[i];
      return bytes ? readable(id, bytes) : [];
    });
  }

  /** Pages of all tasks in the order of creation. */
  async *scan({ reverse = false }: { readonly reverse?: boolean } = {}): AsyncGenerator<StoredTask[]> {
    let after: Uint8Array | undefined;
    do {
      const page = await this.#data.scan(TASKS, {
        reverse,
        limit: ROWS_AT_ONCE,
        ...(after && { after }),
      });
      yield page.keys.flatMap((key, i) => readable(idOfKey(key), page.values[i] as Uint8Array));
      after = page.next;
    } while (after);
  }

  /** Numbers of tasks of a class that have to be looked at by now, oldest first. */
  async due(work: WorkClass, limit: number): Promise<number[]> {
    const page = await this.#data.scan(dueRange(work, 0, now() + 1), { limit, keysOnly: true });
    return page.keys.map(idOfKey);
  }

  /** When the next task of a class has to be looked at; undefined when there is none. */
  async nextTime(work: WorkClass): Promise<number | undefined> {
    const page = await this.#data.scan(dueRange(work, 0, END_OF_TIME), { limit: 1, keysOnly: true });
    const [first] = page.keys;
    return first && timeOfDue(first);
  }

  /**
   * Puts another record in the place of one that was read, or none to end the task. False when somebody else changed the
   * task meanwhile: nothing is written then.
   */
  async replace(
    { id, bytes, record }: StoredTask,
    next: TaskRecord | undefined,
    fill?: (batch: Batch) => void,
  ): Promise<StoredTask | undefined | false> {
    const batch = this.#data.newBatch().assert(taskKey(id), bytes);
    const before = dueRowOf(id, record);
    if (before) batch.delete(before);
    const written = next && encodeTask(next);
    if (next && written) {
      batch.set(taskKey(id), written);
      const after = dueRowOf(id, next);
      if (after) batch.set(after, MARK);
    } else {
      batch.delete(taskKey(id));
    }
    fill?.(batch);
    const { ok } = await this.#data.commit(batch);
    if (!ok) return false;
    return next && written ? { id, record: next, bytes: written } : undefined;
  }

  /**
   * Changes a task by a function of its record, which may run again; undefined ends the task. Throws what the function
   * throws. Returns false when there is no such task. `fill` adds to the commit.
   */
  async change(
    id: number,
    change: (record: TaskRecord) => TaskRecord | undefined,
    fill?: (batch: Batch) => void,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const task = await this.get(id);
      if (!task) return false;
      if ((await this.replace(task, change(task.record), fill)) !== false) {
        this.wake();
        return true;
      }
    }
    throw new Conflict(`task ${id} is changed by others all the time`);
  }

  /**
   * Ends all leases: called where no worker can be alive any more, when the one process that may use the stores begins.
   * What they worked on is taken over at once.
   */
  async takeBack(): Promise<void> {
    for await (const page of this.scan()) {
      for (const { id, record } of page) {
        if (!isLeased(record)) continue;
        await this.change(id, ({ lease, ...rest }) => ({
          ...rest,
          lease: lease && { ...lease, until: Math.min(lease.until, now()) },
        }));
      }
    }
  }

  /** Tells whoever works on a task that it is no more. */
  tellCancelled(id: number): void {
    this.#bus.publish('tasks.cancelled', { id });
  }

  async #addPiece(
    tasks: readonly NewTask[],
    fill?: (batch: Batch, ids: readonly number[]) => void,
  ): Promise<number[]> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const batch = this.#data.newBatch();
      const ids = tasks.map((task) => this.put(batch, task));
      fill?.(batch, ids);
      if ((await this.#data.commit(batch)).ok) return ids;
    }
    throw new Conflict('numbers of tasks are taken all the time');
  }

  /** 41 bits of milliseconds and 12 bits that keep what is ordered in the same one apart. */
  #newId(): number {
    const tick = (now() - EPOCH) * 4096 + (readU16(randomBytes(2), 0) & 0xfff);
    this.#lastId = Math.max(this.#lastId + 1, tick);
    return this.#lastId;
  }
}

/** 2020: numbers of 53 bits last until 2089. */
const EPOCH = Date.UTC(2020, 0, 1);

/** One damaged record is left out and reported; it never stops the others. */
function readable(id: number, bytes: Uint8Array): StoredTask[] {
  try {
    return [{ id, bytes, record: decodeTask(bytes) }];
  } catch (error) {
    emit('tasks.unreadable', { task: encodeId(id), error }, 'error');
    return [];
  }
}

/** True while somebody works on the task. */
export const isLeased = ({ lease }: TaskRecord, time: number = now()): boolean =>
  lease !== undefined && lease.until > time;
