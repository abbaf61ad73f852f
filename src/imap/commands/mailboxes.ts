// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8, CREATE-SPECIAL-USE RFC 6154).
import type { DocumentId } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import { type Cursor, parseCreateArguments, SEPARATOR } from '../../formats/imap/index.ts';
import type { MailView } from '../../mail/index.ts';
import { levelsOf, MailboxNames, requireMailbox } from '../names.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import { no, Refusal } from '../reply.ts';
import type { UserSession } from '../session.ts';
import { roleOf } from '../special-use.ts';

export const mailboxOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'CREATE',
    permission: 'imapCreate',
    parse: (cursor) => {
      cursor.space();
      return parseCreateArguments(cursor);
    },
    handle: async (session, { mailbox, use }) => {
      const path = session.decodeName(mailbox);
      const view = await session.user.mail.view();
      const role = wantedRole(view, use);
      const levels = levelsOf(path);
      requireFree(session, view, levels.join(SEPARATOR));
      const id = await make(session, view, levels, role);
      return done('Created.', `MAILBOXID (${encodeId(id)})`);
    },
  }),
  signedIn({
    name: 'DELETE',
    permission: 'imapDelete',
    parse: parseName,
    handle: async (session, name) => {
      const { user, origin } = session;
      const named = existing(await user.mail.view(), session.decodeName(name));
      if (named.mailbox.role === 'inbox') throw new Refusal(no('INBOX cannot be deleted.', 'CANNOT'));
      if (named.hasChildren) throw new Refusal(no('It has mailboxes below it.', 'HASCHILDREN'));
      await user.mail.destroyMailbox(named.mailbox.id, { removeEmails: true, origin });
      return done('Deleted.');
    },
  }),
  signedIn({
    name: 'RENAME',
    permission: 'imapRename',
    parse: (cursor) => {
      cursor.space();
      const from = cursor.astring();
      cursor.space();
      return { from, to: cursor.astring() };
    },
    handle: async (session, { from, to }) => {
      await rename(session, session.decodeName(from), session.decodeName(to));
      return done('Renamed.');
    },
  }),
  signedIn({
    name: 'SUBSCRIBE',
    permission: 'imapSubscribe',
    parse: parseName,
    handle: async (session, name) => {
      const view = await session.user.mail.view();
      const { mailbox } = requireMailbox(
        view,
        session.decodeName(name),
        session.options.email().defaultFolders,
      );
      await subscribe(session, mailbox.id, true);
      return done('Subscribed.');
    },
  }),
  signedIn({
    name: 'UNSUBSCRIBE',
    permission: 'imapSubscribe',
    parse: parseName,
    handle: async (session, name) => {
      const view = await session.user.mail.view();
      const path = session.decodeName(name);
      const found = MailboxNames.of(view).find(path, session.options.email().defaultFolders);
      // A name that is gone is subscribed by nobody.
      if (found) await subscribe(session, found.mailbox.id, false);
      return done('Not subscribed.');
    },
  }),
];

function parseName(cursor: Cursor): string {
  cursor.space();
  return cursor.astring();
}

/** A mailbox by its own name; other names of default mailboxes do not count for what removes or renames. */
function existing(view: MailView, path: string) {
  return requireMailbox(view, path, {});
}

async function subscribe({ user, origin }: UserSession, id: DocumentId, subscribed: boolean): Promise<void> {
  const subscription = { account: user.token.account, subscribed };
  await user.mail.updateMailbox(id, { subscription }, { origin });
}

/** @throws Refusal when the use is unknown or another mailbox has it (RFC 6154 §3) */
function wantedRole(view: MailView, use: readonly string[]): string | null {
  if (use.length === 0) return null;
  const role = roleOf(use[0] as string);
  if (use.length > 1 || role === undefined) {
    throw new Refusal(no('A mailbox cannot have that use.', 'USEATTR'));
  }
  for (const mailbox of view.mailboxes.values()) {
    if (mailbox.role === role) throw new Refusal(no('Another mailbox has that use.', 'USEATTR'));
  }
  return role;
}

function requireFree(session: UserSession, view: MailView, path: string): void {
  if (MailboxNames.of(view).find(path, session.options.email().defaultFolders) === undefined) return;
  throw new Refusal(no('There is a mailbox of that name.', 'ALREADYEXISTS'));
}

/** Makes what is missing of the levels; returns the last. */
async function make(
  session: UserSession,
  view: MailView,
  levels: readonly string[],
  role: string | null,
): Promise<DocumentId> {
  const { user, origin } = session;
  const names = MailboxNames.of(view);
  let parentId = 0;
  let path = '';
  for (const [depth, name] of levels.entries()) {
    path = depth === 0 ? name : `${path}${SEPARATOR}${name}`;
    const found = names.find(path, depth === 0 ? session.options.email().defaultFolders : {});
    if (found) {
      ({ path } = found);
      parentId = found.mailbox.id;
      continue;
    }
    const isLast = depth === levels.length - 1;
    parentId = await user.mail.createMailbox(
      { name, parentId, role: isLast ? role : null, sortOrder: 0, subscriber: undefined },
      { origin },
    );
  }
  return parentId;
}

async function rename(session: UserSession, from: string, to: string): Promise<void> {
  const { user, origin } = session;
  const view = await user.mail.view();
  const named = existing(view, from);
  const levels = levelsOf(to);
  const target = levels.join(SEPARATOR);
  requireFree(session, view, target);
  if (target.startsWith(named.path + SEPARATOR) && named.mailbox.role !== 'inbox') {
    throw new Refusal(no('A mailbox cannot be moved below itself.', 'CANNOT'));
  }
  if (named.mailbox.role === 'inbox') {
    // RFC 9051 §6.3.6: the messages move, INBOX stays, and what is below it too.
    const id = await make(session, view, levels, null);
    const members = (await user.mail.view()).members(named.mailbox.id);
    if (members) await user.mail.move(named.mailbox.id, Array.from(members.uids), id, { origin });
    return;
  }
  const above = levels.slice(0, -1);
  const parentId = above.length === 0 ? 0 : await make(session, view, above, null);
  await user.mail.updateMailbox(named.mailbox.id, { name: levels.at(-1) as string, parentId }, { origin });
}
