// Hooks that need nothing but the registry.
import type { Registry } from '../engine/registry.ts';
import type { Hook } from '../engine/types.ts';
import { acmeHook } from './acme.ts';
import { addressHook } from './address.ts';
import { certificateHook } from './certificate.ts';
import { dkimKeyHook } from './dkim-key.ts';
import { encryptionHook } from './encryption.ts';
import { listenerHook } from './listener.ts';
import { publicKeyHook } from './public-key.ts';
import { zoneHook } from './zone.ts';

/** By the names under which declarations ask for them. */
export const ownHooks = (registry: Registry): Readonly<Record<string, Hook>> => ({
  acme: acmeHook,
  address: addressHook(registry),
  certificate: certificateHook,
  'dkim-key': dkimKeyHook,
  encryption: encryptionHook(registry),
  listener: listenerHook,
  'public-key': publicKeyHook,
  zone: zoneHook(registry),
});
