// What can go wrong with the search index, as others see it.
import { type ErrorCode, Unavailable, WaypostError } from '../../base/index.ts';

/** The engine is away, full or broken: text cannot be searched now. */
export class SearchUnavailable extends Unavailable {
  override readonly name = 'SearchUnavailable';
  constructor(detail: string, options?: ErrorOptions) {
    super('the search index', 1000, options);
    this.message = `the search index is not available: ${detail}`;
  }
}

/** The engine is well, but cannot do this. */
export class SearchRefused extends WaypostError {
  override readonly name = 'SearchRefused';
  readonly code: ErrorCode = 'invalid';
}

/** SQLite's result codes of a call that would be refused again: SQLITE_ERROR, _TOOBIG, _MISMATCH, _RANGE. */
const REFUSALS = new Set([1, 18, 20, 25]);

/** Runs calls of the database and sorts its errors. */
export function fromDatabase<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof WaypostError) throw error;
    const { message, errcode, syscall } = error as { message: string; errcode?: number; syscall?: string };
    if (syscall !== undefined || (errcode !== undefined && !REFUSALS.has(errcode & 0xff)))
      throw new SearchUnavailable(message, { cause: error });
    throw new SearchRefused(message, { cause: error });
  }
}
