// The record of an identity (RFC 8621 §6).
import { ByteReader, ByteWriter } from '../../base/index.ts';
import type { EmailAddress } from '../../formats/mime/index.ts';

export interface IdentityFields {
  readonly name: string;
  readonly email: string;
  readonly replyTo: readonly EmailAddress[] | null;
  readonly bcc: readonly EmailAddress[] | null;
  readonly textSignature: string;
  readonly htmlSignature: string;
}

const VERSION = 1;

export function encodeIdentity(identity: IdentityFields): Uint8Array {
  const out = new ByteWriter(128);
  out.u8(VERSION).text(identity.name).text(identity.email);
  writeAddresses(out, identity.replyTo);
  writeAddresses(out, identity.bcc);
  return out.text(identity.textSignature).text(identity.htmlSignature).finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeIdentity(row: Uint8Array): IdentityFields {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`identity record of version ${version}`);
  return {
    name: input.text(),
    email: input.text(),
    replyTo: readAddresses(input),
    bcc: readAddresses(input),
    textSignature: input.text(),
    htmlSignature: input.text(),
  };
}

/** A count, one more than there are; 0 for null. A name has a byte in front that says whether there is one. */
function writeAddresses(out: ByteWriter, addresses: readonly EmailAddress[] | null): void {
  out.varint(addresses === null ? 0 : addresses.length + 1);
  for (const { name, email } of addresses ?? []) {
    out.u8(name === null ? 0 : 1);
    if (name !== null) out.text(name);
    out.text(email);
  }
}

function readAddresses(input: ByteReader): EmailAddress[] | null {
  const count = input.varint();
  if (count === 0) return null;
  const addresses: EmailAddress[] = [];
  for (let left = count - 1; left > 0; left--)
    addresses.push({ name: input.u8() === 0 ? null : input.text(), email: input.text() });
  return addresses;
}

/** Texts in a row. */
export function encodeTexts(texts: readonly string[]): Uint8Array {
  const out = new ByteWriter(64);
  out.u8(VERSION).varint(texts.length);
  for (const text of texts) out.text(text);
  return out.finish();
}

export function decodeTexts(row: Uint8Array): string[] {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`record of version ${version}`);
  return Array.from({ length: input.varint() }, () => input.text());
}
