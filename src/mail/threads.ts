// Which conversation a message belongs to (`spec-mail-access.md` §5.4): one of which some member has the same base
// subject and shares an identifier. Threads never merge and never change for a message. A key once indexed stays with
// the thread for as long as the thread lives, so that a message that joins writes only the keys that are new.
import type { DocumentId } from '../account/index.ts';
import { equalBytes, toHex } from '../base/index.ts';
import type { Edit } from './edit.ts';
import { threadIndexKey } from './records/rows.ts';
import {
  type Arrival,
  ARRIVAL_MARK,
  decodeThreadIndex,
  encodeThreadIndex,
  MAX_ARRIVALS,
  MAX_THREADS,
  type ThreadIndexRow,
} from './records/thread.ts';

const EMPTY: ThreadIndexRow = { threads: [], arrivals: [] };
/** Keys of destroyed members that a thread remembers. */
const MAX_ORPHANS = 512;

/** Rows of the thread index, in the order of the keys. */
export async function readThreadIndex({ w }: Edit, keys: readonly Uint8Array[]): Promise<ThreadIndexRow[]> {
  if (keys.length === 0) return [];
  const rows = await w.getMany(keys.map((key) => threadIndexKey(w.id, key)));
  return rows.map((row) => (row ? decodeThreadIndex(row) : EMPTY));
}

/** The largest thread that the rows lead to, among equals the oldest; a new one when there is none. Loads it. */
export async function placeInThread(edit: Edit, rows: readonly ThreadIndexRow[]): Promise<DocumentId> {
  const candidates = new Set<DocumentId>();
  for (const { threads } of rows) for (const thread of threads) candidates.add(thread);
  if (candidates.size === 0) return edit.newThread();
  await edit.loadThreads(candidates);
  let best = 0;
  let most = 0;
  for (const thread of candidates) {
    const total = edit.threadTotal(thread) ?? 0;
    if (total > most || (total === most && total > 0 && thread < best)) {
      best = thread;
      most = total;
    }
  }
  return most > 0 ? best : edit.newThread();
}

/** Lets the keys lead to the thread. `arrival` is remembered under the first key. */
export function indexThread(
  { w }: Edit,
  keys: readonly Uint8Array[],
  rows: readonly ThreadIndexRow[],
  thread: DocumentId,
  arrival?: Arrival,
): void {
  for (const [i, key] of keys.entries()) {
    const row = rows[i] ?? EMPTY;
    const remembered = i === 0 ? arrival : undefined;
    if (row.threads.includes(thread) && !remembered) continue;
    const threads = row.threads.includes(thread)
      ? row.threads
      : [...row.threads, thread].sort((a, b) => a - b).slice(-MAX_THREADS);
    const arrivals = remembered
      ? [...fresh(row.arrivals, remembered.time), remembered].slice(-MAX_ARRIVALS)
      : row.arrivals;
    w.set(threadIndexKey(w.id, key), encodeThreadIndex({ threads, arrivals }));
  }
}

/** The time in which the same bytes are taken for the same message, in seconds. */
const WINDOW = 7 * 24 * 3600;

const fresh = (arrivals: readonly Arrival[], time: number): Arrival[] =>
  arrivals.filter((arrival) => arrival.time > time - WINDOW);

export const arrivalOf = (email: DocumentId, ms: number, receivedHash: Uint8Array): Arrival => ({
  email,
  time: Math.floor(ms / 1000),
  mark: receivedHash.subarray(0, ARRIVAL_MARK),
});

/** E-mails that the same bytes arrived as within the window; newest first. They may be gone. */
export const earlierArrivals = (
  row: ThreadIndexRow | undefined,
  ms: number,
  receivedHash: Uint8Array,
): DocumentId[] =>
  fresh(row?.arrivals ?? [], Math.floor(ms / 1000))
    .filter(({ mark }) => equalBytes(mark, receivedHash.subarray(0, ARRIVAL_MARK)))
    .map(({ email }) => email)
    .reverse();

/** An e-mail that was destroyed, and its keys. */
interface Leaving {
  readonly thread: DocumentId;
  readonly keys: readonly Uint8Array[];
}

/** Takes the keys of threads out of the index that have lost their last member; others keep them for later. */
export async function unindexThreads(edit: Edit, leaving: readonly Leaving[]): Promise<void> {
  const byThread = new Map<DocumentId, Map<string, Uint8Array>>();
  for (const { thread, keys } of leaving) {
    let all = byThread.get(thread);
    if (!all) {
      all = new Map(edit.orphans(thread).map((key) => [toHex(key), key]));
      byThread.set(thread, all);
    }
    for (const key of keys) if (all.size < MAX_ORPHANS) all.set(toHex(key), key);
  }
  const doomed: { thread: DocumentId; key: Uint8Array }[] = [];
  for (const [thread, keys] of byThread) {
    if (edit.threadTotal(thread) === 0) for (const key of keys.values()) doomed.push({ thread, key });
    else edit.setOrphans(thread, [...keys.values()]);
  }
  const distinct = new Map(doomed.map(({ key }) => [toHex(key), key]));
  const keys = [...distinct.values()];
  const rows = await readThreadIndex(edit, keys);
  const { w } = edit;
  const dead = new Set(doomed.map(({ thread }) => thread));
  for (const [i, key] of keys.entries()) {
    const row = rows[i] ?? EMPTY;
    const threads = row.threads.filter((thread) => !dead.has(thread));
    if (threads.length === 0) w.delete(threadIndexKey(w.id, key));
    else if (threads.length < row.threads.length)
      w.set(threadIndexKey(w.id, key), encodeThreadIndex({ threads, arrivals: row.arrivals }));
  }
}
