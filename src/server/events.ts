// Telemetry of the server as a whole.
declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A listener could not be opened; it is tried again. */
    'server.listener-failed': { listener: string; reason: string };
    /** A thread that runs the faces has died and is started again. */
    'server.worker-died': { worker: number; error: unknown; restartInMs: number };
    /** A message of the operator was delivered. */
    'operator.sent': { sender: string; recipients: number };
    /** Text search has ended or could not begin; everything else goes on. */
    'server.search-failed': { error: unknown };
    'server.started': { version: string; ms: number };
    'server.stopping': { signal: string; graceMs: number };
  }
}
