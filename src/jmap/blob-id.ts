// Blob ids (RFC 8620 §6): `b` and the SHA-256 hash of the bytes, or `p`, the hash and a range of those bytes with
// its transfer encoding, so that every part of a message can be named without a copy of it.
import { asBuffer, ByteReader, ByteWriter } from '../base/index.ts';
import type { TransferEncoding } from '../formats/mime/index.ts';

export interface BlobName {
  readonly hash: Uint8Array;
  /** Undefined for the whole blob. */
  readonly range: BlobPart | undefined;
}

export interface BlobPart {
  readonly offset: number;
  readonly length: number;
  readonly encoding: TransferEncoding;
}

const HASH = 32;
const ENCODINGS: readonly TransferEncoding[] = ['binary', 'quoted-printable', 'base64', 'uuencode'];

export const wholeBlobId = (hash: Uint8Array): string => `b${asBuffer(hash).toString('base64url')}`;

export function partBlobId(hash: Uint8Array, part: BlobPart): string {
  const out = new ByteWriter(48);
  out.raw(hash).u8(Math.max(0, ENCODINGS.indexOf(part.encoding)));
  out.varint(part.offset).varint(part.length);
  return `p${asBuffer(out.finish()).toString('base64url')}`;
}

/** Undefined for a text that is no blob id. */
export function parseBlobId(id: string): BlobName | undefined {
  if (id.length < 44 || id.length > 80 || !/^[bp][A-Za-z0-9_-]+$/.test(id)) return undefined;
  const bytes = Buffer.from(id.slice(1), 'base64url');
  const hash = bytes.subarray(0, HASH);
  if (id.startsWith('b')) {
    return bytes.length === HASH && wholeBlobId(hash) === id ? { hash, range: undefined } : undefined;
  }
  try {
    const reader = new ByteReader(bytes, HASH);
    const encoding = ENCODINGS[reader.u8()];
    const range = { offset: reader.varint(), length: reader.varint() };
    if (encoding === undefined || reader.more || !Number.isSafeInteger(range.offset + range.length))
      return undefined;
    return { hash, range: { ...range, encoding } };
  } catch {
    return undefined;
  }
}
