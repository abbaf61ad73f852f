// What this face asks of the mail floor: its own view of the floor's types, so that what answers here need offer no
// more than JMAP reads.
import type * as floor from '../mail/index.ts';

export type { AppendInput, EmailChange, MailboxCreate, MailboxUpdate } from '../mail/index.ts';
export type { Outcome } from '../mail/index.ts';

export type MailboxInfo = Omit<floor.MailboxInfo, 'uidValidity' | 'uidNext' | 'highestModseq'>;
export type ColdRecord = Pick<floor.ColdRecord, 'hash' | 'size' | 'message' | 'preview' | 'hasAttachment'>;
export type Appended = Omit<floor.Appended, 'uids'>;

/** One moment of an account, in memory, as JMAP sees it. */
export interface MailView extends Omit<floor.JmapView, 'mailboxes'> {
  readonly mailboxes: ReadonlyMap<floor.MailboxInfo['id'], MailboxInfo>;
  /** Thread of an e-mail that is in the account, also where the caller does not see it; absent for members. */
  threadOf?(id: number): number | undefined;
  /** The caller's rights on mailboxes, as bits of `Right`; absent for members, who have all. */
  readonly rights?: ReadonlyMap<floor.MailboxInfo['id'], number>;
}

export interface MailAccount
  extends Pick<
    floor.MailAccount,
    | 'account'
    | 'createMailbox'
    | 'updateMailboxes'
    | 'destroyMailbox'
    | 'updateEmails'
    | 'destroyEmails'
    | 'search'
  > {
  view(): Promise<MailView>;
  /** What the caller may see and when that changed last; absent for members, who see all. */
  readonly rights?: () => Promise<floor.SharedRights>;
  append(messages: readonly floor.AppendInput[]): Promise<floor.Outcome<Appended>[]>;
  cold(ids: Parameters<floor.MailAccount['cold']>[0]): Promise<(ColdRecord | undefined)[]>;
}

/** An account of which some mailboxes are shared with the caller. */
export const sharedJmapAccount = (account: floor.SharedAccount): MailAccount => account;

/** An account of the mail floor without the e-mails that JMAP does not see: those that are `\Deleted` everywhere. */
export function jmapAccount(account: floor.MailAccount): MailAccount {
  return { ...account, view: async () => (await account.view()).visible() };
}
