// VRFY and EXPN (RFC 5321 §3.5), for those who have signed in.
import { type CommandOf, type Reply, reply } from '../formats/smtp/index.ts';
import type { Verified } from '../mta/index.ts';
import type { SmtpCommand } from './command.ts';
import { isAway } from './replies.ts';
import type { Session } from './session.ts';

export const vrfy: SmtpCommand<'VRFY'> = {
  name: 'VRFY',
  permission: 'none',
  handle: async (session, command) => {
    if (!session.policy.extensions.vrfy) return NOT_TOLD;
    const found = await lookUp(session, command);
    if (found === undefined) return TROUBLE;
    return found.kind === 'mailbox' ? { code: 250, text: command.text } : UNKNOWN;
  },
};

export const expn: SmtpCommand<'EXPN'> = {
  name: 'EXPN',
  permission: 'none',
  handle: async (session, command) => {
    if (!session.policy.extensions.expn) return NOT_TOLD;
    const found = await lookUp(session, command);
    if (found === undefined) return TROUBLE;
    return found.kind === 'list' && found.members.length > 0 ? { code: 250, text: found.members } : UNKNOWN;
  },
};

async function lookUp(
  session: Session,
  { mailbox }: CommandOf<'VRFY' | 'EXPN'>,
): Promise<Verified | undefined> {
  if (mailbox === undefined) return { kind: 'unknown' };
  try {
    return await session.options.mta.verify(mailbox);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

const NOT_TOLD: Reply = reply(252, '2.5.1', 'Send mail, and see');
const TROUBLE: Reply = reply(252, '2.4.3', 'The directory cannot be asked now');
const UNKNOWN: Reply = reply(550, '5.1.2', 'There is no such address here');
