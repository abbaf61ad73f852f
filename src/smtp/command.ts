// One row of the command table: a verb, where and by whom it may be used, and what it does.
import type { PermissionName, PermissionRule } from '../access/index.ts';
import { type CommandOf, type Reply, reply, type Verb } from '../formats/smtp/index.ts';
import type { ListenerKind } from '../mta/index.ts';
import type { Session, SessionState } from './session.ts';

/** Several replies are those of the recipients of LMTP; none means that the handler has said it all. */
export type Answer = Reply | readonly Reply[] | undefined;

/** What a rule about permissions looks at. */
export interface Use<V extends Verb = Verb> {
  readonly session: Session;
  readonly command: CommandOf<V>;
}

export interface SmtpCommand<V extends Verb = Verb> {
  readonly name: V;
  readonly permission: PermissionRule<Use<V>>;
  /** For a rule that is a function: everything it can ask for. */
  readonly permissions?: readonly PermissionName[];
  /** States it is allowed in; absent means all. */
  readonly states?: readonly SessionState[];
  /** Listeners it exists on; absent means all. */
  readonly kinds?: readonly ListenerKind[];
  /** The answer on other listeners. */
  readonly elsewhere?: Reply;
  /** Reads what belongs to the command before it is refused, so that the session stays in step. */
  readonly discard?: (session: Session, command: CommandOf<V>) => Promise<void>;
  handle(session: Session, command: CommandOf<V>): Answer | Promise<Answer>;
}

/** Rows with handlers of one verb each, as the table holds them. */
export type AnyCommand = { readonly [V in Verb]: SmtpCommand<V> }[Verb];

/**
 * Who has signed in sends mail by permission; whether a client has to sign in is the policy's to say, and
 * strangers on the listener for them have no permissions at all.
 */
export const ifSignedIn = {
  permission: ({ session }: { readonly session: Session }): PermissionName | 'none' =>
    session.token === undefined ? 'none' : 'emailSend',
  permissions: ['emailSend'],
} as const;

export const wrongSequence = (text: string): Reply => reply(503, '5.5.1', text);
export const DONE = reply(250, '2.0.0', 'Done');
