// What the server writes in front of a message: one block, the same for every recipient (RFC 5321 §4.4,
// RFC 3848, RFC 6531 §4.3, RFC 8601), and what it takes out of a stranger's message because only we may write it.
import { hash as digest } from 'node:crypto';
import { asBuffer, latin1, now } from '../base/index.ts';
import { formatMailDate, type HeaderBlock, type HeaderField } from '../formats/mime/index.ts';
import type { SessionPolicy } from './policy.ts';
import type { Client, Envelope } from './types.ts';

/** Octets from the first (inclusive) to the second (exclusive). */
export type Cut = readonly [number, number];

/** Hexadecimal digits of the hash that make an identifier. */
const ID_LENGTH = 40;

/** The header of a message that arrives, and the octets it was read from: all of a small message. */
export interface IncomingHeader {
  readonly bytes: Buffer;
  readonly block: HeaderBlock;
}

/** The fields that are put in front, each ended by CRLF; empty when none is. */
export function headerBlock(
  id: string,
  envelope: Envelope,
  { add, hostname }: SessionPolicy,
  { bytes, block: { fields } }: IncomingHeader,
): Buffer {
  const { client, sender, parameters } = envelope;
  const date = formatMailDate({ time: now(), offset: 0 });
  let text = '';
  if (add.returnPath) text += `Return-Path: <${sender?.text ?? ''}>\r\n`;
  // Nothing has been checked, and that is what the field says (RFC 8601 §2.2).
  if (add.authResults) text += `Authentication-Results: ${hostname}; none\r\n`;
  if (add.received) text += received(id, client, hostname, parameters.smtpUtf8 === true, date);
  if (add.date && !has(fields, 'date')) text += `Date: ${date}\r\n`;
  if (add.messageId && !has(fields, 'message-id')) {
    // The same octets get the same identifier: a message that comes again is known again.
    text += `Message-ID: <${digest('sha256', bytes, 'hex').slice(0, ID_LENGTH)}@${hostname}>\r\n`;
  }
  return Buffer.from(text, 'utf8');
}

const has = (fields: readonly HeaderField[], key: string): boolean =>
  fields.some((field) => field.key === key);

/** No `for` clause: it would tell who else got the mail. The name of the client's address is not looked up. */
function received(id: string, client: Client, hostname: string, utf8: boolean, date: string): string {
  const { helo, address, tls } = client;
  const literal = address.includes(':') ? `IPv6:${address}` : address;
  const secured = tls === undefined ? '' : `\r\n\t(using ${tls.version} with cipher ${tls.cipher})`;
  return (
    `Received: from ${helo} (unknown [${literal}])${secured}\r\n` +
    `\tby ${hostname} (Waypost) with ${transmissionType(client, utf8)} id ${id};\r\n\t${date}\r\n`
  );
}

/** RFC 3848, RFC 6531 §4.3. */
function transmissionType({ kind, extended, secure, token }: Client, utf8: boolean): string {
  if (!extended) return 'SMTP';
  const base = kind === 'lmtp' ? 'LMTP' : utf8 ? 'SMTP' : 'ESMTP';
  return `${utf8 ? 'UTF8' : ''}${base}${secure ? 'S' : ''}${token === undefined ? '' : 'A'}`;
}

/**
 * Fields of a stranger's message that claim to be ours: Authentication-Results with our own name (RFC 8601 §5).
 */
export function forgedFields({ bytes, block }: IncomingHeader, hostname: string): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const field of block.fields) {
    if (field.key !== 'authentication-results') continue;
    if (authservId(bytes, field) !== hostname.toLowerCase()) continue;
    cuts.push([field.start, afterBreak(bytes, field.end)]);
  }
  return cuts;
}

/** Octets of the value in which the name is looked for. */
const MAX_NAME = 1000;

/** Name in front of the first semicolon, in lower case (RFC 8601 §2.2). */
function authservId(bytes: Buffer, field: HeaderField): string {
  const text = latin1(bytes.subarray(field.value, Math.min(field.end, field.value + MAX_NAME)));
  let bare = '';
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && depth > 0) i++;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0 && char === ';') break;
    else if (depth === 0) bare += char;
  }
  const [name = ''] = bare.trim().split(/\s/, 1);
  return name.replace(/^"(.*)"$/, '$1').toLowerCase();
}

function afterBreak(bytes: Buffer, end: number): number {
  if (bytes[end] === 0x0d && bytes[end + 1] === 0x0a) return end + 2;
  return bytes[end] === 0x0a ? end + 1 : end;
}

/** The octets without the cuts, as views. */
export function withoutCuts(bytes: Uint8Array, cuts: readonly Cut[]): Buffer[] {
  const buffer = asBuffer(bytes);
  const kept: Buffer[] = [];
  let from = 0;
  for (const [start, end] of cuts) {
    if (start > from) kept.push(buffer.subarray(from, start));
    from = end;
  }
  if (from < buffer.length) kept.push(buffer.subarray(from));
  return kept;
}
