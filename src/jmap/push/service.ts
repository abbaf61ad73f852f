// The push service of the server (RFC 8620 §7.2): knows every subscription, verifies new ones, tells the verified ones
// of changed states and new mail, and ends those that are over. It runs once for all threads.
import {
  type AccountId,
  type AccountWriter,
  type DocumentId,
  DataType,
  documentOf,
  documentsOf,
} from '../../account/index.ts';
import type { AccessToken } from '../../access/index.ts';
import { encodeId, now } from '../../base/index.ts';
import { report } from '../errors.ts';
import { decodeSubscription, encodeSubscription, type Subscription } from './record.ts';
import { Pusher } from './pusher.ts';
import { Sender } from './sender.ts';
import type { PushServices } from './services.ts';

/** How often what is over is looked for. */
const SWEEP_MS = 60_000;

export class PushService {
  readonly #services: PushServices;
  readonly #known = new Map<AccountId, Map<DocumentId, Known>>();
  /** When the next verification of an account may go out. */
  readonly #nextVerification = new Map<AccountId, number>();
  readonly #loading = new Map<AccountId, { again: boolean; done: Promise<void> }>();
  readonly #stop = new AbortController();
  readonly #sweeper: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  /** Resolves when all subscriptions that are stored are at work. */
  readonly ready: Promise<void>;

