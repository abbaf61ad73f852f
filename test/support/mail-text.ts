// Writes the pieces of generated mail: header values in encoded words or parameters, and bodies in a
// transfer encoding drawn from the seed. Kept apart from the project's own builder on purpose.
import iconv from 'iconv-lite';
import type { Random } from './random.ts';

export interface ExpectedAddress {
  readonly name: string | null;
  readonly email: string;
}

export const CRLF = '\r\n';

/** Octets of a string that holds one octet per character. */
export const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

export const crlf = (text: string): string => text.replaceAll('\n', CRLF);

export function base64Lines(bytes: Uint8Array): Buffer {
  return latin(
    Buffer.from(bytes)
      .toString('base64')
      .replace(/.{1,76}/g, `$&${CRLF}`),
  );
}

/** Content fields and body of a text in a character set; the transfer encoding is drawn. */
export function textPart(
  text: string,
  type: string,
  charset: string,
  random: Random,
): { fields: string; body: Buffer } {
  const bytes = iconv.encode(crlf(text), charset);
  const ascii = bytes.every((octet) => octet < 0x80) && !text.split('\n').some((line) => line.length > 900);
  const encoding = random.pick(
    ascii ? ['7bit', 'quoted-printable', 'base64'] : ['quoted-printable', 'base64'],
  );
  const body =
    encoding === 'base64'
      ? base64Lines(bytes)
      : encoding === 'quoted-printable'
        ? quotedPrintable(bytes)
        : bytes;
  const label = random.chance(0.5) ? charset.toUpperCase() : `"${charset}"`;
  return {
    fields: `Content-Type: ${type}; charset=${label}${CRLF}Content-Transfer-Encoding: ${encoding}${CRLF}`,
    body,
  };
}

function quotedPrintable(bytes: Buffer): Buffer {
  const lines = bytes
    .toString('latin1')
    .split(CRLF)
    .map((line) => {
      const escaped = line
        .replace(
          /[^\x20-\x3c\x3e-\x7e]/g,
          (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .replace(/ $/, '=20');
      return escaped.replace(/(?:=..|[^=]){1,24}(?!$)/g, (piece) =>
        piece.length > 60 ? `${piece}=${CRLF}` : piece,
      );
    });
  return latin(lines.join(CRLF));
}

/** An encoded word of all of a text. */
function encodedWord(text: string, random: Random): string {
  const bytes = Buffer.from(text, 'utf8');
  if (random.chance(0.5)) return `=?UTF-8?B?${bytes.toString('base64')}?=`;
  let q = '';
  for (const octet of bytes) {
    const char = String.fromCharCode(octet);
    q += /[A-Za-z0-9]/.test(char) ? char : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return `=?utf-8?q?${q}?=`;
}

/** Pieces of at most some characters, never between the halves of one. */
function pieces(text: string, size: number): string[] {
  const characters = [...text];
  const list: string[] = [];
  for (let i = 0; i < characters.length; i += size) list.push(characters.slice(i, i + size).join(''));
  return list;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

export function subjectText(text: string, random: Random): string {
  if (isAscii(text)) return text;
  return pieces(text, 10)
    .map((piece) => encodedWord(piece, random))
    .join(`${CRLF} `);
}

export function addressText({ name, email }: ExpectedAddress, random: Random): string {
  if (name === null) return random.chance(0.5) ? email : `<${email}>`;
  if (!isAscii(name)) return `${encodedWord(name, random)} <${email}>`;
  return random.chance(0.5) || name.includes("'") ? `"${name}" <${email}>` : `${name} <${email}>`;
}

export function fileName(name: string, random: Random): string {
  if (isAscii(name)) return `filename="${name}"`;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (random.chance(0.5)) return `filename*=utf-8''${encoded}`;
  const cut = encoded.indexOf('%', Math.floor(encoded.length / 2));
  if (cut < 0) return `filename*=utf-8''${encoded}`;
  return `filename*0*=utf-8''${encoded.slice(0, cut)};${CRLF} filename*1*=${encoded.slice(cut)}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function dateText(time: number, offset: number): string {
  const local = new Date(time + offset * 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${DAYS[local.getUTCDay()]}, ${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${zone}`;
}
