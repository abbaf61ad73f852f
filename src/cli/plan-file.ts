// Plan files: what `apply` makes true and `snapshot` writes. A line of JSON an operation (NDJSON), or one JSON array of
// them; empty lines and lines that begin with `#` say nothing.
import { CommandFailure, Status } from './failure.ts';
import { isJson, type Json } from './json.ts';

export const OPERATIONS = ['create', 'update', 'upsert', 'reconcile', 'destroy'] as const;
export type PlanOperation = (typeof OPERATIONS)[number];

/** One operation of a plan. */
export interface PlanLine {
  readonly '@type': PlanOperation;
  /** `Domain`, `account/user` */
  readonly object: string;
  /** Of an update: the record, by id, name or `#key`; absent for settings. */
  readonly id?: string;
  /** Of a create, upsert and reconcile: records by key. Of an update: a patch. Of a destroy: a filter. */
  readonly value: Json;
  /** Properties by which records are found again. */
  readonly matchOn?: readonly string[];
  /** Of a reconcile: a filter of the records it is about. */
  readonly scope?: Json;
  /** Account that the records belong to, by id, address or `#key`. */
  readonly accountId?: string;
  /** Where the line stands, for messages. */
  readonly at: string;
}

/** @throws CommandFailure with the file and the line */
export function parsePlan(text: string, file: string): PlanLine[] {
  return parsePlanText(text, file).map((json, i) => planLine(json, `${file}, operation ${i + 1}`));
}

/** The operations as JSON. */
export function parsePlanText(text: string, file: string): Json[] {
  const whole = text.trimStart();
  if (whole.startsWith('[')) return asArray(parse(whole, file), file);
  if (isOneObject(whole)) return [parse(whole, file) as Json];
  return text.split('\n').flatMap((line, i) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const json = parse(trimmed, `${file}, line ${i + 1}`);
    if (!isJson(json)) throw wrong(`${file}, line ${i + 1}`, 'a JSON object is expected');
    return [json];
  });
}

/** One object over several lines, as people write it. */
function isOneObject(text: string): boolean {
  if (!text.startsWith('{') || text.split('\n', 1)[0]?.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function asArray(json: unknown, file: string): Json[] {
  const items = json as readonly unknown[];
  return items.map((item, i) => {
    if (!isJson(item)) throw wrong(`${file}, operation ${i + 1}`, 'a JSON object is expected');
    return item;
  });
}

function parse(text: string, at: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw wrong(at, (error as Error).message);
  }
}

const KNOWN = new Set(['@type', 'object', 'id', 'value', 'matchOn', 'scope', 'accountId']);

function planLine(json: Json, at: string): PlanLine {
  const { '@type': type, object, id, value = {}, matchOn, scope, accountId } = json;
  const operation = OPERATIONS.find((one) => one === type);
  if (!operation) throw wrong(at, `@type has to be one of ${OPERATIONS.join(', ')}`);
  for (const name of Object.keys(json)) {
    if (!KNOWN.has(name)) throw wrong(at, `there is no member "${name}"`);
  }
  if (typeof object !== 'string') throw wrong(at, 'object has to name an object');
  if (!isJson(value)) throw wrong(at, 'value has to be a JSON object');
  if (id !== undefined && typeof id !== 'string') throw wrong(at, 'id has to be a text');
  if (accountId !== undefined && typeof accountId !== 'string') throw wrong(at, 'accountId has to be a text');
  if (scope !== undefined && !isJson(scope)) throw wrong(at, 'scope has to be a filter');
  if (matchOn !== undefined && !isTexts(matchOn)) throw wrong(at, 'matchOn has to be a list of properties');
  if (operation !== 'update' && operation !== 'destroy') {
    for (const [key, record] of Object.entries(value)) {
      if (!isJson(record)) throw wrong(at, `value/${key} has to be a JSON object`);
    }
  }
  return {
    '@type': operation,
    object,
    value,
    at,
    ...(id !== undefined && { id }),
    ...(matchOn !== undefined && { matchOn }),
    ...(scope !== undefined && { scope }),
    ...(accountId !== undefined && { accountId }),
  };
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const wrong = (at: string, reason: string): CommandFailure =>
  new CommandFailure(`${at}: ${reason}`, Status.data);
