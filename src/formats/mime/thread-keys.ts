// What ties the messages of a conversation together: the subject they share and the message identifiers
// that they name (RFC 5322 §3.6.4).
import { asBuffer } from '../../base/index.ts';
import { lastField, textForm, valueOctets } from './headers.ts';
import { parseMessageIds } from './ids.ts';
import { threadSubject } from './subject.ts';
import { unfold } from './text.ts';
import type { Message } from './types.ts';

export interface ThreadKeys {
  /** See `threadSubject`; "" when there is no subject. */
  readonly subject: string;
  /** Identifiers of the message itself (Message-ID, Resent-Message-ID). */
  readonly own: readonly string[];
  /** All identifiers, each once: its own, then In-Reply-To and References, nearest first. */
  readonly identifiers: readonly string[];
}

/** Identifiers kept for one message; of a long References the last ones, which are nearest. */
const MAX_IDENTIFIERS = 128;

/**
 * The thread keys of a message.
 * @param bytes the message, or a range of it that holds the header
 * @param base offset in the message of the first of `bytes`
 */
export function threadKeys(message: Message, bytes: Uint8Array, base = 0): ThreadKeys {
  const { fields } = message.parts[0];
  const buffer = asBuffer(bytes);
  const idsOf = (key: string): string[] =>
    fields
      .filter((field) => field.key === key)
      .flatMap((field) => parseMessageIds(unfold(valueOctets(buffer, field, base))) ?? []);
  const subject = lastField(fields, 'subject');
  const own = [...new Set([...idsOf('message-id'), ...idsOf('resent-message-id')])].slice(0, MAX_IDENTIFIERS);
  const all = new Set([...own, ...idsOf('in-reply-to').reverse(), ...idsOf('references').reverse()]);
  return {
    subject: threadSubject(subject === undefined ? null : textForm(valueOctets(buffer, subject, base))),
    own,
    identifiers: [...all].slice(0, MAX_IDENTIFIERS),
  };
}
