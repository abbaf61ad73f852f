// Kinds that hold several values: sets (`{"member": true}`), ordered lists (`{"0": {...}, "1": {...}}`) and
// maps. Arrays are never used on the wire. As values, sets and lists are arrays and maps are objects.
import { Field } from './field.ts';
import type { Input, Kind } from './kind.ts';
import { below, type PatchNode } from './pointer.ts';
import { isObject, type Plain, type Shape, type ShapeValue, shapeKind } from './structs.ts';

interface CollectionRules {
  readonly minItems?: number;
}

/** Most members of one collection; the size of the record bounds it as well. */
const MAX_ITEMS = 10_000;

/** Members without order or repetition, kept sorted by their text. */
export function set<T>(member: Field<T>, description = '', rules: CollectionRules = {}): Field<readonly T[]> {
  return new Field<readonly T[]>(setKind(member.kind as Kind<unknown>, rules) as Kind<readonly T[]>, {
    description,
  });
}

interface ListRules extends CollectionRules {
  /** Server-set field that tells which stored item a written one was, wherever it stands now. */
  readonly identity?: string;
}

/** Values of a shape in order. */
export function list<S extends Shape>(
  shape: S,
  description = '',
  rules: ListRules = {},
): Field<readonly ShapeValue<S>[]> {
  const kind: Kind<readonly unknown[]> = listKind(shapeKind(shape), shape.name, rules);
  return new Field<readonly ShapeValue<S>[]>(kind as Kind<readonly ShapeValue<S>[]>, { description });
}

/** As `list`, of a shape that contains itself: it is asked for when it is first needed. */
export function recursiveList(name: string, shape: () => Shape, description = ''): Field<readonly Plain[]> {
  let made: Kind<readonly Plain[]> | undefined;
  const kind = (): Kind<readonly Plain[]> => {
    made ??= listKind(shapeKind(shape()), name, {});
    return made;
  };
  return new Field<readonly Plain[]>(
    {
      type: { type: 'objectList', objectName: `x:${name}` },
      get shapes() {
        return [shape()];
      },
      parse: (json, at, input, before) => kind().parse(json, at, input, before),
      patch: (before, parts, at, input) => kind().patch?.(before, parts, at, input),
      format: (value) => kind().format(value),
      check: (value, at, input) => kind().check?.(value, at, input),
      implied: () => [],
      store: (value) => kind().store?.(value),
      restore: (stored) => kind().restore?.(stored) ?? [],
      references(value, visit, at) {
        kind().references?.(value, visit, at);
      },
    },
    { description },
  );
}

/** Values by key; the keys are text, also those of numbers and ids. */
export function map<K extends string | number, V>(
  key: Field<K>,
  value: Field<V>,
  description = '',
): Field<Readonly<Partial<Record<K extends number ? string : K, V>>>> {
  type Entries = Readonly<Partial<Record<K extends number ? string : K, V>>>;
  const kind = mapKind(key.kind as Kind<unknown>, value.kind as Kind<unknown>);
  return new Field<Entries>(kind as Kind<unknown> as Kind<Entries>, { description });
}

