// Blob ids (RFC 8620 §6): `b` and the SHA-256 hash of the bytes, or `p`, the hash and a range of those bytes with
// its transfer encoding, so that every part of a message can be named without a copy of it. A range of what an
// encoded range decodes to is a second step.
import { asBuffer, ByteReader, ByteWriter } from '../base/index.ts';
import { decodeTransfer, type TransferEncoding } from '../formats/mime/index.ts';

export interface BlobName {
  readonly hash: Uint8Array;
  /** Ranges taken one after the other, each decoded before the next; none for the whole blob. */
  readonly steps: readonly BlobStep[];
}

export interface BlobStep {
  readonly offset: number;
  readonly length: number;
  readonly encoding: TransferEncoding;
}

const HASH = 32;
const MAX_STEPS = 4;
const ENCODINGS: readonly TransferEncoding[] = ['binary', 'quoted-printable', 'base64', 'uuencode'];
/** 0 for encodings that change nothing. */
const encodingNumber = (encoding: TransferEncoding): number => Math.max(0, ENCODINGS.indexOf(encoding));

export function blobIdOf({ hash, steps }: BlobName): string {
  if (steps.length === 0) return `b${asBuffer(hash).toString('base64url')}`;
  const out = new ByteWriter(48);
  out.raw(hash);
  for (const { offset, length, encoding } of steps)
    out.u8(encodingNumber(encoding)).varint(offset).varint(length);
  return `p${asBuffer(out.finish()).toString('base64url')}`;
}

export const wholeBlobId = (hash: Uint8Array): string => blobIdOf({ hash, steps: [] });

/** A range of what a name means; undefined when it lies too deep to be named. */
export function blobWithin({ hash, steps }: BlobName, step: BlobStep): BlobName | undefined {
  const last = steps.at(-1);
  if (last && encodingNumber(last.encoding) === 0) {
    return { hash, steps: [...steps.slice(0, -1), { ...step, offset: last.offset + step.offset }] };
  }
  return steps.length < MAX_STEPS ? { hash, steps: [...steps, step] } : undefined;
}

/** Undefined for a text that is no blob id. */
export function parseBlobId(id: string): BlobName | undefined {
  if (id.length < 44 || id.length > 160 || !/^[bp][A-Za-z0-9_-]+$/.test(id)) return undefined;
  const bytes = Buffer.from(id.slice(1), 'base64url');
  const hash = bytes.subarray(0, HASH);
  const name =
    id.startsWith('b') && bytes.length === HASH ? { hash, steps: [] } : { hash, steps: readSteps(bytes) };
  if (!name.steps || blobIdOf({ hash, steps: name.steps }) !== id) return undefined;
  return { hash, steps: name.steps };
}

function readSteps(bytes: Uint8Array): BlobStep[] | undefined {
  const steps: BlobStep[] = [];
  try {
    const reader = new ByteReader(bytes, HASH);
    while (reader.more) {
      const encoding = ENCODINGS[reader.u8()];
      const [offset, length] = [reader.varint(), reader.varint()];
      if (encoding === undefined || !Number.isSafeInteger(offset + length)) return undefined;
      steps.push({ offset, length, encoding });
    }
  } catch {
    return undefined;
  }
  return steps.length > 0 && steps.length <= MAX_STEPS ? steps : undefined;
}

/** What a name means, given the bytes of its first range (or the whole blob). */
export function decodeSteps(bytes: Uint8Array, steps: readonly BlobStep[]): Uint8Array {
  let current = bytes;
  for (const [i, { offset, length, encoding }] of steps.entries()) {
    if (i > 0) current = current.subarray(offset, offset + length);
    current = decodeTransfer(current, encoding);
  }
  return current;
}
