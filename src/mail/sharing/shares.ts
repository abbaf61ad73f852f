// Whom a mailbox is shared with (RFC 9670 §4).
import {
  type Account,
  type AccountId,
  DataType,
  type DocumentId,
  grantsOn,
  setGrant,
} from '../../account/index.ts';
import { LimitExceeded, NotFound } from '../../base/index.ts';
import { readDocument } from '../documents.ts';
import { decodeMailbox } from '../records/mailbox.ts';

/** What somebody's rights on a mailbox were and are, as bits of `Right`. */
export interface ShareChange {
  readonly mailbox: DocumentId;
  /** Name of the mailbox. */
  readonly name: string;
  readonly grantee: AccountId;
  readonly before: number;
  readonly after: number;
}

/** Rights on each mailbox by account, without the owner's. */
export function readShares(
  account: Account,
  mailboxes: readonly DocumentId[],
): Promise<ReadonlyMap<DocumentId, ReadonlyMap<AccountId, number>>> {
  return account.read(async (reader) => {
    const shares = await Promise.all(mailboxes.map((id) => grantsOn(reader, id)));
    return new Map(mailboxes.map((id, i) => [id, shares[i] as ReadonlyMap<AccountId, number>]));
  });
}

/**
 * Gives these accounts these rights on a mailbox; others keep theirs. Returns what changed. Throws NotFound, and
 * LimitExceeded (`maxShares`).
 */
export async function shareMailbox(
  account: Account,
  mailbox: DocumentId,
  wanted: ReadonlyMap<AccountId, number>,
  maxShares: number,
): Promise<ShareChange[]> {
  const { result } = await account.write(async (w) => {
    const record = await readDocument(w, DataType.Mailbox, mailbox, decodeMailbox);
    if (!record) throw new NotFound('mailbox', mailbox);
    const changes: ShareChange[] = [];
    for (const [grantee, after] of wanted) {
      const before = await setGrant(w, DataType.Mailbox, mailbox, grantee, after);
      if (before !== after) changes.push({ mailbox, name: record.name, grantee, before, after });
    }
    const isMore = changes.some(({ before, after }) => before === 0 && after !== 0);
    if (isMore && (await grantsOn(w, mailbox)).size > maxShares)
      throw new LimitExceeded('maxShares', maxShares);
    return changes;
  });
  return result;
}
