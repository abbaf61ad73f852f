// Telemetry events of the mail floor.
import type { AccountId } from '../account/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A message from outside was stored, or was there already, for these accounts. */
    'mail.delivered': { accounts: readonly AccountId[]; duplicates: number; refused: number; size: number };
    /** Columns were built from all hot records of an account. */
    'mail.columns-built': { account: AccountId; emails: number; ms: number };
    /** A column snapshot cannot be read; the columns are built from the records. */
    'mail.snapshot-unreadable': { account: AccountId; error: unknown };
    /** A column snapshot could not be written; the next one is tried in its time. */
    'mail.snapshot-failed': { account: AccountId; error: unknown };
  }
}
