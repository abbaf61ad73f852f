// What a client still has to be told of changed states (RFC 8620 §7.1), whatever the way: the event source, a
// WebSocket. Changes that come faster than the throttle, or than the client takes them, are one message.
import type { Account, AccountId, StateChange } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import { decodeId, encodeId } from '../base/index.ts';
import type { AccountDirectory } from './context.ts';
import { report } from './errors.ts';
import type { Wanted } from './push-types.ts';
import { encodeState } from './state.ts';
import type { StateHub } from './state-hub.ts';

/** `changed` of a StateChange: account, then type, then state. */
export type ChangedStates = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Change id of each account up to which a client was told. */
export type Place = ReadonlyMap<AccountId, number>;

/** What a client is to be told. */
export interface News {
  readonly changed: () => ChangedStates;
  readonly place: Place;
  /** The change that this is all of, and the place as well: what is told of it is the same for every such client. */
  readonly cause: StateChange | undefined;
}

export interface FeedSources {
  readonly hub: StateHub;
  readonly accounts: { get(id: AccountId): Pick<Account, 'head'> };
  readonly directory: AccountDirectory;
}

export interface FeedOptions {
  readonly token: AccessToken;
  readonly wanted: Wanted;
  readonly throttleMs: number;
  /** Where the client was when it was here last. */
  readonly since: Place;
  /**
   * Resolves when the client may be told more, false when it was not told; undefined when it may be told more at once.
   * Not called again before.
   */
  readonly send: (news: News) => Promise<boolean | void> | undefined;
}

export class StateFeed {
  readonly #options: FeedOptions;
  #pending: PendingStates = new Map();
  /** The only change that is to be told: not in `#pending` before another comes. */
  #cause: StateChange | undefined;
  readonly #place = new Map<AccountId, number>();
  #lastSent = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #hub: StateHub | undefined;
  /** The next message has its time. */
  #due = false;
  #sending = false;
  #stop: (() => void) | undefined;
  #ended = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get place(): Place {
    return this.#place;
  }

  /** Begins; what happened since the client was here last is told first. */
  async begin({ hub, accounts, directory }: FeedSources): Promise<void> {
    const { token, since, wanted } = this.#options;
    this.#hub = hub;
    const ids = (await directory.visible(token)).map((account) => account.id);
    if (this.#ended) return;
    // Listening begins before the heads are read, so nothing is lost between.
    this.#stop = hub.listen(ids, (change) => this.#hear(change));
    const heads = await Promise.all(ids.map((id) => accounts.get(id).head()));
    for (const [i, head] of heads.entries()) {
      const account = ids[i] as AccountId;
      const from = since.get(account) ?? head.change;
      const types = [...wanted.keys()].map((type) => [type, head.state(type)] as const);
      const { change, epoch } = head;
      this.#moveTo(account, change);
      note(this.#pending, wanted, { account, epoch, types: types.filter(([, at]) => at > from) });
    }
    this.#schedule();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#stop?.();
  }

  #hear(change: StateChange): void {
    const { wanted } = this.#options;
    this.#moveTo(change.account, change.change);
    if (!change.types.some(([type]) => wanted.has(type))) return;
    if (this.#cause === undefined && this.#pending.size === 0) {
      this.#cause = change;
    } else {
      this.#noteCause();
      note(this.#pending, wanted, change);
    }
    this.#schedule();
  }

  #moveTo(account: AccountId, change: number): void {
    this.#place.set(account, Math.max(change, this.#place.get(account) ?? 0));
  }

  #noteCause(): void {
    if (this.#cause) note(this.#pending, this.#options.wanted, this.#cause);
    this.#cause = undefined;
  }

  #schedule(): void {
    // A client that does not take the last message gets the next one together with what came since.
    if (this.#due || this.#sending || this.#ended) return;
    if (this.#cause === undefined && this.#pending.size === 0) return;
    this.#due = true;
    const wait = this.#lastSent + this.#options.throttleMs - performance.now();
    if (wait > 0) this.#timer = setTimeout(this.#tell, wait);
    else this.#hub?.soon(this.#tell);
  }

  readonly #tell = (): void => {
    this.#due = false;
    if (this.#ended) return;
    this.#lastSent = performance.now();
    const cause = this.#sharedCause();
    if (!cause) this.#noteCause();
    const pending = this.#pending;
    this.#cause = undefined;
    if (!cause) this.#pending = new Map();
    const states = (): PendingStates => (cause ? note(new Map(), this.#options.wanted, cause) : pending);
    const told = this.#options.send({ changed: () => changedStates(states()), place: this.#place, cause });
    if (told) void this.#goOnAfter(told, states);
  };

  /** The change that is to be told, when a client that wants the same is told the same of it. */
  #sharedCause(): StateChange | undefined {
    const cause = this.#cause;
    return cause && this.#place.size === 1 && this.#place.get(cause.account) === cause.change
      ? cause
      : undefined;
  }

  async #goOnAfter(told: Promise<boolean | void>, states: () => PendingStates): Promise<void> {
    this.#sending = true;
    const done = await told.catch((error: unknown) => {
      report(error);
      return false;
    });
    this.#sending = false;
    if (done === false) this.#putBack(states());
    this.#schedule();
  }

  /** What came meanwhile is newer. */
  #putBack(states: PendingStates): void {
    this.#noteCause();
    for (const [account, old] of states)
      this.#pending.set(account, new Map([...old, ...(this.#pending.get(account) ?? [])]));
  }
}

/** Account, then wire name of a type, then state. */
type PendingStates = Map<AccountId, Map<string, string>>;

/** Adds what a client wants to know of a change. */
function note(
  states: PendingStates,
  wanted: Wanted,
  { account, epoch, types }: Pick<StateChange, 'account' | 'epoch' | 'types'>,
): PendingStates {
  for (const [type, change] of types) {
    const names = wanted.get(type);
    if (!names) continue;
    const known = states.getOrInsertComputed(account, () => new Map<string, string>());
    for (const name of names) known.set(name, encodeState(epoch, { change, offset: 0 }));
  }
  return states;
}

function changedStates(states: PendingStates): ChangedStates {
  const changed: Record<string, Record<string, string>> = {};
  for (const [account, known] of states) changed[encodeId(account)] = Object.fromEntries(known);
  return changed;
}

/** `account.change` pairs: event ids and push states. */
export const writePlace = (place: Place): string =>
  Array.from(place, ([account, change]) => `${encodeId(account)}.${encodeId(change)}`).join(' ');

/** Empty for a text that we never wrote. */
export function readPlace(text: unknown): Map<AccountId, number> {
  const place = new Map<AccountId, number>();
  if (typeof text !== 'string' || text.length > 8192) return place;
  for (const pair of text.split(' ')) {
    const [account, change] = pair.split('.').map(decodeId);
    if (account !== undefined && change !== undefined) place.set(account, change);
  }
  return place;
}
