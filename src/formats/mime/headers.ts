// Header field values in the forms of JMAP (RFC 8621 §4.1.2) and the property syntax that asks for them
// (§4.1.3). Values are read from the message, or from any range of it that holds the field.
import { asBuffer } from '../../base/index.ts';
import { parseAddressList, type RawMailbox } from './address.ts';
import { formatRfc3339, parseDate } from './date.ts';
import { decodeEncodedWords } from './encoded-word.ts';
import { parseMessageIds, parseUrls } from './ids.ts';
import { composed, fromOctets, hasEightBit, unfold } from './text.ts';
import type { HeaderField, Part } from './types.ts';

/** A mailbox of a JMAP address (RFC 8621 §4.1.2.3). */
export interface EmailAddress {
  readonly name: string | null;
  readonly email: string;
}

/** A group of addresses, or addresses outside of groups with a null name (RFC 8621 §4.1.2.4). */
export interface EmailAddressGroup {
  readonly name: string | null;
  readonly addresses: readonly EmailAddress[];
}

export type HeaderForm = 'Raw' | 'Text' | 'Addresses' | 'GroupedAddresses' | 'MessageIds' | 'Date' | 'URLs';

export type HeaderValue =
  | string
  | readonly string[]
  | readonly EmailAddress[]
  | readonly EmailAddressGroup[]
  | null;

/** What `header:{name}[:as{form}][:all]` asks for. */
export interface HeaderProperty {
  /** Name as asked. */
  readonly name: string;
  /** Name in lower case. */
  readonly key: string;
  readonly form: HeaderForm;
  readonly all: boolean;
}

const FORMS: readonly HeaderForm[] = [
  'Raw',
  'Text',
  'Addresses',
  'GroupedAddresses',
  'MessageIds',
  'Date',
  'URLs',
];

/** Parses a property name that begins with `header:`; undefined when it is malformed. */
export function parseHeaderProperty(property: string): HeaderProperty | undefined {
  const [prefix, name, ...suffixes] = property.split(':');
  if (prefix !== 'header' || name === undefined || !/^[\x21-\x39\x3b-\x7e]+$/.test(name)) return undefined;
  const all = suffixes.at(-1) === 'all';
  if (all) suffixes.pop();
  const asked = suffixes.shift();
  const form = asked === undefined ? 'Raw' : FORMS.find((f) => `as${f}` === asked);
  if (form === undefined || suffixes.length > 0) return undefined;
  return { name, key: name.toLowerCase(), form, all };
}

const ADDRESSES: readonly HeaderForm[] = ['Raw', 'Addresses', 'GroupedAddresses'];
const IDS: readonly HeaderForm[] = ['Raw', 'MessageIds'];
const DATES: readonly HeaderForm[] = ['Raw', 'Date'];
const URLS: readonly HeaderForm[] = ['Raw', 'URLs'];
const TEXT: readonly HeaderForm[] = ['Raw', 'Text'];
const RAW: readonly HeaderForm[] = ['Raw'];

/** Fields that RFC 5322 and RFC 2369 define, and the forms they may be asked for in (RFC 8621 §4.1.2). */
const ALLOWED = new Map<string, readonly HeaderForm[]>([
  ...['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'].map((key) => [key, ADDRESSES] as const),
  ...['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'].map((key) => [`resent-${key}`, ADDRESSES] as const),
  ...['message-id', 'in-reply-to', 'references', 'resent-message-id'].map((key) => [key, IDS] as const),
  ...['date', 'resent-date'].map((key) => [key, DATES] as const),
  ...['help', 'unsubscribe', 'subscribe', 'post', 'owner', 'archive'].map(
    (key) => [`list-${key}`, URLS] as const,
  ),
  ...['subject', 'comments', 'keywords'].map((key) => [key, TEXT] as const),
  ...['return-path', 'received'].map((key) => [key, RAW] as const),
]);

/** Whether a field may be asked for in a form; fields of no standard here may in every form. */
export function isFormAllowed(key: string, form: HeaderForm): boolean {
  return ALLOWED.get(key)?.includes(form) ?? true;
}

