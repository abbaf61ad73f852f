// The JMAP methods of the server: one table of everything that is mounted.
import {
  blobMethods,
  type Blobs,
  coreMethods,
  jmapAccount,
  mailLookups,
  mailMethods,
  type MailServices,
  type MethodTable,
  methodTable,
  quotaMethods,
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
  const { accounts, registry, mail, stores } = services;
  const settings = jmapSettings(registry);
  const mailServices: MailServices = {
    account: (id) => jmapAccount(mail.account(id)),
    blobs,
    settings,
    limits: () => registry.singleton('Email'),
    hostname: () => registry.singleton('SystemSettings').defaultHostname,
  };
  return methodTable([
    ...coreMethods,
    ...registryMethods(registry),
    ...mailMethods(mailServices),
    ...blobMethods({
      blobs,
      temporary: services.blobs,
      memory: stores.memory,
      settings,
      lookups: mailLookups(mailServices, (account, type, hashes) =>
        services.blobs.documents(account, type, hashes),
      ),
    }),
    ...quotaMethods({ account: (id) => accounts.get(id), limits: (id) => mail.limits(id) }),
  ]);
}
