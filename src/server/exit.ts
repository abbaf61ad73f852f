// How the process ends: exit statuses (sysexits) and the one sentence that goes with each.
import { WaypostError } from '../base/index.ts';
import { StoreCorrupt, StoreFull, StoreLocked, StoreVersion } from '../store/index.ts';

export const ExitStatus = {
  ok: 0,
  usage: 64,
  /** Something we need is away. */
  unavailable: 69,
  /** A newer layout, or a fault of our own. */
  software: 70,
  /** The folder cannot be written, or what is in it cannot be read. */
  io: 74,
  /** Another process holds the folder: try again later. */
  locked: 75,
  config: 78,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** Ends a start with a status and one plain sentence for the operator. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly status: ExitStatus;
  constructor(status: ExitStatus, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.status = status;
  }
}

/** What any error during the start means for the operator. */
export function startFailure(error: unknown): StartFailure {
  if (error instanceof StartFailure) return error;
  const failure = (status: ExitStatus, sentence: string) =>
    new StartFailure(status, sentence, { cause: error });
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreLocked) return failure(ExitStatus.locked, capital(said));
  if (error instanceof StoreVersion) return failure(ExitStatus.software, capital(said));
  if (error instanceof StoreFull || error instanceof StoreCorrupt)
    return failure(ExitStatus.io, capital(said));
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && (FOLDER_ERRORS.has(code) || (code === 'ENOENT' && syscall === 'mkdir'))) {
    return failure(ExitStatus.io, `The data folder cannot be used: ${said}.`);
  }
  if (error instanceof WaypostError && error.code === 'unavailable') {
    return failure(ExitStatus.unavailable, capital(said));
  }
  return failure(ExitStatus.software, `Waypost could not start: ${said}`);
}

const FOLDER_ERRORS = new Set(['EACCES', 'EEXIST', 'EIO', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

const capital = (text: string): string => {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
};
