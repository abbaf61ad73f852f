// The contract between the HTTP server and the faces that speak over it (JMAP, DAV, the console's interface):
// the exchange a handler gets, the reply it gives, and the rows of the route table they hand in.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Who is asking, as far as the connection and trusted proxies tell. */
export interface ClientAddress {
  /** IPv4 or IPv6 text; IPv4 never in its IPv6-mapped form. */
  readonly address: string;
  readonly port: number;
  readonly loopback: boolean;
  /** Free of rate, concurrency and ban limits. */
  readonly exempt: boolean;
}

/** What a route needs to know of a signed-in caller; the access floor's token is one. */
export interface Caller {
  readonly account: number;
}

/** One request on its way to a reply. */
export interface Exchange<C extends Caller = Caller> {
  readonly method: string;
  /** Path as sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Decoded variables of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly client: ClientAddress;
  /** True when the client's connection is encrypted. */
  readonly secure: boolean;
  /** Origin for absolute URLs (`https://mail.example.org`): configured, never taken from the request. */
  readonly origin: string;
  /** Set when the request carried valid credentials. */
  readonly caller: C | undefined;
  /** Aborted when the client goes away or the server stops. */
  readonly signal: AbortSignal;
  /** The whole body; throws `HttpError` 413 past the limit. */
  body(limit: number): Promise<Uint8Array>;
  /** The body as it arrives; throws `HttpError` 413 past the limit. */
  chunks(limit: number): AsyncIterable<Uint8Array>;
  /** Counts one more request against the caller's rate, as each on an upgraded connection is; throws `HttpError` 429. */
  meter(): Promise<void>;
}

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Writes a body of unknown end. */
export interface BodyWriter {
  /** Resolves when the peer has taken enough to go on; undefined when there is nothing to wait for. */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  readonly closed: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers?: ReplyHeaders;
  readonly body?: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>;
  /** A body that lasts: ends when the function returns. */
  readonly stream?: (writer: BodyWriter) => Promise<void>;
}

export interface Route<C extends Caller = Caller> {
  readonly method: string;
  /** `/jmap/download/{account}/{blob}/{name}`; a last `{rest*}` takes all that follows. */
  readonly path: string;
  /** `none` ignores credentials, `optional` checks them when given, `required` answers 401 without. */
  readonly signIn: 'none' | 'optional' | 'required';
  /** Reachable without TLS from anywhere. Others are so from loopback and trusted networks only. */
  readonly clear?: boolean;
  /** Not counted against request rates. */
  readonly unmetered?: boolean;
  readonly handle: (exchange: Exchange<C>) => Promise<Reply> | Reply;
}

/** A protocol upgrade on a path (WebSocket). */
export interface UpgradeRoute<C extends Caller = Caller> {
  readonly path: string;
  /** The request is for the library that answers the handshake. */
  readonly handle: (
    exchange: Exchange<C>,
    socket: Duplex,
    head: Uint8Array,
    request: IncomingMessage,
  ) => Promise<void> | void;
}