/**
 * Octets of a field value, one character each, folding left in.
 * @param bytes the message, or a range of it
 * @param base offset in the message of the first of `bytes`
 */
export const valueOctets = (bytes: Uint8Array, field: HeaderField, base = 0): string =>
  asBuffer(bytes).toString('latin1', field.value - base, field.end - base);

/** Last field of a name (lower case), or undefined. */
export function lastField(fields: readonly HeaderField[], key: string): HeaderField | undefined {
  for (let i = fields.length - 1; i >= 0; i--) if (fields[i]?.key === key) return fields[i];
  return undefined;
}

/** Value of one field in a form. */
export function fieldForm(bytes: Uint8Array, field: HeaderField, form: HeaderForm, base = 0): HeaderValue {
  return octetsForm(valueOctets(bytes, field, base), form);
}

/**
 * Value of a header property of a part: of the last field of that name or null, or with `all` a list of
 * the values of every field in message order.
 */
export function headerProperty(
  bytes: Uint8Array,
  part: Part,
  property: HeaderProperty,
  base = 0,
): HeaderValue | readonly HeaderValue[] {
  if (property.all) {
    return part.fields
      .filter((field) => field.key === property.key)
      .map((field) => fieldForm(bytes, field, property.form, base));
  }
  const field = lastField(part.fields, property.key);
  return field === undefined ? null : fieldForm(bytes, field, property.form, base);
}

/** All fields with their raw values (RFC 8621 §4.1.3). */
export function rawHeaders(bytes: Uint8Array, part: Part, base = 0): { name: string; value: string }[] {
  return part.fields.map((field) => ({
    name: field.name,
    value: rawForm(valueOctets(bytes, field, base)),
  }));
}

/** A field value, one character per octet and still folded, in a form. */
export function octetsForm(octets: string, form: HeaderForm): HeaderValue {
  switch (form) {
    case 'Raw':
      return rawForm(octets);
    case 'Text':
      return textForm(octets);
    case 'Addresses':
      return addressesForm(octets);
    case 'GroupedAddresses':
      return groupsForm(octets);
    case 'MessageIds':
      return parseMessageIds(unfold(octets));
    case 'URLs':
      return parseUrls(unfold(octets));
    case 'Date': {
      const date = parseDate(unfold(octets));
      return date === null ? null : formatRfc3339(date);
    }
  }
}

/** RFC 8621 §4.1.2.1: as it stands, UTF-8 decoded, without NUL. */
export const rawForm = (octets: string): string => fromOctets(octets).replaceAll('\0', '');

/** RFC 8621 §4.1.2.2: unfolded, without the space in front, encoded words decoded, in normal form C. */
export const textForm = (octets: string): string => decodeText(unfold(octets).replace(/^[ \t]+/, ''));

/** RFC 8621 §4.1.2.3. */
export const addressesForm = (octets: string): EmailAddress[] =>
  parseAddressList(unfold(octets)).flatMap((group) => group.mailboxes.map(emailAddress));

/** RFC 8621 §4.1.2.4. */
export const groupsForm = (octets: string): EmailAddressGroup[] =>
  parseAddressList(unfold(octets)).map((group) => ({
    name: group.name === null ? null : decodeText(group.name),
    addresses: group.mailboxes.map(emailAddress),
  }));

/** A mailbox with its name decoded. */
export function emailAddress({ name, local, domain }: RawMailbox): EmailAddress {
  return {
    name: name === null ? null : decodeText(name) || null,
    email: textOf(domain === null ? local : `${local}@${domain}`),
  };
}

const textOf = (octets: string): string => (hasEightBit(octets) ? composed(fromOctets(octets)) : octets);

/** Text of octets; ASCII, by far the most of mail, needs no normal form. */
function decodeText(octets: string): string {
  const isEncoded = octets.includes('=?');
  if (!isEncoded && !hasEightBit(octets)) return octets;
  const text = fromOctets(octets);
  return composed(isEncoded ? decodeEncodedWords(text) : text);
}
