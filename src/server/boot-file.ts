// The boot file: the only settings outside the data store, in JSON. What is not honoured is refused by name and
// place, so that a typing mistake is never ignored.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ExitStatus, StartFailure } from './exit.ts';
import { jsonFault } from './json-fault.ts';

export interface BootFile {
  /** Absolute; undefined for the usual one. */
  readonly dataFolder?: string;
  /** 0 stands for one a core. */
  readonly workers?: number;
}

/**
 * Reads a boot file. A file that is not there is an empty one unless it was asked for by name.
 * @throws StartFailure (78) with file, line, column and reason.
 */
export function readBootFile(file: string, { required }: { readonly required: boolean }): BootFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return {};
    throw new StartFailure(ExitStatus.config, `The boot file cannot be read: ${message}.`, { cause: error });
  }
  return parseBootFile(text, file);
}

/** Writes a boot file whole or not at all, readable by its owner alone. Throws what the file system says. */
export function writeBootFile(file: string, dataStore: { readonly '@type': string }): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.new`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(dataStore, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  // The name is safe only when the folder is.
  const within = openSync(folder, 'r');
  try {
    fsyncSync(within);
  } finally {
    closeSync(within);
  }
}

/** The content of a boot file: either a data store alone (it has an `@type`), or an object of settings. */
export function parseBootFile(text: string, file: string): BootFile {
  const refuse = (at: number, reason: string): never => {
    const before = text.slice(0, at).split('\n');
    const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new StartFailure(ExitStatus.config, `${place}: ${reason}`);
  };
  const fault = jsonFault(text);
  if (fault) return refuse(fault.at, `this is not JSON: ${fault.reason}.`);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(0, 'the boot file must hold an object.');
  }
  const place = (key: string) => Math.max(0, text.indexOf(JSON.stringify(key)));
  const settings = '@type' in value ? { dataStore: value } : (value as Record<string, unknown>);
  let boot: BootFile = {};
  for (const [key, setting] of Object.entries(settings)) {
    if (key === 'dataStore') checkDataStore(setting, (name, reason) => refuse(place(name), reason));
    else if (key === 'dataFolder') {
      if (typeof setting !== 'string' || setting === '')
        return refuse(place(key), 'dataFolder must be a path.');
      boot = { ...boot, dataFolder: path.resolve(path.dirname(file), setting) };
    } else if (key === 'workers') {
      const fine = Number.isInteger(setting) && (setting as number) >= 0 && (setting as number) <= 256;
      if (!fine) return refuse(place(key), 'workers must be a number from 0 to 256.');
      boot = { ...boot, workers: setting as number };
    } else {
      return refuse(place(key), `there is no setting "${key}"; there are dataStore, dataFolder and workers.`);
    }
  }
  return boot;
}

/** The embedded engine is the only one there is; it has nothing to set. */
function checkDataStore(value: unknown, refuse: (key: string, reason: string) => never): void {
  if (typeof value !== 'object' || value === null) return refuse('dataStore', 'dataStore must be an object.');
  const { '@type': type, ...rest } = value as Record<string, unknown>;
  if (type !== 'Sqlite' && type !== 'RocksDb') {
    return refuse('@type', `the data store ${JSON.stringify(type)} is not available; use "Sqlite".`);
  }
  const [other] = Object.keys(rest);
  if (other !== undefined) refuse(other, `the embedded data store has no setting "${other}".`);
}
