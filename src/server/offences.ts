// Tells access control of clients that misbehave: what the faces report of them is counted, and whoever passes the
// limits of the Security object is turned away from then on.
import type { Access } from '../access/index.ts';
import { addSink, emit } from '../base/index.ts';

type Clients = Access['clients'];

/** Begins to count; the returned function ends it. */
export function countOffences(clients: Clients): () => void {
  return addSink((name, _, fields) => {
    const counted = offence(clients, name, fields);
    counted?.catch((error: unknown) => emit('access.count-failed', { error }, 'warn'));
  });
}

function offence(
  clients: Clients,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> | undefined {
  switch (name) {
    case 'smtp.command-refused': {
      // unknown recipients and domains that are not ours
      const refused = fields['verb'] === 'RCPT' && fields['code'] === 550 && fields['status'] === '5.1.2';
      return refused ? clients.refusedRecipient(String(fields['client'])) : undefined;
    }
    case 'http.malformed':
    case 'imap.not-imap':
    case 'net.tls-failed':
      return clients.malformed(String(fields['address']));
    case 'http.request':
      // scanners ask for what nobody has
      return fields['status'] === 404 && fields['account'] === undefined
        ? clients.unknownPath(String(fields['address']), String(fields['path'])).then(() => undefined)
        : undefined;
    default:
      return undefined;
  }
}
