// The page of one server object: what it is, its properties with types, defaults and bounds, its variants, what it can
// be searched by, and the permissions it needs.
import { describePermission, type PermissionName, schema } from '../../src/registry/index.ts';

type Shape = schema.Shape;

const NOTE = '<!-- Written by `npm run generate` from src/registry; do not edit. -->';

/** Shapes that are parts of more than one object. */
export function sharedShapes(declarations: readonly schema.Declaration[]): ReadonlySet<Shape> {
  const users = new Map<Shape, Set<string>>();
  for (const { name, shape } of declarations) {
    for (const one of shapesWithin(shape)) users.set(one, (users.get(one) ?? new Set()).add(name));
  }
  return new Set([...users].filter(([, names]) => names.size > 1).map(([shape]) => shape));
}

export function objectPage(
  declaration: schema.Declaration,
  permissions: readonly PermissionName[],
  shared: ReadonlySet<Shape>,
): string {
  const { name, description, shape } = declaration;
  const at = `objects/${name}.md`;
  const own = [...shapesWithin(shape)].filter((one) => one !== shape && !shared.has(one));
  const lines = [
    `${description}.`,
    '',
    ...factsOf(declaration),
    ...(schema.isUnion(shape) ? variantTable(shape, at, shared) : propertyTable(shape, at, shared)),
    ...own.flatMap((one) => shapeSection(one, at, shared)),
    '',
    '## Permissions',
    '',
    '| Permission | Lets its holder |',
    '|---|---|',
    ...permissions.map((one) => `| \`${one}\` | ${describePermission(one)} |`),
  ];
  return `${NOTE}\n\n# ${name}\n\n${lines.join('\n')}\n`;
}

/** A section about a shape: its variants or its properties. */
export function shapeSection(shape: Shape, at: string, shared: ReadonlySet<Shape>): string[] {
  return [
    '',
    `## ${shape.name}`,
    '',
    `${shape.description}.`,
    '',
    ...(schema.isUnion(shape) ? variantTable(shape, at, shared) : propertyTable(shape, at, shared)),
  ];
}

function factsOf(declaration: schema.Declaration): string[] {
  const { name, kind, visibility, unique, filters, source, awaits, clientsMay, clientsUpdate } = declaration;
  const facts = [
    kind === 'singleton'
      ? `One record, with the id \`singleton\`: \`x:${name}/get\`, \`x:${name}/set\`.`
      : `Many records: \`x:${name}/get\`, \`x:${name}/set\`, \`x:${name}/query\`.`,
  ];
  if (awaits !== undefined) facts.push(`**Not in effect yet**: it waits for ${awaits}.`);
  if (source !== undefined)
    facts.push('The records are kept outside the registry; some operations are refused.');
  if (visibility === 'tenant') facts.push('Members of a tenant see and change only what belongs to it.');
  if (visibility === 'account')
    facts.push('Each account sees only its own; holders of `impersonate` see all.');
  if (clientsMay.length < 3) {
    facts.push(`Clients may ${clientsMay.length > 0 ? clientsMay.join(' and ') : 'only look at'} records.`);
  }
  if (clientsUpdate) facts.push(`Clients may change only ${list(clientsUpdate)}.`);
  if (unique.length > 0) facts.push('A record whose name is taken is refused (`primaryKeyViolation`).');
  if (Object.keys(filters).length > 0) facts.push(`Filters: ${list(Object.keys(filters))}.`);
  return [...facts.map((fact) => `- ${fact}`), ''];
}

const list = (names: readonly string[]): string => names.map((one) => `\`${one}\``).join(', ');

function variantTable(shape: schema.Union, at: string, shared: ReadonlySet<Shape>): string[] {
  const rows = Object.entries(shape.variants).map(([tag, struct]) => {
    const refused = shape.refused[tag];
    const what = refused ?? (struct ? struct.description : 'Without further properties');
    const properties = struct && refused === undefined ? link(struct, at, shared) : '';
    return `| \`${tag}\` | ${what} | ${properties} |`;
  });
  return ['Told apart by `@type`.', '', '| Variant | What it is | Properties |', '|---|---|---|', ...rows];
}

function propertyTable(shape: schema.Struct, at: string, shared: ReadonlySet<Shape>): string[] {
  const rows = Object.entries(shape.fields).map(([name, field]) => {
    const type = typeText(field.type, field, at, shared);
    return `| \`${name}\` | ${type} | ${defaultText(field)} | ${cell(field.spec.description)}${modeText(field)} |`;
  });
  return ['| Property | Type | Default | What it does |', '|---|---|---|---|', ...rows];
}

