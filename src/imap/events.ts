// Telemetry of the IMAP face.
import type { AccountId } from '../account/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    'imap.connection-start': { connection: string; listener: string; address: string };
    'imap.connection-end': { connection: string; reason: string; bytesIn: number; bytesOut: number };
    /** A command was answered. */
    'imap.command': {
      connection: string;
      command: string;
      account: AccountId | undefined;
      status: string;
      ms: number;
    };
    /** Bytes that are no IMAP from a client that has not signed in. */
    'imap.not-imap': { connection: string; address: string };
    /** A signed-in caller was refused for want of a permission. */
    'security.unauthorized': { account: AccountId; permission: string; operation: string };
  }
}
