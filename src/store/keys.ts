// Every key of the data store is built here, and nowhere else. A key begins with a one-byte subspace;
// the parts behind it are fixed-width big-endian integers, or a byte string at the end, so that byte
// order is the order of the parts.
import { concatBytes, prefixEnd, utf8, writeU32, writeU53 } from '../base/index.ts';
import type { Key, Range } from './types.ts';

/** Subspace bytes. The class decides the table: hot rows are small and often rewritten, cold rows are large. */
export const Subspace = {
  /** Store-wide values: layout version, sequences. */
  System: 0x01,
  /** Registry records by type and id. */
  Registry: 0x10,
  /** Registry unique keys and indexes. */
  RegistryIndex: 0x11,
  /** Credentials and addresses: lookup of accounts by name. */
  Directory: 0x12,
  /** Account head. */
  Head: 0x20,
  /** Change log of an account. */
  Log: 0x21,
  /** Hot documents. */
  Document: 0x22,
  /** Index rows of an account. */
  Index: 0x23,
  /** What left a container. */
  Tombstone: 0x24,
  /** Index work still to do. */
  SearchTask: 0x25,
  /** Counters (64-bit). */
  Counter: 0x26,
  /** Blob links: hash, account, collection, document. */
  BlobLink: 0x27,
  /** Temporary blob links: account, until, hash. */
  BlobLease: 0x28,
  /** Marks of blobs being collected. */
  BlobMark: 0x29,
  /** Message queue. */
  Queue: 0x2a,
  /** Tasks and leases. */
  Task: 0x2b,
  /** Audit trail and other append-only records. */
  Trail: 0x2c,
  /** Cold documents: large, written once. */
  Cold: 0x40,
  /** Disposable snapshots of what can be computed again. */
  Snapshot: 0x41,
  /** Inline blobs. */
  Blob: 0x42,
} as const;
export type Subspace = (typeof Subspace)[keyof typeof Subspace];

/** Longest key. */
export const MAX_KEY = 1024;

/** All keys that begin with these bytes. */
export function prefixRange(prefix: Key): Range {
  const to = prefixEnd(prefix);
  if (!to) throw new RangeError('a key prefix may not be all 0xFF');
  return { from: prefix, to };
}

export const headKey = (account: number): Key => key4(Subspace.Head, account);

export const logKey = (account: number, change: number): Key => {
  const k = new Uint8Array(13);
  k[0] = Subspace.Log;
  writeU32(k, 1, account);
  writeU53(k, 5, change);
  return k;
};

/** Log rows with change ids from `since + 1`. */
export const logRange = (account: number, since: number): Range => ({
  from: logKey(account, since + 1),
  to: key4(Subspace.Log, account + 1),
});

/** Hot row of a document. */
export const documentKey = (account: number, collection: number, document: number): Key =>
  key9(Subspace.Document, account, collection, document);

export const documentRange = (account: number, collection: number): Range =>
  prefixRange(key5(Subspace.Document, account, collection));

/** Cold row of a document. */
export const coldKey = (account: number, collection: number, document: number): Key =>
  key9(Subspace.Cold, account, collection, document);

export const coldRange = (account: number, collection: number): Range =>
  prefixRange(key5(Subspace.Cold, account, collection));

/** Index row of an account: a kind byte of the owning floor, then any bytes. */
export const indexKey = (account: number, kind: number, ...parts: readonly Uint8Array[]): Key =>
  bounded(concatBytes(key5(Subspace.Index, account, kind), ...parts));

/** What left a container at a change. */
export function tombstoneKey(account: number, container: number, change: number, n: number): Key {
  const k = new Uint8Array(21);
  k[0] = Subspace.Tombstone;
  writeU32(k, 1, account);
  writeU32(k, 5, container);
  writeU53(k, 9, change);
  writeU32(k, 17, n);
  return k;
}

