// Writes header fields (RFC 5322 §2.2, §3; RFC 2047; RFC 2231; RFC 6532): folded at 78 columns where white
// space allows, never longer than 998. A value that could begin another field is refused.
import { domainToASCII } from 'node:url';
import { Invalid } from '../../base/index.ts';
import { isDotAtom, quote } from './address.ts';
import { formatMailDate, type MailDate } from './date.ts';
import { encodeExtended, encodeWords } from './encode-word.ts';
import type { EmailAddress, EmailAddressGroup } from './headers.ts';
import { hasEightBit } from './text.ts';

/** A header field to write; the forms are those of RFC 8621 §4.1.2. */
export type HeaderInput = { readonly name: string } & (
  | { readonly raw: string }
  | { readonly text: string }
  | { readonly addresses: readonly EmailAddress[] }
  | { readonly groups: readonly EmailAddressGroup[] }
  | { readonly messageIds: readonly string[] }
  | { readonly date: MailDate }
  | { readonly urls: readonly string[] }
);

export interface HeaderOptions {
  /** Write UTF-8 as it is (RFC 6532) instead of encoded words. Default false. */
  readonly utf8?: boolean;
}

/** Columns after which a line is folded (RFC 5322 §2.1.1). */
const FOLD = 78;
const MAX_LINE = 998;

/**
 * One header field with its CRLF, in UTF-8.
 * @throws {Invalid} naming the field, when the name or a value cannot stand in a header
 */
export function buildField(field: HeaderInput, { utf8 = false }: HeaderOptions = {}): string {
  const { name } = field;
  if (!/^[\x21-\x39\x3b-\x7e]{1,256}$/.test(name)) throw problem(name, 'is no name of a header field');
  if ('raw' in field) return rawField(name, field.raw);
  return foldField(name, fieldValue(field, utf8));
}

/** A whole header without the empty line. */
export const buildHeader = (fields: readonly HeaderInput[], options: HeaderOptions = {}): string =>
  fields.map((field) => buildField(field, options)).join('');

function fieldValue(field: Exclude<HeaderInput, { raw: string }>, utf8: boolean): string {
  const { name } = field;
  if ('text' in field) return textValue(checked(name, field.text), utf8);
  if ('addresses' in field) return field.addresses.map((a) => addressValue(name, a, utf8)).join(', ');
  if ('groups' in field)
    return field.groups
      .map((g) => groupValue(name, g, utf8))
      .filter((group) => group !== '')
      .join(', ');
  if ('messageIds' in field) return field.messageIds.map((id) => bracketed(name, id)).join(' ');
  if ('urls' in field) return field.urls.map((url) => bracketed(name, url)).join(', ');
  return formatMailDate(field.date);
}

const problem = (name: string, reason: string): Invalid => new Invalid([{ property: name, reason }]);

/** Refuses what could end the field or hide in it. */
function checked(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw problem(name, 'must not contain line breaks or NUL');
  return value.toWellFormed();
}

/** A raw value as given; line breaks only where they fold. */
function rawField(name: string, raw: string): string {
  const value = raw.toWellFormed();
  if (/[\r\n\0]/.test(value.replace(/\r\n(?=[ \t]+[^\s])/g, ''))) {
    throw problem(name, 'must not contain line breaks, other than folding, or NUL');
  }
  if (value.includes('\r\n')) {
    const lines = `${name}:${value}`.split('\r\n');
    if (lines.every((line) => Buffer.byteLength(line) <= MAX_LINE)) return `${name}:${value}\r\n`;
  }
  const bare = value.replaceAll('\r\n', '');
  return foldField(name, bare.startsWith(' ') ? bare.slice(1) : bare, bare.startsWith(' ') ? ': ' : ':');
}

/** Folds before white space, so that unfolding gives the same value back. */
function foldField(name: string, value: string, separator = ': '): string {
  const whole = `${name}${separator}${value}`;
  if (whole.length <= FOLD && !hasEightBit(whole)) return `${whole}\r\n`;
  let out = '';
  let line = '';
  // A piece is white space and the word after it.
  for (const [piece] of whole.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g)) {
    // A line of white space only would be taken for the end of the field by some.
    const canFold = line.trim() !== '' && /^[ \t]/.test(piece) && piece.trim() !== '';
    if (canFold && Buffer.byteLength(line) + Buffer.byteLength(piece) > FOLD) {
      out += `${line}\r\n`;
      line = piece;
    } else line += piece;
    if (Buffer.byteLength(line) > MAX_LINE)
      throw problem(name, `must not hold a word of over ${MAX_LINE} octets`);
  }
  return `${out}${line}\r\n`;
}

