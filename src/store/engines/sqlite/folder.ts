// The data folder of the embedded engine: made for us alone, worked on by one process, and swept at the start
// (spec-platform.md §1.3).
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { now } from '../../../base/index.ts';
import { fileError } from '../../file-error.ts';
import { StoreLocked } from '../../types.ts';
import { resultCode, sqliteError } from './sqlite-error.ts';

const BUSY = 5;

export interface Folders {
  /** The file of the data store. */
  readonly file: string;
  readonly blobs: string;
  readonly spool: string;
}

export interface FolderLock {
  release(): void;
}

export const foldersOf = (folder: string): Folders => ({
  file: path.join(folder, 'data', 'store.db'),
  blobs: path.join(folder, 'blobs'),
  spool: path.join(folder, 'spool'),
});

/**
 * Makes the folder (mode 0700) and takes its lock, which the kernel frees when the process dies.
 * @throws StoreLocked, StoreUnavailable
 */
export function takeFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of ['data', 'blobs', 'run'])
      mkdirSync(path.join(folder, name), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error);
  }
  const lock = lockFolder(folder);
  try {
    // nothing in them was ever acknowledged
    for (const name of ['spool', 'tmp']) {
      rmSync(path.join(folder, name), { recursive: true, force: true });
      mkdirSync(path.join(folder, name), { mode: 0o700 });
    }
    writeHolder(folder);
  } catch (error) {
    lock.close();
    throw fileError(error);
  }
  return {
    release: () => {
      rmSync(holderFile(folder), { force: true });
      lock.close();
    },
  };
}

function lockFolder(folder: string): DatabaseSync {
  const file = path.join(folder, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(file, 0o600);
    return lock;
  } catch (error) {
    lock?.close();
    if (resultCode(error) === BUSY) throw new StoreLocked(folder, holderOf(folder));
    throw sqliteError(error);
  }
}

const holderFile = (folder: string): string => path.join(folder, 'run', 'process.json');

function writeHolder(folder: string): void {
  const file = holderFile(folder);
  const holder = { pid: process.pid, host: hostname(), started: new Date(now()).toISOString() };
  writeFileSync(`${file}.new`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Who holds the lock, for people; undefined when that cannot be told. */
function holderOf(folder: string): string | undefined {
  try {
    const holder = JSON.parse(readFileSync(holderFile(folder), 'utf8')) as Record<string, unknown>;
    return `process ${String(holder['pid'])} on ${String(holder['host'])} since ${String(holder['started'])}`;
  } catch {
    return undefined;
  }
}
