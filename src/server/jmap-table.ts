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
  pushSubscriptionMethods,
  quotaMethods,
  registryMethods,
  targetProblem,
} from '../jmap/index.ts';
import { adminMethods } from './admin-methods.ts';
import type { Services } from './services.ts';
import { jmapSettings } from './settings.ts';

/** What clients may read of the blob store. */
export const jmapBlobs = ({ stores, blobs }: Services): Blobs => ({
  reads: stores.blobs,
  mayRead: ({ accountId }, hashes) => blobs.mayRead(accountId, hashes),
});

export function jmapTable(services: Services, blobs: Blobs): MethodTable {
  const { access, accounts, mail, mayPushTo, pushKey, registry, stores } = services;
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
    ...adminMethods(services),
    ...mailMethods(mailServices),
    ...blobMethods({
      blobs,
      temporary: services.blobs,
      memory: stores.memory,
      settings,
      lookups: mailLookups(mailServices, (id, type, hashes) => services.blobs.documents(id, type, hashes)),
    }),
    ...pushSubscriptionMethods({
      account: (id) => accounts.get(id),
      ticket: (token) => access.ticket(token),
      limit: async (id) => {
        const quotas = (await registry.object('Account', id))?.quotas as Readonly<Record<string, number>>;
        return quotas['maxPushSubscriptions'] ?? settings().maxSubscriptions;
      },
      targetProblem: (url) => targetProblem(url, mayPushTo),
      serverKey: () => pushKey.signer()?.publicKey ?? '',
    }),
    ...quotaMethods({ account: (id) => accounts.get(id), limits: (id) => mail.limits(id) }),
  ]);
}
