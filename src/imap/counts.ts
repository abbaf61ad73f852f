// Counts over the members of a mailbox for STATUS, remembered while nothing in the mailbox changes: clients ask for
// all mailboxes again and again.
import { LRUCache } from 'lru-cache';
import type { AccountId } from '../account/index.ts';
import type { MailboxMembers, MailView } from '../mail/index.ts';

export interface Counts {
  readonly unseen: number;
  readonly deleted: number;
  /** Octets of all members, and of those that are `\Deleted`. */
  readonly size: number;
  readonly deletedSize: number;
}

export class MailboxCounts {
  readonly #kept = new LRUCache<string, Counts>({ max: 10_000 });

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

function count(view: MailView, members: MailboxMembers): Counts {
  const isSeen = view.keywordTest('$seen');
  const { sizes } = view;
  let unseen = 0;
  let deleted = 0;
  let size = 0;
  let deletedSize = 0;
  for (let index = 0; index < members.count; index++) {
    const row = members.rows[index] as number;
    const octets = sizes[row] as number;
    size += octets;
    if (isSeen?.(row) !== true) unseen++;
    if (members.isDeleted(index)) {
      deleted++;
      deletedSize += octets;
    }
  }
  return { unseen, deleted, size, deletedSize };
}
