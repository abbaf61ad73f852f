// What the mail methods stand on; the composition root hands it in.
import type { AccountId } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import type { Blobs } from './blobs.ts';
import type { MailAccount } from './mail-port.ts';
import type { ComposeLimits } from './email/compose.ts';
import type { JmapSettings } from './settings.ts';

export interface MailServices {
  /** The mail of an account: all of it for members, what is shared with the caller for others. */
  account(id: AccountId, caller: AccessToken): MailAccount;
  readonly blobs: Blobs;
  readonly settings: () => JmapSettings;
  readonly limits: () => ComposeLimits;
  /** Host of the Message-IDs that are made here. */
  readonly hostname: () => string;
}
