// Telemetry events of access control.
import type { AccountId, CredentialKind } from './token.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    'access.signed-in': {
      account: AccountId;
      address: string;
      credential: CredentialKind;
      client: string;
      actor: AccountId | undefined;
    };
    /** Counted by bans: a wrong secret, an unknown name, an address that is not allowed. */
    'access.sign-in-failed': { name: string; client: string; reason: string };
    /** A client misbehaved too often and is turned away from now on. */
    'access.client-banned': { client: string; reason: string; count: number; windowMs: number | undefined };
    /** The lists of allowed and blocked clients could not be read; the old ones stay in use. */
    'access.client-lists-failed': { error: unknown };
    /** An offence of a client could not be counted. */
    'access.count-failed': { error: unknown };
    /** The recovery administrator was used. */
    'access.recovery-used': { client: string; succeeded: boolean };
    /** A stored secret is in a format that cannot be checked. */
    'access.unknown-hash': { format: string };
    /** An operation was refused for want of a permission. */
    'security.unauthorized': { account: number; permission: string; operation: string };
  }
}
