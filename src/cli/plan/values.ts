// Values of a plan beside what the server has: defaults filled in, what only the server sets left out, secrets that
// cannot be compared kept. Two values made here are equal when applying the one to the other would change nothing.
import { isDeepStrictEqual } from 'node:util';
import type { SchemaProperty, SchemaType } from '../../admin/index.ts';
import { isJson, type Json } from '../json.ts';
import { escapeKey } from '../render.ts';
import type { SchemaView } from '../schema-view.ts';

/** What every stored secret looks like. */
export const MASK = '****';

/** Gives the id that a plan means: of `#key` the record's, of a name the named one's; `#key` while there is none. */
export type IdOf = (type: SchemaType, text: string) => Promise<string>;

export interface SettleOptions {
  readonly idOf: IdOf;
  /** Secrets of the plan replace those that are stored. */
  readonly secrets: boolean;
}

/** A wanted value, in the form in which the server would show it. `current` is what stands there now. */
export async function settle(
  view: SchemaView,
  type: SchemaType,
  wanted: unknown,
  current: unknown,
  options: SettleOptions,
): Promise<unknown> {
  if (wanted === null || wanted === undefined) return null;
  if (isSecret(type, current)) return current === MASK && !options.secrets ? MASK : wanted;
  switch (type.type) {
    case 'objectId':
      return typeof wanted === 'string' ? options.idOf(type, wanted) : wanted;
    case 'object':
      return isJson(wanted)
        ? settleObject(view, type.objectName as string, wanted, current, options)
        : wanted;
    case 'objectList':
      return isJson(wanted) ? settleList(view, type, wanted, current, options) : wanted;
    case 'set': {
      if (!isJson(wanted)) return wanted;
      const members: Record<string, unknown> = {};
      for (const [key, present] of Object.entries(wanted)) {
        if (present !== true) continue;
        members[String(await settle(view, type.class as SchemaType, key, undefined, options))] = true;
      }
      return members;
    }
    case 'map': {
      if (!isJson(wanted)) return wanted;
      const entries: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(wanted)) {
        const before = isJson(current) ? current[key] : undefined;
        const name = type.keyClass?.type === 'objectId' ? await options.idOf(type.keyClass, key) : key;
        entries[name] = await settle(view, type.valueClass as SchemaType, value, before, options);
      }
      return entries;
    }
    default:
      return wanted;
  }
}

async function settleObject(
  view: SchemaView,
  shape: string,
  wanted: Json,
  current: unknown,
  options: SettleOptions,
): Promise<Json> {
  const tag = wanted['@type'];
  const before = isJson(current) && current['@type'] === tag ? current : {};
  const fields = view.fields(shape, tag);
  const value: Record<string, unknown> = tag === undefined ? {} : { '@type': tag };
  for (const [name, property] of Object.entries(fields?.properties ?? {})) {
    if (property.update === 'serverSet') continue;
    const given = Object.hasOwn(wanted, name) ? wanted[name] : (fields?.defaults[name] ?? null);
    const settled = await settle(view, property.type, given, before[name], options);
    if (settled !== null) value[name] = settled;
  }
  // What the schema does not know is for the server to refuse.
  for (const name of Object.keys(wanted)) {
    if (name !== '@type' && !Object.hasOwn(fields?.properties ?? {}, name)) value[name] = wanted[name];
  }
  return value;
}

/** Items that the server makes (app passwords, API keys) are none of the plan's business: they stay, at the end. */
async function settleList(
  view: SchemaView,
  type: SchemaType,
  wanted: Json,
  current: unknown,
  options: SettleOptions,
): Promise<Json> {
  const shape = type.objectName as string;
  const before = listItems(current);
  const own = before.filter((item) => !isServerMade(view, shape, item));
  const made = before.filter((item) => isServerMade(view, shape, item));
  const items: unknown[] = [];
  const given = listItems(wanted).filter((item) => !isServerMade(view, shape, item));
  for (const [i, item] of given.entries()) {
    items.push(await settleObject(view, shape, item, own[i], options));
  }
  return Object.fromEntries([...items, ...made].map((item, i) => [String(i), item]));
}

/** What the server shows, without what only the server sets. */
export function bare(view: SchemaView, type: SchemaType, value: unknown): unknown {
  if (!isJson(value)) return value ?? null;
  switch (type.type) {
    case 'object':
      return bareObject(view, type.objectName as string, value);
    case 'objectList': {
      const shape = type.objectName as string;
      const items = listItems(value);
      const own = items.filter((item) => !isServerMade(view, shape, item));
      const made = items.filter((item) => isServerMade(view, shape, item));
      return Object.fromEntries(
        [...own.map((item) => bareObject(view, shape, item)), ...made].map((item, i) => [String(i), item]),
      );
    }
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, bare(view, type.valueClass as SchemaType, one)]),
      );
    default:
      return value;
  }
}

