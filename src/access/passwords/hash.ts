// Stored secrets: verifying them in every accepted format, recognizing complete hashes, and hashing new ones.
import {
  argon2 as argon2Callback,
  createHash,
  pbkdf2 as pbkdf2Callback,
  scrypt as scryptCallback,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { asBuffer, emit, randomBytes, utf8 } from '../../base/index.ts';
import type { ValueOf } from '../../registry/index.ts';
import { hashBcrypt, verifyBcrypt } from './bcrypt.ts';
import { crypt } from './crypt.ts';

export type HashAlgorithm = ValueOf<'Authentication'>['passwordHashAlgorithm'];

const argon2 = promisify(argon2Callback);
const pbkdf2 = promisify(pbkdf2Callback);
const scrypt = promisify(scryptCallback) as (
  secret: Uint8Array,
  salt: Uint8Array,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;

/** 19 MiB, two passes, one lane: the smallest setting that OWASP recommends. */
const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1 };
const PBKDF2_ROUNDS = 600_000;
const SCRYPT = { ln: 15, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Most memory that a stored hash may ask for, in KiB, and most work of the other kinds. */
const MAX_KIB = 1 << 20;
const MAX_PBKDF2_ROUNDS = 10_000_000;

/** A new hash of a secret, as a PHC string (bcrypt in its own format). */
export async function hashSecret(secret: string, algorithm: HashAlgorithm): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  switch (algorithm) {
    case 'argon2id': {
      const { memory, passes, parallelism } = ARGON2;
      const hash = await argon2('argon2id', {
        message: utf8(secret),
        nonce: salt,
        tagLength: HASH_BYTES,
        memory,
        passes,
        parallelism,
      });
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${b64(salt)}$${b64(hash)}`;
    }
    case 'scrypt': {
      const { ln, r, p } = SCRYPT;
      const hash = await scrypt(utf8(secret), salt, HASH_BYTES, {
        N: 2 ** ln,
        r,
        p,
        maxmem: scryptMemory(ln, r),
      });
      return `$scrypt$ln=${ln},r=${r},p=${p}$${b64(salt)}$${b64(hash)}`;
    }
    case 'pbkdf2': {
      const hash = await pbkdf2(utf8(secret), salt, PBKDF2_ROUNDS, HASH_BYTES, 'sha256');
      return `$pbkdf2-sha256$i=${PBKDF2_ROUNDS},l=${HASH_BYTES}$${b64(salt)}$${b64(hash)}`;
    }
    case 'bcrypt':
      return hashBcrypt(secret);
  }
}

/** True for a text that is a complete hash in an accepted format: it is stored as it is. */
export function isCompleteHash(text: string): boolean {
  return (
    /^\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+$/.test(text) ||
    /^\$pbkdf2(?:-sha\d+)?\$[^$]+\$[\w+/.]+\$[\w+/.]+$/.test(text) ||
    /^\$scrypt\$[^$]+\$[\w+/]+\$[\w+/]+$/.test(text) ||
    /^\$2[abxy]\$\d\d\$[./\w]{53}$/.test(text) ||
    /^\$[156]\$(?:rounds=\d+\$)?[^$]{0,16}\$[./\w]{22,86}$/.test(text) ||
    /^\$sha1\$\d+\$[^$]+\$[./\w]{28}$/.test(text) ||
    /^\{(?:SHA|SSHA|SHA256|SSHA256|SHA512|SSHA512|MD5|ARGON2|ARGON2I|ARGON2ID|PBKDF2|CRYPT|PLAIN|CLEAR)\}./i.test(
      text,
    )
  );
}

/** Compares a given secret with a stored one. Nothing empty ever matches; an unreadable hash matches nothing. */
export async function verifySecret(stored: string, given: string): Promise<boolean> {
  if (stored === '' || given === '') return false;
  const scheme = /^\{([A-Z0-9]{2,8})\}(.*)$/is.exec(stored);
  if (scheme) return verifyScheme((scheme[1] as string).toUpperCase(), scheme[2] as string, given);
  return stored.startsWith('$') || stored.startsWith('_')
    ? verifyModular(stored, given)
    : samePlain(stored, given);
}

async function verifyScheme(scheme: string, rest: string, given: string): Promise<boolean> {
  switch (scheme) {
    case 'PLAIN':
    case 'CLEAR':
      return samePlain(rest, given);
    case 'ARGON2':
    case 'ARGON2I':
    case 'ARGON2ID':
    case 'PBKDF2':
    case 'CRYPT':
      return verifyModular(rest, given);
    case 'MD5':
    case 'SHA':
    case 'SHA256':
    case 'SHA512':
    case 'SSHA':
    case 'SSHA256':
    case 'SSHA512':
      return verifyDigest(DIGESTS[scheme], rest, given, scheme.startsWith('SS'));
    default:
      return unknownFormat(scheme);
  }
}

const DIGESTS = {
  MD5: 'md5',
  SHA: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
  SSHA: 'sha1',
  SSHA256: 'sha256',
  SSHA512: 'sha512',
} as const;

async function verifyModular(stored: string, given: string): Promise<boolean> {
  if (stored.startsWith('$argon2')) return verifyArgon2(stored, given);
  if (stored.startsWith('$pbkdf2')) return verifyPbkdf2(stored, given);
  if (stored.startsWith('$scrypt')) return verifyScrypt(stored, given);
  if (stored.startsWith('$2')) return verifyBcrypt(stored, given);
  const again = await crypt(given, stored);
  return again === undefined ? unknownFormat(stored.slice(0, 4)) : samePlain(stored, again);
}

/** RFC 9106; the text form is the PHC string. */
async function verifyArgon2(stored: string, given: string): Promise<boolean> {
  const parts =
    /^\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,9}),t=(\d{1,5}),p=(\d{1,3})\$([\w+/]+)\$([\w+/]+)$/.exec(stored);
  if (!parts) return unknownFormat('argon2');
  const [memory, passes, parallelism] = [Number(parts[2]), Number(parts[3]), Number(parts[4])];
  if (memory > MAX_KIB || passes > 1000) return unknownFormat('argon2');
  const hash = bytesOf(parts[6] as string);
  return sameBytes(
    hash,
    await argon2(parts[1] as 'argon2id', {
      message: utf8(given),
      nonce: bytesOf(parts[5] as string),
      tagLength: hash.length,
      memory,
      passes,
      parallelism,
    }),
  );
}

async function verifyPbkdf2(stored: string, given: string): Promise<boolean> {
  const parts =
    /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,9})(?:,l=\d{1,4})?\$([\w+/.]+)\$([\w+/.]+)$/.exec(
      stored,
    );
  const rounds = Number(parts?.[2]);
  if (!parts || rounds < 1 || rounds > MAX_PBKDF2_ROUNDS) return unknownFormat('pbkdf2');
  const hash = bytesOf(parts[4] as string);
  return sameBytes(
    hash,
    await pbkdf2(utf8(given), bytesOf(parts[3] as string), rounds, hash.length, parts[1] ?? 'sha1'),
  );
}

async function verifyScrypt(stored: string, given: string): Promise<boolean> {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([\w+/]+)\$([\w+/]+)$/.exec(stored);
  const [ln, r, p] = [Number(parts?.[1]), Number(parts?.[2]), Number(parts?.[3])];
  if (!parts || ln < 1 || scryptMemory(ln, r) > MAX_KIB * 1024) return unknownFormat('scrypt');
  const hash = bytesOf(parts[5] as string);
  const options = { N: 2 ** ln, r, p, maxmem: scryptMemory(ln, r) };
  return sameBytes(hash, await scrypt(utf8(given), bytesOf(parts[4] as string), hash.length, options));
}

/** RFC 2307: base 64 of the digest, with the salt behind it. */
function verifyDigest(digest: string, base64: string, given: string, salted: boolean): boolean {
  const bytes = Buffer.from(base64, 'base64');
  const length = createHash(digest).digest().length;
  if (bytes.length < length || (!salted && bytes.length > length)) return unknownFormat(digest);
  const again = createHash(digest).update(given).update(bytes.subarray(length)).digest();
  return sameBytes(bytes.subarray(0, length), again);
}

/** Twice what the algorithm needs: the library counts more than its table. */
const scryptMemory = (ln: number, r: number): number => 2 * 128 * r * 2 ** ln;

function samePlain(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

function unknownFormat(format: string): false {
  emit('access.unknown-hash', { format }, 'warn');
  return false;
}

const b64 = (bytes: Uint8Array): string => asBuffer(bytes).toString('base64').replace(/=+$/, '');

/** Base 64 without padding; some write a dot for the plus. */
const bytesOf = (text: string): Uint8Array => Buffer.from(text.replaceAll('.', '+'), 'base64');
