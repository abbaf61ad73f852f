// STARTTLS (RFC 3207).
import { emit } from '../base/index.ts';
import { formatReply, reply } from '../formats/smtp/index.ts';
import type { Answer, SmtpCommand } from './command.ts';
import type { Session } from './session.ts';

export const starttls: SmtpCommand<'STARTTLS'> = {
  name: 'STARTTLS',
  permission: 'none',
  handle: secure,
};

async function secure(session: Session): Promise<Answer> {
  const { connection, listener } = session;
  if (connection.secure) return reply(504, '5.7.4', 'The connection is protected already');
  if (listener.tls === undefined) return reply(502, '5.7.0', 'TLS is not offered here');
  connection.put(formatReply(reply(220, '2.0.0', 'Begin the handshake')));
  try {
    await connection.startTls(listener.tls);
  } catch (error) {
    session.over = true;
    emit('smtp.tls-failed', {
      connection: connection.id,
      listener: listener.name,
      client: connection.remote.address,
      reason: (error as Error).message,
    });
    return undefined;
  }
  await session.forget();
  return undefined;
}
