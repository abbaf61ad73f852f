// Kinds whose values are numbers, booleans, times and ids.
import { encodeId } from '../../base/index.ts';
import { keys } from '../../store/index.ts';
import { Field } from './field.ts';
import type { Kind, WireType } from './kind.ts';

export interface NumberRules {
  readonly min?: number;
  readonly max?: number;
}

export const boolean = (description = ''): Field<boolean> =>
  new Field<boolean>(
    {
      type: { type: 'boolean' },
      parse: (json, at, input) =>
        typeof json === 'boolean' ? json : input.reject(at, 'true or false is expected'),
      format: (value) => value,
      implied: () => false,
      indexBytes: (value) => [Uint8Array.of(value ? 1 : 0)],
    },
    { description },
  );

/** A whole number, not negative. */
export const unsigned = (description = '', rules: NumberRules = {}): Field<number> =>
  numberField('unsignedInteger', description, rules, 0);

export const integer = (description = '', rules: NumberRules = {}): Field<number> =>
  numberField('integer', description, rules, undefined);

export const float = (description = '', rules: NumberRules = {}): Field<number> =>
  numberField('float', description, rules, undefined);

/** Bytes. */
export const size = (description = '', rules: NumberRules = {}): Field<number> =>
  numberField('size', description, rules, 0);

/** Milliseconds, more than none. */
export const duration = (description = '', rules: NumberRules = {}): Field<number> =>
  numberField('duration', description, rules, 1);

/** Milliseconds since 1970; RFC 3339 in UTC with whole seconds on the wire. */
export const utcDateTime = (description = ''): Field<number> =>
  new Field<number>(
    {
      type: { type: 'utcDateTime' },
      parse: (json, at, input) =>
        (typeof json === 'string' ? parseUtc(json) : undefined) ??
        input.reject(at, 'a time such as 2026-04-15T18:13:35Z is expected'),
      format: formatUtc,
      implied: () => 0,
      indexBytes: (value) => [orderedNumber(value)],
    },
    { description },
  );

/** Id of an object of this type, or of one variant of it: `reference('Account/Group')`. */
export function reference(target: string, description = ''): Field<number> {
  const [type, variant] = target.split('/') as [string, string | undefined];
  const kind: Kind<number> = {
    type: { type: 'objectId', objectName: `x:${target}` },
    parse(json, at, input) {
      if (typeof json !== 'string') return input.reject(at, 'an id is expected');
      if (json === '') return 0;
      return input.id(json) ?? input.reject(at, `"${json.slice(0, 40)}" is not a valid id`);
    },
    format: encodeId,
    implied: () => 0,
    missing: (value) => value === 0,
    references: (value, visit, at) => visit(variant ? { type, variant } : { type }, value, at),
    indexBytes: (value) => [keys.u53Part(value)],
  };
  return new Field<number>(kind, { description });
}

/** `2026-04-15T18:13:35Z` */
export const formatUtc = (value: number): string => `${new Date(value).toISOString().slice(0, -5)}Z`;

/** Milliseconds since 1970 of an RFC 3339 time in UTC, cut to whole seconds. */
export function parseUtc(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value)) return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) return undefined;
  const whole = Math.floor(time / 1000) * 1000;
  // a day that does not exist (30 February) rolls over instead of failing
  return formatUtc(whole).slice(0, 10) === value.slice(0, 10) ? whole : undefined;
}

/** Eight bytes whose order is the order of the numbers. */
export function orderedNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, value === 0 ? 0 : value);
  if (((bytes[0] as number) & 0x80) === 0) bytes[0] = (bytes[0] as number) | 0x80;
  else for (let i = 0; i < 8; i++) bytes[i] = ~(bytes[i] as number);
  return bytes;
}

function numberField(
  format: string,
  description: string,
  rules: NumberRules,
  lowest: number | undefined,
): Field<number> {
  const { min = lowest, max } = rules;
  const whole = format !== 'float';
  const type: WireType = { type: 'number', format, ...rules };
  return new Field<number>(
    {
      type,
      parse(json, at, input) {
        if (typeof json !== 'number' || !Number.isFinite(json))
          return input.reject(at, 'a number is expected');
        if (whole && !Number.isSafeInteger(json)) return input.reject(at, 'a whole number is expected');
        return json;
      },
      format: (value) => value,
      check(value, at, problems) {
        if (min !== undefined && value < min) {
          problems.violate({ type: 'MinValue', property: at, required: min });
        }
        if (max !== undefined && value > max) {
          problems.violate({ type: 'MaxValue', property: at, required: max });
        }
      },
      implied: () => 0,
      indexBytes: (value) => [orderedNumber(value)],
    },
    { description },
  );
}
