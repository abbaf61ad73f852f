// What a submission sends, and to whom (RFC 8621 §7): the envelope as the client gave it or as the message says, and
// the demands that a message has to meet before it is sent.
import { isObject, type Json, type JsonObject } from '../../formats/jmap/index.ts';
import { addressesForm, type EmailAddress, type Message, valueOctets } from '../../formats/mime/index.ts';
import type { EnvelopeAddress, SubmissionEnvelope } from '../../mail/index.ts';
import { invalidProperties, SetFailure } from '../errors.ts';

/** The addresses in the header of a message. */
export interface HeaderAddresses {
  readonly from: readonly EmailAddress[];
  readonly recipients: readonly EmailAddress[];
}

/** Throws `invalidEmail` for a message that cannot be sent, naming every property that is wrong. */
export function headerAddresses(message: Message, bytes: Uint8Array): HeaderAddresses {
  const { fields } = message.parts[0];
  const all = (key: string): EmailAddress[][] =>
    fields.filter((field) => field.key === key).map((field) => addressesForm(valueOctets(bytes, field)));
  const [froms, senders] = [all('from'), all('sender')];
  const bad: string[] = [];
  const from = froms[0] ?? [];
  // RFC 5322 §3.6.2: one From; with several authors, a Sender says who sent it.
  if (froms.length !== 1 || from.length === 0 || from.some(({ email }) => !email.includes('@')))
    bad.push('from');
  if (senders.length > 1 || (from.length > 1 && senders[0]?.length !== 1)) bad.push('sender');
  if (bad.length > 0) {
    throw new SetFailure(
      'invalidEmail',
      `The message cannot be sent: ${bad.join(' and ')} must be put right.`,
      {
        properties: bad,
      },
    );
  }
  return { from, recipients: [...all('to'), ...all('cc'), ...all('bcc')].flat() };
}

/** To, Cc and Bcc, each address once. Addresses that are none stay, to be refused by name. */
export function generatedEnvelope(mailFrom: string, recipients: readonly EmailAddress[]): SubmissionEnvelope {
  const rcptTo = new Map<string, EnvelopeAddress>();
  for (const { email } of recipients) {
    const key = email.trim().toLowerCase();
    if (key !== '' && !rcptTo.has(key)) rcptTo.set(key, { email: email.trim(), parameters: null });
  }
  return { mailFrom: { email: mailFrom, parameters: null }, rcptTo: [...rcptTo.values()] };
}

/** Reads an Envelope object; null when the client left it to us. Throws `invalidProperties`. */
export function readEnvelope(value: Json | undefined): SubmissionEnvelope | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) return wrongEnvelope('envelope');
  const { mailFrom, rcptTo, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return wrongEnvelope(`envelope/${unknown}`);
  if (!Array.isArray(rcptTo)) return wrongEnvelope('envelope/rcptTo');
  const seen = new Set<string>();
  const recipients = rcptTo
    .map((item, i) => readAddress(item, `envelope/rcptTo/${i}`))
    .filter(({ email }) => {
      const key = email.toLowerCase();
      return !seen.has(key) && seen.add(key);
    });
  return { mailFrom: readAddress(mailFrom, 'envelope/mailFrom'), rcptTo: recipients };
}

const MAX_PARAMETERS = 32;

function readAddress(value: Json | undefined, at: string): EnvelopeAddress {
  if (!isObject(value)) return wrongEnvelope(at);
  const { email, parameters = null, ...rest } = value;
  if (typeof email !== 'string' || Object.keys(rest).length > 0) return wrongEnvelope(at);
  if (parameters === null) return { email: email.trim(), parameters };
  if (!isObject(parameters) || Object.keys(parameters).length > MAX_PARAMETERS)
    return wrongEnvelope(`${at}/parameters`);
  for (const [name, one] of Object.entries(parameters as JsonObject))
    if (one !== null && typeof one !== 'string') return wrongEnvelope(`${at}/parameters/${name}`);
  return { email: email.trim(), parameters: parameters as Record<string, string | null> };
}

const wrongEnvelope = (at: string): never => {
  throw invalidProperties([at], `${at}: is not as an envelope has to be`);
};
