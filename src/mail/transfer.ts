// COPY and MOVE within an account (RFC 9051 §6.4.7, RFC 6851): the e-mail itself gets one more mailbox, or another one.
// Where the target holds the e-mail already, a second e-mail shares its blob, as one has one UID in a mailbox.
import { Aspect, DataType, type DocumentId } from '../account/index.ts';
import { LimitExceeded, NotFound } from '../base/index.ts';
import { keys } from '../store/index.ts';
import {
  editAccount,
  inPieces,
  type MailContext,
  MAX_CHANGED,
  MAX_DESTROYED,
  type Member,
} from './context.ts';
import { type Edit, membershipIn } from './edit.ts';
import { membersOf } from './flags.ts';
import { decodeCold } from './records/cold.ts';
import { MAX_MEMBERSHIPS, type Membership } from './records/email.ts';
import { type Known, leaveMailbox } from './remove.ts';
import { effectiveLimits, Room, shareMessage } from './store-message.ts';
import type { Copied, MailLimits, OperationOptions } from './types.ts';

interface Transfer {
  readonly source: DocumentId;
  readonly target: DocumentId;
  readonly move: boolean;
}

/** All or nothing: when a later commit of many fails, the copies of the earlier ones are taken back. */
export async function copy(
  context: MailContext,
  source: DocumentId,
  uids: readonly number[],
  target: DocumentId,
  options?: OperationOptions,
): Promise<Copied> {
  const done: Member[] = [];
  try {
    return await transfer(context, { source, target, move: false }, uids, done, options);
  } catch (error) {
    await inPieces(
      done,
      MAX_DESTROYED,
      (piece) => takeBack(context, target, piece, options),
      () => undefined,
    );
    throw error;
  }
}

/** Each message moves as a whole; many are many commits. */
export function move(
  context: MailContext,
  source: DocumentId,
  uids: readonly number[],
  target: DocumentId,
  options?: OperationOptions,
): Promise<Copied> {
  return transfer(context, { source, target, move: true }, uids, [], options);
}

async function transfer(
  context: MailContext,
  job: Transfer,
  uids: readonly number[],
  done: Member[],
  options?: OperationOptions,
): Promise<Copied> {
  const view = await context.view();
  const mailbox = view.mailboxes.get(job.target);
  if (!mailbox) throw new NotFound('mailbox', job.target);
  const members = membersOf(view, job.source, uids);
  const limits = effectiveLimits(await context.limits(), context.settings());
  const from: number[] = [];
  const to: number[] = [];
  await inPieces(
    members,
    MAX_CHANGED,
    (piece) => transferPiece(context, job, piece, limits, options),
    (copies) => {
      for (const { member, id, uid } of copies) {
        from.push(member.uid);
        to.push(uid);
        done.push({ id, uid });
      }
    },
  );
  if (from.length > 0) context.wake();
  return { uidValidity: mailbox.uidValidity, from, to };
}

interface CopyOf extends Member {
  readonly member: Member;
}

function transferPiece(
  context: MailContext,
  { source, target, move: moves }: Transfer,
  members: readonly Member[],
  limits: MailLimits,
  options?: OperationOptions,
): Promise<CopyOf[]> {
  return editAccount(context, options, async (edit) => {
    const { w } = edit;
    const emails = await edit.emails(members.map(({ id }) => id));
    await edit.prepare(emails);
    await edit.loadMailboxes([target]);
    if (!edit.mailbox(target)) throw new NotFound('mailbox', target);
    const room = new Room(w.head, limits);
    const copies: CopyOf[] = [];
    const leaving: Known[] = [];
    for (const [i, member] of members.entries()) {
      const email = emails[i];
      const membership = email && membershipIn(email, source);
      if (!email || membership?.uid !== member.uid) continue;
      const known = { id: member.id, email };
      const { deleted } = membership;
      const twice = membershipIn(email, target) !== undefined && !(moves && source === target);
      if (twice) room.take(email.size);
      else if (!moves && email.memberships.length >= MAX_MEMBERSHIPS)
        throw new LimitExceeded('maxMailboxesPerEmail', MAX_MEMBERSHIPS);
      const uid = edit.newUid(target);
      const place: Membership = { mailbox: target, uid, addModseq: w.change, deleted };
      if (twice) {
        copies.push({ member, uid, id: await duplicate(edit, known, place) });
        if (moves) leaving.push(known);
        continue;
      }
      const kept = moves ? email.memberships.filter(({ mailbox }) => mailbox !== source) : email.memberships;
      edit.change(member.id, email, { ...email, memberships: [...kept, place] }, Aspect.Containers);
      copies.push({ member, uid, id: member.id });
    }
    await leaveMailbox(edit, source, leaving);
    return copies;
  });
}

/** A second e-mail of the same message, in one mailbox. */
async function duplicate(edit: Edit, { id, email }: Known, place: Membership): Promise<DocumentId> {
  const { w } = edit;
  const row = await w.get(keys.coldKey(w.id, DataType.Email, id));
  if (!row) throw new NotFound('email', id);
  const copyId = w.newId();
  const record = { ...email, memberships: [place], flagModseq: w.change };
  edit.change(copyId, undefined, record, Aspect.Containers);
  shareMessage(w, copyId, decodeCold(row).hash, email.size, row);
  return copyId;
}

function takeBack(
  context: MailContext,
  target: DocumentId,
  copies: readonly Member[],
  options?: OperationOptions,
): Promise<void> {
  return editAccount(context, options, async (edit) => {
    const emails = await edit.emails(copies.map(({ id }) => id));
    await edit.prepare(emails);
    const leaving: Known[] = [];
    for (const [i, { id, uid }] of copies.entries()) {
      const email = emails[i];
      if (email && membershipIn(email, target)?.uid === uid) leaving.push({ id, email });
    }
    await leaveMailbox(edit, target, leaving);
  });
}
