// MAIL and RCPT: who sends, and to whom (RFC 5321 §3.3, §4.1.1.2, §4.1.1.3).
import { type CommandOf, type Reply, reply } from '../formats/smtp/index.ts';
import { emit } from '../base/index.ts';
import type { RecipientVerdict } from '../mta/index.ts';
import { ifSignedIn, type SmtpCommand, wrongSequence } from './command.ts';
import type { Session, Transaction } from './session.ts';
import { isAway } from './replies.ts';
import { wait } from './wait.ts';

export const mail: SmtpCommand<'MAIL'> = {
  name: 'MAIL',
  ...ifSignedIn,
  states: ['new', 'greeted'],
  handle: beginTransaction,
};

export const rcpt: SmtpCommand<'RCPT'> = {
  name: 'RCPT',
  ...ifSignedIn,
  states: ['mail', 'rcpt'],
  handle: addRecipient,
};

async function beginTransaction(session: Session, { sender, parameters }: CommandOf<'MAIL'>): Promise<Reply> {
  const { policy, options } = session;
  if (session.helo === undefined && policy.requireEhlo) return wrongSequence('Introduce yourself first');
  // The reference's code; 530 5.7.0 would be that of RFC 4954 §6.
  if (policy.requireAuth && session.token === undefined) return wrongSequence('Sign in first');
  const refusal = await options.mta.checkSender({ client: session.client, policy, sender, parameters });
  if (refusal !== undefined) return refusal;
  session.transaction = { sender, parameters, recipients: [], seen: new Set(), incoming: undefined };
  return reply(250, '2.1.0', 'Sender taken');
}

async function addRecipient(session: Session, { recipient, parameters }: CommandOf<'RCPT'>): Promise<Reply> {
  const { policy, options, listener } = session;
  const transaction = session.transaction as Transaction;
  if (transaction.recipients.length >= policy.maxRecipients) {
    return reply(455, '4.5.3', 'There are too many recipients');
  }
  if (parameters.notify !== undefined || parameters.orcpt !== undefined) {
    return reply(501, '5.5.4', 'DSN is not offered here');
  }
  const { canonical } = recipient;
  if (transaction.seen.has(canonical)) return addAgain(session, transaction, canonical);
  let verdict: RecipientVerdict;
  try {
    const size = transaction.parameters.size ?? 0;
    verdict = await options.mta.checkRecipient({ client: session.client, policy, mailbox: recipient, size });
  } catch (error) {
    if (isAway(error)) return reply(451, '4.4.3', 'The directory cannot be asked now');
    throw error;
  }
  if (verdict.accepted) {
    transaction.recipients.push(verdict.recipient);
    transaction.seen.add(canonical);
    return TAKEN;
  }
  // A transfer agent that is trusted with LMTP passes on what others have asked it for.
  if (!verdict.isError || listener.kind === 'lmtp') return verdict.reply;
  session.rcptFailures++;
  await wait(session, policy.rcptWaitMs);
  if (session.rcptFailures < policy.maxRcptFailures) return verdict.reply;
  const { connection } = session;
  session.over = true;
  emit('smtp.gave-up', {
    connection: connection.id,
    listener: listener.name,
    client: connection.remote.address,
    reason: 'recipients',
  });
  return reply(451, '4.3.0', 'Too many recipients were refused');
}

/** A recipient that is there already is not added, but LMTP owes each RCPT an answer (RFC 2033 §4.2). */
function addAgain(session: Session, { recipients }: Transaction, canonical: string): Reply {
  if (session.listener.kind === 'lmtp') {
    const first = recipients.find(({ mailbox }) => mailbox.canonical === canonical);
    if (first !== undefined) recipients.push(first);
  }
  return TAKEN;
}

const TAKEN = reply(250, '2.1.5', 'Recipient taken');
