// Telemetry of SMTP, submission and LMTP sessions.
import type { AccountId } from '../access/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    'smtp.session-started': { connection: string; listener: string; client: string };
    'smtp.session-ended': { connection: string; listener: string; messages: number; reason: string };
    /** Any reply of 4yz or 5yz. */
    'smtp.command-refused': {
      connection: string;
      listener: string;
      client: string;
      verb: string;
      code: number;
      status: string;
      text: string;
    };
    'smtp.signed-in': { connection: string; listener: string; client: string; account: AccountId };
    /** Too many failures: the connection was closed. */
    'smtp.gave-up': {
      connection: string;
      listener: string;
      client: string;
      reason: 'sign-in' | 'recipients';
    };
    'smtp.tls-failed': { connection: string; listener: string; client: string; reason: string };
  }
}
