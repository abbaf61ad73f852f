// The records of a conversation: its own row, and the rows of the thread index, one for each pair of base subject
// and message identifier that some member has (`spec-mail-access.md` §5.4).
import { ByteReader, ByteWriter, readU32, writeU32 } from '../../base/index.ts';
import type { DocumentId } from '../../account/index.ts';

export interface ThreadRecord {
  /** Members, those that JMAP does not see included. */
  readonly total: number;
  /** Members that JMAP sees. */
  readonly visible: number;
  /** Mailboxes that members are or were in: whose thread counts move with the thread. */
  readonly mailboxes: readonly DocumentId[];
  /** Keys of the thread index that destroyed members left behind; they go with the thread. */
  readonly orphans: readonly Uint8Array[];
}

/** Bytes of a key of the thread index: a truncated hash. */
export const THREAD_KEY = 16;

const VERSION = 1;

export function encodeThread(thread: ThreadRecord): Uint8Array {
  const out = new ByteWriter(16 + thread.mailboxes.length * 4 + thread.orphans.length * THREAD_KEY);
  out.u8(VERSION).varint(thread.total).varint(thread.visible);
  out.varint(thread.mailboxes.length);
  for (const mailbox of thread.mailboxes) out.u32(mailbox);
  out.varint(thread.orphans.length);
  for (const key of thread.orphans) out.raw(key);
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeThread(row: Uint8Array): ThreadRecord {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`thread record of version ${version}`);
  const total = input.varint();
  const visible = input.varint();
  const mailboxes: DocumentId[] = [];
  for (let left = input.varint(); left > 0; left--) mailboxes.push(input.u32());
  const orphans: Uint8Array[] = [];
  for (let left = input.varint(); left > 0; left--) orphans.push(input.raw(THREAD_KEY));
  return { total, visible, mailboxes, orphans };
}

/** What one key of the thread index leads to. */
export interface ThreadIndexRow {
  /** Threads of which some member has, or had, the key; ascending. */
  readonly threads: readonly DocumentId[];
  /** Deliveries of messages whose own identifier the key is, for duplicate suppression; oldest first. */
  readonly arrivals: readonly Arrival[];
}

export interface Arrival {
  readonly email: DocumentId;
  /** Seconds since 1970. */
  readonly time: number;
  /** Beginning of the hash of what was received. */
  readonly mark: Uint8Array;
}

/** Bytes of an arrival's mark. */
export const ARRIVAL_MARK = 12;
const ARRIVAL = 8 + ARRIVAL_MARK;

/** Threads that one key leads to at most, and arrivals that are remembered under it. */
export const MAX_THREADS = 64;
export const MAX_ARRIVALS = 16;

export function encodeThreadIndex({ threads, arrivals }: ThreadIndexRow): Uint8Array {
  const row = new Uint8Array(3 + threads.length * 4 + arrivals.length * ARRIVAL);
  row[0] = VERSION;
  row[1] = threads.length;
  row[2] = arrivals.length;
  let at = 3;
  for (const thread of threads) {
    writeU32(row, at, thread);
    at += 4;
  }
  for (const { email, time, mark } of arrivals) {
    writeU32(row, at, email);
    writeU32(row, at + 4, time);
    row.set(mark, at + 8);
    at += ARRIVAL;
  }
  return row;
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeThreadIndex(row: Uint8Array): ThreadIndexRow {
  if (row[0] !== VERSION) throw new RangeError(`thread index record of version ${row[0] ?? 'none'}`);
  const [, threadCount = 0, arrivalCount = 0] = row;
  if (row.length < 3 + threadCount * 4 + arrivalCount * ARRIVAL)
    throw new RangeError('record is shorter than its fields');
  const threads: DocumentId[] = [];
  for (let i = 0; i < threadCount; i++) threads.push(readU32(row, 3 + i * 4));
  const arrivals: Arrival[] = [];
  for (let i = 0; i < arrivalCount; i++) {
    const at = 3 + threadCount * 4 + i * ARRIVAL;
    arrivals.push({
      email: readU32(row, at),
      time: readU32(row, at + 4),
      mark: row.subarray(at + 8, at + ARRIVAL),
    });
  }
  return { threads, arrivals };
}
