// What the registry's engine and those who use it say to each other: callers, changes, hooks, sources, errors.
import { encodeId, type ErrorCode, WaypostError } from '../../base/index.ts';
import type { Batch } from '../../store/index.ts';
import type { PermissionName } from '../permission-names.ts';
import type { Declaration, Plain, ValidationError } from '../schema/index.ts';
import type { Paging, QueryPage } from './query.ts';
import type { RecordName } from './rows.ts';

declare module '../../store/types.ts' {
  interface BusTopics {
    /** A record was written or destroyed: what was kept of it, and of these unique keys, is out of date. */
    'registry.changed': {
      readonly from: string;
      readonly type: string;
      readonly id: number;
      /** Unique keys that came, went or stayed, each as `space` NUL `key`. */
      readonly keys: readonly string[];
    };
    /** Everything that is kept may be out of date. */
    'registry.reset': { readonly from: string };
  }
}

/** On whose behalf the registry works. */
export interface Caller {
  /** 0 for the server itself. */
  readonly account: number;
  /** Restricts the caller to the records of one tenant. */
  readonly tenant: number | undefined;
  /** Sees and changes what belongs to any account. */
  readonly allAccounts: boolean;
  /** The server's own work: may set what clients may not, and passes no guard against escalation. */
  readonly internal: boolean;
  has(permission: PermissionName): boolean;
  /** Where the call came from, for the audit trail. */
  readonly origin?: CallOrigin;
}

export interface CallOrigin {
  /** Account that acts as the caller's, if another one does. */
  readonly actor?: number;
  /** What the caller signed in with. */
  readonly credential?: string;
  /** Address of the client. */
  readonly client?: string;
}

/** The server itself. */
export const SERVER: Caller = {
  account: 0,
  tenant: undefined,
  allAccounts: true,
  internal: true,
  has: () => true,
};

/** The server's own work on behalf of a caller: no guard stands in its way, and the trail names the caller. */
export const serverFor = ({ account, origin }: Caller): Caller => ({
  ...SERVER,
  account,
  ...(origin ? { origin } : {}),
});

/** A record as it is kept in memory. */
export interface StoredRecord<V = Plain> {
  readonly id: number;
  /** Counts the writes of the record. */
  readonly revision: number;
  readonly value: V;
}

/** A change on its way: hooks look at it, may correct the value, refuse, and add to the commit. */
export interface Change {
  readonly declaration: Declaration;
  readonly caller: Caller;
  /** The account that the call is about. */
  readonly account: number;
  /** Undefined until a created record is stored. */
  id: number | undefined;
  /** Undefined for a record that is created. */
  readonly before: Plain | undefined;
  /** Undefined for a record that is destroyed. */
  value: Plain | undefined;
  /** What the answer shows beside the id: secrets and addresses that the server made up. */
  readonly reveal: Record<string, unknown>;
  /** Called with each batch that tries to commit the change; the id is known by then. */
  readonly rows: ((batch: Batch, id: number) => void)[];
}

/** What a floor above adds to a type. Each part is optional. */
export interface Hook {
  /** Before the write; throws `Refusal` to refuse. May run again when the record moved meanwhile. */
  before?(change: Change): Promise<void> | void;
  /** After the commit. */
  after?(change: Change): Promise<void> | void;
  /** Values of computed properties, one object for each record, in their order. */
  computed?(records: readonly StoredRecord[], properties: ReadonlySet<string>): Promise<readonly Plain[]>;
}

/** What a source is asked about. */
export interface SourceScope {
  readonly declaration: Declaration;
  readonly caller: Caller;
  /** The account that the call is about. */
  readonly account: number;
}

/** A query as the client gave it, with the paging checked. */
export interface SourceQuery {
  readonly filter: unknown;
  readonly sort: unknown;
  readonly paging: Paging;
}

/**
 * Keeps the records of a type in another place than the registry's rows. The engine still reads, patches,
 * checks and shows the values. What a source lacks is refused as forbidden.
 */
export interface Source {
  /** The records of these ids that exist and may be seen, or the first ones when `ids` is null. */
  get(scope: SourceScope, ids: readonly number[] | null, limit: number): Promise<readonly StoredRecord[]>;
  /** Answers a query by itself; without it the engine sorts and filters what `get` gives. */
  query?(scope: SourceScope, query: SourceQuery): Promise<QueryPage>;
  /** Stores a created record and gives its id. */
  create?(change: Change): Promise<number>;
  update?(change: Change): Promise<void>;
  destroy?(change: Change): Promise<void>;
}

export type SetErrorType =
  | 'invalidPatch'
  | 'validationFailed'
  | 'invalidProperties'
  | 'primaryKeyViolation'
  | 'invalidForeignKey'
  | 'objectIsLinked'
  | 'overQuota'
  | 'forbidden'
  | 'notFound'
  | 'willDestroy'
  | 'singleton'
  | 'serverFail';

/** Object type and id text, as errors name a record. */
export interface ObjectName {
  readonly object: string;
  readonly id: string;
}

/** Why one item of a `/set` failed. */
export interface SetError {
  readonly type: SetErrorType;
  readonly description?: string;
  readonly properties?: readonly string[];
  readonly existingId?: string;
  readonly objectId?: ObjectName;
  readonly linkedObjects?: readonly ObjectName[];
  readonly validationErrors?: readonly ValidationError[];
}

/** Refuses one item of a `/set`. */
export class Refusal extends WaypostError {
  override readonly name = 'Refusal';
  readonly code: ErrorCode = 'invalid';
  readonly error: SetError;
  constructor(type: SetErrorType, details: Omit<SetError, 'type'> = {}) {
    super(details.description ?? type);
    this.error = { type, ...details };
  }
}

/** A method call that cannot be answered; `type` is the method-level error of RFC 8620 §3.6.2. */
export class MethodRefusal extends WaypostError {
  override readonly name = 'MethodRefusal';
  readonly code: ErrorCode = 'invalid';
  readonly type:
    | 'unknownMethod'
    | 'invalidArguments'
    | 'requestTooLarge'
    | 'unsupportedFilter'
    | 'unsupportedSort'
    | 'anchorNotFound'
    | 'forbidden';
  constructor(type: MethodRefusal['type'], description: string) {
    super(description);
    this.type = type;
  }
}

export const objectName = (name: RecordName): ObjectName => ({ object: name.type, id: encodeId(name.id) });
