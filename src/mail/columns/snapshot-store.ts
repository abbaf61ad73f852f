// Writes column snapshots in the background, when an account has many e-mails and much has changed since the last one,
// and reads them at a cold start (architecture.md §6). Any thread may write one; each part says which one it belongs to.
import type { Account, AccountId, ChangeId } from '../../account/index.ts';
import {
  ByteReader,
  ByteWriter,
  concatBytes,
  emit,
  equalBytes,
  randomBytes,
  Slice,
} from '../../base/index.ts';
import type { DataStore } from '../../store/index.ts';
import '../events.ts';
import { columnsKey, MAX_SNAPSHOT_PARTS } from '../records/rows.ts';
import type { Columns } from './columns.ts';
import { decodeColumns, encodeColumns } from './snapshot.ts';

/** Below this many e-mails reading the records is quick enough. */
const MIN_EMAILS = 2000;
/** A part's bytes. */
const PART = 2 * 1024 * 1024;
const TAG = 8;
const VERSION = 1;

export class SnapshotStore {
  readonly #data: DataStore;
  /** Change of the snapshot that was read or written last. */
  readonly #written = new Map<AccountId, ChangeId>();
  /** What is still to be written, the latest of each account. */
  readonly #pending = new Map<AccountId, Columns>();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(data: DataStore) {
    this.#data = data;
  }

  /** The columns as they once were; undefined when there is nothing to read. */
  async load({ id }: Account): Promise<Columns | undefined> {
    const slice = new Slice();
    const first = await this.#data.get(columnsKey(id, 0));
    if (!first) return undefined;
    try {
      const head = readPart(first);
      const bodies = [head.body];
      for (let part = 1; part < head.parts; part++) {
        const row = await this.#data.get(columnsKey(id, part));
        const next = row && readPart(row);
        if (!next || !equalBytes(next.tag, head.tag)) return undefined;
        bodies.push(next.body);
        if (slice.due()) await slice.pause();
      }
      const columns = decodeColumns(concatBytes(...bodies));
      if (columns) this.#written.set(id, columns.change);
      return columns;
    } catch (error) {
      // Disposable: whatever is wrong with it, the records are there.
      emit('mail.snapshot-unreadable', { account: id, error }, 'warn');
      return undefined;
    }
  }

  /** Looks whether the columns of an account are worth a new snapshot. */
  moved({ id }: Account, columns: Columns): void {
    if (this.#closed || columns.count < MIN_EMAILS) return;
    const written = this.#written.get(id);
    if (written !== undefined && columns.change - written < MIN_EMAILS + columns.count / 4) return;
    this.#written.set(id, columns.change);
    this.#pending.set(id, columns);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    for (const [id, columns] of this.#pending) {
      this.#pending.delete(id);
      try {
        await this.#write(id, columns);
      } catch (error) {
        this.#written.delete(id);
        emit('mail.snapshot-failed', { account: id, error }, 'warn');
      }
    }
    this.#working = undefined;
  }

  async #write(id: AccountId, columns: Columns): Promise<void> {
    const slice = new Slice();
    const parts: Uint8Array[] = [];
    let body = new ByteWriter(PART + 64 * 1024);
    for (const piece of encodeColumns(columns)) {
      for (let at = 0; at < piece.length; ) {
        const some = piece.subarray(at, at + PART - body.length);
        body.raw(some);
        at += some.length;
        if (body.length < PART) continue;
        parts.push(body.finish());
        body = new ByteWriter(PART + 64 * 1024);
      }
      if (slice.due()) await slice.pause();
    }
    if (body.length > 0) parts.push(body.finish());
    if (parts.length > MAX_SNAPSHOT_PARTS) return;
    const tag = randomBytes(TAG);
    // The first part last: until then readers find the parts of two snapshots, and build anew.
    for (let part = parts.length - 1; part >= 0; part--) {
      const row = new ByteWriter(TAG + 16 + (parts[part] as Uint8Array).length);
      row
        .u8(VERSION)
        .varint(parts.length)
        .raw(tag)
        .raw(parts[part] as Uint8Array);
      await this.#data.commit(this.#data.newBatch().set(columnsKey(id, part), row.finish()));
    }
  }

  /** Drops what waits, and waits for what is being written. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pending.clear();
    await this.#working;
  }
}

function readPart(row: Uint8Array): { parts: number; tag: Uint8Array; body: Uint8Array } {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`snapshot part of version ${version}`);
  return { parts: input.varint(), tag: input.raw(TAG), body: input.raw(row.length - input.offset) };
}
