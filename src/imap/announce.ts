// Tells the client what has changed in its mailbox: EXPUNGE or VANISHED, EXISTS, FETCH FLAGS (RFC 9051 §7.4,
// RFC 7162 §3.2.10). Nothing is written when nothing changed.
import { encodeUtf8, flagOf, formatNumbers } from '../formats/imap/index.ts';
import type { Selected } from './selected.ts';
import type { MailboxSession, Session } from './session.ts';

/** Flags that every mailbox has. */
const SYSTEM_FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const;

/** Narrows a session by what it has. */
export const hasMailbox = (session: Session): session is MailboxSession =>
  session.user !== undefined && session.selected !== undefined;

export interface AnnounceOptions {
  /** EXPUNGE or VANISHED may be sent. */
  readonly expunges: boolean;
  /** Members (ascending) whose flags were told a moment ago. */
  readonly told?: ArrayLike<number> | undefined;
}

/** Writes what is new in the moment that the selected mailbox holds. */
export async function announce(session: MailboxSession, options: AnnounceOptions): Promise<void> {
  const { selected } = session;
  if (!selected.hasNews) {
    selected.told();
    return;
  }
  if (options.expunges) await announceExpunges(session);
  announceNew(session);
  await announceFlags(session, options.told);
  selected.told();
}

/** Members that came since the client was told: they have numbers from now on. */
export function announceNew(session: MailboxSession): void {
  const { selected, enabled } = session;
  if (selected.takeNew() === 0) return;
  session.untagged(`${selected.count} EXISTS`);
  if (!enabled.rev2) session.untagged(`${recentCount(selected)} RECENT`);
}

async function announceExpunges(session: MailboxSession): Promise<void> {
  const { numbers, uids } = session.selected.dropGhosts();
  if (numbers.length === 0) return;
  if (session.enabled.qresync) {
    session.untagged(`VANISHED ${formatNumbers(uids)}`);
    return;
  }
  // From the end, so that no number moves before it is told.
  for (let i = numbers.length - 1; i >= 0; i--) {
    session.out
      .text('* ')
      .number(numbers[i] as number)
      .text(' EXPUNGE\r\n');
    const busy = session.breathe();
    if (busy) await busy;
  }
}

async function announceFlags(session: MailboxSession, told: ArrayLike<number> | undefined): Promise<void> {
  const { selected, user } = session;
  const since = selected.toldChange;
  if (selected.highestModseq <= since) return;
  const changed = await selected.changedMembers(user.mail);
  announceKeywords(session, changed);
  const { members, toldMembers } = selected;
  const length = changed?.length ?? toldMembers;
  let next = 0;
  for (let i = 0; i < length; i++) {
    // hot: per member of a small mailbox, or of a large one in which much changed
    const index = changed === undefined ? i : (changed[i] as number);
    if (index >= toldMembers) break;
    if (members.modseq(index) <= since) continue;
    if (told !== undefined) {
      while (next < told.length && (told[next] as number) < index) next++;
      if (told[next] === index) continue;
    }
    writeFlags(session, index);
    const busy = session.breathe();
    if (busy) await busy;
  }
}

/** FLAGS and PERMANENTFLAGS again when a keyword is new to the client; of these members, where only they changed. */
export function announceKeywords(session: MailboxSession, indexes?: readonly number[]): void {
  const keywords = session.selected.newKeywords(indexes);
  if (keywords !== undefined) writeFlagLists(session, keywords);
}

export function writeFlagLists(session: MailboxSession, keywords: readonly string[]): void {
  const names = new Set<string>(SYSTEM_FLAGS);
  for (const keyword of keywords) names.add(encodeUtf8(flagOf(keyword)));
  const flags = [...names].join(' ');
  session.untagged(`FLAGS (${flags})`);
  const permanent = session.selected.readOnly ? '' : `${flags} \\*`;
  session.untagged(`OK [PERMANENTFLAGS (${permanent})] Flags that are kept`);
}

/** FETCH with the flags of one member, and its UID and modseq where the client knows of them. */
export function writeFlags(session: MailboxSession, index: number): void {
  const { out, selected, enabled } = session;
  const { members } = selected;
  out.text('* ').number(selected.numberOf(index)).text(' FETCH (UID ');
  out
    .number(members.uids[index] as number)
    .text(' FLAGS (')
    .text(selected.flags.of(index));
  if (enabled.condstore) out.text(') MODSEQ (').number(members.modseq(index));
  out.text('))\r\n');
}

/** Messages that no session but this one was told of as the first (RFC 3501 §2.3.2). */
export function recentCount(selected: Selected): number {
  const { members, recentFrom } = selected;
  let count = 0;
  for (let i = members.count - 1; i >= 0 && (members.uids[i] as number) >= recentFrom; i--) count++;
  return count;
}
