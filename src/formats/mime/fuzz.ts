// Everything the MIME core does with bytes of strangers, in one call for the fuzz driver: it returns for any
// input, and throws when a promise is broken.
import { isUtf8 } from 'node:buffer';
import { htmlToText } from '../html/index.ts';
import { bodyValue, decodePart, partText } from './body.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import { parseDisposition } from './disposition.ts';
import { fieldForm, type HeaderForm, rawHeaders } from './headers.ts';
import { bodyWithoutExtensions } from './imap-body.ts';
import { imapTexts } from './imap-text.ts';
import { parseMessage } from './parse.ts';
import { prependHeader } from './prepend.ts';
import { MAX_PREVIEW, preview } from './preview.ts';
import { partOfNumbers, resolveSection, sectionBytes, type SectionText } from './section.ts';
import { baseSubject, threadSubject } from './subject.ts';
import { threadKeys } from './thread-keys.ts';
import type { Message, Part } from './types.ts';
import { bodyLists, bodyStructure, hasAttachment } from './views.ts';

const FORMS: readonly HeaderForm[] = [
  'Raw',
  'Text',
  'Addresses',
  'GroupedAddresses',
  'MessageIds',
  'Date',
  'URLs',
];
const TEXTS: readonly (SectionText | undefined)[] = [
  undefined,
  'HEADER',
  'HEADER.FIELDS',
  'HEADER.FIELDS.NOT',
  'TEXT',
  'MIME',
];
const BLOCK = Buffer.from('Return-Path: <a@example.org>\r\nReceived: by mx.example.org;\r\n\tnow\r\n');

/** Parses, stores, reads, shows and cuts up a message. */
export function fuzz(bytes: Uint8Array): void {
  parseDisposition(bytes);
  const message = parseMessage(bytes);
  check(message.size === bytes.length, 'size');
  for (const part of message.parts) readPart(message, part, bytes);
  check(same(decodeMessage(encodeMessage(message)), message), 'stored form');
  const whole = Buffer.concat([BLOCK, bytes]);
  check(same(prependHeader(message, BLOCK), parseMessage(whole)), 'prepended header');

  bodyStructure(message);
  const lists = bodyLists(message);
  hasAttachment(message, bytes, lists);
  check(preview(message, bytes, lists).length <= MAX_PREVIEW, 'preview');
  threadKeys(message, bytes);
  const { classic, utf8 } = imapTexts(message, bytes);
  for (const text of [classic, utf8]) {
    const body = bodyWithoutExtensions(text.bodyStructure);
    for (const value of [text.envelope, text.bodyStructure, body]) checkImap(value, text === classic);
  }
  readSections(message, bytes);
}

function readPart(message: Message, part: Part, bytes: Uint8Array): void {
  const parent = message.parts[part.parent];
  check(part.headerOffset <= part.bodyOffset && part.bodyOffset <= part.bodyEnd, 'order of offsets');
  check(part.bodyEnd <= (parent?.bodyEnd ?? bytes.length), 'end within the parent');
  rawHeaders(bytes, part);
  for (const field of part.fields.slice(0, 100)) {
    check(field.end <= part.bodyOffset && field.start < field.value && field.value <= field.end, 'field');
    for (const form of FORMS) fieldForm(bytes, field, form);
    const text = fieldForm(bytes, field, 'Text');
    if (typeof text === 'string') {
      baseSubject(text);
      threadSubject(text);
    }
  }
  if (part.children.length > 0) return;
  check(decodePart(bytes, part).length === part.size, 'decoded size');
  const { text } = partText(bytes, part);
  htmlToText(text, { maxLength: 10_000, maxNodes: 10_000 });
  bodyValue(bytes, part, 10);
}

function readSections(message: Message, bytes: Uint8Array): void {
  // Breadth first, with a limit: every part number path of the message.
  const paths: number[][] = [[]];
  for (let at = 0; at < paths.length && paths.length < 200; at++) {
    const path = paths[at] as number[];
    for (let number = 1; partOfNumbers(message, [...path, number]) !== undefined; number++) {
      paths.push([...path, number]);
    }
  }
  for (const part of paths) {
    for (const text of TEXTS) {
      const content = resolveSection(message, { part, text, fields: ['Subject', 'x'] });
      if (content !== undefined) sectionBytes(bytes, content);
    }
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function check(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken promise: ${promise}`);
}

/** One parenthesized value of IMAP, complete and nothing after it (RFC 9051 §9). */
function checkImap(bytes: Uint8Array, isClassic: boolean): void {
  check(isClassic || isUtf8(bytes), 'UTF-8');
  let depth = 0;
  let at = 0;
  while (at < bytes.length) {
    const octet = bytes[at] as number;
    if (octet === 0x28) depth++;
    else if (octet === 0x29) depth--;
    else if (octet === 0x22) at = quotedEnd(bytes, at, isClassic);
    else if (octet === 0x7b) at = literalEnd(bytes, at);
    else check(octet === 0x20 || (octet > 0x20 && octet < 0x7f), 'atom');
    at++;
    check(depth > 0 || at === bytes.length, 'nesting');
  }
  check(depth === 0 && at === bytes.length && at > 0, 'balance');
}

/** Index of the closing quote; no CR, LF or NUL before it. */
function quotedEnd(bytes: Uint8Array, from: number, isClassic: boolean): number {
  let at = from + 1;
  while (bytes[at] !== 0x22) {
    const octet = bytes[at] ?? 0;
    check(at < bytes.length && octet !== 0 && octet !== 0x0a && octet !== 0x0d, 'quoted string');
    check(!isClassic || octet < 0x80, 'ASCII');
    at += octet === 0x5c ? 2 : 1;
  }
  return at;
}

/** Index of the last octet of a literal. */
function literalEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(0x7d, from);
  const size = Number(Buffer.from(bytes.subarray(from + 1, end)).toString('latin1'));
  check(Number.isInteger(size) && bytes[end + 1] === 0x0d && bytes[end + 2] === 0x0a, 'literal');
  check(!bytes.subarray(end + 3, end + 3 + size).includes(0), 'NUL in a literal');
  return end + 2 + size;
}
