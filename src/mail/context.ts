// What the operations on one account share.
import type { Account, AccountWriter, DocumentId } from '../account/index.ts';
import { Edit } from './edit.ts';
import { KeywordEdit } from './keyword-edit.ts';
import type { MailLimits, MailSettings, MailView, OperationOptions } from './types.ts';

export interface MailContext {
  readonly account: Account;
  readonly settings: () => MailSettings;
  /** The account's own limits. */
  readonly limits: () => Promise<MailLimits>;
  readonly view: () => Promise<MailView>;
  /** There is new work for the search index. */
  readonly wake: () => void;
}

/** Documents that one commit changes at most. */
export const MAX_BATCH = 500;

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

/** Pieces of a list of at most `size`. */
export function* pieces<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
