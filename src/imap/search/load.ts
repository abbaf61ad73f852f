// Reads what a search or sort must look at, in batches: cold records, and of the messages as much as is needed.
import type { ColdRecord } from '../../mail/index.ts';
import type { Colds } from '../cold-cache.ts';
import type { MailboxSession } from '../session.ts';
import { Content } from './text.ts';

/** What of a message is needed, each including those before. */
export const Need = { columns: 0, envelope: 1, header: 2, message: 3 } as const;
export type Need = (typeof Need)[keyof typeof Need];

/** Records of a search at most that are kept for the next one. */
const MAX_KEPT = 5000;
const BATCH_MESSAGES = 200;
const BATCH_BYTES = 4 * 1024 * 1024;

export interface Loading {
  readonly need: Need;
  /** Messages of which nothing but the record is needed, after all. */
  readonly enough?: (cold: ColdRecord) => boolean;
}

/** Visits the contents of members, in the order of the indexes; members that are gone are left out. */
export async function eachContent(
  session: MailboxSession,
  indexes: ArrayLike<number>,
  { need, enough }: Loading,
  visit: (content: Content) => void,
): Promise<void> {
  const { user, selected, slice, face } = session;
  const { view, members } = selected;
  for (let from = 0; from < indexes.length; ) {
    const to = batchEnd(session, indexes, from, need);
    const ids: number[] = [];
    for (let i = from; i < to; i++)
      ids.push(view.ids[members.rows[indexes[i] as number] as number] as number);
    // A scan of a large mailbox would push out what is read again.
    const some = indexes.length > MAX_KEPT ? user.mail.cold(ids) : face.cold.of(user.mail, ids);
    let records: Colds = NOTHING;
    if (some instanceof Promise) {
      records = await some;
      slice.begin();
    } else {
      records = some;
    }
    const wanted = enough ? records.map((cold) => (cold && enough(cold) ? undefined : cold)) : records;
    const reading = need >= Need.header && wanted.some((cold) => cold !== undefined);
    const bytes = reading ? await readBytes(session, ids, wanted, need) : NOTHING;
    if (reading) slice.begin();
    // hot: per message of a search or sort
    for (let i = 0; i < records.length; i++) {
      const cold = records[i];
      const octets = bytes[i];
      if (cold === undefined || (need >= Need.header && octets === undefined && wanted[i] !== undefined))
        continue;
      visit(new Content(indexes[from + i] as number, cold, octets));
      if (slice.due()) await slice.pause();
    }
    from = to;
  }
}

const NOTHING: readonly undefined[] = [];

function batchEnd(
  { selected }: MailboxSession,
  indexes: ArrayLike<number>,
  from: number,
  need: Need,
): number {
  const { view, members } = selected;
  const most = Math.min(indexes.length, from + BATCH_MESSAGES);
  if (need < Need.message) return most;
  let at = from;
  for (let bytes = 0; at < most; at++) {
    bytes += view.sizes[members.rows[indexes[at] as number] as number] as number;
    if (bytes > BATCH_BYTES && at > from) break;
  }
  return at;
}

async function readBytes(
  { user, options, face }: MailboxSession,
  ids: readonly number[],
  records: Colds,
  need: Need,
): Promise<readonly (Uint8Array | undefined)[]> {
  if (need < Need.message) return face.octets.headers(user.mail.account.id, ids, records, Infinity);
  const there: number[] = [];
  const hashes: Uint8Array[] = [];
  for (const [i, cold] of records.entries()) {
    if (cold === undefined) continue;
    there.push(i);
    hashes.push(cold.hash);
  }
  const bytes: (Uint8Array | undefined)[] = records.map(() => undefined);
  const read = await options.blobs.readMany(hashes);
  for (const [at, i] of there.entries()) bytes[i] = read[at];
  return bytes;
}
