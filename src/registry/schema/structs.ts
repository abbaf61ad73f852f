// Nested values with named fields: structs, and unions of structs told apart by `@type`. The top level of
// every object is one of the two, so creating, patching, checking and showing a record is done here.
import { isDeepStrictEqual } from 'node:util';
import { type ComputedField, Field, type ValueOfField } from './field.ts';
import type { Input, Kind } from './kind.ts';
import { below, type PatchNode } from './pointer.ts';

export type Fields = Readonly<Record<string, Field<unknown>>>;
/** Values of the fields; computed ones are no part of it. */
export type StructValue<F extends Fields> = {
  readonly [K in keyof F as F[K] extends ComputedField<unknown> ? never : K]: ValueOfField<F[K]>;
};

/** Named fields. The name is that of the schema document, without `x:`. */
export interface Struct<F extends Fields = Fields> {
  readonly name: string;
  readonly description: string;
  readonly fields: F;
}

/** Alternatives told apart by `@type`; null for one without fields. The first that needs nothing is implied. */
export type Variants = Readonly<Record<string, Struct | null>>;
export type UnionValue<V extends Variants> = {
  [K in keyof V]: V[K] extends Struct<infer F>
    ? { readonly '@type': K } & StructValue<F>
    : { readonly '@type': K };
}[keyof V];

export interface Union<V extends Variants = Variants> {
  readonly name: string;
  readonly description: string;
  readonly variants: V;
  /** Variants that are known and not supported, each with a sentence that says what to use instead. */
  readonly refused: Readonly<Partial<Record<string, string>>>;
}

export type Shape = Struct | Union;
export type ShapeValue<S> =
  S extends Struct<infer F> ? StructValue<F> : S extends Union<infer V> ? UnionValue<V> : never;

/** A value of any shape, seen without its static type. */
export type Plain = Readonly<Record<string, unknown>>;

export const struct = <const F extends Fields>(name: string, description: string, fields: F): Struct<F> => ({
  name,
  description,
  fields,
});

export const union = <const V extends Variants>(
  name: string,
  description: string,
  variants: V,
  options: { readonly refused?: Readonly<Partial<Record<keyof V & string, string>>> } = {},
): Union<V> => ({
  name,
  description,
  variants,
  refused: options.refused ?? {},
});

export const isUnion = (shape: Shape): shape is Union => 'variants' in shape;

/** A nested value of this shape. */
export const nested = <S extends Shape>(shape: S, description = ''): Field<ShapeValue<S>> =>
  new Field<ShapeValue<S>>(shapeKind(shape) as Kind<NonNullable<ShapeValue<S>>>, { description });

/** A field of the shape, in whichever variant has it. */
export function findField(shape: Shape, name: string): Field<unknown> | undefined {
  if (!isUnion(shape)) return Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
  for (const variant of Object.values(shape.variants)) {
    if (variant && Object.hasOwn(variant.fields, name)) return variant.fields[name];
  }
  return undefined;
}

/** Fields of a value: those of its struct, or of its variant. */
export function fieldsOf(shape: Shape, value: Plain): Fields {
  if (!isUnion(shape)) return shape.fields;
  return variantOf(shape, value['@type'])?.fields ?? {};
}

const kinds = new WeakMap<Shape, Kind<Plain>>();

/** The kind of values of a shape. */
export function shapeKind(shape: Shape): Kind<Plain> {
  let kind = kinds.get(shape);
  if (!kind) {
    kind = isUnion(shape) ? unionKind(shape) : structKind(shape);
    kinds.set(shape, kind);
  }
  return kind;
}

function structKind(shape: Struct): Kind<Plain> {
  const { fields } = shape;
  return {
    type: { type: 'object', objectName: `x:${shape.name}` },
    shapes: [shape],
    parse: (json, at, input, before) =>
      isObject(json)
        ? parseFields(fields, json, at, input, before)
        : input.reject(at, 'an object is expected'),
    patch: (before, parts, at, input) => patchFields(fields, before, parts, at, input),
    format: (value) => formatFields(fields, value),
    check: (value, at, input) => checkFields(fields, value, at, input),
    implied: () => initialFields(fields),
    store: (value) => storeFields(fields, value),
    restore: (stored) => restoreFields(fields, stored as Plain),
    references(value, visit, at) {
      visitReferences(fields, value, visit, at);
    },
  };
}

