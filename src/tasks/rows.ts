// Rows of tasks in the data store: a record for each task, and a row in the order of time for each that will run.
import { Packr } from 'msgpackr';
import { readU53 } from '../base/index.ts';
import { DECLARATIONS, schema } from '../registry/index.ts';
import { type Key, keys, type Range, StoreCorrupt } from '../store/index.ts';
import { TASK_KINDS, WORK_CLASSES, type WorkClass } from './kinds.ts';
import type { TaskProgress, TaskRecord, TaskSubject } from './types.ts';

const RECORD = 't';
const DUE = 'd';
const SLOT = 'c';

export const taskKey = (id: number): Key => keys.otherKey(keys.Subspace.Task, RECORD, keys.u53Part(id));
/** All tasks, in the order of their ids, which is that of creation. */
export const TASKS: Range = keys.prefixRange(keys.otherKey(keys.Subspace.Task, RECORD));

/** Says when a task has to be looked at: when it is due, or when the lease of its worker ends. */
export const dueKey = (work: WorkClass, time: number, id: number): Key =>
  keys.otherKey(
    keys.Subspace.Task,
    DUE,
    Uint8Array.of(WORK_CLASSES[work]),
    keys.u53Part(time),
    keys.u53Part(id),
  );

/** Tasks of a class that have to be looked at from a time on, before another, oldest first. */
export const dueRange = (work: WorkClass, from: number, to: number): Range => ({
  from: dueKey(work, from, 0),
  to: dueKey(work, to, 0),
});

export const timeOfDue = (key: Key): number => readU53(key, 3);
/** The id at the end of either key. */
export const idOfKey = (key: Key): number => readU53(key, key.length - 8);

/** When a schedule's work was ordered last. */
export const slotKey = (schedule: string): Key => keys.otherKey(keys.Subspace.Task, SLOT, schedule);

/** Value of rows that say everything in their key. */
export const MARK = Uint8Array.of(1);

/** Later than any task. */
export const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** When the task has to be looked at next; undefined once it was given up. */
export const lookAt = ({ due, failedAt, lease }: TaskRecord): number | undefined =>
  failedAt > 0 ? undefined : (lease?.until ?? due);

/** The row of a task in the order of time. */
export function dueRowOf(id: number, record: TaskRecord): Key | undefined {
  const time = lookAt(record);
  return time === undefined ? undefined : dueKey(TASK_KINDS[record.subject['@type']].work, time, id);
}

const VERSION = 1;
const packr = new Packr({ useRecords: false, moreTypes: false, largeBigIntToFloat: true });
const shape = schema.shapeKind(DECLARATIONS.Task.shape);

/** A version byte, then a list; what later versions add stands at its end. */
export function encodeTask(record: TaskRecord): Uint8Array {
  const { lease, progress } = record;
  const packed = packr.pack([
    shape.store?.(record.subject as schema.Plain),
    record.createdAt,
    record.due,
    record.attempts,
    record.firstFailedAt,
    record.failedAt,
    record.reason,
    record.lapses,
    lease ? [lease.owner, lease.until, lease.since] : null,
    progress ? [progress.done, progress.total, progress.cursor] : null,
  ]);
  const row = new Uint8Array(1 + packed.length);
  row[0] = VERSION;
  row.set(packed, 1);
  return row;
}

/** Throws StoreCorrupt when the row cannot be read. */
export function decodeTask(row: Uint8Array): TaskRecord {
  try {
    if (row[0] !== VERSION) throw new RangeError(`task record of version ${row[0] ?? 'none'}`);
    const list: unknown = packr.unpack(row.subarray(1));
    if (!Array.isArray(list)) throw new RangeError('a list is expected');
    const [subject, createdAt, due, attempts, firstFailedAt, failedAt, reason, lapses, lease, progress] =
      list as readonly unknown[];
    if (!schema.isObject(subject)) throw new RangeError('a task is expected');
    return {
      subject: restoreSubject(subject),
      createdAt: whole(createdAt),
      due: whole(due),
      attempts: whole(attempts),
      firstFailedAt: whole(firstFailedAt),
      failedAt: whole(failedAt),
      reason: String(reason),
      lapses: whole(lapses),
      lease: readLease(lease),
      progress: readProgress(progress),
    };
  } catch (error) {
    throw new StoreCorrupt(`a task cannot be read: ${String(error)}`, { cause: error });
  }
}

function restoreSubject(stored: schema.Plain): TaskSubject {
  const { status: _status, ...subject } = shape.restore?.(stored) ?? {};
  return subject as unknown as TaskSubject;
}

function readLease(stored: unknown): TaskRecord['lease'] {
  if (!Array.isArray(stored)) return undefined;
  const [owner, until, since] = stored as readonly unknown[];
  return { owner: String(owner), until: whole(until), since: whole(since) };
}

function readProgress(stored: unknown): TaskProgress | undefined {
  if (!Array.isArray(stored)) return undefined;
  const [done, total, cursor] = stored as readonly unknown[];
  return {
    done: whole(done),
    total: total === null ? null : whole(total),
    cursor: cursor === null ? null : whole(cursor),
  };
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new RangeError('a number is expected');
  return value;
}
