// What the server does to an account's mail by itself: takes out what lay in trash and junk long enough, forgets old
// submissions and notices, counts anew what is stored, and numbers mailboxes anew.
import {
  type Account,
  type AccountReader,
  Aspect,
  type ChangeId,
  DataType,
  type DocumentId,
} from '../account/index.ts';
import { readU32, Unavailable } from '../base/index.ts';
import { type Key, keys } from '../store/index.ts';
import {
  editAccount,
  inPieces,
  type MailContext,
  MAX_CHANGED,
  MAX_DESTROYED,
  type Member,
} from './context.ts';
import { membershipIn } from './edit.ts';
import { readDocuments } from './documents.ts';
import { type EmailRecord, type Membership, sizeOf } from './records/email.ts';
import { decodeMailbox } from './records/mailbox.ts';
import { type Known, leaveMailbox } from './remove.ts';
import { decodeNotice } from './sharing/notices.ts';
import { decodeSubmission } from './submission/record.ts';

export interface MailMaintenance {
  /** Takes out of trash and junk what was last changed there up to a change; returns how much left. */
  expungeUntil(change: ChangeId): Promise<number>;
  /** Forgets submissions that are done and were sent before a time, in milliseconds since 1970. */
  forgetSubmissions(before: number): Promise<number>;
  /** Forgets notices about rights that are older than a time. */
  forgetNotices(before: number): Promise<number>;
  /** Counts the bytes of all messages and corrects what counts against the quota; returns the difference. */
  recount(): Promise<number>;
  /** Gives every mailbox a new UIDVALIDITY and its members new UIDs in the order of arrival. */
  renumber(): Promise<void>;
}

/** Counts again when the account moves meanwhile. */
const ATTEMPTS = 5;

export const mailMaintenance = (context: MailContext): MailMaintenance => ({
  expungeUntil: (change) => expungeUntil(context, change),
  forgetSubmissions: (before) =>
    forget(context.account, DataType.EmailSubmission, (row) => {
      const { due, sendAt } = decodeSubmission(row);
      return due === 0 && sendAt < before;
    }),
  forgetNotices: (before) =>
    forget(context.account, DataType.ShareNotification, (row) => decodeNotice(row).created < before),
  recount: () => recount(context.account),
  renumber: () => renumber(context),
});

async function expungeUntil(context: MailContext, change: ChangeId): Promise<number> {
  if (change <= 0) return 0;
  const bins = await fullBins(context.account);
  if (bins.length === 0) return 0;
  const view = await context.view();
  let left = 0;
  for (const id of bins) {
    const members = view.members(id);
    const doomed: Member[] = [];
    for (let i = 0; i < (members?.count ?? 0); i++) {
      if (!members || members.modseq(i) > change) continue;
      doomed.push({ uid: members.uids[i] as number, id: view.ids[members.rows[i] as number] as number });
    }
    await inPieces(
      doomed,
      MAX_DESTROYED,
      (piece) => expungePiece(context, id, piece, change),
      (gone) => (left += gone),
    );
  }
  if (left > 0) context.wake();
  return left;
}

/** Trash and junk, where something is in them: most accounts need no more than this look. */
async function fullBins(account: Account): Promise<DocumentId[]> {
  const mailboxes = await account.read((reader) => readDocuments(reader, DataType.Mailbox, decodeMailbox));
  return [...mailboxes].flatMap(([id, { role, members }]) =>
    members > 0 && (role === 'trash' || role === 'junk') ? [id] : [],
  );
}

/** What was moved or flagged since the view stays. */
function expungePiece(
  context: MailContext,
  mailbox: DocumentId,
  piece: readonly Member[],
  change: ChangeId,
): Promise<number> {
  return editAccount(context, undefined, async (edit) => {
    const emails = await edit.emails(piece.map(({ id }) => id));
    await edit.prepare(emails);
    const leaving: Known[] = [];
    for (const [i, { id, uid }] of piece.entries()) {
      const email = emails[i];
      const membership = email && membershipIn(email, mailbox);
      if (email && membership?.uid === uid && lastChange(email, membership) <= change)
        leaving.push({ id, email });
    }
    await leaveMailbox(edit, mailbox, leaving);
    return leaving.length;
  });
}

