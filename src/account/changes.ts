// Reads the log of an account: whole records for caches, and one type's folded changes for `/changes` and sync
// reports (spec-mail-access §7.3, RFC 8620 §5.2).
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DataStore, type Key, keys, type Page } from '../store/index.ts';
import { foldEntries } from './fold.ts';
import { changeOfKey, decodeLogRecord, entriesOfType } from './log-record.ts';
import {
  type AccountId,
  Aspect,
  type ChangeId,
  type Changes,
  type DataType,
  type DocumentId,
  type Head,
  type LogEntry,
  type LogRecord,
  type StatePosition,
} from './types.ts';

/** Rows of the log read in one turn of the event loop. */
const PAGE = 500;

/**
 * Records after `since`, at most `limit`. Undefined when some of them are no longer there. Change ids have no
 * gaps above the horizon, so the rows themselves show whether one is missing.
 */
export async function readLog(
  store: DataStore,
  account: AccountId,
  since: ChangeId,
  limit: number,
): Promise<LogRecord[] | undefined> {
  const records: LogRecord[] = [];
  for await (const page of logPages(store, account, since, Number.MAX_SAFE_INTEGER - 1, limit)) {
    for (const [at, key] of page.keys.entries()) {
      const change = changeOfKey(key);
      if (change !== since + 1 + records.length) return undefined;
      records.push(decodeLogRecord(change, page.values[at] as Uint8Array));
    }
  }
  return records;
}

/** What a type went through since a state. `head` was read after the state was given out. */
export async function readChanges(
  store: DataStore,
  account: AccountId,
  head: Head,
  type: DataType,
  since: StatePosition,
  limit: number,
): Promise<Changes | undefined> {
  if (since.change > head.change || (since.offset > 0 && since.change === head.change)) return undefined;
  const state = head.state(type);
  if (state <= since.change) return { newState: { change: state, offset: 0 }, hasMore: false, entries: [] };
  if (since.change < head.horizon) return undefined;
  const folded = new FoldedPage(limit);
  let expected = since.change + 1;
  for await (const page of logPages(store, account, since.change, state)) {
    for (const [at, key] of page.keys.entries()) {
      const change = changeOfKey(key);
      // A row is missing: the log was shortened meanwhile.
      if (change !== expected) return undefined;
      expected++;
      const skip = change === since.change + 1 ? since.offset : 0;
      if (!folded.addRecord(change, page.values[at] as Uint8Array, type, skip)) return undefined;
    }
    if (folded.settled) break;
  }
  const { stop } = folded;
  if (!stop && expected <= state) return undefined;
  const newState = stop ?? { change: state, offset: 0 };
  return { newState, hasMore: stop !== undefined, entries: folded.entries() };
}

/** Entries of a page, one a document. */
class FoldedPage {
  readonly #limit: number;
  readonly #entries = new Map<DocumentId, LogEntry>();
  readonly #gone = new Set<DocumentId>();
  #stop: StatePosition | undefined;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Where the page ended, once it is full. */
  get stop(): StatePosition | undefined {
    return this.#stop;
  }

  /** Nothing that comes later can change the page. */
  get settled(): boolean {
    if (!this.#stop) return false;
    for (const entry of this.#entries.values()) if (entry.kind !== 'destroy') return false;
    return true;
  }

  /** Adds a record behind its first `skip` entries. False when it has not so many. */
  addRecord(change: ChangeId, value: Uint8Array, type: DataType, skip: number): boolean {
    const { count, entries, offsets } = entriesOfType(change, value, type, this.#stop && 'movesOnly');
    for (const [at, entry] of entries.entries()) {
      const offset = offsets[at] as number;
      if (offset < skip || (entry.aspects & Aspect.Hidden) !== 0) continue;
      if (!this.#stop && !this.#add(entry)) this.#stop = { change: change - 1, offset };
      if (this.#stop) this.#lookAhead(entry);
    }
    return skip <= count;
  }

  entries(): LogEntry[] {
    return [...this.#entries.values()].filter(({ id, kind }) => kind === 'destroy' || !this.#gone.has(id));
  }

  /** False when the page is full and the entry belongs to the next. */
  #add(entry: LogEntry): boolean {
    const earlier = this.#entries.get(entry.id);
    if (!earlier) {
      if (this.#entries.size >= this.#limit) return false;
      this.#entries.set(entry.id, entry);
      return true;
    }
    const both = foldEntries(earlier, entry);
    if (both) this.#entries.set(entry.id, both);
    else this.#entries.delete(entry.id);
    return true;
  }

  /**
   * An entry behind the page: what it destroys is not worth naming as created or updated, and a document that is
   * named must be there when it is asked for.
   */
  #lookAhead(entry: LogEntry): void {
    if (entry.kind === 'destroy' && this.#entries.has(entry.id)) this.#gone.add(entry.id);
    else if (entry.kind === 'create') this.#gone.delete(entry.id);
  }
}

/** Rows of the changes `since + 1` to `last`, at most `limit`. */
async function* logPages(
  store: DataStore,
  account: AccountId,
  since: ChangeId,
  last: ChangeId,
  limit = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Page> {
  const range = { from: keys.logKey(account, since + 1), to: keys.logKey(account, last + 1) };
  let left = limit;
  let more: Key | undefined;
  do {
    if (more) await nextTurn();
    const page: Page = await store.scan(range, { limit: Math.min(PAGE, left), ...(more && { after: more }) });
    yield page;
    left -= page.keys.length;
    more = page.next;
  } while (more && left > 0);
}
