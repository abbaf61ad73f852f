// `waypost describe`: the objects there are, and what one of them is made of.
import type { SchemaDocument, SchemaProperty, SchemaType } from '../admin/index.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { Status } from './failure.ts';
import { isJson, textOf } from './json.ts';
import { columns, durationText, shortened, sizeText } from './render.ts';
import { SchemaView, type Target } from './schema-view.ts';
import { say } from './talk.ts';

export interface DescribeOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export async function describe(object: string | undefined, options: DescribeOptions): Promise<Status> {
  const document = await documentFor(options);
  const view = new SchemaView(document);
  if (object === undefined) {
    say(options.json ? `${JSON.stringify(view.names())}\n` : overview(view));
    return Status.ok;
  }
  const target = view.find(object);
  say(options.json ? `${JSON.stringify(machineForm(view, target), null, 2)}\n` : page(view, target));
  return Status.ok;
}

/** The schema of this program, or of the server that is named. */
export async function documentFor(options: ConnectionOptions): Promise<SchemaDocument> {
  if (options.url !== undefined || process.env['WAYPOST_URL']) {
    return (await connect(options)).schema();
  }
  return (await import('../admin/index.ts')).schemaDocument();
}

function overview(view: SchemaView): string {
  const rows = (type: 'object' | 'singleton') =>
    Object.entries(view.document.objects)
      .filter(([, object]) => object.type === type)
      .map(([name, { description, awaits }]) => [
        `  ${name.slice(2)}`,
        `${description}${awaits === undefined ? '' : `  (not in effect yet: waits for ${awaits})`}`,
      ]);
  return [
    'Objects, of which there are many:\n',
    columns(rows('object')),
    '\nSettings, each one record:\n',
    columns(rows('singleton')),
    '\n"waypost describe <object>" tells of one.\n',
  ].join('');
}

function machineForm(view: SchemaView, { name, object, variant }: Target): object {
  const shape = `x:${name}`;
  const entry = view.document.schemas[shape];
  const variants = entry?.type === 'multiple' ? entry.variants : undefined;
  const list = view.document.lists[shape];
  return {
    name,
    ...object,
    ...(variants && variant === undefined
      ? {
          variants: variants.map((one) => ({
            ...one,
            properties: view.fields(shape, one.name)?.properties ?? {},
          })),
        }
      : { properties: view.fields(shape, variant)?.properties ?? {} }),
    ...(list && { filters: list.filters }),
  };
}

function page(view: SchemaView, { name, object, variant }: Target): string {
  const shape = `x:${name}`;
  const parts = [`${name}: ${object.description}.\n`];
  if (object.awaits !== undefined) parts.push(`Not in effect yet: it waits for ${object.awaits}.\n`);
  if (object.clientsMay) {
    const may = object.clientsMay.join(', ') || 'only look at';
    parts.push(`Clients may ${may} its records.\n`);
  }
  const variants = variant === undefined ? view.variants(shape) : [variant];
  if (variants.length === 0) parts.push(`\n${fieldTable(view, shape, undefined)}`);
  for (const one of variants) {
    parts.push(`\n${name}/${one}\n${fieldTable(view, shape, one) || '  (no properties)\n'}`);
  }
  const list = view.document.lists[shape];
  if (list && list.filters.length > 0) {
    parts.push(`\nFilters for --where: ${list.filters.map((one) => one.name).join(', ')}\n`);
    parts.push('Sort by id or by a filter that is no text: --sort name, --sort -name\n');
  }
  const prefix = object.permissionPrefix;
  const operations =
    object.type === 'singleton' ? ['Get', 'Update'] : ['Get', 'Query', 'Create', 'Update', 'Destroy'];
  parts.push(`Permissions: ${operations.map((one) => prefix + one).join(', ')}\n`);
  return parts.join('');
}

function fieldTable(view: SchemaView, shape: string, variant: string | undefined): string {
  const fields = view.fields(shape, variant);
  if (!fields) return '';
  return columns(
    Object.entries(fields.properties).map(([name, property]) => [
      `  ${name}${property.required ? ' *' : ''}`,
      typeText(view, property.type),
      shortened(`${property.description}${noteOf(property, fields.defaults[name])}`, 160),
    ]),
  );
}

function noteOf({ update, type }: SchemaProperty, value: unknown): string {
  if (update === 'serverSet') return ' (set by the server)';
  const fixed = update === 'immutable' ? ' (fixed at creation)' : '';
  const text = defaultText(type, value);
  return text === undefined ? fixed : `${fixed} [${text}]`;
}

function defaultText(type: SchemaType, value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (type.format === 'duration') return durationText(Number(value));
  if (type.format === 'size') return sizeText(Number(value));
  if (type.type === 'boolean') return value === true ? 'yes' : 'no';
  if (isJson(value)) {
    if (typeof value['else'] === 'string') return value['else'];
    if (typeof value['@type'] === 'string') return value['@type'];
    const members = Object.keys(value);
    return type.type === 'set' && members.length > 0 ? members.join(', ') : undefined;
  }
  return textOf(value);
}

/** Literals of an enumeration that are listed. */
const FEW = 6;

function typeText(view: SchemaView, type: SchemaType): string {
  switch (type.type) {
    case 'number':
      return type.format === 'duration' || type.format === 'size' ? type.format : 'number';
    case 'string':
      return type.format === undefined || type.format === 'string' ? 'text' : type.format;
    case 'utcDateTime':
      return 'time';
    case 'enum': {
      const literals = view.literals(type.enumName as string);
      return literals.length <= FEW
        ? literals.join('|')
        : `one of ${literals.length} (${type.enumName ?? ''})`;
    }
    case 'objectId':
      return `id of ${(type.objectName as string).slice(2)}`;
    case 'set':
      return `set of ${typeText(view, type.class as SchemaType)}`;
    case 'objectList':
      return `list of ${(type.objectName as string).slice(2)}`;
    case 'map':
      return `map of ${typeText(view, type.valueClass as SchemaType)}`;
    case 'object': {
      const variants = view.variants(type.objectName as string);
      return variants.length > 0 && variants.length <= FEW
        ? variants.join('|')
        : (type.objectName as string).slice(2);
    }
    default:
      return type.type;
  }
}
