// VANISHED (EARLIER): which of the UIDs that a client knows are gone (RFC 7162 §3.2.6, §3.2.10).
import type { ChangeId } from '../account/index.ts';
import { formatRanges, normalizeRanges, type Ranges } from '../formats/imap/index.ts';
import { lowerBound } from './selected.ts';
import type { MailboxSession } from './session.ts';

/** Text of those of the known UIDs that left the mailbox after a change; where history ends, of all that are not there. */
export async function vanishedOf(
  { user, selected }: MailboxSession,
  known: readonly number[],
  since: ChangeId,
): Promise<string> {
  const { members, mailbox } = selected;
  const asked = intersectRanges(normalizeRanges(known), [1, Math.max(1, mailbox.uidNext - 1)]);
  const left = await user.mail.vanished(selected.id, since);
  return formatRanges(left === undefined ? without(asked, members.uids) : intersectRanges(asked, left));
}

/** What two lists of ascending ranges have in common. */
export function intersectRanges(a: Ranges, b: Ranges): Ranges {
  const out: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const first = Math.max(a[i] as number, b[j] as number);
    const last = Math.min(a[i + 1] as number, b[j + 1] as number);
    if (first <= last) out.push(first, last);
    if ((a[i + 1] as number) < (b[j + 1] as number)) i += 2;
    else j += 2;
  }
  return out;
}

/** Ranges less the ascending numbers. */
export function without(ranges: Ranges, present: ArrayLike<number>): Ranges {
  const out: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    let from = ranges[i] as number;
    const to = ranges[i + 1] as number;
    for (let at = lowerBound(present, from, present.length); at < present.length; at++) {
      const uid = present[at] as number;
      if (uid > to) break;
      if (uid > from) out.push(from, uid - 1);
      from = uid + 1;
    }
    if (from <= to) out.push(from, to);
  }
  return out;
}
