// COPY, MOVE, EXPUNGE and their UID forms (RFC 9051 §6.4.7 to §6.4.9, UIDPLUS RFC 4315, MOVE RFC 6851).
import { type Cursor, formatNumbers, parseSequenceSet, type SequenceSet } from '../../formats/imap/index.ts';
import type { Copied } from '../../mail/index.ts';
import { announceNew } from '../announce.ts';
import { limited, requireSavable } from '../message-limit.ts';
import { requireMailbox } from '../names.ts';
import { done, type Done, type ImapOperation, whenSelected } from '../operation.ts';
import { no, Refusal } from '../reply.ts';
import type { MailboxSession } from '../session.ts';

interface Args {
  readonly set: SequenceSet;
  readonly target: string;
}

export const copyOperations: readonly ImapOperation[] = [
  whenSelected({
    name: 'COPY',
    permission: 'imapCopy',
    parse: parseCopy,
    handle: (session, args) => copy(session, args, { uid: false }),
  }),
  whenSelected({
    name: 'UID COPY',
    permission: 'imapCopy',
    parse: parseCopy,
    handle: (session, args) => copy(session, args, { uid: true }),
  }),
  whenSelected({
    name: 'MOVE',
    permission: 'imapMove',
    parse: parseCopy,
    handle: (session, args) => move(session, args, { uid: false }),
  }),
  whenSelected({
    name: 'UID MOVE',
    permission: 'imapMove',
    parse: parseCopy,
    handle: (session, args) => move(session, args, { uid: true }),
  }),
  whenSelected({
    name: 'EXPUNGE',
    permission: 'imapExpunge',
    handle: (session) => expunge(session, undefined),
  }),
  whenSelected({
    name: 'UID EXPUNGE',
    permission: 'imapExpunge',
    parse: (cursor) => {
      cursor.space();
      return parseSequenceSet(cursor);
    },
    handle: (session, set) => expunge(session, set),
  }),
];

function parseCopy(cursor: Cursor): Args {
  cursor.space();
  const set = parseSequenceSet(cursor);
  cursor.space();
  return { set, target: cursor.astring() };
}

interface Form {
  readonly uid: boolean;
}

/** UIDs of a command that does all or nothing, and where they go. */
async function sourceAndTarget(session: MailboxSession, { set, target }: Args, { uid }: Form) {
  const { selected, user, options } = session;
  selected.requireThere();
  if (uid) announceNew(session);
  const { indexes, gone } = selected.targets(set, uid ? 'uid' : 'number');
  // RFC 2180 §4.4.
  if (gone) throw new Refusal(no('Some of the messages are gone.', 'EXPUNGEISSUED'));
  requireSavable(session, indexes.length);
  const uids = Array.from(indexes, (index) => selected.members.uids[index] as number);
  const path = session.decodeName(target);
  const view = await user.mail.view();
  const { mailbox } = requireMailbox(view, path, options.email().defaultFolders, 'TRYCREATE');
  return { uids, target: mailbox.id };
}

async function copy(session: MailboxSession, args: Args, form: Form): Promise<Done> {
  const { selected, user, origin } = session;
  const { uids, target } = await sourceAndTarget(session, args, form);
  if (uids.length === 0) return done('Nothing to copy.');
  const copied = await user.mail.copy(selected.id, uids, target, { origin });
  await selected.refresh(user.mail);
  return done('Copied.', copied.to.length > 0 ? copyUid(copied) : undefined);
}

async function move(session: MailboxSession, args: Args, form: Form): Promise<Done> {
  const { selected, user, origin } = session;
  selected.requireWritable();
  const { uids, target } = await sourceAndTarget(session, args, form);
  if (uids.length === 0) return done('Nothing to move.');
  const moved = await user.mail.move(selected.id, uids, target, { origin });
  await selected.refresh(user.mail);
  // RFC 6851 §4.3: before the EXPUNGE or VANISHED that follow.
  if (moved.to.length > 0) session.untagged(`OK [${copyUid(moved)}] Moved.`);
  return done('Moved.', modseqCode(session));
}

/** `COPYUID` (RFC 4315 §3): the sets correspond one to one. */
const copyUid = ({ uidValidity, from, to }: Copied): string =>
  `COPYUID ${uidValidity} ${formatNumbers(from)} ${formatNumbers(to)}`;

async function expunge(session: MailboxSession, set: SequenceSet | undefined): Promise<Done> {
  const { selected, user, origin } = session;
  selected.requireThere();
  selected.requireWritable();
  if (set === undefined) {
    await user.mail.expunge(selected.id, undefined, { origin });
    await selected.refresh(user.mail);
    return done('Expunged.', modseqCode(session));
  }
  announceNew(session);
  const { members } = selected;
  const deleted = selected.indexesOfUids(selected.uidsOf(set)).filter((index) => members.isDeleted(index));
  const { indexes, code } = limited(session, deleted);
  const uids = Array.from(indexes, (index) => members.uids[index] as number);
  await user.mail.expunge(selected.id, uids, { origin });
  await selected.refresh(user.mail);
  return done('Expunged.', code ?? modseqCode(session));
}

/** RFC 7162 §3.2.7. */
const modseqCode = ({ enabled, selected }: MailboxSession): string | undefined =>
  enabled.condstore ? `HIGHESTMODSEQ ${selected.highestModseq}` : undefined;
