// The crypt(3) formats that consist of many rounds of a digest: MD5 crypt (`$1$`), SHA crypt (`$5$`, `$6$`)
// and SHA-1 crypt (`$sha1$`). They yield between rounds, so that a check does not hold the event loop.
import { createHash, createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { utf8 } from '../../base/index.ts';

const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Rounds between two looks at the rest of the world: about a millisecond. */
const ROUNDS_AT_ONCE = 500;

/** Most rounds of a stored hash that are computed. */
const MAX_ROUNDS = 1_000_000;

/** The complete hash of a secret with the setting of a stored one, or undefined when the format is not known. */
export async function crypt(secret: string, stored: string): Promise<string | undefined> {
  if (stored.startsWith('$1$')) return md5Crypt(secret, stored);
  if (stored.startsWith('$5$')) return shaCrypt(secret, stored, SHA256);
  if (stored.startsWith('$6$')) return shaCrypt(secret, stored, SHA512);
  if (stored.startsWith('$sha1$')) return sha1Crypt(secret, stored);
  return undefined;
}

interface ShaVariant {
  readonly id: '5' | '6';
  readonly digest: 'sha256' | 'sha512';
  /** Order in which three bytes at a time are written, from the most significant on. */
  readonly order: readonly (readonly [number, number, number])[];
  readonly last: readonly number[];
}

/** Triples of the published output order: each next one is the one before, turned and one further. */
function turned(
  size: number,
  first: readonly [number, number, number],
  left: boolean,
): [number, number, number][] {
  const order: [number, number, number][] = [];
  let [a, b, c] = first;
  for (let i = 0; i < size; i++) {
    order.push([a, b, c]);
    [a, b, c] = left ? [b + 1, c + 1, a + 1] : [c + 1, a + 1, b + 1];
  }
  return order;
}

const SHA256: ShaVariant = {
  id: '5',
  digest: 'sha256',
  order: turned(10, [0, 10, 20], false),
  last: [31, 30],
};
const SHA512: ShaVariant = {
  id: '6',
  digest: 'sha512',
  order: turned(21, [0, 21, 42], true),
  last: [63],
};

async function shaCrypt(secret: string, stored: string, variant: ShaVariant): Promise<string | undefined> {
  const parts = /^\$[56]\$(?:rounds=(\d{1,9})\$)?([^$]{0,64})/.exec(stored);
  if (!parts) return undefined;
  const rounds = Math.max(1000, Number(parts[1] ?? 5000));
  if (rounds > MAX_ROUNDS) return undefined;
  const saltText = (parts[2] as string).slice(0, 16);
  const [key, salt] = [utf8(secret), utf8(saltText)];
  const { digest } = variant;
  const alternate = createHash(digest).update(key).update(salt).update(key).digest();
  const first = createHash(digest).update(key).update(salt).update(repeat(alternate, key.length));
  for (let bits = key.length; bits > 0; bits >>>= 1) first.update(bits & 1 ? alternate : key);
  let sum = first.digest();
  const p = createHash(digest);
  for (let i = 0; i < key.length; i++) p.update(key);
  const keyBytes = repeat(p.digest(), key.length);
  const s = createHash(digest);
  for (let i = 0; i < 16 + (sum[0] as number); i++) s.update(salt);
  const saltBytes = repeat(s.digest(), salt.length);
  for (let round = 0; round < rounds; round++) {
    const hash = createHash(digest).update(round & 1 ? keyBytes : sum);
    if (round % 3) hash.update(saltBytes);
    if (round % 7) hash.update(keyBytes);
    sum = hash.update(round & 1 ? sum : keyBytes).digest();
    if (round % ROUNDS_AT_ONCE === ROUNDS_AT_ONCE - 1) await setImmediate();
  }
  let text = variant.order
    .map((triple) =>
      encode24(
        triple.map((at) => sum[at] as number),
        4,
      ),
    )
    .join('');
  text += encode24(
    [0, 0, 0].slice(variant.last.length).concat(variant.last.map((at) => sum[at] as number)),
    variant.last.length + 1,
  );
  const setting = parts[1] === undefined ? '' : `rounds=${rounds}$`;
  return `$${variant.id}$${setting}${saltText}$${text}`;
}

async function md5Crypt(secret: string, stored: string): Promise<string | undefined> {
  const parts = /^\$1\$([^$]{0,64})/.exec(stored);
  if (!parts) return undefined;
  const saltText = (parts[1] as string).slice(0, 8);
  const [key, salt] = [utf8(secret), utf8(saltText)];
  const alternate = createHash('md5').update(key).update(salt).update(key).digest();
  const first = createHash('md5')
    .update(key)
    .update('$1$')
    .update(salt)
    .update(repeat(alternate, key.length));
  for (let bits = key.length; bits > 0; bits >>>= 1)
    first.update(bits & 1 ? Uint8Array.of(0) : key.subarray(0, 1));
  let sum = first.digest();
  for (let round = 0; round < 1000; round++) {
    const hash = createHash('md5').update(round & 1 ? key : sum);
    if (round % 3) hash.update(salt);
    if (round % 7) hash.update(key);
    sum = hash.update(round & 1 ? sum : key).digest();
    if (round % ROUNDS_AT_ONCE === ROUNDS_AT_ONCE - 1) await setImmediate();
  }
  const order = [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
  ];
  const text = order
    .map((triple) =>
      encode24(
        triple.map((at) => sum[at] as number),
        4,
      ),
    )
    .join('');
  return `$1$${saltText}$${text}${encode24([0, 0, sum[11] as number], 2)}`;
}

async function sha1Crypt(secret: string, stored: string): Promise<string | undefined> {
  const parts = /^\$sha1\$(\d{1,9})\$([^$]{1,64})\$/.exec(stored);
  const rounds = Number(parts?.[1]);
  if (!parts || rounds < 1 || rounds > MAX_ROUNDS) return undefined;
  const salt = parts[2] as string;
  const key = utf8(secret);
  let sum = createHmac('sha1', key).update(`${salt}$sha1$${rounds}`).digest();
  for (let round = 1; round < rounds; round++) {
    sum = createHmac('sha1', key).update(sum).digest();
    if (round % ROUNDS_AT_ONCE === 0) await setImmediate();
  }
  let text = '';
  for (let at = 0; at < 18; at += 3) text += encode24([...sum.subarray(at, at + 3)], 4);
  text += encode24([sum[18] as number, sum[19] as number, sum[0] as number], 4);
  return `$sha1$${rounds}$${salt}$${text}`;
}

/** The bytes again and again, up to a length. */
function repeat(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += bytes.length)
    out.set(bytes.subarray(0, Math.min(bytes.length, length - at)), at);
  return out;
}

/** Three bytes in characters of six bits, the least significant first. */
function encode24(bytes: readonly number[], characters: number): string {
  let value = ((bytes[0] as number) << 16) | ((bytes[1] as number) << 8) | (bytes[2] as number);
  let text = '';
  for (let i = 0; i < characters; i++) {
    text += ITOA64.charAt(value & 63);
    value >>>= 6;
  }
  return text;
}
