// The one function that turns errors into replies of SMTP.
import {
  AccessDenied,
  emit,
  LimitExceeded,
  NotFound,
  randomBytes,
  toHex,
  WaypostError,
} from '../base/index.ts';
import { CommandError, type Reply, reply } from '../formats/smtp/index.ts';
import { TOO_LARGE } from '../mta/index.ts';
import { LineTooLong } from '../net/index.ts';

/** A store that is away, full or broken, or something else that we depend on: to be tried again. */
export const isAway = (error: unknown): boolean =>
  error instanceof WaypostError && error.code === 'unavailable';

/** The reply to a command that failed. What was not expected is reported with a trace, and only the trace told. */
export function replyFor(error: unknown): Reply {
  if (error instanceof CommandError) return reply(error.code, error.status, error.message);
  if (error instanceof LineTooLong) return reply(554, '5.3.4', 'The line is too long');
  if (error instanceof AccessDenied) return reply(550, '5.7.1', 'The account may not do that');
  if (error instanceof LimitExceeded && error.limit === 'maxMessageSize') return TOO_LARGE;
  if (error instanceof LimitExceeded) return reply(452, '4.2.2', 'A limit has been reached');
  if (error instanceof NotFound) return reply(550, '5.1.2', 'There is no such thing any more');
  if (isAway(error)) return reply(451, '4.3.0', 'That cannot be done now');
  const trace = toHex(randomBytes(8));
  emit('server.unexpected-error', { where: 'smtp', error, trace }, 'error');
  return reply(451, '4.3.0', `Something went wrong here; trace ${trace}`);
}
