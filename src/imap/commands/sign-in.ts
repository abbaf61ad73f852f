// LOGIN and AUTHENTICATE with PLAIN, OAUTHBEARER and XOAUTH2 (RFC 9051 §6.2, RFC 4616, RFC 4959, RFC 7628).
import type { SignIn, SignInFailure } from '../../access/index.ts';
import { latin1 } from '../../base/index.ts';
import { lenientUtf8 } from '../../formats/imap/index.ts';
import { capabilities } from '../capabilities.ts';
import { beforeSignIn, done, type Done, type ImapOperation } from '../operation.ts';
import { bad, no, Refusal, type Reply, SessionEnd } from '../reply.ts';
import type { Session } from '../session.ts';

/** Longest response of a SASL exchange in base 64. */
const MAX_SASL_LINE = 16_384;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The sign-in itself asks for the permission, once it knows who it is. */
const ASKED_AT_SIGN_IN = {
  permission: () => 'none' as const,
  permissions: ['imapAuthenticate'] as const,
};

export const signInOperations: readonly ImapOperation[] = [
  beforeSignIn({
    name: 'LOGIN',
    parse: (cursor) => {
      cursor.space();
      const name = cursor.astring();
      cursor.space();
      return { name, secret: cursor.astring() };
    },
    ...ASKED_AT_SIGN_IN,
    handle: async (session, { name, secret }) => {
      requirePrivacy(session);
      return withPassword(session, { name: lenientUtf8(name), secret: lenientUtf8(secret) });
    },
  }),
  beforeSignIn({
    name: 'AUTHENTICATE',
    parse: (cursor) => {
      cursor.space();
      const mechanism = cursor.word('mechanism');
      // RFC 4959 §3: "=" is an empty response; base 64 is all atom characters.
      const initial = cursor.spaceBeforeMore() ? cursor.atom('initial response') : undefined;
      return { mechanism, initial };
    },
    ...ASKED_AT_SIGN_IN,
    handle: async (session, { mechanism, initial }) => {
      switch (mechanism) {
        case 'PLAIN':
          requirePrivacy(session);
          return plain(session, initial);
        case 'OAUTHBEARER':
        case 'XOAUTH2':
          return bearer(session, mechanism, initial);
        default:
          throw new Refusal(no('That mechanism is not offered.', 'CANNOT'));
      }
    },
  }),
];

function requirePrivacy(session: Session): void {
  if (session.allowsPasswords) return;
  throw new Refusal(no('Passwords are taken under TLS only.', 'PRIVACYREQUIRED'));
}

/** `[authzid] NUL authcid NUL password` (RFC 4616 §2). */
async function plain(session: Session, initial: string | undefined): Promise<Done> {
  const response = lenientUtf8(latin1(await saslResponse(session, initial)));
  const parts = response.split('\0');
  const [target = '', name = '', secret = ''] = parts;
  if (parts.length !== 3) throw new Refusal(bad('The response is not one of PLAIN.'));
  // To act as another account takes `impersonate`, which the sign-in checks.
  return withPassword(session, { name: target === '' ? name : `${target}%${name}`, secret });
}

/** The one response of a mechanism: with the command, or asked for by an empty challenge. */
async function saslResponse(session: Session, initial: string | undefined): Promise<Buffer> {
  const text = initial ?? (await challenge(session, ''));
  if (text === '=') return Buffer.alloc(0);
  if (!BASE64.test(text)) throw new Refusal(bad('The response is not base 64.'));
  return Buffer.from(text, 'base64');
}

async function challenge(session: Session, text: string): Promise<string> {
  session.out.text(`+ ${text}\r\n`);
  const line = latin1(await session.readLine(MAX_SASL_LINE));
  if (line === '*') throw new Refusal(bad('Cancelled.'));
  return line;
}

async function withPassword(
  session: Session,
  { name, secret }: { name: string; secret: string },
): Promise<Done> {
  const { access } = session.options;
  const { address } = session.connection.remote;
  const result = await access.authenticate({ name, secret, address, requires: 'imapAuthenticate' });
  return finish(session, result);
}

/** RFC 7628 §3.1, and Google's form of the same. */
async function bearer(
  session: Session,
  mechanism: 'OAUTHBEARER' | 'XOAUTH2',
  initial: string | undefined,
): Promise<Done> {
  const response = latin1(await saslResponse(session, initial));
  const fields = response.split('\x01');
  const token = fields
    .find((field) => /^auth=bearer /i.test(field))
    ?.slice('auth=bearer '.length)
    .trim();
  if (token === undefined) throw new Refusal(bad(`The response is not one of ${mechanism}.`));
  const name =
    mechanism === 'XOAUTH2'
      ? fields.find((field) => field.startsWith('user='))?.slice('user='.length)
      : /^[^,]*,a=([^,]*),/
          .exec(fields[0] ?? '')?.[1]
          ?.replace(/=2C/g, ',')
          .replace(/=3D/g, '=');
  const result = await session.options.access.authenticateBearer({
    token,
    allowApiKey: false,
    requires: 'imapAuthenticate',
    address: session.connection.remote.address,
    ...(name && { name }),
  });
  if (!result.ok) {
    // RFC 7628 §3.2.3: the reason goes in a challenge, which the client answers with anything.
    const reason = JSON.stringify({ status: 'invalid_token', schemes: 'bearer' });
    await challenge(session, Buffer.from(reason).toString('base64'));
  }
  return finish(session, result);
}

function finish(session: Session, result: SignIn): Done {
  const { options, connection, face } = session;
  if (!result.ok) {
    const reply = refusal(result);
    if (result.reason !== 'unavailable') session.failures++;
    if (session.failures >= options.settings().maxAuthFailures) {
      throw new SessionEnd('Too many failed attempts.', reply);
    }
    throw new Refusal(reply);
  }
  const { token } = result;
  const leave = face.limits.enter(token.account, session.exempt);
  if (leave === undefined) {
    throw new SessionEnd('Too many connections.', no('Too many connections of this account.', 'LIMIT'));
  }
  session.user = { token, mail: options.mail.account(token.account), leave };
  session.failures = 0;
  connection.idleMs = options.settings().timeoutAuthenticated;
  options.onSignedIn?.(connection);
  return done('Signed in.', `CAPABILITY ${capabilities(session)}`);
}

function refusal(failure: SignInFailure): Reply {
  switch (failure.reason) {
    case 'badCredentials':
      return no('The name or the password is wrong.', 'AUTHENTICATIONFAILED');
    case 'missingPermission':
      return no(`Not permitted: ${failure.permission}.`, 'NOPERM');
    case 'expired':
      return no('The password has expired.', 'EXPIRED');
    case 'notAllowedFrom':
      return no('Not from this address.', 'AUTHORIZATIONFAILED');
    case 'mfaRequired':
      return no('A second factor is needed: use an application password.', 'AUTHORIZATIONFAILED');
    case 'unavailable':
      return no('Try again later.', 'UNAVAILABLE');
  }
}
