// Submission by a user without a connection (RFC 8621 §7.5): the same decisions on sender, recipients and content as
// in an authenticated session of SMTP, asked for all at once (RFC 6409).
import type { AccessToken } from '../access/index.ts';
import { emit, now, Unavailable } from '../base/index.ts';
import {
  CommandError,
  encodeXtext,
  type Mailbox,
  type MailParameters,
  parseMailbox,
  parseMailParameters,
  parseRcptParameters,
  type Reply,
} from '../formats/smtp/index.ts';
import { scanHeader } from '../formats/mime/index.ts';
import type { DeliveryState, EnvelopeAddress, SubmissionEnvelope } from '../mail/index.ts';
import './events.ts';
import { withoutCuts } from './header-block.ts';
import type { Mta } from './mta.ts';
import type { SessionPolicy } from './policy.ts';
import type { Client, EnvelopeRecipient, RecipientVerdict } from './types.ts';

/** Who submits, and what. */
export interface Submitter {
  readonly token: AccessToken;
  /** Names the request in telemetry. */
  readonly connection: string;
  readonly address: string;
}

/** What is wrong with an envelope before anything is sent. */
export type EnvelopeProblem =
  | { readonly kind: 'sender' | 'parameters'; readonly description: string }
  | { readonly kind: 'recipients'; readonly addresses: readonly string[]; readonly description: string }
  | { readonly kind: 'tooMany'; readonly limit: number }
  | { readonly kind: 'tooLarge'; readonly limit: number };

export interface CheckedEnvelope {
  /** When it shall go out, in milliseconds since 1970 (RFC 4865); undefined for at once. */
  readonly releaseAt: number | undefined;
}

/** Parameters that are understood here, for the capability (RFC 8621 §1.3.2). */
export const SUBMISSION_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  FUTURERELEASE: [],
  SIZE: [],
  REQUIRETLS: [],
};

/** Looks at an envelope; recipients elsewhere are refused, as nothing leaves this server yet. @throws Unavailable */
export async function checkEnvelope(
  mta: Mta,
  submitter: Submitter,
  { mailFrom, rcptTo }: SubmissionEnvelope,
  size: number,
): Promise<CheckedEnvelope | EnvelopeProblem> {
  const client = clientOf(submitter);
  const policy = policyOf(mta);
  if (size > policy.maxMessageSize) return { kind: 'tooLarge', limit: policy.maxMessageSize };
  if (rcptTo.length > policy.maxRecipients) return { kind: 'tooMany', limit: policy.maxRecipients };
  const sender = readSender(mailFrom);
  if (sender === undefined)
    return { kind: 'sender', description: `"${mailFrom.email.slice(0, 200)}" is no address to send from` };
  const parameters = readParameters(mailFrom);
  if (typeof parameters === 'string') return { kind: 'parameters', description: parameters };
  const { holdFor, holdUntil, ...others } = parameters;
  if (holdFor !== undefined && holdUntil !== undefined)
    return { kind: 'parameters', description: 'HOLDFOR and HOLDUNTIL exclude each other' };
  const refusal = await mta.checkSender({ client, policy, sender, parameters: others });
  if (refusal) {
    const isSender = refusal.code === 550 || NOT_YOURS.test(String(refusal.text));
    return { kind: isSender ? 'sender' : 'parameters', description: String(refusal.text) };
  }
  const bad: string[] = [];
  for (const { email } of rcptTo) if (parseMailbox(email) === undefined) bad.push(email);
  if (bad.length > 0) return { kind: 'recipients', addresses: bad, description: 'These are no addresses.' };
  for (const recipient of rcptTo) {
    const problem = rcptProblem(recipient);
    if (problem !== undefined) return { kind: 'parameters', description: problem };
  }
  const verdicts = await recipientVerdicts(mta, client, policy, rcptTo, size);
  for (const [i, verdict] of verdicts.entries())
    if (!verdict.accepted && verdict.noRoute) bad.push((rcptTo[i] as EnvelopeAddress).email);
  if (bad.length > 0) {
    return {
      kind: 'recipients',
      addresses: bad,
      description: 'Delivery to other servers is not available here yet.',
    };
  }
  return { releaseAt: holdUntil ?? (holdFor === undefined ? undefined : now() + holdFor * 1000) };
}

const NOT_YOURS = /not an address/;

/**
 * Sends to the recipients, all local ones in one commit. Returns what became of each; those that could not be
 * served now are `queued`. Once resolved, what is `yes` is durable.
 */
export async function sendMessage(
  mta: Mta,
  submitter: Submitter,
  { mailFrom, rcptTo }: SubmissionEnvelope,
  message: Uint8Array,
): Promise<Sent> {
  try {
    return await send(mta, clientOf(submitter), mailFrom, rcptTo, message);
  } catch (error) {
    emit('mta.submission-delayed', { connection: submitter.connection, error }, 'warn');
    return { delivery: rcptTo.map(() => OUT_OF_ORDER), refusal: undefined };
  }
}

export interface Sent {
  /** One for each recipient. */
  readonly delivery: readonly DeliveryState[];
  /** Why the message itself was refused for good. */
  readonly refusal: string | undefined;
}

