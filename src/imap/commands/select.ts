// SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051 §6.3.2, §6.3.3, §6.4.1, RFC 3691), with CONDSTORE and QRESYNC
// (RFC 7162 §3.1.8, §3.2.5).
import { permission } from '../../access/index.ts';
import { encodeId } from '../../base/index.ts';
import {
  type Cursor,
  normalizeRanges,
  parseSelectArguments,
  type QresyncArguments,
  type SelectArguments,
} from '../../formats/imap/index.ts';
import { recentCount, writeFlagLists, writeFlags } from '../announce.ts';
import { MailboxNames, requireMailbox } from '../names.ts';
import { done, type Done, type ImapOperation, signedIn, whenSelected } from '../operation.ts';
import { Selected } from '../selected.ts';
import type { MailboxSession, Session, UserSession } from '../session.ts';
import { vanishedOf } from '../vanished.ts';

const EXPUNGE = permission('imapExpunge');

export const selectOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'SELECT',
    permission: 'imapSelect',
    updates: 'none',
    parse: parseSelect,
    handle: (session, args) => open(session, args, { readOnly: false }),
  }),
  signedIn({
    name: 'EXAMINE',
    permission: 'imapExamine',
    updates: 'none',
    parse: parseSelect,
    handle: (session, args) => open(session, args, { readOnly: true }),
  }),
  whenSelected({
    name: 'CLOSE',
    // Without the permission to expunge it closes all the same.
    permission: 'none',
    updates: 'none',
    handle: async (session) => {
      const { selected, user, origin } = session;
      leave(session);
      if (!selected.readOnly && !selected.gone && user.token.has(EXPUNGE)) {
        await user.mail.expunge(selected.id, undefined, { origin });
      }
      return done('Closed.');
    },
  }),
  whenSelected({
    name: 'UNSELECT',
    permission: 'none',
    updates: 'none',
    handle: (session) => {
      leave(session);
      return done('Closed.');
    },
  }),
];

function leave(session: Session): void {
  session.selected = undefined;
}

function parseSelect(cursor: Cursor, session: Session): SelectArguments {
  cursor.space();
  const args = parseSelectArguments(cursor);
  // RFC 7162 §3.2.5: only after ENABLE QRESYNC.
  if (args.qresync !== undefined && !session.enabled.qresync) cursor.fail('QRESYNC has not been enabled');
  return args;
}

async function open(
  session: UserSession,
  args: SelectArguments,
  { readOnly }: { readonly readOnly: boolean },
): Promise<Done> {
  const { user, enabled, options } = session;
  if (session.selected !== undefined) {
    session.untagged('OK [CLOSED] The mailbox before is closed.');
    leave(session);
  }
  const path = session.decodeName(args.mailbox);
  const { mail } = user;
  const found = requireMailbox(await mail.view(), path, options.email().defaultFolders);
  const { id } = found.mailbox;
  // \Recent is no part of rev2; a SELECT by any other client uses it up, and EXAMINE does not.
  const recentFrom = enabled.rev2 ? Infinity : await mail.recentFrom(id, { claim: !readOnly });
  // Read after the claim, so that a message which came in between is not missed.
  const view = await mail.view();
  const named = MailboxNames.of(view).byId(id) ?? found;
  const members = view.members(id);
  if (members === undefined) requireMailbox(view, path, options.email().defaultFolders);
  else session.selected = new Selected(view, members, { readOnly, recentFrom });
  if (args.condstore) enabled.condstore = true;
  tell(session as MailboxSession, named.path);
  if (args.qresync !== undefined) await resync(session as MailboxSession, args.qresync);
  return done(readOnly ? 'Opened to read.' : 'Opened.', readOnly ? 'READ-ONLY' : 'READ-WRITE');
}

function tell(session: MailboxSession, path: string): void {
  const { selected, enabled } = session;
  const { mailbox } = selected;
  writeFlagLists(session, selected.keywords());
  session.untagged(`${selected.count} EXISTS`);
  if (!enabled.rev2) {
    session.untagged(`${recentCount(selected)} RECENT`);
    const unseen = firstUnseen(selected);
    if (unseen >= 0) session.untagged(`OK [UNSEEN ${unseen + 1}] The first that is not seen.`);
  }
  session.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid.`);
  session.untagged(`OK [UIDNEXT ${mailbox.uidNext}] The next UID.`);
  session.untagged(`OK [HIGHESTMODSEQ ${mailbox.highestModseq}] The highest.`);
  session.untagged(`OK [MAILBOXID (${encodeId(mailbox.id)})] The mailbox.`);
  if (enabled.rev2) session.untagged(`LIST () "/" ${session.encodeName(path)}`);
}

/** Index of the first member that is not seen, or -1. */
function firstUnseen({ members, view }: Selected): number {
  const seen = view.keywordBit('$seen');
  if ((members.flagSummary.every & seen) !== 0) return -1;
  const isSeen = view.keywordTest('$seen');
  let index = 0;
  while (index < members.count && isSeen?.(members.rows[index] as number) === true) index++;
  return index < members.count ? index : -1;
}

/** What changed since the client last knew the mailbox (RFC 7162 §3.2.5.2). */
async function resync(session: MailboxSession, qresync: QresyncArguments): Promise<void> {
  const { selected } = session;
  const { members, mailbox } = selected;
  if (qresync.uidValidity !== mailbox.uidValidity) return;
  const known = qresync.knownUids?.ranges ?? [1, Math.max(1, mailbox.uidNext - 1)];
  const gone = await vanishedOf(session, known, qresync.modseq);
  if (gone !== '') session.untagged(`VANISHED (EARLIER) ${gone}`);
  for (const index of selected.indexesOfUids(normalizeRanges(known))) {
    if (members.modseq(index) <= qresync.modseq) continue;
    writeFlags(session, index);
    const busy = session.breathe();
    if (busy) await busy;
  }
}
