// The faces of one thread: a server for each protocol that is spoken, and the listeners that feed it.
import { emit } from '../base/index.ts';
import {
  type Bind,
  type Connection,
  ConnectionLimit,
  isLoopback,
  type Listener,
  listen,
  type ListenerOptions,
  NetworkSet,
  type SelfSigned,
  type TlsServer,
} from '../net/index.ts';
import { StateHub } from '../jmap/index.ts';
import { listenerKind } from '../mta/index.ts';
import type { TicketKeys } from './ticket-keys.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import './events.ts';
import type { ListenerPlan, Protocol } from './listeners.ts';
import type { Services } from './services.ts';
import { trustedNetworks } from './settings.ts';

/** Protocols there is a face for. */
export const SPOKEN: ReadonlySet<Protocol> = new Set<Protocol>(['smtp', 'lmtp', 'imap', 'http']);

export type Counter = Int32Array<SharedArrayBuffer>;

/** Open connections of a listener: in all threads, and in this one. */
export interface ListenerCounters {
  readonly all: Counter;
  readonly own: Counter;
}

export interface FaceOptions {
  readonly publicUrl: string | undefined;
  /** Shown while there is no other certificate. */
  readonly selfSigned: SelfSigned;
  /** 48 octets, the same in all threads, so that a TLS ticket of one is good on the others. */
  readonly ticketKeys: TicketKeys;
  /** More than one thread listens on each port. */
  readonly reusePort: boolean;
  /** Clients that are free of rate, concurrency and ban limits; loopback when absent. */
  readonly exempt?: (address: string) => boolean;
  /** Counters of open connections by listener, shared with the other threads. */
  readonly counters?: ReadonlyMap<string, ListenerCounters>;
  /** Called when a listener that had failed is open after all. */
  readonly onReopened?: () => void;
}

export interface OpenListener {
  readonly name: string;
  readonly protocol: Protocol;
  readonly tls: ListenerPlan['tls'];
  readonly addresses: readonly Bind[];
}

export interface Faces {
  /** Those that are open, in the order of their plans. */
  open(): readonly OpenListener[];
  /** Why each of the others could not be opened, by name. */
  failed(): ReadonlyMap<string, string>;
  /** Stops accepting, tells the sessions, and closes what is still open when the time is over. */
  drain(graceMs: number): Promise<void>;
}

/** What takes the connections of a protocol. */
interface Face {
  serve(connection: Connection, plan: ListenerPlan): Promise<void> | void;
  close?(graceMs: number): Promise<void>;
}

/** How often a listener that could not be opened is tried again. */
const RETRY_MS = 10_000;
/** One client may hold this share of a listener's connections before it has signed in. */
const SHARE_BEFORE_SIGN_IN = 16;

export async function startFaces(
  services: Services,
  plans: readonly ListenerPlan[],
  options: FaceOptions,
): Promise<Faces> {
  const { registry, access } = services;
  const [tls] = await Promise.all([
    openCertificates(registry, options.selfSigned, options.ticketKeys),
    access.clients.load(),
  ]);
  const server = new FaceServer(services, plans, { ...options, tls });
  await server.open();
  return server.faces;
}

interface ServerOptions extends FaceOptions {
  readonly tls: Certificates;
}

class FaceServer {
  readonly #services: Services;
  readonly #options: ServerOptions;
  readonly #plans: readonly ListenerPlan[];
  readonly #exempt: (address: string) => boolean;
  readonly #made = new Map<string, Promise<Face>>();
  readonly #hub: StateHub;
  readonly #listeners = new Map<string, Listener>();
  readonly #failures = new Map<string, string>();
  #retry: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(services: Services, plans: readonly ListenerPlan[], options: ServerOptions) {
    this.#services = services;
    this.#plans = plans;
    this.#options = options;
    const { clients } = services.access;
    if (options.exempt) clients.exemptOnly(options.exempt);
    this.#exempt = clients.isExempt;
    clients.onChange(() => this.#dropBlocked());
    this.#hub = new StateHub(services.stores.bus);
  }

