// IDLE (RFC 2177, RFC 9051 §6.3.13): changes of the selected mailbox are told as soon as they are there.
import { latin1 } from '../../base/index.ts';
import { ConnectionEnded } from '../../net/index.ts';
import { announce, hasMailbox } from '../announce.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import { bad, Refusal, SessionEnd } from '../reply.ts';
import type { UserSession } from '../session.ts';

/** Longest line that may end an IDLE. */
const MAX_DONE = 1024;
/** How often a session that nothing wakes looks whether it may still be here. */
const CHECK_MS = 30_000;

export const idleOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'IDLE',
    permission: 'imapIdle',
    handle: async (session) => {
      const watcher = new Watcher(session);
      const { connection, options } = session;
      session.out.text('+ idling\r\n');
      connection.idleMs = options.settings().timeoutIdle;
      try {
        watcher.wake();
        const line = latin1(await session.readLine(MAX_DONE));
        if (line.toUpperCase() !== 'DONE') throw new Refusal(bad('Only DONE ends IDLE.'));
      } catch (error) {
        if (error instanceof ConnectionEnded && error.reason === 'idle') {
          throw new SessionEnd('IDLE timed out.');
        }
        throw watcher.failure ?? error;
      } finally {
        await watcher.stop();
        connection.idleMs = options.settings().timeoutAuthenticated;
      }
      return done('Idled.');
    },
  }),
];

/** Tells changes while the session waits for a line; one at a time, and never after `stop`. */
class Watcher {
  /** What went wrong while telling; the connection has been told to end. */
  failure: unknown;
  readonly #session: UserSession;
  readonly #unlisten: () => void;
  readonly #timer: NodeJS.Timeout;
  #dirty = false;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(session: UserSession) {
    this.#session = session;
    this.#unlisten = session.options.states.listen([session.user.mail.account.id], () => this.wake());
    this.#timer = setInterval(() => this.wake(), CHECK_MS).unref();
  }

  wake(): void {
    this.#dirty = true;
    if (this.#stopped || this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unlisten();
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const session = this.#session;
    try {
      while (this.#dirty && !this.#stopped) {
        this.#dirty = false;
        await session.refreshToken(session.user);
        if (!hasMailbox(session)) return;
        await session.selected.refresh(session.user.mail);
        await announce(session, { expunges: true });
        session.handOver();
        session.connection.flush();
      }
    } catch (error) {
      this.failure = error;
      session.connection.interrupt('closed');
    }
  }
}
