// The text of generated credentials. An app password is given beside the account's name; an API key says by
// itself whose it is.
import { asBuffer, concatBytes, decodeId, encodeId, randomBytes, readU32 } from '../base/index.ts';
import { keys } from '../store/index.ts';
import { decodeBase32 } from './base32.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz792013';
const APP_BYTES = 22;
const KEY_BYTES = 28;

/** A generated credential: what it shows once, and the part of it that is hashed. */
export interface GeneratedSecret {
  readonly text: string;
  readonly secret: string;
}

/** `app_` and base 32 of the credential's number and 18 random bytes. */
export function newAppPassword(credential: number): GeneratedSecret {
  const random = randomBytes(APP_BYTES - 4);
  return { text: `app_${toBase32(concatBytes(keys.u32Part(credential), random))}`, secret: hashed(random) };
}

/** `API_` and base 64 of the account's and the credential's numbers and 20 random bytes. */
export function newApiKey(account: number, credential: number): GeneratedSecret {
  const random = randomBytes(KEY_BYTES - 8);
  const bytes = concatBytes(keys.u32Part(account), keys.u32Part(credential), random);
  return { text: `API_${asBuffer(bytes).toString('base64url')}`, secret: hashed(random) };
}

/** The credential that an app password names, or undefined when the text is none. */
export function parseAppPassword(
  text: string,
): { readonly credential: number; readonly secret: string } | undefined {
  if (!/^app[^a-z0-9]/i.test(text)) return undefined;
  const digits = text.slice(4);
  const bytes = digits.length > 64 ? undefined : decodeBase32(digits, ALPHABET);
  // one text for one secret: the spare bits of the last digit are zero
  if (bytes?.length !== APP_BYTES || toBase32(bytes) !== text.slice(4)) return undefined;
  return { credential: readU32(bytes, 0), secret: hashed(bytes.subarray(4)) };
}

/** True for what can only be an API key: such a token is never anything else. */
export const isApiKey = (text: string): boolean => text.startsWith('API_');

/** Account and credential that an API key names, or undefined when the text is malformed. */
export function parseApiKey(
  text: string,
): { readonly account: number; readonly credential: number; readonly secret: string } | undefined {
  if (!/^API_[\w-]{38}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(4), 'base64url');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64url') !== text.slice(4)) return undefined;
  return { account: readU32(bytes, 0), credential: readU32(bytes, 4), secret: hashed(bytes.subarray(8)) };
}

/** Credential numbers as ids and as they stand in the account. */
export const credentialText = (credential: number): string => encodeId(credential);
export const credentialNumber = (text: string): number | undefined => decodeId(text);

/** The random part as text, which is what gets hashed. */
const hashed = (random: Uint8Array): string => asBuffer(random).toString('base64url');

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text;
}
