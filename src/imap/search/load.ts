// Reads what a search or sort must look at, in batches: cold records, and of the messages as much as is needed.
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
/** Messages up to this size are read whole even where the header would do. */
const SMALL = 64 * 1024;

/** The contents of members, in the order of the indexes; members that are gone are left out. */
export async function* contents(
  session: MailboxSession,
  indexes: ArrayLike<number>,
  need: Need,
): AsyncGenerator<Content> {
  const { user, selected, slice, face } = session;
  const { view, members } = selected;
  for (let from = 0; from < indexes.length; ) {
    const to = batchEnd(session, indexes, from, need);
    const ids: number[] = [];
    for (let i = from; i < to; i++)
      ids.push(view.ids[members.rows[indexes[i] as number] as number] as number);
    // A scan of a large mailbox would push out what is read again.
    const records = await (indexes.length > MAX_KEPT ? user.mail.cold(ids) : face.cold.of(user.mail, ids));
    const bytes = need >= Need.header ? await readBytes(session, records, need) : [];
    slice.begin();
    for (const [i, cold] of records.entries()) {
      const octets = bytes[i];
      if (cold === undefined || (need >= Need.header && octets === undefined)) continue;
      yield new Content(indexes[from + i] as number, cold, octets);
      if (slice.due()) await slice.pause();
    }
    from = to;
  }
}

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
  { options }: MailboxSession,
  records: Colds,
  need: Need,
): Promise<(Uint8Array | undefined)[]> {
  const wholes: number[] = [];
  const bytes: (Uint8Array | undefined)[] = records.map(() => undefined);
  for (const [i, cold] of records.entries()) {
    if (cold === undefined) continue;
    if (need === Need.message || cold.size <= SMALL) wholes.push(i);
    else {
      const { bodyOffset } = cold.message.parts[0];
      bytes[i] = await options.blobs.read(cold.hash, { offset: 0, length: bodyOffset });
    }
  }
  const read = await options.blobs.readMany(
    wholes.map((i) => (records[i] as NonNullable<Colds[number]>).hash),
  );
  for (const [at, i] of wholes.entries()) bytes[i] = read[at];
  return bytes;
}
