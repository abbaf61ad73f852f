// The event source (RFC 8620 §7.3): a stream of state changes for the types a client names, no faster than the
// throttle, with pings and a place to go on from after a reconnect.
import type { AccessToken } from '../access/index.ts';
import type { StateChange } from '../account/index.ts';
import {
  type BodyWriter,
  type Exchange,
  problemReply,
  type Reply,
  type Route,
  tooMany,
} from '../formats/http/index.ts';
import { Gate } from './gate.ts';
import { namedTypes, type Wanted, wantedTypes } from './push-types.ts';
import type { JmapSettings } from './settings.ts';
import { type FeedSources, type News, readPlace, StateFeed, writePlace } from './state-feed.ts';

export interface EventSourceOptions extends FeedSources {
  readonly settings: () => JmapSettings;
}

const MIN_PING_S = 30;
const MAX_PING_S = 3600;
/** Open streams of one account. */
const MAX_STREAMS = 4096;

export function eventSourceRoutes(options: EventSourceOptions): Route<AccessToken>[] {
  const gate = new Gate();
  const route = (path: string): Route<AccessToken> => ({
    method: 'GET',
    path,
    signIn: 'required',
    handle: (exchange) => open(exchange, options, gate),
  });
  return [route('/jmap/eventsource/'), route('/jmap/eventsource')];
}

interface Parameters {
  readonly wanted: Wanted;
  readonly closeAfterState: boolean;
  /** Seconds, 0 for none. */
  readonly ping: number;
}

function open(exchange: Exchange<AccessToken>, options: EventSourceOptions, gate: Gate): Reply {
  const token = exchange.caller as AccessToken;
  const parameters = readParameters(exchange.query, token);
  if (typeof parameters === 'string') return problemReply({ status: 400, detail: parameters });
  const leave = gate.enter(token.account, MAX_STREAMS);
  if (!leave)
    throw tooMany('event-sources', 'open streams', { count: MAX_STREAMS, periodMs: 60_000 }, 60_000);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-store',
      // Proxies that collect answers would hold events back.
      'X-Accel-Buffering': 'no',
    },
    stream: (writer) => run(writer, exchange, parameters, options).finally(leave),
  };
}

/** The parameters, or what is wrong with them. */
export function readParameters(query: URLSearchParams, token: AccessToken): Parameters | string {
  const names = namedTypes(query.get('types') ?? '*');
  if (names === undefined) return 'types: names no data type';
  const closeafter = query.get('closeafter') ?? 'no';
  if (closeafter !== 'no' && closeafter !== 'state') return 'closeafter: must be state or no';
  const ping = query.get('ping') ?? '0';
  if (!/^\d{1,9}$/.test(ping)) return 'ping: must be a number of seconds';
  const seconds = Number(ping);
  return {
    wanted: wantedTypes(names, token),
    closeAfterState: closeafter === 'state',
    ping: seconds === 0 ? 0 : Math.min(MAX_PING_S, Math.max(MIN_PING_S, seconds)),
  };
}

async function run(
  writer: BodyWriter,
  exchange: Exchange<AccessToken>,
  { wanted, closeAfterState, ping }: Parameters,
  options: EventSourceOptions,
): Promise<void> {
  const token = exchange.caller as AccessToken;
  const names = [...wanted.values()].flat().join();
  const { promise: done, resolve: end } = Promise.withResolvers<void>();
  let writing = false;
  const write = (text: string | Uint8Array): Promise<void> | undefined => {
    // Rights may have changed: the client signs in again and gets what it may hear now.
    if (!token.current || writer.closed) {
      end();
      return undefined;
    }
    // RFC 8620 §7.3: the time counts from the last event, whichever it was.
    pinger?.refresh();
    const taken = writer.write(text);
    return taken && slowly(taken);
  };
  const slowly = async (taken: Promise<void>): Promise<void> => {
    writing = true;
    await taken;
    writing = false;
    pinger?.refresh();
  };
  const feed = new StateFeed({
    token,
    wanted,
    throttleMs: options.settings().eventSourceThrottleMs,
    since: readPlace(exchange.headers['last-event-id']),
    send: (news) => {
      const taken = write(news.cause ? sharedEvent(news, news.cause, names) : stateEvent(news));
      if (!closeAfterState) return taken;
      return (taken ?? Promise.resolve()).finally(end);
    },
  });
  const tellTime = (): void => {
    if (!writing) void write(`event: ping\ndata: {"interval":${ping}}\n\n`);
  };
  const pinger = ping > 0 ? setInterval(tellTime, ping * 1000) : undefined;
  const { signal } = exchange;
  signal.addEventListener('abort', () => end(), { once: true });
  if (signal.aborted) end();
  try {
    await feed.begin(options);
    await done;
  } finally {
    feed.end();
    clearInterval(pinger);
  }
}

/** Events of changes that many clients are told of at once, by the types that they asked for. */
const shared = new WeakMap<StateChange, Map<string, Uint8Array>>();

function sharedEvent(news: News, cause: StateChange, types: string): Uint8Array {
  const events = shared.getOrInsertComputed(cause, () => new Map<string, Uint8Array>());
  return events.getOrInsertComputed(types, () => stateEvent(news));
}

function stateEvent({ changed, place }: News): Uint8Array {
  const data = JSON.stringify({ '@type': 'StateChange', changed: changed() });
  return Buffer.from(`event: state\nid: ${writePlace(place)}\ndata: ${data}\n\n`);
}
