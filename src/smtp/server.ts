// The life of an SMTP, submission or LMTP connection (RFC 5321 §3.1, §4.5.3.2, RFC 2033, RFC 2920).
import { setImmediate as turn } from 'node:timers/promises';
import { emit } from '../base/index.ts';
import { formatReply, MAX_COMMAND_LINE, type Reply, reply } from '../formats/smtp/index.ts';
import { type Connection, ConnectionEnded, type EndReason, LineTooLong } from '../net/index.ts';
import type { Answer } from './command.ts';
import { answer } from './dispatch.ts';
import { replyFor } from './replies.ts';
import { Session, type SmtpListener, type SmtpOptions } from './session.ts';
import './events.ts';

export interface Smtp {
  /** Speaks with a client until one of both ends it; the caller closes the connection then. */
  serve(connection: Connection, listener: SmtpListener): Promise<void>;
}

/** Commands of one client that are done before others get their turn, when it does not wait for answers. */
const TURN = 64;

export function createSmtp(options: SmtpOptions): Smtp {
  return { serve: (connection, listener) => serve(options, connection, listener) };
}

async function serve(options: SmtpOptions, connection: Connection, listener: SmtpListener): Promise<void> {
  const client = connection.remote.address;
  if (listener.kind === 'lmtp' && !options.lmtpTrusted(client)) {
    connection.put(formatReply(reply(554, '5.7.1', 'Mail is not taken from your address here')));
    return;
  }
  const session = new Session(options, connection, listener);
  let reason: EndReason | 'done' | 'error' = 'error';
  session.renewPolicy();
  emit('smtp.session-started', { connection: connection.id, listener: listener.name, client }, 'debug');
  try {
    connection.put(formatReply({ code: 220, text: session.policy.greeting }));
    await converse(session);
    reason = 'done';
  } catch (error) {
    if (!(error instanceof ConnectionEnded)) throw error;
    ({ reason } = error);
    const farewell = FAREWELLS[error.reason];
    if (farewell !== undefined) connection.put(formatReply(farewell));
  } finally {
    const { messages } = session;
    await session.reset();
    const ended = { connection: connection.id, listener: listener.name, messages, reason };
    emit('smtp.session-ended', ended, 'debug');
  }
}

/** Answers commands until the session is over. @throws ConnectionEnded */
async function converse(session: Session): Promise<void> {
  const { connection } = session;
  let isWaiting = true;
  let isStopping = false;
  // What is under way is finished first; who only waits is told at once.
  connection.onDrain = () => {
    isStopping = true;
    if (isWaiting) connection.interrupt('shutdown');
  };
  for (let done = 0; !session.over; ) {
    let result: Answer | Promise<Answer>;
    try {
      const line = connection.tryReadLine(MAX_COMMAND_LINE);
      if (line === undefined) {
        if (isStopping) connection.interrupt('shutdown');
        isWaiting = true;
        await connection.more();
        isWaiting = false;
        done = 0;
        continue;
      }
      result = answer(session, line);
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      result = replyFor(error);
    }
    // hot: commands that need nothing are answered without a turn of the event loop
    if (result instanceof Promise) result = await result;
    if (result !== undefined) put(connection, result);
    if (++done < TURN) continue;
    done = 0;
    await turn();
  }
}

function put(connection: Connection, result: Reply | readonly Reply[]): void {
  if ('code' in result) connection.put(formatReply(result));
  else for (const one of result) connection.put(formatReply(one));
}

const FAREWELLS: Readonly<Partial<Record<EndReason, Reply>>> = {
  idle: reply(221, '2.0.0', 'Nothing was heard from you for too long'),
  duration: reply(421, '4.3.2', 'The session has lasted too long'),
  transfer: reply(452, '4.7.28', 'The session has sent too much'),
  shutdown: reply(421, '4.3.0', 'The server is stopping: connect again later'),
};
