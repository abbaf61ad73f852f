// GETQUOTA and GETQUOTAROOT (RFC 9208): one root for each account. Limits are the administrator's: there is no SETQUOTA.
import { DataType } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import { requireMailbox, withInbox } from '../names.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import { no, Refusal } from '../reply.ts';
import type { UserSession } from '../session.ts';

/** Octets of a unit of STORAGE (RFC 9208 §5.1). */
const UNIT = 1024;

export const quotaOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'GETQUOTA',
    permission: 'imapStatus',
    parse: (cursor) => {
      cursor.space();
      return cursor.astring();
    },
    handle: async (session, root) => {
      if (root !== rootOf(session)) throw new Refusal(no('There is no such quota root.', 'NONEXISTENT'));
      await writeQuota(session);
      return done('That is the quota.');
    },
  }),
  signedIn({
    name: 'GETQUOTAROOT',
    permission: 'imapStatus',
    parse: (cursor) => {
      cursor.space();
      return cursor.astring();
    },
    handle: async (session, mailbox) => {
      const path = session.decodeName(mailbox);
      requireMailbox(await session.user.mail.view(), path, session.options.email().defaultFolders);
      session.untagged(`QUOTAROOT ${session.encodeName(withInbox(path))} "${rootOf(session)}"`);
      await writeQuota(session);
      return done('That is the quota.');
    },
  }),
];

const rootOf = ({ user }: UserSession): string => `#${encodeId(user.mail.account.id)}`;

async function writeQuota(session: UserSession): Promise<void> {
  const { user, options } = session;
  const { account } = user.mail;
  const [head, limits] = await Promise.all([account.head(), options.limitsOf?.(account.id)]);
  const resources: string[] = [];
  if (limits?.maxDiskQuota !== undefined) {
    resources.push(`STORAGE ${Math.ceil(head.usedBytes / UNIT)} ${Math.floor(limits.maxDiskQuota / UNIT)}`);
  }
  if (limits?.maxEmails !== undefined) {
    resources.push(`MESSAGE ${head.count(DataType.Email)} ${limits.maxEmails}`);
  }
  session.untagged(`QUOTA "${rootOf(session)}" (${resources.join(' ')})`);
}
