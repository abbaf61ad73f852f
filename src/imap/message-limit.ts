// How many messages one command works on (RFC 9738): of more, those with the highest UIDs, and the client is told where
// it ended. What must be done whole is refused.
import { no, Refusal } from './reply.ts';
import type { MailboxSession, Session } from './session.ts';

export interface Limited {
  readonly indexes: Uint32Array;
  /** Response code for the tagged OK when some were left out. */
  readonly code: string | undefined;
}

/** The members that a command works on, of those that it names. */
export function limited(session: MailboxSession, indexes: Uint32Array): Limited {
  const most = session.options.settings().maxMessagesPerCommand;
  if (indexes.length <= most) return { indexes, code: undefined };
  const kept = indexes.subarray(indexes.length - most);
  const lowest = session.selected.members.uids[kept[0] as number] as number;
  return { indexes: kept, code: `MESSAGELIMIT ${most} ${lowest}` };
}

/** @throws Refusal when a command that stores messages names more than one may */
export function requireSavable({ options }: Session, count: number): void {
  const most = options.settings().maxMessagesPerSave;
  if (count > most) throw new Refusal(no(`More than ${most} messages.`, `MESSAGELIMIT ${most}`));
}
