// Changes of mailboxes and keywords as JMAP makes them (RFC 8621 §4.6). JMAP does not see where an e-mail is
// `\Deleted`: such places stay as they are, unless the e-mail is put into the same mailbox again.
import { Aspect, type DocumentId } from '../account/index.ts';
import { Invalid, LimitExceeded, NotFound } from '../base/index.ts';
import { editAccount, inPieces, type MailContext, MAX_CHANGED, orErrors } from './context.ts';
import { type Edit, isVisible } from './edit.ts';
import { changedKeywords } from './flags.ts';
import type { KeywordEdit } from './keyword-edit.ts';
import { type EmailRecord, MAX_MEMBERSHIPS, type Membership } from './records/email.ts';
import type { EmailChange, OperationOptions, Outcome } from './types.ts';

export async function updateEmails(
  context: MailContext,
  changes: readonly EmailChange[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  const outcomes: Outcome<void>[] = [];
  await inPieces(
    changes,
    MAX_CHANGED,
    (piece) => orErrors(piece, updatePiece(context, piece, options)),
    (some) => outcomes.push(...some),
  );
  return outcomes;
}

function updatePiece(
  context: MailContext,
  changes: readonly EmailChange[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  return editAccount(context, options, async (edit, keywords) => {
    const records = await edit.emails(changes.map(({ id }) => id));
    await edit.prepare(records);
    await edit.loadMailboxes(changes.flatMap(addedMailboxes));
    // The same e-mail may be changed twice.
    const current = new Map<DocumentId, EmailRecord | undefined>();
    for (const [i, { id }] of changes.entries()) current.set(id, records[i]);
    const outcomes: Outcome<void>[] = [];
    for (const change of changes) {
      try {
        const email = current.get(change.id);
        if (!email || !isVisible(email)) throw new NotFound('email', change.id);
        const after = await changed(edit, keywords, email, change);
        if (after) {
          const aspects =
            (after.keywords === email.keywords ? 0 : Aspect.Keywords) |
            (after.memberships === email.memberships ? 0 : Aspect.Containers);
          edit.change(change.id, email, after, aspects);
          current.set(change.id, after);
        }
        outcomes.push({ value: undefined });
      } catch (error) {
        outcomes.push({ error });
      }
    }
    return outcomes;
  });
}

const addedMailboxes = ({ mailboxes }: EmailChange): readonly DocumentId[] =>
  mailboxes ? ('replace' in mailboxes ? mailboxes.replace : mailboxes.add) : [];

/** The e-mail after the change; undefined when nothing changes. Throws what the change cannot be done for. */
async function changed(
  edit: Edit,
  keywords: KeywordEdit,
  email: EmailRecord,
  change: EmailChange,
): Promise<EmailRecord | undefined> {
  const wanted = change.mailboxes && wantedMailboxes(edit, email, change.mailboxes);
  const numbers = change.keywords ? await wantedKeywords(keywords, email, change.keywords) : email.keywords;
  const memberships = wanted ? moved(edit, email, wanted) : email.memberships;
  if (numbers === email.keywords && memberships === email.memberships) return undefined;
  return {
    ...email,
    memberships,
    keywords: numbers,
    flagModseq: numbers === email.keywords ? email.flagModseq : edit.w.change,
  };
}

/** Throws Invalid and LimitExceeded. */
function wantedMailboxes(
  edit: Edit,
  email: EmailRecord,
  change: NonNullable<EmailChange['mailboxes']>,
): Set<DocumentId> {
  const wanted = new Set<DocumentId>();
  if ('replace' in change) for (const id of change.replace) wanted.add(id);
  else {
    for (const { mailbox, deleted } of email.memberships) if (!deleted) wanted.add(mailbox);
    for (const id of change.remove) wanted.delete(id);
    for (const id of change.add) wanted.add(id);
  }
  if (wanted.size === 0)
    throw new Invalid([{ property: 'mailboxIds', reason: 'an e-mail must be in a mailbox' }]);
  for (const id of wanted) {
    if (!edit.mailbox(id))
      throw new Invalid([{ property: 'mailboxIds', reason: `there is no mailbox ${id}` }]);
  }
  const kept = email.memberships.filter(({ mailbox, deleted }) => deleted && !wanted.has(mailbox));
  if (wanted.size + kept.length > MAX_MEMBERSHIPS)
    throw new LimitExceeded('maxMailboxesPerEmail', MAX_MEMBERSHIPS);
  return wanted;
}

/** Memberships when JMAP shall see these mailboxes; the same list when nothing changes. */
function moved(edit: Edit, email: EmailRecord, wanted: ReadonlySet<DocumentId>): readonly Membership[] {
  const addModseq = edit.w.change;
  const memberships: Membership[] = [];
  const missing = new Set(wanted);
  let same = true;
  for (const membership of email.memberships) {
    const { mailbox, deleted } = membership;
    if (!wanted.has(mailbox)) {
      if (deleted) memberships.push(membership);
      else same = false;
      continue;
    }
    missing.delete(mailbox);
    if (deleted) same = false;
    memberships.push(deleted ? { ...membership, deleted: false, addModseq } : membership);
  }
  if (same && missing.size === 0) return email.memberships;
  for (const mailbox of missing)
    memberships.push({ mailbox, uid: edit.newUid(mailbox), addModseq, deleted: false });
  return memberships;
}

async function wantedKeywords(
  keywords: KeywordEdit,
  email: EmailRecord,
  change: NonNullable<EmailChange['keywords']>,
): Promise<readonly number[]> {
  if ('replace' in change)
    return changedKeywords(email.keywords, 'replace', await keywords.numbers(change.replace));
  const without = changedKeywords(email.keywords, 'remove', await keywords.known(change.remove));
  const next = changedKeywords(without, 'add', await keywords.numbers(change.add));
  return changedKeywords(email.keywords, 'replace', next);
}
