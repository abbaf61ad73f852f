// Makes the schema document from the declarations of the registry: nothing in here knows a single object.
import { DECLARATIONS, describePermission, ENUMS, PERMISSION_NAMES, schema } from '../registry/index.ts';
import { firstWord, propertyLabel, typeLabel, typesLabel } from './labels.ts';
import type {
  SchemaDocument,
  SchemaFields,
  SchemaForm,
  SchemaList,
  SchemaObject,
  SchemaProperty,
  SchemaSection,
  SchemaShape,
  SchemaType,
  SchemaVariant,
} from './schema-types.ts';

type Declaration = schema.Declaration;
type Shape = schema.Shape;

let made: SchemaDocument | undefined;

/** The document; made once. */
export const schemaDocument = (): SchemaDocument => (made ??= makeDocument());

const wire = (name: string): string => `x:${name}`;

function makeDocument(): SchemaDocument {
  const objects: Record<string, SchemaObject> = {};
  const schemas: Record<string, SchemaShape> = {};
  const fields: Record<string, SchemaFields> = {};
  const forms: Record<string, SchemaForm> = {};
  const lists: Record<string, SchemaList> = {};
  for (const declaration of Object.values<Declaration>(DECLARATIONS)) {
    const { name, shape } = declaration;
    for (const one of shapesWithin(shape)) addShape(one, schemas, fields, forms);
    schemas[wire(name)] ??= shapeEntry(shape);
    objects[wire(name)] = objectEntry(declaration);
    if (declaration.kind === 'object') lists[wire(name)] = listOf(declaration, undefined);
    for (const view of viewsOf(declaration)) {
      const { variant = '' } = view;
      objects[`${wire(name)}/${variant}`] = view;
      lists[`${wire(name)}/${variant}`] = listOf(declaration, variant);
    }
  }
  return { objects, schemas, fields, forms, lists, enums: enums(), dashboards: [], layouts: layouts() };
}

function objectEntry(declaration: Declaration): SchemaObject {
  const { name, kind, description, visibility, clientsMay, awaits, source } = declaration;
  const matchOn = matchOf(declaration);
  return {
    type: kind,
    description,
    permissionPrefix: `sys${name}`,
    ...(matchOn && { matchOn }),
    ...(clientsMay.length < 3 && { clientsMay }),
    ...(awaits !== undefined && { awaits }),
    ...(visibility !== 'server' && { visibility }),
    ...(source !== undefined && { computed: true as const }),
  };
}

/** The label, if clients give it; an address is found by its parts. */
function matchOf({ label, shape }: Declaration): readonly string[] | undefined {
  const field = label === undefined ? undefined : schema.findField(shape, label);
  if (!field || label === undefined) return undefined;
  if (field.spec.update !== 'serverSet') return [label];
  return schema.findField(shape, 'domainId') ? ['name', 'domainId'] : undefined;
}

/** A list can show one variant alone where records can be filtered by it. */
function viewsOf(declaration: Declaration): SchemaObject[] {
  const { name, kind, shape, filters } = declaration;
  if (kind !== 'object' || !schema.isUnion(shape) || !Object.hasOwn(filters, '@type')) return [];
  return Object.entries(shape.variants).map(([variant, struct]) => ({
    type: 'view',
    description: struct?.description ?? typeLabel(variant),
    permissionPrefix: `sys${name}`,
    objectName: wire(name),
    variant,
  }));
}

/** A shape and all shapes of its fields, each once. */
function shapesWithin(shape: Shape, seen = new Set<Shape>()): Set<Shape> {
  if (seen.has(shape)) return seen;
  seen.add(shape);
  const structs = schema.isUnion(shape) ? Object.values(shape.variants) : [shape];
  for (const struct of structs) {
    if (!struct) continue;
    seen.add(struct);
    for (const field of Object.values(struct.fields)) {
      for (const inner of field.kind.shapes ?? []) shapesWithin(inner, seen);
    }
  }
  return seen;
}

function addShape(
  shape: Shape,
  schemas: Record<string, SchemaShape>,
  fields: Record<string, SchemaFields>,
  forms: Record<string, SchemaForm>,
): void {
  const name = wire(shape.name);
  schemas[name] ??= shapeEntry(shape);
  if (schema.isUnion(shape) || fields[name]) return;
  fields[name] = fieldsEntry(shape);
  forms[name] = formOf(shape);
}

function shapeEntry(shape: Shape): SchemaShape {
  if (!schema.isUnion(shape)) return { type: 'single', schemaName: wire(shape.name) };
  const variants = Object.entries(shape.variants).map(([name, struct]): SchemaVariant => {
    const refused = shape.refused[name];
    return {
      name,
      label: typeLabel(name),
      ...(struct && { schemaName: wire(struct.name) }),
      ...(refused !== undefined && { refused }),
    };
  });
  return { type: 'multiple', variants };
}

