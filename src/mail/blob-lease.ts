// Leases: what keeps a blob that no document links (an upload, RFC 8620 §6), until when and for whom.
import type { AccountId } from '../account/index.ts';
import { concatBytes, now, readU32, readU53, Slice, Unavailable } from '../base/index.ts';
import { type DataStore, keys, type SpoolFile, type Stores } from '../store/index.ts';

interface Lease {
  readonly account: AccountId;
  readonly hash: Uint8Array;
  readonly until: number;
  readonly keeper: AccountId;
}

/** Who keeps a blob at once, at most; the first of more is dropped. */
const MAX_KEEPERS = 32;
/** Times a lease is written again when another writer was faster. */
const MAX_TRIES = 10;

/**
 * Writes a lease: the end, eight bytes, then who keeps the blob, four bytes each. A later end that is there already
 * stays. Without content the blob must be there when the lease is written, which takes it out of the collector's
 * hands; false when it is not.
 */
export async function lease(
  data: DataStore,
  { account, hash, until, keeper }: Lease,
  content?: Uint8Array | SpoolFile,
): Promise<boolean> {
  const key = keys.blobLeaseKey(account, hash);
  for (let left = MAX_TRIES; left > 0; left--) {
    const before = await data.get(key);
    const keepers = new Set(before ? keepersOf(before, account) : []).add(keeper);
    const end = Math.max(until, before ? readU53(before, 0) : 0);
    const batch = data.newBatch().assert(key, before ?? 'absent');
    if (content) batch.putBlob(hash, content);
    else batch.assert(keys.blobKey(hash), 'present');
    const result = await data.commit(batch.set(key, encode(end, [...keepers].slice(-MAX_KEEPERS))));
    if (result.ok) return true;
    if (!content && Buffer.compare(result.conflict, key) !== 0) return false;
  }
  throw new Unavailable('the blob store');
}

/** A lease that names nobody is the account's own. */
export function keepersOf(value: Uint8Array, account: AccountId): AccountId[] {
  if (value.length === 8) return [account];
  const keepers: AccountId[] = [];
  for (let at = 8; at + 4 <= value.length; at += 4) keepers.push(readU32(value, at));
  return keepers;
}

const encode = (end: number, keepers: readonly AccountId[]): Uint8Array =>
  concatBytes(keys.u53Part(end), ...keepers.map(keys.u32Part));

/** What somebody may keep in an account without using it. */
export interface Room {
  readonly blobs: number;
  readonly bytes: number;
}

interface Kept {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly until: number;
  readonly size: number;
}

/**
 * Ends the oldest leases of a keeper until the others fit into the room (RFC 8620 §6); blobs that a document links take
 * no room. The newest one stays in any case.
 */
export async function makeRoom(
  { data, blobs }: Pick<Stores, 'data' | 'blobs'>,
  { account, keeper, room }: { readonly account: AccountId; readonly keeper: AccountId; readonly room: Room },
): Promise<void> {
  const [newest, ...older] = (await unusedOf({ data, blobs }, account, keeper)).toSorted(
    (a, b) => b.until - a.until,
  );
  let count = 1;
  let bytes = newest?.size ?? 0;
  const over = older.filter(({ size }) => {
    const fits = count < room.blobs && bytes + size <= room.bytes;
    // What is older than one that has to go goes first.
    count = fits ? count + 1 : room.blobs;
    bytes += fits ? size : 0;
    return !fits;
  });
  for (let at = 0; at < over.length; at += ENDED_AT_ONCE) {
    const batch = data.newBatch();
    for (const { key, value, until } of over.slice(at, at + ENDED_AT_ONCE)) {
      const others = keepersOf(value, account).filter((one) => one !== keeper);
      batch.assert(key, value);
      if (others.length === 0) batch.delete(key);
      else batch.set(key, encode(until, others));
    }
    // One that was prolonged meanwhile fails the batch: the next upload makes room again.
    await data.commit(batch);
  }
}

const ENDED_AT_ONCE = 200;

/** Leases of a keeper that are not over, of blobs that nothing else holds. */
async function unusedOf(
  { data, blobs }: Pick<Stores, 'data' | 'blobs'>,
  account: AccountId,
  keeper: AccountId,
): Promise<Kept[]> {
  const found: Kept[] = [];
  const slice = new Slice();
  const range = keys.blobLeaseRange(account);
  for (let after: Uint8Array | undefined; ; ) {
    const page = await data.scan(range, after ? { after } : {});
    for (const [i, key] of page.keys.entries()) {
      const value = page.values[i] as Uint8Array;
      const until = readU53(value, 0);
      if (until <= now() || !keepersOf(value, account).includes(keeper)) continue;
      const hash = key.subarray(key.length - 32);
      const linked = await data.scan(keys.blobLinkRange(hash, account), { limit: 1, keysOnly: true });
      if (linked.keys.length === 0) found.push({ key, value, until, size: (await blobs.size(hash)) ?? 0 });
      if (slice.due()) await slice.pause();
    }
    if (!page.next) return found;
    after = page.next;
  }
}

/** Ends leases that are over, at most `limit`; returns how many. */
export async function expire(data: DataStore, limit: number): Promise<number> {
  let ended = 0;
  for (let after: Uint8Array | undefined; ended < limit; ) {
    const range = keys.prefixRange(Uint8Array.of(keys.Subspace.BlobLease));
    const page = await data.scan(range, after ? { after } : {});
    const batch = data.newBatch();
    let found = 0;
    for (const [i, key] of page.keys.entries()) {
      const value = page.values[i] as Uint8Array;
      if (readU53(value, 0) > now() || ended + found >= limit) continue;
      batch.assert(key, value).delete(key);
      found++;
    }
    // A lease that was prolonged meanwhile fails the batch; the next run takes the others.
    if (found > 0 && (await data.commit(batch)).ok) ended += found;
    if (!page.next) return ended;
    after = page.next;
  }
  return ended;
}
