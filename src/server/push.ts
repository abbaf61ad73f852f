// Starts the push service: it runs in one thread, over the services of that thread.
import { createPoster, PushService, StateHub } from '../jmap/index.ts';
import { accountDirectory } from './account-directory.ts';
import { jmapBlobs, jmapTable } from './jmap-table.ts';
import type { Services } from './services.ts';
import { jmapSettings } from './settings.ts';

export interface RunningPush {
  close(): void;
}

/** `ca` are the certificates that push services are trusted by instead of the usual ones, PEM. */
export async function startPush(services: Services, ca?: string): Promise<RunningPush> {
  const { mayPushTo: mayReach } = services;
  const poster = createPoster({ mayReach, ...(ca !== undefined && { ca }) });
  const { registry, access, accounts, stores, pushKey } = services;
  const push = await PushService.start({
    accounts,
    bus: stores.bus,
    hub: new StateHub(stores.bus),
    directory: accountDirectory(registry),
    settings: jmapSettings(registry),
    table: jmapTable(services, jmapBlobs(services)),
    signer: () => pushKey.signer(),
    redeem: (account, ticket) => access.redeem(account, ticket),
    post: poster.post,
    async *allAccounts() {
      for await (const records of registry.scan('Account')) yield records.map(({ id }) => id);
    },
  });
  return {
    close: () => {
      push.close();
      poster.close();
    },
  };
}
