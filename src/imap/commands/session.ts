// CAPABILITY, ID, NOOP, CHECK, LOGOUT, ENABLE, NAMESPACE, STARTTLS, UNAUTHENTICATE (RFC 9051 §6.1 to §6.3, RFC 2971,
// RFC 5161, RFC 2342, RFC 8437, RFC 9698).
import { LimitExceeded } from '../../base/index.ts';
import { type Cursor, ImapSyntaxError, quote } from '../../formats/imap/index.ts';
import { capabilities } from '../capabilities.ts';
import { anyState, beforeSignIn, done, type ImapOperation, signedIn } from '../operation.ts';
import { bad, no, Refusal, SessionEnd } from '../reply.ts';
import type { Session } from '../session.ts';

/** Fields of ID, and the longest value (RFC 2971 §3.3). */
const MAX_ID_FIELDS = 30;
const MAX_ID_VALUE = 1024;

export const sessionOperations: readonly ImapOperation[] = [
  anyState({
    name: 'CAPABILITY',
    parse: (_, session) => ({ signedIn: session.user !== undefined }),
    // Strangers must be able to ask.
    permission: ({ signedIn }) => (signedIn ? 'imapCapability' : 'none'),
    permissions: ['imapCapability'],
    handle: (session) => {
      session.untagged(`CAPABILITY ${capabilities(session)}`);
      return done('That is what there is.');
    },
  }),
  anyState({
    name: 'ID',
    parse: (cursor, session) => {
      cursor.space();
      parseId(cursor);
      return { signedIn: session.user !== undefined };
    },
    permission: ({ signedIn }) => (signedIn ? 'imapId' : 'none'),
    permissions: ['imapId'],
    handle: (session) => {
      session.untagged('ID ("name" "Waypost" "vendor" "Waypost")');
      return done('Pleased to meet you.');
    },
  }),
  anyState({ name: 'NOOP', permission: 'none', handle: () => done('Nothing done.') }),
  signedIn({ name: 'CHECK', permission: 'none', handle: () => done('Checked.') }),
  anyState({
    name: 'LOGOUT',
    permission: 'none',
    updates: 'none',
    handle: (session, _, { tag }) => {
      session.untagged('BYE Until next time.');
      session.tagged(tag, { status: 'OK', text: 'Logged out.' });
      throw new LoggedOut();
    },
  }),
  signedIn({
    name: 'ENABLE',
    permission: 'imapEnable',
    parse: parseEnable,
    handle: (session, words) => {
      const news = words.filter((word) => enable(session, word));
      session.untagged(news.length === 0 ? 'ENABLED' : `ENABLED ${news.join(' ')}`);
      return done('Enabled.');
    },
  }),
  signedIn({
    name: 'NAMESPACE',
    permission: 'imapNamespace',
    handle: (session) => {
      session.untagged('NAMESPACE (("" "/")) NIL NIL');
      return done('That is all.');
    },
  }),
  beforeSignIn({
    name: 'STARTTLS',
    permission: 'none',
    handle: async (session, _, { tag }) => {
      const { connection, options } = session;
      if (options.tls === undefined) throw new Refusal(no('TLS is not available.', 'UNAVAILABLE'));
      if (connection.tls !== undefined) throw new Refusal(bad('TLS is on already.'));
      session.tagged(tag, { status: 'OK', text: 'Begin TLS now.' });
      session.handOver();
      await connection.startTls(options.tls);
      throw new Restarted();
    },
  }),
  signedIn({
    name: 'GETJMAPACCESS',
    permission: 'imapCapability',
    handle: (session) => {
      const url = session.options.jmapUrl?.();
      if (url === undefined) throw new Refusal(no('The address is not known.', 'UNAVAILABLE'));
      session.untagged(`JMAPACCESS ${quote(url)}`);
      return done('That is where.');
    },
  }),
  signedIn({
    name: 'UNAUTHENTICATE',
    permission: 'none',
    updates: 'none',
    handle: (session) => {
      session.signOut();
      return done('Signed out.');
    },
  }),
];

/** The farewell has been said. */
export class LoggedOut extends SessionEnd {
  constructor() {
    super('');
  }
}

/** The session goes on under TLS, as if it had just begun; the reply was given in clear. */
export class Restarted extends Error {
  override readonly name = 'Restarted';
}

function parseId(cursor: Cursor): void {
  if (cursor.takeWord('NIL')) return;
  let fields = 0;
  const pair = (): void => {
    if (++fields > MAX_ID_FIELDS) throw new LimitExceeded('id-fields', MAX_ID_FIELDS);
    cursor.string();
    cursor.space();
    const value = cursor.nstring();
    if (value !== undefined && value.length > MAX_ID_VALUE) throw new LimitExceeded('id-value', MAX_ID_VALUE);
  };
  cursor.list(pair, { empty: true });
}

function parseEnable(cursor: Cursor): string[] {
  const words: string[] = [];
  // "=" and "+" are atom characters, so UTF8=ACCEPT is one.
  do {
    cursor.space();
    words.push(cursor.word('capability'));
    if (words.length > 100) throw new ImapSyntaxError('too many capabilities');
  } while (!cursor.atEnd());
  return words;
}

/** Switches a feature on; false when it is unknown or was on (RFC 5161 §3.1). */
function enable({ enabled }: Session, word: string): boolean {
  const before = { ...enabled };
  switch (word) {
    case 'CONDSTORE':
      enabled.condstore = true;
      return !before.condstore;
    case 'QRESYNC':
      // RFC 7162 §3.2.3: implies CONDSTORE.
      enabled.qresync = true;
      enabled.condstore = true;
      return !before.qresync;
    case 'UTF8=ACCEPT':
      enabled.utf8 = true;
      enabled.utf8Accept = true;
      return !before.utf8Accept;
    case 'IMAP4REV2':
      enabled.rev2 = true;
      enabled.utf8 = true;
      return !before.rev2;
    default:
      return false;
  }
}
