// The record of a submission (RFC 8621 §7): what was sent to whom, and what became of it.
import type { AccountId, DocumentId } from '../../account/index.ts';
import { ByteReader, ByteWriter } from '../../base/index.ts';

/** An address of the envelope with the parameters of MAIL or RCPT; a null value is a bare keyword. */
export interface EnvelopeAddress {
  readonly email: string;
  readonly parameters: Readonly<Record<string, string | null>> | null;
}

export interface SubmissionEnvelope {
  readonly mailFrom: EnvelopeAddress;
  readonly rcptTo: readonly EnvelopeAddress[];
}

export type UndoStatus = 'pending' | 'final' | 'canceled';
export type RecipientOutcome = 'queued' | 'yes' | 'no' | 'unknown';

export interface DeliveryState {
  /** `250 2.0.0 Taken` */
  readonly smtpReply: string;
  readonly delivered: RecipientOutcome;
}

export interface SubmissionRecord {
  readonly identity: DocumentId;
  readonly email: DocumentId;
  readonly thread: DocumentId;
  /** Who submitted it. */
  readonly actor: AccountId;
  readonly envelope: SubmissionEnvelope;
  /** Milliseconds since 1970. */
  readonly sendAt: number;
  readonly undoStatus: UndoStatus;
  /** One for each recipient of the envelope. */
  readonly delivery: readonly DeliveryState[];
  /** When it has to be looked at again, in milliseconds since 1970; 0 for never. */
  readonly due: number;
  readonly attempts: number;
  /** SHA-256 of the message as it is sent, kept while `due` is not 0. */
  readonly hash: Uint8Array;
}

const VERSION = 1;
const HASH = 32;
const UNDO: readonly UndoStatus[] = ['pending', 'final', 'canceled'];
const DELIVERED: readonly RecipientOutcome[] = ['queued', 'yes', 'no', 'unknown'];

export function encodeSubmission(submission: SubmissionRecord): Uint8Array {
  const { envelope, delivery } = submission;
  const out = new ByteWriter(256);
  out.u8(VERSION).u8(UNDO.indexOf(submission.undoStatus));
  out.u32(submission.identity).u32(submission.email).u32(submission.thread).u32(submission.actor);
  out.u53(submission.sendAt).u53(submission.due).varint(submission.attempts).raw(submission.hash);
  writeAddress(out, envelope.mailFrom);
  out.varint(envelope.rcptTo.length);
  for (const [i, recipient] of envelope.rcptTo.entries()) {
    const { smtpReply, delivered } = delivery[i] as DeliveryState;
    writeAddress(out, recipient);
    out.u8(DELIVERED.indexOf(delivered)).text(smtpReply);
  }
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeSubmission(row: Uint8Array): SubmissionRecord {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`submission record of version ${version}`);
  const undoStatus = UNDO[input.u8()] ?? 'final';
  const [identity, email, thread, actor] = [input.u32(), input.u32(), input.u32(), input.u32()];
  const [sendAt, due, attempts] = [input.u53(), input.u53(), input.varint()];
  const hash = input.raw(HASH);
  const mailFrom = readAddress(input);
  const rcptTo: EnvelopeAddress[] = [];
  const delivery: DeliveryState[] = [];
  for (let left = input.varint(); left > 0; left--) {
    rcptTo.push(readAddress(input));
    delivery.push({ delivered: DELIVERED[input.u8()] ?? 'unknown', smtpReply: input.text() });
  }
  const envelope = { mailFrom, rcptTo };
  return { identity, email, thread, actor, envelope, sendAt, undoStatus, delivery, due, attempts, hash };
}

/** A count of parameters, one more than there are; 0 for null. */
function writeAddress(out: ByteWriter, { email, parameters }: EnvelopeAddress): void {
  out.text(email);
  const entries = Object.entries(parameters ?? {});
  out.varint(parameters === null ? 0 : entries.length + 1);
  for (const [name, value] of entries) {
    out.text(name).u8(value === null ? 0 : 1);
    if (value !== null) out.text(value);
  }
}

function readAddress(input: ByteReader): EnvelopeAddress {
  const email = input.text();
  const count = input.varint();
  if (count === 0) return { email, parameters: null };
  const entries: [string, string | null][] = [];
  for (let left = count - 1; left > 0; left--)
    entries.push([input.text(), input.u8() === 0 ? null : input.text()]);
  return { email, parameters: Object.fromEntries(entries) };
}