const OUT_OF_ORDER: DeliveryState = {
  smtpReply: '451 4.3.0 Something is out of order here',
  delivered: 'queued',
};

async function send(
  mta: Mta,
  client: Client,
  mailFrom: EnvelopeAddress,
  rcptTo: readonly EnvelopeAddress[],
  message: Uint8Array,
): Promise<Sent> {
  const policy = policyOf(mta);
  const verdicts = await recipientVerdicts(mta, client, policy, rcptTo, message.length);
  const states = verdicts.map((verdict) => (verdict.accepted ? undefined : stateOf(verdict.reply)));
  const recipients = verdicts.flatMap((verdict): EnvelopeRecipient[] =>
    verdict.accepted ? [verdict.recipient] : [],
  );
  let refusal: string | undefined;
  if (recipients.length > 0) {
    const parameters = readParameters(mailFrom);
    const { holdFor: _for, holdUntil: _until, ...others } = typeof parameters === 'string' ? {} : parameters;
    const envelope = { client, sender: readSender(mailFrom) ?? null, parameters: others, recipients };
    const incoming = mta.receive(envelope, policy);
    try {
      await incoming.intake.add(Buffer.from(message.buffer, message.byteOffset, message.length));
      const { reply, replies } = await mta.accept(envelope, incoming);
      if (reply.code >= 500 && replies.every((one) => one === reply)) refusal = stateOf(reply).smtpReply;
      let next = 0;
      for (const [i, state] of states.entries()) if (!state) states[i] = stateOf(replies[next++] as Reply);
    } finally {
      await incoming.intake.discard();
    }
  }
  return { delivery: states as DeliveryState[], refusal };
}

function stateOf({ code, status, text }: Reply): DeliveryState {
  const words = typeof text === 'string' ? text : text.join(' ');
  return {
    smtpReply: `${code} ${status ?? '2.0.0'} ${words}`,
    delivered: code < 400 ? 'yes' : code < 500 ? 'queued' : 'no',
  };
}

/** @throws Unavailable */
async function recipientVerdicts(
  mta: Mta,
  client: Client,
  policy: SessionPolicy,
  rcptTo: readonly EnvelopeAddress[],
  size: number,
): Promise<RecipientVerdict[]> {
  return Promise.all(
    rcptTo.map(({ email }) => {
      const mailbox = parseMailbox(email);
      if (!mailbox) throw new Unavailable(`the recipient ${email}`);
      return mta.checkRecipient({ client, policy, mailbox, size });
    }),
  );
}

const policyOf = (mta: Mta): SessionPolicy =>
  mta.policy({ kind: 'submission', plainPasswords: true, authenticated: true });

const clientOf = ({ token, connection, address }: Submitter): Client => ({
  connection,
  listener: 'jmap',
  kind: 'submission',
  address,
  helo: 'jmap',
  extended: true,
  secure: true,
  tls: undefined,
  token,
});

/** Null for the empty sender, undefined for what is no address. */
const readSender = ({ email }: EnvelopeAddress): Mailbox | null | undefined =>
  email === '' ? null : parseMailbox(email);

/** The parameters as a session would have read them, or what is wrong with them. */
function readParameters(address: EnvelopeAddress): MailParameters | string {
  try {
    return parseMailParameters(parameterText(address));
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

function rcptProblem(address: EnvelopeAddress): string | undefined {
  try {
    const parameters = parseRcptParameters(parameterText(address));
    const names = Object.keys(parameters);
    return names.length > 0 ? 'DSN is not offered here' : undefined;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** RFC 8621 §7: values come without the encoding they have on the wire. */
function parameterText({ parameters }: EnvelopeAddress): string {
  const words = Object.entries(parameters ?? {}).map(([name, value]) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name)) return '=';
    if (value === null) return name;
    const upper = name.toUpperCase();
    if (upper === 'ENVID' || upper === 'AUTH') return `${name}=${encodeXtext(value)}`;
    const semicolon = value.indexOf(';');
    if (upper === 'ORCPT' && semicolon > 0)
      return `${name}=${value.slice(0, semicolon + 1)}${encodeXtext(value.slice(semicolon + 1))}`;
    return `${name}=${value.replaceAll(/\s/g, '+')}`;
  });
  return words.join(' ');
}

const MAX_FIELDS = 10_000;

/** The message without its Bcc fields (RFC 8621 §7.5). */
export function withoutBcc(message: Uint8Array): Uint8Array {
  const { fields } = scanHeader(
    Buffer.from(message.buffer, message.byteOffset, message.length),
    0,
    undefined,
    MAX_FIELDS,
  );
  const cuts = fields
    .filter(({ key }) => key === 'bcc' || key === 'resent-bcc')
    .map(({ start, end }): readonly [number, number] => [start, endOfLine(message, end)]);
  return cuts.length === 0 ? message : Buffer.concat(withoutCuts(message, cuts));
}

function endOfLine(message: Uint8Array, end: number): number {
  if (message[end] === 0x0d && message[end + 1] === 0x0a) return end + 2;
  return message[end] === 0x0a || message[end] === 0x0d ? end + 1 : end;
}