const lastChange = ({ flagModseq }: EmailRecord, { addModseq }: Membership): ChangeId =>
  Math.max(flagModseq, addModseq);

/** Destroys the documents of a type whose record says that they are old. */
async function forget(
  account: Account,
  type: DataType,
  isOld: (row: Uint8Array) => boolean,
): Promise<number> {
  const range = keys.documentRange(account.id, type);
  let forgotten = 0;
  let after: Key | undefined;
  do {
    const page = await account.read((reader) =>
      reader.scan(range, { limit: MAX_CHANGED, ...(after && { after }) }),
    );
    const old = page.keys.filter((_, i) => isOld(page.values[i] as Uint8Array));
    after = page.next;
    if (old.length === 0) continue;
    const { result } = await account.write(async (w) => {
      const rows = await w.getMany(old);
      const gone = old.filter((_, i) => rows[i] && isOld(rows[i]));
      for (const key of gone) w.destroy(type, readU32(key, 6));
      return gone.length;
    });
    forgotten += result;
  } while (after);
  return forgotten;
}

async function recount(account: Account): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const counted = await account.read(async (reader) => ({
      head: reader.head,
      bytes: await storedBytes(reader),
    }));
    const { result } = await account.write((w) => {
      if (w.head.change !== counted.head.change) return undefined;
      const difference = counted.bytes - w.head.usedBytes;
      if (difference !== 0) w.addUsedBytes(difference);
      return difference;
    });
    if (result !== undefined) return result;
  }
  throw new Unavailable(`a quiet moment of account ${account.id}`);
}

async function storedBytes(reader: AccountReader): Promise<number> {
  const range = keys.documentRange(reader.id, DataType.Email);
  let bytes = 0;
  let after: Key | undefined;
  do {
    const page = await reader.scan(range, after ? { after } : {});
    for (const row of page.values) bytes += sizeOf(row);
    after = page.next;
  } while (after);
  return bytes;
}

/**
 * New UIDs go on from those that were given before, so that at no moment two members, or an old and a new one, share a
 * UID; the new UIDVALIDITY comes with the last of them.
 */
async function renumber(context: MailContext): Promise<void> {
  const view = await context.view();
  for (const mailbox of view.mailboxes.keys()) {
    const members = view.members(mailbox);
    if (!members) continue;
    const rows = Array.from(members.rows).sort(
      (a, b) => (view.received[a] as number) - (view.received[b] as number) || a - b,
    );
    const ids = rows.map((row) => view.ids[row] as number);
    await inPieces(
      ids,
      MAX_CHANGED,
      (piece) => renumberPiece(context, mailbox, piece),
      () => undefined,
    );
    await editAccount(context, undefined, async (edit) => {
      await edit.loadMailboxes([mailbox]);
      if (!edit.mailbox(mailbox)) return;
      edit.changeMailbox(mailbox, { uidValidity: edit.w.newUidValidity() }, Aspect.Properties);
    });
  }
}

function renumberPiece(context: MailContext, mailbox: DocumentId, ids: readonly DocumentId[]): Promise<void> {
  return editAccount(context, undefined, async (edit) => {
    const emails = await edit.emails(ids);
    await edit.prepare(emails);
    for (const [i, id] of ids.entries()) {
      const email = emails[i];
      if (!email || !membershipIn(email, mailbox)) continue;
      const memberships = email.memberships.map((one) =>
        one.mailbox === mailbox ? { ...one, uid: edit.newUid(mailbox), addModseq: edit.w.change } : one,
      );
      edit.change(id, email, { ...email, memberships }, Aspect.Containers);
    }
  });
}
