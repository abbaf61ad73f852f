// Listening sockets: who may connect, PROXY headers and implicit TLS before the protocol, and draining.
// Several threads may each listen on the same port (`reusePort`); the kernel spreads the connections.
import { createServer, type Server, type Socket } from 'node:net';
import { emit, Invalid, now, randomBytes, toHex } from '../base/index.ts';
import { type NetworkSet, normalizeAddress } from './address.ts';
import { Connection, ConnectionEnded } from './connection.ts';
import type { ConnectionLimit } from './connection-limit.ts';
import './events.ts';
import type { TlsServer } from './tls.ts';

export interface Bind {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export interface ListenerOptions {
  /** Name of the listener: `smtp`, `submissions` ... */
  readonly name: string;
  readonly bind: readonly Bind[];
  /** Takes over a connection; it is closed when the promise settles. */
  readonly serve: (connection: Connection) => Promise<void> | void;
  /** TLS from the first octet. */
  readonly implicitTls?: TlsServer;
  /** Peers whose connections begin with a PROXY header, and who speak for others. */
  readonly proxies?: NetworkSet;
  /** Limits that each connection counts in: this listener's, the process's. */
  readonly limits?: readonly ConnectionLimit[];
  /** Connections of one client before it has signed in (`signedIn`). Default: no limit. */
  readonly maxPerAddress?: number;
  /** Clients that are free of `maxPerAddress`. */
  readonly exempt?: (address: string) => boolean;
  /** Clients that are closed without a word. */
  readonly blocked?: (address: string) => boolean;
  /** The protocol's words for "too many connections", with CRLF. */
  readonly busyLine?: string;
  readonly backlog?: number;
  readonly reusePort?: boolean;
}

export interface Listener {
  readonly name: string;
  /** Where it listens, with the real port numbers. */
  readonly addresses: readonly Bind[];
  /** Connections that are open now. */
  readonly connections: ReadonlySet<Connection>;
  /** The client of a connection has signed in and no longer counts against `maxPerAddress`. */
  signedIn(connection: Connection): void;
  /**
   * Stops accepting, tells the sessions (`onDrain`) in random order, spread over half of the time at most, and closes
   * what is still open when it is over.
   */
  drain(graceMs: number): Promise<void>;
}

/** Reads `host:port`, `[::]:993`. @throws Invalid */
export function parseBind(text: string): Bind {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1');
  const port = /^\d{1,5}$/.test(text.slice(colon + 1)) ? Number(text.slice(colon + 1)) : -1;
  if (normalizeAddress(host) === '' || port < 0 || port > 65535) {
    throw new Invalid([{ property: 'bind', reason: `${text} is not an address and a port` }]);
  }
  return { host, port };
}

/** Starts listening; rejects when an address cannot be bound. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const clients = new ClientCount(options.maxPerAddress ?? Infinity);
  const open = new Set<Connection>();
  const onSocket = (socket: Socket): void => admit(socket, options, open, clients);
  const servers: Server[] = [];
  try {
    for (const bind of options.bind) servers.push(await bindServer(bind, options, onSocket));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    name: options.name,
    addresses: servers.map(boundAddress),
    connections: open,
    signedIn: (connection) => clients.leave(connection),
    drain: (graceMs) => drain(servers, open, graceMs),
  };
}

async function bindServer(
  bind: Bind,
  options: ListenerOptions,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  try {
    return await startServer(bind, options, onSocket);
  } catch (error) {
    // A host without IPv6 gets all of IPv4 instead.
    const { code } = error as NodeJS.ErrnoException;
    if (bind.host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    emit('net.bind-fallback', { listener: options.name, wanted: '::', used: '0.0.0.0' }, 'warn');
    return startServer({ host: '0.0.0.0', port: bind.port }, options, onSocket);
  }
}

function startServer(
  bind: Bind,
  options: ListenerOptions,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onSocket);
  server.once('error', reject);
  server.listen({ ...bind, backlog: options.backlog ?? 1024, reusePort: options.reusePort ?? false }, () => {
    server.off('error', reject);
    server.on('error', acceptFailures(options.name));
    const { host, port } = boundAddress(server);
    emit('net.listening', { listener: options.name, address: host, port });
    resolve(server);
  });
  return promise;
}

function boundAddress(server: Server): Bind {
  const address = server.address();
  if (address === null || typeof address === 'string') return { host: '', port: 0 };
  return { host: address.address, port: address.port };
}

/**
 * Reports failures to accept, at most one report for 5 ms at first and for 1 s in the long run. The runtime
 * itself sheds waiting connections when descriptors run out, so there is no loop to slow down.
 */
function acceptFailures(listener: string): (error: Error) => void {
  let times = 0;
  let pause = 5;
  let quietUntil = 0;
  return (error) => {
    times++;
    const time = now();
    if (time < quietUntil) return;
    pause = time - quietUntil > 10_000 ? 5 : Math.min(pause * 2, 1000);
    quietUntil = time + pause;
    emit('net.accept-failed', { listener, error, times }, 'error');
    times = 0;
  };
}

/** Connections of each client that has not signed in. */
class ClientCount {
  readonly #max: number;
  readonly #byAddress = new Map<string, number>();
  readonly #counted = new Map<Connection, string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection, or returns false when its client has too many. */
  enter(connection: Connection): boolean {
    if (this.#max === Infinity) return true;
    const { address } = connection.remote;
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= this.#max) return false;
    this.#byAddress.set(address, count + 1);
    this.#counted.set(connection, address);
    return true;
  }

  leave(connection: Connection): void {
    const address = this.#counted.get(connection);
    if (address === undefined) return;
    this.#counted.delete(connection);
    const count = (this.#byAddress.get(address) as number) - 1;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }
}

/** Decides on a new socket. What can be refused at once costs nothing but the socket. */
function admit(socket: Socket, options: ListenerOptions, open: Set<Connection>, clients: ClientCount): void {
  const peer = normalizeAddress(socket.remoteAddress);
  const proxied = options.proxies?.has(peer) === true;
  if (!proxied && options.blocked?.(peer)) return refuse(socket, options, peer, 'blocked');
  const counted: ConnectionLimit[] = [];
  for (const limit of options.limits ?? []) {
    if (!limit.tryAdd()) {
      for (const earlier of counted) earlier.remove();
      return refuse(socket, options, peer, 'busy');
    }
    counted.push(limit);
  }
  const connection: Connection = new Connection(socket, {
    listener: options.name,
    onClose: () => {
      open.delete(connection);
      clients.leave(connection);
      for (const limit of counted) limit.remove();
    },
  });
  open.add(connection);
  void serve(connection, options, clients, proxied);
}

function refuse(
  socket: Socket,
  options: ListenerOptions,
  address: string,
  reason: 'blocked' | 'busy' | 'too-many',
): void {
  emit('net.connection-refused', { listener: options.name, address, reason });
  socket.on('error', () => socket.destroy());
  // In front of TLS or a proxy's header a line of text would be garbage.
  if (reason === 'blocked' || options.busyLine === undefined || options.implicitTls !== undefined) {
    socket.destroy();
    return;
  }
  socket.setTimeout(1000, () => socket.destroy());
  socket.resume();
  socket.end(options.busyLine);
}

/** The life of a connection. Never rejects. */
async function serve(
  connection: Connection,
  options: ListenerOptions,
  clients: ClientCount,
  proxied: boolean,
): Promise<void> {
  try {
    if (proxied && !(await acceptProxy(connection, options))) return;
    const { address } = connection.remote;
    if (options.exempt?.(address) !== true && !clients.enter(connection)) {
      emit('net.connection-refused', { listener: options.name, address, reason: 'too-many' });
      if (options.busyLine !== undefined && options.implicitTls === undefined) {
        connection.put(options.busyLine);
      }
      return;
    }
    if (options.implicitTls && !(await acceptImplicitTls(connection, options, options.implicitTls))) return;
    await options.serve(connection);
  } catch (error) {
    if (error instanceof ConnectionEnded) return;
    const trace = toHex(randomBytes(8));
    emit('server.unexpected-error', { where: options.name, error, trace }, 'error');
  } finally {
    connection.close();
  }
}

async function acceptProxy(connection: Connection, options: ListenerOptions): Promise<boolean> {
  try {
    await connection.readProxyHeader();
  } catch (error) {
    const { id, peer } = connection;
    const { message } = error as Error;
    emit('net.proxy-header-invalid', {
      listener: options.name,
      connection: id,
      address: peer.address,
      reason: message,
    });
    connection.destroy();
    return false;
  }
  // Health checks of the proxy speak for nobody, and trusted proxies are not blocked themselves.
  const { source } = connection.proxied ?? {};
  if (source === undefined || options.blocked?.(source.address) !== true) return true;
  emit('net.connection-refused', { listener: options.name, address: source.address, reason: 'blocked' });
  connection.destroy();
  return false;
}

async function acceptImplicitTls(
  connection: Connection,
  options: ListenerOptions,
  tls: TlsServer,
): Promise<boolean> {
  try {
    await connection.acceptTls(tls);
    return true;
  } catch (error) {
    emit('net.tls-failed', {
      listener: options.name,
      connection: connection.id,
      address: connection.remote.address,
      reason: (error as Error).message,
    });
    return false;
  }
}

/** Time between two sessions that are told, so that they do not all come back in the same moment. */
const TOLD_MS = 2;

async function drain(servers: readonly Server[], open: Set<Connection>, graceMs: number): Promise<void> {
  for (const server of servers) server.close();
  const spread = Math.min(graceMs / 2, open.size * TOLD_MS);
  const timers = Array.from(open, (connection) => {
    const [a = 0, b = 0] = randomBytes(2);
    return setTimeout(() => connection.onDrain?.(), ((a * 256 + b) / 65536) * spread);
  });
  const until = now() + graceMs;
  while (open.size > 0 && now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const timer of timers) clearTimeout(timer);
  for (const connection of open) connection.destroy();
}
