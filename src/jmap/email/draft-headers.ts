// Reads the header fields of an Email or a part that is to be created, in their forms (RFC 8621 §4.1.2, §4.6).
import { parseDate as parseIsoDate, isObject, type Json } from '../../formats/jmap/index.ts';
import {
  type EmailAddress,
  type EmailAddressGroup,
  type HeaderForm,
  type HeaderInput,
  isFormAllowed,
  parseHeaderProperty,
} from '../../formats/mime/index.ts';

/** Convenience properties and the header field each stands for (RFC 8621 §4.1.3). */
export const CONVENIENCE: ReadonlyMap<string, { readonly name: string; readonly form: HeaderForm }> = new Map(
  [
    ['messageId', { name: 'Message-ID', form: 'MessageIds' }],
    ['inReplyTo', { name: 'In-Reply-To', form: 'MessageIds' }],
    ['references', { name: 'References', form: 'MessageIds' }],
    ['sender', { name: 'Sender', form: 'Addresses' }],
    ['from', { name: 'From', form: 'Addresses' }],
    ['to', { name: 'To', form: 'Addresses' }],
    ['cc', { name: 'Cc', form: 'Addresses' }],
    ['bcc', { name: 'Bcc', form: 'Addresses' }],
    ['replyTo', { name: 'Reply-To', form: 'Addresses' }],
    ['subject', { name: 'Subject', form: 'Text' }],
    ['sentAt', { name: 'Date', form: 'Date' }],
  ],
);

/** MIME-Version as it will be written anyway (RFC 2045 §4). */
export const isOwnVersion = (key: string, value: Json): boolean =>
  /^header:mime-version(?::asText)?$/i.test(key) && typeof value === 'string' && value.trim() === '1.0';

/** A `header:` property. False when it cannot be. */
export function addProperty(
  headers: HeaderInput[],
  seen: Set<string>,
  key: string,
  value: Json,
  allowed: (name: string) => boolean,
): boolean {
  const property = parseHeaderProperty(key);
  if (!property || !allowed(property.key) || !isFormAllowed(property.key, property.form)) return false;
  if (value === null) return true;
  return addHeader(headers, seen, property.name, property.form, property.all, value);
}

/** Adds a field (each instance with `all`). False when it stands already or the value is not of its form. */
export function addHeader(
  headers: HeaderInput[],
  seen: Set<string>,
  name: string,
  form: HeaderForm,
  all: boolean,
  value: Json,
): boolean {
  const key = name.toLowerCase();
  if (seen.has(key) || key === 'mime-version') return false;
  seen.add(key);
  const values = all ? value : [value];
  if (!Array.isArray(values)) return false;
  for (const one of values) {
    const input = headerInput(name, form, one);
    if (input === false) return false;
    if (input) headers.push(input);
  }
  return true;
}

/** False when the value is not of the form; undefined when there is nothing to write (an empty list). */
function headerInput(name: string, form: HeaderForm, value: Json): HeaderInput | false | undefined {
  switch (form) {
    case 'Raw':
      return typeof value === 'string' && { name, raw: value };
    case 'Text':
      return typeof value === 'string' && { name, text: value };
    case 'Addresses': {
      const addresses = listOf(value, readAddress);
      return addresses && (addresses.length > 0 ? { name, addresses } : undefined);
    }
    case 'GroupedAddresses': {
      const groups = listOf(value, readGroup);
      return groups && (groups.length > 0 ? { name, groups } : undefined);
    }
    case 'MessageIds': {
      const messageIds = listOf(value, readText);
      return messageIds && (messageIds.length > 0 ? { name, messageIds } : undefined);
    }
    case 'URLs': {
      const urls = listOf(value, readText);
      return urls && (urls.length > 0 ? { name, urls } : undefined);
    }
    case 'Date': {
      const time = parseIsoDate(value);
      return time !== undefined && { name, date: { time, offset: zoneMinutes(value as string) } };
    }
  }
}

const MAX_LIST = 10_000;

/** Every item as it is read; false for what is no list, is too long, or holds what cannot be read. */
export function listOf<T>(value: Json, read: (item: Json) => T | undefined): T[] | false {
  if (!Array.isArray(value) || value.length > MAX_LIST) return false;
  const out: T[] = [];
  for (const item of value) {
    const one = read(item);
    if (one === undefined) return false;
    out.push(one);
  }
  return out;
}

export const readText = (value: Json): string | undefined => (typeof value === 'string' ? value : undefined);

function readAddress(value: Json): EmailAddress | undefined {
  if (!isObject(value)) return undefined;
  const { name = null, email, ...rest } = value;
  if (typeof email !== 'string' || (name !== null && typeof name !== 'string')) return undefined;
  return Object.keys(rest).length === 0 ? { name, email } : undefined;
}

function readGroup(value: Json): EmailAddressGroup | undefined {
  if (!isObject(value)) return undefined;
  const { name = null, addresses, ...rest } = value;
  if ((name !== null && typeof name !== 'string') || Object.keys(rest).length > 0) return undefined;
  const list = listOf(addresses ?? null, readAddress);
  return list ? { name, addresses: list } : undefined;
}

/** Minutes east of UTC of a checked RFC 3339 date. */
function zoneMinutes(date: string): number {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(date);
  if (!zone) return 0;
  const minutes = Number(zone[2]) * 60 + Number(zone[3]);
  return zone[1] === '-' ? -minutes : minutes;
}
