// The source of x:Task: what waits, runs, is tried again or was given up, as records of the registry. Clients order the
// work that is theirs to order, move it to another time, revive what was given up, and cancel.
import { isDeepStrictEqual } from 'node:util';
import { decodeId, now, randomBytes, readU16 } from '../base/index.ts';
import {
  type Change,
  matches,
  parseFilter,
  parseSort,
  type QueryPage,
  queryRecords,
  Refusal,
  type Registry,
  type schema,
  type Source,
  type SourceQuery,
  type SourceScope,
  type StoredRecord,
  takePage,
  writeTrail,
} from '../registry/index.ts';
import type { Batch } from '../store/index.ts';
import { TASK_KINDS } from './kinds.ts';
import { isLeased, type StoredTask, type TaskQueue } from './queue.ts';
import type { TaskName, TaskRecord, TaskSubject, TaskValue } from './types.ts';

/** Undoes what ordered a task, when the task is cancelled before it has begun. */
export type TaskUndo = (task: StoredTask, change: Change) => Promise<void>;

/** Tasks that are put into another order in memory. */
const MAX_SORTED = 50_000;

type Status = TaskValue['status'];

export class TaskSource implements Source {
  readonly #queue: TaskQueue;
  readonly #registry: Registry;
  readonly #undo: ReadonlyMap<TaskName, TaskUndo>;

  constructor(queue: TaskQueue, registry: Registry, undo: ReadonlyMap<TaskName, TaskUndo>) {
    this.#queue = queue;
    this.#registry = registry;
    this.#undo = undo;
  }