function setKind(member: Kind<unknown>, { minItems }: CollectionRules): Kind<readonly unknown[]> {
  const parseMember = (key: string, at: string, input: Input): unknown => {
    const parsed = member.parse(key, below(at, key), input);
    if (parsed !== undefined && member.missing?.(parsed) === true) {
      return input.reject(below(at, key), 'an empty member is not allowed');
    }
    return parsed;
  };
  const collect = (
    members: ReadonlyMap<string, unknown>,
    at: string,
    input: Input,
  ): readonly unknown[] | undefined => {
    if (members.size > MAX_ITEMS) return input.reject(at, `more than ${MAX_ITEMS} members`);
    return [...members].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
  };
  return {
    type: { type: 'set', class: member.type, ...(minItems === undefined ? {} : { minItems }) },
    member,
    parse(json, at, input) {
      if (!isObject(json)) return input.reject(at, 'an object of members is expected');
      const members = new Map<string, unknown>();
      for (const [key, present] of Object.entries(json)) {
        if (present !== true) input.reject(below(at, key), 'a member is given as true');
        const value = parseMember(key, at, input);
        if (value !== undefined) members.set(String(member.format(value)), value);
      }
      return collect(members, at, input);
    },
    patch(before, parts, at, input) {
      const members = new Map(before.map((value) => [String(member.format(value)), value]));
      for (const [key, part] of parts) {
        const place = below(at, key);
        const value = parseMember(key, at, input);
        if (value === undefined) continue;
        const name = String(member.format(value));
        if (part.kind !== 'value') input.reject(place, 'a member has no parts');
        else if (part.value === true) members.set(name, value);
        else if (part.value === false || part.value === null) members.delete(name);
        else input.reject(place, 'a member is added by true and removed by null');
      }
      return collect(members, at, input);
    },
    format: (value) => Object.fromEntries(value.map((one) => [String(member.format(one)), true])),
    check(value, at, input) {
      for (const one of value) member.check?.(one, below(at, String(member.format(one))), input);
      if (minItems !== undefined && value.length < minItems) {
        input.violate({ type: 'MinLength', property: at, required: minItems });
      }
    },
    implied: () => [],
    references(value, visit, at) {
      for (const one of value) member.references?.(one, visit, below(at, String(member.format(one))));
    },
    ...(member.indexBytes
      ? { indexBytes: (value: readonly unknown[]) => value.flatMap((one) => member.indexBytes?.(one) ?? []) }
      : {}),
  };
}

function listKind(
  item: Kind<Plain>,
  name: string,
  { minItems, identity }: ListRules,
): Kind<readonly Plain[]> {
  const flat = (
    items: ReadonlyMap<number, Plain>,
    at: string,
    input: Input,
  ): readonly Plain[] | undefined => {
    if (items.size > MAX_ITEMS) return input.reject(at, `more than ${MAX_ITEMS} items`);
    return [...items].sort(([a], [b]) => a - b).map(([, value]) => value);
  };
  const stored = (
    json: unknown,
    position: number,
    before: readonly Plain[] | undefined,
  ): Plain | undefined => {
    if (!identity || !isObject(json) || json[identity] === undefined) return before?.[position];
    return before?.find((one) => one[identity] === json[identity]);
  };
  return {
    type: { type: 'objectList', objectName: `x:${name}`, ...(minItems === undefined ? {} : { minItems }) },
    shapes: item.shapes ?? [],
    parse(json, at, input, before) {
      if (!isObject(json)) return input.reject(at, 'an object keyed by position is expected');
      const items = new Map<number, Plain>();
      for (const [key, one] of Object.entries(json)) {
        const position = parsePosition(key, at, input);
        if (position === undefined) continue;
        const value = item.parse(one, below(at, key), input, stored(one, position, before));
        if (value !== undefined) items.set(position, value);
      }
      return flat(items, at, input);
    },
    patch(before, parts, at, input) {
      const items = new Map(before.map((value, position) => [position, value]));
      for (const [key, part] of parts) {
        const position = parsePosition(key, at, input);
        if (position === undefined) continue;
        if (part.kind === 'value' && part.value === null) {
          items.delete(position);
          continue;
        }
        const place = below(at, key);
        const now = items.get(position);
        const value = now ? patchItem(item, now, part, place, input) : insertItem(item, part, place, input);
        if (value !== undefined) items.set(position, value);
      }
      return flat(items, at, input);
    },
    format: (value) => Object.fromEntries(value.map((one, position) => [String(position), item.format(one)])),
    check(value, at, input) {
      for (const [position, one] of value.entries()) item.check?.(one, below(at, position), input);
      if (minItems !== undefined && value.length < minItems) {
        input.violate({ type: 'MinLength', property: at, required: minItems });
      }
    },
    implied: () => [],
    store: (value) => value.map((one) => item.store?.(one) ?? one),
    restore: (value) => (value as readonly unknown[]).map((one) => item.restore?.(one) as Plain),
    references(value, visit, at) {
      for (const [position, one] of value.entries()) item.references?.(one, visit, below(at, position));
    },
  };
}

