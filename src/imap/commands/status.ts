// STATUS (RFC 9051 §6.3.11; STATUS=SIZE RFC 8438, HIGHESTMODSEQ RFC 7162, MAILBOXID RFC 8474, APPENDLIMIT RFC 7889).
import { encodeId } from '../../base/index.ts';
import { parseStatusItems, type StatusItem } from '../../formats/imap/index.ts';
import { type NamedMailbox, requireMailbox, withInbox } from '../names.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import { lowerBound } from '../selected.ts';
import type { MailView } from '../../mail/index.ts';
import type { UserSession } from '../session.ts';

export const statusOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'STATUS',
    permission: 'imapStatus',
    parse: (cursor) => {
      cursor.space();
      const mailbox = cursor.astring();
      cursor.space();
      return { mailbox, items: parseStatusItems(cursor) };
    },
    handle: async (session, { mailbox, items }) => {
      const path = session.decodeName(mailbox);
      const view = await session.user.mail.view();
      const named = requireMailbox(view, path, session.options.email().defaultFolders);
      await writeStatus(session, view, { ...named, path: withInbox(path) }, items);
      return done('That is how it stands.');
    },
  }),
];

/** Writes STATUS of a mailbox of the view. */
export async function writeStatus(
  session: UserSession,
  view: MailView,
  { path, mailbox }: NamedMailbox,
  items: readonly StatusItem[],
): Promise<void> {
  const { user, face, options } = session;
  const members = view.members(mailbox.id);
  if (members === undefined) return;
  // RFC 7162 §3.1.1: asking for it switches CONDSTORE on.
  if (items.includes('HIGHESTMODSEQ')) session.useCondstore();
  const counts = () => face.counts.of(user.mail.account.id, view, members);
  const values: string[] = [];
  for (const item of items) {
    switch (item) {
      case 'MESSAGES':
        values.push(`MESSAGES ${members.count}`);
        break;
      case 'UIDNEXT':
        values.push(`UIDNEXT ${mailbox.uidNext}`);
        break;
      case 'UIDVALIDITY':
        values.push(`UIDVALIDITY ${mailbox.uidValidity}`);
        break;
      case 'UNSEEN':
        values.push(`UNSEEN ${counts().unseen}`);
        break;
      case 'DELETED':
        values.push(`DELETED ${counts().deleted}`);
        break;
      case 'SIZE':
        values.push(`SIZE ${counts().size}`);
        break;
      case 'DELETED-STORAGE':
        values.push(`DELETED-STORAGE ${counts().deletedSize}`);
        break;
      case 'RECENT': {
        const from = await user.mail.recentFrom(mailbox.id, { claim: false });
        values.push(`RECENT ${members.count - lowerBound(members.uids, from, members.count)}`);
        break;
      }
      case 'HIGHESTMODSEQ':
        values.push(`HIGHESTMODSEQ ${mailbox.highestModseq}`);
        break;
      case 'MAILBOXID':
        values.push(`MAILBOXID (${encodeId(mailbox.id)})`);
        break;
      case 'APPENDLIMIT':
        values.push(`APPENDLIMIT ${options.email().maxMessageSize}`);
        break;
    }
  }
  session.untagged(`STATUS ${session.encodeName(path)} (${values.join(' ')})`);
}
