// Everything about a message that can be computed before a write begins: one parse, one hash, the cold record and the
// keys of its conversation, the same for every account that gets it.
import { hash as digest, webcrypto } from 'node:crypto';
import { LimitExceeded } from '../base/index.ts';
import {
  bodyLists,
  encodeMessage,
  hasAttachment,
  imapTexts,
  parseMessage,
  preview,
  threadKeys,
} from '../formats/mime/index.ts';
import type { SpoolFile } from '../store/index.ts';
import { encodeCold } from './records/cold.ts';
import { THREAD_KEY } from './records/thread.ts';
import type { MessageBytes } from './types.ts';

export interface Prepared {
  readonly content: Uint8Array | SpoolFile;
  readonly hash: Uint8Array;
  readonly size: number;
  readonly hasAttachment: boolean;
  /** The encoded cold record. */
  readonly cold: Uint8Array;
  /** Keys of the thread index; of a delivery the first one is the message's own. */
  readonly keys: readonly Uint8Array[];
  /** The first key is no identifier: it only finds duplicates of a delivery without Message-ID. */
  readonly anonymous: boolean;
  /** Hash of what was received from outside. */
  readonly receivedHash: Uint8Array | undefined;
}

/** Above this a message is hashed beside the event loop. */
const LARGE = 128 * 1024;

/**
 * Throws LimitExceeded (`maxMessageSize`).
 * @param receivedHash given for deliveries: what was received, for duplicate suppression
 */
export async function prepareMessage(
  { bytes, file, hash: known }: MessageBytes,
  maxSize: number,
  receivedHash?: Uint8Array,
): Promise<Prepared> {
  if (bytes.length > maxSize) throw new LimitExceeded('maxMessageSize', maxSize);
  const hash = known ?? (bytes.length > LARGE ? await hashBeside(bytes) : sha256(bytes));
  const message = parseMessage(bytes);
  const lists = bodyLists(message);
  const attachment = hasAttachment(message, bytes, lists);
  const { subject, own, identifiers } = threadKeys(message, bytes);
  const keys = identifiers.map((id) => sha256(`${subject}\0${id}`).subarray(0, THREAD_KEY));
  const anonymous = receivedHash !== undefined && own.length === 0;
  if (anonymous) keys.unshift(receivedHash.subarray(0, THREAD_KEY));
  const cold = encodeCold({
    hash,
    size: bytes.length,
    hasAttachment: attachment,
    threadKeys: keys,
    texts: imapTexts(message, bytes),
    preview: preview(message, bytes, lists),
    message: encodeMessage(message),
  });
  return {
    content: file ?? bytes,
    hash,
    size: bytes.length,
    hasAttachment: attachment,
    cold,
    keys,
    anonymous,
    receivedHash,
  };
}

const sha256 = (data: Uint8Array | string): Uint8Array => digest('sha256', data, 'buffer');

async function hashBeside(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
