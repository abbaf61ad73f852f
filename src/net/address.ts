// Addresses of peers: one spelling for each, and sets of networks.
import { BlockList, isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Invalid } from '../base/index.ts';

/** One end of a connection. */
export interface Endpoint {
  /** As `normalizeAddress` spells it. */
  readonly address: string;
  readonly port: number;
}

/**
 * The one spelling of an IP address: IPv4 dotted (also for IPv4-mapped IPv6), IPv6 as RFC 5952 has it,
 * without a zone. Text that is no address gives an empty string.
 */
export function normalizeAddress(address: string | undefined): string {
  if (address === undefined) return '';
  if (isIPv4(address)) return address;
  const zone = address.indexOf('%');
  const bare = zone < 0 ? address : address.slice(0, zone);
  if (isIP(bare) === 0) return '';
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}

/** True for 127.0.0.0/8 and ::1, of a normalized address. */
export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/**
 * True for an address of the public Internet: no loopback, private, link-local, shared or reserved one, also where it is
 * wrapped in an IPv6 address that is translated to it (RFC 6052).
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range !== 'rfc6052') return range === 'unicast';
  return isPublicAddress(Array.from(parsed.toByteArray().slice(-4)).join('.'));
}

/** A set of networks, each an address or a prefix in CIDR form. A /0 covers its own family only. */
export class NetworkSet {
  // One list a family: a single one lets ::/0 match IPv4 too.
  readonly #v4 = new BlockList();
  readonly #v6 = new BlockList();
  readonly size: number;

  /** @throws Invalid naming the first entry that is neither an address nor a network. */
  constructor(networks: Iterable<string>) {
    let size = 0;
    for (const network of networks) {
      this.#add(network);
      size++;
    }
    this.size = size;
  }

  /** @param address as `normalizeAddress` spells it. */
  has(address: string): boolean {
    if (this.size === 0 || address === '') return false;
    return isIPv4(address) ? this.#v4.check(address, 'ipv4') : this.#v6.check(address, 'ipv6');
  }

  #add(network: string): void {
    const [host = '', bits, more] = network.trim().split('/');
    const address = normalizeAddress(host);
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const width = family === 'ipv4' ? 32 : 128;
    // An IPv4-mapped prefix counts its bits from the IPv6 address.
    const mapped = family === 'ipv4' && host.includes(':') ? 96 : 0;
    const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - mapped : -1;
    if (address === '' || more !== undefined || prefix < 0 || prefix > width) {
      throw new Invalid([{ property: '', reason: `${network} is not an IP address or network` }]);
    }
    (family === 'ipv4' ? this.#v4 : this.#v6).addSubnet(address, prefix, family);
  }
}
