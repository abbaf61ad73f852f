// Forms of a blob at rest. The row at `blobKey` holds the bytes themselves when they are few, else it names a
// file and says how to read it. The last byte of a row tells its form (spec-platform.md §2.3).
import { zstdDecompressSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../base/index.ts';
import { StoreCorrupt } from './types.ts';

/** Last byte of a row: 0xA0 and the algorithm (rows are not compressed, see `docs/storage.md`), or a file. */
const Marker = { Plain: 0xa0, File: 0xaf } as const;

/** Bytes that one frame of a file holds before compression; only the last frame is shorter. */
export const FRAME = 256 * 1024;

/** A blob in a file below the blob folder. */
export interface FileRow {
  readonly name: string;
  /** Bytes of the blob. */
  readonly size: number;
  /** Where each frame ends in the file; a frame as long as its content is not compressed. Empty: the file is the blob. */
  readonly ends: readonly number[];
}

export type BlobRow = { readonly bytes: Uint8Array } | { readonly file: FileRow };

/** Row of bytes as they are. */
export function plainRow(bytes: Uint8Array): Uint8Array {
  const row = new Uint8Array(bytes.length + 1);
  row.set(bytes);
  row[bytes.length] = Marker.Plain;
  return row;
}

export function fileRow(file: FileRow): Uint8Array {
  const row = new ByteWriter(64 + file.ends.length * 5)
    .u53(file.size)
    .text(file.name)
    .varint(file.ends.length);
  let before = 0;
  for (const end of file.ends) {
    row.varint(end - before);
    before = end;
  }
  return row.u8(Marker.File).finish();
}

/** @throws StoreCorrupt */
export function decodeRow(row: Uint8Array): BlobRow {
  const last = row.length - 1;
  switch (row[last]) {
    case Marker.Plain:
      return { bytes: row.subarray(0, last) };
    case Marker.File:
      return { file: decodeFileRow(row) };
    default:
      throw new StoreCorrupt('a blob is stored in an unknown form');
  }
}

/** The file that a row names; undefined when it holds the bytes itself. */
export const fileOfRow = (row: Uint8Array): FileRow | undefined =>
  row[row.length - 1] === Marker.File ? decodeFileRow(row) : undefined;

/** Bytes of the blob, without reading it. */
export function sizeOfRow(row: Uint8Array): number {
  const last = row.length - 1;
  if (row[last] === Marker.Plain) return last;
  return decodeFileRow(row).size;
}

/** Decompresses a frame to exactly `size` bytes. @throws StoreCorrupt */
export function inflate(frame: Uint8Array, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync(frame, { maxOutputLength: size + 1 });
  } catch (error) {
    throw new StoreCorrupt('a blob does not decompress', { cause: error });
  }
  if (bytes.length !== size) throw new StoreCorrupt('a blob decompresses to another length');
  return bytes;
}

function decodeFileRow(row: Uint8Array): FileRow {
  try {
    const reader = new ByteReader(row);
    const size = reader.u53();
    const name = reader.text();
    const ends: number[] = [];
    let end = 0;
    for (let left = reader.varint(); left > 0; left--) {
      end += reader.varint();
      ends.push(end);
    }
    return { name, size, ends };
  } catch (error) {
    throw new StoreCorrupt('the row of a blob file is damaged', { cause: error });
  }
}