function fieldsEntry(struct: schema.Struct): SchemaFields {
  const properties: Record<string, SchemaProperty> = {};
  const defaults: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    const { description, update } = field.spec;
    const required = isRequired(field);
    properties[name] = {
      description,
      type: field.type as unknown as SchemaType,
      update,
      ...(required && { required }),
    };
    if (required || update === 'serverSet' || field.spec.omitNull) continue;
    const value = field.initial();
    if (value !== undefined && value !== null) defaults[name] = schema.formatField(field, value);
  }
  return { description: struct.description, properties, defaults };
}

/** True when a record cannot be created without the field. */
function isRequired(field: schema.Field<unknown>): boolean {
  const { update, nullable } = field.spec;
  if (nullable || update === 'serverSet' || field.isComputed) return false;
  const value = field.initial();
  return value === undefined || field.kind.missing?.(value as never) === true;
}

/** What has to be given comes first, then what can be changed, then what only the server sets. */
function formOf(struct: schema.Struct): SchemaForm {
  const names = Object.keys(struct.fields);
  const fieldOf = (name: string) => struct.fields[name] as schema.Field<unknown>;
  const required = names.filter((name) => isRequired(fieldOf(name)));
  const shown = names.filter((name) => fieldOf(name).spec.update === 'serverSet');
  const optional = names.filter((name) => !required.includes(name) && !shown.includes(name));
  const section = (title: string, of: readonly string[]) =>
    of.length === 0 ? [] : [{ title, fields: of.map((name) => ({ name, label: propertyLabel(name) })) }];
  return {
    sections: [
      ...section('Required', required),
      ...section('Settings', optional),
      ...section('Information', shown),
    ],
  };
}

function listOf(declaration: Declaration, variant: string | undefined): SchemaList {
  const { name, columns, filters, label, clientsMay } = declaration;
  const mayDestroy = clientsMay.includes('destroy');
  return {
    title: variant === undefined ? typesLabel(name) : typesLabel(variant),
    columns: columns
      .filter((column) => variant === undefined || column !== '@type')
      .map((column) => ({ name: column, label: propertyLabel(column) })),
    filters: Object.entries(filters)
      .filter(([filter]) => variant === undefined || filter !== '@type')
      .map(([filter, how]) => ({
        name: filter,
        label: propertyLabel(filter),
        type: filterType(declaration, how),
      })),
    filtersStatic: variant === undefined ? {} : { '@type': variant },
    labelProperty: label ?? null,
    itemActions: [
      'view',
      ...(clientsMay.includes('update') ? (['edit'] as const) : []),
      ...(mayDestroy ? (['delete'] as const) : []),
    ],
    massActions: mayDestroy ? ['delete'] : [],
  };
}

/** Type of the value that a filter takes; of a set, one member. */
function filterType({ shape }: Declaration, filter: schema.Filter): SchemaType {
  if (filter.match === 'words') return { type: 'string', format: 'string' };
  if (filter.match === 'derived') return filter.field.type as unknown as SchemaType;
  const type = schema.findField(shape, filter.property)?.type as SchemaType | undefined;
  if (!type) return { type: 'string', format: 'string' };
  return type.type === 'set' && type.class ? type.class : type;
}

function enums(): SchemaDocument['enums'] {
  const literals = (names: readonly string[]) => names.map((name) => ({ name, label: typeLabel(name) }));
  return {
    ...Object.fromEntries(Object.entries(ENUMS).map(([name, of]) => [name, literals(of)])),
    Permission: PERMISSION_NAMES.map((name) => ({ name, label: describePermission(name) })),
  };
}

/** Navigation trees: what people manage, what they set, and what belongs to an account itself. */
function layouts(): SchemaDocument['layouts'] {
  const all = Object.values<Declaration>(DECLARATIONS).filter(({ name }) => name !== 'Bootstrap');
  const own = all.filter(isOwn);
  const others = all.filter((one) => !own.includes(one));
  return {
    management: sections(
      others.filter(({ kind }) => kind === 'object'),
      typesLabel,
    ),
    settings: sections(
      others.filter(({ kind }) => kind === 'singleton'),
      typeLabel,
    ),
    account: sections(own, typeLabel),
  };
}

/** Sources that project the account's own record. */
const OWN_SOURCES: ReadonlySet<string | undefined> = new Set(['settings', 'password', 'credentials']);

const isOwn = ({ visibility, source }: Declaration): boolean =>
  visibility === 'account' || OWN_SOURCES.has(source);

/** Types whose names begin with the same word stand together. */
function sections(declarations: readonly Declaration[], label: (name: string) => string): SchemaSection[] {
  const byWord = Map.groupBy(declarations, ({ name }) => firstWord(name));
  const alone = declarations.filter(({ name }) => byWord.get(firstWord(name))?.length === 1);
  const item = ({ name }: Declaration) => ({ object: wire(name), label: label(name) });
  const together = [...byWord].filter(([, of]) => of.length > 1);
  return [
    { label: 'General', items: alone.map(item) },
    ...together.map(([word, of]) => ({ label: typeLabel(word), items: of.map(item) })),
  ].filter(({ items }) => items.length > 0);
}
