// Blobs of an account beside its e-mails: who may read one, and uploads that are kept for a while (RFC 8620 §6).
import { hash as digest } from 'node:crypto';
import type { AccountId, DataType, DocumentId } from '../account/index.ts';
import { concatBytes, now, readU32, readU53, Unavailable } from '../base/index.ts';
import { type BlobStore, type DataStore, keys, type SpoolFile, type Stores } from '../store/index.ts';

export interface BlobAccess {
  /**
   * Whether each blob is linked by a document of the account, or kept in it by the reader (RFC 8620 §6.1: by nobody
   * else, also in accounts of several); by hash, in the order asked.
   */
  mayRead(account: AccountId, hashes: readonly Uint8Array[], reader?: AccountId): Promise<boolean[]>;
  /**
   * Stores bytes in an account until a time, in milliseconds since 1970, for the one who keeps them there. Resolves when
   * durable.
   */
  keep(
    account: AccountId,
    body: AsyncIterable<Uint8Array>,
    until: number,
    keeper?: AccountId,
  ): Promise<{ readonly hash: Uint8Array; readonly size: number }>;
  /** As `keep`, of a blob that is stored already; false when there is no such blob. */
  keepStored(account: AccountId, hash: Uint8Array, until: number, keeper?: AccountId): Promise<boolean>;
  /** Documents of a type that link each blob, in the order asked. */
  documents(
    account: AccountId,
    type: DataType,
    hashes: readonly Uint8Array[],
  ): Promise<readonly (readonly DocumentId[])[]>;
  /** Ends leases that are over, at most `limit`; returns how many. For the daily clean-up, before blobs are collected. */
  expire(limit: number): Promise<number>;
}

/** Bodies up to this size are gathered in memory. */
const SMALL = 256 * 1024;

export function createBlobAccess({ data, blobs }: Pick<Stores, 'data' | 'blobs'>): BlobAccess {
  return {
    mayRead: async (account, hashes, reader = account) => {
      const leases = await data.getMany(hashes.map((hash) => keys.blobLeaseKey(account, hash)));
      return Promise.all(
        hashes.map(async (hash, i) => {
          const lease = leases[i];
          if (lease && readU53(lease, 0) > now() && keepersOf(lease, account).includes(reader)) return true;
          const links = await data.scan(keys.blobLinkRange(hash, account), { limit: 1, keysOnly: true });
          return links.keys.length > 0;
        }),
      );
    },
    keep: async (account, body, until, keeper = account) => {
      const { hash, size, content, discard } = await gather(body, blobs);
      try {
        await lease(data, { account, hash, until, keeper }, content);
      } catch (error) {
        await discard();
        throw error;
      }
      return { hash, size };
    },
    keepStored: (account, hash, until, keeper = account) => lease(data, { account, hash, until, keeper }),
    documents: (account, type, hashes) =>
      Promise.all(hashes.map((hash) => linkedDocuments(data, account, type, hash))),
    expire: (limit) => expire(data, limit),
  };
}

interface Gathered {
  readonly hash: Uint8Array;
  readonly size: number;
  readonly content: Uint8Array | SpoolFile;
  readonly discard: () => Promise<void>;
}

/** Reads a body, into a spool file when it is large. */
async function gather(body: AsyncIterable<Uint8Array>, blobs: BlobStore): Promise<Gathered> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let spool: Awaited<ReturnType<BlobStore['spool']>> | undefined;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (spool) await spool.write(chunk);
      else chunks.push(chunk);
      if (spool || size <= SMALL) continue;
      spool = await blobs.spool();
      for (const early of chunks) await spool.write(early);
    }
    if (!spool) {
      const bytes = concatBytes(...chunks);
      return {
        hash: digest('sha256', bytes, 'buffer'),
        size,
        content: bytes,
        discard: async () => undefined,
      };
    }
    const writer = spool;
    const { file, hash } = await writer.finish();
    return { hash, size, content: file, discard: () => writer.discard() };
  } catch (error) {
    await spool?.discard();
    throw error;
  }
}

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
async function lease(
  data: DataStore,
  { account, hash, until, keeper }: Lease,
  content?: Uint8Array | SpoolFile,
): Promise<boolean> {
  const key = keys.blobLeaseKey(account, hash);
  for (let left = MAX_TRIES; left > 0; left--) {
    const before = await data.get(key);
    const keepers = new Set(before ? keepersOf(before, account) : []).add(keeper);
    const end = Math.max(until, before ? readU53(before, 0) : 0);
    const last = [...keepers].slice(-MAX_KEEPERS).map(keys.u32Part);
    const batch = data.newBatch().assert(key, before ?? 'absent');
    if (content) batch.putBlob(hash, content);
    else batch.assert(keys.blobKey(hash), 'present');
    const result = await data.commit(batch.set(key, concatBytes(keys.u53Part(end), ...last)));
    if (result.ok) return true;
    if (!content && Buffer.compare(result.conflict, key) !== 0) return false;
  }
  throw new Unavailable('the blob store');
}

/** A lease that names nobody is the account's own. */
function keepersOf(value: Uint8Array, account: AccountId): AccountId[] {
  if (value.length === 8) return [account];
  const keepers: AccountId[] = [];
  for (let at = 8; at + 4 <= value.length; at += 4) keepers.push(readU32(value, at));
  return keepers;
}

async function linkedDocuments(
  data: DataStore,
  account: AccountId,
  type: DataType,
  hash: Uint8Array,
): Promise<DocumentId[]> {
  const found: DocumentId[] = [];
  const range = keys.blobLinkRange(hash, account, type);
  for (let after: Uint8Array | undefined; ; ) {
    const page = await data.scan(range, { keysOnly: true, ...(after && { after }) });
    for (const key of page.keys) found.push(readU32(key, key.length - 4));
    if (!page.next) return found;
    after = page.next;
  }
}

async function expire(data: DataStore, limit: number): Promise<number> {
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
