// The file of the embedded engine: its tables, its settings and what its version means.
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Subspace } from '../../keys.ts';
import { type Key, StoreCorrupt, StoreVersion } from '../../types.ts';
import { sqliteError } from './sqlite-error.ts';

/** Layout that this program reads and writes. */
export const LAYOUT = 1;

/** "WPst" in the file header: another program's file is never taken for ours. */
const APPLICATION = 0x57507374;

/** Small pages: a delivery changes some ten leaves, and each is logged whole. */
export const PAGE = 4096;

/**
 * A table and the subspaces in it. Hot rows live in the leaves of the key's own tree. Cold rows and blobs are
 * appended to a tree by row number, so that a large value is written once and never moved.
 */
export interface Table {
  readonly name: 'hot' | 'cold' | 'blob';
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const HOT: Table = { name: 'hot', from: 0, to: 0x40 };
const COLD: Table = { name: 'cold', from: 0x40, to: Subspace.Blob };
const BLOB: Table = { name: 'blob', from: Subspace.Blob, to: 0x100 };

/** In the order of their keys. */
export const TABLES: readonly Table[] = [HOT, COLD, BLOB];

export const tableIndex = (key: Key): 0 | 1 | 2 => {
  const first = key[0] as number;
  return first < COLD.from ? 0 : first < BLOB.from ? 1 : 2;
};

/** Part of a range that lies in a table; undefined when none does. */
export function partIn(table: Table, from: Key, to: Key): { from: Key; to: Key } | undefined {
  const first = from[0] as number;
  const last = to[0] as number;
  if (first >= table.to || last < table.from) return undefined;
  const start = first < table.from ? Uint8Array.of(table.from) : from;
  const end = last >= table.to && table.to < 0x100 ? Uint8Array.of(table.to) : to;
  return { from: start, to: end };
}

export interface WriterSettings {
  /** Page cache in bytes. */
  readonly cacheBytes: number;
  /** Most pages of the file: stands for a disk that is full. */
  readonly maxPages?: number;
}

/** Opens the file for writing and makes it when it is missing. @throws StoreVersion, StoreCorrupt, StoreUnavailable */
export function openForWriting(file: string, settings: WriterSettings): DatabaseSync {
  const isNew = !existsSync(file) || statSync(file).size === 0;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 100 });
    if (isNew) db.exec(`PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = INCREMENTAL`);
    else checkVersion(file, db);
    db.exec(
      `PRAGMA journal_mode = WAL;
       PRAGMA synchronous = FULL;
       PRAGMA fullfsync = ON;
       PRAGMA wal_autocheckpoint = 0;
       PRAGMA temp_store = MEMORY;
       PRAGMA cache_size = ${-Math.ceil(settings.cacheBytes / 1024)}`,
    );
    if (settings.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${settings.maxPages}`);
    db.exec(
      `BEGIN IMMEDIATE;
       CREATE TABLE IF NOT EXISTS hot (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS cold (k BLOB PRIMARY KEY, v BLOB NOT NULL);
       CREATE TABLE IF NOT EXISTS blob (k BLOB PRIMARY KEY, v BLOB NOT NULL);
       PRAGMA application_id = ${APPLICATION};
       PRAGMA user_version = ${LAYOUT};
       COMMIT`,
    );
    return db;
  } catch (error) {
    db?.close();
    throw sqliteError(error);
  }
}

/** Opens the file for reading; the writer has it open. */
export function openForReading(file: string, mapBytes: number): DatabaseSync {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    db.exec(`PRAGMA mmap_size = ${mapBytes}; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY`);
    return db;
  } catch (error) {
    throw sqliteError(error);
  }
}

function checkVersion(file: string, db: DatabaseSync): void {
  const application = pragma(db, 'application_id');
  const version = pragma(db, 'user_version');
  // a file whose first transaction never came
  if (application === 0 && version === 0 && pragma(db, 'page_count') <= 1) return;
  if (application !== APPLICATION) throw new StoreCorrupt(`${file} is not a data store of this program`);
  if (version !== LAYOUT) throw new StoreVersion(version, LAYOUT);
}

/** Value of a setting that is a number. */
export function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row ? Object.values(row)[0] : 0);
}
