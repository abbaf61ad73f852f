// Telemetry of the stores.
declare module '../base/events.ts' {
  interface EventCatalogue {
    'store.opened': { folder: string; ms: number };
    /** The writer is gone: the process must end. */
    'store.writer-failed': { error: Error };
    /** No room for a batch. */
    'store.full': { detail: string };
    /** What was read is not what was written. */
    'store.data-corruption': { detail: string };
    /** Blobs that nothing linked any more. */
    'store.blobs-removed': { blobs: number };
    'store.bus-listener-failed': { topic: string; error: unknown };
    /** Keys with a life time had to go before their time. */
    'store.memory-evicted': { entries: number };
  }
}