  constructor(services: PushServices) {
    this.#services = services;
    this.#unsubscribe = services.bus.subscribe('account.state', ({ account, types }) => {
      if (types.some(([type]) => type === DataType.PushSubscription)) void this.#load(account);
    });
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS).unref();
    this.ready = this.#loadAll().catch((error: unknown) => void report(error));
  }

  async #loadAll(): Promise<void> {
    const { accounts, allAccounts } = this.#services;
    for await (const ids of allAccounts()) {
      if (this.#stop.signal.aborted) return;
      const heads = await Promise.all(ids.map((id) => accounts.get(id).head()));
      const some = ids.filter((_, i) => (heads[i]?.count(DataType.PushSubscription) ?? 0) > 0);
      await Promise.all(some.map((id) => this.#load(id)));
    }
  }

  close(): void {
    this.#stop.abort();
    this.#unsubscribe();
    clearInterval(this.#sweeper);
    for (const subscriptions of this.#known.values()) for (const known of subscriptions.values()) known.end();
    this.#known.clear();
  }

  /** Reads the subscriptions of an account; calls that come meanwhile are one more reading. */
  #load(account: AccountId): Promise<void> {
    const running = this.#loading.get(account);
    if (running) {
      running.again = true;
      return running.done;
    }
    const state = { again: false, done: Promise.resolve() };
    this.#loading.set(account, state);
    state.done = (async () => {
      try {
        do {
          state.again = false;
          await this.#read(account);
        } while (state.again && !this.#stop.signal.aborted);
      } catch (error) {
        report(error);
      } finally {
        this.#loading.delete(account);
      }
    })();
    return state.done;
  }

  async #read(account: AccountId): Promise<void> {
    const { accounts } = this.#services;
    const documents = await accounts
      .get(account)
      .read((reader) => documentsOf(reader, DataType.PushSubscription));
    if (this.#stop.signal.aborted) return;
    const known = this.#known.get(account) ?? new Map<DocumentId, Known>();
    const left = new Set(known.keys());
    for (const { id, record } of documents) {
      left.delete(id);
      const before = known.get(id);
      if (before && Buffer.compare(before.record, record) === 0) continue;
      before?.end();
      const one = new Known(account, id, record, this.#services, () => this.#destroy(account, [id]));
      known.set(id, one);
      await this.#begin(one);
    }
    for (const id of left) {
      known.get(id)?.end();
      known.delete(id);
    }
    if (known.size > 0) this.#known.set(account, known);
    else this.#known.delete(account);
  }

  async #begin(one: Known): Promise<void> {
    const { subscription, account } = one;
    if (subscription.expires <= now()) return;
    const serverKey = this.#services.signer()?.publicKey ?? '';
    const token = await this.#services.redeem(account, subscription.ticket);
    // RFC 8620 §7.2 and RFC 9749 §5: with its credential, or the key it was made for, a subscription ends.
    if (!token || subscription.serverKey !== serverKey) return this.#destroy(account, [one.id]);
    if (subscription.verified) await one.push(token);
    else if (!subscription.announced) this.#announce(one);
  }

  /** Sends the code, once, and not to one URL after the other (RFC 8620 §7.2.2, §8.6). */
  #announce(one: Known): void {
    const { account } = one;
    one.later((this.#nextVerification.get(account) ?? 0) - performance.now(), async () => {
      const time = performance.now();
      // Another one of the account was faster.
      if ((this.#nextVerification.get(account) ?? 0) > time) return this.#announce(one);
      this.#nextVerification.set(account, time + this.#services.settings().pushVerifyTimeoutMs);
      const { result } = await this.#services.accounts
        .get(account)
        .write((writer) => markAnnounced(writer, one.id));
      if (!result) return;
      const body = {
        '@type': 'PushVerification',
        pushSubscriptionId: encodeId(one.id),
        verificationCode: one.subscription.code,
      };
      // The record that says so has another `Known` by now; the message goes out all the same.
      const sender = new Sender(this.#services, account, one.subscription, this.#stop.signal);
      if ((await sender.send({ body, urgency: 'high', once: true })) === 'gone')
        await this.#destroy(account, [one.id]);
    });
  }

  async #destroy(account: AccountId, ids: readonly DocumentId[]): Promise<void> {
    await this.#services.accounts.get(account).write(async (writer) => {
      for (const id of ids)
        if (await documentOf(writer, DataType.PushSubscription, id))
          writer.destroy(DataType.PushSubscription, id);
    });
  }

  /** Ends what has expired, and what was made with a credential that is good no more. */
  async #sweep(): Promise<void> {
    const time = now();
    const serverKey = this.#services.signer()?.publicKey ?? '';
    for (const [account, subscriptions] of this.#known) {
      const over: DocumentId[] = [];
      for (const [id, { subscription }] of subscriptions) {
        const token = await this.#services.redeem(account, subscription.ticket).catch(() => null);
        if (subscription.expires <= time || token === undefined || subscription.serverKey !== serverKey)
          over.push(id);
      }
      if (over.length > 0) await this.#destroy(account, over).catch(report);
    }
    for (const [account, at] of this.#nextVerification)
      if (at < performance.now()) this.#nextVerification.delete(account);
  }
}

/** False when it has been announced, or is gone. */
async function markAnnounced(writer: AccountWriter, id: DocumentId): Promise<boolean> {
  const record = await documentOf(writer, DataType.PushSubscription, id);
  const one = record && decodeSubscription(record);
  if (!one || one.announced || one.verified) return false;
  writer.update(DataType.PushSubscription, id, encodeSubscription({ ...one, announced: true }));
  return true;
}

/** A subscription as it was read, and what is under way for it. */
class Known {
  readonly account: AccountId;
  readonly id: DocumentId;
  readonly record: Uint8Array;
  readonly subscription: Subscription;
  readonly #services: PushServices;
  readonly #destroy: () => Promise<void>;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pusher: Pusher | undefined;

  constructor(
    account: AccountId,
    id: DocumentId,
    record: Uint8Array,
    services: PushServices,
    destroy: () => Promise<void>,
  ) {
    this.account = account;
    this.id = id;
    this.record = record;
    this.subscription = decodeSubscription(record);
    this.#services = services;
    this.#destroy = destroy;
  }

  async push(token: AccessToken): Promise<void> {
    const { account, subscription } = this;
    const sender = new Sender(this.#services, account, subscription, this.#stop.signal);
    this.#pusher = new Pusher({
      services: this.#services,
      subscription,
      account,
      sender,
      signal: this.#stop.signal,
      destroy: this.#destroy,
    });
    await this.#pusher.begin(token);
  }

  later(ms: number, work: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => void work().catch(report), Math.max(0, ms)).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#pusher?.end();
  }
}
