// Marks of blobs that are being collected, at `blobMarkKey`. A blob without links is `condemned` with a time;
// later its row goes and the mark says `deleting` and names the file that is still to be unlinked
// (spec-platform.md §2.7).
import { ByteReader, ByteWriter } from '../base/index.ts';

export type BlobMark =
  | { readonly state: 'condemned'; readonly since: number }
  | { readonly state: 'deleting'; readonly name: string };

const CONDEMNED = 1;
const DELETING = 2;

export const encodeMark = (mark: BlobMark): Uint8Array =>
  mark.state === 'condemned'
    ? new ByteWriter(9).u8(CONDEMNED).u53(mark.since).finish()
    : new ByteWriter(80).u8(DELETING).text(mark.name).copy();

export function decodeMark(value: Uint8Array): BlobMark {
  const reader = new ByteReader(value);
  return reader.u8() === CONDEMNED
    ? { state: 'condemned', since: reader.u53() }
    : { state: 'deleting', name: reader.text() };
}

/** True when the mark is one that a new link clears. */
export const isCondemned = (value: Uint8Array): boolean => value[0] === CONDEMNED;
