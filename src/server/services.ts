// What every thread is made of, below the faces: the registry, access control and mail over one set of stores.
import { Access } from '../access/index.ts';
import { Registry } from '../registry/index.ts';
import type { Stores } from '../store/index.ts';
import type { ServerOptions } from './options.ts';

export interface Services {
  readonly stores: Stores;
  readonly registry: Registry;
  readonly access: Access;
  /** Ends what runs in the background; the stores stay open. */
  close(): void;
}

export type ServiceOptions = Pick<ServerOptions, 'recoveryAdmin'>;

export async function openServices(stores: Stores, options: ServiceOptions): Promise<Services> {
  const { data, bus, memory } = stores;
  const registry = await Registry.open({ store: data, bus });
  const access = Access.open({
    registry,
    memory,
    ...(options.recoveryAdmin && { recoveryAdmin: options.recoveryAdmin }),
  });
  registry.assertComplete();
  return { stores, registry, access, close: () => registry.close() };
}
