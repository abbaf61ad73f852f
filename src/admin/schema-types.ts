// The schema document: every server object with its fields, forms and lists, as consoles and the command line read
// it. All of it is derived from the declarations of the registry.

export interface SchemaDocument {
  /** By wire name: `x:Domain`; views of one variant are `x:Account/User`. */
  readonly objects: Readonly<Record<string, SchemaObject>>;
  /** What a value of this name is made of: one set of fields, or variants told apart by `@type`. */
  readonly schemas: Readonly<Record<string, SchemaShape>>;
  /** By the name of a set of fields. */
  readonly fields: Readonly<Record<string, SchemaFields>>;
  readonly forms: Readonly<Record<string, SchemaForm>>;
  /** By object and view. */
  readonly lists: Readonly<Record<string, SchemaList>>;
  readonly enums: Readonly<Record<string, readonly SchemaLiteral[]>>;
  readonly dashboards: readonly never[];
  readonly layouts: Readonly<Record<'management' | 'settings' | 'account', readonly SchemaSection[]>>;
}

export interface SchemaObject {
  readonly type: 'object' | 'singleton' | 'view';
  readonly description: string;
  /** `sysDomain`: the permissions are this and the operation. */
  readonly permissionPrefix: string;
  /** Of a view: the object it shows a part of. */
  readonly objectName?: string;
  /** Of a view: the variant. */
  readonly variant?: string;
  /** Properties by which a record is found again; absent when only its whole value tells. */
  readonly matchOn?: readonly string[];
  /** What clients may do at all, whatever their permissions; absent for everything. */
  readonly clientsMay?: readonly ('create' | 'update' | 'destroy')[];
  /** What is missing before the object has an effect. */
  readonly awaits?: string;
  /** Records belong to accounts, or to tenants. */
  readonly visibility?: 'account' | 'tenant';
  /** The records are computed, or kept elsewhere. */
  readonly computed?: true;
}

export type SchemaShape =
  | { readonly type: 'single'; readonly schemaName: string }
  | { readonly type: 'multiple'; readonly variants: readonly SchemaVariant[] };

export interface SchemaVariant {
  readonly name: string;
  readonly label: string;
  /** Absent for a variant without fields. */
  readonly schemaName?: string;
  /** Why the variant is refused, for those that are. */
  readonly refused?: string;
}

export interface SchemaFields {
  readonly description: string;
  readonly properties: Readonly<Record<string, SchemaProperty>>;
  /** What a record has that was created without the property. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

export interface SchemaProperty {
  readonly description: string;
  readonly type: SchemaType;
  readonly update: 'mutable' | 'immutable' | 'serverSet';
  /** A record cannot be created without it. */
  readonly required?: true;
}

/** `{type: 'string', format: 'emailAddress', nullable: true}` */
export interface SchemaType {
  readonly type:
    | 'string'
    | 'boolean'
    | 'number'
    | 'utcDateTime'
    | 'enum'
    | 'objectId'
    | 'blobId'
    | 'object'
    | 'objectList'
    | 'set'
    | 'map';
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enumName?: string;
  readonly objectName?: string;
  /** Of the members of a set. */
  readonly class?: SchemaType;
  readonly keyClass?: SchemaType;
  readonly valueClass?: SchemaType;
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

export interface SchemaForm {
  readonly sections: readonly {
    readonly title: string;
    readonly fields: readonly { readonly name: string; readonly label: string }[];
  }[];
}

export interface SchemaList {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly label: string }[];
  readonly filters: readonly { readonly name: string; readonly label: string; readonly type: SchemaType }[];
  /** Conditions that every query of the list has: the variant of a view. */
  readonly filtersStatic: Readonly<Record<string, string>>;
  readonly labelProperty: string | null;
  readonly itemActions: readonly ('view' | 'edit' | 'delete')[];
  readonly massActions: readonly 'delete'[];
}

export interface SchemaLiteral {
  readonly name: string;
  readonly label: string;
}

export interface SchemaSection {
  readonly label: string;
  readonly items: readonly { readonly object: string; readonly label: string }[];
}
