// Blobs of an account beside its e-mails: who may read one, and uploads that are kept for a while (RFC 8620 §6).
import { hash as digest } from 'node:crypto';
import type { AccountId, DataType, DocumentId } from '../account/index.ts';
import { concatBytes, now, readU32, readU53 } from '../base/index.ts';
import { type BlobStore, type DataStore, keys, type SpoolFile, type Stores } from '../store/index.ts';
import { expire, keepersOf, lease, makeRoom, type Room } from './blob-lease.ts';

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
  /** Ends leases of somebody in an account, oldest first, until no more is kept there than the room has. */
  makeRoom(account: AccountId, keeper: AccountId, room: Room): Promise<void>;
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
    makeRoom: (account, keeper, room) => makeRoom({ data, blobs }, { account, keeper, room }),
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