function unionKind(shape: Union): Kind<Plain> {
  const fieldsOfValue = (value: Plain): Fields => fieldsOf(shape, value);
  const tagged = (tag: unknown, value: Plain | undefined): Plain | undefined =>
    value && { '@type': tag, ...value };
  const parse: Kind<Plain>['parse'] = (json, at, input, before) => {
    if (!isObject(json)) return input.reject(at, 'an object is expected');
    const { '@type': tag, ...rest } = json;
    const variant = variantOf(shape, tag);
    if (variant === undefined) return input.reject(below(at, '@type'), `not a variant of ${shape.name}`);
    const refused = shape.refused[tag as string];
    if (refused !== undefined) return input.reject(below(at, '@type'), refused);
    const same = before?.['@type'] === tag ? before : undefined;
    return tagged(tag, parseFields(variant?.fields ?? {}, rest, at, input, same));
  };
  return {
    type: { type: 'object', objectName: `x:${shape.name}` },
    shapes: [shape],
    parse,
    patch(before, parts, at, input) {
      const rest = new Map(parts);
      const tag = rest.get('@type');
      rest.delete('@type');
      if (tag && (tag.kind !== 'value' || tag.value !== before['@type'])) {
        // another variant: the value is built anew from what the patch gives
        const json: Record<string, unknown> = {};
        for (const [name, part] of parts) {
          if (part.kind === 'value') json[name] = part.value;
          else input.reject(below(at, name), 'the value is replaced by another variant');
        }
        return parse(json, at, input);
      }
      return tagged(before['@type'], patchFields(fieldsOfValue(before), before, rest, at, input));
    },
    format: (value) => ({ '@type': value['@type'], ...formatFields(fieldsOfValue(value), value) }),
    check: (value, at, input) => checkFields(fieldsOfValue(value), value, at, input),
    implied() {
      const [tag, variant] = Object.entries(shape.variants)[0] ?? [];
      return tagged(tag, initialFields(variant?.fields ?? {}));
    },
    store: (value) => ({ '@type': value['@type'], ...storeFields(fieldsOfValue(value), value) }),
    restore(stored) {
      const value = stored as Plain;
      if (variantOf(shape, value['@type']) === undefined) {
        throw new TypeError(`${shape.name} has no variant ${String(value['@type'])}`);
      }
      return { '@type': value['@type'], ...restoreFields(fieldsOfValue(value), value) };
    },
    references(value, visit, at) {
      visitReferences(fieldsOfValue(value), value, visit, at);
    },
  };
}

export const isObject = (json: unknown): json is Plain =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function variantOf(shape: Union, tag: unknown): Struct | null | undefined {
  return typeof tag === 'string' && Object.hasOwn(shape.variants, tag) ? shape.variants[tag] : undefined;
}

/** All fields from JSON; those that are not given get their first value, or keep what only the server sets. */
function parseFields(fields: Fields, json: Plain, at: string, input: Input, before?: Plain): Plain {
  for (const name of Object.keys(json)) {
    if (!Object.hasOwn(fields, name)) input.reject(below(at, name), 'no such property');
  }
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (Object.hasOwn(json, name)) {
      value[name] = parseField(field, json[name], below(at, name), input, before?.[name]);
    } else if (!field.isComputed) {
      const keep = field.spec.update === 'serverSet' ? before?.[name] : undefined;
      value[name] = keep === undefined ? field.initial() : keep;
    }
  }
  return value;
}

