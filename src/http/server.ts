// The HTTP/1.1 server (RFC 9110, RFC 9112): takes connections from the listeners, checks what every request
// must pass (framing, limits, clear text, rates, sign-in), and hands it to the route table.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AccessDenied, emit, LimitExceeded, NotFound, now, randomText, Unavailable } from '../base/index.ts';
import {
  type Caller,
  type ClientAddress,
  HttpError,
  problemReply,
  type Rate,
  redirectReply,
  type Reply,
  type Route,
  type UpgradeRoute,
} from '../formats/http/index.ts';
import type { MemoryStore } from '../store/index.ts';
import { parseAuthorization, type HttpCredentials } from './authorization.ts';
import { type Connection, isLoopback } from '../net/index.ts';
import { forwardedAddress } from './client-address.ts';
import './events.ts';
import { discardRest, HttpExchange } from './exchange.ts';
import { countRequest } from './rates.ts';
import { Router } from './router.ts';
import { type HeaderSettings, sendReply, STALLED_MS, type StandingHeaders, standingHeaders } from './send.ts';

/** What the registry object `Http` sets. Read at every request, so changes need no restart. */
export interface HttpSettings extends HeaderSettings {
  /** Null switches the limit off. */
  readonly rateLimitAnonymous: Rate | null;
  readonly rateLimitAuthenticated: Rate | null;
  /** The client's address comes from `Forwarded` or `X-Forwarded-For` when the peer is trusted. */
  readonly useXForwarded: boolean;
  /** Where `/` leads; null for nowhere. */
  readonly redirectRoot: string | null;
}

export const DEFAULT_HTTP_SETTINGS: HttpSettings = {
  rateLimitAnonymous: { count: 100, periodMs: 60_000 },
  rateLimitAuthenticated: { count: 1000, periodMs: 60_000 },
  enableHsts: false,
  usePermissiveCors: false,
  responseHeaders: {},
  useXForwarded: false,
  redirectRoot: '/account',
};

export interface HttpServerOptions<C extends Caller> {
  readonly routes: readonly Route<C>[];
  readonly upgrades?: readonly UpgradeRoute<C>[];
  /** Returns who the credentials belong to, or throws: `HttpError`, `AccessDenied`, `Unavailable`. */
  readonly signIn: (credentials: HttpCredentials, client: ClientAddress, secure: boolean) => Promise<C>;
  /** True for a caller whose requests are not counted (`unlimitedRequests`). */
  readonly unlimited: (caller: C) => boolean;
  readonly memory: MemoryStore;
  readonly settings: () => HttpSettings;
  /** Public origin without a trailing slash (`https://mail.example.org`); undefined while none is set. */
  readonly publicOrigin: () => string | undefined;
  /** Name that absolute URLs carry while no public origin is set. */
  readonly defaultHostname: () => string;
  /** True for networks whose forwarding headers are believed and who may speak in clear. */
  readonly trusted: (address: string) => boolean;
  /** True for clients that are free of rate, concurrency and ban limits. */
  readonly exempt: (address: string) => boolean;
  /** True when clear text from strangers is limited to health, discovery and redirects. */
  readonly requireTls: () => boolean;
  /** Told of bytes that are not HTTP, for the scan counter. */
  readonly onGarbage?: (address: string) => void;
  readonly realm?: string;
  /** A connection on which nothing moves for so long is closed, unless an answer is still being made. */
  readonly stalledMs?: number;
}

export interface HttpServer {
  /** What listeners hand their connections to. */
  serve(connection: Connection): void;
  /** Stops: idle connections close at once, others when they are done or `graceMs` is over. */
  close(graceMs: number): Promise<void>;
}

const MAX_HEADER_BYTES = 64 * 1024;
const MAX_HEADER_FIELDS = 100;
const MAX_URI = 8 * 1024;
const KEEP_ALIVE_MS = 60_000;
const HEADERS_MS = 30_000;
/** A request that takes longer to arrive, body included, is cut off. */
const REQUEST_MS = 15 * 60_000;

export function createHttpServer<C extends Caller>(options: HttpServerOptions<C>): HttpServer {
  return new TableServer(options);
}

class TableServer<C extends Caller> implements HttpServer {
  readonly #options: HttpServerOptions<C>;
  readonly #router: Router<C>;
  readonly #server: Server;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #open = new Set<HttpExchange<C>>();
  readonly #challenges: readonly string[];
  #standing: { settings: HttpSettings; headers: StandingHeaders } | undefined;
  #draining = false;

