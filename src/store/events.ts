// Telemetry of the stores.
declare module '../base/events.ts' {
  interface EventCatalogue {
    'store.bus-listener-failed': { topic: string; error: unknown };
    /** Keys with a life time had to go before their time. */
    'store.memory-evicted': { entries: number };
  }
}
