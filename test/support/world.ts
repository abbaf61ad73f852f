// A whole server within the test's own process, over stores in memory: for tests of faces that want everything
// below to be real.
import { basic, JmapClient } from '../../src/client/index.ts';
import type { MailSearch } from '../../src/mail/index.ts';
import { isLoopback, selfSigned } from '../../src/net/index.ts';
import { DEFAULT_LISTENERS } from '../../src/access/index.ts';
import { type Faces, SPOKEN, startFaces } from '../../src/server/faces.ts';
import { planListeners } from '../../src/server/listeners.ts';
import { operatorCommands } from '../../src/server/operator/commands.ts';
import { makePushKey } from '../../src/server/push-key.ts';
import { startPush } from '../../src/server/push.ts';
import { newTicketKeys } from '../../src/server/ticket-keys.ts';
import { openServices, type Services } from '../../src/server/services.ts';
import { openMemory, type Stores } from '../../src/store/index.ts';

export interface WorldOptions {
  /** Stores to run on instead of new ones in memory; they are closed at the end all the same. */
  readonly stores?: Stores;
  /** Clients that are free of limits; loopback when absent. */
  readonly exempt?: (address: string) => boolean;
  /** Text search over the same stores; it is closed at the end. */
  readonly search?: MailSearch;
  /** Push messages go to this machine, to servers with the world's certificate. */
  readonly push?: boolean;
}

export interface World {
  readonly services: Services;
  readonly faces: Faces;
  /** Port of a listener by its name: `smtp`, `imaps`. */
  port(name: string): number;
  /** Makes an account in `waypost.test` (`ann` or a whole address); returns its number. */
  addAccount(address: string, password?: string): Promise<number>;
  /** A JMAP client of an account; the administrator by default. */
  jmap(address?: string, password?: string): JmapClient;
  close(): Promise<void>;
}

export const WORLD_PASSWORD = 'correct horse battery staple';

let certificate: ReturnType<typeof selfSigned> | undefined;
/** The certificate of every world. */
export const worldCertificate = (): ReturnType<typeof selfSigned> =>
  (certificate ??= selfSigned(['mail.waypost.test', 'localhost', '127.0.0.1']));

/** Starts every face on a free port of 127.0.0.1, with the administrator `admin@waypost.test`. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const stores = options.stores ?? openMemory();
  const services = await openServices(stores, {
    recoveryAdmin: undefined,
    ...(options.search && { search: options.search }),
    ...(options.push && { mayPushTo: isLoopback }),
  });
  const domain = 'waypost.test';
  await services.access.bootstrap({
    domain,
    hostname: `mail.${domain}`,
    listeners: { bind: '127.0.0.1' },
    password: WORLD_PASSWORD,
  });
  const pair = await worldCertificate();
  const ports = new Map(DEFAULT_LISTENERS.map(([name]) => [name.toUpperCase(), 0]));
  const plans = await planListeners(
    services.registry,
    { bind: undefined, standardPorts: false, ports },
    SPOKEN,
  );
  const faces = await startFaces(services, plans, {
    publicUrl: undefined,
    selfSigned: pair,
    ticketKeys: newTicketKeys(),
    reusePort: false,
    ...(options.exempt && { exempt: options.exempt }),
  });
  services.tasks.start();
  if (options.push) await makePushKey(services.registry);
  await services.pushKey.load();
  const push = options.push && startPush(services, pair.cert);
  const port = (name: string): number => {
    const [address] = faces.open().find((one) => one.name === name)?.addresses ?? [];
    if (!address) throw new Error(`there is no listener ${name}: ${faces.failed().get(name) ?? 'no face'}`);
    return address.port;
  };
  const commands = operatorCommands({
    services,
    status: () => Promise.reject(new Error('a world has no status')),
  });
  const whole = (address: string) => (address.includes('@') ? address : `${address}@${domain}`);
  return {
    services,
    faces,
    port,
    addAccount: async (address, password = WORLD_PASSWORD) => {
      await commands['account.create']({ address: whole(address), password });
      return (await services.access.directory.findAccount(whole(address))) as number;
    },
    jmap: (address = 'admin', password = WORLD_PASSWORD) =>
      new JmapClient({
        origin: `http://127.0.0.1:${port('http')}`,
        authorization: basic(whole(address), password),
      }),
    close: async () => {
      await faces.drain(200);
      if (push) push.close();
      await services.close();
      await stores.close();
    },
  };
}
