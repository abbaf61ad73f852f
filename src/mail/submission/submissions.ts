// Submissions of an account (RFC 8621 §7), and the ones of all accounts that have to be looked at: held until
// their time (RFC 4865), or waiting for another attempt. A task row stands for each of these, in order of time;
// whoever works on one claims it for a while, so that the work of a process that died is taken up again.
import {
  type Account,
  type AccountId,
  type AccountReader,
  type AccountWriter,
  DataType,
  type DocumentId,
  type Head,
} from '../../account/index.ts';
import { LimitExceeded, NotFound, now, readU32, readU53 } from '../../base/index.ts';
import { type DataStore, type Key, keys } from '../../store/index.ts';
import { readDocument, readDocuments } from '../documents.ts';
import { decodeSubmission, encodeSubmission, type SubmissionRecord } from './record.ts';

export interface Submission extends SubmissionRecord {
  readonly id: DocumentId;
}

export interface SubmissionLimits {
  /** Submissions that are kept for an account; null for no limit. */
  readonly maxSubmissions: number | null;
  /** Milliseconds for which those that are done are kept; null for ever. */
  readonly keepMs: number | null;
}

/** All submissions by id, with the head they belong to. */
export function readSubmissions(
  account: Account,
): Promise<{ readonly head: Head; readonly submissions: ReadonlyMap<DocumentId, Submission> }> {
  return account.read(async (reader) => {
    const rows = await readDocuments(reader, DataType.EmailSubmission, decodeSubmission);
    return {
      head: reader.head,
      submissions: new Map(Array.from(rows, ([id, record]) => [id, { id, ...record }])),
    };
  });
}

export async function readSubmission(
  reader: AccountReader,
  id: DocumentId,
): Promise<SubmissionRecord | undefined> {
  return readDocument(reader, DataType.EmailSubmission, id, decodeSubmission);
}

/**
 * Stores a submission, with its message while there is something to do. Throws LimitExceeded (`maxSubmissions`)
 * when all that are there still have to be sent.
 */
export async function createSubmission(
  account: Account,
  record: SubmissionRecord,
  bytes: Uint8Array,
  limits: SubmissionLimits,
): Promise<DocumentId> {
  const { result } = await account.write(async (w) => {
    await makeRoom(w, limits);
    const id = w.create(DataType.EmailSubmission, encodeSubmission(record));
    if (record.due !== 0) {
      w.putBlob(record.hash, bytes);
      w.linkBlob(record.hash, DataType.EmailSubmission, id);
      w.set(dueKey(record.due, w.id, id), UNCLAIMED);
    }
    return id;
  });
  return result;
}

/** Changes a submission; `change` sees it as it is, and returns undefined to leave it so. Throws NotFound. */
export async function changeSubmission(
  account: Account,
  id: DocumentId,
  change: (before: SubmissionRecord) => SubmissionRecord | undefined,
): Promise<void> {
  await account.write(async (w) => {
    const before = await readSubmission(w, id);
    if (!before) throw new NotFound('submission', id);
    const after = change(before);
    if (!after) return;
    w.update(DataType.EmailSubmission, id, encodeSubmission(after));
    moveDue(w, id, before, after.due);
  });
}

/** Takes the record away. What is still to be sent is sent all the same (RFC 8621 §7.5): it is kept out of sight. */
export async function destroySubmission(account: Account, id: DocumentId): Promise<void> {
  await account.write(async (w) => {
    const before = await readSubmission(w, id);
    if (!before) throw new NotFound('submission', id);
    forget(w, id, before);
  });
}

function forget(w: AccountWriter, id: DocumentId, before: SubmissionRecord): void {
  w.destroy(DataType.EmailSubmission, id);
  if (before.due === 0) return;
  // The task row carries the record from now on; the blob's link stays until the work is done.
  w.set(dueKey(before.due, w.id, id), orphanRow(encodeSubmission(before)));
}

