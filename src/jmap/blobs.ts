// Blobs as clients name them: whose they are, and how they are read, whole or in part. Knowing a hash grants
// nothing: each name that comes from a client is checked against what the account links.
import type { AccountId } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import type { BlobRange } from '../store/index.ts';
import { type BlobName, type BlobStep, decodeSteps, parseBlobId } from './blob-id.ts';

/** On whose behalf blobs are read. */
export interface BlobScope {
  readonly token: AccessToken;
  readonly accountId: AccountId;
}

/** What this face asks of the blob store. */
export interface BlobReads {
  readMany(hashes: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  read(hash: Uint8Array, range?: BlobRange): Promise<Uint8Array | undefined>;
  /** Pieces of at most 256 KiB. */
  stream(hash: Uint8Array, range?: BlobRange): AsyncIterable<Uint8Array>;
  /** Bytes of a blob; undefined when there is none. */
  size(hash: Uint8Array): Promise<number | undefined>;
}

export interface Blobs {
  readonly reads: BlobReads;
  /** Whether each blob is linked by something that the caller may read in this account. */
  mayRead(scope: BlobScope, hashes: readonly Uint8Array[]): Promise<boolean[]>;
}

/** The bytes by blob id; ids that name nothing the caller may read are left out. */
export async function readBlobs(
  ids: readonly string[],
  scope: BlobScope,
  blobs: Blobs,
): Promise<Map<string, Uint8Array>> {
  const named: { id: string; name: BlobName }[] = [];
  for (const id of ids) {
    const name = parseBlobId(id);
    if (name) named.push({ id, name });
  }
  if (named.length === 0) return new Map();
  const allowed = await blobs.mayRead(
    scope,
    named.map(({ name }) => name.hash),
  );
  const { reads } = blobs;
  const mine = named.filter((_, i) => allowed[i]);
  const whole = mine.filter(({ name }) => name.steps.length === 0);
  const parts = mine.filter(({ name }) => name.steps.length > 0);
  const [wholes, ranges] = await Promise.all([
    whole.length > 0 ? reads.readMany(whole.map(({ name }) => name.hash)) : [],
    Promise.all(parts.map(({ name }) => readPart(name, reads))),
  ]);
  const found = new Map<string, Uint8Array>();
  for (const [i, { id }] of whole.entries()) if (wholes[i]) found.set(id, wholes[i]);
  for (const [i, { id }] of parts.entries()) if (ranges[i]) found.set(id, ranges[i]);
  return found;
}

/** The decoded bytes of a part. */
export async function readPart({ hash, steps }: BlobName, reads: BlobReads): Promise<Uint8Array | undefined> {
  const [first] = steps;
  const bytes = await reads.read(hash, first && { offset: first.offset, length: first.length });
  return bytes && decodeSteps(bytes, steps);
}

/** A name whose bytes lie in the blob as they are: no step but at most one that decodes nothing. */
export function plainRange({ steps }: BlobName): BlobStep | 'whole' | undefined {
  const [first, ...more] = steps;
  if (!first) return 'whole';
  return more.length === 0 && first.encoding === 'binary' ? first : undefined;
}
