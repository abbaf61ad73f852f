// Takes e-mails out of mailboxes, and what is left in none out of the store.
import { Aspect, DataType, type DocumentId } from '../account/index.ts';
import { NotFound } from '../base/index.ts';
import { keys } from '../store/index.ts';
import { editAccount, inPieces, type MailContext, MAX_DESTROYED, type Member, orErrors } from './context.ts';
import { type Edit, membershipIn } from './edit.ts';
import { decodeCold } from './records/cold.ts';
import type { EmailRecord } from './records/email.ts';
import { encodeSearchTask } from './search/index.ts';
import { unindexThreads } from './threads.ts';
import type { OperationOptions, Outcome } from './types.ts';

/** An e-mail with its record. */
export interface Known {
  readonly id: DocumentId;
  readonly email: EmailRecord;
}

/** Takes loaded e-mails out of one mailbox; those that were in no other are destroyed. */
export async function leaveMailbox(edit: Edit, mailbox: DocumentId, emails: readonly Known[]): Promise<void> {
  const destroyed: Known[] = [];
  for (const known of emails) {
    const memberships = known.email.memberships.filter((one) => one.mailbox !== mailbox);
    if (memberships.length === 0) destroyed.push(known);
    else edit.change(known.id, known.email, { ...known.email, memberships }, Aspect.Containers);
  }
  await destroyStored(edit, destroyed);
}

/** Destroys loaded e-mails with everything that is kept of them. */
export async function destroyStored(edit: Edit, emails: readonly Known[]): Promise<void> {
  if (emails.length === 0) return;
  const { w } = edit;
  const rows = await w.getMany(emails.map(({ id }) => keys.coldKey(w.id, DataType.Email, id)));
  const leaving: { thread: DocumentId; keys: readonly Uint8Array[] }[] = [];
  for (const [i, { id, email }] of emails.entries()) {
    edit.change(id, email, undefined, Aspect.Containers);
    const row = rows[i];
    if (row) {
      const { hash, threadKeys } = decodeCold(row);
      w.unlinkBlob(hash, DataType.Email, id);
      w.delete(keys.coldKey(w.id, DataType.Email, id));
      leaving.push({ thread: email.thread, keys: threadKeys });
    }
    w.set(keys.searchTaskKey(w.id, id), encodeSearchTask({ operation: 'remove', since: w.time }));
    w.addUsedBytes(-email.size);
  }
  await unindexThreads(edit, leaving);
}

/** EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9). */
export async function expunge(
  context: MailContext,
  mailbox: DocumentId,
  uids: readonly number[] | undefined,
  options?: OperationOptions,
): Promise<number[]> {
  const view = await context.view();
  const members = view.members(mailbox);
  if (!members) throw new NotFound('mailbox', mailbox);
  const wanted = uids && new Set(uids);
  const doomed: Member[] = [];
  for (let i = 0; i < members.count; i++) {
    const uid = members.uids[i] as number;
    if (members.isDeleted(i) && wanted?.has(uid) !== false)
      doomed.push({ uid, id: view.ids[members.rows[i] as number] as number });
  }
  const gone: number[] = [];
  const expungePiece = (piece: readonly Member[]): Promise<number[]> =>
    editAccount(context, options, async (edit) => {
      const emails = await edit.emails(piece.map(({ id }) => id));
      await edit.prepare(emails);
      const leaving: Known[] = [];
      const leavingUids: number[] = [];
      for (const [i, { id, uid }] of piece.entries()) {
        const email = emails[i];
        const membership = email && membershipIn(email, mailbox);
        if (!email || membership?.uid !== uid || !membership.deleted) continue;
        leaving.push({ id, email });
        leavingUids.push(uid);
      }
      await leaveMailbox(edit, mailbox, leaving);
      return leavingUids;
    });
  await inPieces(doomed, MAX_DESTROYED, expungePiece, (some) => gone.push(...some));
  if (gone.length > 0) context.wake();
  return gone;
}

/** Destroys e-mails wherever they are. */
export async function destroyEmails(
  context: MailContext,
  ids: readonly DocumentId[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  const outcomes: Outcome<void>[] = [];
  await inPieces(
    ids,
    MAX_DESTROYED,
    (piece) => orErrors(piece, destroyPiece(context, piece, options)),
    (some) => outcomes.push(...some),
  );
  context.wake();
  return outcomes;
}

function destroyPiece(
  context: MailContext,
  ids: readonly DocumentId[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  return editAccount(context, options, async (edit) => {
    const emails = await edit.emails(ids);
    await edit.prepare(emails);
    const doomed = new Map<DocumentId, Known>();
    const outcomes = ids.map((id, i): Outcome<void> => {
      const email = emails[i];
      if (!email || doomed.has(id)) return { error: new NotFound('email', id) };
      doomed.set(id, { id, email });
      return { value: undefined };
    });
    await destroyStored(edit, [...doomed.values()]);
    return outcomes;
  });
}
