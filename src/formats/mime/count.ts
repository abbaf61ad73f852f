// Counts octets of a kind in a range, two at a time: message bodies are counted once when they arrive.

/** Below this many octets the plain loop is as fast. */
const SMALL = 128;

const pairTables = new WeakMap<Uint8Array, Uint8Array>();

/** Number of octets in a range whose entry in a table of 256 zeros and ones is one. */
export function countWith(table: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let at = start;
  if (end - start > SMALL) {
    if (((bytes.byteOffset + at) & 1) === 1) count += table[bytes[at++] as number] as number;
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 1);
    const pairs = pairTable(table);
    // hot: per two octets of every body
    for (let i = 0; i < words.length; i++) count += pairs[words[i] as number] as number;
    at += words.length * 2;
  }
  for (; at < end; at++) count += table[bytes[at] as number] as number;
  return count;
}

/** The table for two octets, made at first use. */
function pairTable(table: Uint8Array): Uint8Array {
  let pairs = pairTables.get(table);
  if (pairs === undefined) {
    pairs = new Uint8Array(65_536);
    for (let i = 0; i < 65_536; i++) pairs[i] = (table[i >> 8] as number) + (table[i & 255] as number);
    pairTables.set(table, pairs);
  }
  return pairs;
}

const IS_LINE_FEED = new Uint8Array(256);
IS_LINE_FEED[0x0a] = 1;

/** Line feeds in a range. */
export const countLines = (bytes: Uint8Array, start: number, end: number): number =>
  countWith(IS_LINE_FEED, bytes, start, end);
