// Encryption of push messages (RFC 8291) in the content coding aes128gcm (RFC 8188): one record, a new key pair and
// salt for each message.
import { createCipheriv, createECDH, ECDH, hkdfSync } from 'node:crypto';
import { concatBytes, randomBytes, utf8, writeU32 } from '../../base/index.ts';

/** What a subscriber gives, as octets. */
export interface PushKeys {
  /** Uncompressed point on P-256, 65 octets. */
  readonly p256dh: Uint8Array;
  /** 16 octets. */
  readonly auth: Uint8Array;
}

/** Fixed by tests alone. */
export interface EncryptionSeed {
  readonly privateKey: Uint8Array;
  readonly salt: Uint8Array;
}

/** RFC 8291 §4: what a push service takes at least, and what of it is left for the plain text. */
export const MAX_PUSH_BODY = 4096;
export const MAX_PUSH_TEXT = 3993;

const CURVE = 'prime256v1';
const POINT = 65;
const SALT = 16;
const AUTH = 16;

/** True for an uncompressed point that lies on P-256. */
export function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== POINT || bytes[0] !== 4) return false;
  try {
    ECDH.convertKey(bytes, CURVE, undefined, undefined, 'uncompressed');
    return true;
  } catch {
    return false;
  }
}

/** URL-safe base64, padding optional; undefined for anything else. */
export function readKeys(keys: { readonly p256dh: string; readonly auth: string }): PushKeys | undefined {
  const p256dh = octets(keys.p256dh);
  const auth = octets(keys.auth);
  return p256dh && auth?.length === AUTH && isPoint(p256dh) ? { p256dh, auth } : undefined;
}

function octets(text: string): Uint8Array | undefined {
  if (text.length > 200 || !/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text.replace(/=+$/, '') ? bytes : undefined;
}

/** The body of a push message. `text` is at most `MAX_PUSH_TEXT` octets for services that take no more. */
export function encryptPush(text: Uint8Array, { p256dh, auth }: PushKeys, seed?: EncryptionSeed): Uint8Array {
  const ecdh = createECDH(CURVE);
  if (seed) ecdh.setPrivateKey(seed.privateKey);
  else ecdh.generateKeys();
  const salt = seed?.salt ?? randomBytes(SALT);
  const own = ecdh.getPublicKey();
  const shared = ecdh.computeSecret(p256dh);
  // RFC 8291 §3.4
  const info = concatBytes(utf8('WebPush: info\0'), p256dh, own);
  const material = new Uint8Array(hkdfSync('sha256', shared, auth, info, 32));
  const key = new Uint8Array(hkdfSync('sha256', material, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = new Uint8Array(hkdfSync('sha256', material, salt, 'Content-Encoding: nonce\0', 12));
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  // RFC 8188 §2: the delimiter of the last record.
  const record = concatBytes(cipher.update(text), cipher.update(Uint8Array.of(2)), cipher.final());
  const header = new Uint8Array(SALT + 5);
  header.set(salt);
  writeU32(header, SALT, Math.max(MAX_PUSH_BODY, record.length + 17));
  header[SALT + 4] = own.length;
  return concatBytes(header, own, record, cipher.getAuthTag());
}