function bareObject(view: SchemaView, shape: string, value: Json): Json {
  const tag = value['@type'];
  const result: Record<string, unknown> = tag === undefined ? {} : { '@type': tag };
  for (const [name, property] of Object.entries(view.properties(shape, tag))) {
    if (property.update === 'serverSet') continue;
    const inner = bare(view, property.type, value[name]);
    if (inner !== null) result[name] = inner;
  }
  return result;
}

/** A record without what the server alone sets, and without secrets that it cannot be made with: for a create. */
export function creatable(view: SchemaView, shape: string, record: Json): Json {
  return stripped(view, shape, record) ?? record;
}

/** Undefined when something is missing without which the value cannot be. */
function stripped(view: SchemaView, shape: string, value: Json): Json | undefined {
  const tag = value['@type'];
  const properties = view.properties(shape, tag);
  const result: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const property = properties[name];
    const kept = property ? strippedValue(view, property, one) : one;
    if (kept !== undefined) result[name] = kept;
    else if (property?.required) return undefined;
  }
  return result;
}

function strippedValue(view: SchemaView, { type }: SchemaProperty, value: unknown): unknown {
  if (value === MASK) return undefined;
  if (!isJson(value)) return value;
  if (type.type === 'object') return stripped(view, type.objectName as string, value);
  if (type.type !== 'objectList') return value;
  const items = listItems(value).flatMap((item) => stripped(view, type.objectName as string, item) ?? []);
  return Object.fromEntries(items.map((item, i) => [String(i), item]));
}

/** True for an item whose secret only the server makes. */
export function isServerMade(view: SchemaView, shape: string, item: Json): boolean {
  return Object.values(view.properties(shape, item['@type'])).some(
    ({ type, update }) => update === 'serverSet' && type.format === 'secret',
  );
}

/** Items of a list in their order. */
export const listItems = (value: unknown): Json[] =>
  isJson(value)
    ? Object.entries(value)
        .sort(([a], [b]) => Number(a) - Number(b))
        .flatMap(([, item]) => (isJson(item) ? [item] : []))
    : [];

export const isSecret = ({ format }: SchemaType, current: unknown): boolean =>
  format === 'secret' || format === 'secretText' || current === MASK;

/** One difference between two values. */
export interface Difference {
  /** Pointer. */
  readonly at: string;
  /** Undefined where there was nothing, or will be nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Every difference, each at the deepest place that it has. */
export function differences(at: string, before: unknown, after: unknown): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isJson(before) || !isJson(after) || before['@type'] !== after['@type']) {
    return [{ at, before: before ?? undefined, after: after ?? undefined }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(`${at}/${escapeKey(key)}`, before[key], after[key]),
  );
}

/** Replaces ids within a value. */
export async function mapIds(
  view: SchemaView,
  type: SchemaType,
  value: unknown,
  replace: (type: SchemaType, id: string) => Promise<string> | string,
): Promise<unknown> {
  if (type.type === 'objectId') return typeof value === 'string' ? replace(type, value) : value;
  if (!isJson(value)) return value;
  const result: Record<string, unknown> = {};
  switch (type.type) {
    case 'set':
      if (type.class?.type !== 'objectId') return value;
      for (const [key, present] of Object.entries(value)) result[await replace(type.class, key)] = present;
      return result;
    case 'map':
      for (const [key, one] of Object.entries(value)) {
        const name = type.keyClass?.type === 'objectId' ? await replace(type.keyClass, key) : key;
        result[name] = await mapIds(view, type.valueClass as SchemaType, one, replace);
      }
      return result;
    case 'objectList':
      for (const [key, one] of Object.entries(value)) {
        const item: SchemaType = { type: 'object', objectName: type.objectName as string };
        result[key] = await mapIds(view, item, one, replace);
      }
      return result;
    case 'object':
      return mapRecordIds(view, type.objectName as string, value, replace);
    default:
      return value;
  }
}

/** Replaces ids in all properties of a record or nested object. */
export async function mapRecordIds(
  view: SchemaView,
  shape: string,
  record: Json,
  replace: (type: SchemaType, id: string) => Promise<string> | string,
): Promise<Json> {
  const properties = view.properties(shape, record['@type']);
  const result: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(record)) {
    const type = properties[name]?.type;
    result[name] = type ? await mapIds(view, type, one, replace) : one;
  }
  return result;
}
