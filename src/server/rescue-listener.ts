// The one listener of recovery and set-up: plain HTTP, in the main thread.
import { StateHub } from '../jmap/index.ts';
import { type Bind, isLoopback, listen, type Listener } from '../net/index.ts';
import type { OpenListener } from './faces.ts';
import { ExitStatus, StartFailure } from './exit.ts';
import { httpFace } from './http-face.ts';
import type { ServerOptions } from './options.ts';
import type { Services } from './services.ts';

export interface RescueListener {
  readonly open: OpenListener;
  close(graceMs: number): Promise<void>;
}

/** @throws StartFailure when the port cannot be opened */
export async function openRescueListener(
  services: Services,
  mode: 'recovery' | 'setup',
  { rescue, publicUrl }: Pick<ServerOptions, 'rescue' | 'publicUrl'>,
): Promise<RescueListener> {
  const face = httpFace(services, {
    hub: new StateHub(services.stores.bus),
    publicUrl,
    exempt: () => true,
    readiness: () => Promise.resolve({ checks: { mode } }),
    mode,
  });
  const hosts = rescue.bind === undefined ? USUAL[mode] : [rescue.bind];
  let listener: Listener | undefined;
  let failure: unknown;
  // A machine without IPv6 has one of the two.
  for (const bind of [hosts, hosts.slice(0, 1)]) {
    try {
      listener = await listen({
        name: mode,
        bind: bind.map((host): Bind => ({ host, port: rescue.port })),
        serve: (connection) => face.serve(connection),
        exempt: () => true,
      });
      break;
    } catch (error) {
      failure = error;
    }
  }
  if (!listener) {
    throw new StartFailure(
      ExitStatus.unavailable,
      `Port ${rescue.port} could not be opened: ${(failure as Error).message}.`,
      { cause: failure },
    );
  }
  const opened = listener;
  return {
    open: { name: 'http', protocol: 'http', tls: 'none', addresses: opened.addresses },
    close: async (graceMs) => {
      await Promise.all([opened.drain(graceMs), face.close(graceMs)]);
    },
  };
}

/** Recovery is for this machine; a container is set up from outside. */
const USUAL = { recovery: ['127.0.0.1', '::1'], setup: ['::'] } as const;

/** True when everybody on the network reaches the listener. */
export const isPublic = ({ addresses }: OpenListener): boolean =>
  addresses.some(({ host }) => !isLoopback(host));
