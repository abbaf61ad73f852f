// Reads blobs by the ids that clients give, whole or in part.
import { type BlobName, decodeSteps, parseBlobId } from './blob-id.ts';
import type { BlobAccess } from './mail-port.ts';

/** The bytes by blob id; ids that name nothing the caller may read are left out. */
export async function readBlobs(ids: readonly string[], blobs: BlobAccess): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const whole: { id: string; name: BlobName }[] = [];
  const parts: { id: string; name: BlobName }[] = [];
  for (const id of ids) {
    const name = parseBlobId(id);
    if (name) (name.steps.length === 0 ? whole : parts).push({ id, name });
  }
  const [wholes, ranges] = await Promise.all([
    whole.length > 0 ? blobs.readMany(whole.map(({ name }) => name.hash)) : [],
    Promise.all(parts.map(({ name }) => readPart(name, blobs))),
  ]);
  for (const [i, { id }] of whole.entries()) if (wholes[i]) found.set(id, wholes[i]);
  for (const [i, { id }] of parts.entries()) if (ranges[i]) found.set(id, ranges[i]);
  return found;
}

/** The decoded bytes of a part. */
export async function readPart(
  { hash, steps }: BlobName,
  blobs: BlobAccess,
): Promise<Uint8Array | undefined> {
  const [first] = steps;
  if (!first) return (await blobs.readMany([hash]))[0];
  const bytes = await blobs.read(hash, { offset: first.offset, length: first.length });
  return bytes && decodeSteps(bytes, steps);
}
