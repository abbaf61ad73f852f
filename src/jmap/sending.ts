// What the methods around mail stand on beside mail itself; the composition root hands it in.
import type { Account, AccountId } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import type { IdentityOwner, SearchQuery, ShareChange, Snippet, SubmissionLimits } from '../mail/index.ts';
import type { Mta, Outbox } from '../mta/index.ts';
import type { MailServices } from './services.ts';

/** What sharing a mailbox takes. */
export interface SharingServices extends MailServices {
  accountOf(id: AccountId): Account;
  readonly principals: Principals;
  readonly maxShares: () => number;
  /** Tells those whose rights were changed. */
  notifyShares(token: AccessToken, account: AccountId, changes: readonly ShareChange[]): Promise<void>;
}

export interface SendingServices extends SharingServices {
  readonly mta: Mta;
  readonly outbox: Outbox;
  /** E-mails of an account that are these messages, for each hash. */
  emailsWith(account: AccountId, hashes: readonly Uint8Array[]): Promise<readonly (readonly number[])[]>;
  /** Whose identities an account's are. */
  identityOwner(account: AccountId): Promise<IdentityOwner>;
  maySendAs(token: AccessToken, address: string): Promise<boolean>;
  readonly maxIdentities: () => number | null;
  readonly submissionLimits: () => SubmissionLimits;
  /** Undefined where there is no text search. */
  readonly snippets:
    | ((
        account: AccountId,
        ids: readonly number[],
        queries: readonly SearchQuery[],
      ) => Promise<readonly (Snippet | undefined)[]>)
    | undefined;
}

/** An account as others may know it. */
export interface PrincipalRecord {
  readonly id: AccountId;
  readonly type: 'individual' | 'group';
  readonly name: string;
  readonly description: string | null;
  readonly email: string;
  readonly timeZone: string | null;
}

/** Who there is, as far as the caller's tenant goes. */
export interface Principals {
  /** Whether the caller may look for others at all. */
  isOpenTo(token: AccessToken): boolean;
  find(token: AccessToken, ids: readonly AccountId[]): Promise<(PrincipalRecord | undefined)[]>;
  /** Everybody; at most `limit`, undefined when there are more. */
  all(token: AccessToken, limit: number): Promise<readonly PrincipalRecord[] | undefined>;
  /** Changes what people say of themselves. Throws Invalid. */
  update(
    id: AccountId,
    change: { readonly description?: string | null; readonly timeZone?: string | null },
  ): Promise<void>;
}
