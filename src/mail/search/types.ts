// Text search of e-mail as the rest of the mail floor sees it.
import type { AccountId, DocumentId } from '../../account/index.ts';
import type { ColdRecord, SearchQuery } from '../types.ts';

/**
 * Searches the text of e-mails. Every document with a task row that was committed before the call is found: what
 * the index does not hold yet is indexed first. Failures are `Unavailable`.
 */
export interface MailSearch {
  /** E-mails whose field holds all words of the value (RFC 8621 §4.4.1); ids ascending. */
  search(account: AccountId, query: SearchQuery): Promise<readonly DocumentId[]>;
  /**
   * E-mails that may hold the value as a substring of `searchTexts`' field (RFC 9051 §6.4.4), a superset to be
   * verified by reading, ids ascending; undefined when the index cannot narrow it.
   */
  candidates(account: AccountId, query: SearchQuery): Promise<readonly DocumentId[] | undefined>;
  /**
   * Snippets of e-mails, in the order asked, undefined where there is none any more (RFC 8621 §5).
   * @param queries the conditions of the filter that are not under a NOT
   */
  snippets(
    account: AccountId,
    ids: readonly DocumentId[],
    queries: readonly SearchQuery[],
  ): Promise<readonly (Snippet | undefined)[]>;
  /** Says that task rows of the account were committed. Cheap; call it after the commit. */
  wake(account: AccountId): void;
  /** Indexes every e-mail of the account anew, in the background; queries meanwhile use what there is. */
  reindex(account: AccountId): Promise<void>;
  /** Forgets a deleted account. */
  removeAccount(account: AccountId): Promise<void>;
  close(): Promise<void>;
}

/** HTML of at most 255 octets with the hits in `<mark>`; null where nothing was hit. */
export interface Snippet {
  readonly subject: string | null;
  readonly preview: string | null;
}

/** Cold records of e-mails in the order asked; undefined where there is none any more. */
export type ReadColds = (
  account: AccountId,
  ids: readonly DocumentId[],
) => Promise<readonly (Pick<ColdRecord, 'hash' | 'message'> | undefined)[]>;
