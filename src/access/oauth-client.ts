// Secrets of registered programs are kept as hashes.
import type { Change, Hook, Registry, ValueOf } from '../registry/index.ts';
import { hashSecret, isCompleteHash } from './passwords/index.ts';

type OAuthClient = ValueOf<'OAuthClient'>;

/** Hook `oauth-client` of OAuthClient. */
export function oauthClientHook(registry: Registry): Hook {
  return {
    async before(change: Change) {
      const value = change.value as OAuthClient | undefined;
      const before = change.before as OAuthClient | undefined;
      if (!value || value.secret === null || value.secret === before?.secret) return;
      if (isCompleteHash(value.secret)) return;
      const { passwordHashAlgorithm } = registry.singleton('Authentication');
      change.value = { ...value, secret: await hashSecret(value.secret, passwordHashAlgorithm) };
    },
  };
}
