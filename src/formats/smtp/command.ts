// Command lines of SMTP, submission and LMTP (RFC 5321 §4.1, RFC 2033, RFC 3030, RFC 3207, RFC 4954).
import { isAscii, isUtf8 } from 'node:buffer';
import { asBuffer } from '../../base/index.ts';
import { type Mailbox, parseMailbox, parsePath } from './address.ts';
import { CommandError } from './command-error.ts';
import {
  type MailParameters,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from './parameters.ts';

/** Longest command line in octets, its end included. */
export const MAX_COMMAND_LINE = 4096;

export type Command =
  /** The name is empty when none was given. */
  | { readonly verb: 'EHLO' | 'HELO' | 'LHLO'; readonly name: string }
  | { readonly verb: 'MAIL'; readonly sender: Mailbox | null; readonly parameters: MailParameters }
  | { readonly verb: 'RCPT'; readonly recipient: Mailbox; readonly parameters: RcptParameters }
  | { readonly verb: 'BDAT'; readonly size: number; readonly last: boolean }
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | undefined }
  /** `mailbox` is set when the text is an address. */
  | { readonly verb: 'VRFY' | 'EXPN'; readonly text: string; readonly mailbox: Mailbox | undefined }
  | { readonly verb: 'DATA' | 'RSET' | 'QUIT' | 'NOOP' | 'HELP' | 'STARTTLS' }
  /** Known to the standards, not offered. */
  | { readonly verb: 'ETRN' | 'ATRN' | 'BURL' }
  | { readonly verb: 'UNKNOWN' };

export type Verb = Command['verb'];
/** The form that a verb's command has. */
export type CommandOf<V extends Verb> = Command extends infer C
  ? C extends { readonly verb: infer W }
    ? V extends W
      ? C
      : never
    : never
  : never;

/**
 * Reads a command line without its end.
 * @throws CommandError with the reply: 501 5.5.2 for bad syntax of a known verb, 501 5.1.8 or 5.1.3 for a bad
 * address, 501 or 504 5.5.4 for bad parameters.
 */
export function parseCommand(line: Uint8Array): Command {
  const text = decode(line);
  const space = text.indexOf(' ');
  const word = space < 0 ? text : text.slice(0, space);
  // No verb is longer: garbage is not turned to upper case.
  if (word.length > 8) return UNKNOWN;
  const verb = word.toUpperCase();
  const read = READERS.get(verb);
  return read === undefined ? UNKNOWN : read(space < 0 ? '' : text.slice(space + 1).trim(), verb as Verb);
}

const UNKNOWN: Command = { verb: 'UNKNOWN' };

/** UTF-8 where it is UTF-8 (RFC 6531 §3.3), else octets one to one, which no address may hold. */
function decode(line: Uint8Array): string {
  // hot: per command
  if (isAscii(line)) return asBuffer(line).toString('latin1');
  return isUtf8(line) ? asBuffer(line).toString('utf8') : asBuffer(line).toString('latin1').replace(C1, '\0');
}

const C1 = /[\x80-\xff]/g;

type Read = (rest: string, verb: Verb) => Command;

const wrong = (form: string): CommandError => new CommandError(501, '5.5.2', `The form is: ${form}`);

const bare: Read = (rest, verb) => {
  if (rest !== '') throw wrong(verb);
  return { verb } as Command;
};

const free: Read = (_rest, verb) => ({ verb }) as Command;

const greeting: Read = (rest, verb) => {
  const space = rest.indexOf(' ');
  const name = space < 0 ? rest : rest.slice(0, space);
  // The name goes into the trace field of the message: nothing that could end a token there.
  if (name.length > 255 || /[\0-\x20\x7f-\x9f()<>;"\\]/.test(name)) throw wrong(`${verb} host.example.org`);
  return { verb, name } as Command;
};

const mail: Read = (rest) => {
  const path = pathAfter(rest, 'FROM:', '5.1.8', 'MAIL FROM:<address> [parameters]');
  const { mailbox } = path;
  if (mailbox?.domain === '') throw badAddress('5.1.8');
  return { verb: 'MAIL', sender: mailbox, parameters: parseMailParameters(path.rest) };
};

const rcpt: Read = (rest) => {
  const path = pathAfter(rest, 'TO:', '5.1.3', 'RCPT TO:<address> [parameters]');
  if (path.mailbox === null) throw badAddress('5.1.3');
  return { verb: 'RCPT', recipient: path.mailbox, parameters: parseRcptParameters(path.rest) };
};

const badAddress = (status: '5.1.8' | '5.1.3'): CommandError =>
  new CommandError(501, status, 'The address is not valid');

/** The path behind `FROM:` or `TO:`; a space before it, as some clients send, is let pass. */
function pathAfter(
  rest: string,
  prefix: string,
  status: '5.1.8' | '5.1.3',
  form: string,
): { mailbox: Mailbox | null; rest: string } {
  if (rest.slice(0, prefix.length).toUpperCase() !== prefix) throw wrong(form);
  let at = prefix.length;
  while (rest[at] === ' ') at++;
  if (rest[at] !== '<') throw wrong(form);
  const path = parsePath(rest, at);
  if (path === undefined || (path.end < rest.length && rest[path.end] !== ' ')) throw badAddress(status);
  return { mailbox: path.mailbox, rest: rest.slice(path.end + 1) };
}

// RFC 3030 §2
const bdat: Read = (rest) => {
  const match = /^(\d{1,15})(?: +(LAST))?$/i.exec(rest);
  if (match === null) throw wrong('BDAT size [LAST]');
  return { verb: 'BDAT', size: Number(match[1]), last: match[2] !== undefined };
};

// RFC 4954 §4
const auth: Read = (rest) => {
  const match = /^([A-Za-z0-9_-]{1,20})(?: +(\S+))?$/.exec(rest);
  if (match === null) throw wrong('AUTH mechanism [initial-response]');
  return { verb: 'AUTH', mechanism: (match[1] as string).toUpperCase(), initial: match[2] };
};

const verify: Read = (rest, verb) => {
  if (rest === '') throw wrong(`${verb} address`);
  const bracketed = rest.startsWith('<') ? parsePath(rest, 0) : undefined;
  const mailbox = bracketed?.end === rest.length ? (bracketed.mailbox ?? undefined) : parseMailbox(rest);
  return { verb, text: rest, mailbox } as Command;
};

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['EHLO', greeting],
  ['HELO', greeting],
  ['LHLO', greeting],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', bare],
  ['BDAT', bdat],
  ['RSET', bare],
  ['QUIT', bare],
  ['NOOP', free],
  ['HELP', free],
  ['VRFY', verify],
  ['EXPN', verify],
  ['STARTTLS', bare],
  ['AUTH', auth],
  ['ETRN', free],
  ['ATRN', free],
  ['BURL', free],
]);
