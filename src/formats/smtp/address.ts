// Addresses of the envelope: paths and mailboxes (RFC 5321 §4.1.2, RFC 6531 §3.3), and the form in which two
// of them are compared.
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** A mailbox of the envelope. */
export interface Mailbox {
  /** As the peer wrote it, without angle brackets and source route. */
  readonly text: string;
  /** Without quotes and backslashes, in the case it was written. */
  readonly local: string;
  /** As written; a literal keeps its brackets. Empty only for `<Postmaster>`. */
  readonly domain: string;
  /** Comparison form: lower case, the domain in A-labels, quotes only where they are needed. */
  readonly canonical: string;
}

/** A path and where it ended. */
export interface ParsedPath {
  /** Null for the null reverse-path `<>`. */
  readonly mailbox: Mailbox | null;
  /** Offset behind the closing bracket. */
  readonly end: number;
}

/** Octets beyond what RFC 5321 §4.5.3.1.1 asks for are taken, but not without end. */
const MAX_LOCAL = 256;
const MAX_DOMAIN = 255;

/**
 * Reads `<...>` at an offset. Source routes are skipped (RFC 5321 §4.1.1.3).
 * @returns undefined when this is no path.
 */
export function parsePath(text: string, at: number): ParsedPath | undefined {
  if (text[at] !== '<') return undefined;
  if (text[at + 1] === '>') return { mailbox: null, end: at + 2 };
  const start = skipRoute(text, at + 1);
  if (start < 0) return undefined;
  const parsed = readMailbox(text, start);
  if (parsed === undefined || text[parsed.end] !== '>') return undefined;
  return { mailbox: parsed.mailbox, end: parsed.end + 1 };
}

/** Reads a whole text as a mailbox, without brackets; undefined when it is none. */
export function parseMailbox(text: string): Mailbox | undefined {
  const parsed = readMailbox(text, 0);
  return parsed?.end === text.length ? parsed.mailbox : undefined;
}

/** The comparison form of an address: `Jane@BÜCHER.example` and `jane@xn--bcher-kva.example` are one. */
export function canonicalAddress(local: string, domain: string): string {
  const lower = lowerCase(local);
  const box = isDotString(lower) ? lower : `"${lower.replace(/["\\]/g, '\\$&')}"`;
  return domain === '' ? box : `${box}@${canonicalDomain(domain)}`;
}

/** A domain in lower case and A-labels; a literal in lower case. */
export function canonicalDomain(domain: string): string {
  return isAsciiText(domain) ? domain.toLowerCase() : domainToASCII(domain);
}

/**
 * True for the name of a host on the Internet: at least two valid labels, the last one not a number; or an
 * address literal (RFC 5321 §4.1.4).
 */
export function isHostName(name: string): boolean {
  if (name.startsWith('[')) return isAddressLiteral(name);
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return bare.includes('.') && isDomain(bare) && !/^\d+$/.test(bare.slice(bare.lastIndexOf('.') + 1));
}

// Reading

const ATEXT = new Uint8Array(128);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~") {
  ATEXT[char.charCodeAt(0)] = 1;
}

/** RFC 6531 §3.3 adds everything beyond ASCII; C1 controls are left out. */
const isAtext = (code: number): boolean => (code < 128 ? ATEXT[code] === 1 : code > 0x9f);

const isAsciiText = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
};

const lowerCase = (text: string): string =>
  isAsciiText(text) ? text.toLowerCase() : text.normalize('NFC').toLowerCase();

/** `@one.example,@two.example:` and where the mailbox begins; -1 when a route has no end. */
function skipRoute(text: string, at: number): number {
  if (text[at] !== '@') return at;
  const colon = text.indexOf(':', at);
  if (colon < 0) return -1;
  const hops = text.slice(at, colon).split(',');
  return hops.every((hop) => hop[0] === '@' && isDomain(hop.slice(1))) ? colon + 1 : -1;
}

function readMailbox(text: string, start: number): { mailbox: Mailbox; end: number } | undefined {
  const box = text[start] === '"' ? readQuoted(text, start) : readDotString(text, start);
  if (box === undefined || box.local.length > MAX_LOCAL) return undefined;
  const { local } = box;
  if (text[box.end] !== '@') {
    // The one mailbox that needs no domain (RFC 5321 §4.1.1.3).
    if (local.toLowerCase() !== 'postmaster') return undefined;
    return { mailbox: { text: local, local, domain: '', canonical: 'postmaster' }, end: box.end };
  }
  const end = domainEnd(text, box.end + 1);
  const domain = text.slice(box.end + 1, end);
  if (domain.startsWith('[') ? !isAddressLiteral(domain) : !isDomain(domain)) return undefined;
  const canonical = canonicalAddress(local, domain);
  return { mailbox: { text: text.slice(start, end), local, domain, canonical }, end };
}

interface LocalPart {
  readonly local: string;
  readonly end: number;
}

function readDotString(text: string, start: number): LocalPart | undefined {
  let end = start;
  while (end < text.length && (isAtext(text.charCodeAt(end)) || text[end] === '.')) end++;
  const local = text.slice(start, end);
  return isDotString(local) ? { local, end } : undefined;
}

function isDotString(text: string): boolean {
  let before = '.';
  for (const char of text) {
    if (char === '.' ? before === '.' : !isAtext(char.codePointAt(0) as number)) return false;
    before = char;
  }
  return before !== '.';
}

function readQuoted(text: string, start: number): LocalPart | undefined {
  let local = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return { local, end: at + 1 };
    const taken = char === '\\' ? (text[++at] ?? '') : char;
    const code = taken === '' ? 0 : taken.charCodeAt(0);
    if (code < 0x20 || (code > 0x7e && code < 0xa0)) return undefined;
    local += taken;
  }
  return undefined;
}

function domainEnd(text: string, start: number): number {
  let end = start;
  if (text[start] === '[') {
    const close = text.indexOf(']', start);
    return close < 0 ? text.length : close + 1;
  }
  while (end < text.length && text[end] !== '>' && text[end] !== ' ') end++;
  return end;
}

/** Labels of letters, digits, hyphens and, as they do occur, underscores (RFC 5321 §4.1.2, RFC 5890). */
function isDomain(domain: string): boolean {
  const ascii = isAsciiText(domain) ? domain : toAscii(domain);
  if (ascii.length === 0 || ascii.length > MAX_DOMAIN) return false;
  return ascii.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}

/** Only hosts that survive IDNA; empty for others. */
const toAscii = (domain: string): string =>
  domain.length > MAX_DOMAIN || /[\s/?#@:%[\]\\]/.test(domain) ? '' : domainToASCII(domain);

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
function isAddressLiteral(text: string): boolean {
  if (!text.endsWith(']')) return false;
  const inside = text.slice(1, -1);
  if (!/^ipv6:/i.test(inside)) return ipaddr.IPv4.isValidFourPartDecimal(inside);
  return ipaddr.IPv6.isValid(inside.slice(5)) && !inside.includes('%');
}