  async get(_: SourceScope, ids: readonly number[] | null, limit: number): Promise<readonly StoredRecord[]> {
    if (ids) return (await this.#queue.getMany(ids)).map(shown);
    const found: StoredRecord[] = [];
    for await (const page of this.#queue.scan({ reverse: true })) {
      found.push(...page.map(shown));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  async query({ declaration }: SourceScope, { filter, sort, paging }: SourceQuery): Promise<QueryPage> {
    const conditions = parseFilter(declaration, filter);
    const order = parseSort(declaration, sort);
    const queue = this.#queue;
    async function* matching(reverse: boolean): AsyncGenerator<StoredRecord[]> {
      for await (const page of queue.scan({ reverse }))
        yield page.map(shown).filter(({ value }) => matches(declaration, value, conditions));
    }
    if (order.filter === undefined) return takePage(idsOf(matching(!order.ascending)), paging);
    const records: StoredRecord[] = [];
    for await (const page of matching(true)) {
      records.push(...page);
      if (records.length >= MAX_SORTED) break;
    }
    return queryRecords(declaration, records, [], order, paging);
  }

  async create(change: Change): Promise<number> {
    const { status, ...rest } = change.value as TaskValue;
    const subject = rest as TaskSubject;
    const type = subject['@type'];
    if (!TASK_KINDS[type].clients)
      throw new Refusal('forbidden', { description: `The server alone orders tasks of the type ${type}.` });
    if (status['@type'] !== 'Pending') throw wrongStatus('a new task is Pending');
    await this.#requireReferences(subject);
    const due = status.due > 0 ? status.due : now();
    const [id] = await this.#queue.add([{ subject, due }], (batch, [made]) =>
      noted({ ...change, value: { ...subject, status: { ...status, due } } }, made)(batch),
    );
    return id as number;
  }

  async update(change: Change): Promise<void> {
    const { id, before, value } = change;
    const { status: from, ...fixed } = before as TaskValue;
    const { status: to, ...rest } = value as TaskValue;
    const changed = (Object.keys({ ...fixed, ...rest }) as (keyof typeof rest)[]).filter(
      (name) => !isDeepStrictEqual(fixed[name], rest[name]),
    );
    if (changed.length > 0)
      throw new Refusal('invalidProperties', {
        description: 'Only the status of a task can be changed.',
        properties: changed,
      });
    if (isDeepStrictEqual(from, to)) return;
    const move = (record: TaskRecord): TaskRecord => {
      if (isLeased(record)) throw running();
      return withStatus(record, to);
    };
    const known = await this.#queue.change(id as number, move, noted(change, id));
    if (!known) throw new Refusal('notFound');
  }

  async destroy(change: Change): Promise<void> {
    const id = change.id as number;
    const task = await this.#queue.get(id);
    if (!task) throw new Refusal('notFound');
    const undo = this.#undo.get(task.record.subject['@type']);
    if (undo) return undo(task, change);
    await this.#queue.change(id, () => undefined, noted(change, id));
    this.#queue.tellCancelled(id);
  }

  /** What a task is about exists. */
  async #requireReferences(subject: TaskSubject): Promise<void> {
    const property = REFERENCES.find((name) => name in subject);
    if (!property) return;
    const id = (subject as unknown as Readonly<Record<string, number>>)[property] as number;
    const type = TYPES[property];
    // Traces have no store to look them up in yet; their task says so when it runs.
    if (!type || (await this.#registry.object(type, id))) return this.#requireDocument(subject);
    throw new Refusal('invalidForeignKey', {
      description: `There is no ${type} of this id.`,
      properties: [property],
    });
  }

  #requireDocument(subject: TaskSubject): void {
    if (!('documentId' in subject) || decodeId(subject.documentId) !== undefined) return;
    throw new Refusal('invalidProperties', {
      description: 'The document is not a valid id.',
      properties: ['documentId'],
    });
  }
}

const TYPES = { accountId: 'Account', tenantId: 'Tenant', domainId: 'Domain' } as const;
const REFERENCES = Object.keys(TYPES) as (keyof typeof TYPES)[];

/** The audit trail tells what clients do to tasks as it does for any record. */
export const noted =
  (change: Change, id: number | undefined) =>
  (batch: Batch): void =>
    writeTrail(batch, change, id ?? 0, readU16(randomBytes(2), 0));

/** A task as a record: its properties, its state, and what is worked out from it. */
function shown({ id, record }: StoredTask): StoredRecord {
  const { subject, due, failedAt, progress, lease } = record;
  const begun = isLeased(record) ? (lease?.since ?? null) : null;
  const value: schema.Plain = {
    ...subject,
    due: failedAt > 0 ? null : due,
    status: statusOf(record),
    progress:
      begun === null && !progress
        ? null
        : { startedAt: begun, done: progress?.done ?? 0, total: progress?.total ?? null },
  };
  return { id, revision: 0, value };
}

function statusOf({ createdAt, due, attempts, failedAt, reason }: TaskRecord): Status {
  if (failedAt > 0)
    return {
      '@type': 'Failed',
      createdAt,
      failedAt,
      failedAttemptNumber: attempts,
      failureReason: reason,
    };
  if (attempts > 0)
    return { '@type': 'Retry', createdAt, due, attemptNumber: attempts + 1, failureReason: reason };
  return { '@type': 'Pending', createdAt, due };
}

/** Pending begins anew; Retry goes on with the attempts that are left. */
function withStatus(record: TaskRecord, status: Status): TaskRecord {
  if (status['@type'] === 'Pending') {
    const due = status.due > 0 ? status.due : now();
    return { ...record, due, attempts: 0, firstFailedAt: 0, failedAt: 0, reason: '', lapses: 0 };
  }
  const before = statusOf(record);
  if (status['@type'] === 'Retry' && isDeepStrictEqual({ ...before, due: status.due }, status))
    return { ...record, due: status.due };
  throw wrongStatus('a task is made to run by the status Pending, or by another time of Retry');
}

const wrongStatus = (description: string): Refusal =>
  new Refusal('invalidProperties', { description, properties: ['status'] });

export const running = (): Refusal =>
  new Refusal('forbidden', { description: 'The task is running at this moment.' });

async function* idsOf(pages: AsyncIterable<readonly StoredRecord[]>): AsyncGenerator<readonly number[]> {
  for await (const page of pages) yield page.map(({ id }) => id);
}
