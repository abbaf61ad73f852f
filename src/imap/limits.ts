// How many connections an account has, and how fast it gives commands, over all sessions of this thread.
import type { AccountId } from '../account/index.ts';
import { now } from '../base/index.ts';
import type { ImapSettings } from './options.ts';

interface Usage {
  connections: number;
  commands: number;
  /** Milliseconds since 1970 at which `commands` starts again at zero. */
  until: number;
}

export class Limits {
  readonly #settings: () => ImapSettings;
  readonly #usage = new Map<AccountId, Usage>();

  constructor(settings: () => ImapSettings) {
    this.#settings = settings;
  }

  /** Counts a connection; undefined when the account has as many as it may. Call the result when it closes. */
  enter(account: AccountId, exempt: boolean): (() => void) | undefined {
    const usage = this.#usage.get(account) ?? { connections: 0, commands: 0, until: 0 };
    const { maxConcurrent } = this.#settings();
    if (!exempt && maxConcurrent !== null && usage.connections >= maxConcurrent) return undefined;
    usage.connections++;
    this.#usage.set(account, usage);
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      // The count of commands outlives the connection, so that coming back does not start it again.
      if (--usage.connections === 0 && now() >= usage.until) this.#usage.delete(account);
    };
  }

  /** Counts a command; false when the account gave too many. */
  command(account: AccountId): boolean {
    const rate = this.#settings().maxRequestRate;
    const usage = this.#usage.get(account);
    if (rate === null || usage === undefined) return true;
    const time = now();
    if (time >= usage.until) {
      usage.until = time + rate.period;
      usage.commands = 0;
    }
    return ++usage.commands <= rate.count;
  }
}
