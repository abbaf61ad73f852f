// The table of commands: everything SMTP, submission and LMTP understand.
import { type Reply, reply, type Verb } from '../formats/smtp/index.ts';
import { auth } from './auth.ts';
import { type AnyCommand, DONE, type SmtpCommand } from './command.ts';
import { bdat, data } from './data.ts';
import { ehlo, helo, lhlo } from './greeting.ts';
import { mail, rcpt } from './mail.ts';
import { starttls } from './starttls.ts';
import { expn, vrfy } from './verify.ts';

const rset: SmtpCommand<'RSET'> = {
  name: 'RSET',
  permission: 'none',
  handle: async (session) => {
    await session.reset();
    return DONE;
  },
};

const noop: SmtpCommand<'NOOP'> = { name: 'NOOP', permission: 'none', handle: () => DONE };

const help: SmtpCommand<'HELP'> = {
  name: 'HELP',
  permission: 'none',
  handle: () => reply(250, '2.0.0', 'See RFC 5321'),
};

const quit: SmtpCommand<'QUIT'> = {
  name: 'QUIT',
  permission: 'none',
  handle: (session) => {
    session.over = true;
    return reply(221, '2.0.0', 'Goodbye');
  },
};

/** Known to the standards, not offered. */
const absent = <V extends 'ETRN' | 'ATRN' | 'BURL'>(name: V): SmtpCommand<V> => ({
  name,
  permission: 'none',
  handle: (): Reply => reply(502, '5.5.1', `${name} is not offered here`),
});

const unknown: SmtpCommand<'UNKNOWN'> = {
  name: 'UNKNOWN',
  permission: 'none',
  handle: () => reply(500, '5.5.1', 'That is not a command'),
};

export const COMMANDS: readonly AnyCommand[] = [
  ehlo,
  helo,
  lhlo,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  help,
  quit,
  vrfy,
  expn,
  absent('ETRN'),
  absent('ATRN'),
  absent('BURL'),
  unknown,
];

export const TABLE: ReadonlyMap<Verb, AnyCommand> = new Map(
  COMMANDS.map((command) => [command.name, command]),
);
