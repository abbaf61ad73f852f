// Values as people write them on a command line, by the type of the property: `30s`, `10MiB`, `yes`, `a,b,c`. JSON is
// understood as well for everything that has parts.
import type { SchemaType } from '../admin/index.ts';
import { CommandFailure, Status } from './failure.ts';
import { closest, type SchemaView } from './schema-view.ts';

/** Finds the id of a record that is given by its name. */
export type Resolver = (type: string, text: string) => Promise<string>;

const UNITS_OF_TIME: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const UNITS_OF_SIZE: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** JSON of a value. @throws CommandFailure naming the property */
export async function parseValue(
  view: SchemaView,
  type: SchemaType,
  text: string,
  at: string,
  resolve: Resolver,
): Promise<unknown> {
  const refuse = (reason: string): never => {
    throw new CommandFailure(`${at}: ${reason}`, Status.usage);
  };
  if (type.nullable && (text === 'null' || text === '')) return null;
  switch (type.type) {
    case 'boolean':
      return parseBoolean(text) ?? refuse(`"${text}" is neither yes nor no`);
    case 'number':
      return parseNumber(type, text) ?? refuse(numberHint(type, text));
    case 'utcDateTime':
      return parseTime(text) ?? refuse(`"${text}" is no time such as 2026-04-15T18:13:35Z`);
    case 'enum': {
      const literals = view.literals(type.enumName as string);
      const found = literals.find((one) => one.toLowerCase() === text.toLowerCase());
      return found ?? refuse(choiceHint(text, literals));
    }
    case 'objectId':
      return text.startsWith('#') ? text : resolve(targetOf(type), text);
    case 'set':
      return parseSet(view, type, text, at, resolve);
    case 'object':
      return parseObject(view, type, text, refuse);
    case 'objectList':
    case 'map':
      return (
        parseParts(text) ?? refuse('JSON with parts is expected, or its parts one by one: name/0/part=value')
      );
    default:
      return text;
  }
}

/** `x:Account/Group` → `Account` */
export const targetOf = (type: SchemaType): string =>
  (type.objectName as string).slice(2).split('/')[0] as string;

function parseBoolean(text: string): boolean | undefined {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true;
  return /^(?:false|no|off|0)$/i.test(text) ? false : undefined;
}

function parseNumber({ format }: SchemaType, text: string): number | undefined {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const factor =
    format === 'duration'
      ? UNITS_OF_TIME[unit.toLowerCase()]
      : format === 'size'
        ? UNITS_OF_SIZE[unit.toLowerCase().replace(/(?<=[kmgt])i?b$/, '')]
        : undefined;
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

function numberHint({ format }: SchemaType, text: string): string {
  if (format === 'duration') return `"${text}" is no time span such as 30s, 5m, 2h or 7d`;
  if (format === 'size') return `"${text}" is no size such as 500K, 10M or 2G`;
  return `"${text}" is no number`;
}

function parseTime(text: string): string | undefined {
  const given = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const time = Date.parse(given);
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\d/.test(given)) return undefined;
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function choiceHint(text: string, literals: readonly string[]): string {
  if (literals.length <= 12) return `"${text}" is none of ${literals.join(', ')}`;
  const near = closest(text, literals);
  return `"${text}" is no known value${near === undefined ? '' : `; did you mean ${near}?`}`;
}

async function parseSet(
  view: SchemaView,
  { class: member }: SchemaType,
  text: string,
  at: string,
  resolve: Resolver,
): Promise<unknown> {
  if (text.startsWith('{')) return parseParts(text) ?? {};
  const members: Record<string, true> = {};
  for (const part of text.split(',')) {
    const one = part.trim();
    if (one === '') continue;
    members[String(await parseValue(view, member as SchemaType, one, at, resolve))] = true;
  }
  return members;
}

/** JSON, the name of a variant that needs nothing else, or the source of an expression without conditions. */
function parseObject(
  view: SchemaView,
  { objectName }: SchemaType,
  text: string,
  refuse: (reason: string) => never,
): unknown {
  if (/^\s*\{/.test(text)) return parseParts(text) ?? refuse('the JSON cannot be read');
  const variants = view.variants(objectName as string);
  const variant = variants.find((one) => one.toLowerCase() === text.toLowerCase());
  if (variant !== undefined) return { '@type': variant };
  const properties = Object.keys(view.allProperties(objectName as string));
  if (properties.includes('else') && properties.includes('match')) return { match: {}, else: text };
  if (variants.length > 0) return refuse(choiceHint(text, variants));
  const [, count, period] = /^(\d+)\s*\/\s*(\d*\s*[a-z]+)$/i.exec(text) ?? [];
  if (count !== undefined && period !== undefined && properties.join() === 'count,period') {
    const time = parseNumber({ type: 'number', format: 'duration' }, period.replace(/^(?!\d)/, '1'));
    if (time !== undefined) return { count: Number(count), period: time };
  }
  return refuse(`JSON with ${properties.join(', ')} is expected`);
}

function parseParts(text: string): unknown {
  try {
    const json = JSON.parse(text) as unknown;
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
