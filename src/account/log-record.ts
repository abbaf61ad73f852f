// The record of one change in the log of an account: which documents it created, updated and destroyed
// (spec-mail-access §7.1). The change id is in the key.
import { ByteReader, ByteWriter, MAX_SAFE, readU53 } from '../base/index.ts';
import { type Key, StoreCorrupt } from '../store/index.ts';
import { type ChangeId, type ChangeKind, type DataType, type LogEntry, type LogRecord } from './types.ts';

const VERSION = 1;
const DELIVERY = 1;
/** Bit of an entry whose containers stayed as they were: they are written once. */
const SAME_CONTAINERS = 4;
const KINDS: readonly ChangeKind[] = ['create', 'update', 'destroy'];

/** Change id of a log key (`keys.logKey`). */
export const changeOfKey = (key: Key): ChangeId => readU53(key, 5);

/**
 * Version, flags, the types named and the types with an entry that brings or takes a document as bit masks, time,
 * origin, number of entries, entries. What later versions add stands behind.
 */
export function encodeLogRecord(record: Omit<LogRecord, 'change'>): Uint8Array {
  let touched = 0;
  let moved = 0;
  for (const entry of record.entries) {
    touched |= bit(entry.type);
    if (entry.kind !== 'update') moved |= bit(entry.type);
  }
  const out = new ByteWriter(32 + record.entries.length * 12)
    .u8(VERSION)
    .u8(record.delivery ? DELIVERY : 0)
    .varint(touched >>> 0)
    .varint(moved >>> 0)
    .varint(record.time)
    .text(record.origin)
    .varint(record.entries.length);
  for (const entry of record.entries) writeEntry(out, entry);
  return out.copy();
}

export function decodeLogRecord(change: ChangeId, bytes: Uint8Array): LogRecord {
  return reading(change, () => {
    const from = new ByteReader(bytes);
    const head = readStart(from);
    const entries: LogEntry[] = [];
    for (let left = head.count; left > 0; left--) entries.push(readEntry(from));
    const { time, origin, delivery } = head;
    return { change, time, origin, delivery, entries };
  });
}

/** Milliseconds since 1970 of a record. */
export const timeOfRecord = (change: ChangeId, bytes: Uint8Array): number =>
  reading(change, () => readStart(new ByteReader(bytes)).time);

/** The entries of one type with their place among all entries of the record. */
export interface TypeEntries {
  /** Entries of all types. */
  readonly count: number;
  readonly entries: readonly LogEntry[];
  readonly offsets: readonly number[];
}

/** Reads the entries of one type; with `movesOnly`, nothing of a record that has no others than updates of it. */
export function entriesOfType(
  change: ChangeId,
  bytes: Uint8Array,
  type: DataType,
  movesOnly?: 'movesOnly',
): TypeEntries {
  // hot: per row of a scan over the log
  return reading(change, () => {
    const from = new ByteReader(bytes);
    const { touched, moved, count } = readStart(from);
    const entries: LogEntry[] = [];
    const offsets: number[] = [];
    if (((movesOnly ? moved : touched) & bit(type)) === 0) return { count, entries, offsets };
    for (let offset = 0; offset < count; offset++) {
      const entry = readEntry(from);
      if (entry.type !== type) continue;
      entries.push(entry);
      offsets.push(offset);
    }
    return { count, entries, offsets };
  });
}

const bit = (type: number): number => 2 ** type;

interface Start {
  readonly touched: number;
  readonly moved: number;
  readonly time: number;
  readonly origin: string;
  readonly delivery: boolean;
  readonly count: number;
}

function readStart(from: ByteReader): Start {
  const version = from.u8();
  if (version !== VERSION) throw new RangeError(`unknown version ${version}`);
  const flags = from.u8();
  return {
    touched: integer(from),
    moved: integer(from),
    time: integer(from),
    origin: from.text(),
    delivery: (flags & DELIVERY) !== 0,
    count: integer(from),
  };
}

function writeEntry(out: ByteWriter, entry: LogEntry): void {
  const { before, after } = entry;
  const same = before.length === after.length && before.every((id, at) => id === after[at]);
  out
    .u8(entry.type)
    .u8(KINDS.indexOf(entry.kind) | (same ? SAME_CONTAINERS : 0))
    .varint(entry.id)
    .varint(entry.aspects);
  writeIds(out, before);
  if (!same) writeIds(out, after);
}

function readEntry(from: ByteReader): LogEntry {
  const type = from.u8() as DataType;
  const flags = from.u8();
  const kind = KINDS[flags & 3];
  if (!kind) throw new RangeError('unknown kind of change');
  const id = integer(from);
  const aspects = integer(from);
  const before = readIds(from);
  return { type, id, kind, aspects, before, after: flags & SAME_CONTAINERS ? before : readIds(from) };
}

function writeIds(out: ByteWriter, ids: readonly number[]): void {
  out.varint(ids.length);
  for (const id of ids) out.varint(id);
}

const NONE: readonly number[] = [];

function readIds(from: ByteReader): readonly number[] {
  const length = integer(from);
  if (length === 0) return NONE;
  const ids: number[] = [];
  for (let left = length; left > 0; left--) ids.push(integer(from));
  return ids;
}

/** A varint that is exact: damaged bytes may hold any number. */
function integer(from: ByteReader): number {
  const value = from.varint();
  if (value > MAX_SAFE) throw new RangeError('number out of range');
  return value;
}

function reading<T>(change: ChangeId, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new StoreCorrupt(`log record ${change} cannot be read: ${String(error)}`, { cause: error });
  }
}
