// What the main thread and the threads that run the faces say to each other.
import type { SelfSigned } from '../net/index.ts';
import type { ListenerCounters, OpenListener } from './faces.ts';
import type { ListenerPlan } from './listeners.ts';
import type { ServiceOptions } from './services.ts';
import type { EmbeddedHandle, SearchHandle } from '../store/index.ts';
import type { ThreadFigures } from './thread-figures.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** Everything a thread needs to begin; plain data and what is transferred with it. */
export interface WorkerStart {
  readonly type: 'start';
  /** What the embedded store shares with other threads. */
  readonly stores: EmbeddedHandle;
  /** What the search thread shares; undefined while text search is away. */
  readonly search: SearchHandle | undefined;
  readonly recoveryAdmin: ServiceOptions['recoveryAdmin'];
  readonly publicUrl: string | undefined;
  readonly plans: readonly ListenerPlan[];
  readonly certificate: SelfSigned;
  /** Keys of TLS tickets, the same in all threads. */
  readonly ticketKeys: TicketKeys;
  readonly reusePort: boolean;
  /** Open connections by listener. */
  readonly counters: ReadonlyMap<string, ListenerCounters>;
}

export interface WorkerDrain {
  readonly type: 'drain';
  readonly graceMs: number;
}

/** Asks for the thread's figures. */
export interface WorkerAsk {
  readonly type: 'ask';
}

export type ToWorker = WorkerStart | WorkerDrain | WorkerAsk;

export type FromWorker =
  | {
      readonly type: 'listening';
      readonly open: readonly OpenListener[];
      readonly failed: ReadonlyMap<string, string>;
    }
  | { readonly type: 'figures'; readonly figures: ThreadFigures }
  | { readonly type: 'drained' };