/** Unstructured text: from the first to the last word that needs it, encoded. */
function textValue(text: string, utf8: boolean): string {
  const needs = (word: string): boolean =>
    (!utf8 && hasEightBit(word)) ||
    word.includes('=?') ||
    /[\x00-\x08\x0b-\x1f\x7f]/.test(word) ||
    word.length > 200;
  const words = text.split(' ');
  const first = words.findIndex(needs);
  if (first < 0) return text;
  const last = words.findLastIndex(needs);
  const before = words.slice(0, first).map((word) => `${word} `);
  const after = words.slice(last + 1).map((word) => ` ${word}`);
  return before.join('') + encodeWords(words.slice(first, last + 1).join(' ')) + after.join('');
}

const ATOMS = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;

/** A display name (RFC 5322 §3.2.5). */
function phrase(field: string, name: string, utf8: boolean): string {
  const text = checked(field, name);
  const unusual = text.includes('=?') || text.length > 500;
  if (ATOMS.test(text) && !unusual) return text;
  if (unusual || (hasEightBit(text) && !utf8)) return encodeWords(text);
  return quote(text);
}

function addressValue(field: string, { name, email }: EmailAddress, utf8: boolean): string {
  const address = emailValue(field, email, utf8);
  // Nothing, or a quoted string alone, would be no address without brackets.
  const needsBrackets = /^(?:"[^"]*")?$/.test(address);
  if (name === null || name.trim() === '') return needsBrackets ? `<${address}>` : address;
  return `${phrase(field, name, utf8)} <${address}>`;
}

function groupValue(field: string, { name, addresses }: EmailAddressGroup, utf8: boolean): string {
  const list = addresses.map((a) => addressValue(field, a, utf8)).join(', ');
  if (name === null) return list;
  return `${name === '' ? '""' : phrase(field, name, utf8)}:${list === '' ? '' : ` ${list}`};`;
}

/** An address, complete or not (drafts), that no parser can take for more than one. */
function emailValue(field: string, email: string, utf8: boolean): string {
  const address = checked(field, email).trim();
  if (address === '') return '';
  const at = address.lastIndexOf('@');
  const local = at < 0 ? address : address.slice(0, at);
  const domain = at < 0 ? '' : address.slice(at + 1);
  // Of drafts (RFC 8621 §4.6) an address may still hold spaces; in quotes it is one address all the same.
  const spaced = local.includes(' ') && isDotAtom(local.replaceAll(' ', '_'));
  const localIsFine = spaced || isDotAtom(local) || /^"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"$/.test(local);
  const domainIsFine = domain === '' || isDotAtom(domain) || /^\[[^[\]\\\x00-\x20\x7f]*\]$/.test(domain);
  if ((local !== '' && !localIsFine) || !domainIsFine) throw problem(field, `${email} is no address`);
  const host = hasEightBit(domain) && !utf8 ? domainToASCII(domain) || domain : domain;
  const written = spaced ? quote(local) : local;
  return at < 0 ? written : `${written}@${host}`;
}

/** A message identifier or URL in angle brackets. */
function bracketed(field: string, item: string): string {
  if (item === '' || /[\s<>\x00-\x1f\x7f]/.test(item))
    throw problem(field, `${item} cannot stand in angle brackets`);
  return `<${item.toWellFormed()}>`;
}

/** Longest parameter that is written in one piece. */
const MAX_PARAMETER = 400;
/** Characters of one piece of a longer one. */
const PARAMETER_PIECE = 60;

/**
 * One parameter, with the semicolon before it (RFC 2045 §5.1, RFC 2231).
 * @throws {Invalid} when the value holds control characters
 */
export function buildParameter(field: string, name: string, value: string): string {
  if (!/^[A-Za-z0-9!#$&+\-.^_`{|}~]+$/.test(name)) throw problem(field, `${name} is no parameter name`);
  if (/[\x00-\x1f\x7f]/.test(value))
    throw problem(field, `parameter ${name} must not hold control characters`);
  if (!hasEightBit(value) && value.length <= MAX_PARAMETER) {
    const isToken = /^[A-Za-z0-9!#$&+\-.^_`{|}~]+$/.test(value);
    const looksEncoded = value.includes('=?');
    if (!looksEncoded) return `; ${name}=${isToken ? value : quote(value)}`;
  }
  const encoded = encodeExtended(value);
  if (encoded.length <= PARAMETER_PIECE) return `; ${name}*=${encoded}`;
  // A percent escape must not be divided.
  const pieces = encoded.match(/(?:%..|[^%]){1,20}/g) ?? [];
  return pieces.map((piece, index) => `; ${name}*${index}*=${piece}`).join('');
}