  constructor(options: HttpServerOptions<C>) {
    this.#options = options;
    this.#router = new Router(options.routes, options.upgrades);
    const realm = options.realm ?? 'Waypost';
    this.#challenges = [
      `Bearer realm="${realm}", resource_metadata="/.well-known/oauth-protected-resource"`,
      `Basic realm="${realm}", charset="UTF-8"`,
    ];
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 5000,
      requireHostHeader: true,
      insecureHTTPParser: false,
      noDelay: true,
      // RFC 9110 §7.8: other offers (h2c) are passed over, and the request is answered as it is.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    });
    server.maxHeadersCount = MAX_HEADER_FIELDS + 1;
    server.on('request', (request, response) => this.#serve(request, response, false));
    server.on('checkContinue', (request, response) => this.#serve(request, response, true));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('connect', (_request, socket) => refuseRaw(socket, 405));
    server.timeout = options.stalledMs ?? STALLED_MS;
    server.on('timeout', (socket: Socket) => this.#quiet(socket));
    server.on('clientError', (error, socket) => this.#malformed(error, socket));
    // The listeners own the ports, so this server never listens itself; the event starts its time-outs.
    server.emit('listening');
    this.#server = server;
  }

  serve(connection: Connection): void {
    if (this.#draining) return connection.destroy();
    const socket = connection.release();
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    this.#server.emit('connection', socket);
    socket.resume();
  }

  async close(graceMs: number): Promise<void> {
    this.#draining = true;
    this.#server.close(() => undefined);
    this.#server.closeIdleConnections();
    for (const exchange of this.#open) exchange.stop();
    const sockets = [...this.#connections.keys()];
    const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const cut = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.destroy();
    }, graceMs);
    await Promise.all(gone);
    clearTimeout(cut);
  }

  /** Nothing moved for a while. A handler or a stream that has nothing to say is fine; a stuck peer is not. */
  #quiet(socket: Socket): void {
    const busy = this.#open.values().some(({ request }) => request.socket === socket);
    if (busy && socket.writableLength === 0) socket.setTimeout(this.#server.timeout);
    else socket.destroy();
  }

  #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const started = performance.now();
    const facts = this.#facts(request);
    const options = { expectsContinue, meter: this.#meter };
    const exchange = new HttpExchange<C>(request, response, facts, options);
    this.#open.add(exchange);
    response.once('close', () => {
      this.#open.delete(exchange);
      if (this.#draining) setImmediate(() => this.#server.closeIdleConnections());
      emit(
        'http.request',
        {
          method: exchange.method,
          path: exchange.path,
          status: response.statusCode,
          address: exchange.client.address,
          account: exchange.caller?.account,
          ms: performance.now() - started,
        },
        'debug',
      );
    });
    if (this.#draining) response.shouldKeepAlive = false;
    this.#answer(exchange)
      .catch((error: unknown) => this.#failure(exchange, error))
      .then((reply) => {
        if (!request.complete && reply.status >= 400) discardRest(request);
        return sendReply(request, response, reply, this.#headers(), facts.secure);
      })
      .catch((error: unknown) => {
        report('http.send', error);
        response.destroy();
      });
  }

  async #answer(exchange: HttpExchange<C>): Promise<Reply> {
    checkRequest(exchange.request);
    const found = this.#router.find(exchange.method, exchange.path);
    if (exchange.method === 'OPTIONS' && found.kind !== 'route') {
      return { status: 204, ...(found.kind === 'method' && { headers: { Allow: found.allow.join(', ') } }) };
    }
    if (found.kind === 'nothing') return this.#unknown(exchange);
    if (found.kind === 'method') {
      return problemReply({ status: 405 }, { Allow: found.allow.join(', ') });
    }
    const { route, params } = found.match;
    exchange.params = params;
    if (!route.clear && this.#clearStranger(exchange)) return this.#toTls(exchange);
    await this.#admit(exchange, route.signIn, route.unmetered === true);
    return route.handle(exchange);
  }

  #unknown(exchange: HttpExchange<C>): Reply {
    const { redirectRoot } = this.#options.settings();
    if (exchange.path === '/' && redirectRoot !== null) {
      if (this.#clearStranger(exchange)) return this.#toTls(exchange);
      return redirectReply(302, redirectRoot);
    }
    return problemReply({ status: 404, detail: 'There is nothing at this address.' });
  }

  /** Counts the request and signs its sender in. */
  async #admit(exchange: HttpExchange<C>, signIn: Route['signIn'], unmetered: boolean): Promise<void> {
    const { authorization } = exchange.headers;
    const { client } = exchange;
    const metered = !unmetered && !client.exempt;
    if (signIn === 'none' || authorization === undefined) {
      if (metered) await this.#countAnonymous(client);
      if (signIn === 'required') throw this.#unauthorized();
      return;
    }
    const credentials = parseAuthorization(authorization);
    if (!credentials) {
      if (metered) await this.#countAnonymous(client);
      throw this.#unauthorized();
    }
    let caller: C;
    try {
      caller = await this.#options.signIn(credentials, client, exchange.secure);
    } catch (error) {
      emit('http.sign-in-failed', { address: client.address, scheme: credentials.scheme });
      if (metered) await this.#countAnonymous(client);
      throw error instanceof HttpError && error.problem.status === 401 ? this.#unauthorized() : error;
    }
    exchange.caller = caller;
    if (metered) await this.#meter(exchange);
  }

  /** Counts a request of a signed-in caller. */
  readonly #meter = async ({ caller, client }: HttpExchange<C>): Promise<void> => {
    if (client.exempt) return;
    if (!caller) return this.#countAnonymous(client);
    const { memory, settings, unlimited } = this.#options;
    const { rateLimitAuthenticated } = settings();
    if (rateLimitAuthenticated && !unlimited(caller)) {
      await countRequest(memory, 'requests', `account.${caller.account}`, rateLimitAuthenticated);
    }
  };

  async #countAnonymous(client: ClientAddress): Promise<void> {
    const { rateLimitAnonymous } = this.#options.settings();
    if (rateLimitAnonymous) {
      await countRequest(this.#options.memory, 'requests', `address.${client.address}`, rateLimitAnonymous);
    }
  }

  #unauthorized(): HttpError {
    return new HttpError(
      { status: 401, detail: 'Sign in with a password, an app password or an access token.' },
      { 'WWW-Authenticate': this.#challenges },
    );
  }

  /** The one place where errors become replies. */
  #failure(exchange: HttpExchange<C>, error: unknown): Reply {
    if (error instanceof HttpError) {
      if (error.problem.status === 429) {
        const policy = String(error.headers['RateLimit-Policy'] ?? '');
        const { address } = exchange.client;
        emit('http.rate-limited', { address, account: exchange.caller?.account, policy });
      }
      return problemReply(error.problem, error.headers);
    }
    if (error instanceof AccessDenied) return problemReply({ status: 403, detail: error.message });
    if (error instanceof NotFound) return problemReply({ status: 404, detail: error.message });
    if (error instanceof LimitExceeded) return problemReply({ status: 413, detail: error.message });
    if (error instanceof Unavailable) {
      const seconds = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
      return problemReply({ status: 503, detail: error.message }, { 'Retry-After': seconds });
    }
    const trace = report('http.request', error);
    return problemReply({ status: 500, detail: `Something went wrong here. Reference: ${trace}` });
  }

  /** Upgrades are for signed-in callers on a path of the table; everything else is answered and closed. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const options = { expectsContinue: false, meter: this.#meter };
    const exchange = new HttpExchange<C>(request, undefined, this.#facts(request), options);
    this.#open.add(exchange);
    socket.once('close', () => this.#open.delete(exchange));
    const found = this.#router.findUpgrade(exchange.path);
    const run = async (): Promise<void> => {
      checkRequest(request);
      if (!found) throw new HttpError({ status: 404 });
      if (this.#clearStranger(exchange)) throw new HttpError({ status: 403, detail: 'Use TLS.' });
      exchange.params = found.params;
      await this.#admit(exchange, 'required', false);
      await found.route.handle(exchange, socket, head, request);
    };
    run().catch((error: unknown) => {
      const reply = this.#failure(exchange, error);
      if (!socket.destroyed) refuseRaw(socket, reply.status, reply);
    });
  }

  #facts(request: IncomingMessage) {
    const { path, search } = splitTarget(request.url ?? '/');
    const connection = this.#connections.get(request.socket) as Connection;
    const { secure } = connection;
    const client = this.#client(request, connection);
    return { path, search, secure, client, origin: this.#origin(client, connection) };
  }

  #client(request: IncomingMessage, { remote, peer }: Connection): ClientAddress {
    const { trusted, exempt, settings } = this.#options;
    let { address } = remote;
    if (settings().useXForwarded && (isLoopback(peer.address) || trusted(peer.address))) {
      const forwarded = forwardedAddress(request.headers, (hop) => isLoopback(hop) || trusted(hop));
      if (forwarded === undefined) emit('http.x-forwarded-missing', { address }, 'warn');
      else address = forwarded;
    }
    return { address, port: remote.port, loopback: isLoopback(address), exempt: exempt(address) };
  }

  #origin(client: ClientAddress, { secure, local }: Connection): string {
    const configured = this.#options.publicOrigin();
    if (configured !== undefined) return configured;
    if (!client.loopback) return `https://${this.#options.defaultHostname()}`;
    const host = local.address.includes(':') ? `[${local.address}]` : local.address;
    return `${secure ? 'https' : 'http'}://${host}:${local.port}`;
  }

  #clearStranger(exchange: HttpExchange<C>): boolean {
    const { secure, client } = exchange;
    if (secure || client.loopback || !this.#options.requireTls()) return false;
    return !this.#options.trusted(client.address);
  }

  #toTls(exchange: HttpExchange<C>): Reply {
    const { method, origin, request } = exchange;
    if ((method === 'GET' || method === 'HEAD') && origin.startsWith('https:')) {
      const { path, search } = splitTarget(request.url ?? '/');
      return redirectReply(308, `${origin}${path}${search && `?${search}`}`);
    }
    return problemReply({ status: 403, detail: 'This address is served over TLS only.' });
  }

  #headers(): StandingHeaders {
    const settings = this.#options.settings();
    if (this.#standing?.settings !== settings)
      this.#standing = { settings, headers: standingHeaders(settings) };
    return this.#standing.headers;
  }

  #malformed(error: Error & { code?: string }, socket: Duplex): void {
    const { code = '' } = error;
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const address = this.#connections.get(socket)?.remote.address ?? '';
    const late = code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (!late) {
      emit('http.malformed', { address, reason: code });
      this.#options.onGarbage?.(address);
    }
    refuseRaw(socket, late ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  }
}

/** Path and query of a request target: origin form, or the absolute form that proxies send. */
function splitTarget(target: string): { path: string; search: string } {
  let rest = target;
  if (!rest.startsWith('/')) rest = rest.replace(/^https?:\/\/[^/?#]*/i, '');
  const hash = rest.indexOf('#');
  if (hash >= 0) rest = rest.slice(0, hash);
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  return { path: path === '' ? '/' : path, search: mark < 0 ? '' : rest.slice(mark + 1) };
}

/** What the parser lets pass and we do not. */
function checkRequest(request: IncomingMessage): void {
  if ((request.url?.length ?? 0) > MAX_URI) throw new HttpError({ status: 414 });
  const { rawHeaders } = request;
  if (rawHeaders.length > MAX_HEADER_FIELDS * 2) throw new HttpError({ status: 431 });
  let hosts = 0;
  let authorizations = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations++;
  }
  // RFC 9112 §3.2: more than one Host is refused; so is a choice of credentials.
  if (hosts > 1 || authorizations > 1)
    throw new HttpError({ status: 400, detail: 'A header field stands twice.' });
  const coding = request.headers['transfer-encoding'];
  // RFC 9112 §6.1
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw new HttpError({ status: 501 });
}

/** Answers on a connection that has no response object, and closes it. */
function refuseRaw(socket: Duplex, status: number, reply: Reply = problemReply({ status })): void {
  const lines = [`HTTP/1.1 ${status} ${status === 431 ? 'Request Header Fields Too Large' : 'Error'}`];
  const body = typeof reply.body === 'string' ? reply.body : '';
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body);
  socket.on('error', () => undefined);
  socket.end(lines.join('\r\n'), () => socket.destroy());
}

/** Logs an unexpected error and returns the reference that the client is given. */
function report(where: string, error: unknown): string {
  const trace = `${now().toString(36)}-${randomText(6, 'abcdefghjkmnpqrstuvwxyz')}`;
  emit('server.unexpected-error', { where, error, trace }, 'error');
  return trace;
}
