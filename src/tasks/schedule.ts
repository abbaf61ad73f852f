// Work that is ordered by the clock. The last time of each schedule whose work was ordered is a row of the store, moved in
// the commit that orders the next: of all workers that see a time come, one orders the work.
import { Cron } from 'croner';
import { emit, now, readU53 } from '../base/index.ts';
import type { ValueOf } from '../registry/index.ts';
import { type DataStore, keys } from '../store/index.ts';
import type { TaskQueue } from './queue.ts';
import { slotKey } from './rows.ts';
import type { NewTask } from './types.ts';

/** When something is done again and again (the registry's `Cron`), in the local time of the server. */
export type Repetition = ValueOf<'DataRetention'>['dataCleanupSchedule'];

export interface Schedule {
  readonly name: string;
  readonly when: () => Repetition;
  /** The work of one time. */
  readonly work: () => readonly NewTask[];
}

export class Scheduler {
  readonly #data: DataStore;
  readonly #queue: TaskQueue;
  readonly #schedules: readonly Schedule[];

  constructor(data: DataStore, queue: TaskQueue, schedules: readonly Schedule[]) {
    this.#data = data;
    this.#queue = queue;
    this.#schedules = schedules;
  }

  /** Orders the work of every time that has come since the last call anywhere, and tells when the next comes. */
  async tick(): Promise<number> {
    const time = now();
    const rows = await this.#data.getMany(this.#schedules.map(({ name }) => slotKey(name)));
    let ordered = false;
    for (const [i, schedule] of this.#schedules.entries()) {
      if (await this.#order(schedule, rows[i], lastSlot(schedule.when(), time))) ordered = true;
    }
    if (ordered) this.#queue.wake();
    return Math.min(...this.#schedules.map((schedule) => nextSlot(schedule.when(), time)));
  }

  /** True when this call ordered the work. A new installation waits for its first time. */
  async #order({ name, work }: Schedule, row: Uint8Array | undefined, slot: number): Promise<boolean> {
    if (row && readU53(row, 0) >= slot) return false;
    const key = slotKey(name);
    const batch = this.#data
      .newBatch()
      .assert(key, row ?? 'absent')
      .set(key, keys.u53Part(slot));
    if (row) for (const task of work()) this.#queue.put(batch, task);
    const { ok } = await this.#data.commit(batch);
    if (!ok || !row) return false;
    emit('tasks.scheduled', { schedule: name, slot });
    return true;
  }
}

/** The last time of a repetition up to a moment; both in milliseconds since 1970. */
export function lastSlot(when: Repetition, time: number): number {
  // Two, since the library looks at whole seconds and leaves the moment itself out.
  const runs = new Cron(pattern(when)).previousRuns(2, new Date(time + 1000));
  return runs.map((run) => run.getTime()).find((run) => run <= time) ?? 0;
}

/** The first time of a repetition after a moment. */
export const nextSlot = (when: Repetition, time: number): number =>
  new Cron(pattern(when)).nextRun(new Date(time))?.getTime() ?? Infinity;

function pattern(when: Repetition): string {
  switch (when['@type']) {
    case 'Hourly':
      return `${when.minute} * * * *`;
    case 'Daily':
      return `${when.minute} ${when.hour} * * *`;
    case 'Weekly':
      return `${when.minute} ${when.hour} * * ${when.day}`;
  }
}
