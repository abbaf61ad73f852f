// Sends the submissions that wait: those held until their time (RFC 4865), those some recipient of which could not be
// served, and those whose process died while it sent them. Every thread looks for them; a claim in the data store
// makes sure that one works on each. Nothing is lost when it dies, and nothing delivered twice, as the bytes of a
// message that an account has already are known again (architecture.md §10.18).
import { type Access, type AccountId, checkPermission, type PermissionRule } from '../access/index.ts';
import type { Accounts, DocumentId } from '../account/index.ts';
import { AccessDenied, emit, NotFound, now } from '../base/index.ts';
import {
  changeSubmission,
  claimSubmission,
  type DeliveryState,
  type DueSubmission,
  dueSubmissions,
  settleOrphan,
  type SubmissionRecord,
} from '../mail/index.ts';
import type { BlobStore, DataStore } from '../store/index.ts';
import './events.ts';
import type { Mta } from './mta.ts';
import { sendMessage } from './submit.ts';

export interface OutboxOptions {
  readonly mta: Mta;
  readonly access: Pick<Access, 'token'>;
  readonly accounts: Accounts;
  readonly data: DataStore;
  readonly blobs: Pick<BlobStore, 'read'>;
}

export interface Outbox {
  /**
   * Sends a submission that was just stored, whose task is not due yet; returns what became of it, and why the
   * message itself was refused for good if it was.
   */
  sendNow(
    account: AccountId,
    id: DocumentId,
    record: SubmissionRecord,
    message: Uint8Array,
  ): Promise<Attempt>;
  /** Says that a submission was stored that is due at this time. */
  wake(due: number): void;
  close(): Promise<void>;
}

export interface Attempt {
  readonly record: SubmissionRecord;
  readonly refusal: string | undefined;
}

/** The operation that sending is for the account that submitted. */
const SEND: { readonly name: string; readonly permission: PermissionRule<undefined> } = {
  name: 'submit',
  permission: 'emailSend',
};

/** How long a claim lasts, and so how late the work of a dead process is taken up. */
export const CLAIM_MS = 60_000;
/** Longest time between two looks; other threads and machines store submissions too. */
const LOOK_MS = 5000;
const AT_ONCE = 200;
/** Attempts are given up after five days (RFC 5321 §4.5.4.1). */
const GIVE_UP_MS = 5 * 86_400_000;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 4 * 3_600_000;

export function createOutbox(options: OutboxOptions): Outbox {
  return new Sender(options);
}

