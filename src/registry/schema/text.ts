// Kinds whose values are text: plain strings, mail addresses, domain and host names, URIs, IP addresses and
// enumerations.
import { domainToASCII } from 'node:url';
import { utf8 } from '../../base/index.ts';
import { ENUMS } from '../generated/enums.ts';
import { PERMISSION_NAMES, type PermissionName } from '../permission-names.ts';
import { Field } from './field.ts';
import { canonicalAddress, canonicalNetwork, canonicalSocketAddress } from './ip.ts';
import type { Input, Kind, WireType } from './kind.ts';

interface TextRules {
  /** Most characters. */
  readonly maxLength?: number;
}

/** One line of text. */
export const string = (description = '', rules: TextRules = {}): Field<string> =>
  textField('string', description, {}, rules);

/** Source of an expression: it has to compile, where there is a compiler. */
export function expressionSource(description = ''): Field<string> {
  const kind = textKind('string', {}, {});
  return new Field<string>(
    {
      ...kind,
      check(value, at, input) {
        kind.check?.(value, at, input);
        if (input.compiles?.(value, at) === false) {
          input.violate({ type: 'Invalid', property: at, value: value.slice(0, 256) });
        }
      },
    },
    { description },
  );
}

/** Text of several lines. */
export const text = (description = ''): Field<string> => textField('text', description, {});

/** An HTML fragment or template. */
export const html = (description = ''): Field<string> => textField('html', description, {});

/** A mail address, kept in lower case with the domain in A-label form. */
export const emailAddress = (description = ''): Field<string> =>
  textField('emailAddress', description, { normalize: normalizeEmail, valid: isEmailAddress });

/** A domain or host name, kept in lower case and A-label form. */
export const domainName = (description = ''): Field<string> =>
  textField('string', description, { normalize: normalizeDomain, valid: isDomainName });

/** The part of a mail address before the `@`, kept in lower case. */
export const localPart = (description = ''): Field<string> =>
  textField('string', description, {
    normalize: (value) => value.trim().toLowerCase(),
    valid: isLocalPart,
  });

/** A URI; which schemes make sense is for the object's own checks. */
export const uri = (description = ''): Field<string> =>
  textField('uri', description, { normalize: (value) => value.trim(), valid: isUri });

export const ipAddress = (description = ''): Field<string> =>
  textField('ipAddress', description, { read: canonicalAddress });

/** `192.0.2.0/24`, or a single address. */
export const ipNetwork = (description = ''): Field<string> =>
  textField('ipNetwork', description, { read: canonicalNetwork });

/** `[::]:993` */
export const socketAddress = (description = ''): Field<string> =>
  textField('socketAddress', description, { read: canonicalSocketAddress });

type EnumName = keyof typeof ENUMS;

/** One of the literals of an enumeration. */
export const choice = <N extends EnumName>(enumName: N, description = ''): Field<(typeof ENUMS)[N][number]> =>
  enumField<(typeof ENUMS)[N][number]>(enumName, ENUMS[enumName], description);

/** The name of a permission. */
export const permissionChoice = (): Field<PermissionName> => enumField('Permission', PERMISSION_NAMES, '');

/** Identifier of a blob, opaque here. */
export const blobId = (description = ''): Field<string> =>
  new Field<string>(
    { ...textKind('string', {}, { maxLength: 255 }), type: { type: 'blobId' } },
    { description },
  );

const hasControl = (value: string): boolean => /[\u0000-\u001f\u007f]/.test(value);

export function normalizeEmail(value: string): string {
  const lower = value.trim().toLowerCase();
  const at = lower.lastIndexOf('@');
  return at < 0 ? lower : `${lower.slice(0, at)}@${normalizeDomain(lower.slice(at + 1))}`;
}

/** A domain in lower case and A-label form; what cannot be converted comes back as it was. */
export function normalizeDomain(value: string): string {
  const lower = value.trim().toLowerCase().replace(/\.$/, '');
  return /[^\u0020-\u007e]/.test(lower) ? domainToASCII(lower) || lower : lower;
}

/** RFC 1035 §2.3.4 lengths, RFC 5890 A-labels; underscores are left to the service records. */
export function isDomainName(value: string): boolean {
  if (value.length === 0 || value.length > 253) return false;
  return value
    .split('.')
    .every((label) => label.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label));
}

/** RFC 5321 §4.5.3.1.1 length; `%` is taken by the sign-in names of those who act for others. */
export function isLocalPart(value: string): boolean {
  return (
    value.length > 0 && utf8(value).length <= 64 && !/[\s@%"(),:;<>[\]\\]/.test(value) && !hasControl(value)
  );
}

export function isEmailAddress(value: string): boolean {
  const at = value.lastIndexOf('@');
  return (
    at > 0 &&
    utf8(value.slice(0, at)).length <= 64 &&
    !/[\s<>]/.test(value) &&
    !hasControl(value) &&
    isDomainName(value.slice(at + 1))
  );
}

const isUri = (value: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(value) && !hasControl(value);

interface TextFormat {
  readonly normalize?: (value: string) => string;
  /** False: the finished record breaks a constraint. */
  readonly valid?: (value: string) => boolean;
  /** Canonical text, or undefined: this is not a value of the kind at all. */
  readonly read?: (value: string) => string | undefined;
}

function textField(
  format: string,
  description: string,
  rules: TextFormat,
  limits: TextRules = {},
): Field<string> {
  return new Field<string>(textKind(format, rules, limits), { description });
}

function textKind(format: string, rules: TextFormat, limits: TextRules): Kind<string> {
  const { normalize, valid, read } = rules;
  const { maxLength } = limits;
  const type: WireType =
    maxLength === undefined ? { type: 'string', format } : { type: 'string', format, maxLength };
  return {
    type,
    parse(json, at, input) {
      if (typeof json !== 'string') return input.reject(at, 'a text is expected');
      if (json.includes('\0')) return input.reject(at, 'a text may not hold a NUL character');
      if (!json.isWellFormed()) return input.reject(at, 'the text is not valid Unicode');
      if (!read || json === '') return normalize ? normalize(json) : json;
      return read(json.trim()) ?? input.reject(at, `not a valid ${format}`);
    },
    format: (value) => value,
    check(value, at, problems) {
      if (valid && !valid(value))
        problems.violate({ type: 'Invalid', property: at, value: value.slice(0, 256) });
      if (maxLength !== undefined && value.length > maxLength) {
        problems.violate({ type: 'MaxLength', property: at, required: maxLength });
      }
    },
    implied: () => '',
    missing: (value) => value === '',
    indexBytes: (value) => [utf8(value)],
  };
}

function enumField<T extends string>(
  enumName: string,
  literals: readonly T[],
  description: string,
): Field<T> {
  const known: ReadonlySet<string> = new Set(literals);
  return new Field<T>(
    {
      type: { type: 'enum', enumName },
      parse: (json, at, input: Input) =>
        typeof json === 'string' && known.has(json)
          ? (json as T)
          : input.reject(at, `not a value of ${enumName}`),
      format: (value) => value,
      indexBytes: (value: T) => [utf8(value)],
    } as Kind<NonNullable<T>>,
    { description },
  );
}
