// Telemetry of the HTTP face.
import type { ClientAddress } from '../formats/http/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A request was answered. */
    'http.request': {
      method: string;
      path: string;
      status: number;
      address: ClientAddress['address'];
      account: number | undefined;
      ms: number;
    };
    /** Bytes that are not HTTP, or break its framing. */
    'http.malformed': { address: string; reason: string };
    'http.rate-limited': { address: string; account: number | undefined; policy: string };
    'http.sign-in-failed': { address: string; scheme: string };
    /** The forwarding header that the settings announce is absent. */
    'http.x-forwarded-missing': { address: string };
  }
}
