// DATA and BDAT: the content of a message (RFC 5321 §4.1.1.4, RFC 3030).
import { type CommandOf, DataDecoder, formatReply, type Reply, reply } from '../formats/smtp/index.ts';
import { type Envelope, type Incoming, TOO_LARGE } from '../mta/index.ts';
import type { Connection } from '../net/index.ts';
import { type Answer, ifSignedIn, type SmtpCommand, wrongSequence } from './command.ts';
import { isAway, replyFor } from './replies.ts';
import type { Session, Transaction } from './session.ts';

export const data: SmtpCommand<'DATA'> = {
  name: 'DATA',
  ...ifSignedIn,
  states: ['rcpt'],
  handle: receiveData,
};

export const bdat: SmtpCommand<'BDAT'> = {
  name: 'BDAT',
  ...ifSignedIn,
  states: ['rcpt', 'chunks'],
  discard: (session, { size }) => session.connection.readInto(size, () => undefined),
  handle: receiveChunk,
};

const GO_AHEAD = formatReply({ code: 354, text: 'Send the message; end it with a line of one dot' });

async function receiveData(session: Session): Promise<Answer> {
  const transaction = session.transaction as Transaction;
  // RFC 3030 §3: content that is not made of lines cannot come so.
  if (transaction.parameters.body === 'BINARYMIME') return wrongSequence('Send BINARYMIME with BDAT');
  if (session.messages >= session.policy.maxMessages) return TOO_MANY;
  session.messages++;
  const envelope = envelopeOf(session, transaction);
  const incoming = session.options.mta.receive(envelope, session.policy);
  transaction.incoming = incoming;
  session.connection.put(GO_AHEAD);
  const failure = await readLines(session.connection, incoming);
  return finish(session, envelope, incoming, failure);
}

/**
 * Reads up to the dot. What the intake fails with is returned when all has been read, so that the session stays
 * in step.
 */
async function readLines(connection: Connection, { intake }: Incoming): Promise<unknown> {
  const decoder = new DataDecoder();
  const pieces: Buffer[] = [];
  let failure: unknown;
  // hot: per arriving piece of every message
  for (;;) {
    const view = connection.peek();
    if (view === undefined) {
      await connection.more();
      continue;
    }
    connection.consume(decoder.push(view, pieces));
    if (failure === undefined) {
      try {
        for (const piece of pieces) {
          const busy = intake.add(piece);
          if (busy !== undefined) await busy;
        }
      } catch (error) {
        failure = error;
      }
    }
    pieces.length = 0;
    if (decoder.ended) return failure;
  }
}

async function receiveChunk(session: Session, command: CommandOf<'BDAT'>): Promise<Answer> {
  const { connection, policy, options } = session;
  const transaction = session.transaction as Transaction;
  if (!policy.extensions.chunking) return refuseChunk(session, command, NOT_OFFERED);
  const envelope = envelopeOf(session, transaction);
  let { incoming } = transaction;
  if (incoming === undefined) {
    if (session.messages >= policy.maxMessages) return refuseChunk(session, command, TOO_MANY);
    session.messages++;
    incoming = options.mta.receive(envelope, policy);
    transaction.incoming = incoming;
  }
  const { intake } = incoming;
  if (intake.wouldExceed(command.size)) await intake.refuse(TOO_LARGE);
  let failure: unknown;
  await connection.readInto(command.size, (piece) => {
    if (failure !== undefined) return undefined;
    return intake.add(piece)?.catch((error: unknown) => {
      failure = error;
    });
  });
  if (command.last || failure !== undefined || intake.refusal !== undefined) {
    // After a failure the chunks that follow are answered one by one, as out of sequence (RFC 3030 §2).
    return finish(session, envelope, incoming, failure, { whole: command.last });
  }
  return reply(250, '2.6.0', 'Chunk taken');
}

async function refuseChunk(session: Session, { size }: CommandOf<'BDAT'>, why: Reply): Promise<Reply> {
  await session.connection.readInto(size, () => undefined);
  return why;
}

/** Decides on the message; whatever comes of it, the transaction is over. */
async function finish(
  session: Session,
  envelope: Envelope,
  incoming: Incoming,
  failure: unknown,
  { whole }: { readonly whole: boolean } = { whole: true },
): Promise<Answer> {
  try {
    if (failure !== undefined) throw failure as Error;
    const { reply: answer, replies } = await session.options.mta.accept(envelope, incoming);
    return session.listener.kind === 'lmtp' && whole ? replies : answer;
  } catch (error) {
    const answer = isAway(error) ? NOT_STORED : replyFor(error);
    return session.listener.kind === 'lmtp' && whole ? envelope.recipients.map(() => answer) : answer;
  } finally {
    await session.reset();
  }
}

const envelopeOf = (session: Session, { sender, parameters, recipients }: Transaction): Envelope => ({
  client: session.client,
  sender,
  parameters,
  recipients,
});

const TOO_MANY = reply(452, '4.4.5', 'There were enough messages on this connection: connect again');
const NOT_STORED = reply(451, '4.3.5', 'The message cannot be stored now');
const NOT_OFFERED = reply(502, '5.5.1', 'CHUNKING is not offered here');
