// STORE on members of one mailbox (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
import { Aspect, type DocumentId } from '../account/index.ts';
import { NotFound } from '../base/index.ts';
import { editAccount, inPieces, type MailContext, MAX_CHANGED, type Member } from './context.ts';
import { membershipIn, modseqIn } from './edit.ts';
import type { EmailRecord } from './records/email.ts';
import { DRAFT, SEEN } from './records/keywords.ts';
import type { FlagChange, FlagsStored, MailView, OperationOptions } from './types.ts';

export async function storeFlags(
  context: MailContext,
  mailbox: DocumentId,
  uids: readonly number[],
  change: FlagChange,
  options?: OperationOptions,
): Promise<FlagsStored> {
  const modified: number[] = [];
  const view = await context.view();
  const named = membersOf(view, mailbox, uids);
  const members = change.unchangedSince === undefined ? toBeChanged(view, mailbox, named, change) : named;
  await inPieces(
    members,
    MAX_CHANGED,
    (piece) => storePiece(context, mailbox, piece, change, options),
    (some) => modified.push(...some),
  );
  return { modified };
}

/** Those that are not yet as they shall be: most often a few of many, and of the others nothing has to be read. */
function toBeChanged(
  view: MailView,
  mailbox: DocumentId,
  named: readonly Member[],
  { mode, keywords, deleted }: FlagChange,
): readonly Member[] {
  const members = view.members(mailbox);
  if (!members) return named;
  const wanted = new Set(keywords.map((keyword) => keyword.toLowerCase()));
  const tests = Array.from(wanted, (keyword) => view.keywordTest(keyword));
  return named.filter(({ uid }) => {
    const index = members.indexOf(uid);
    const row = members.rows[index] as number;
    if ((deleted || mode === 'replace') && members.isDeleted(index) !== (deleted && mode !== 'remove'))
      return true;
    const missing = tests.some((test) => test?.(row) !== true);
    if (mode === 'add') return missing;
    if (mode === 'remove') return tests.some((test) => test?.(row) === true);
    return missing || view.keywordsOf(row).length !== tests.length;
  });
}

/** Ids of the UIDs that are there, by ascending UID. Throws NotFound. */
export function membersOf(view: MailView, mailbox: DocumentId, uids: readonly number[]): Member[] {
  const members = view.members(mailbox);
  if (!members) throw new NotFound('mailbox', mailbox);
  const found: Member[] = [];
  for (const uid of Uint32Array.from(new Set(uids)).sort()) {
    const index = members.indexOf(uid);
    if (index >= 0) found.push({ uid, id: view.ids[members.rows[index] as number] as number });
  }
  return found;
}

function storePiece(
  context: MailContext,
  mailbox: DocumentId,
  members: readonly Member[],
  change: FlagChange,
  options?: OperationOptions,
): Promise<number[]> {
  return editAccount(context, options, async (edit, keywords) => {
    const { mode, unchangedSince } = change;
    const numbers =
      mode === 'remove' ? await keywords.known(change.keywords) : await keywords.numbers(change.keywords);
    const emails = await edit.emails(members.map(({ id }) => id));
    const counted = mode === 'replace' || change.deleted || numbers.includes(SEEN) || numbers.includes(DRAFT);
    await edit.prepare(emails, { counted });
    const modified: number[] = [];
    for (const [i, { id, uid }] of members.entries()) {
      const email = emails[i];
      const membership = email && membershipIn(email, mailbox);
      // Gone since the view was made: there is nothing to flag.
      if (!email || membership?.uid !== uid) continue;
      if (unchangedSince !== undefined && modseqIn(email, membership) > unchangedSince) {
        modified.push(uid);
        continue;
      }
      const after = changed(email, mailbox, change, numbers, edit.w.change);
      if (!after) continue;
      const aspects =
        (after.keywords === email.keywords ? 0 : Aspect.Keywords) |
        (after.memberships === email.memberships ? 0 : Aspect.Deleted);
      edit.change(id, email, after, aspects);
    }
    return modified;
  });
}

/** The e-mail after the change; undefined when nothing changes. */
function changed(
  email: EmailRecord,
  mailbox: DocumentId,
  { mode, deleted }: FlagChange,
  numbers: readonly number[],
  change: number,
): EmailRecord | undefined {
  const keywords = changedKeywords(email.keywords, mode, numbers);
  const was = membershipIn(email, mailbox)?.deleted === true;
  const now = mode === 'replace' ? deleted : deleted ? mode === 'add' : was;
  if (keywords === email.keywords && was === now) return undefined;
  return {
    ...email,
    keywords,
    flagModseq: keywords === email.keywords ? email.flagModseq : change,
    memberships:
      was === now
        ? email.memberships
        : email.memberships.map((one) =>
            one.mailbox === mailbox ? { ...one, deleted: now, addModseq: change } : one,
          ),
  };
}

/** The same list when nothing changes. */
export function changedKeywords(
  current: readonly number[],
  mode: FlagChange['mode'],
  numbers: readonly number[],
): readonly number[] {
  let next: readonly number[];
  if (mode === 'replace') next = numbers;
  else if (mode === 'remove') next = current.filter((number) => !numbers.includes(number));
  else next = [...new Set([...current, ...numbers])].sort((a, b) => a - b);
  return next.length === current.length && next.every((number, i) => number === current[i]) ? current : next;
}
