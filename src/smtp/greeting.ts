// EHLO, HELO and LHLO: the client introduces itself and learns what is offered (RFC 5321 §4.1.1.1, RFC 2033 §4.1).
import { type CommandOf, CommandError, isHostName, type Reply, reply } from '../formats/smtp/index.ts';
import type { SmtpCommand } from './command.ts';
import type { Session } from './session.ts';

type Greeting = 'EHLO' | 'HELO' | 'LHLO';

const NOT_ON_LMTP = reply(500, '5.5.1', 'This is LMTP: begin with LHLO');

export const ehlo: SmtpCommand<'EHLO'> = {
  name: 'EHLO',
  permission: 'none',
  kinds: ['smtp', 'submission'],
  elsewhere: NOT_ON_LMTP,
  handle: greet,
};

export const helo: SmtpCommand<'HELO'> = {
  name: 'HELO',
  permission: 'none',
  kinds: ['smtp', 'submission'],
  elsewhere: NOT_ON_LMTP,
  handle: greet,
};

export const lhlo: SmtpCommand<'LHLO'> = {
  name: 'LHLO',
  permission: 'none',
  kinds: ['lmtp'],
  elsewhere: reply(502, '5.5.1', 'LHLO is for LMTP: begin with EHLO'),
  handle: greet,
};

async function greet(session: Session, { verb, name }: CommandOf<Greeting>): Promise<Reply> {
  // Programs on this machine greet with the machine's own short name.
  const rejectNonFqdn = session.policy.rejectNonFqdn && !session.exempt;
  if (name === '' && rejectNonFqdn) {
    throw new CommandError(501, '5.5.2', `The form is: ${verb} host.example.org`);
  }
  const given = name === '' ? 'null' : name;
  const extended = verb !== 'HELO';
  // A new greeting ends the transaction (RFC 5321 §4.1.4); a refused one leaves the name as it was.
  await session.reset();
  if (given !== session.helo && rejectNonFqdn && !isHostName(given)) {
    return reply(550, '5.5.0', 'The name is not a fully qualified host name');
  }
  session.helo = given;
  session.extended = extended;
  session.renewPolicy();
  const { hostname } = session.policy;
  const hello = `${hostname} says hello`;
  return extended ? { code: 250, text: [hello, ...capabilities(session)] } : { code: 250, text: hello };
}

/** What is offered now, in the order that clients of this management interface know. */
export function capabilities(session: Session): readonly string[] {
  const { policy, token } = session;
  const { extensions, maxMessageSize, mechanisms } = policy;
  const list: string[] = [];
  if (extensions.vrfy) list.push('VRFY');
  if (extensions.expn) list.push('EXPN');
  if (session.offersTls) list.push('STARTTLS');
  list.push('SMTPUTF8');
  if (maxMessageSize !== Infinity) list.push(`SIZE ${maxMessageSize}`);
  if (extensions.requireTls) list.push('REQUIRETLS');
  if (extensions.pipelining) list.push('PIPELINING');
  if (extensions.noSoliciting !== undefined) list.push(`NO-SOLICITING ${extensions.noSoliciting}`.trimEnd());
  list.push('ENHANCEDSTATUSCODES');
  // RFC 3030 §3: BINARYMIME needs CHUNKING.
  if (extensions.chunking) list.push('CHUNKING', 'BINARYMIME');
  if (token === undefined && mechanisms.length > 0) list.push(`AUTH ${mechanisms.join(' ')}`);
  list.push('8BITMIME');
  return list;
}
