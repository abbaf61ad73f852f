// The rows of the registry in the data store: records, unique keys, index entries, references and counters.
import { createHash } from 'node:crypto';
import { Packr } from 'msgpackr';
import { ByteReader, ByteWriter, decodeId, readU53, utf8 } from '../../base/index.ts';
import { type Key, keys, type Range } from '../../store/index.ts';
import type { Plain } from '../schema/index.ts';

/** Id of the one record of a singleton. */
export const SINGLETON = decodeId('singleton') as number;

const NUL = Uint8Array.of(0);
const { Registry, RegistryIndex, System } = keys.Subspace;

export const recordKey = (type: string, id: number): Key =>
  keys.otherKey(Registry, type, NUL, keys.u53Part(id));

/** All records of a type, in the order of their ids. */
export const recordRange = (type: string): Range => keys.prefixRange(keys.otherKey(Registry, type, NUL));

/** Who holds a unique key: its value names type and id. */
export const uniqueKey = (space: string, key: string): Key =>
  keys.otherKey(RegistryIndex, 'u', space, NUL, shortened(utf8(key)));

/** One entry of an index; the rows of one value are in the order of ids. */
export const indexKey = (type: string, filter: string, value: Uint8Array | null, id: number): Key =>
  keys.otherKey(RegistryIndex, ...indexParts(type, filter, value), keys.u53Part(id));

/** All entries of one value. */
export const indexValueRange = (type: string, filter: string, value: Uint8Array | null): Range =>
  keys.prefixRange(keys.otherKey(RegistryIndex, ...indexParts(type, filter, value)));

/** All entries of an index: those without a value first. */
export const indexRange = (type: string, filter: string): Range =>
  keys.prefixRange(keys.otherKey(RegistryIndex, 'i', type, NUL, filter, NUL));

/** The entries of an index that have a value. */
export const indexedRange = (type: string, filter: string): Range =>
  keys.prefixRange(keys.otherKey(RegistryIndex, 'i', type, NUL, filter, NUL, Uint8Array.of(1)));

/** Says that a record refers to another. */
export const referenceKey = (target: RecordName, source: RecordName): Key =>
  keys.otherKey(
    RegistryIndex,
    'r',
    target.type,
    NUL,
    keys.u53Part(target.id),
    source.type,
    NUL,
    keys.u53Part(source.id),
  );

/** Everything that refers to a record; from one type only, when that is given. */
export const referenceRange = (target: RecordName, sourceType?: string): Range => {
  const parts = [target.type, NUL, keys.u53Part(target.id)];
  if (sourceType !== undefined) parts.push(sourceType, NUL);
  return keys.prefixRange(keys.otherKey(RegistryIndex, 'r', ...parts));
};

/** Moves whenever something begins to refer to a record, so that destroying it at that moment fails. */
export const guardKey = (target: RecordName): Key =>
  keys.otherKey(RegistryIndex, 'g', target.type, NUL, keys.u53Part(target.id));

/** How many records a type has. */
export const countKey = (type: string): Key => keys.otherKey(RegistryIndex, 'n', type);

/** How many records count towards a quota of a tenant. */
export const tenantCountKey = (tenant: number, quota: string): Key =>
  keys.otherKey(RegistryIndex, 't', keys.u53Part(tenant), quota);

/** How many records of a type an account has. */
export const accountCountKey = (account: number, type: string): Key =>
  keys.otherKey(RegistryIndex, 'a', keys.u53Part(account), type);

/** Last sequential id of a type. */
export const sequenceKey = (type: string): Key => keys.otherKey(System, 'registry/sequence/', type);

/** Counts every change of the registry. */
export const CHANGES_KEY: Key = keys.otherKey(System, 'registry/changes');

/** Id at the end of the key of a record or index entry. */
export const idOfKey = (key: Key): number => readU53(key, key.length - 8);

/** A type and an id: what a reference points to and what an error names. */
export interface RecordName {
  readonly type: string;
  readonly id: number;
}

/** The source of a reference row below `target`. */
export function sourceOfReference(key: Key, target: RecordName): RecordName {
  const at = 2 + utf8(target.type).length + 1 + 8;
  const rest = key.subarray(at);
  const end = rest.indexOf(0);
  return { type: new TextDecoder().decode(rest.subarray(0, end)), id: idOfKey(key) };
}

export const encodeName = (name: RecordName): Uint8Array =>
  new ByteWriter(32).u8(VERSION).varint(name.id).text(name.type).finish();

export function decodeName(bytes: Uint8Array): RecordName {
  const reader = new ByteReader(bytes, 1);
  const id = reader.varint();
  return { id, type: reader.text() };
}

const VERSION = 1;

/**
 * Records are stored with the names of their fields: they are few, they are kept decoded, and so a field that
 * is added, moved or dropped later needs no rewriting.
 */
const packr = new Packr({ useRecords: false, moreTypes: false, largeBigIntToFloat: true });

export function encodeRecord(revision: number, stored: Plain): Uint8Array {
  return new ByteWriter(512).u8(VERSION).varint(revision).raw(packr.pack(stored)).finish();
}

export function decodeRecord(bytes: Uint8Array): { revision: number; stored: Plain } {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION) throw new RangeError(`registry record of version ${version}`);
  const revision = reader.varint();
  return { revision, stored: packr.unpack(bytes.subarray(reader.offset)) as Plain };
}

/** Longest value that a key holds as it is; the rest of a longer one is told apart by its hash. */
const MAX_VALUE = 400;

function shortened(value: Uint8Array): Uint8Array {
  if (value.length <= MAX_VALUE) return value;
  const hash = createHash('sha256').update(value).digest();
  return Buffer.concat([value.subarray(0, MAX_VALUE - hash.length), hash]);
}

function indexParts(type: string, filter: string, value: Uint8Array | null): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = ['i', type, NUL, filter, NUL, Uint8Array.of(value ? 1 : 0)];
  if (value) parts.push(shortened(value), NUL);
  return parts;
}
