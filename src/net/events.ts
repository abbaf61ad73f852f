// Telemetry of connections, before a protocol sees them.
declare module '../base/events.ts' {
  interface EventCatalogue {
    'net.listening': { listener: string; address: string; port: number };
    /** A bind address could not be had and another took its place. */
    'net.bind-fallback': { listener: string; wanted: string; used: string };
    /** Turned away without a word of protocol, or with its busy line. */
    'net.connection-refused': { listener: string; address: string; reason: 'blocked' | 'busy' | 'too-many' };
    /** The system could not give us a connection: usually no file descriptors are left. */
    'net.accept-failed': { listener: string; error: Error; times: number };
    'net.tls-failed': { listener: string; connection: string; address: string; reason: string };
    'net.proxy-header-invalid': { listener: string; connection: string; address: string; reason: string };
  }
}
