// A kind of value: how it is read from JSON, patched, checked, written as JSON, restored from the store and
// put into an index. Every field of every object has one; the engine knows no more of values than this.
import type { PatchNode } from './pointer.ts';
import type { Problems } from './problems.ts';
import type { Shape } from './structs.ts';

/** A kind as the schema document describes it: `{type: 'string', format: 'emailAddress', nullable: true}`. */
export type WireType = Readonly<Record<string, unknown>>;

/** Object type an id points to; `variant` when only records of one variant will do. */
export interface ReferenceTarget {
  readonly type: string;
  readonly variant?: string;
}

/** What is known while a value from a client is read. */
export interface Input extends Problems {
  /** Number of an id text; resolves `#name` to what an earlier create of the request was given. */
  id(text: string): number | undefined;
  /** Milliseconds since 1970, one moment for the whole change. */
  readonly now: number;
  /** The server's own writes may set properties that clients may not. */
  readonly internal: boolean;
  /** False when the source of an expression does not compile where it stands; absent: not checked. */
  compiles?(source: string, at: string): boolean;
}

export type ReferenceVisitor = (target: ReferenceTarget, id: number, at: string) => void;

/**
 * Values are plain data that may be kept as they are: strings, numbers, booleans, null, arrays (for lists and
 * sets) and objects (for nested values and maps). They are never changed in place.
 */
export interface Kind<T> {
  readonly type: WireType;
  /** Shapes of what the value is made of: for descriptions of the schema. */
  readonly shapes?: readonly Shape[];
  /**
   * The value of a JSON value, or undefined when it is rejected (the problem is noted at `at`). `before` is
   * the stored value of the same place: what a masked secret and a server-set property keep.
   */
  parse(json: unknown, at: string, input: Input, before?: T): T | undefined;
  /** Applies the parts of a patch that point into the value; absent for values without parts. */
  patch?(before: T, parts: ReadonlyMap<string, PatchNode>, at: string, input: Input): T | undefined;
  /** JSON of a value, with secrets masked. */
  format(value: T): unknown;
  /** Notes every constraint that the value breaks. */
  check?(value: T, at: string, problems: Input): void;
  /** Value where none was given and the field has no default; one that is `missing` has to be replaced. */
  implied?(): T | undefined;
  /** True for the value that stands for "nothing yet" where one is required (an empty text, id 0). */
  missing?(value: T): boolean;
  /** Value from its stored form; fields that were added since get their defaults. */
  restore?(stored: unknown): T;
  /** Stored form; absent when the value is stored as it is. */
  store?(value: T): unknown;
  references?(value: T, visit: ReferenceVisitor, at: string): void;
  /** Ordered bytes for an index, one for each member of a collection. */
  indexBytes?(value: T): Uint8Array[];
  /** Kind of the members of a set: what a filter on it compares with. */
  readonly member?: Kind<unknown>;
}
