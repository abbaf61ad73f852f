// What the server says it can do (RFC 9051 §6.1.1). A capability that is a command is listed only when the table
// holds the command.
import type { Session } from './session.ts';

/** For everybody. */
const ALWAYS = ['IMAP4rev2', 'IMAP4rev1', 'ENABLE', 'SASL-IR', 'LITERAL+', 'ID', 'UTF8=ACCEPT'];

/** After sign-in: a capability, and the command that makes it true. */
const SIGNED_IN: readonly (readonly [capability: string, command: string])[] = [
  ['IDLE', 'IDLE'],
  ['NAMESPACE', 'NAMESPACE'],
  ['CHILDREN', 'LIST'],
  ['MULTIAPPEND', 'APPEND'],
  ['BINARY', 'FETCH'],
  ['UNSELECT', 'UNSELECT'],
  ['UIDPLUS', 'UID EXPUNGE'],
  ['ESEARCH', 'SEARCH'],
  ['WITHIN', 'SEARCH'],
  ['SEARCHRES', 'SEARCH'],
  ['PARTIAL', 'SEARCH'],
  ['SORT', 'SORT'],
  ['SORT=DISPLAY', 'SORT'],
  ['ESORT', 'SORT'],
  ['THREAD=REFERENCES', 'THREAD'],
  ['THREAD=ORDEREDSUBJECT', 'THREAD'],
  ['LIST-EXTENDED', 'LIST'],
  ['LIST-STATUS', 'LIST'],
  ['SPECIAL-USE', 'LIST'],
  ['CREATE-SPECIAL-USE', 'CREATE'],
  ['MOVE', 'MOVE'],
  ['CONDSTORE', 'STORE'],
  ['QRESYNC', 'SELECT'],
  ['UNAUTHENTICATE', 'UNAUTHENTICATE'],
  ['STATUS=SIZE', 'STATUS'],
  ['OBJECTID', 'FETCH'],
  ['PREVIEW', 'FETCH'],
  ['UIDBATCHES', 'UIDBATCHES'],
  ['QUOTA', 'GETQUOTA'],
  ['QUOTA=RES-STORAGE', 'GETQUOTA'],
  ['QUOTA=RES-MESSAGE', 'GETQUOTA'],
];

/** The words of CAPABILITY for this session as it is now. */
export function capabilities(session: Session): string {
  const words = [...ALWAYS];
  if (session.user === undefined) {
    // RFC 9051 §6.2.3: no password in clear, and no invitation to send one.
    if (session.allowsPasswords) words.push('AUTH=PLAIN');
    else words.push('LOGINDISABLED');
    words.push('AUTH=OAUTHBEARER', 'AUTH=XOAUTH2');
    if (session.options.tls !== undefined && session.connection.tls === undefined) words.push('STARTTLS');
  } else {
    for (const [capability, command] of SIGNED_IN)
      if (session.face.table.has(command)) words.push(capability);
    if (session.options.jmapUrl?.() !== undefined) words.push('JMAPACCESS');
    const { maxMessagesPerCommand, maxMessagesPerSave } = session.options.settings();
    words.push(`MESSAGELIMIT=${maxMessagesPerCommand}`, `SAVELIMIT=${maxMessagesPerSave}`);
    words.push(`APPENDLIMIT=${session.options.email().maxMessageSize}`);
  }
  return words.join(' ');
}
