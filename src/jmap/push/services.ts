// What the push service stands on; the composition root hands it in.
import type { Account, AccountId } from '../../account/index.ts';
import type { AccessToken, CredentialTicket } from '../../access/index.ts';
import type { Bus } from '../../store/index.ts';
import type { FeedSources } from '../state-feed.ts';
import type { EmailPushServices } from './email-push.ts';
import type { SenderOptions } from './sender.ts';

export interface PushServices extends FeedSources, SenderOptions, EmailPushServices {
  readonly accounts: { get(id: AccountId): Account };
  readonly bus: Bus;
  /** The token of the credential that a subscription was made with; undefined when it is good no more. */
  redeem(account: AccountId, ticket: CredentialTicket): Promise<AccessToken | undefined>;
  /** All accounts, in portions. */
  readonly allAccounts: () => AsyncIterable<readonly AccountId[]>;
}
