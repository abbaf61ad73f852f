// Telemetry of text search.
import type { AccountId, DocumentId } from '../../account/index.ts';

declare module '../../base/events.ts' {
  interface EventCatalogue {
    /** Work that waits, after a pass of the indexer; `oldestMs` is the age of the oldest task. */
    'search.queue': { count: number; oldestMs: number; parked: number };
    /** E-mails were indexed or removed from the index. */
    'search.indexed': { account: AccountId; count: number; ms: number };
    /** An e-mail cannot be indexed; it is left out until it is asked for again. */
    'search.parked': { account: AccountId; document: DocumentId; reason: string };
    /** By new settings e-mails have other words than those in the index: it can be made anew. */
    'search.reindex-advised': { documents: number };
    /** A pass failed; it is tried again later. */
    'search.failed': { error: unknown };
  }
}