class Sender implements Outbox {
  readonly #options: OutboxOptions;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #pass: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#schedule(now() + LOOK_MS);
  }

  async sendNow(
    account: AccountId,
    id: DocumentId,
    record: SubmissionRecord,
    message: Uint8Array,
  ): Promise<Attempt> {
    const attempt = await this.#attempt(account, id, record, message);
    await changeSubmission(this.#options.accounts.get(account), id, () => attempt.record);
    this.wake(attempt.record.due);
    return attempt;
  }

  wake(due: number): void {
    if (due !== 0 && due < this.#timerAt) this.#schedule(due);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }

  #schedule(at: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, Math.min(at - now(), LOOK_MS))).unref();
  }

  #look(): void {
    this.#timerAt = Infinity;
    this.#pass ??= this.#lookOnce();
  }

  async #lookOnce(): Promise<void> {
    let next = now() + LOOK_MS;
    try {
      next = await this.#run();
    } catch (error) {
      emit('mta.outbox-failed', { error }, 'error');
    }
    this.#pass = undefined;
    this.#schedule(Math.min(next, this.#timerAt));
  }

  /** Works on all that is due; returns when to look again. */
  async #run(): Promise<number> {
    for (const task of await dueSubmissions(this.#options.data, AT_ONCE)) {
      if (task.due > now()) return Math.min(task.due, now() + LOOK_MS);
      if (this.#isClosed) break;
      if (task.claimedUntil > now()) continue;
      if (await claimSubmission(this.#options.data, task, now() + CLAIM_MS)) await this.#work(task);
    }
    return now() + LOOK_MS;
  }

  async #work(task: DueSubmission): Promise<void> {
    const { accounts, blobs, data } = this.#options;
    const account = accounts.get(task.account);
    try {
      const record = task.orphan ?? (await this.#begin(task));
      if (!record) return;
      const message = await blobs.read(record.hash);
      const after = message
        ? (await this.#attempt(task.account, task.id, record, message)).record
        : { ...record, due: 0, delivery: record.delivery.map(lost) };
      if (task.orphan) await settleOrphan(account, task, after);
      else await changeSubmission(account, task.id, () => after);
    } catch (error) {
      // The account or the submission has gone meanwhile: so does its task.
      if (error instanceof NotFound) await data.commit(data.newBatch().delete(task.key));
      else emit('mta.outbox-failed', { error }, 'error');
    }
  }

  /** Puts it beyond recall; undefined when it was canceled meanwhile. */
  async #begin({ account, id, due }: DueSubmission): Promise<SubmissionRecord | undefined> {
    const owner = this.#options.accounts.get(account);
    let begun: SubmissionRecord | undefined;
    await changeSubmission(owner, id, (before) => {
      begun =
        before.due === due && before.undoStatus !== 'canceled'
          ? { ...before, undoStatus: 'final' }
          : undefined;
      return begun?.undoStatus === before.undoStatus ? undefined : begun;
    });
    return begun;
  }

  async #attempt(
    account: AccountId,
    id: DocumentId,
    record: SubmissionRecord,
    message: Uint8Array,
  ): Promise<Attempt> {
    const { mta, access } = this.#options;
    const waiting = record.delivery.flatMap(({ delivered }, i) => (delivered === 'queued' ? [i] : []));
    const token = await access.token(record.actor);
    const { mailFrom, rcptTo } = record.envelope;
    const delivery = [...record.delivery];
    const sent =
      token && maySend(token)
        ? await sendMessage(
            mta,
            { token, connection: `submission/${account}/${id}`, address: '127.0.0.1' },
            { mailFrom, rcptTo: waiting.map((i) => rcptTo[i] as (typeof rcptTo)[number]) },
            message,
          )
        : { delivery: waiting.map(() => FORBIDDEN), refusal: FORBIDDEN.smtpReply };
    for (const [n, i] of waiting.entries()) delivery[i] = sent.delivery[n] as DeliveryState;
    const after: SubmissionRecord = {
      ...record,
      undoStatus: 'final',
      delivery,
      ...nextAttempt(record, delivery),
    };
    return { record: after, refusal: sent.refusal };
  }
}

function maySend(token: NonNullable<Awaited<ReturnType<Access['token']>>>): boolean {
  try {
    checkPermission(token, SEND, undefined);
    return true;
  } catch (error) {
    if (error instanceof AccessDenied) return false;
    throw error;
  }
}

/** When it is tried again. What waits too long has failed. */
function nextAttempt(
  { attempts, sendAt }: SubmissionRecord,
  delivery: DeliveryState[],
): Pick<SubmissionRecord, 'attempts' | 'due'> {
  const tried = attempts + 1;
  if (!delivery.some(({ delivered }) => delivered === 'queued')) return { attempts: tried, due: 0 };
  if (now() > sendAt + GIVE_UP_MS) {
    for (const [i, state] of delivery.entries())
      if (state.delivered === 'queued') delivery[i] = { ...state, delivered: 'no' };
    return { attempts: tried, due: 0 };
  }
  return { attempts: tried, due: now() + Math.min(FIRST_RETRY_MS * 2 ** attempts, LAST_RETRY_MS) };
}

const FORBIDDEN: DeliveryState = { smtpReply: '550 5.7.1 The account may not send mail', delivered: 'no' };

const lost = (state: DeliveryState): DeliveryState =>
  state.delivered === 'queued'
    ? { smtpReply: '550 5.3.0 The message is not there any more', delivered: 'no' }
    : state;
