// The WebSocket endpoint (RFC 8887 §4.2, RFC 6455 §4.2): who may open one, and its handshake.
import { WebSocketServer } from 'ws';
import type { AccessToken } from '../../access/index.ts';
import {
  type Exchange,
  HttpError,
  problemReply,
  type Route,
  tooMany,
  type UpgradeRoute,
} from '../../formats/http/index.ts';
import { Gate } from '../gate.ts';
import type { Processor } from '../processor.ts';
import type { FeedSources } from '../state-feed.ts';
import { serveSocket } from './connection.ts';

export interface WebSocketOptions extends FeedSources {
  /** The one that serves the API endpoint, too: limits are shared. */
  readonly processor: Processor;
  /** The token as it is now; undefined when its credential is good no more. */
  readonly refresh: (token: AccessToken) => Promise<AccessToken | undefined>;
}

const PATHS = ['/jmap/ws', '/jmap/ws/'];
/** Open sockets of one account. */
const MAX_SOCKETS = 256;

/** What a plain request to the address is told (RFC 9110 §15.5.22). */
export const webSocketRoutes = (): Route<AccessToken>[] =>
  PATHS.map((path) => ({
    method: 'GET',
    path,
    signIn: 'none',
    handle: () =>
      problemReply(
        { status: 426, detail: 'This address speaks WebSocket.' },
        { Upgrade: 'websocket', Connection: 'Upgrade' },
      ),
  }));

export function webSocketUpgrades(options: WebSocketOptions): UpgradeRoute<AccessToken>[] {
  const gate = new Gate();
  const handshakes = new Handshakes();
  return PATHS.map((path) => ({
    path,
    handle: (exchange, socket, head, request) => {
      checkHandshake(exchange);
      const token = exchange.caller as AccessToken;
      const leave = gate.enter(token.account, MAX_SOCKETS);
      if (!leave)
        throw tooMany('web-sockets', 'open sockets', { count: MAX_SOCKETS, periodMs: 60_000 }, 60_000);
      socket.once('close', leave);
      const limit = options.processor.maxRequestSize(token);
      handshakes
        .of(limit)
        .handleUpgrade(request, socket, asHead(head), (webSocket) =>
          serveSocket(webSocket, exchange, options),
        );
    },
  }));
}

const asHead = (head: Uint8Array): Buffer => Buffer.from(head.buffer, head.byteOffset, head.length);

/** Throws `HttpError` for a client that does not speak the subprotocol, or a page that uses a stranger's password. */
function checkHandshake({ headers, origin }: Exchange<AccessToken>): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  // RFC 8887 §4.2
  if (!offered.includes('jmap'))
    throw new HttpError({ status: 400, detail: 'The subprotocol "jmap" must be offered.' });
  // RFC 6455 §10.2: browsers send a password they remember along with the request of any page; no page can make
  // them send a bearer token.
  const page = headers.origin;
  const basic = headers.authorization?.slice(0, 6).toLowerCase() === 'basic ';
  if (basic && page !== undefined && page !== origin && hostOf(page) !== headers.host)
    throw new HttpError({ status: 403, detail: 'Pages of other origins may not sign in with a password.' });
}

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host;
}

/** Messages up to this many times the limit are read and refused; longer ones end the connection. */
const READ_AND_REFUSE = 2;

/** A handshake for each limit that is in use; there are few. */
class Handshakes {
  readonly #made = new Map<number, WebSocketServer>();

  of(limit: number): WebSocketServer {
    const known = this.#made.get(limit);
    if (known) return known;
    const made = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limit * READ_AND_REFUSE,
      handleProtocols: () => 'jmap',
      // RFC 7692. Without context takeover an idle socket keeps no window of either direction.
      perMessageDeflate: {
        threshold: 1024,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        zlibDeflateOptions: { level: 3 },
      },
    });
    this.#made.set(limit, made);
    return made;
  }
}
