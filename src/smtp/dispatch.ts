// From a line to its answer: parse, check listener, state and permission, run, and map what fails.
import { checkPermission } from '../access/index.ts';
import { AccessDenied, emit } from '../base/index.ts';
import { type Command, parseCommand, type Reply, reply, type Verb } from '../formats/smtp/index.ts';
import { ConnectionEnded } from '../net/index.ts';
import { type Answer, type SmtpCommand, wrongSequence } from './command.ts';
import { replyFor } from './replies.ts';
import type { Session, SessionState } from './session.ts';
import { TABLE } from './table.ts';

/** Answers a command line. @throws ConnectionEnded, and nothing else */
export function answer(session: Session, line: Buffer): Answer | Promise<Answer> {
  let verb: Verb | '' = '';
  try {
    const command = parseCommand(line);
    verb = command.verb;
    const result = session.token?.current === false ? runRenewed(session, command) : run(session, command);
    return result instanceof Promise ? settle(session, command.verb, result) : told(session, verb, result);
  } catch (error) {
    return told(session, verb, replyFor(error));
  }
}

async function settle(session: Session, verb: Verb, work: Promise<Answer>): Promise<Answer> {
  try {
    return told(session, verb, await work);
  } catch (error) {
    if (error instanceof ConnectionEnded) throw error;
    return told(session, verb, replyFor(error));
  }
}

/** Something about the account has changed since the sign-in: what it may do now is what counts. */
async function runRenewed(session: Session, command: Command): Promise<Answer> {
  const { token } = session;
  session.token = token && (await session.options.access.refresh(token));
  if (session.token !== undefined) return run(session, command);
  session.over = true;
  return reply(421, '4.7.0', 'The account or its password has changed: connect and sign in again');
}

function run(session: Session, command: Command): Answer | Promise<Answer> {
  // The row's handler takes commands of its own verb only.
  const row = TABLE.get(command.verb) as SmtpCommand;
  const refusal = refusalOf(session, row, command);
  if (refusal === undefined) return row.handle(session, command);
  if (row.discard === undefined) return refusal;
  return row.discard(session, command).then(() => refusal);
}

function refusalOf(session: Session, row: SmtpCommand, command: Command): Reply | undefined {
  if (row.kinds?.includes(session.listener.kind) === false) return row.elsewhere;
  if (row.states?.includes(session.state) === false) return wrongSequence(WANTED[session.state]);
  try {
    checkPermission(session.token, row, { session, command });
    return undefined;
  } catch (error) {
    if (error instanceof AccessDenied) {
      const { permission } = error;
      emit('security.unauthorized', {
        account: session.token?.account ?? 0,
        permission,
        operation: row.name,
      });
    }
    return replyFor(error);
  }
}

const WANTED: Readonly<Record<SessionState, string>> = {
  new: 'Introduce yourself first',
  greeted: 'Begin with MAIL',
  mail: 'Name a recipient with RCPT, or begin again with RSET',
  rcpt: 'Send the message with DATA or BDAT, or begin again with RSET',
  chunks: 'Send the rest of the message with BDAT, or begin again with RSET',
};

/** Tells telemetry of refusals. */
function told(session: Session, verb: string, result: Answer): Answer {
  if (result === undefined) return result;
  if ('code' in result) {
    if (result.code >= 400) tell(session, verb, result);
  } else {
    for (const one of result) if (one.code >= 400) tell(session, verb, one);
  }
  return result;
}

function tell({ connection, listener }: Session, verb: string, { code, status = '', text }: Reply): void {
  emit(
    'smtp.command-refused',
    {
      connection: connection.id,
      listener: listener.name,
      client: connection.remote.address,
      verb,
      code,
      status,
      text: String(text),
    },
    'debug',
  );
}
