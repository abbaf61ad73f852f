// Values for every kind of field, made from the schema: what a record needs at least, another valid value of a
// property, and a value that cannot be one.
import { ChangeInput } from '../../src/registry/engine/input.ts';
import { ENUMS } from '../../src/registry/generated/enums.ts';
import { PERMISSION_NAMES, schema } from '../../src/registry/index.ts';
import type { Json } from './registry.ts';

type AnyField = schema.Field<unknown>;

/** Gives the id of a record of a type: `Domain`, `Account/Group`. */
export type Referred = (target: string) => Promise<string>;

/** Values that only mean something to a check of the type, by `Shape.property`. */
export type Special = Readonly<Record<string, unknown>>;

export class Samples {
  readonly #referred: Referred;
  readonly #special: Special;

  constructor(referred: Referred, special: Special) {
    this.#referred = referred;
    this.#special = special;
  }

  /** The least that a record of a struct needs. */
  async least(struct: schema.Struct): Promise<Json> {
    const json: Json = {};
    for (const [name, field] of Object.entries(struct.fields)) {
      const place = `${struct.name}.${name}`;
      if (field.spec.update === 'serverSet') continue;
      if (place in this.#special) json[name] = this.#special[place];
      else if (!holds(field, field.initial())) json[name] = await this.value(field, place, 0);
    }
    return json;
  }

  /** A valid value of a field; another `turn`, another value where there is one. */
  async value(field: AnyField, place: string, turn: number): Promise<unknown> {
    if (place in this.#special) return this.#special[place];
    const { type } = field;
    switch (type['type']) {
      case 'boolean':
        return turn % 2 === 0;
      case 'number':
        return number(type, turn);
      case 'utcDateTime':
        return `2031-01-0${1 + (turn % 8)}T00:00:00Z`;
      case 'enum':
        return literal(String(type['enumName']), turn);
      case 'objectId':
        return this.#referred(String(type['objectName']).slice(2));
      case 'blobId':
        return `blob${turn}`;
      case 'string':
        return text(type['format'], turn).slice(0, (type['maxLength'] as number | undefined) ?? 1000);
      case 'set':
        return this.#set(field, place, turn);
      case 'map':
        return this.#map(field, place, turn);
      case 'objectList':
        return this.#list(field, turn);
      case 'object':
        return this.shape(field.kind.shapes?.[0] as schema.Shape, turn);
      default:
        throw new Error(`no sample of ${JSON.stringify(type)}`);
    }
  }

  /** A valid value of a shape, of one of its variants by turns. */
  async shape(shape: schema.Shape, turn: number): Promise<Json> {
    if (shape.name === 'Expression') return { else: turn % 2 ? 'true' : 'false', match: {} };
    if (!schema.isUnion(shape)) return this.least(shape);
    const variants = variantsOf(shape);
    const [tag, struct] = variants[turn % variants.length] as (typeof variants)[number];
    return { '@type': tag, ...(struct ? await this.least(struct) : {}) };
  }

  async #set(field: AnyField, place: string, turn: number): Promise<Json> {
    const member = new schema.Field(field.kind.member as never, { description: '' });
    const json: Json = {};
    for (let i = 0; i < least(field); i++) {
      json[String(await this.value(member, `${place}/`, turn + i))] = true;
    }
    return json;
  }

  async #list(field: AnyField, turn: number): Promise<Json> {
    const [shape] = field.kind.shapes ?? [];
    const json: Json = {};
    for (let i = 0; i < least(field); i++)
      json[String(i)] = await this.shape(shape as schema.Shape, turn + i);
    return json;
  }

  async #map(field: AnyField, place: string, turn: number): Promise<Json> {
    const { keyClass, valueClass } = field.type as Readonly<Record<string, Json>>;
    const part = (type: unknown): AnyField =>
      ({ type, kind: { shapes: field.kind.shapes } }) as unknown as AnyField;
    const key = await this.value(part(keyClass), `${place}/`, turn);
    return { [String(key)]: await this.value(part(valueClass), `${place}/`, turn) };
  }
}

/** Items that a set or list needs, and one at least. */
const least = (field: AnyField): number => Math.max(1, (field.type['minItems'] as number | undefined) ?? 1);

/** Variants that are supported. */
export const variantsOf = (shape: schema.Union): [string, schema.Struct | null][] =>
  Object.entries(shape.variants).filter(([tag]) => shape.refused[tag] === undefined);

/** Something that can never be a value of the field. */
export function wrongValue(field: AnyField): unknown {
  switch (field.type['type']) {
    case 'boolean':
      return 'yes';
    case 'number':
      return '1';
    case 'utcDateTime':
      return 'tomorrow';
    case 'enum':
      return 'no such literal';
    case 'objectId':
      return 'not an id!';
    case 'set':
    case 'map':
    case 'objectList':
    case 'object':
      return [];
    default:
      return 7;
  }
}

/** True for a value that needs nothing more. */
function holds(field: AnyField, value: unknown): boolean {
  if (value === undefined) return false;
  if (value === null) return true;
  const input = new ChangeInput(new Map(), { internal: true });
  if (field.kind.missing?.(value as never) === true) return false;
  field.kind.check?.(value as never, '', input);
  return input.violations.length === 0 && input.rejected.size === 0;
}

function number(type: Readonly<Record<string, unknown>>, turn: number): number {
  const least = (type['min'] as number | undefined) ?? (type['format'] === 'duration' ? 1 : 0);
  const most = (type['max'] as number | undefined) ?? Number.MAX_SAFE_INTEGER;
  return Math.min(most, least + 1 + turn);
}

function literal(enumName: string, turn: number): string {
  const literals: readonly string[] =
    enumName === 'Permission' ? PERMISSION_NAMES : ENUMS[enumName as keyof typeof ENUMS];
  return literals[turn % literals.length] as string;
}

function text(format: unknown, turn: number): string {
  switch (format) {
    case 'emailAddress':
      return `sample${turn}@example.com`;
    case 'uri':
      return `https://sample${turn}.example/`;
    case 'ipAddress':
    case 'ipNetwork':
      return `192.0.2.${turn + 1}`;
    case 'socketAddress':
      return `127.0.0.1:${5000 + turn}`;
    default:
      return `sample${turn}`;
  }
}
