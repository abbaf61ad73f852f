// What the operations on one account share.
import type { Account, AccountWriter, DocumentId } from '../account/index.ts';
import { Edit } from './edit.ts';
import { KeywordEdit } from './keyword-edit.ts';
import type { MailLimits, MailSettings, MailView, OperationOptions, Outcome } from './types.ts';

export interface MailContext {
  readonly account: Account;
  readonly settings: () => MailSettings;
  /** The account's own limits. */
  readonly limits: () => Promise<MailLimits>;
  readonly view: () => Promise<MailView>;
  /** There is new work for the search index. */
  readonly wake: () => void;
}

/** E-mails that one write changes: as many as fit in a turn of the event loop. */
export const MAX_CHANGED = 128;
/** E-mails that one write destroys, which takes more. */
export const MAX_DESTROYED = 64;
/** Writes that may share a commit: together about the thousand documents that one commit changes at most. */
const MAX_TOGETHER = 8;

/** A write of the account with the edit and keywords that belong to it. `fn` may run again. */
export async function editAccount<T>(
  { account }: MailContext,
  options: OperationOptions | undefined,
  fn: (edit: Edit, keywords: KeywordEdit) => Promise<T>,
): Promise<T> {
  const write = async (w: AccountWriter): Promise<T> => {
    const edit = new Edit(w);
    const result = await fn(edit, new KeywordEdit(w));
    edit.finish();
    return result;
  };
  const origin = options?.origin;
  const { result } = await account.write(write, origin === undefined ? {} : { origin });
  return result;
}

/** A member of a mailbox as a view shows it. */
export interface Member {
  readonly id: DocumentId;
  readonly uid: number;
}

/**
 * Does a piece of the list at a time, several under way at once, in order. After a failure those under way are waited
 * for and no more begun; what was done is given to `done` all the same.
 */
export async function inPieces<T, R>(
  list: readonly T[],
  size: number,
  work: (piece: readonly T[]) => Promise<R>,
  done: (result: R) => void,
): Promise<void> {
  for (const group of pieces([...pieces(list, size)], MAX_TOGETHER)) {
    const settled = await Promise.allSettled(group.map(work));
    for (const one of settled) if (one.status === 'fulfilled') done(one.value);
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
  }
}

/** Outcomes of a piece; when its write failed as a whole, that is the outcome of each. */
export async function orErrors<T>(
  piece: readonly unknown[],
  outcomes: Promise<Outcome<T>[]>,
): Promise<Outcome<T>[]> {
  try {
    return await outcomes;
  } catch (error) {
    return piece.map(() => ({ error }));
  }
}

/** Pieces of a list of at most `size`. */
export function* pieces<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
