// A field of an object: a kind of value, what it is for, and the rules of writing it.
import type { Kind, WireType } from './kind.ts';

/** `immutable` is accepted on create only, `serverSet` never from a client. */
export type UpdateMode = 'mutable' | 'immutable' | 'serverSet';

interface FieldSpec {
  readonly description: string;
  readonly nullable: boolean;
  readonly update: UpdateMode;
  /** Absent from JSON while it is null: plain secrets. */
  readonly omitNull: boolean;
  readonly hasDefault: boolean;
  readonly defaultValue: unknown;
}

/** Declares a field by chaining: `unsigned('Most connections').min(1).default(8192).nullable()`. */
export class Field<T> {
  readonly kind: Kind<NonNullable<T>>;
  readonly spec: FieldSpec;

  /** Worked out when it is read, never stored. */
  readonly isComputed: boolean = false;

  constructor(kind: Kind<NonNullable<T>>, spec: Partial<FieldSpec> & { readonly description: string }) {
    this.kind = kind;
    this.spec = {
      nullable: false,
      update: 'mutable',
      omitNull: false,
      hasDefault: false,
      defaultValue: undefined,
      ...spec,
    };
  }

  /** May be null, and is null when nothing is given and it has no default. */
  nullable(): Field<T | null> {
    return new Field<T | null>(this.kind, { ...this.spec, nullable: true });
  }

  /** Value of a record that was created without one. */
  default(value: T): Field<T> {
    return new Field<T>(this.kind, { ...this.spec, hasDefault: true, defaultValue: value });
  }

  /** Accepted on create, never changed. */
  immutable(): Field<T> {
    return new Field<T>(this.kind, { ...this.spec, update: 'immutable' });
  }

  /** Set by the server, refused from clients. */
  serverSet(): Field<T> {
    return new Field<T>(this.kind, { ...this.spec, update: 'serverSet' });
  }

  /** Left out of JSON while it is null. */
  omittedWhenNull(): Field<T> {
    return new Field<T>(this.kind, { ...this.spec, omitNull: true });
  }

  /** Worked out when it is read: not a part of the stored value. */
  computed(): ComputedField<T> {
    return new ComputedField<T>(this.kind, { ...this.spec, update: 'serverSet' });
  }

  get type(): WireType {
    return this.spec.nullable ? { ...this.kind.type, nullable: true } : this.kind.type;
  }

  /** Default, else null, else what the kind implies; undefined when a value is required. */
  initial(): T | undefined {
    if (this.spec.hasDefault) return this.spec.defaultValue as T;
    if (this.spec.nullable) return null as T;
    return this.kind.implied?.();
  }
}

export class ComputedField<T> extends Field<T> {
  override readonly isComputed = true as const;
}

/** Type of a field's value. */
export type ValueOfField<F> = F extends Field<infer T> ? T : never;
