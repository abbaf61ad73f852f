// Tells one verified subscription what it wants to hear: state changes by way of a feed, new mail beside it.
import { setTimeout as wait } from 'node:timers/promises';
import type { AccountId, ChangeId, StateChange } from '../../account/index.ts';
import type { AccessToken } from '../../access/index.ts';
import { decodeId, now } from '../../base/index.ts';
import { MAX_PUSH_BODY, MAX_PUSH_TEXT } from '../../formats/webpush/index.ts';
import { report } from '../errors.ts';
import { type Wanted, wantedTypes } from '../push-types.ts';
import { type ChangedStates, type Place, StateFeed } from '../state-feed.ts';
import { arrivals, emailPushes } from './email-push.ts';
import type { Subscription } from './record.ts';
import type { Delivery, Message, Sender } from './sender.ts';
import type { PushServices } from './services.ts';

export interface PusherOptions {
  readonly services: PushServices;
  readonly subscription: Subscription;
  /** The account it belongs to. */
  readonly account: AccountId;
  readonly sender: Sender;
  readonly signal: AbortSignal;
  /** Ends the subscription for good. */
  readonly destroy: () => Promise<void>;
}

const MAX_PAUSE_MS = 3_600_000;

export class Pusher {
  readonly #options: PusherOptions;
  #token: AccessToken | undefined;
  #feed: StateFeed | undefined;
  #stopMail: (() => void) | undefined;
  /** Change up to which new mail of an account was told. */
  readonly #told = new Map<AccountId, ChangeId>();
  #looking = false;
  readonly #arrived = new Set<AccountId>();
  /** Rounds of attempts that failed, one after the other. */
  #failures = 0;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  async begin(token: AccessToken): Promise<void> {
    const { subscription } = this.#options;
    if (subscription.types === null || subscription.types.length > 0) await this.#listen(token, new Map());
    else this.#token = token;
    await this.#watchMail();
  }

  end(): void {
    this.#feed?.end();
    this.#stopMail?.();
  }

  async #listen(token: AccessToken, since: Place): Promise<void> {
    const { services, subscription, signal } = this.#options;
    this.#token = token;
    this.#feed?.end();
    const feed = new StateFeed({
      token,
      wanted: this.#wanted(token),
      throttleMs: services.settings().pushThrottleMs,
      since,
      send: ({ changed }) => this.#tell(changed()),
    });
    this.#feed = feed;
    await feed.begin(services);
    if (signal.aborted || subscription.expires <= now()) this.end();
  }

  #wanted(token: AccessToken): Wanted {
    const { types, heard } = this.#options.subscription;
    const names = heard && types ? types.filter((name) => heard.includes(name)) : (types ?? heard);
    return wantedTypes(names, token);
  }

  /** False when the states have to be told later. */
  async #tell(changed: ChangedStates): Promise<boolean> {
    const token = await this.#current();
    if (!token) return true;
    for (const part of portions(changed)) {
      const body = { '@type': 'StateChange', changed: part };
      if (!(await this.#deliver({ body, urgency: 'normal' }))) return false;
    }
    return true;
  }

  /** False when it has to be tried again; the wait is over then. */
  async #deliver(message: Message): Promise<boolean> {
    const { sender, services, signal, destroy } = this.#options;
    const delivery: Delivery = await sender.send(message);
    if (delivery === 'gone') await destroy();
    if (delivery !== 'failed') {
      this.#failures = 0;
      return true;
    }
    const pause = services.settings().pushAttemptWaitMs * 2 ** Math.min(this.#failures++, 10);
    await wait(Math.min(pause, MAX_PAUSE_MS), undefined, { signal, ref: false }).catch(() => undefined);
    return signal.aborted;
  }

  /** The token as it is now; undefined when there is nothing to be told any more. */
  async #current(): Promise<AccessToken | undefined> {
    const { services, subscription, account, signal, destroy } = this.#options;
    if (signal.aborted || subscription.expires <= now()) return undefined;
    if (this.#token?.current) return this.#token;
    const token = await services.redeem(account, subscription.ticket);
    if (!token) {
      await destroy();
      return undefined;
    }
    this.#token = token;
    // What may be heard can be another from now on.
    const place = this.#feed?.place;
    if (place) setImmediate(() => void this.#listen(token, place).catch(report));
    return token;
  }

  async #watchMail(): Promise<void> {
    const { services, subscription, signal } = this.#options;
    const ids = Object.keys(subscription.emailPush ?? {}).flatMap((text) => decodeId(text) ?? []);
    if (ids.length === 0 || signal.aborted) return;
    this.#stopMail = services.hub.listen(ids, (change: StateChange) => {
      if (!change.delivery) return;
      this.#arrived.add(change.account);
      void this.#look();
    });
    for (const id of ids) this.#told.set(id, (await services.accounts.get(id).head()).change);
  }

  /** Tells of the mail that has arrived, what comes meanwhile together. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { services, signal } = this.#options;
    try {
      while (this.#arrived.size > 0 && !signal.aborted) {
        const accounts = [...this.#arrived];
        this.#arrived.clear();
        for (const account of accounts) await this.#tellMail(account);
        const { pushThrottleMs } = services.settings();
        await wait(pushThrottleMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } catch (error) {
      report(error);
    } finally {
      this.#looking = false;
    }
  }

  async #tellMail(account: AccountId): Promise<void> {
    const { services, subscription } = this.#options;
    const config = Object.entries(subscription.emailPush ?? {}).find(([id]) => decodeId(id) === account)?.[1];
    const since = this.#told.get(account);
    const token = await this.#current();
    if (!config || !token || since === undefined) return;
    const { ids, upTo } = await arrivals(services.accounts.get(account), since);
    this.#told.set(account, upTo);
    if (ids.length === 0) return;
    const room = subscription.keys ? MAX_PUSH_TEXT : MAX_PUSH_BODY;
    const limit = Math.min(services.settings().maxPushSize, room);
    for (const body of await emailPushes(token, account, ids, config, limit, services))
      await this.#deliver({ body, urgency: config.urgency });
  }
}

/** As many accounts at once as one push message holds. */
function portions(changed: ChangedStates): ChangedStates[] {
  const parts: Record<string, Readonly<Record<string, string>>>[] = [];
  let room = 0;
  for (const [account, states] of Object.entries(changed)) {
    const size = JSON.stringify(states).length + account.length + 4;
    const last = parts.at(-1);
    if (last && size <= room) last[account] = states;
    else {
      parts.push({ [account]: states });
      room = MAX_PUSH_TEXT - ENVELOPE;
    }
    room -= size;
  }
  return parts;
}

/** Bytes of a StateChange without its states. */
const ENVELOPE = 64;