function moveDue(w: AccountWriter, id: DocumentId, before: SubmissionRecord, due: number): void {
  if (before.due === due) return;
  if (before.due !== 0) w.delete(dueKey(before.due, w.id, id));
  if (due !== 0) w.set(dueKey(due, w.id, id), UNCLAIMED);
  else w.unlinkBlob(before.hash, DataType.EmailSubmission, id);
}

/** Ids ascend in time, so the oldest stand first. */
async function makeRoom(w: AccountWriter, { maxSubmissions, keepMs }: SubmissionLimits): Promise<void> {
  const count = w.head.count(DataType.EmailSubmission);
  const isFull = maxSubmissions !== null && count >= maxSubmissions;
  const page = await w.scan(keys.documentRange(w.id, DataType.EmailSubmission), {
    limit: isFull ? count : EXPIRED_AT_ONCE,
  });
  let toGo = isFull ? count - maxSubmissions + 1 : 0;
  for (const [i, key] of page.keys.entries()) {
    const record = decodeSubmission(page.values[i] as Uint8Array);
    if (record.due !== 0) continue;
    const isOld = keepMs !== null && record.sendAt < now() - keepMs;
    if (!isOld && toGo <= 0) continue;
    w.destroy(DataType.EmailSubmission, readU32(key, 6));
    toGo--;
  }
  if (toGo > 0) throw new LimitExceeded('maxSubmissions', maxSubmissions ?? 0);
}

const EXPIRED_AT_ONCE = 20;

/** A submission that has to be looked at. */
export interface DueSubmission {
  readonly account: AccountId;
  readonly id: DocumentId;
  readonly due: number;
  /** Until when somebody works on it. */
  readonly claimedUntil: number;
  /** The record of one that was destroyed before it was sent. */
  readonly orphan: SubmissionRecord | undefined;
  readonly key: Key;
  readonly row: Uint8Array;
}

const SUBMISSION_TASKS = 's';
const UNCLAIMED = keys.u53Part(0);

const dueKey = (due: number, account: AccountId, id: DocumentId): Key =>
  keys.otherKey(
    keys.Subspace.Task,
    SUBMISSION_TASKS,
    keys.u53Part(due),
    keys.u32Part(account),
    keys.u32Part(id),
  );

const orphanRow = (record: Uint8Array, until = 0): Uint8Array => Buffer.concat([keys.u53Part(until), record]);

/** The first submissions that have to be looked at, in order of time, at most `limit`. */
export async function dueSubmissions(data: DataStore, limit: number): Promise<DueSubmission[]> {
  const range = keys.prefixRange(keys.otherKey(keys.Subspace.Task, SUBMISSION_TASKS));
  const page = await data.scan(range, { limit });
  return page.keys.map((key, i) => {
    const row = page.values[i] as Uint8Array;
    const rest = row.subarray(8);
    return {
      account: readU32(key, 10),
      id: readU32(key, 14),
      due: readU53(key, 2),
      claimedUntil: readU53(row, 0),
      orphan: rest.length > 0 ? decodeSubmission(rest) : undefined,
      key,
      row,
    };
  });
}

/** True when the submission is the caller's to work on until the time. */
export async function claimSubmission(data: DataStore, task: DueSubmission, until: number): Promise<boolean> {
  const row = Buffer.concat([keys.u53Part(until), task.row.subarray(8)]);
  const { ok } = await data.commit(data.newBatch().assert(task.key, task.row).set(task.key, row));
  return ok;
}

/** Ends the work on a submission that was destroyed meanwhile, or moves it to another time. */
export async function settleOrphan(
  account: Account,
  task: DueSubmission,
  after: SubmissionRecord,
): Promise<void> {
  await account.write((w) => {
    w.delete(task.key);
    if (after.due !== 0) w.set(dueKey(after.due, w.id, task.id), orphanRow(encodeSubmission(after)));
    else w.unlinkBlob(after.hash, DataType.EmailSubmission, task.id);
  });
}
