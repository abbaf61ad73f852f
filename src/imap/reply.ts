// Tagged replies, and the one function that turns what a handler throws into one (RFC 9051 §7.1, response
// codes of RFC 5530).
import {
  AccessDenied,
  Conflict,
  emit,
  Invalid,
  LimitExceeded,
  NotFound,
  randomBytes,
  toHex,
  Unsupported,
  WaypostError,
} from '../base/index.ts';
import { ImapSyntaxError } from '../formats/imap/index.ts';
import { MailboxInUse, ORGANIZATION_QUOTA } from '../mail/index.ts';
import { ConnectionEnded } from '../net/index.ts';

export interface Reply {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** Response code without brackets. */
  readonly code?: string | undefined;
  readonly text: string;
}

export const ok = (text: string, code?: string): Reply => ({ status: 'OK', code, text });
export const no = (text: string, code?: string): Reply => ({ status: 'NO', code, text });
export const bad = (text: string, code?: string): Reply => ({ status: 'BAD', code, text });

/** Refuses a command with this reply. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(reply.text);
    this.reply = reply;
  }
}

/** Ends the session after `* BYE` with this text. */
export class SessionEnd extends Error {
  override readonly name = 'SessionEnd';
  /** Said about the command before the farewell, when there is one. */
  readonly reply: Reply | undefined;
  constructor(bye: string, reply?: Reply) {
    super(bye);
    this.reply = reply;
  }
}

/** Limits whose passing means that the account is full (RFC 9208, RFC 5530). */
const QUOTAS: ReadonlySet<string> = new Set([
  'maxDiskQuota',
  'maxEmails',
  'maxMailboxes',
  'maxMessages',
  ORGANIZATION_QUOTA,
]);

/**
 * The reply to a command whose handler threw. An error nobody expected is reported and answered with its trace;
 * the end of the connection or session is passed on.
 */
export function replyFor(error: unknown): Reply {
  if (error instanceof Refusal) return error.reply;
  if (error instanceof ImapSyntaxError) return bad(error.message, error.responseCode);
  if (error instanceof AccessDenied) return no(`Not permitted: ${error.permission}.`, 'NOPERM');
  if (error instanceof NotFound) return no(`There is no such ${error.what}.`, 'NONEXISTENT');
  if (error instanceof MailboxInUse)
    return no(error.message, error.holds === 'mailboxes' ? 'HASCHILDREN' : 'INUSE');
  if (error instanceof Conflict) return no(error.message, 'ALREADYEXISTS');
  if (error instanceof LimitExceeded) return no(error.message, limitCode(error.limit));
  if (error instanceof Invalid) return no(error.message, 'CANNOT');
  if (error instanceof Unsupported) return no(error.message, 'CANNOT');
  // A store that is full or away is no error of ours.
  if (error instanceof WaypostError && error.code === 'unavailable') {
    return no('Try again later.', 'UNAVAILABLE');
  }
  if (error instanceof ConnectionEnded || error instanceof SessionEnd) throw error;
  const trace = toHex(randomBytes(8));
  emit('server.unexpected-error', { where: 'imap', error, trace }, 'error');
  return no(`Internal error, trace ${trace}.`, 'SERVERBUG');
}

function limitCode(limit: string): string {
  if (QUOTAS.has(limit)) return 'OVERQUOTA';
  return limit === 'maxMessageSize' ? 'TOOBIG' : 'LIMIT';
}
