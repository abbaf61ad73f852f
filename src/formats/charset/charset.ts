// Decodes text in any character set that mail uses: the platform's TextDecoder first, iconv-lite for what
// it lacks, own rewriting for the escape-coded rest. Never throws: an unknown label or a broken sequence is
// reported beside the best text that could be made.
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { asBuffer } from '../../base/index.ts';
import { hzToGb2312, iso2022KrToEucKr } from './legacy.ts';

export interface DecodedText {
  readonly text: string;
  /** True when the label is unknown or some octets are not valid in it; the text is a best effort then. */
  readonly isEncodingProblem: boolean;
}

type Decode = (bytes: Uint8Array) => DecodedText;

/**
 * Text of bytes in a character set.
 * @param label name as found in the message, any case; undefined, empty and `us-ascii` mean ASCII, where
 *   eight-bit text is taken as UTF-8 when it is valid UTF-8, else as windows-1252
 */
export function decodeCharset(bytes: Uint8Array, label: string | undefined): DecodedText {
  return (decoderFor(label) ?? decodeUnknown)(bytes);
}

/** Whether text in this character set can be decoded. */
export function isKnownCharset(label: string): boolean {
  return decoderFor(label) !== undefined;
}

/** UTF-8 to text without byte order mark; what is not UTF-8 becomes U+FFFD and is reported. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const text = asBuffer(bytes).toString('utf8');
  return {
    text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
    isEncodingProblem: text.includes('\uFFFD') && !isUtf8(bytes),
  };
}

/** Names that occur in mail and that neither decoder knows under this name. */
const ALIASES = new Map([
  ['cp932', 'shift_jis'],
  ['ms932', 'shift_jis'],
  ['windows-932', 'shift_jis'],
  ['x-ms-cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['windows-936', 'gbk'],
  ['ms936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['ms949', 'euc-kr'],
  ['uhc', 'euc-kr'],
  ['x-windows-949', 'euc-kr'],
  ['cp950', 'big5'],
  ['ms950', 'big5'],
  ['windows-950', 'big5'],
  ['x-mac-roman', 'macintosh'],
  ['mac-roman', 'macintosh'],
  ['macroman', 'macintosh'],
  ['iso-8859-8-e', 'iso-8859-8'],
  ['iso-2022-jp-1', 'iso-2022-jp'],
  ['iso-2022-jp-2', 'iso-2022-jp'],
  ['iso-2022-jp-ms', 'iso-2022-jp'],
  ['iso-2022-jp-3', 'iso-2022-jp'],
  ['cp50220', 'iso-2022-jp'],
  ['cp50221', 'iso-2022-jp'],
  ['cp51932', 'euc-jp'],
  ['eucjp-ms', 'euc-jp'],
  ['utf8mb4', 'utf-8'],
  ['utf-8-mac', 'utf-8'],
  ['x-unicode-2-0-utf-7', 'utf-7'],
  ['unicode-1-1-utf-7', 'utf-7'],
  ['csunicode11utf7', 'utf-7'],
  ['utf7', 'utf-7'],
]);

/** Labels that say nothing: the text is guessed and the problem reported. */
const UNKNOWN = new Set([
  'x-user-defined',
  'unknown-8bit',
  'unknown',
  'x-unknown',
  '8bit',
  'binary',
  'default',
  'default_charset',
  'none',
]);

const MAX_LABEL = 64;
const MAX_CACHED = 256;
const decoders = new Map<string, Decode | undefined>();

function decoderFor(label: string | undefined): Decode | undefined {
  if (label === undefined) return decodeAscii;
  if (label.length > MAX_LABEL) return undefined;
  const cached = decoders.get(label);
  if (cached !== undefined || decoders.has(label)) return cached;
  const found = findDecoder(label);
  // The labels come from mail, so the cache is bounded.
  if (decoders.size >= MAX_CACHED) decoders.clear();
  decoders.set(label, found);
  return found;
}

function findDecoder(label: string): Decode | undefined {
  const name = label
    .trim()
    .replace(/^["']|["']$/g, '')
    .toLowerCase();
  if (name === '' || name === 'us-ascii' || name === 'ascii' || name === 'ansi_x3.4-1968') return decodeAscii;
  if (UNKNOWN.has(name)) return undefined;
  const known = ALIASES.get(name) ?? name;
  if (known === 'utf-8' || known === 'utf8') return decodeUtf8;
  if (known === 'iso-2022-kr' || known === 'csiso2022kr') {
    return (bytes) => decodeWith('euc-kr', iso2022KrToEucKr(bytes));
  }
  if (known === 'hz-gb-2312' || known === 'hz') return (bytes) => decodeWith('gbk', hzToGb2312(bytes));
  // The platform takes this for little-endian whatever the byte order mark says (RFC 2781 §4.3).
  if (known === 'utf-16') return iconvDecoder(known);
  return platformDecoder(known) ?? platformDecoder(known.replaceAll('_', '-')) ?? iconvDecoder(known);
}

function platformDecoder(name: string): Decode | undefined {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(name);
  } catch {
    return undefined;
  }
  // The Encoding standard maps some labels to a decoder that only refuses.
  if (decoder.encoding === 'replacement') return undefined;
  if (decoder.encoding === 'utf-8') return decodeUtf8;
  return (bytes) => reported(decoder.decode(bytes));
}

function iconvDecoder(name: string): Decode | undefined {
  // iconv-lite counts base64, hex and the like as character sets; in mail they are not.
  if (name === 'base64' || name === 'hex' || name === 'binary' || name === 'internal') return undefined;
  if (!/^[a-z0-9]/.test(name) || !iconv.encodingExists(name)) return undefined;
  return (bytes) => reported(iconv.decode(bytes, name));
}

const decodeWith = (name: string, bytes: Uint8Array): DecodedText =>
  reported(new TextDecoder(name).decode(bytes));

const reported = (text: string): DecodedText => ({ text, isEncodingProblem: text.includes('\uFFFD') });

function decodeAscii(bytes: Uint8Array): DecodedText {
  if (isAscii(bytes)) return { text: asBuffer(bytes).toString('latin1'), isEncodingProblem: false };
  return decodeUnknown(bytes);
}

function decodeUnknown(bytes: Uint8Array): DecodedText {
  const text = isUtf8(bytes) ? decodeUtf8(bytes).text : windows1252.decode(bytes);
  return { text, isEncodingProblem: true };
}

const windows1252 = new TextDecoder('windows-1252');
