// Starts the push service: it runs in one thread, over the services of that thread.
import { createPoster, PushService, StateHub } from '../jmap/index.ts';
import { accountDirectory } from './account-directory.ts';
import { jmapBlobs, jmapTable } from './jmap-table.ts';
import type { Services } from './services.ts';
import { jmapSettings } from './settings.ts';

export interface RunningPush {
  /** Resolves when the subscriptions that are stored are at work. */
  readonly ready: Promise<void>;
  close(): void;
}

/** `ca` are the certificates that push services are trusted by instead of the usual ones, PEM. */
export function startPush(services: Services, ca?: string): RunningPush {
  const { mayPushTo: mayReach } = services;
  const poster = createPoster({ mayReach, ...(ca !== undefined && { ca }) });
  const { registry, access, accounts, stores, pushKey } = services;
  const push = new PushService({
    accounts,
    bus: stores.bus,
    hub: new StateHub(stores.bus),
    directory: accountDirectory(services),
    settings: jmapSettings(registry),
    table: jmapTable(services, jmapBlobs(services)),
    signer: () => pushKey.signer(),
    redeem: (account, ticket) => access.redeem(account, ticket),
    post: poster.post,
    allAccounts: async function* () {
      for await (const records of registry.scan('Account')) yield records.map(({ id }) => id);
    },
  });
  return {
    ready: push.ready,
    close: () => {
      push.close();
      poster.close();
    },
  };
}
