// One JMAP WebSocket (RFC 8887 §4.3): requests in any order under the limits of the API endpoint, state changes when
// the client wants them, and an end when its credential is good no more.
import type { RawData, WebSocket } from 'ws';
import type { AccessToken } from '../../access/index.ts';
import { emit, Unavailable } from '../../base/index.ts';
import { type Exchange, HttpError, type Problem } from '../../formats/http/index.ts';
import { isObject, type JsonObject, parseIJson, RequestError } from '../../formats/jmap/index.ts';
import { report } from '../errors.ts';
import { wantedTypes } from '../push-types.ts';
import { problemOf } from '../refuse.ts';
import { readPlace, StateFeed, writePlace } from '../state-feed.ts';
import type { WebSocketOptions } from './route.ts';

/** Close codes (RFC 6455 §7.4.1). */
const Code = { GoingAway: 1001, Unsupported: 1003, Policy: 1008 } as const;

/** Requests that one socket may have in flight before it is read no further, whatever the limits allow. */
const MAX_IN_FLIGHT = 64;
/** Bytes that may wait for the peer before its requests wait, too. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Serves a socket until it closes. */
export function serveSocket(
  socket: WebSocket,
  exchange: Exchange<AccessToken>,
  options: WebSocketOptions,
): void {
  new Connection(socket, exchange, options).serve();
}

class Connection {
  readonly #socket: WebSocket;
  readonly #exchange: Exchange<AccessToken>;
  readonly #options: WebSocketOptions;
  #token: AccessToken;
  /** Names of the types to push, null for all; undefined while push is off. */
  #types: readonly string[] | null | undefined;
  #feed: StateFeed | undefined;
  #inFlight = 0;
  #heard = performance.now();
  #silentTicks = 0;

  constructor(socket: WebSocket, exchange: Exchange<AccessToken>, options: WebSocketOptions) {
    this.#socket = socket;
    this.#exchange = exchange;
    this.#options = options;
    this.#token = exchange.caller as AccessToken;
  }

  serve(): void {
    const socket = this.#socket;
    const { signal, client } = this.#exchange;
    const opened = performance.now();
    const { websocketHeartbeatMs } = this.#options.processor.settings;
    const heartbeat = setInterval(() => void this.#beat().catch(report), websocketHeartbeatMs);
    const leave = () => socket.close(Code.GoingAway);
    signal.addEventListener('abort', leave, { once: true });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => this.#hear());
    socket.on('ping', () => this.#hear());
    // A broken frame closes the socket; nothing else is to be done about it.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      clearInterval(heartbeat);
      signal.removeEventListener('abort', leave);
      this.#feed?.end();
      const { account } = this.#token;
      const ms = performance.now() - opened;
      emit('jmap.websocket-closed', { account, address: client.address, code, ms }, 'debug');
    });
    if (signal.aborted) leave();
  }

