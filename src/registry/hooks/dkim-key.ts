// Signing keys: the private key has to be one of the variant's kind, and the public key is worked out from it as
// it is published (RFC 6376 §3.6.1, RFC 8463 §4).
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { asBuffer, concatBytes } from '../../base/index.ts';
import type { Change, Hook, StoredRecord } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { isDomainName, type Plain } from '../schema/index.ts';
import { badProperty, readProperty } from './read-property.ts';

type DkimSignature = ValueOf<'DkimSignature'>;

/** Fewest bits of an RSA key (RFC 8301 §3.2). */
const MIN_RSA_BITS = 1024;

/** Hook `dkim-key` of DkimSignature. */
export const dkimKeyHook: Hook = {
  async before(change: Change) {
    const value = change.value as DkimSignature | undefined;
    if (!value) return;
    if (!isDomainName(value.selector)) {
      throw badProperty(
        'selector',
        'A selector is a name as DNS takes it: letters, digits, hyphens and dots.',
      );
    }
    signingKey(value, await readProperty(value.privateKey, 'privateKey'));
  },
  computed(records: readonly StoredRecord[], properties: ReadonlySet<string>): Promise<readonly Plain[]> {
    if (!properties.has('publicKey')) return Promise.resolve([]);
    return Promise.all(records.map(({ value }) => publicKey(value as unknown as DkimSignature)));
  },
};

const publicKey = async (value: DkimSignature): Promise<Plain> => ({
  publicKey: (await publishedKeyOf(value)) ?? null,
});

/** The public key of a signature as it is published; undefined for a key that can no longer be read. */
export async function publishedKeyOf(value: DkimSignature): Promise<string | undefined> {
  try {
    return publishedKey(signingKey(value, await readProperty(value.privateKey, 'privateKey')));
  } catch {
    return undefined;
  }
}

/** The `p=` value of the key record, in base 64. */
function publishedKey(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // an Ed25519 key is published bare, without the wrapping that names its kind
  return (key.asymmetricKeyType === 'ed25519' ? der.subarray(-32) : der).toString('base64');
}

function signingKey(value: DkimSignature, text: string): KeyObject {
  const wanted = value['@type'].includes('Rsa') ? 'rsa' : 'ed25519';
  const key = parseKey(text);
  if (!key) throw badProperty('privateKey', 'This is not a private key in PEM form.');
  if (key.asymmetricKeyType !== wanted) {
    throw badProperty('privateKey', `This variant signs with a key of the kind ${wanted}.`);
  }
  if (wanted === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw badProperty('privateKey', `An RSA key has at least ${MIN_RSA_BITS} bits.`);
  }
  return key;
}

/** PKCS #8 before the 32 bytes of an Ed25519 key (RFC 8410 §7). */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** PEM, or the bare 32 bytes of an Ed25519 key in base 64. */
function parseKey(text: string): KeyObject | undefined {
  const bare = /^[\w+/]{43}=$/.test(text.trim()) ? Buffer.from(text.trim(), 'base64') : undefined;
  try {
    return bare
      ? createPrivateKey({ key: asBuffer(concatBytes(ED25519_PREFIX, bare)), format: 'der', type: 'pkcs8' })
      : createPrivateKey(text);
  } catch {
    return undefined;
  }
}
