// Telemetry of the acceptance of mail.
import type { AccountId } from '../access/index.ts';

declare module '../base/events.ts' {
  interface EventCatalogue {
    /** A message is durable in all mailboxes it was for. */
    'mta.message-accepted': {
      connection: string;
      message: string;
      sender: string;
      recipients: number;
      bytes: number;
      /** Accounts that had the same message already. */
      duplicates: number;
    };
    'mta.message-refused': {
      connection: string;
      message: string;
      sender: string;
      code: number;
      status: string;
      reason: string;
    };
    /** One account of a message got nothing; the sender was asked to try again. */
    'mta.delivery-failed': { connection: string; message: string; account: AccountId; error: unknown };
    'mta.recipient-refused': {
      connection: string;
      recipient: string;
      code: number;
      status: string;
      reason: string;
    };
    /** A member of a list may not receive mail and was left out. */
    'mta.list-member-left-out': { connection: string; list: string; account: AccountId };
    /** A submission could not be sent now and will be tried again. */
    'mta.submission-delayed': { connection: string; error: unknown };
    /** Waiting submissions could not be looked at; that is tried again. */
    'mta.outbox-failed': { error: unknown };
    /** An automatic answer was sent, or could not be (RFC 3834). */
    'mta.answered': { account: AccountId; sender: string };
    'mta.answer-failed': { account: AccountId; error: unknown };
    /** A stored expression is beyond what is evaluated; the shipped default is in force instead. */
    'mta.setting-not-honoured': { object: string; field: string; source: string };
  }
}
