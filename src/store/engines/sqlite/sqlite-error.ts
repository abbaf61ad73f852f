// Errors of SQLite in the words of the store, and how they cross a thread border.
import { LimitExceeded } from '../../../base/index.ts';
import { StoreCorrupt, StoreFull, StoreUnavailable } from '../../types.ts';

// https://sqlite.org/rescode.html: the low byte is the primary code
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** Primary result code; undefined for an error that is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** What to throw for an error of SQLite. Other errors stay as they are. */
export function sqliteError(error: unknown): Error {
  const code = resultCode(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const { message } = error as Error;
  if (code === FULL) return new StoreFull(`no room for the data store: ${message}`, { cause: error });
  if (code === CORRUPT || code === NOTADB)
    return new StoreCorrupt(`the data store is damaged: ${message}`, { cause: error });
  return new StoreUnavailable(message, { cause: error });
}

/** After these nothing can be said of what is on the disk: the process starts anew and recovers. */
export const isFatal = (error: unknown): boolean => {
  const code = resultCode(error);
  return code === IOERR || code === CORRUPT || code === NOTADB;
};

/** An error as a plain value. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  /** Of `LimitExceeded`. */
  readonly value?: number;
}

export function sendError(error: unknown): SentError {
  const known = sqliteError(error);
  const { name, message } = known;
  return known instanceof LimitExceeded ? { name, message, value: known.value } : { name, message };
}

export function receiveError(sent: SentError): Error {
  switch (sent.name) {
    case 'LimitExceeded':
      return new LimitExceeded('counter', sent.value ?? 0);
    case 'StoreFull':
      return new StoreFull(sent.message);
    case 'StoreCorrupt':
      return new StoreCorrupt(sent.message);
    case 'StoreUnavailable':
      return new StoreUnavailable(sent.message.replace('the data store is not available: ', ''));
    case 'RangeError':
      return new RangeError(sent.message);
    default:
      return new Error(`${sent.name}: ${sent.message}`);
  }
}