/** Tombstones of a container with change ids above `since`. */
export const tombstoneRange = (account: number, container: number, since: number): Range => ({
  from: tombstoneKey(account, container, since + 1, 0),
  to: prefixRange(tombstoneKey(account, container, 0, 0).subarray(0, 9)).to,
});

export const searchTaskKey = (account: number, document: number): Key => {
  const k = new Uint8Array(9);
  k[0] = Subspace.SearchTask;
  writeU32(k, 1, account);
  writeU32(k, 5, document);
  return k;
};

/** Counter `kind` of an account, tenant or other owner. */
export const counterKey = (kind: number, owner: number): Key => {
  const k = new Uint8Array(6);
  k[0] = Subspace.Counter;
  k[1] = kind;
  writeU32(k, 2, owner);
  return k;
};

/** A document's link to a blob: while one exists, the blob stays. */
export function blobLinkKey(hash: Uint8Array, account: number, collection: number, document: number): Key {
  const k = new Uint8Array(42);
  k[0] = Subspace.BlobLink;
  k.set(hash, 1);
  writeU32(k, 33, account);
  k[37] = collection;
  writeU32(k, 38, document);
  return k;
}

/** All links of a blob, those of one account, or those of one collection of it. */
export function blobLinkRange(hash: Uint8Array, account?: number, collection?: number): Range {
  const k = blobLinkKey(hash, account ?? 0, collection ?? 0, 0);
  return prefixRange(k.subarray(0, account === undefined ? 33 : collection === undefined ? 37 : 38));
}

/** A temporary link (an upload) that ends at `until`. */
export function blobLeaseKey(account: number, hash: Uint8Array): Key {
  const k = new Uint8Array(37);
  k[0] = Subspace.BlobLease;
  writeU32(k, 1, account);
  k.set(hash, 5);
  return k;
}

/** All temporary links of an account. */
export const blobLeaseRange = (account: number): Range =>
  prefixRange(blobLeaseKey(account, new Uint8Array(32)).subarray(0, 5));

export const blobMarkKey = (hash: Uint8Array): Key => concatBytes(Uint8Array.of(Subspace.BlobMark), hash);
export const blobKey = (hash: Uint8Array): Key => concatBytes(Uint8Array.of(Subspace.Blob), hash);

/** Column snapshot and other disposable values of an account. */
export const snapshotKey = (account: number, kind: number): Key => key5(Subspace.Snapshot, account, kind);

/** A key of another subspace: fixed parts are the caller's, as bytes or text. */
export const otherKey = (subspace: Subspace, ...parts: readonly (Uint8Array | string)[]): Key =>
  bounded(
    concatBytes(
      Uint8Array.of(subspace),
      ...parts.map((part) => (typeof part === 'string' ? utf8(part) : part)),
    ),
  );

/** Four big-endian bytes of an integer, as a part of a key. */
export function u32Part(value: number): Uint8Array {
  const part = new Uint8Array(4);
  writeU32(part, 0, value);
  return part;
}

/** Eight big-endian bytes of an integer, as a part of a key. */
export function u53Part(value: number): Uint8Array {
  const part = new Uint8Array(8);
  writeU53(part, 0, value);
  return part;
}

function bounded(key: Key): Key {
  if (key.length > MAX_KEY) throw new RangeError(`key of ${key.length} bytes is longer than ${MAX_KEY}`);
  return key;
}

function key4(subspace: Subspace, a: number): Key {
  const k = new Uint8Array(5);
  k[0] = subspace;
  writeU32(k, 1, a);
  return k;
}

function key5(subspace: Subspace, a: number, b: number): Key {
  const k = new Uint8Array(6);
  k[0] = subspace;
  writeU32(k, 1, a);
  k[5] = b;
  return k;
}

function key9(subspace: Subspace, a: number, b: number, c: number): Key {
  const k = new Uint8Array(10);
  k[0] = subspace;
  writeU32(k, 1, a);
  k[5] = b;
  writeU32(k, 6, c);
  return k;
}
