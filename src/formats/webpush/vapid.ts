// VAPID (RFC 8292): the token with which a server names itself to push services.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { utf8 } from '../../base/index.ts';

export interface VapidKey {
  readonly privateKey: KeyObject;
  /** The public key as clients and push services know it: uncompressed point, base64url. */
  readonly publicKey: string;
}

/** A token lives so long; RFC 8292 §2 allows 24 hours. */
const LIFE_S = 12 * 3600;

/** A new signing key, PKCS #8 in PEM. */
export function newVapidKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Undefined for a text that is no private key on P-256. */
export function readVapidKey(pem: string): VapidKey | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    const { crv, x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
    if (crv !== 'P-256') return undefined;
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    return { privateKey, publicKey: point.toString('base64url') };
  } catch {
    return undefined;
  }
}

/** Value of the Authorization header for a push service. `time` is in milliseconds since 1970. */
export function vapidAuthorization(
  key: VapidKey,
  claims: { readonly origin: string; readonly contact: string | undefined; readonly time: number },
): string {
  const exp = Math.floor(claims.time / 1000) + LIFE_S;
  const body = { aud: claims.origin, exp, ...(claims.contact !== undefined && { sub: claims.contact }) };
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(body)}`;
  const signature = sign('sha256', utf8(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${signed}.${signature.toString('base64url')}, k=${key.publicKey}`;
}

/** Authorization headers by origin: signing takes longer than everything else of a push. */
export class VapidSigner {
  readonly #key: VapidKey;
  readonly #contact: string | undefined;
  readonly #made = new Map<string, { readonly value: string; readonly until: number }>();

  constructor(key: VapidKey, contact: string | undefined) {
    this.#key = key;
    this.#contact = contact;
  }

  get publicKey(): string {
    return this.#key.publicKey;
  }

  /** `time` is in milliseconds since 1970. */
  authorization(origin: string, time: number): string {
    const known = this.#made.get(origin);
    if (known && known.until > time) return known.value;
    if (this.#made.size >= MAX_ORIGINS) this.#made.clear();
    const value = vapidAuthorization(this.#key, { origin, contact: this.#contact, time });
    this.#made.set(origin, { value, until: time + (LIFE_S * 1000) / 2 });
    return value;
  }
}

const MAX_ORIGINS = 1000;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
