// The JMAP methods of the server: one table of everything that is mounted.
import {
  type AccountDirectory,
  blobMethods,
  type Blobs,
  coreMethods,
  mailLookups,
  mailMethods,
  type MethodTable,
  methodTable,
  pushSubscriptionMethods,
  quotaMethods,
  registryMethods,
  sendingMethods,
  sessionFor,
  targetProblem,
} from '../jmap/index.ts';
import { accountDirectory } from './account-directory.ts';
import { adminMethods } from './admin-methods.ts';
import { blobReads, mailServices } from './mail-services.ts';
import type { Services } from './services.ts';
import { jmapSettings } from './settings.ts';

/** What clients may read of the blob store. */
export const jmapBlobs = (services: Services): Blobs => blobReads(services);

export function jmapTable(
  services: Services,
  blobs: Blobs,
  directory: AccountDirectory = accountDirectory(services),
): MethodTable {
  const { access, accounts, mail, mayPushTo, pushKey, registry, stores } = services;
  const settings = jmapSettings(registry);
  const forMail = mailServices(services, blobs, directory, async ({ token }) => {
    const visible = await directory.visible(token);
    return sessionFor(token, visible, { table, settings: settings(), origin: '' }).accounts;
  });
  const table: MethodTable = methodTable([
    ...coreMethods,
    ...registryMethods(registry),
    ...adminMethods(services),
    ...mailMethods(forMail),
    ...sendingMethods(forMail),
    ...blobMethods({
      blobs,
      temporary: services.blobs,
      memory: stores.memory,
      settings,
      lookups: mailLookups(forMail, (id, type, hashes) => services.blobs.documents(id, type, hashes)),
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
  return table;
}