function parseField(
  field: Field<unknown>,
  json: unknown,
  at: string,
  input: Input,
  before: unknown,
): unknown {
  const { update, nullable } = field.spec;
  const known = before !== undefined;
  if (update === 'serverSet' && !input.internal) {
    // RFC 8620 §5.3: what the server sets may be sent back unchanged
    if (known && isDeepStrictEqual(json, formatField(field, before))) return before;
    return input.reject(at, 'this property is set by the server');
  }
  const value =
    json === null
      ? nullable
        ? null
        : input.reject(at, 'this property may not be null')
      : field.kind.parse(json, at, input, (before ?? undefined) as never);
  if (
    update === 'immutable' &&
    known &&
    !input.internal &&
    value !== undefined &&
    !isDeepStrictEqual(value, before)
  ) {
    return input.reject(at, 'this property is read-only');
  }
  return value;
}

function patchFields(
  fields: Fields,
  before: Plain,
  parts: ReadonlyMap<string, PatchNode>,
  at: string,
  input: Input,
): Plain {
  const value: Record<string, unknown> = { ...before };
  delete value['@type'];
  for (const [name, part] of parts) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const place = below(at, name);
    if (!field) {
      input.reject(place, 'no such property');
    } else if (part.kind === 'value') {
      value[name] = parseField(field, part.value, place, input, before[name]);
    } else {
      value[name] = patchField(field, before[name], part.children, place, input);
    }
  }
  return value;
}

function patchField(
  field: Field<unknown>,
  before: unknown,
  parts: ReadonlyMap<string, PatchNode>,
  at: string,
  input: Input,
): unknown {
  const { kind, spec } = field;
  const base = (before ?? kind.implied?.()) as never;
  if (!kind.patch || base === undefined) return input.reject(at, 'this property has no parts');
  if (!input.internal && spec.update !== 'mutable') {
    return input.reject(
      at,
      spec.update === 'immutable' ? 'this property is read-only' : 'this property is set by the server',
    );
  }
  return kind.patch(base, parts, at, input);
}

export function formatField(field: Field<unknown>, value: unknown): unknown {
  return value === null || value === undefined ? null : field.kind.format(value as never);
}

function formatFields(fields: Fields, value: Plain): Plain {
  const json: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const part = value[name] ?? null;
    if (part === null && (field.spec.omitNull || field.isComputed)) continue;
    json[name] = formatField(field, part);
  }
  return json;
}

function checkFields(fields: Fields, value: Plain, at: string, input: Input): void {
  for (const [name, field] of Object.entries(fields)) {
    const part = value[name];
    const place = below(at, name);
    if (part === null || field.isComputed) continue;
    const missing = part === undefined || field.kind.missing?.(part as never) === true;
    if (missing && isRequired(field)) {
      input.violate({ type: 'Required', property: place });
    } else if (field.spec.update !== 'serverSet' || !(missing || part === field.spec.defaultValue)) {
      field.kind.check?.(part as never, place, input);
    }
  }
}

/** What only the server sets is its own affair: some of it is known only after the check. */
const isRequired = (field: Field<unknown>): boolean =>
  !field.spec.nullable && field.spec.update !== 'serverSet';

function initialFields(fields: Fields): Plain {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) if (!field.isComputed) value[name] = field.initial();
  return value;
}

/** Null is left out where it is what an absent field means anyway. */
function storeFields(fields: Fields, value: Plain): Plain {
  const stored: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const part = value[name];
    if (part === undefined || field.isComputed || (part === null && !field.spec.hasDefault)) continue;
    stored[name] = part === null || !field.kind.store ? part : field.kind.store(part as never);
  }
  return stored;
}

function restoreFields(fields: Fields, stored: Plain): Plain {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const part = stored[name];
    if (field.isComputed) continue;
    if (part === undefined) value[name] = field.initial();
    else value[name] = part === null || !field.kind.restore ? part : field.kind.restore(part);
  }
  return value;
}

function visitReferences(
  fields: Fields,
  value: Plain,
  visit: Parameters<NonNullable<Kind<Plain>['references']>>[1],
  at: string,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const part = value[name];
    if (part !== null && part !== undefined) field.kind.references?.(part as never, visit, below(at, name));
  }
}
