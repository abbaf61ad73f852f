// Telemetry events of the document model.
import type { AccountId } from './types.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A run of writes became durable. `attempts` counts how often its writes were run. */
    'account.committed': {
      accounts: number;
      writes: number;
      attempts: number;
      bytes: number;
      ms: number;
    };
    /** Another thread or machine moved a head first; the writes run again. */
    'account.conflict': { account: AccountId; writes: number };
    'account.log-trimmed': { account: AccountId; horizon: number; rows: number };
    'account.deleted': { account: AccountId; rows: number };
  }
}
