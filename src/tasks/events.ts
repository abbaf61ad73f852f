// Telemetry of background work.
import type { AccountId } from '../account/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    'tasks.done': { task: string; type: string; ms: number };
    /** An attempt failed; another one follows. */
    'tasks.retried': { task: string; type: string; attempt: number; inMs: number; error: unknown };
    /** A task was given up. */
    'tasks.failed': { task: string; type: string; attempt: number; error: unknown };
    /** The worker of a task vanished; this one goes on with it. */
    'tasks.taken-over': { task: string; type: string; from: string };
    /** A task was cancelled, or taken over by another worker, while this one worked on it. */
    'tasks.lease-lost': { task: string; type: string };
    /** Due work could not be read or claimed; it is tried again. */
    'tasks.scan-failed': { error: unknown };
    /** What an account had kept long enough is gone. */
    'tasks.account-purged': { account: AccountId; emails: number; submissions: number; notices: number };
    /** What counted against the quota of an account was not what it holds. */
    'tasks.quota-corrected': { account: AccountId; bytes: number };
    'tasks.expired-removed': { type: string; records: number };
    /** The record of a task is of another version, or damaged; it is passed over. */
    'tasks.unreadable': { task: string; error: unknown };
    /** A time of a schedule has come, and its work was ordered. */
    'tasks.scheduled': { schedule: string; slot: number };
  }
}
