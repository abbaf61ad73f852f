// The IMAP face: takes connections from the listeners and serves their sessions (RFC 9051, RFC 3501).
import { emit } from '../base/index.ts';
import { type Connection, ConnectionEnded, type EndReason } from '../net/index.ts';
import { safeText } from '../formats/imap/index.ts';
import { capabilities } from './capabilities.ts';
import { LoggedOut, Restarted } from './commands/session.ts';
import { ColdCache } from './cold-cache.ts';
import { MailboxCounts } from './counts.ts';
import { literalRule, runCommand } from './dispatch.ts';
import './events.ts';
import { readCommand } from './input.ts';
import { Limits } from './limits.ts';
import { OctetsCache } from './octets-cache.ts';
import type { ImapOptions } from './options.ts';
import { SessionEnd } from './reply.ts';
import { type Face, Session } from './session.ts';
import { imapOperations, operationTable } from './table.ts';

export interface Imap {
  /** Serves a connection to its end; TLS, where it is implicit, is up. Never rejects for what a client does. */
  serve(connection: Connection): Promise<void>;
}

export function createImap(options: ImapOptions): Imap {
  const face: Face = {
    options,
    limits: new Limits(options.settings),
    counts: new MailboxCounts(),
    cold: new ColdCache(),
    octets: new OctetsCache(options.blobs),
    table: operationTable(imapOperations),
  };
  return { serve: (connection) => serve(new Session(connection, face)) };
}

async function serve(session: Session): Promise<void> {
  const { connection, options } = session;
  const { id, listener, remote } = connection;
  emit('imap.connection-start', { connection: id, listener, address: remote.address });
  connection.idleMs = options.settings().timeoutAnonymous;
  connection.onDrain = () => connection.interrupt('shutdown');
  let reason = 'closed';
  try {
    greet(session);
    for (;;) await serveCommand(session);
  } catch (error) {
    reason = farewell(session, error);
  } finally {
    session.handOver();
    session.signOut();
    const { bytesIn, bytesOut } = connection;
    emit('imap.connection-end', { connection: id, reason, bytesIn, bytesOut });
  }
}

function greet(session: Session): void {
  const host = session.options.hostname();
  session.untagged(`OK [CAPABILITY ${capabilities(session)}] ${safeText(host)} Waypost is ready.`);
}

async function serveCommand(session: Session): Promise<void> {
  if (session.user === undefined) await refuseStrangers(session);
  const incoming = await readCommand(session, literalRule(session));
  try {
    await runCommand(session, incoming);
  } catch (error) {
    if (!(error instanceof Restarted)) throw error;
    // RFC 9051 §6.2.1: nothing that was learnt in clear counts.
    session.failures = 0;
    session.nonsense = 0;
  }
  if (session.out.size > GATHER) session.handOver();
  // Others run too while one client has many commands waiting.
  if (session.slice.due()) {
    session.handOver();
    await session.slice.pause();
  }
}

/** Octets of replies to pipelined commands that are kept together. */
const GATHER = 32 * 1024;

/** How other protocols begin: a TLS hello, the methods of HTTP and SIP, SSH, SMTP. */
const NOT_IMAP = /^(?:\x16|(?:GET|POST|PUT|HEAD|OPTIONS|CONNECT|PRI|DELETE|TRACE|PATCH) |SSH-|EHLO |HELO )/;

/** Ends connections that speak another protocol, before their lines are taken for commands. */
async function refuseStrangers(session: Session): Promise<void> {
  const { connection } = session;
  if (connection.unread === 0) await session.wait();
  const start = connection.peek()?.toString('latin1', 0, 8) ?? '';
  if (!NOT_IMAP.test(start)) return;
  emit('imap.not-imap', { connection: connection.id, address: connection.remote.address }, 'warn');
  connection.destroy();
  throw new ConnectionEnded('closed');
}

/** Says goodbye as far as the peer can still hear it; returns why the session ended. */
function farewell(session: Session, error: unknown): string {
  if (error instanceof LoggedOut) return 'logout';
  if (error instanceof SessionEnd) {
    session.untagged(`BYE ${safeText(error.message)}`);
    return error.message;
  }
  if (error instanceof ConnectionEnded) {
    const text = BYE[error.reason];
    if (text !== undefined) session.untagged(`BYE ${text}`);
    return error.reason;
  }
  session.untagged('BYE Internal error.');
  throw error;
}

const BYE: Partial<Record<EndReason, string>> = {
  idle: 'Connection timed out.',
  duration: 'Connection timed out.',
  transfer: 'Too much was sent.',
  shutdown: 'Server shutting down.',
};
