// Writes text as encoded words (RFC 2047): B or Q, whichever is shorter, each word at most 75 characters and
// holding whole characters.

/** Longest encoded word (RFC 2047 §2). */
const MAX_WORD = 75;
const PREFIX = '=?utf-8?';
const ROOM = MAX_WORD - PREFIX.length - 4;

/** Characters that stand for themselves in Q in any place, phrases included (RFC 2047 §5 (3)). */
const IS_Q_SAFE = new Uint8Array(256);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/') {
  IS_Q_SAFE[char.charCodeAt(0)] = 1;
}

/** Encodes all of a text; the words are separated by single spaces. */
export function encodeWords(text: string): string {
  const bytes = Buffer.from(text.toWellFormed(), 'utf8');
  let escaped = 0;
  for (const byte of bytes) if (IS_Q_SAFE[byte] !== 1 && byte !== 0x20) escaped++;
  const useQ = bytes.length + escaped * 2 <= (bytes.length * 4) / 3;
  const words: string[] = [];
  let start = 0;
  let used = 0;
  let at = 0;
  while (at < bytes.length) {
    const next = nextCharacter(bytes, at);
    const cost = useQ ? costQ(bytes, at, next) : 0;
    const over = useQ ? used + cost > ROOM : Math.ceil((next - start) / 3) * 4 > ROOM;
    if (over) {
      words.push(word(bytes.subarray(start, at), useQ));
      start = at;
      used = 0;
    }
    used += cost;
    at = next;
  }
  if (start < bytes.length) words.push(word(bytes.subarray(start), useQ));
  return words.join(' ');
}

function nextCharacter(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (next < bytes.length && ((bytes[next] as number) & 0xc0) === 0x80) next++;
  return next;
}

function costQ(bytes: Uint8Array, from: number, to: number): number {
  let cost = 0;
  for (let i = from; i < to; i++) cost += bytes[i] === 0x20 || IS_Q_SAFE[bytes[i] as number] === 1 ? 1 : 3;
  return cost;
}

function word(bytes: Buffer, useQ: boolean): string {
  if (!useQ) return `${PREFIX}B?${bytes.toString('base64')}?=`;
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x20) text += '_';
    else if (IS_Q_SAFE[byte] === 1) text += String.fromCharCode(byte);
    else text += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return `${PREFIX}Q?${text}?=`;
}

/** A parameter value in the form of RFC 2231 §4 (and RFC 8187): `utf-8''` and percent-encoded octets. */
export function encodeExtended(text: string): string {
  let out = "utf-8''";
  for (const byte of Buffer.from(text.toWellFormed(), 'utf8')) {
    // attribute-char of RFC 2231 §7.
    const plain = /[A-Za-z0-9!#$&+\-.^_`{}~]/.test(String.fromCharCode(byte));
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
