// Telemetry of the server as a whole.
declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A listener could not be opened; it is tried again. */
    'server.listener-failed': { listener: string; reason: string };
    /** A thread that runs the faces has died and is started again. */
    'server.worker-died': { worker: number; error: unknown; restartInMs: number };
    /** A message of the operator was delivered. */
    'operator.sent': { sender: string; recipients: number };
    /** Secrets of records were given out over the operator's socket. */
    'operator.secrets-shown': { type: string; records: number };
    /** Text search has ended or could not begin; everything else goes on. */
    'server.search-failed': { error: unknown };
    /** Text search is there again, and catches up. */
    'server.search-restarted': { index: string };
    /** A certificate of the registry cannot be read or used; it is left out. */
    'server.certificate-unusable': { certificate: string; error: unknown };
    /** The key that signs pushes cannot be read; they go unsigned. */
    'server.push-key-unusable': { reason: string };
    /** The recovery administrator can sign in: to be ended when it is no longer needed. */
    'server.recovery-mode': { mode: 'normal' | 'recovery'; administrator: string | undefined };
    /** The server waits to be set up. */
    'server.bootstrap-mode': { port: number };
    'server.started': { version: string; ms: number };
    'server.stopping': { signal: string; graceMs: number };
  }
}
