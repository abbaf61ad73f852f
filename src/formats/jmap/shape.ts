// Declares the arguments of a method once: the declaration checks what a peer sent and is the type that
// server and client share (RFC 8620 §3.9: arguments are checked strictly).
import { Invalid } from '../../base/index.ts';
import { isObject, type JsonObject } from './request.ts';

/** Returns the value with its defaults, or throws `Invalid` that names the place. */
export type Shape<Out, In = Out> = ((value: unknown, at: string) => Out) & { readonly in?: In };

/** What a handler gets. */
export type OutOf<S> = S extends Shape<infer Out, infer _In> ? Out : never;
/** What a caller gives. */
export type InOf<S> = S extends { readonly in?: infer In } ? Exclude<In, undefined> : never;

export const wrong = (at: string, reason: string): never => {
  throw new Invalid([{ property: at, reason }]);
};

export const anything: Shape<unknown> = (value) => value;

export const text: Shape<string> = (value, at) =>
  typeof value === 'string' ? value : wrong(at, 'must be a string');

/** An id as sent: one that cannot exist is simply not found, so its syntax is not checked here. */
export const id: Shape<string> = text;

export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : wrong(at, 'must be true or false');

/** Int of RFC 8620 §1.3. */
export const integer: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) ? (value as number) : wrong(at, 'must be an integer');

/** UnsignedInt of RFC 8620 §1.3. */
export const unsigned: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : wrong(at, 'must be a non-negative integer');

export const positive: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : wrong(at, 'must be greater than 0');

export const object: Shape<JsonObject> = (value, at) =>
  isObject(value) ? value : wrong(at, 'must be an object');

/** Null and absence are the same. */
export const nullable =
  <Out, In>(shape: Shape<Out, In>): Shape<Out | null, In | null | undefined> =>
  (value, at) =>
    value === null || value === undefined ? null : shape(value, at);

/** Absent takes the default; null does not. */
export const withDefault =
  <Out, In>(shape: Shape<Out, In>, standard: Out): Shape<Out, In | undefined> =>
  (value, at) =>
    value === undefined ? standard : shape(value, at);

export const list =
  <Out, In>(shape: Shape<Out, In>): Shape<Out[], readonly In[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return wrong(at, 'must be an array');
    return value.map((item: unknown, i) => shape(item, `${at}/${i}`));
  };

export const mapOf =
  <Out, In>(shape: Shape<Out, In>): Shape<Record<string, Out>, Readonly<Record<string, In>>> =>
  (value, at) => {
    if (!isObject(value)) return wrong(at, 'must be an object');
    const out: Record<string, Out> = Object.create(null) as Record<string, Out>;
    for (const name of Object.keys(value)) out[name] = shape(value[name], `${at}/${name}`);
    return out;
  };

/** A UTCDate or, with a zone, a Date of RFC 8620 §1.4, as milliseconds since 1970. */
export const utcDate: Shape<number, string> = (value, at) =>
  parseDate(value, true) ?? wrong(at, 'must be a date like 2014-10-30T06:12:00Z');

const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 date-time; undefined when it is none. */
export function parseDate(value: unknown, utcOnly = false): number | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = DATE.exec(value);
  if (!parts || (utcOnly && parts[8] !== 'Z')) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number) as number[];
  const ms = parts[7] === undefined ? 0 : Math.trunc(Number(parts[7]) * 1000);
  // A leap second is written as :60.
  if ((hour as number) > 23 || (minute as number) > 59 || (second as number) > 60) return undefined;
  const date = Date.UTC(
    year as number,
    (month as number) - 1,
    day,
    hour,
    minute,
    Math.min(second as number, 59),
    ms,
  );
  const check = new Date(date);
  if (check.getUTCMonth() !== (month as number) - 1 || check.getUTCDate() !== day) return undefined;
  return (year as number) < 100 ? undefined : date - zoneOffset(parts[8] as string);
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

export type Fields = Readonly<Record<string, Shape<unknown, unknown>>>;
export type RecordOut<F extends Fields> = { readonly [K in keyof F]: OutOf<F[K]> };
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Shape<infer _Out, infer In> ? (undefined extends In ? K : never) : never;
}[keyof F];
export type RecordIn<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: InOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: InOf<F[K]>;
};

/** A shape that tells its members. */
export type RecordShape<F extends Fields> = Shape<RecordOut<F>, RecordIn<F>> & { readonly fields: F };

/** An object with exactly these members. */
export function record<F extends Fields>(fields: F): RecordShape<F> {
  const names = Object.keys(fields);
  const check = (value: unknown, at: string): RecordOut<F> => {
    if (!isObject(value)) return wrong(at, 'must be an object');
    const prefix = at === '' ? '' : `${at}/`;
    for (const name in value) {
      if (!Object.hasOwn(fields, name)) wrong(prefix + name, 'is not known');
    }
    const out: Record<string, unknown> = {};
    for (const name of names) out[name] = (fields[name] as Shape<unknown>)(value[name], prefix + name);
    return out as RecordOut<F>;
  };
  return Object.assign(check, { fields });
}
