// The cold record of an e-mail: what is computed once when it is stored and never changes, so that no reader
// parses the message again. Message, preview and the texts of IMAP are views of the row until they are asked for.
import { ByteReader, ByteWriter, fromUtf8 } from '../../base/index.ts';
import {
  bodyWithoutExtensions,
  decodeMessage,
  type ImapTexts,
  type Message,
} from '../../formats/mime/index.ts';
import type { ColdRecord, ImapForms } from '../types.ts';
import { THREAD_KEY } from './thread.ts';

export interface ColdFields {
  /** SHA-256 of the message. */
  readonly hash: Uint8Array;
  readonly size: number;
  readonly hasAttachment: boolean;
  /** Its keys of the thread index. */
  readonly threadKeys: readonly Uint8Array[];
  readonly texts: ImapTexts;
  readonly preview: string;
  /** As `encodeMessage` wrote it. */
  readonly message: Uint8Array;
}

const VERSION = 1;
const HAS_ATTACHMENT = 1;
/** The texts in UTF-8 differ and stand beside the classic ones. */
const TWO_FORMS = 2;
const HASH = 32;

export function encodeCold(cold: ColdFields): Uint8Array {
  const { classic, utf8 } = cold.texts;
  const out = new ByteWriter(
    256 + classic.envelope.length + classic.bodyStructure.length + cold.message.length + cold.preview.length,
  );
  out.u8(VERSION);
  out.u8((cold.hasAttachment ? HAS_ATTACHMENT : 0) | (utf8 === classic ? 0 : TWO_FORMS));
  out.raw(cold.hash).varint(cold.size).varint(cold.threadKeys.length);
  for (const key of cold.threadKeys) out.raw(key);
  out.bytes(classic.envelope).bytes(classic.bodyStructure);
  if (utf8 !== classic) out.bytes(utf8.envelope).bytes(utf8.bodyStructure);
  out.text(cold.preview).bytes(cold.message);
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export const decodeCold = (row: Uint8Array): StoredCold => new StoredCold(row);

export class StoredCold implements ColdRecord {
  readonly hash: Uint8Array;
  readonly size: number;
  readonly hasAttachment: boolean;
  readonly threadKeys: readonly Uint8Array[];
  readonly envelope: Uint8Array;
  readonly bodyStructure: Uint8Array;
  readonly #utf8: { envelope: Uint8Array; bodyStructure: Uint8Array } | undefined;
  readonly #preview: Uint8Array;
  readonly #encoded: Uint8Array;
  #text: string | undefined;
  #message: Message | undefined;

  constructor(row: Uint8Array) {
    const input = new ByteReader(row);
    const version = input.u8();
    if (version !== VERSION) throw new RangeError(`cold record of version ${version}`);
    const flags = input.u8();
    this.hasAttachment = (flags & HAS_ATTACHMENT) !== 0;
    this.hash = input.raw(HASH);
    this.size = input.varint();
    const keys: Uint8Array[] = [];
    for (let left = input.varint(); left > 0; left--) keys.push(input.raw(THREAD_KEY));
    this.threadKeys = keys;
    this.envelope = input.bytes();
    this.bodyStructure = input.bytes();
    if ((flags & TWO_FORMS) !== 0) this.#utf8 = { envelope: input.bytes(), bodyStructure: input.bytes() };
    this.#preview = input.bytes();
    this.#encoded = input.bytes();
  }

  get body(): Uint8Array {
    return bodyWithoutExtensions(this.bodyStructure);
  }

  get utf8(): ImapForms {
    if (!this.#utf8) return this;
    const { envelope, bodyStructure } = this.#utf8;
    return {
      envelope,
      bodyStructure,
      get body() {
        return bodyWithoutExtensions(bodyStructure);
      },
    };
  }

  get preview(): string {
    return (this.#text ??= fromUtf8(this.#preview));
  }

  get message(): Message {
    return (this.#message ??= decodeMessage(this.#encoded));
  }
}
