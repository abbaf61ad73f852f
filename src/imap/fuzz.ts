// Entry for fuzzing: any bytes as a stored ENVELOPE, as sort keys and as a message with NUL. Only refusals may come out.
import { latin1 } from '../base/index.ts';
import { Cursor, ImapSyntaxError } from '../formats/imap/index.ts';
import { encodeBinaryParts } from './binary-append.ts';
import { Refusal } from './reply.ts';
import { Envelope } from './search/envelope.ts';
import { parseSortKeys } from './search/sort.ts';

/** Throws when a reader fails in any other way than by refusing the input. */
export function fuzz(bytes: Uint8Array): void {
  const envelope = new Envelope(bytes);
  const texts = (['from', 'to', 'cc', 'bcc'] as const).map((field) => envelope.addressText(field));
  const { subject, date } = envelope;
  if ([...texts, subject, date?.time].length !== 6) throw new Error('something was not read');
  attempt(() => parseSortKeys(Cursor.of(latin1(bytes))));
  attempt(() => {
    if (encodeBinaryParts(bytes).includes(0)) throw new Error('a NUL is left');
  });
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ImapSyntaxError) && !(error instanceof Refusal)) throw error;
  }
}
