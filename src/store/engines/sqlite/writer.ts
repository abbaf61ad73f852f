// The one writer: applies groups of batches in one transaction and makes them durable with one sync. Runs in the
// writer thread; synchronous throughout.
import { closeSync, fsyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { apply, check } from '../../apply.ts';
import { BatchReader } from '../../batch.ts';
import { errorCode } from '../../file-error.ts';
import { StoreUnavailable } from '../../types.ts';
import { openForWriting, PAGE, pragma, type WriterSettings } from './layout.ts';
import { WriterRows } from './rows.ts';
import { Stamps } from './stamps.ts';
import { isFatal, sendError, type SentError } from './sqlite-error.ts';

/** What became of a batch; undefined: applied and durable. */
export type Outcome = { readonly conflict: Uint8Array } | { readonly error: SentError } | undefined;

export interface LogSettings {
  /** The log is written back and begun anew past this size; it is made that long at the start. */
  readonly logBytes: number;
  /** Past this size nothing is committed until the log can be begun anew. */
  readonly ceilingBytes: number;
}

export interface WriterOptions extends WriterSettings, LogSettings {
  readonly file: string;
  /** What `Stamps` of all threads look at. */
  readonly stamps: SharedArrayBuffer;
  /** Names of blob files that turned out to be superfluous, once that is durable. */
  readonly onUnused: (name: string) => void;
}

/** Thrown when the file can no longer be trusted: the process must end. */
export class WriterFailed extends Error {
  override readonly name = 'WriterFailed';
}

/** The log is looked at whenever about so many bytes were added. */
const LOOK_BYTES = 2 * 1024 * 1024;

/** Pages that a batch changes beside its own bytes: what one usually touches, to estimate the log. */
const PAGES_A_BATCH = 6;

/** Pages given back at once: some milliseconds of work. */
const SHRINK_PAGES = 1024;

/** How long a group waits for readers once the log has reached its ceiling. */
const CEILING_WAIT_MS = 5000;

export class Writer {
  readonly #options: WriterOptions;
  readonly #db: DatabaseSync;
  readonly #rows: WriterRows;
  readonly #stamps: Stamps;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  #unused: string[] = [];
  /** Bytes that were added to the log since it was looked at, by estimate. */
  #added = 0;
  #logBytes = 0;
  #nextRestart: number;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#nextRestart = options.logBytes;
    this.#db = openForWriting(options.file, options);
    this.#rows = new WriterRows(this.#db);
    this.#stamps = new Stamps(options.stamps);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#rollback = this.#db.prepare('ROLLBACK');
    lengthenLog(`${options.file}-wal`, options.logBytes);
  }

  /**
   * Applies the batches whose conditions hold, in their order, in one transaction. Returns when it is durable.
   * @throws WriterFailed
   */
  commit(batches: readonly ArrayBuffer[]): Outcome[] {
    if (this.#logBytes > this.#options.ceilingBytes && !this.#restartLog(CEILING_WAIT_MS)) {
      const error = sendError(new StoreUnavailable('its log is full, and a reader holds it'));
      return batches.map(() => ({ error }));
    }
    const outcomes = this.#together(batches) ?? batches.map((batch) => this.#alone(batch));
    for (const name of this.#unused) this.#options.onUnused(name);
    this.#unused = [];
    for (const batch of batches) this.#added += batch.byteLength + PAGES_A_BATCH * PAGE;
    return outcomes;
  }

  /** Keeps the log short; to be called between groups, when their callers are answered. */
  tend(): void {
    if (this.#added < LOOK_BYTES) return;
    this.#look();
    if (this.#logBytes < this.#nextRestart) return;
    if (this.#restartLog(50)) this.#shrink();
    else this.#nextRestart = this.#logBytes + this.#options.logBytes / 4;
  }

  close(): void {
    this.#db.close();
  }

  /** Undefined when a batch failed in the middle: then nothing was applied. */
  #together(batches: readonly ArrayBuffer[]): Outcome[] | undefined {
    const outcomes: Outcome[] = [];
    try {
      this.#begin.run();
      for (const batch of batches) outcomes.push(this.#apply(new BatchReader(batch)));
      this.#makeDurable();
      return outcomes;
    } catch (error) {
      this.#undo(error);
      return undefined;
    }
  }

  #alone(batch: ArrayBuffer): Outcome {
    try {
      this.#begin.run();
      const outcome = this.#apply(new BatchReader(batch));
      this.#makeDurable();
      return outcome;
    } catch (error) {
      this.#undo(error);
      return { error: sendError(error) };
    }
  }

  #makeDurable(): void {
    this.#moveStamps();
    this.#commit.run();
    this.#moveStamps();
    this.#rows.touched.length = 0;
    this.#rows.deletedHeads = false;
  }

  #moveStamps(): void {
    if (this.#rows.deletedHeads) this.#stamps.moveAll();
    else this.#stamps.move(this.#rows.touched);
  }

  #apply(batch: BatchReader): Outcome {
    let conflict: Uint8Array | undefined;
    try {
      conflict = check(batch, this.#rows);
    } catch (error) {
      // a bound or a malformed counter: nothing was changed yet
      if (isFatal(error)) throw error;
      return { error: sendError(error) };
    }
    // a copy: the view would carry the whole batch back
    if (conflict) return { conflict: conflict.slice() };
    apply(batch, this.#rows, (name) => this.#unused.push(name));
    return undefined;
  }

  #undo(error: unknown): void {
    this.#unused = [];
    this.#rows.touched.length = 0;
    this.#rows.deletedHeads = false;
    if (isFatal(error)) throw new WriterFailed('the data store failed', { cause: error });
    if (this.#db.isTransaction) this.#rollback.run();
  }

  /** Gives pages back to the system, a few at a time, when a good part of the file is free. */
  #shrink(): void {
    const free = pragma(this.#db, 'freelist_count');
    if (free < SHRINK_PAGES * 2 || free * 4 < pragma(this.#db, 'page_count')) return;
    this.#db.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
  }

  #look(): void {
    this.#added = 0;
    // NOOP writes nothing back: [busy, pages in the log, pages written back]
    this.#logBytes = logPages(this.#db, 'NOOP') * PAGE;
  }

  /** Writes the log back into the file and begins it anew; false when a reader is in the way. */
  #restartLog(waitMs: number): boolean {
    this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    const left = logPages(this.#db, 'RESTART');
    this.#look();
    if (left < 0) return false;
    this.#logBytes = 0;
    this.#nextRestart = this.#options.logBytes;
    return true;
  }
}

/** Pages in the log, or -1 when the checkpoint was held up. */
function logPages(db: DatabaseSync, mode: 'NOOP' | 'RESTART'): number {
  const row = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  return mode === 'RESTART' && row?.['busy'] !== 0 ? -1 : Number(row?.['log'] ?? 0);
}

/**
 * Writes zeros behind the log until it has its usual length: a sync after writing within a file costs a tenth of
 * a sync after making it longer. SQLite takes zeros for the end of the log. Appending never meets its own writes.
 */
function lengthenLog(file: string, length: number): void {
  const handle = openSync(file, 'a');
  const before = fstatSync(handle).size;
  try {
    const zeros = Buffer.alloc(Math.min(length, 1 << 20));
    for (let left = length - before; left > 0; )
      left -= writeSync(handle, zeros, 0, Math.min(left, zeros.length));
    fsyncSync(handle);
  } catch (error) {
    // it only makes commits faster: what room is left belongs to them
    if (errorCode(error) !== 'ENOSPC') throw error;
    ftruncateSync(handle, before);
  } finally {
    closeSync(handle);
  }
}