  #hear(): void {
    this.#heard = performance.now();
    this.#silentTicks = 0;
  }

  /** Pings, and ends sockets that are silent, stuck, or whose credential is gone. */
  async #beat(): Promise<void> {
    const socket = this.#socket;
    const { websocketTimeoutMs } = this.#options.processor.settings;
    if (performance.now() - this.#heard > websocketTimeoutMs) return socket.close(Code.GoingAway);
    // What is written does not go out, and the last ping was not answered.
    if (socket.bufferedAmount > 0 && ++this.#silentTicks > 1) return socket.terminate();
    if ((await this.#current()) && socket.readyState === socket.OPEN) socket.ping();
  }

  /** False when the credential is good no more: then the socket is closing (RFC 8887 §4.2). */
  async #current(): Promise<boolean> {
    if (this.#token.current) return true;
    const token = await this.#options.refresh(this.#token);
    if (!token) {
      this.#socket.close(Code.Policy, 'signed out');
      return false;
    }
    if (token !== this.#token) {
      this.#token = token;
      // What may be heard can be another.
      if (this.#feed) await this.#push(this.#feed.place);
    }
    return true;
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hear();
    if (isBinary) return this.#socket.close(Code.Unsupported);
    this.#inFlight++;
    this.#breathe();
    this.#answer(data as Buffer)
      .catch((error: unknown) => report(error))
      .finally(() => {
        this.#inFlight--;
        this.#breathe();
      });
  }

  /** Reads no further while too much is under way or waits for the peer. */
  #breathe(): void {
    const busy = this.#inFlight >= MAX_IN_FLIGHT || this.#socket.bufferedAmount > MAX_WAITING;
    if (busy && !this.#socket.isPaused) this.#socket.pause();
    else if (!busy && this.#socket.isPaused) this.#socket.resume();
  }

  async #answer(bytes: Buffer): Promise<void> {
    let requestId: string | null = null;
    try {
      if (!(await this.#current())) return;
      const limit = this.#options.processor.maxRequestSize(this.#token);
      if (bytes.length > limit)
        throw new RequestError('limit', `The request is larger than ${limit} bytes.`, 'maxSizeRequest');
      const message = parseIJson(bytes);
      if (!isObject(message)) throw new RequestError('notRequest', 'The message must be an object.');
      const { '@type': type, id } = message;
      if (typeof id === 'string') requestId = id;
      if (type === 'Request') {
        if (id !== undefined && typeof id !== 'string')
          throw new RequestError('notRequest', '"id" must be a string.');
        await this.#request(message, id);
      } else if (type === 'WebSocketPushEnable') await this.#enable(message);
      else if (type === 'WebSocketPushDisable') this.#disable();
      else throw new RequestError('notRequest', '"@type" names no kind of message.');
    } catch (error) {
      await this.#send(JSON.stringify({ '@type': 'RequestError', requestId, ...problemFor(error) }));
    }
  }

  async #request(message: JsonObject, id: string | undefined): Promise<void> {
    const { processor } = this.#options;
    const { client, origin } = this.#exchange;
    await this.#exchange.meter();
    const requester = { token: this.#token, client, origin };
    const leave = processor.enter(requester);
    try {
      const more = { '@type': 'Response', ...(id !== undefined && { requestId: id }) };
      await this.#send(await processor.answer(requester, message, more));
    } finally {
      leave();
    }
  }

  /** RFC 8887 §4.3.5.2 */
  async #enable({ dataTypes, pushState }: JsonObject): Promise<void> {
    const well =
      dataTypes === null ||
      dataTypes === undefined ||
      (Array.isArray(dataTypes) && dataTypes.every((name) => typeof name === 'string'));
    if (!well) throw new RequestError('notRequest', '"dataTypes" must be an array of strings, or null.');
    if (pushState !== undefined && pushState !== null && typeof pushState !== 'string')
      throw new RequestError('notRequest', '"pushState" must be a string.');
    this.#types = (dataTypes ?? null) as string[] | null;
    await this.#push(readPlace(pushState));
  }

  /** RFC 8887 §4.3.5.3 */
  #disable(): void {
    this.#feed?.end();
    this.#feed = undefined;
    this.#types = undefined;
  }

  async #push(since: ReadonlyMap<number, number>): Promise<void> {
    this.#feed?.end();
    const feed = new StateFeed({
      token: this.#token,
      wanted: wantedTypes(this.#types ?? null, this.#token),
      throttleMs: this.#options.processor.settings.websocketThrottleMs,
      since,
      send: async ({ changed, place }) => {
        const pushState = writePlace(place);
        if (!(await this.#current()) || this.#feed !== feed) return;
        await this.#send(JSON.stringify({ '@type': 'StateChange', changed: changed(), pushState }));
      },
    });
    this.#feed = feed;
    await feed.begin(this.#options);
  }

  /** Resolves when the bytes have been handed to the system, or the socket is gone. */
  #send(text: string | readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    const pieces = typeof text === 'string' ? [text] : text;
    // All fragments of a message are queued at once, so that no other message comes between them.
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const [i, piece] of pieces.entries()) {
      const fin = i === pieces.length - 1;
      socket.send(piece, { binary: false, fin }, fin ? () => resolve() : () => undefined);
    }
    this.#breathe();
    return promise;
  }
}

/** RFC 8887 §4.3.4: what a POST is refused with, without its status line. */
function problemFor(error: unknown): Problem {
  if (error instanceof RequestError) return problemOf(error);
  if (error instanceof HttpError) return { type: 'about:blank', ...error.problem };
  if (error instanceof Unavailable) return { type: 'about:blank', status: 503, detail: error.message };
  const detail = `Something went wrong here. Reference: ${report(error)}`;
  return { type: 'about:blank', status: 500, detail };
}
