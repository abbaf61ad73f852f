// The JMAP methods of the server: one table of everything that is mounted.
import {
  type Blobs,
  coreMethods,
  jmapAccount,
  mailMethods,
  type MethodTable,
  methodTable,
  registryMethods,
} from '../jmap/index.ts';
import type { Services } from './services.ts';
import { jmapSettings } from './settings.ts';

/** What clients may read of the blob store. */
export const jmapBlobs = ({ stores, blobs }: Services): Blobs => ({
  reads: stores.blobs,
  mayRead: ({ accountId }, hashes) => blobs.mayRead(accountId, hashes),
});

export function jmapTable(services: Services, blobs: Blobs): MethodTable {
  const { registry, mail } = services;
  return methodTable([
    ...coreMethods,
    ...registryMethods(registry),
    ...mailMethods({
      account: (id) => jmapAccount(mail.account(id)),
      blobs,
      settings: jmapSettings(registry),
      limits: () => registry.singleton('Email'),
      hostname: () => registry.singleton('SystemSettings').defaultHostname,
    }),
  ]);
}
