// The declaration of a server object: everything that is derived from it (its type, validation, stored form,
// methods, permissions, forms and documentation) is in here.
import type { ObjectType, SingletonType, TypeName } from '../type-names.ts';
import type { Field } from './field.ts';
import { isObject, type Plain, type Shape, type ShapeValue } from './structs.ts';

/** A value that no two records of a name space may share. */
export interface UniqueKey<V> {
  /** Name space; types that name the same one share it. */
  readonly space: string;
  /** The keys of a record, each with the property that it stands for in errors. */
  keys(value: V): readonly { readonly key: string; readonly property: string }[];
}

/**
 * How records answer a filter: by equality and order of a property, by whole words of some properties, or by
 * values that are worked out from the record.
 */
export type Filter =
  | { readonly match: 'exact'; readonly property: string }
  | { readonly match: 'words'; readonly properties: readonly string[] }
  | { readonly match: 'derived'; readonly field: Field<unknown>; values(value: Plain): readonly unknown[] };

/** What a client may ask of a record. */
export type ClientOperation = 'create' | 'update' | 'destroy';

/** Counts the records of an account: the account's own quota, or else a property of a singleton. */
export interface AccountQuota {
  /** Key of `Account.quotas`. */
  readonly quota: string;
  readonly settings: SingletonType;
  readonly property: string;
}

/**
 * Who sees a record: `server` is left to permissions alone, `tenant` adds the filter by `memberTenantId`,
 * `account` the one by `accountId`.
 */
export type Visibility = 'server' | 'tenant' | 'account';

interface Common<N extends TypeName, S extends Shape> {
  readonly name: N;
  readonly description: string;
  readonly shape: S;
  /**
   * Names of the hooks that floors above fill: guards before a write, extra rows in the same commit, computed
   * properties, follow-up work. The registry does not open while one is missing.
   */
  readonly hooks?: readonly string[];
  /** Name of what keeps the records instead of the registry's own rows: a projection, a queue, a log. */
  readonly source?: string;
  /**
   * What is still missing before the object has any effect, for people: "outbound delivery". Records are
   * stored and checked all the same; a source that nobody fills holds nothing and takes nothing.
   */
  readonly awaits?: string;
}

export interface ObjectOptions<N extends ObjectType, S extends Shape> extends Common<N, S> {
  /** Sequential ids count from 1 and fit in 32 bits; timed ids are in order of creation. Default timed. */
  readonly ids?: 'sequential' | 'timed';
  readonly visibility?: Visibility;
  readonly unique?: readonly UniqueKey<ShapeValue<S>>[];
  readonly filters?: Readonly<Record<string, Filter>>;
  /** Property that names a record for people. */
  readonly label?: string;
  /** Properties a list shows. */
  readonly columns?: readonly string[];
  /** Quota of the tenant that counts a record, a key of `Tenant.quotas`. */
  readonly tenantQuota?: (value: ShapeValue<S>) => string;
  readonly accountQuota?: AccountQuota;
  /** Permission that a variant needs beside those of the type: `actionUpdateApps`. */
  readonly variantPermission?: (variant: string) => string;
  /** What clients may do at all, whatever their permissions; default everything. */
  readonly clientsMay?: readonly ClientOperation[];
  /** The only properties that clients may change; default all. */
  readonly clientsUpdate?: readonly string[];
  /** Types whose references do not keep a record from being destroyed: they go with it. */
  readonly ownedBy?: readonly TypeName[];
  /** `@type` is fixed at creation. */
  readonly fixedVariant?: boolean;
  /** The records are the accounts themselves: what is kept per account belongs to the record of that id. */
  readonly isAccount?: boolean;
}

export interface SingletonOptions<N extends SingletonType, S extends Shape> extends Common<N, S> {}

/** A declaration as the engine sees it, without its static type. */
export interface Declaration {
  readonly name: TypeName;
  readonly kind: 'object' | 'singleton';
  readonly description: string;
  readonly shape: Shape;
  readonly ids: 'sequential' | 'timed';
  readonly visibility: Visibility;
  readonly unique: readonly UniqueKey<Plain>[];
  readonly filters: Readonly<Record<string, Filter>>;
  readonly label: string | undefined;
  readonly columns: readonly string[];
  readonly tenantQuota: ((value: Plain) => string) | undefined;
  readonly accountQuota: AccountQuota | undefined;
  readonly variantPermission: ((variant: string) => string) | undefined;
  readonly clientsMay: readonly ClientOperation[];
  readonly clientsUpdate: readonly string[] | undefined;
  readonly ownedBy: readonly TypeName[];
  readonly fixedVariant: boolean;
  readonly isAccount: boolean;
  readonly hooks: readonly string[];
  readonly source: string | undefined;
  readonly awaits: string | undefined;
}

const EVERYTHING: readonly ClientOperation[] = ['create', 'update', 'destroy'];

/** A declaration that remembers the shape of its values. */
export interface Declared<N extends TypeName, S extends Shape> extends Declaration {
  readonly name: N;
  readonly shape: S;
}

/** Declares a type with many records. */
export function object<N extends ObjectType, S extends Shape>(options: ObjectOptions<N, S>): Declared<N, S> {
  return {
    kind: 'object',
    ids: 'timed',
    visibility: 'server',
    label: undefined,
    columns: [],
    ownedBy: [],
    fixedVariant: false,
    isAccount: false,
    hooks: [],
    source: undefined,
    awaits: undefined,
    accountQuota: undefined,
    variantPermission: undefined,
    clientsMay: EVERYTHING,
    clientsUpdate: undefined,
    ...options,
    filters: options.filters ?? {},
    unique: (options.unique ?? []) as unknown as readonly UniqueKey<Plain>[],
    tenantQuota: options.tenantQuota as ((value: Plain) => string) | undefined,
  };
}

/** Declares a type with exactly one record, which has the id `singleton`. */
export function singleton<N extends SingletonType, S extends Shape>(
  options: SingletonOptions<N, S>,
): Declared<N, S> {
  return {
    kind: 'singleton',
    ids: 'sequential',
    visibility: 'server',
    unique: [],
    filters: {},
    label: undefined,
    columns: [],
    tenantQuota: undefined,
    accountQuota: undefined,
    variantPermission: undefined,
    clientsMay: EVERYTHING,
    clientsUpdate: undefined,
    ownedBy: [],
    fixedVariant: false,
    isAccount: false,
    hooks: [],
    source: undefined,
    awaits: undefined,
    ...options,
  };
}

/** A property that no two records of the type share. */
export function uniqueProperty<P extends string>(
  type: TypeName,
  property: P,
): UniqueKey<{ readonly [K in P]: string }> {
  return {
    space: `${type}.${property}`,
    keys: (value) => [{ key: value[property], property }],
  };
}

/** A filter that compares a property as a whole. */
export const exact = (property: string): Filter => ({ match: 'exact', property });

/** A filter that compares values worked out from the record, none or several of them. */
export const derived = <T>(field: Field<T>, values: (value: Plain) => readonly T[]): Filter => ({
  match: 'derived',
  field: field as Field<unknown>,
  values,
});

/** What stands at a path of properties; of a list, of each of its items. */
export function valuesAt<T>(value: Plain, ...path: readonly string[]): readonly T[] {
  let found: readonly unknown[] = [value];
  for (const name of path) found = found.flatMap((one) => (isObject(one) ? (one[name] ?? []) : []));
  return found as readonly T[];
}

/** A filter that finds whole words of these properties. */
export const words = (...properties: readonly string[]): Filter => ({ match: 'words', properties });
