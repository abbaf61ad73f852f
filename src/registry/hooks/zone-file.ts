// The DNS records that a domain should have for this server to receive and send its mail, as the text of a zone file
// (RFC 1035 §5.1). Records of what the server does not do yet are left out: nobody should publish a promise.
import type { ValueOf } from '../objects/index.ts';

type Service = keyof ValueOf<'SystemSettings'>['services'];

/** What the records are made of. */
export interface ZoneFacts {
  readonly domain: string;
  /** Host name of the server. */
  readonly hostname: string;
  readonly mailExchangers: readonly { readonly hostname: string | null; readonly priority: number }[];
  readonly services: ValueOf<'SystemSettings'>['services'];
  /** `mailto:postmaster`; null for no reports. */
  readonly reportAddress: string | null;
  readonly keys: readonly {
    readonly selector: string;
    readonly algorithm: 'rsa' | 'ed25519';
    readonly publicKey: string;
    readonly active: boolean;
  }[];
}

interface ZoneRecord {
  /** Relative to the domain; `@` for the domain itself. */
  readonly name: string;
  readonly type: 'MX' | 'SRV' | 'TXT';
  readonly data: string;
}

/** The zone file; the same facts give the same text. */
export function zoneFile(facts: ZoneFacts): string {
  const records = [
    ...mxRecords(facts),
    ...spfRecords(facts),
    ...dkimRecords(facts),
    ...dmarcRecords(facts),
    ...reportRecords(facts),
    ...serviceRecords(facts),
  ];
  const lines = records.map(({ name, type, data }) => `${name}\tIN\t${type}\t${data}`).sort();
  return [`$ORIGIN ${facts.domain}.`, ...lines, ''].join('\n');
}

const exchangers = ({ mailExchangers, hostname }: ZoneFacts): readonly { host: string; priority: number }[] =>
  mailExchangers.map((one) => ({ host: one.hostname ?? hostname, priority: one.priority }));

const mxRecords = (facts: ZoneFacts): ZoneRecord[] =>
  exchangers(facts).map(({ host, priority }) => ({ name: '@', type: 'MX', data: `${priority} ${host}.` }));

/** RFC 7208: the exchangers send for the domain, and each of them for itself. */
function spfRecords(facts: ZoneFacts): ZoneRecord[] {
  const hosts = [...new Set(exchangers(facts).map(({ host }) => host))];
  return [
    txt('@', 'v=spf1 mx -all'),
    ...hosts.flatMap((host) => {
      const name = relative(host, facts.domain);
      return name === undefined || name === '@' ? [] : [txt(name, 'v=spf1 a -all')];
    }),
  ];
}

/** RFC 6376 §3.6.1. */
const dkimRecords = ({ keys }: ZoneFacts): ZoneRecord[] =>
  keys.map(({ selector, algorithm, publicKey }) =>
    txt(`${selector}._domainkey`, `v=DKIM1; k=${algorithm}; h=sha256; p=${publicKey}`),
  );

/** RFC 7489 §6.3. Refusing what does not pass is asked for only where there is a key that mail can be signed with. */
function dmarcRecords(facts: ZoneFacts): ZoneRecord[] {
  const address = reportUri(facts);
  if (address === undefined) return [];
  const policy = facts.keys.some(({ active }) => active) ? 'reject' : 'none';
  return [txt('_dmarc', `v=DMARC1; p=${policy}; rua=${address}`)];
}

/** RFC 8460 §3. */
function reportRecords(facts: ZoneFacts): ZoneRecord[] {
  const address = reportUri(facts);
  return address === undefined ? [] : [txt('_smtp._tls', `v=TLSRPTv1; rua=${address}`)];
}

/** Services of this server with their names in DNS (RFC 6186, RFC 8620 §2.2), and the port without TLS, if any. */
const SERVICES: readonly (readonly [Service, string, number, string?, number?])[] = [
  ['imap', '_imaps', 993, '_imap', 143],
  ['jmap', '_jmap', 443],
  ['smtp', '_submissions', 465, '_submission', 587],
];

function serviceRecords({ services, hostname }: ZoneFacts): ZoneRecord[] {
  return SERVICES.flatMap(([name, secure, securePort, clear, clearPort]) => {
    const service = services[name];
    if (!service) return [];
    const record = (label: string, port: number): ZoneRecord => ({
      name: `${label}._tcp`,
      type: 'SRV',
      data: `0 1 ${port} ${service.hostname ?? hostname}.`,
    });
    const both = [record(secure, securePort)];
    if (service.cleartext && clear !== undefined && clearPort !== undefined)
      both.push(record(clear, clearPort));
    return both;
  });
}

/** A `mailto:` without a domain is an address of this one. */
function reportUri({ reportAddress, domain }: ZoneFacts): string | undefined {
  if (reportAddress === null || reportAddress === '') return undefined;
  return reportAddress.startsWith('mailto:') && !reportAddress.includes('@')
    ? `${reportAddress}@${domain}`
    : reportAddress;
}

const relative = (host: string, domain: string): string | undefined =>
  host === domain ? '@' : host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : undefined;

/** Longest piece of a text record in bytes (RFC 1035 §3.3.14). */
const MAX_PIECE = 255;

function txt(name: string, text: string): ZoneRecord {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += MAX_PIECE) pieces.push(quoted(text.slice(at, at + MAX_PIECE)));
  return { name, type: 'TXT', data: pieces.length > 1 ? `( ${pieces.join(' ')} )` : pieces.join('') };
}

/** RFC 1035 §5.1: quotes and backslashes are escaped, and what would end the line is written as a number. */
const quoted = (piece: string): string =>
  `"${piece.replaceAll(/["\\]|[\u0000-\u001f\u007f]/g, (one) =>
    one < ' ' || one === '\u007f' ? `\\${String(one.charCodeAt(0)).padStart(3, '0')}` : `\\${one}`,
  )}"`;
