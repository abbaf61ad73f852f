// AUTH: PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login) over RFC 4954.
import { isUtf8 } from 'node:buffer';
import { emit } from '../base/index.ts';
import type { SignIn } from '../access/index.ts';
import { type CommandOf, formatReply, type Reply, reply } from '../formats/smtp/index.ts';
import { LineTooLong } from '../net/index.ts';
import { ifSignedIn, type SmtpCommand, wrongSequence } from './command.ts';
import type { Session } from './session.ts';
import { wait } from './wait.ts';

/** Longest response in octets, its end included. */
const MAX_RESPONSE = 4096;

export const auth: SmtpCommand<'AUTH'> = {
  name: 'AUTH',
  // Nobody has signed in before; the sign-in itself asks for the permission.
  ...ifSignedIn,
  handle: signIn,
};

async function signIn(session: Session, command: CommandOf<'AUTH'>): Promise<Reply> {
  const { policy, listener } = session;
  if (session.token !== undefined) return wrongSequence('You have signed in already');
  if (policy.mechanisms.length === 0 && !isOffered(session)) return wrongSequence('There is no sign-in here');
  if (session.state !== 'greeted') return wrongSequence('Sign in between greeting and mail');
  const mechanism = policy.mechanisms.find((one) => one === command.mechanism);
  if (mechanism === undefined) return reply(554, '5.7.8', 'That way to sign in is not offered here');
  const exchange = mechanism === 'PLAIN' ? plain : login;
  const given = await exchange(session, command.initial);
  if ('code' in given) return given.code === 501 ? given : fail(session, given);
  const result = await session.options.access.authenticate({
    name: given.name,
    secret: given.secret,
    address: session.connection.remote.address,
    requires: 'emailSend',
  });
  if (!result.ok) return refuse(session, result);
  session.signIn(result.token);
  emit('smtp.signed-in', {
    connection: session.connection.id,
    listener: listener.name,
    client: session.connection.remote.address,
    account: result.token.account,
  });
  return reply(235, '2.7.0', 'Welcome');
}

/** Sign-in exists on this listener, though not in clear. */
const isOffered = ({ listener, options }: Session): boolean =>
  options.mta.policy({ kind: listener.kind, plainPasswords: true, authenticated: false }).mechanisms.length >
  0;

async function refuse(session: Session, { reason }: Exclude<SignIn, { ok: true }>): Promise<Reply> {
  switch (reason) {
    case 'missingPermission':
      return reply(550, '5.7.1', 'The account may not send mail');
    case 'unavailable':
      return reply(454, '4.7.0', 'Sign-in is not possible now');
    case 'expired':
      return fail(session, reply(535, '5.7.8', 'The password has expired'));
    case 'badCredentials':
    case 'notAllowedFrom':
    case 'mfaRequired':
      return fail(session, reply(535, '5.7.8', 'The name or the password is wrong'));
  }
}

/** Counts a failure; the last one that is allowed closes the connection after its own reply. */
async function fail(session: Session, why: Reply): Promise<Reply> {
  const { policy, connection, listener } = session;
  session.authFailures++;
  await wait(session, policy.authWaitMs);
  if (session.authFailures < policy.maxAuthFailures) return why;
  session.over = true;
  emit('smtp.gave-up', {
    connection: connection.id,
    listener: listener.name,
    client: connection.remote.address,
    reason: 'sign-in',
  });
  connection.put(formatReply(why));
  return reply(455, '4.3.0', 'Too many sign-ins failed');
}

interface Credentials {
  readonly name: string;
  readonly secret: string;
}

/** RFC 4616 §2: whom to act as, who one is, and the password. */
async function plain(session: Session, initial: string | undefined): Promise<Credentials | Reply> {
  const response = await respond(session, initial, '');
  if (typeof response !== 'string') return response;
  const [actAs, name, secret, ...more] = response.split('\0');
  if (actAs === undefined || !name || !secret || more.length > 0) return MALFORMED;
  return { name: actAs === '' || actAs === name ? name : `${actAs}%${name}`, secret };
}

async function login(session: Session, initial: string | undefined): Promise<Credentials | Reply> {
  const name = await respond(session, initial, 'VXNlcm5hbWU6');
  if (typeof name !== 'string') return name;
  const secret = await respond(session, undefined, 'UGFzc3dvcmQ6');
  if (typeof secret !== 'string') return secret;
  return { name, secret };
}

/** The decoded response to a challenge (base64), or the reply that ends the exchange. */
async function respond(
  session: Session,
  initial: string | undefined,
  challenge: string,
): Promise<string | Reply> {
  // RFC 4954 §4: an initial response of one equals sign is empty.
  if (initial !== undefined) return decode(initial === '=' ? '' : initial);
  session.connection.put(`334 ${challenge}\r\n`);
  let line: Buffer;
  try {
    line = await session.connection.readLine(MAX_RESPONSE);
  } catch (error) {
    if (error instanceof LineTooLong) return MALFORMED;
    throw error;
  }
  const text = line.toString('latin1');
  return text === '*' ? CANCELLED : decode(text);
}

function decode(text: string): string | Reply {
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return MALFORMED;
  const bytes = Buffer.from(text, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : MALFORMED;
}

const MALFORMED = reply(500, '5.5.6', 'That is not what the sign-in expects');
const CANCELLED = reply(501, '5.7.0', 'The sign-in was cancelled');
