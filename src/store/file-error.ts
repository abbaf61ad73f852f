// Errors of the file system in the words of the store.
import { WaypostError } from '../base/index.ts';
import { StoreFull, StoreUnavailable } from './types.ts';

/** System error code of an unknown error; undefined when it has none. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** What to throw for an error of the file system. Our own errors stay as they are. */
export function fileError(error: unknown): Error {
  if (error instanceof WaypostError) return error;
  const code = errorCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StoreFull(`no room on the disk: ${detail}`, { cause: error });
  if (code === undefined && error instanceof Error) return error;
  return new StoreUnavailable(detail, { cause: error });
}
