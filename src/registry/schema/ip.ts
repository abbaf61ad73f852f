// IP addresses, networks and socket addresses as text in one canonical form, and matching addresses against
// networks. IPv4 and IPv4-mapped IPv6 are the same addresses; a /0 covers its own family only.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Canonical text of an IP address, or undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/** Canonical text of a network: host bits cleared, and no prefix for a single host. */
export function canonicalNetwork(text: string): string | undefined {
  const network = parseNetwork(text);
  if (!network) return undefined;
  const [address, bits] = network;
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  return bits === whole ? address.toString() : `${masked(address, bits).toString()}/${bits}`;
}

/** Canonical text of `address:port` or `[address]:port`. */
export function canonicalSocketAddress(text: string): string | undefined {
  const parts = /^(?:\[([^\]]{2,64})\]|([^:[\]]{7,15})):(\d{1,5})$/.exec(text);
  const address = parts && parseAddress((parts[1] ?? parts[2]) as string);
  const port = Number(parts?.[3]);
  if (!address || port > 65535) return undefined;
  return address.kind() === 'ipv6' ? `[${address.toString()}]:${port}` : `${address.toString()}:${port}`;
}

/** True when the address lies in the network. Both are text; what cannot be read matches nothing. */
export function inNetwork(address: string, network: string): boolean {
  const one = parseAddress(address);
  const range = parseNetwork(network);
  if (!one || !range) return false;
  const [base, bits] = range;
  const [plain, plainBase] = [unmapped(one), unmapped(base)];
  if (plain.kind() !== plainBase.kind()) return false;
  const cut = base.kind() === 'ipv6' && plainBase.kind() === 'ipv4' ? bits - 96 : bits;
  if (cut < 0) return false;
  return plain.match(plainBase as ipaddr.IPv6, cut);
}

function parseAddress(text: string): Address | undefined {
  // the library takes decimal and octal shorthands for IPv4; only the four-part form is an address here
  if (
    text.includes(':')
      ? !ipaddr.IPv6.isValid(text) || text.includes('%')
      : !ipaddr.IPv4.isValidFourPartDecimal(text)
  ) {
    return undefined;
  }
  return ipaddr.parse(text);
}

function parseNetwork(text: string): [Address, number] | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  if (slash < 0) return [address, whole];
  const prefix = text.slice(slash + 1);
  const bits = Number(prefix);
  return /^\d{1,3}$/.test(prefix) && bits <= whole ? [address, bits] : undefined;
}

function unmapped(address: Address): Address {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
    ? (address as ipaddr.IPv6).toIPv4Address()
    : address;
}

function masked(address: Address, bits: number): Address {
  const bytes = address.toByteArray();
  for (let i = 0; i < bytes.length; i++) {
    const keep = Math.min(8, Math.max(0, bits - i * 8));
    bytes[i] = (bytes[i] as number) & (0xff << (8 - keep)) & 0xff;
  }
  return ipaddr.fromByteArray(bytes);
}
