// The way of a thread's batches to the writer thread, and of the outcomes back.
import type { MessagePort } from 'node:worker_threads';
import { emit } from '../../../base/index.ts';
import '../../events.ts';
import { type CommitResult, StoreFull, StoreUnavailable } from '../../types.ts';
import type { Answer, Submission } from './protocol.ts';
import { receiveError } from './sqlite-error.ts';

/** Bytes under way at most: past that the writer cannot keep up, and memory must stay bounded. */
const MOST_UNDER_WAY = 256 * 1024 * 1024;

interface Pending {
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
  readonly bytes: number;
}

const OK: CommitResult = { ok: true };

export class CommitChannel {
  readonly #port: MessagePort;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #underWay = 0;
  /** Sealed batches of this turn: one message carries them all. */
  #out: ArrayBuffer[] = [];
  #closed: string | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: Answer) => this.#answered(answer));
    // the writer thread ended, or died
    port.on('close', () => this.#fail('the writer has ended'));
    port.unref();
  }

  commit(batch: ArrayBuffer): Promise<CommitResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    const bytes = batch.byteLength;
    if (this.#closed !== undefined) reject(new StoreUnavailable(this.#closed));
    else if (this.#underWay + bytes > MOST_UNDER_WAY)
      reject(new StoreUnavailable('too many bytes wait for the writer'));
    else {
      this.#pending.set(this.#next + this.#out.length, { resolve, reject, bytes });
      this.#underWay += bytes;
      // a thread that waits for a commit must not end before it is answered
      if (this.#pending.size === 1) this.#port.ref();
      if (this.#out.length === 0) process.nextTick(() => this.#send());
      this.#out.push(batch);
    }
    return promise;
  }

  /** Refuses what comes later; what is under way is still answered. */
  async close(): Promise<void> {
    this.#closed ??= 'it is closed';
    const left = [...this.#pending.values()];
    this.#send();
    if (left.length > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#port.close();
  }

  readonly #drained: (() => void)[] = [];

  #send(): void {
    const batches = this.#out;
    if (batches.length === 0) return;
    this.#out = [];
    const first = this.#next;
    this.#next += batches.length;
    this.#port.postMessage({ first, batches } satisfies Submission, batches);
  }

  #answered({ done, refused }: Answer): void {
    for (const id of done) this.#settle(id)?.resolve(OK);
    for (const { id, outcome } of refused) {
      const pending = this.#settle(id);
      if ('conflict' in outcome) pending?.resolve({ ok: false, conflict: outcome.conflict });
      else {
        const error = receiveError(outcome.error);
        if (error instanceof StoreFull) emit('store.full', { detail: error.message }, 'error');
        pending?.reject(error);
      }
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    this.#underWay -= pending.bytes;
    if (this.#pending.size === 0) {
      this.#port.unref();
      for (const resolve of this.#drained.splice(0)) resolve();
    }
    return pending;
  }

  #fail(reason: string): void {
    this.#closed ??= reason;
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(new StoreUnavailable(reason));
  }
}
