// The declared objects agree with the recorded facts of the management interface: names, types, update modes,
// defaults, enumerations, labels and filters. What deliberately differs is listed here, with its reason.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ENUMS } from '../generated/enums.ts';
import { PERMISSION_NAMES } from '../permission-names.ts';
import {
  type Declaration,
  type Field,
  type Fields,
  formatField,
  isUnion,
  type Shape,
  shapeKind,
} from '../schema/index.ts';
import { isSingletonType, OBJECT_TYPES, SINGLETON_TYPES } from '../type-names.ts';
import { DECLARATIONS, type ValueOf } from './index.ts';

interface Facts {
  objects: Record<
    string,
    { kind: string; labelProperty?: string | null; columns?: string[]; filters?: { field: string }[] }
  >;
  types: Record<
    string,
    {
      properties?: Record<string, { type: Record<string, unknown>; update: string }>;
      defaults?: Record<string, unknown>;
      variants?: Record<string, string | null>;
    }
  >;
  enums: Record<string, string[]>;
}
const facts: Facts = JSON.parse(readFileSync(new URL('../facts/objects.json', import.meta.url), 'utf8'));

/** Defaults that differ on purpose. */
const CHANGED_DEFAULTS: Readonly<Record<string, string>> = {
  'MtaStageConnect.smtpGreeting': 'names this program',
  'MtaStageEhlo.rejectNonFqdn': 'tests the listener, not port 25',
  'MtaStageAuth.require': 'tests the listener; LMTP asks for no sign-in',
  'MtaStageAuth.saslMechanisms': 'tests the listener; LMTP asks for no sign-in',
  'MtaStageData.addAuthResultsHeader': 'tests the listener, not port 25',
  'MtaStageData.addDateHeader': 'tests the listener; added for submission too',
  'MtaStageData.addMessageIdHeader': 'tests the listener; added for submission too',
  'MtaStageData.addReceivedHeader': 'tests the listener; added for LMTP too',
  'MtaStageData.addReceivedSpfHeader': 'tests the listener, not port 25',
  'MtaStageData.addReturnPathHeader': 'tests the listener; LMTP is final delivery',
  'MtaStageData.maxMessages': '1,000 messages a connection',
  'AddressBook.defaultDisplayName': 'names no other program',
  'Calendar.defaultDisplayName': 'names no other program',
  'CalendarAlarm.fromName': 'names no other program',
  'PostgreSqlStore.authUsername': 'names this program',
  'PostgreSqlStore.database': 'names this program',
  'PostgreSqlSettings.authUsername': 'names this program',
  'PostgreSqlSettings.database': 'names this program',
  'MySqlStore.authUsername': 'names this program',
  'MySqlStore.database': 'names this program',
  'MySqlSettings.authUsername': 'names this program',
  'MySqlSettings.database': 'names this program',
  'RedisClusterStore.authUsername': 'names this program',
  'RedisSentinelStore.authUsername': 'names this program',
  'NatsCoordinator.authUsername': 'names this program',
  'OidcDirectory.requireAudience': 'names this program',
  'TracerLog.prefix': 'names this program',
  'Bootstrap.dataStore': 'the embedded store of this program',
  'Bootstrap.tracer': 'the console: no folder outside the data folder is assumed',
  'SpamSettings.spamFilterRulesUrl': 'nothing is fetched from another project unless the operator says so',
  'SieveSystemInterpreter.defaultReturnPath': 'no return path, so that the record is whole from the start',
  'SenderAuth.dmarcVerify': 'tests the listener, not port 25',
  'SenderAuth.reverseIpVerify': 'tests the listener, not port 25',
  'SenderAuth.spfEhloVerify': 'tests the listener, not port 25',
  'SenderAuth.spfFromVerify': 'tests the listener, not port 25',
};

// the compiler checks these: types of values come from the declarations
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const typesHold: readonly true[] = [
  true satisfies Equal<ValueOf<'Domain'>['aliases'], readonly string[]>,
  true satisfies Equal<ValueOf<'Domain'>['directoryId'], number | null>,
  true satisfies Equal<'dnsZoneFile' extends keyof ValueOf<'Domain'> ? false : true, true>,
  true satisfies Equal<
    ValueOf<'Imap'>['maxRequestRate'],
    { readonly count: number; readonly period: number } | null
  >,
  true satisfies Equal<ValueOf<'Account'>['@type'], 'User' | 'Group'>,
];

const declarations: readonly Declaration[] = Object.values(DECLARATIONS);

test('all 117 objects are declared, each of the recorded kind and under its name', () => {
  assert.deepEqual(Object.keys(DECLARATIONS).sort(), [...OBJECT_TYPES, ...SINGLETON_TYPES].sort());
  for (const [name, declaration] of Object.entries(DECLARATIONS)) {
    assert.equal(declaration.name, name);
    assert.equal(declaration.kind, facts.objects[`x:${name}`]?.kind, name);
    assert.equal(declaration.kind === 'singleton', isSingletonType(declaration.name), name);
  }
});

test('the type names are those of the facts', () => {
  const names = (kind: string) =>
    Object.entries(facts.objects)
      .filter(([, fact]) => (fact.kind === 'singleton') === (kind === 'singleton'))
      .map(([name]) => name.slice(2))
      .sort();
  assert.deepEqual(names('object'), [...OBJECT_TYPES]);
  assert.deepEqual(names('singleton'), [...SINGLETON_TYPES]);
});

