// Entry for fuzzing: any bytes as a command line and as the body of DATA. Only `CommandError` may come out.
import { parseMailbox } from './address.ts';
import { parseCommand } from './command.ts';
import { CommandError } from './command-error.ts';
import { DataDecoder } from './data.ts';
import { formatReply } from './reply.ts';
import { decodeXtext, encodeXtext } from './xtext.ts';

/** Throws when a parser fails in any other way than by refusing the input, or contradicts itself. */
export function fuzz(bytes: Uint8Array): void {
  try {
    const command = parseCommand(bytes);
    if (command.verb === 'MAIL' && command.sender !== null) checkMailbox(command.sender.text);
    if (command.verb === 'RCPT' && command.recipient.domain !== '') checkMailbox(command.recipient.text);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const wire = formatReply({ code: error.code, status: error.status, text: error.message });
    if (!/^\d{3} [\x20-\x7e]{1,506}\r\n$/.test(wire)) {
      throw new Error('a refusal is not one clean line', { cause: error });
    }
  }
  const text = Buffer.from(bytes).toString('latin1');
  const decoded = decodeXtext(text);
  if (decoded !== undefined && decodeXtext(encodeXtext(decoded)) !== decoded) {
    throw new Error('xtext does not survive');
  }
  checkData(Buffer.from(bytes));
}

/** What was taken once is taken again, and its comparison form is its own comparison form. */
function checkMailbox(text: string): void {
  const mailbox = parseMailbox(text);
  if (mailbox === undefined) throw new Error('an address is not one a second time');
  if (parseMailbox(mailbox.canonical)?.canonical !== mailbox.canonical) {
    throw new Error('a comparison form has another');
  }
}

/** The body is the same however it is cut. */
function checkData(bytes: Buffer): void {
  const whole: Buffer[] = [];
  const decoder = new DataDecoder();
  const end = decoder.push(bytes, whole);
  const pieces: Buffer[] = [];
  const cut = new DataDecoder();
  let at = 0;
  for (let size = 1; at < bytes.length && !cut.ended; size = (size % 7) + 1) {
    at += cut.push(bytes.subarray(at, at + size), pieces);
  }
  if (decoder.ended !== cut.ended || end !== at) throw new Error('the end of data depends on the cut');
  if (!Buffer.concat(whole).equals(Buffer.concat(pieces))) throw new Error('data depends on the cut');
}