  readonly faces: Faces = {
    open: () =>
      this.#plans.flatMap(({ name, protocol, tls }) => {
        const listener = this.#listeners.get(name);
        return listener ? [{ name, protocol, tls, addresses: listener.addresses }] : [];
      }),
    failed: () => this.#failures,
    drain: (graceMs) => this.#drain(graceMs),
  };

  /** Opens every listener that is not open; those that fail are tried again later. */
  async open(): Promise<void> {
    await Promise.all(this.#plans.map((plan) => this.#openOne(plan)));
    if (this.#failures.size > 0 && !this.#draining) {
      this.#retry = setTimeout(() => void this.open(), RETRY_MS).unref();
    }
  }

  async #openOne(plan: ListenerPlan): Promise<void> {
    const { name } = plan;
    if (this.#listeners.has(name)) return;
    try {
      const face = await this.#face(plan);
      const listener = await listen(this.#listenerOptions(plan, face));
      this.#listeners.set(name, listener);
      if (this.#failures.delete(name)) this.#options.onReopened?.();
    } catch (error) {
      const { message } = error as Error;
      // The first failure is told with the addresses of the start.
      const level = this.#failures.has(name) ? 'warn' : 'info';
      emit('server.listener-failed', { listener: name, reason: message }, level);
      this.#failures.set(name, message);
    }
  }

  #listenerOptions(plan: ListenerPlan, face: Face): ListenerOptions {
    const { reusePort, counters } = this.#options;
    const { name, protocol, maxConnections, backlog, proxyNetworks, tlsTimeoutMs } = plan;
    return {
      name,
      bind: plan.bind,
      reusePort,
      serve: (connection) => face.serve(connection, plan),
      exempt: this.#exempt,
      blocked: this.#services.access.clients.isBlocked,
      proxies:
        proxyNetworks.length > 0 ? new NetworkSet(proxyNetworks) : trustedNetworks(this.#services.registry)(),
      ...(plan.tls === 'implicit' && { implicitTls: this.#tls(protocol, tlsTimeoutMs) }),
      limits: limitsOf(maxConnections, counters?.get(name)),
      ...(maxConnections !== undefined && {
        maxPerAddress: Math.ceil(maxConnections / SHARE_BEFORE_SIGN_IN),
      }),
      ...(backlog !== undefined && { backlog }),
      ...(BUSY[protocol] !== undefined && { busyLine: BUSY[protocol] }),
    };
  }

  /** One server for each protocol, loaded when its first listener opens. */
  #face({ protocol, tls }: ListenerPlan): Promise<Face> {
    // Submission and LMTP are the same face; IMAP offers STARTTLS or does not.
    const name =
      protocol === 'lmtp' ? 'smtp' : protocol === 'imap' && tls === 'start' ? 'imap+starttls' : protocol;
    let face = this.#made.get(name);
    if (!face) this.#made.set(name, (face = this.#makeFace(protocol, tls)));
    return face;
  }

  #makeFace(protocol: Protocol, tls: ListenerPlan['tls']): Promise<Face> {
    switch (protocol) {
      case 'smtp':
      case 'lmtp':
        return this.#smtp();
      case 'imap':
        return this.#imap(tls === 'start');
      case 'http':
        return this.#http();
      default:
        return Promise.reject(new Error(`there is no face for ${protocol}`));
    }
  }

  async #smtp(): Promise<Face> {
    const { createSmtp } = await import('../smtp/index.ts');
    const { mta, access, registry } = this.#services;
    const trusted = trustedNetworks(registry);
    const smtp = createSmtp({
      mta,
      access,
      exempt: this.#exempt,
      lmtpTrusted: (address) => isLoopback(address) || trusted().has(address),
    });
    return {
      serve: (connection, { name, protocol, tls, tlsTimeoutMs }) =>
        smtp.serve(connection, {
          name,
          kind: listenerKind(name, protocol === 'lmtp' ? 'lmtp' : 'smtp'),
          signedIn: (one) => this.#signedIn(one),
          ...(tls === 'start' && { tls: this.#tls(protocol, tlsTimeoutMs) }),
        }),
    };
  }

  async #imap(startTls: boolean): Promise<Face> {
    const { createImap } = await import('../imap/index.ts');
    const { mail, access, registry, stores } = this.#services;
    return createImap({
      mail,
      access,
      blobs: stores.blobs,
      states: this.#hub,
      settings: () => registry.singleton('Imap'),
      email: () => registry.singleton('Email'),
      hostname: () => registry.singleton('SystemSettings').defaultHostname,
      exempt: this.#exempt,
      onSignedIn: (connection) => this.#signedIn(connection),
      ...(startTls && { tls: this.#tls('imap', undefined) }),
    });
  }

  async #http(): Promise<Face> {
    const { httpFace } = await import('./http-face.ts');
    return httpFace(this.#services, {
      hub: this.#hub,
      publicUrl: this.#options.publicUrl,
      exempt: this.#exempt,
      readiness: () => this.#readiness(),
    });
  }

  #signedIn(connection: Connection): void {
    this.#listeners.get(connection.listener)?.signedIn(connection);
  }

  #tls(protocol: Protocol, timeoutMs: number | undefined): TlsServer {
    const alpn = ALPN[protocol];
    return { ...this.#options.tls, ...(timeoutMs !== undefined && { timeoutMs }), ...(alpn && { alpn }) };
  }

  async #readiness(): Promise<{ checks: Record<string, string> }> {
    const checks: Record<string, string> = { serving: this.#draining ? 'draining' : 'ok' };
    checks['dataStore'] = await storeCheck(this.#services);
    for (const [name, reason] of this.#failures) checks[`listener.${name}`] = reason;
    return { checks };
  }

  /** Clients that were blocked meanwhile lose the connections they have. */
  #dropBlocked(): void {
    const { isBlocked } = this.#services.access.clients;
    for (const listener of this.#listeners.values()) {
      for (const connection of listener.connections) {
        if (isBlocked(connection.remote.address)) connection.destroy();
      }
    }
  }

  async #drain(graceMs: number): Promise<void> {
    this.#draining = true;
    clearTimeout(this.#retry);
    this.#options.tls.close();
    const faces = await Promise.all(this.#made.values());
    await Promise.all([
      ...Array.from(this.#listeners.values(), (listener) => listener.drain(graceMs)),
      ...faces.map((face) => face.close?.(graceMs)),
    ]);
  }
}

/** What a connection counts in: the limit over all threads, and this thread's own number. */
const limitsOf = (most = Infinity, counters?: ListenerCounters): ConnectionLimit[] =>
  counters
    ? [new ConnectionLimit(most, counters.all), new ConnectionLimit(Infinity, counters.own)]
    : [new ConnectionLimit(most)];

/** Protocols of ALPN behind implicit TLS. A mail exchanger takes any client: refusing one would mean clear text. */
const ALPN: Partial<Readonly<Record<Protocol, readonly string[]>>> = {
  http: ['http/1.1'],
  imap: ['imap'],
  pop3: ['pop3'],
  manageSieve: ['managesieve'],
};

/** What a client is told when there are too many. */
const BUSY: Partial<Readonly<Record<Protocol, string>>> = {
  smtp: '421 4.3.2 Too many connections, try again later\r\n',
  lmtp: '421 4.3.2 Too many connections, try again later\r\n',
  imap: '* BYE [UNAVAILABLE] Too many connections, try again later\r\n',
  pop3: '-ERR [SYS/TEMP] Too many connections, try again later\r\n',
  manageSieve: 'BYE (TRYLATER) "Too many connections, try again later"\r\n',
  http: 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
};

const STORE_PATIENCE_MS = 5000;

async function storeCheck({ stores }: Services): Promise<string> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('does not answer'), STORE_PATIENCE_MS).unref();
  });
  const answer = stores.data.get(PROBE).then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  );
  return Promise.race([answer, late]);
}

const PROBE = new Uint8Array([0x01]);