/** An object patches the item that stands at the position. */
function patchItem(
  item: Kind<Plain>,
  now: Plain,
  part: PatchNode,
  at: string,
  input: Input,
): Plain | undefined {
  if (part.kind === 'children') return item.patch?.(now, part.children, at, input);
  if (!isObject(part.value)) return input.reject(at, 'an object is expected');
  const parts = new Map<string, PatchNode>();
  for (const [name, value] of Object.entries(part.value)) parts.set(name, { kind: 'value', value });
  return item.patch?.(now, parts, at, input);
}

function insertItem(item: Kind<Plain>, part: PatchNode, at: string, input: Input): Plain | undefined {
  if (part.kind === 'children') return input.reject(at, 'there is no item at this position');
  return item.parse(part.value, at, input);
}

function parsePosition(key: string, at: string, input: Input): number | undefined {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(key)) return input.reject(below(at, key), 'not a position');
  return Number(key);
}

function mapKind(key: Kind<unknown>, value: Kind<unknown>): Kind<Plain> {
  const parseKey = (text: string, at: string, input: Input): string | undefined => {
    if (text === '__proto__') return input.reject(below(at, text), 'not a usable key');
    const number = key.type['type'] === 'number';
    const parsed = key.parse(number ? Number(text) : text, below(at, text), input);
    return parsed === undefined ? undefined : String(key.format(parsed));
  };
  const finish = (entries: ReadonlyMap<string, unknown>, at: string, input: Input): Plain | undefined => {
    if (entries.size > MAX_ITEMS) return input.reject(at, `more than ${MAX_ITEMS} entries`);
    return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  };
  return {
    type: { type: 'map', keyClass: key.type, valueClass: value.type },
    shapes: value.shapes ?? [],
    parse(json, at, input, before) {
      if (!isObject(json)) return input.reject(at, 'an object is expected');
      const entries = new Map<string, unknown>();
      for (const [text, one] of Object.entries(json)) {
        const name = parseKey(text, at, input);
        const parsed = value.parse(
          one,
          below(at, text),
          input,
          name === undefined ? undefined : before?.[name],
        );
        if (name !== undefined && parsed !== undefined) entries.set(name, parsed);
      }
      return finish(entries, at, input);
    },
    patch(before, parts, at, input) {
      const entries = new Map(Object.entries(before));
      for (const [text, part] of parts) {
        const place = below(at, text);
        const name = parseKey(text, at, input);
        if (name === undefined) continue;
        if (part.kind === 'value' && part.value === null) {
          entries.delete(name);
          continue;
        }
        const parsed =
          part.kind === 'value'
            ? value.parse(part.value, place, input, entries.get(name))
            : patchEntry(value, entries.get(name), part.children, place, input);
        if (parsed !== undefined) entries.set(name, parsed);
      }
      return finish(entries, at, input);
    },
    format: (entries) =>
      Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, value.format(one)])),
    check(entries, at, input) {
      for (const [name, one] of Object.entries(entries)) value.check?.(one, below(at, name), input);
    },
    implied: () => ({}),
    store: (entries) =>
      Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, value.store?.(one) ?? one])),
    restore: (entries) =>
      Object.fromEntries(
        Object.entries(entries as Plain).map(([name, one]) => [
          name,
          value.restore ? value.restore(one) : one,
        ]),
      ),
    references(entries, visit, at) {
      for (const [name, one] of Object.entries(entries)) value.references?.(one, visit, below(at, name));
    },
  };
}

function patchEntry(
  value: Kind<unknown>,
  before: unknown,
  parts: ReadonlyMap<string, PatchNode>,
  at: string,
  input: Input,
): unknown {
  if (before === undefined || !value.patch) return input.reject(at, 'there is nothing to change here');
  return value.patch(before, parts, at, input);
}
