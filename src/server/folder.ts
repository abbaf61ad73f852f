// The data folder: where things are in it, and how it is made.
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface DataFolder {
  readonly path: string;
  /** Process id, addresses, and the operator's socket. */
  readonly run: string;
  /** The full-text index. */
  readonly search: string;
}

export const dataFolder = (folder: string): DataFolder => ({
  path: folder,
  run: path.join(folder, 'run'),
  search: path.join(folder, 'search'),
});

/** Makes the folder and `run/`, for its owner only. Throws what the file system says. */
export function makeFolder({ path: folder, run }: DataFolder): void {
  makeMissing(folder);
  makeMissing(run);
  chmodSync(run, 0o700);
}

/** Not `recursive`: where a file system says of a new folder that it does not exist (`/proc`), that never ends. */
function makeMissing(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeMissing(parent);
  mkdirSync(folder, { mode: 0o700 });
}

/** File in `run/` that says where a server listens. */
export const addressesFile = ({ run }: DataFolder): string => path.join(run, 'addresses.json');

/** Replaces a file of `run/` as a whole: a reader sees the old or the new one. */
export function writeRunFile(file: string, value: unknown): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}

export const removeRunFile = (file: string): void => rmSync(file, { force: true });
