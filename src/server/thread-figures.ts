// What a thread that runs the faces tells of itself: how its writes fared, what it keeps of mailboxes in memory, and
// how long its event loop stood still.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AccountStats } from '../account/index.ts';
import type { MailMemory } from '../mail/index.ts';
import type { Services } from './services.ts';

export interface ThreadFigures {
  /** Writes to accounts since the start, and what they took. */
  readonly writes: Readonly<AccountStats>;
  /** Columns of accounts in use. */
  readonly columns: MailMemory;
  /** The longest that the event loop was held since it was last asked, in milliseconds. */
  readonly loopHeldMs: number;
}

/** A timer that comes so late tells that the loop was held; it costs next to nothing. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Begins to watch this thread; returns what tells its figures. */
export function threadFigures({ accounts, mail }: Pick<Services, 'accounts' | 'mail'>): () => ThreadFigures {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return () => {
    const loopHeldMs = Math.max(0, delay.max / NS_PER_MS - RESOLUTION_MS);
    delay.reset();
    return { writes: { ...accounts.stats }, columns: mail.memory(), loopHeldMs };
  };
}