function modeText({ spec: { update } }: schema.Field<unknown>): string {
  if (update === 'immutable') return '. Fixed when the record is created';
  return update === 'serverSet' ? '. Set by the server' : '';
}

function defaultText(field: schema.Field<unknown>): string {
  if (field.spec.update === 'serverSet') return '';
  if (field.spec.hasDefault) return code(schema.formatField(field, field.spec.defaultValue));
  if (field.spec.nullable) return 'none';
  const value = field.initial();
  if (value === undefined || field.kind.missing?.(value as never) === true) return '*required*';
  return typeof value === 'object' ? '' : code(value);
}

const LONGEST_DEFAULT = 80;

function code(json: unknown): string {
  if (isExpression(json)) return code(json.else);
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const short = text.length > LONGEST_DEFAULT ? `${text.slice(0, LONGEST_DEFAULT)}…` : text;
  return `\`${cell(short)}\``;
}

const isExpression = (json: unknown): json is { readonly else: string } =>
  schema.isObject(json) && 'else' in json && Object.keys(json['match'] as object).length === 0;

/** A bar would end the cell of the table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeText(
  type: schema.WireType,
  field: schema.Field<unknown> | undefined,
  at: string,
  shared: ReadonlySet<Shape>,
): string {
  const shapeOf = (name: unknown): string => {
    const found = field?.kind.shapes?.find((one) => `x:${one.name}` === name);
    return found ? link(found, at, shared) : String(name).slice(2);
  };
  const inner = (part: unknown): string => typeText(part as schema.WireType, field, at, shared);
  switch (type['type']) {
    case 'enum': {
      const name = String(type['enumName']);
      return `[${name}](${at.includes('/') ? '../' : ''}enumerations.md#${name.toLowerCase()})`;
    }
    case 'objectId':
      return `id of ${String(type['objectName']).slice(2)}`;
    case 'object':
      return shapeOf(type['objectName']);
    case 'objectList':
      return `list of ${shapeOf(type['objectName'])}`;
    case 'set':
      return `set of ${inner(type['class'])}`;
    case 'map':
      return `map of ${inner(type['keyClass'])} to ${inner(type['valueClass'])}`;
    case 'number':
      return `${NUMBERS[String(type['format'])] ?? 'number'}${boundsText(type)}`;
    case 'string':
      return TEXTS[String(type['format'])] ?? 'text';
    case 'utcDateTime':
      return 'time';
    case 'blobId':
      return 'id of a blob';
    default:
      return String(type['type']);
  }
}

const NUMBERS: Readonly<Record<string, string>> = {
  size: 'bytes',
  duration: 'milliseconds',
  float: 'number',
  integer: 'whole number',
  unsignedInteger: 'whole number',
};
const TEXTS: Readonly<Record<string, string>> = {
  emailAddress: 'address',
  html: 'HTML',
  ipAddress: 'IP address',
  ipNetwork: 'IP network',
  secret: 'secret',
  secretText: 'secret',
  socketAddress: 'address and port',
  text: 'text of several lines',
  uri: 'URI',
};

function boundsText(type: schema.WireType): string {
  const { min, max } = type as { readonly min?: number; readonly max?: number };
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return `, from ${min}`;
  return min === undefined ? `, to ${max}` : `, ${min} to ${max}`;
}

function link(shape: Shape, at: string, shared: ReadonlySet<Shape>): string {
  const anchor = `#${shape.name.toLowerCase()}`;
  const file = shared.has(shape) && at !== 'values.md' ? '../values.md' : '';
  return `[${shape.name}](${file}${anchor})`;
}

function* shapesWithin(shape: Shape, seen = new Set<Shape>()): Generator<Shape> {
  if (seen.has(shape)) return;
  seen.add(shape);
  yield shape;
  for (const struct of schema.isUnion(shape) ? Object.values(shape.variants) : [shape]) {
    if (!struct) continue;
    if (struct !== shape && !seen.has(struct)) {
      seen.add(struct);
      yield struct;
    }
    for (const field of Object.values(struct.fields)) {
      for (const one of field.kind.shapes ?? []) yield* shapesWithin(one, seen);
    }
  }
}
