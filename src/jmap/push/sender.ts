// Brings push messages to the URL of one subscription (RFC 8030 §5, RFC 8620 §7.2): encrypted where there are keys,
// signed where the server has one, tried again as its push service asks for, one at a time.
import { setTimeout as wait } from 'node:timers/promises';
import { asBuffer, emit, now, utf8 } from '../../base/index.ts';
import { encryptPush, type VapidSigner } from '../../formats/webpush/index.ts';
import '../events.ts';
import type { JmapSettings } from '../settings.ts';
import type { Subscription, Urgency } from './record.ts';
import type { Post, PushAnswer } from './target.ts';

export interface SenderOptions {
  readonly post: Post;
  readonly settings: () => JmapSettings;
  /** Undefined while the server has no key. */
  readonly signer: () => VapidSigner | undefined;
}

/**
 * `sent`, or why not: `gone` when the push service knows the subscription no more, `refused` when it does not take the
 * message, `failed` when it might take it later.
 */
export type Delivery = 'sent' | 'gone' | 'refused' | 'failed';

export interface Message {
  readonly body: object;
  readonly urgency: Urgency;
  /** Once, whatever comes of it. */
  readonly once?: boolean;
}

/** A push service may keep a message for so long. */
const TTL_S = 24 * 3600;
/** No push service makes us wait longer. */
const MAX_WAIT_MS = 3_600_000;

export class Sender {
  readonly #options: SenderOptions;
  readonly #target: Pick<Subscription, 'url' | 'keys' | 'expires'>;
  readonly #account: number;
  readonly #signal: AbortSignal;
  #turn: Promise<unknown> = Promise.resolve();
  /** Set by a 429: the gap that this push service asks for between two messages. */
  #gapMs = 0;

  constructor(
    options: SenderOptions,
    account: number,
    target: Pick<Subscription, 'url' | 'keys' | 'expires'>,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#account = account;
    this.#target = target;
    this.#signal = signal;
  }

  /** Messages go one after the other. */
  send(message: Message): Promise<Delivery> {
    const sent = this.#turn.then(() => this.#send(message));
    this.#turn = sent.catch(() => undefined);
    return sent;
  }

  async #send(message: Message): Promise<Delivery> {
    const { pushMaxAttempts, pushRetryWaitMs } = this.#options.settings();
    const attempts = message.once ? 1 : pushMaxAttempts;
    // RFC 8620 §7.2: after a 429 pushes come less often.
    if (this.#gapMs > 0) await this.#pause(this.#gapMs);
    for (let attempt = 1; !this.#signal.aborted; attempt++) {
      const answer = await this.#attempt(message);
      const delivery = deliveryOf(answer);
      emit(
        'jmap.push',
        { account: this.#account, host: hostOf(this.#target.url), status: answer?.status ?? 0, attempt },
        delivery === 'sent' ? 'debug' : 'info',
      );
      this.#adapt(answer);
      if (delivery !== 'failed' || attempt >= attempts) return delivery;
      await this.#pause(Math.max(pushRetryWaitMs * 2 ** (attempt - 1), answer?.retryAfterMs ?? 0));
    }
    return 'failed';
  }

  /** A 429 widens the gap to the next message; each one that is taken narrows it by half. */
  #adapt(answer: PushAnswer | undefined): void {
    const { pushThrottleMs } = this.#options.settings();
    if (answer?.status === 429) {
      const least = Math.max(this.#gapMs, pushThrottleMs) * 2;
      this.#gapMs = Math.min(MAX_WAIT_MS, Math.max(least, answer.retryAfterMs ?? 0));
    } else if (answer && answer.status < 300) {
      this.#gapMs = this.#gapMs > pushThrottleMs * 2 ? this.#gapMs / 2 : 0;
    }
  }

  async #pause(ms: number): Promise<void> {
    await wait(Math.min(ms, MAX_WAIT_MS), undefined, { signal: this.#signal, ref: false }).catch(
      () => undefined,
    );
  }

  /** Undefined when there was no answer. */
  async #attempt({ body, urgency }: Message): Promise<PushAnswer | undefined> {
    const { post, settings, signer } = this.#options;
    const { url, keys, expires } = this.#target;
    const left = Math.floor((expires - now()) / 1000);
    const text = utf8(JSON.stringify(body));
    try {
      return await post({
        url,
        headers: {
          'Content-Type': 'application/json',
          TTL: String(Math.max(0, Math.min(TTL_S, left))),
          Urgency: urgency,
          ...(keys && { 'Content-Encoding': 'aes128gcm' }),
        },
        headersFor: (origin) => {
          const authorization = signer()?.authorization(origin, now());
          return authorization === undefined ? {} : { Authorization: authorization };
        },
        body: keys ? encryptPush(text, keys) : asBuffer(text),
        timeoutMs: settings().pushRequestTimeoutMs,
        signal: this.#signal,
      });
    } catch {
      return undefined;
    }
  }
}

function deliveryOf(answer: PushAnswer | undefined): Delivery {
  if (!answer) return 'failed';
  const { status } = answer;
  if (status >= 200 && status < 300) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  return status === 408 || status === 429 || status >= 500 ? 'failed' : 'refused';
}

/** For the log: the rest of the URL is the subscriber's secret. */
const hostOf = (url: string): string => URL.parse(url)?.host ?? '';
