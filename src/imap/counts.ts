// Counts over the members of a mailbox for STATUS, remembered while nothing in the mailbox changes: clients ask for
// all mailboxes again and again.
import { cacheOf } from '../base/index.ts';
import type { AccountId } from '../account/index.ts';
import { DELETED_BIT, type MailboxMembers, type MailView } from '../mail/index.ts';

export interface Counts {
  readonly unseen: number;
  readonly deleted: number;
  /** Octets of all members, and of those that are `\Deleted`. */
  readonly size: number;
  readonly deletedSize: number;
}

export class MailboxCounts {
  readonly #kept = cacheOf<string, Counts>(10_000);

  of(account: AccountId, view: MailView, members: MailboxMembers): Counts {
    const { id, highestModseq } = members.mailbox;
    const key = `${account}/${view.head.epoch}/${id}/${highestModseq}`;
    let counts = this.#kept.get(key);
    if (counts === undefined) {
      counts = count(view, members);
      this.#kept.set(key, counts);
    }
    return counts;
  }
}

/** Members of which flags are looked at together. */
const BLOCK = 1024;

function count(view: MailView, members: MailboxMembers): Counts {
  const { rows } = members;
  const { sizes } = view;
  const seen = view.keywordBit('$seen');
  const bits = new Uint32Array(Math.min(BLOCK, members.count));
  let unseen = 0;
  let deleted = 0;
  let size = 0;
  let deletedSize = 0;
  for (let from = 0; from < members.count; from += BLOCK) {
    const some = Math.min(BLOCK, members.count - from);
    members.flagBits(bits, some, from);
    for (let i = 0; i < some; i++) {
      const octets = sizes[rows[from + i] as number] as number;
      const flags = bits[i] as number;
      size += octets;
      if ((flags & seen) === 0) unseen++;
      if ((flags & DELETED_BIT) === 0) continue;
      deleted++;
      deletedSize += octets;
    }
  }
  return { unseen, deleted, size, deletedSize };
}
