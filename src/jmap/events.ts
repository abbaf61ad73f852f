// Telemetry of the JMAP face.
import type { AccountId } from '../account/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A method call was answered; `error` is the type of a failed one. */
    'jmap.call': { method: string; account: AccountId; ms: number; error: string | undefined };
    /** A push service was asked to take a message; `status` is 0 when it did not answer. */
    'jmap.push': { account: AccountId; host: string; status: number; attempt: number };
    /** A WebSocket ended; `code` is that of its Close frame. */
    'jmap.websocket-closed': { account: AccountId; address: string; code: number; ms: number };
    /** A signed-in caller was refused for want of a permission. */
    'security.unauthorized': { account: AccountId; permission: string; operation: string };
  }
}
