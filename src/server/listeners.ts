// Which listeners a start opens: the stored ones, with the ports and addresses that the environment puts in
// their place, as far as there is a face for their protocol.
import { DEFAULT_LISTENERS } from '../access/index.ts';
import { type Bind, parseBind } from '../net/index.ts';
import type { Registry, ValueOf } from '../registry/index.ts';

export type Protocol = ValueOf<'NetworkListener'>['protocol'];

/** A listener to open; plain data that goes to the threads. */
export interface ListenerPlan {
  readonly name: string;
  readonly protocol: Protocol;
  readonly bind: readonly Bind[];
  /** `none`: TLS is not offered; `start`: on the client's wish; `implicit`: from the first octet. */
  readonly tls: 'none' | 'start' | 'implicit';
  readonly tlsTimeoutMs: number | undefined;
  readonly maxConnections: number | undefined;
  readonly backlog: number | undefined;
  /** Networks whose PROXY header is believed, instead of the usual ones. */
  readonly proxyNetworks: readonly string[];
}

/** What the environment puts in the place of what is stored. */
export interface ListenerOverrides {
  readonly bind: string | undefined;
  readonly standardPorts: boolean;
  /** By the upper-case name of the listener. */
  readonly ports: ReadonlyMap<string, number>;
}

const STANDARD_PORTS = new Map(DEFAULT_LISTENERS.map(([name, , , standard]) => [name, standard]));
const ORDER = new Map(DEFAULT_LISTENERS.map(([name], i) => [name, i]));

/** The listeners to open, the usual ones first, then others by name. */
export async function planListeners(
  registry: Registry,
  overrides: ListenerOverrides,
  spoken: ReadonlySet<Protocol>,
): Promise<ListenerPlan[]> {
  const stored = (await registry.all('NetworkListener')).map(({ value }) => value);
  return stored
    .filter(({ protocol }) => spoken.has(protocol))
    .map((listener) => planOf(listener, overrides))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

const rank = (name: string): number => ORDER.get(name) ?? ORDER.size;

function planOf(listener: ValueOf<'NetworkListener'>, overrides: ListenerOverrides): ListenerPlan {
  const { name, protocol, useTls, tlsImplicit } = listener;
  return {
    name,
    protocol,
    bind: bindsOf(name, listener.bind, overrides),
    tls: !useTls ? 'none' : tlsImplicit ? 'implicit' : 'start',
    tlsTimeoutMs: listener.tlsTimeout ?? undefined,
    maxConnections: listener.maxConnections ?? undefined,
    backlog: listener.socketBacklog ?? undefined,
    proxyNetworks: listener.overrideProxyTrustedNetworks,
  };
}

/** Only the listeners that a first start makes are moved by `WAYPOST_BIND` and `--standard-ports`. */
function bindsOf(name: string, stored: readonly string[], overrides: ListenerOverrides): Bind[] {
  const standard = STANDARD_PORTS.get(name);
  const usual = standard !== undefined;
  const port = overrides.ports.get(name.toUpperCase()) ?? (overrides.standardPorts ? standard : undefined);
  const binds = new Map<string, Bind>();
  for (const text of stored) {
    const at = parseBind(text);
    const bind = { host: (usual ? overrides.bind : undefined) ?? at.host, port: port ?? at.port };
    binds.set(`${bind.host} ${bind.port}`, bind);
  }
  return [...binds.values()];
}
