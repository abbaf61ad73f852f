// What left a mailbox (RFC 7162 §3.2.10), and which members no session was told of as recent (RFC 3501 §2.3.2).
import { type Account, type ChangeId, DataType, type DocumentId } from '../account/index.ts';
import { NotFound, readU32, Unavailable, writeU32 } from '../base/index.ts';
import { type DataStore, keys } from '../store/index.ts';
import { decodeMailbox } from './records/mailbox.ts';
import { decodeRanges, mergeRanges } from './records/ranges.ts';
import { recentKey } from './records/rows.ts';
import type { UidRanges } from './types.ts';

/** UIDs that left a mailbox after a change; undefined when tombstones no longer reach back so far. */
export function vanished(
  account: Account,
  mailbox: DocumentId,
  since: ChangeId,
): Promise<UidRanges | undefined> {
  return account.read(async (reader) => {
    if (since < reader.head.horizon - 1) return undefined;
    const range = keys.tombstoneRange(account.id, mailbox, since);
    const lists: UidRanges[] = [];
    for (let after: Uint8Array | undefined; ; ) {
      const page = await reader.scan(range, after ? { after } : {});
      for (const value of page.values) lists.push(decodeRanges(value));
      if (!page.next) return mergeRanges(lists);
      after = page.next;
    }
  });
}

const MAX_ATTEMPTS = 20;

/** First UID that no read-write SELECT has seen; with `claim`, all up to now are seen. Takes no change number. */
export async function recentFrom(
  data: DataStore,
  account: Account,
  mailbox: DocumentId,
  { claim }: { readonly claim: boolean },
): Promise<number> {
  const key = recentKey(account.id, mailbox);
  for (let left = MAX_ATTEMPTS; left > 0; left--) {
    const [seen, row] = await data.getMany([key, keys.documentKey(account.id, DataType.Mailbox, mailbox)]);
    if (!row) throw new NotFound('mailbox', mailbox);
    const first = seen ? readU32(seen, 0) : 1;
    const { uidNext } = decodeMailbox(row);
    if (!claim || first >= uidNext) return first;
    const value = new Uint8Array(4);
    writeU32(value, 0, uidNext);
    const batch = data
      .newBatch()
      .assert(key, seen ?? 'absent')
      .set(key, value);
    if ((await data.commit(batch)).ok) return first;
  }
  throw new Unavailable(`mailbox ${mailbox}`);
}
