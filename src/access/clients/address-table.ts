// Networks with what is said of each, found by address: one step for each length of prefix that occurs, however many
// networks there are. A /0 covers its own family only; IPv4-mapped IPv6 is IPv4.
import ipaddr from 'ipaddr.js';

interface Prefix {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly start: bigint;
}

export class AddressTable<T> {
  readonly #v4 = new Map<number, Map<bigint, T>>();
  readonly #v6 = new Map<number, Map<bigint, T>>();

  /** Adds a network: `192.0.2.0/24`, or an address alone. Text that is neither is left out. */
  set(network: string, value: T): void {
    const prefix = parsePrefix(network);
    if (!prefix) return;
    const table = prefix.family === 4 ? this.#v4 : this.#v6;
    let starts: Map<bigint, T> | undefined = table.get(prefix.bits);
    if (!starts) {
      starts = new Map<bigint, T>();
      table.set(prefix.bits, starts);
    }
    starts.set(prefix.start, value);
  }

  delete(network: string): void {
    const prefix = parsePrefix(network);
    if (!prefix) return;
    const table = prefix.family === 4 ? this.#v4 : this.#v6;
    const starts = table.get(prefix.bits);
    starts?.delete(prefix.start);
    if (starts?.size === 0) table.delete(prefix.bits);
  }

  /** What is said of the networks that hold an address, in no order. */
  *matching(address: string): Generator<T> {
    const one = parsePrefix(address);
    if (!one) return;
    const [table, whole] = one.family === 4 ? [this.#v4, 32] : [this.#v6, 128];
    for (const [bits, starts] of table) {
      const found = starts.get(startOf(one.start, bits, whole));
      if (found !== undefined) yield found;
    }
  }
}

/** The network that a ban covers: the address of IPv4, the /64 of IPv6. Undefined for text that is no address. */
export function bannedNetwork(address: string): string | undefined {
  const one = parsePrefix(address);
  if (!one || address.includes('/')) return undefined;
  if (one.family === 4) return ipaddr.IPv4.parse(textOfV4(one.start)).toString();
  const parts = Array.from({ length: 8 }, (_, i) => Number((one.start >> BigInt(112 - 16 * i)) & 0xffffn));
  const network = new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0]);
  return `${network.toString()}/64`;
}

const textOfV4 = (start: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((start >> shift) & 0xffn)).join('.');

function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  if (!(host.includes(':') ? ipaddr.IPv6.isValid(host) : ipaddr.IPv4.isValidFourPartDecimal(host)))
    return undefined;
  const address = ipaddr.process(host);
  const mapped = host.includes(':') && address instanceof ipaddr.IPv4;
  const whole = address instanceof ipaddr.IPv4 ? 32 : 128;
  const bits = slash < 0 ? whole : Number(text.slice(slash + 1)) - (mapped ? 96 : 0);
  if (!Number.isInteger(bits) || bits < 0 || bits > whole) return undefined;
  let number = 0n;
  for (const byte of address.toByteArray()) number = (number << 8n) | BigInt(byte);
  return { family: whole === 32 ? 4 : 6, bits, start: startOf(number, bits, whole) };
}

const startOf = (address: bigint, bits: number, whole: number): bigint => {
  const rest = BigInt(whole - bits);
  return (address >> rest) << rest;
};