test('every shape has the recorded properties, types, update modes and defaults', () => {
  const seen = new Set<string>();
  for (const declaration of declarations) compareShape(declaration.shape, seen);
  assert.equal(seen.size, Object.keys(facts.types).length);
});

test('labels, columns and filters answer the recorded ones', () => {
  for (const declaration of declarations) {
    const fact = facts.objects[`x:${declaration.name}`];
    assert.ok(fact);
    if (fact.columns) assert.deepEqual(declaration.columns, fact.columns, declaration.name);
    if (fact.labelProperty) assert.equal(declaration.label, fact.labelProperty, declaration.name);
    for (const filter of fact.filters ?? []) {
      assert.ok(declaration.filters[filter.field], `${declaration.name} has no filter ${filter.field}`);
    }
  }
});

test('the enumerations are the recorded ones', () => {
  const { Permission, ...rest } = facts.enums;
  assert.deepEqual(ENUMS, rest);
  // the recorded list has one more, which guards nothing that a seed permission does not guard
  assert.deepEqual(
    Permission?.filter((name) => name !== 'jmapFileNodeCopy').sort(),
    [...PERMISSION_NAMES].sort(),
  );
});

test('every field and shape says what it is for', () => {
  const missing: string[] = [];
  for (const declaration of declarations) {
    for (const [place, field] of fieldsWithin(declaration.shape, declaration.name)) {
      if (field.spec.description === '') missing.push(place);
    }
  }
  assert.deepEqual(missing, []);
});

test('defaults are values of their fields, and a default record formats and restores', () => {
  for (const declaration of declarations) {
    if (isUnion(declaration.shape)) continue;
    const kind = shapeKind(declaration.shape);
    const value = kind.implied?.();
    assert.ok(value);
    assert.deepEqual(kind.restore?.(structuredClone(kind.store?.(value))), value, declaration.name);
  }
});

/** Properties that we add, each with its reason. */
const ADDED: Readonly<Record<string, string>> = {
  progress: 'how far a task has come, for the console and for whoever waits for it',
};
const isAdded = (shape: string, property: string): boolean =>
  shape.startsWith('Task') && Object.hasOwn(ADDED, property);

function compareShape(shape: Shape, seen: Set<string>): void {
  if (seen.has(shape.name)) return;
  seen.add(shape.name);
  const fact = facts.types[`x:${shape.name}`];
  assert.ok(fact, `no facts about ${shape.name}`);
  if (isUnion(shape)) {
    const variants = Object.entries(shape.variants).map(([tag, one]) => [tag, one ? `x:${one.name}` : null]);
    assert.deepEqual(variants, Object.entries(fact.variants ?? {}), shape.name);
    for (const one of Object.values(shape.variants)) if (one) compareShape(one, seen);
    return;
  }
  const own = Object.entries(shape.fields).filter(([name]) => !isAdded(shape.name, name));
  assert.deepEqual(own.map(([name]) => name).sort(), Object.keys(fact.properties ?? {}).sort(), shape.name);
  for (const [name, field] of own) {
    const place: string = `${shape.name}.${name}`;
    const property: { type: object; update: string } | undefined = fact.properties?.[name];
    assert.deepEqual(field.type, property?.type, place);
    assert.equal(field.spec.update, property?.update, place);
    const expected: unknown = fact.defaults?.[name];
    if (place in CHANGED_DEFAULTS) {
      assert.notDeepEqual(formatField(field, field.spec.defaultValue), recorded(expected), place);
    } else if (expected !== undefined) {
      assert.ok(field.spec.hasDefault, `${place} has no default`);
      const actual = withoutNulls(formatField(field, field.spec.defaultValue));
      // a recorded default may leave out what is the default of its own parts
      assert.deepEqual(onlyRecorded(actual, recorded(expected)), recorded(expected), place);
    } else {
      assert.ok(!field.spec.hasDefault, `${place} has a default that is not recorded`);
    }
  }
  for (const inner of nestedShapes(Object.fromEntries(own))) compareShape(inner, seen);
}

/** The facts write expressions, lists and durations in a shorter form than the interface does. */
function recorded(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const value = json as Record<string, unknown>;
  if ('default' in value) return { else: value['default'], match: {} };
  if (Array.isArray(value['match'])) return { ...value, match: { ...value['match'] } };
  if (typeof value['period'] === 'string') return { ...value, period: milliseconds(value['period']) };
  return value;
}

function onlyRecorded(actual: unknown, expected: unknown): unknown {
  if (!isNamed(actual) || !isNamed(expected)) return actual;
  return Object.fromEntries(Object.entries(actual).filter(([name]) => name in expected));
}

const isNamed = (json: unknown): json is Record<string, unknown> => typeof json === 'object' && json !== null;

function milliseconds(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  assert.ok(unit, text);
  return Number(text.slice(0, -1)) * unit;
}

function withoutNulls(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => [key, withoutNulls(one)]),
  );
}

function* fieldsWithin(
  shape: Shape,
  place: string,
  seen = new Set<Shape>(),
): Generator<[string, Field<unknown>]> {
  if (seen.has(shape)) return;
  seen.add(shape);
  const structs = isUnion(shape) ? Object.values(shape.variants) : [shape];
  for (const one of structs) {
    if (!one) continue;
    for (const [name, field] of Object.entries(one.fields)) yield [`${place}.${name}`, field];
    for (const inner of nestedShapes(one.fields)) yield* fieldsWithin(inner, `${place}/${inner.name}`, seen);
  }
}

function nestedShapes(fields: Fields): readonly Shape[] {
  return Object.values(fields).flatMap((field) => field.kind.shapes ?? []);
}
