// Runs one command of the table: finds it, reads its arguments, checks state and permission, and answers.
import { checkPermission } from '../access/index.ts';
import { AccessDenied, emit } from '../base/index.ts';
import { Cursor } from '../formats/imap/index.ts';
import { announce, hasMailbox } from './announce.ts';
import { discardLiterals, type Incoming, type LiteralRule } from './input.ts';
import type { Command, Done, ImapOperation } from './operation.ts';
import { bad, no, Refusal, type Reply, replyFor, SessionEnd } from './reply.ts';
import type { Session } from './session.ts';

/** Commands in a row that make no sense before a stranger, and a user, is sent away. */
const MAX_NONSENSE = { anonymous: 5, signedIn: 50 } as const;
/** Largest literal of commands other than APPEND: names, patterns, search texts. */
const MAX_SMALL_LITERAL = 65_536;
/** Largest literal of a client that has not signed in: a name or a secret. */
const MAX_ANONYMOUS_LITERAL = 4096;

/** What literals the commands of the table may have, in the state that the session is in. */
export const literalRule =
  (session: Session): LiteralRule =>
  async ({ tag, name }) => {
    if (tag === undefined) throw new Refusal(bad('The tag cannot be read.'));
    const operation = findOperation(session, name);
    if (session.user === undefined) return MAX_ANONYMOUS_LITERAL;
    if (operation.name !== 'APPEND') return MAX_SMALL_LITERAL;
    await session.refreshToken(session.user);
    checkPermission(session.user.token, operation, undefined as never);
    return session.options.email().maxMessageSize;
  };

/** @throws Refusal when there is no such command, or not in this state */
function findOperation(session: Session, name: string): ImapOperation {
  const operation = session.face.table.get(name);
  if (operation === undefined) throw new Refusal(bad(`There is no command ${name}.`));
  const { state } = session;
  switch (operation.state) {
    case 'any':
      return operation;
    case 'notAuthenticated':
      if (state === 'notAuthenticated') return operation;
      throw new Refusal(bad('You have signed in already.'));
    case 'authenticated':
      if (state !== 'notAuthenticated') return operation;
      throw new Refusal(bad('Sign in first.'));
    case 'selected':
      if (state === 'selected') return operation;
      throw new Refusal(bad(state === 'authenticated' ? 'Select a mailbox first.' : 'Sign in first.'));
  }
}

/** Answers a command. @throws SessionEnd, ConnectionEnded */
export async function runCommand(session: Session, incoming: Incoming): Promise<void> {
  const started = performance.now();
  const tag = incoming.head.tag ?? '*';
  let reply: Reply;
  let ended: SessionEnd | undefined;
  try {
    reply = await answer(session, incoming);
  } catch (error) {
    if (error instanceof AccessDenied) session.unauthorized(error.permission, incoming.head.name);
    if (error instanceof SessionEnd) ended = error;
    reply = ended?.reply ?? replyFor(error);
    if (ended !== undefined && ended.reply === undefined) throw ended;
  } finally {
    await discardLiterals(incoming.raw);
  }
  session.tagged(tag, reply);
  emit(
    'imap.command',
    {
      connection: session.connection.id,
      command: incoming.head.name,
      account: session.user?.token.account,
      status: reply.status,
      ms: performance.now() - started,
    },
    'debug',
  );
  if (ended !== undefined) throw ended;
  session.nonsense = reply.status === 'BAD' ? session.nonsense + 1 : 0;
  const most = session.user ? MAX_NONSENSE.signedIn : MAX_NONSENSE.anonymous;
  if (session.nonsense >= most) throw new SessionEnd('Too many commands that make no sense.');
}

async function answer(session: Session, incoming: Incoming): Promise<Reply> {
  if (incoming.refused !== undefined) throw new Refusal(incoming.refused);
  const cursor = new Cursor(incoming.raw);
  const tag = cursor.tag();
  cursor.space();
  const name = cursor.commandName();
  const operation = findOperation(session, name);
  const { user } = session;
  if (user !== undefined) {
    await session.refreshToken(user);
    if (!session.exempt && !session.face.limits.command(user.token.account)) {
      throw new SessionEnd('Too many commands.', no('Too many commands, slow down.', 'LIMIT'));
    }
  }
  const done = await perform(session, operation, cursor, { tag, name });
  await update(session, operation, done.told);
  return done.reply;
}

async function perform(
  session: Session,
  operation: ImapOperation,
  cursor: Cursor,
  command: Command,
): Promise<Done> {
  const args = operation.parse(cursor, session);
  cursor.end();
  checkPermission(session.user?.token, operation, args as never);
  if (operation.state === 'selected' && hasMailbox(session)) {
    await session.selected.refresh(session.user.mail);
  }
  return operation.handle(session, args, command);
}

/** Tells what is new in the selected mailbox before the tagged reply. */
async function update(session: Session, operation: ImapOperation, told?: ArrayLike<number>): Promise<void> {
  if (operation.updates === 'none' || !hasMailbox(session)) return;
  // Commands on the selected mailbox have brought it up to date themselves.
  if (operation.state !== 'selected') await session.selected.refresh(session.user.mail);
  await announce(session, { expunges: operation.updates === 'all', told });
}
