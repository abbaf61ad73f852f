// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): who the client of a trusted proxy is.
import { isIPv4, isIPv6 } from 'node:net';
import { crc32c } from './crc32c.ts';
import { type Endpoint, normalizeAddress } from './address.ts';

/** Octets that a header may have: more is refused. Version 1 ends within 107. */
export const MAX_PROXY_HEADER = 4096;
const MAX_V1 = 107;

/** What the proxy says about its client. */
export interface ProxyHeader {
  /** Undefined for the proxy's own connections (health checks) and families without an address. */
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint | undefined;
  /** The client spoke TLS to the proxy. */
  readonly tls: boolean;
  /** Server name the client asked for. */
  readonly authority: string | undefined;
  /** Hexadecimal, for telemetry. */
  readonly uniqueId: string | undefined;
}

export type ProxyParse =
  | { readonly header: ProxyHeader; readonly length: number }
  /** At least this many octets are needed to go on. */
  | { readonly need: number }
  | { readonly invalid: string };

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V1 = Buffer.from('PROXY ', 'latin1');

const NOBODY: ProxyHeader = {
  source: undefined,
  destination: undefined,
  tls: false,
  authority: undefined,
  uniqueId: undefined,
};

/** Reads the header at the start of a connection. Anything that is not a header is invalid. */
export function parseProxyHeader(bytes: Buffer): ProxyParse {
  if (startsLike(bytes, V1)) return bytes.length < V1.length ? { need: V1.length } : parseV1(bytes);
  if (!startsLike(bytes, SIGNATURE)) return { invalid: 'not a PROXY header' };
  return bytes.length < 16 ? { need: 16 } : parseV2(bytes);
}

/** True when one is a prefix of the other. */
function startsLike(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length);
  return bytes.compare(prefix, 0, length, 0, length) === 0;
}

// Section 2.1: PROXY SP (TCP4|TCP6|UNKNOWN) SP source SP destination SP port SP port CRLF
function parseV1(bytes: Buffer): ProxyParse {
  const end = bytes.subarray(0, MAX_V1).indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length < MAX_V1 ? { need: bytes.length + 1 } : { invalid: 'line without an end' };
  const length = end + 2;
  const fields = bytes.toString('latin1', V1.length, end).split(' ');
  const [family, from = '', to = '', fromPort, toPort] = fields;
  if (family === 'UNKNOWN') return { header: NOBODY, length };
  const valid = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : undefined;
  if (valid === undefined || fields.length !== 5 || !valid(from) || !valid(to)) {
    return { invalid: 'bad addresses' };
  }
  const source = endpoint(from, parsePort(fromPort));
  const destination = endpoint(to, parsePort(toPort));
  if (source === undefined || destination === undefined) return { invalid: 'bad port' };
  return { header: { ...NOBODY, source, destination }, length };
}

const parsePort = (text = ''): number => (/^\d{1,5}$/.test(text) ? Number(text) : Infinity);

const endpoint = (address: string, port: number): Endpoint | undefined =>
  port > 65535 ? undefined : { address: normalizeAddress(address), port };

// Section 2.2
function parseV2(bytes: Buffer): ProxyParse {
  const version = (bytes[12] as number) >> 4;
  const command = (bytes[12] as number) & 0x0f;
  const family = (bytes[13] as number) >> 4;
  const transport = (bytes[13] as number) & 0x0f;
  if (version !== 2 || command > 1 || family > 3 || transport > 2) return { invalid: 'bad command' };
  const length = 16 + bytes.readUInt16BE(14);
  if (length > MAX_PROXY_HEADER) return { invalid: 'too long' };
  if (bytes.length < length) return { need: length };
  if (command === 0 || family === 0) return { header: NOBODY, length };
  const addressLength = [0, 12, 36, 216][family] as number;
  if (16 + addressLength > length) return { invalid: 'address is cut off' };
  const extras = readExtras(bytes, 16 + addressLength, length);
  if (typeof extras === 'string') return { invalid: extras };
  if (family === 3 || transport !== 1) return { header: { ...NOBODY, ...extras }, length };
  const width = family === 1 ? 4 : 16;
  const ports = 16 + 2 * width;
  const header = {
    ...extras,
    source: endpoint(addressText(bytes, 16, width), bytes.readUInt16BE(ports)),
    destination: endpoint(addressText(bytes, 16 + width, width), bytes.readUInt16BE(ports + 2)),
  };
  return { header, length };
}

function addressText(bytes: Buffer, at: number, width: number): string {
  if (width === 4) return bytes.subarray(at, at + 4).join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(at + i).toString(16));
  return groups.join(':');
}

type Extras = Pick<ProxyHeader, 'tls' | 'authority' | 'uniqueId'>;

/** The type-length-values behind the addresses, or what is wrong with them. */
function readExtras(bytes: Buffer, from: number, to: number): Extras | string {
  let tls = false;
  let authority: string | undefined;
  let uniqueId: string | undefined;
  for (let at = from; at < to; ) {
    if (at + 3 > to) return 'value is cut off';
    const type = bytes[at];
    const start = at + 3;
    const end = start + bytes.readUInt16BE(at + 1);
    if (end > to) return 'value is cut off';
    if (type === 0x02) authority = bytes.toString('utf8', start, end);
    if (type === 0x03 && !checksumHolds(bytes, start, end, to)) return 'checksum does not match';
    if (type === 0x05 && end - start <= 128) uniqueId = bytes.toString('hex', start, end);
    if (type === 0x20 && end - start >= 5) tls = ((bytes[start] as number) & 1) === 1;
    at = end;
  }
  return { tls, authority, uniqueId };
}

// Section 2.2.3: CRC32C of the whole header with the checksum's own four octets as zeros
function checksumHolds(bytes: Buffer, start: number, end: number, length: number): boolean {
  if (end - start !== 4) return false;
  const copy = Buffer.from(bytes.subarray(0, length));
  copy.fill(0, start, end);
  return crc32c(copy) === bytes.readUInt32BE(start);
}
