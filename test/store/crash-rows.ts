// What the killed process writes, and what is expected of it afterwards.
import { type Batch, type Key, keys } from '../../src/store/index.ts';

/** Rows of one batch beside its blob. */
const PARTS = 12;

const KINDS = [keys.documentKey, keys.coldKey] as const;

export function crashKeys(writer: number, n: number): Key[] {
  return Array.from({ length: PARTS }, (_, i) => (KINDS[i % 2] as typeof keys.coldKey)(writer, i, n));
}

/** A body that nobody else has; every fifth is too long for a row of the data store. */
export const crashBody = (writer: number, n: number): Uint8Array =>
  new Uint8Array(Buffer.from(`${writer} ${n} `.repeat(n % 5 === 4 ? 8000 : 60)));

export function crashBatch(
  batch: Batch,
  writer: number,
  n: number,
  hash: Uint8Array,
  body: Uint8Array,
): Batch {
  const value = new Uint8Array(Buffer.from(`${writer} ${n}`.padEnd(n % 3 === 0 ? 2000 : 50)));
  for (const key of crashKeys(writer, n)) batch.assert(key, 'absent').set(key, value);
  return batch
    .putBlob(hash, body)
    .set(keys.blobLinkKey(hash, writer, 1, n), hash)
    .add(keys.counterKey(1, writer), 1);
}
