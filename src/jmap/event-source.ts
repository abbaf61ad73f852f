// The event source (RFC 8620 §7.3): a stream of state changes for the types a client names, no faster than the
// throttle, with pings and a place to go on from after a reconnect.
import { type Account, type AccountId, type DataType, type StateChange } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import { decodeId, encodeId } from '../base/index.ts';
import {
  type BodyWriter,
  type Exchange,
  problemReply,
  type Reply,
  type Route,
  tooMany,
} from '../formats/http/index.ts';
import type { AccountDirectory } from './context.ts';
import { Gate } from './gate.ts';
import { namesTypes, type Wanted, wantedTypes } from './push-types.ts';
import type { JmapSettings } from './settings.ts';
import { encodeState } from './state.ts';
import type { StateHub } from './state-hub.ts';

export interface EventSourceOptions {
  readonly hub: StateHub;
  readonly accounts: { get(id: AccountId): Pick<Account, 'head'> };
  readonly directory: AccountDirectory;
  readonly settings: () => JmapSettings;
}

const MIN_PING_S = 30;
const MAX_PING_S = 3600;
/** Open streams of one account. */
const MAX_STREAMS = 256;

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
  const since = readEventId(exchange.headers['last-event-id']);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-store',
      // Proxies that collect answers would hold events back.
      'X-Accel-Buffering': 'no',
    },
    stream: (writer) => run(writer, exchange, token, parameters, since, options).finally(leave),
  };
}

/** The parameters, or what is wrong with them. */
export function readParameters(query: URLSearchParams, token: AccessToken): Parameters | string {
  const types = query.get('types') ?? '*';
  if (!namesTypes(types)) return 'types: names no data type';
  const closeafter = query.get('closeafter') ?? 'no';
  if (closeafter !== 'no' && closeafter !== 'state') return 'closeafter: must be state or no';
  const ping = query.get('ping') ?? '0';
  if (!/^\d{1,9}$/.test(ping)) return 'ping: must be a number of seconds';
  const seconds = Number(ping);
  return {
    wanted: wantedTypes(types, token),
    closeAfterState: closeafter === 'state',
    ping: seconds === 0 ? 0 : Math.min(MAX_PING_S, Math.max(MIN_PING_S, seconds)),
  };
}

async function run(
  writer: BodyWriter,
  { signal }: Exchange<AccessToken>,
  token: AccessToken,
  parameters: Parameters,
  since: ReadonlyMap<AccountId, number>,
  options: EventSourceOptions,
): Promise<void> {
  const ids = (await options.directory.visible(token)).map((account) => account.id);
  const stream = new Stream(writer, token, parameters, options.settings().eventSourceThrottleMs);
  const stop = options.hub.listen(ids, (change) => stream.add(change));
  const end = () => stream.end();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    // What happened since the client was here last; listening began before the heads are read, so nothing is lost.
    for (const id of ids) {
      const from = since.get(id);
      const head = from === undefined ? undefined : await options.accounts.get(id).head();
      if (head && from !== undefined && head.change > from) {
        const types = [...parameters.wanted.keys()].map((type) => [type, head.state(type)] as const);
        stream.add({
          account: id,
          change: head.change,
          epoch: head.epoch,
          types: types.filter(([, at]) => at > from),
        });
      }
    }
    await stream.done;
  } finally {
    stop();
    signal.removeEventListener('abort', end);
  }
}

type Change = Pick<StateChange, 'account' | 'change' | 'epoch' | 'types'>;

/** One open stream: what is still to be told, and when. */
class Stream {
  readonly done: Promise<void>;
  readonly #writer: BodyWriter;
  readonly #token: AccessToken;
  readonly #parameters: Parameters;
  readonly #throttle: number;
  readonly #finish: () => void;
  readonly #pending = new Map<AccountId, Map<string, string>>();
  readonly #seen = new Map<AccountId, number>();
  #lastEvent = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #writing = false;

  constructor(writer: BodyWriter, token: AccessToken, parameters: Parameters, throttleMs: number) {
    this.#writer = writer;
    this.#token = token;
    this.#parameters = parameters;
    this.#throttle = throttleMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#finish = resolve;
    const { ping } = parameters;
    if (ping > 0) {
      this.#pinger = setInterval(() => this.#ping(ping), ping * 1000);
    }
  }

  add({ account, change, epoch, types }: Change): void {
    this.#seen.set(account, Math.max(change, this.#seen.get(account) ?? 0));
    for (const [type, at] of types) this.#note(account, type, encodeState(epoch, { change: at, offset: 0 }));
    this.#schedule();
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    this.#finish();
  }

  #note(account: AccountId, type: DataType, state: string): void {
    const names = this.#parameters.wanted.get(type);
    if (!names) return;
    const states = this.#pending.get(account) ?? new Map<string, string>();
    this.#pending.set(account, states);
    for (const name of names) states.set(name, state);
  }

  #schedule(): void {
    // A peer that does not take the last event gets the next one together with what came since.
    if (this.#pending.size === 0 || this.#timer || this.#writing) return;
    const wait = Math.max(0, this.#lastEvent + this.#throttle - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, wait);
  }

  async #flush(): Promise<void> {
    const changed: Record<string, Record<string, string>> = {};
    for (const [account, states] of this.#pending) changed[encodeId(account)] = Object.fromEntries(states);
    this.#pending.clear();
    this.#lastEvent = performance.now();
    const id = writeEventId(this.#seen);
    const data = JSON.stringify({ '@type': 'StateChange', changed });
    await this.#write(`event: state\nid: ${id}\ndata: ${data}\n\n`);
    if (this.#parameters.closeAfterState) this.end();
    else this.#schedule();
  }

  async #write(text: string): Promise<void> {
    // Rights may have changed: the client signs in again and gets what it may hear now.
    if (!this.#token.current || this.#writer.closed) return this.end();
    this.#writing = true;
    await this.#writer.write(text);
    this.#writing = false;
  }

  #ping(seconds: number): void {
    if (!this.#writing) void this.#write(`event: ping\ndata: {"interval":${seconds}}\n\n`);
  }
}

/** `account.change` pairs: where the client was when it lost the stream. */
export const writeEventId = (seen: ReadonlyMap<AccountId, number>): string =>
  [...seen].map(([account, change]) => `${encodeId(account)}.${encodeId(change)}`).join(' ');

export function readEventId(text: string | string[] | undefined): Map<AccountId, number> {
  const seen = new Map<AccountId, number>();
  if (typeof text !== 'string' || text.length > 8192) return seen;
  for (const pair of text.split(' ')) {
    const [account, change] = pair.split('.').map(decodeId);
    if (account !== undefined && change !== undefined) seen.set(account, change);
  }
  return seen;
}
