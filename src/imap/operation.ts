// The form of this face's table: what a command is called, when it may be given, what it needs, how its arguments
// are read and what it does.
import type { PermissionName, PermissionRule } from '../access/index.ts';
import type { Cursor } from '../formats/imap/index.ts';
import { ok, type Reply } from './reply.ts';
import type { MailboxSession, Session, UserSession } from './session.ts';

export interface Command {
  readonly tag: string;
  /** In capitals; forms with UIDs are `UID FETCH`. */
  readonly name: string;
}

/** What a handler reports when all went well; untagged responses were written before. */
export interface Done {
  readonly reply: Reply;
  /** Indexes (ascending) of members whose flags were just told: they are not told again with the reply. */
  readonly told?: ArrayLike<number>;
}

export const done = (text: string, code?: string): Done => ({ reply: ok(text, code) });

/**
 * Which updates of the selected mailbox may go out with the reply (RFC 9051 §7.5.1: no EXPUNGE while FETCH, STORE
 * or SEARCH by sequence number is answered).
 */
export type Updates = 'all' | 'noExpunge' | 'none';

interface Base<Args> {
  readonly name: string;
  readonly permission: PermissionRule<Args>;
  /** For a rule that is a function: everything it can ask for. */
  readonly permissions?: readonly PermissionName[];
  readonly updates?: Updates;
}

export interface ImapOperation extends Base<never> {
  readonly state: 'any' | 'notAuthenticated' | 'authenticated' | 'selected';
  readonly updates: Updates;
  parse(cursor: Cursor, session: Session): unknown;
  handle(session: Session, args: unknown, command: Command): Promise<Done> | Done;
}

export type OperationTable = ReadonlyMap<string, ImapOperation>;

interface Definition<S, Args> extends Base<Args> {
  /** Absent: the command takes no arguments. Begins before the space in front of them. */
  readonly parse?: (cursor: Cursor, session: Session) => Args;
  readonly handle: (session: S, args: Args, command: Command) => Promise<Done> | Done;
}

const define = <S extends Session, Args>(
  state: ImapOperation['state'],
  definition: Definition<S, Args>,
): ImapOperation =>
  ({
    updates: 'all',
    ...definition,
    state,
    parse: (cursor: Cursor, session: Session) => definition.parse?.(cursor, session),
  }) as ImapOperation;

/** A command of every state. */
export const anyState = <Args = undefined>(definition: Definition<Session, Args>): ImapOperation =>
  define('any', definition);

/** A command for clients that have not signed in. */
export const beforeSignIn = <Args = undefined>(definition: Definition<Session, Args>): ImapOperation =>
  define('notAuthenticated', definition);

/** A command for clients that have signed in, with or without a mailbox. */
export const signedIn = <Args = undefined>(definition: Definition<UserSession, Args>): ImapOperation =>
  define('authenticated', definition);

/** A command on the selected mailbox. */
export const whenSelected = <Args = undefined>(definition: Definition<MailboxSession, Args>): ImapOperation =>
  define('selected', definition);
