// Encryption of stored mail: two of the algorithms exist for S/MIME keys only.
import type { Registry } from '../engine/registry.ts';
import type { Change, Hook } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { badProperty } from './read-property.ts';

type Account = ValueOf<'Account'>;

/** AES-GCM (RFC 5084) and ChaCha20-Poly1305 (RFC 8103) are content encryptions of CMS. */
const SMIME_ONLY: ReadonlySet<string> = new Set(['Aes256Gcm', 'ChaCha20Poly1305']);

/** Hook `encryption` of Account. */
export function encryptionHook(registry: Registry): Hook {
  return {
    async before(change: Change) {
      const value = change.value as Account | undefined;
      if (value?.['@type'] !== 'User') return;
      const { encryptionAtRest } = value;
      if (encryptionAtRest['@type'] === 'Disabled' || !SMIME_ONLY.has(encryptionAtRest['@type'])) return;
      const key = await registry.object('PublicKey', encryptionAtRest.publicKey);
      if (key?.key.includes('-----BEGIN PGP') !== true) return;
      throw badProperty('encryptionAtRest/publicKey', 'This algorithm needs an S/MIME key.');
    },
  };
}
