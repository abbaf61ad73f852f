// Clients that the registry names: those that are refused, and those that no limit applies to.
import { emit, now } from '../base/index.ts';
import { NetworkSet } from '../net/index.ts';
import type { Registry } from '../registry/index.ts';

export interface ClientLists {
  /** An entry of `AllowedIp` covers the address. */
  allowed(address: string): boolean;
  /** An entry of `BlockedIp` covers the address. */
  blocked(address: string): boolean;
  close(): void;
}

/** How often entries whose time is over are dropped. */
const EXPIRE_MS = 30_000;

/** Reads the lists, and reads them again when they change. */
export async function openClientLists(registry: Registry): Promise<ClientLists> {
  const read = async (type: 'AllowedIp' | 'BlockedIp'): Promise<NetworkSet> => {
    const entries = (await registry.all(type)).map(({ value }) => value);
    const current = entries.filter(({ expiresAt }) => expiresAt === null || expiresAt > now());
    return new NetworkSet(current.map(({ address }) => address));
  };
  const lists = { AllowedIp: await read('AllowedIp'), BlockedIp: await read('BlockedIp') };
  const load = (type: 'AllowedIp' | 'BlockedIp'): void => {
    read(type).then(
      (list) => {
        lists[type] = list;
      },
      (error: unknown) => emit('registry.reload-failed', { type, error }, 'error'),
    );
  };
  const unwatch = registry.watch((change) => {
    if (!change || change.type === 'AllowedIp') load('AllowedIp');
    if (!change || change.type === 'BlockedIp') load('BlockedIp');
  });
  const timer = setInterval(() => {
    if (lists.AllowedIp.size > 0) load('AllowedIp');
    if (lists.BlockedIp.size > 0) load('BlockedIp');
  }, EXPIRE_MS).unref();
  return {
    allowed: (address) => lists.AllowedIp.has(address),
    blocked: (address) => lists.BlockedIp.has(address),
    close: () => {
      unwatch();
      clearInterval(timer);
    },
  };
}
