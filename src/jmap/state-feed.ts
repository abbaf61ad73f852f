// What a client still has to be told of changed states (RFC 8620 §7.1), whatever the way: the event source, a
// WebSocket. Changes that come faster than the throttle, or than the client takes them, are one message.
import type { Account, AccountId, DataType, StateChange } from '../account/index.ts';
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
  /** Resolves when the client may be told more, false when it was not told. Not called again before. */
  readonly send: (news: News) => Promise<boolean | void>;
}

export class StateFeed {
  readonly #options: FeedOptions;
  readonly #pending = new Map<AccountId, Map<string, string>>();
  readonly #place = new Map<AccountId, number>();
  #cause: StateChange | undefined;
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
    this.#stop = hub.listen(ids, (change) => this.#add(change));
    const heads = await Promise.all(ids.map((id) => accounts.get(id).head()));
    for (const [i, head] of heads.entries()) {
      const account = ids[i] as AccountId;
      const from = since.get(account) ?? head.change;
      const types = [...wanted.keys()].map((type) => [type, head.state(type)] as const);
      const { change, epoch } = head;
      this.#add({ account, change, epoch, types: types.filter(([, at]) => at > from) });
    }
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#stop?.();
  }

  #add({ account, change, epoch, types }: Pick<StateChange, 'account' | 'change' | 'epoch' | 'types'>): void {
    this.#place.set(account, Math.max(change, this.#place.get(account) ?? 0));
    for (const [type, at] of types) this.#note(account, type, encodeState(epoch, { change: at, offset: 0 }));
    this.#schedule();
  }

  #note(account: AccountId, type: DataType, state: string): void {
    const names = this.#options.wanted.get(type);
    if (!names) return;
    const states = this.#pending.get(account) ?? new Map<string, string>();
    this.#pending.set(account, states);
    for (const name of names) states.set(name, state);
  }

  #schedule(): void {
    // A client that does not take the last message gets the next one together with what came since.
    if (this.#pending.size === 0 || this.#due || this.#sending || this.#ended) return;
    this.#due = true;
    const tell = (): void => {
      this.#due = false;
      if (!this.#ended) void this.#flush();
    };
    const wait = this.#lastSent + this.#options.throttleMs - performance.now();
    if (wait > 0) this.#timer = setTimeout(tell, wait);
    else this.#hub?.soon(tell);
  }

  async #flush(): Promise<void> {
    const pending = new Map(this.#pending);
    const isAlone =
      this.#place.size === 1 && this.#cause?.change === this.#place.get(this.#cause?.account ?? -1);
    const cause = isAlone ? this.#cause : undefined;
    this.#pending.clear();
    this.#lastSent = performance.now();
    this.#sending = true;
    const told = await this.#options
      .send({ changed: () => changedStates(pending), place: this.#place, cause })
      .catch((error: unknown) => {
        report(error);
        return false;
      });
    this.#sending = false;
    if (told === false) this.#putBack(pending);
    this.#schedule();
  }

  /** What came meanwhile is newer. */
  #putBack(pending: ReadonlyMap<AccountId, ReadonlyMap<string, string>>): void {
    for (const [account, states] of pending)
      this.#pending.set(account, new Map([...states, ...(this.#pending.get(account) ?? [])]));
  }
}

function changedStates(pending: ReadonlyMap<AccountId, ReadonlyMap<string, string>>): ChangedStates {
  const changed: Record<string, Record<string, string>> = {};
  for (const [account, states] of pending) changed[encodeId(account)] = Object.fromEntries(states);
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
