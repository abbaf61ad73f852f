// Parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET, ENVID,
// NOTIFY, ORCPT (RFC 3461), REQUIRETLS (RFC 8689), BY (RFC 2852), HOLDFOR and HOLDUNTIL (RFC 4865),
// MT-PRIORITY (RFC 6710), SOLICIT (RFC 3865), AUTH (RFC 4954), RRVS (RFC 7293), and the names of TRANSID,
// MTRK, CONPERM and CONNEG, which have no effect here.
import { CommandError } from './command-error.ts';
import { decodeUtf8Address, decodeXtext } from './xtext.ts';

export type BodyType = '7BIT' | '8BITMIME' | 'BINARYMIME';

export interface MailParameters {
  /** Octets that the client expects the message to have. */
  size?: number;
  body?: BodyType;
  smtpUtf8?: boolean;
  ret?: 'FULL' | 'HDRS';
  envid?: string;
  requireTls?: boolean;
  deliverBy?: { readonly seconds: number; readonly mode: 'N' | 'R'; readonly trace: boolean };
  /** Seconds. */
  holdFor?: number;
  /** Milliseconds since 1970. */
  holdUntil?: number;
  priority?: number;
  solicit?: string;
  /** Who submitted the message in the client's view; not trusted. `<>` when it does not say. */
  auth?: string;
}

export type Notify = 'SUCCESS' | 'FAILURE' | 'DELAY';

export interface RcptParameters {
  /** Empty for NEVER. */
  notify?: readonly Notify[];
  /** The recipient before any rewriting: type of address (`rfc822`, `utf-8`) and the address. */
  orcpt?: { readonly type: string; readonly address: string };
}

/** Reads what follows the reverse-path. @throws CommandError 501 5.5.4, 504 5.5.4 */
export const parseMailParameters = (text: string): MailParameters => parse(text, MAIL_READERS, {});

/** Reads what follows the forward-path. @throws CommandError 501 5.5.4, 504 5.5.4 */
export const parseRcptParameters = (text: string): RcptParameters => parse(text, RCPT_READERS, {});

/** Sets a parameter, or returns false for a bad value. An absent value is an empty text. */
type Reader<P> = (parameters: P, value: string) => boolean;

function parse<P>(text: string, readers: ReadonlyMap<string, Reader<P>>, parameters: P): P {
  if (text === '') return parameters;
  const seen = new Set<string>();
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
    const value = equals < 0 ? '' : word.slice(equals + 1);
    const read = readers.get(name);
    if (read === undefined) {
      throw new CommandError(504, '5.5.4', `The parameter ${printable(name)} is not known here`);
    }
    if (equals === word.length - 1 || seen.has(name) || !read(parameters, value)) {
      throw new CommandError(501, '5.5.4', `The value of ${name} is not valid`);
    }
    seen.add(name);
  }
  return parameters;
}

const printable = (name: string): string => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 40);

const digits = (value: string, max: number): number | undefined =>
  value.length > 0 && value.length <= max && /^\d+$/.test(value) ? Number(value) : undefined;

const isOneOf = <T extends string>(value: string, ...all: T[]): T | undefined =>
  all.find((one) => one === value.toUpperCase());

const flag =
  <P>(set: (parameters: P) => void): Reader<P> =>
  (parameters, value) => {
    set(parameters);
    return value === '';
  };

const ignored = (): boolean => true;

const MAIL_READERS: ReadonlyMap<string, Reader<MailParameters>> = new Map<string, Reader<MailParameters>>([
  [
    'SIZE', // RFC 1870 §4: up to 20 digits
    (p, value) => {
      const size = digits(value, 20);
      if (size !== undefined) p.size = size;
      return size !== undefined;
    },
  ],
  [
    'BODY',
    (p, value) => {
      const body = isOneOf(value, '7BIT', '8BITMIME', 'BINARYMIME');
      if (body !== undefined) p.body = body;
      return body !== undefined;
    },
  ],
  ['SMTPUTF8', flag((p) => (p.smtpUtf8 = true))],
  ['REQUIRETLS', flag((p) => (p.requireTls = true))],
  [
    'RET',
    (p, value) => {
      const ret = isOneOf(value, 'FULL', 'HDRS');
      if (ret !== undefined) p.ret = ret;
      return ret !== undefined;
    },
  ],
  [
    'ENVID', // RFC 3461 §4.4: at most 100 characters, printable
    (p, value) => {
      const envid = value.length <= 100 ? decodeXtext(value) : undefined;
      if (envid !== undefined) p.envid = envid;
      return envid !== undefined && envid !== '';
    },
  ],
  [
    'BY', // RFC 2852 §4
    (p, value) => {
      const match = /^(-?\d{1,9});([NR])(T?)$/i.exec(value);
      if (match === null) return false;
      const mode = match[2]?.toUpperCase() === 'R' ? 'R' : 'N';
      p.deliverBy = { seconds: Number(match[1]), mode, trace: match[3] !== '' };
      return true;
    },
  ],
  [
    'HOLDFOR', // RFC 4865 §3.1
    (p, value) => {
      const seconds = digits(value, 9);
      if (seconds !== undefined) p.holdFor = seconds;
      return seconds !== undefined && seconds >= 1;
    },
  ],
  [
    'HOLDUNTIL',
    (p, value) => {
      const time = parseRfc3339(value);
      if (time !== undefined) p.holdUntil = time;
      return time !== undefined;
    },
  ],
  [
    'MT-PRIORITY', // RFC 6710 §4: -9 to 9
    (p, value) => {
      if (!/^-?[0-9]$/.test(value)) return false;
      p.priority = Number(value);
      return true;
    },
  ],
  [
    'SOLICIT', // RFC 3865 §2.3: at most 1000 characters
    (p, value) => {
      p.solicit = value;
      return value.length <= 1000 && /^[A-Za-z0-9.:_,-]+$/.test(value);
    },
  ],
  [
    'AUTH', // RFC 4954 §5
    (p, value) => {
      const auth = decodeXtext(value);
      if (auth !== undefined) p.auth = auth;
      return auth !== undefined && auth !== '';
    },
  ],
  ['TRANSID', ignored],
  ['MTRK', ignored],
  ['CONPERM', ignored],
]);

const RCPT_READERS: ReadonlyMap<string, Reader<RcptParameters>> = new Map<string, Reader<RcptParameters>>([
  [
    'NOTIFY', // RFC 3461 §4.1: NEVER stands alone
    (p, value) => {
      const all = value.toUpperCase().split(',');
      const notify = all.flatMap((one) => isOneOf(one, 'SUCCESS', 'FAILURE', 'DELAY') ?? []);
      p.notify = notify;
      return (all.length === 1 && all[0] === 'NEVER') || (notify.length === all.length && all.length <= 3);
    },
  ],
  [
    'ORCPT', // RFC 3461 §4.2: at most 500 characters
    (p, value) => {
      const semicolon = value.indexOf(';');
      const type = value.slice(0, semicolon).toLowerCase();
      const rest = value.slice(semicolon + 1);
      if (semicolon < 1 || rest === '' || value.length > 500 || !/^[a-z0-9-]+$/.test(type)) return false;
      const address = type === 'utf-8' ? decodeUtf8Address(rest) : decodeXtext(rest);
      if (address !== undefined) p.orcpt = { type, address };
      return address !== undefined;
    },
  ],
  ['RRVS', ignored],
  ['CONNEG', ignored],
]);

/** Milliseconds since 1970 of an RFC 3339 date and time. */
function parseRfc3339(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(text)) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}
