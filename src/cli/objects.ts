// `get`, `query`, `create`, `update` and `delete`, for every object alike.
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { CommandFailure, fail, Status } from './failure.ts';
import { parseFields } from './fields.ts';
import { isJson, type Json, textOf } from './json.ts';
import { cellText, columns, recordLines, shortened } from './render.ts';
import type { Target } from './schema-view.ts';
import { setErrorText } from './sentences.ts';
import { Session, type SessionOptions } from './session.ts';
import { parseValue } from './values.ts';
import { watch } from './watch.ts';
import { say } from './talk.ts';

export interface ShowOptions extends SessionOptions {
  readonly fields?: string;
  readonly json?: boolean;
  /** Seconds between two looks; true for the usual two. */
  readonly watch?: string | boolean;
}

export interface QueryCommandOptions extends ShowOptions {
  readonly where?: readonly string[];
  readonly sort?: string;
  readonly limit?: string;
  readonly ids?: boolean;
}

export interface WriteOptions extends SessionOptions {
  readonly field?: readonly string[];
  /** JSON text of the record; true to answer in JSON. */
  readonly json?: string | boolean;
  readonly file?: string;
  readonly stdin?: boolean;
}

export interface DeleteOptions extends SessionOptions {
  readonly ids?: string;
  readonly stdin?: boolean;
  readonly json?: boolean;
}

export async function getObject(
  object: string,
  id: string | undefined,
  options: ShowOptions,
): Promise<Status> {
  const session = await Session.open(options);
  const target = session.view.find(object);
  const wanted = await idOf(session, target, id);
  const fields = listOf(options.fields);
  const show = async (): Promise<string> => {
    const [record] = await session.get(target.name, [wanted], fields);
    if (!record) throw new CommandFailure(`there is no ${target.name} "${id ?? wanted}"`);
    if (options.json) return `${JSON.stringify(record, null, 2)}\n`;
    const names = await session.namesFor(`x:${target.name}`, [record]);
    return columns(
      recordLines(session.view, `x:${target.name}`, record, names).map(([at, value]) => [
        at,
        shortened(value, 2000),
      ]),
    );
  };
  if (options.watch !== undefined) return watch(show, options.watch);
  say(await show());
  return Status.ok;
}

export async function queryObjects(object: string, options: QueryCommandOptions): Promise<Status> {
  const session = await Session.open(options);
  const target = session.view.find(object);
  if (target.object.type === 'singleton') {
    throw new CommandFailure(`${target.name} is one record: use "waypost get ${target.name}"`, Status.usage);
  }
  const query = {
    filter: await filterOf(session, target, options.where ?? []),
    ...(options.sort !== undefined && { sort: [sortOf(options.sort)] }),
    ...(options.limit !== undefined && { limit: numberOf(options.limit, '--limit') }),
  };
  const fields = listOf(options.fields);
  if (options.watch !== undefined) {
    return watch(async () => {
      const records = await session.get(target.name, await session.ids(target.name, query), fields);
      return table(session, target, records, fields);
    }, options.watch);
  }
  let shown = 0;
  for await (const ids of session.query(target.name, query)) {
    if (options.ids) say(ids.map((id) => `${id}\n`).join(''));
    else {
      const records = await session.get(target.name, ids, columnsOf(session, target, fields, options.json));
      if (options.json) say(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      else say(await table(session, target, records, fields, { header: shown === 0 }));
    }
    shown += ids.length;
  }
  if (shown === 0 && !options.json && !options.ids) process.stderr.write('Nothing found.\n');
  return Status.ok;
}

export async function createObject(object: string, options: WriteOptions): Promise<Status> {
  const session = await Session.open(options);
  const target = session.view.find(object);
  refuseUnless(target, 'create');
  const body: Record<string, unknown> = {
    ...(target.variant !== undefined && { '@type': target.variant }),
    ...nested(await inputOf(session, target, options, target.variant)),
  };
  const variants = session.view.variants(`x:${target.name}`);
  if (variants.length > 0 && body['@type'] === undefined) {
    const names = variants.map((one) => `${target.name}/${one}`).join(', ');
    throw new CommandFailure(`which kind of ${target.name}? There are ${names}`, Status.usage);
  }
  const { created, updated, failed } = await session.set(target.name, { create: { new: body } });
  const error = failed.get('new');
  if (error) return refused(target, error);
  const made = created['new'] ?? updated['new'] ?? {};
  if (options.json === true) say(`${JSON.stringify(made)}\n`);
  else say(`Created ${target.name} ${textOf(made['id'])}.\n${revealed(made)}`);
  return Status.ok;
}

export async function updateObject(
  object: string,
  id: string | undefined,
  options: WriteOptions,
): Promise<Status> {
  const session = await Session.open(options);
  const target = session.view.find(object);
  refuseUnless(target, 'update');
  const wanted = await idOf(session, target, id);
  const patch = await inputOf(session, target, options, await variantOf(session, target, wanted));
  if (Object.keys(patch).length === 0) {
    throw new CommandFailure('nothing to change is given: use --field name=value', Status.usage);
  }
  const { updated, failed } = await session.set(target.name, { update: { [wanted]: patch } });
  const error = failed.get(wanted);
  if (error) return refused(target, error);
  const made = updated[wanted] ?? {};
  if (options.json === true) say(`${JSON.stringify({ id: wanted, ...made })}\n`);
  else say(`Changed ${target.name}${wanted === 'singleton' ? '' : ` ${wanted}`}.\n${revealed(made)}`);
  return Status.ok;
}

export async function deleteObjects(
  object: string,
  given: readonly string[],
  options: DeleteOptions,
): Promise<Status> {
  const session = await Session.open(options);
  const target = session.view.find(object);
  if (target.object.type === 'singleton') {
    throw new CommandFailure(`${target.name} always exists and cannot be deleted`, Status.usage);
  }
  refuseUnless(target, 'destroy');
  const piped = options.stdin ? (await readText(process.stdin)).split(/[\s,]+/) : [];
  const texts = [...given, ...(listOf(options.ids) ?? []), ...piped].filter((one) => one !== '');
  if (texts.length === 0) throw new CommandFailure('no record is named', Status.usage);
  const ids: string[] = [];
  let status: Status = Status.ok;
  const say1 = (id: string, reason?: string): void => {
    if (options.json) say(`${JSON.stringify({ id, deleted: reason === undefined, reason })}\n`);
    else if (reason === undefined) say(`Deleted ${target.name} ${id}.\n`);
    else fail(`${target.name} ${id}: ${reason}`);
  };
  for (const text of texts) {
    try {
      ids.push(await session.resolve(target.name, text));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      say1(text, error.message);
      status = Status.refused;
    }
  }
  const { set } = session.connection.atOnce;
  for (let at = 0; at < ids.length; at += set) {
    const { destroyed, failed } = await session.set(target.name, { destroy: ids.slice(at, at + set) });
    for (const id of destroyed) say1(id);
    for (const [id, error] of failed) {
      say1(id, setErrorText(error));
      status = Status.refused;
    }
  }
  return status;
}

async function idOf(session: Session, target: Target, id: string | undefined): Promise<string> {
  if (target.object.type === 'singleton') return 'singleton';
  if (id === undefined) {
    throw new CommandFailure(
      `which ${target.name}? Give its id or name; "waypost query ${target.name}" lists them`,
      Status.usage,
    );
  }
  return session.resolve(target.name, id);
}

/** Says at once what the server would say of every attempt. */
function refuseUnless({ name, object }: Target, operation: 'create' | 'update' | 'destroy'): void {
  if (object.clientsMay && !object.clientsMay.includes(operation)) {
    throw new CommandFailure(`the server alone may ${operation} records of ${name}`);
  }
}

/** The variant of a stored record, where its type has variants. */
async function variantOf(session: Session, target: Target, id: string): Promise<string | undefined> {
  if (session.view.variants(`x:${target.name}`).length === 0) return undefined;
  const [record] = await session.get(target.name, [id], []);
  return record?.['@type'] as string | undefined;
}

/** What a record is made of or changed by: fields one by one, and JSON from a text, a file or standard input. */
async function inputOf(
  session: Session,
  target: Target,
  options: WriteOptions,
  variant: string | undefined,
): Promise<Json> {
  const texts: string[] = [];
  if (typeof options.json === 'string') texts.push(options.json);
  if (options.file !== undefined) texts.push(readInput(options.file));
  if (options.stdin) texts.push(await readText(process.stdin));
  const whole: Record<string, unknown> = {};
  for (const text of texts) Object.assign(whole, parseJson(text));
  return { ...whole, ...(await parseFields(session, target, options.field ?? [], variant)) };
}

function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, Status.noInput);
  }
}

function parseJson(text: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(`this is not JSON: ${(error as Error).message}`, Status.data);
  }
  if (!isJson(json)) throw new CommandFailure('a JSON object is expected', Status.data);
  return json;
}

/** Keys that are pointers become nested objects: what is created has no parts to point into yet. */
function nested(body: Json): Json {
  const root: Record<string, unknown> = {};
  for (const [pointer, value] of Object.entries(body)) {
    const segments = pointer.split('/').map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
    let at = root;
    for (const segment of segments.slice(0, -1)) {
      const inner = isJson(at[segment]) ? { ...at[segment] } : {};
      at[segment] = inner;
      at = inner;
    }
    at[segments.at(-1) as string] = value;
  }
  return root;
}

/** Secrets and addresses that the server made up are shown once. */
function revealed(made: Json): string {
  return Object.entries(made)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => {
      return `${name}: ${textOf(value)}${name === 'secret' ? '   (it is not shown again)' : ''}\n`;
    })
    .join('');
}

const refused = ({ name }: Target, error: Json): Status => fail(`${name}: ${setErrorText(error)}`);

const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function numberOf(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CommandFailure(`${option}: "${text}" is no number`, Status.usage);
  return Number(text);
}

/** `name` and `-name` */
function sortOf(text: string): Json {
  const descending = text.startsWith('-');
  return { property: descending ? text.slice(1) : text, isAscending: !descending };
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '=': '',
  '>': 'IsGreaterThan',
  '>=': 'IsGreaterThanOrEqual',
  '<': 'IsLessThan',
  '<=': 'IsLessThanOrEqual',
};

/** `name=ann`, `createdAt>2026-01-01` */
async function filterOf(session: Session, target: Target, conditions: readonly string[]): Promise<Json> {
  const list = session.view.document.lists[`x:${target.name}`];
  const filter: Record<string, unknown> = target.variant === undefined ? {} : { '@type': target.variant };
  for (const condition of conditions) {
    const [, name, comparison, text] = /^([@\w]+)\s*(>=|<=|=|>|<)(.*)$/s.exec(condition) ?? [];
    if (name === undefined || comparison === undefined || text === undefined) {
      throw new CommandFailure(`"${condition}" is no condition such as name=value`, Status.usage);
    }
    const known = list?.filters.find((one) => one.name === name);
    if (!known) {
      const names = list?.filters.map((one) => one.name).join(', ') ?? '';
      throw new CommandFailure(
        names === ''
          ? `${target.name} has no filters`
          : `${target.name} cannot be filtered by ${name}; it can by ${names}`,
        Status.usage,
      );
    }
    filter[name + (COMPARISONS[comparison] ?? '')] = await parseValue(
      session.view,
      known.type,
      text.trim(),
      name,
      (type, one) => session.resolve(type, one),
    );
  }
  return filter;
}

/** Longest cell of a table. */
const MAX_CELL = 60;

/** Properties that a table of an object needs; undefined for all of them. */
function columnsOf(
  session: Session,
  target: Target,
  fields: readonly string[] | undefined,
  json: boolean | undefined,
): readonly string[] | undefined {
  if (fields || json) return fields;
  return shownColumns(session, target).map(({ name }) => name);
}

function shownColumns(session: Session, target: Target): readonly { name: string; label: string }[] {
  const { lists } = session.view.document;
  const key = target.variant === undefined ? `x:${target.name}` : `x:${target.name}/${target.variant}`;
  return (lists[key] ?? lists[`x:${target.name}`])?.columns ?? [];
}

async function table(
  session: Session,
  target: Target,
  records: readonly Json[],
  fields: readonly string[] | undefined,
  { header }: { readonly header: boolean } = { header: true },
): Promise<string> {
  const shape = `x:${target.name}`;
  const shown = fields?.map((name) => ({ name, label: name })) ?? shownColumns(session, target);
  const names = await session.namesFor(shape, records);
  const properties = session.view.allProperties(shape);
  const rows = records.map((record) => [
    textOf(record['id']),
    ...shown.map(({ name }) =>
      shortened(cellText(session.view, properties[name]?.type, record[name], names), MAX_CELL),
    ),
  ]);
  return columns([...(header ? [['ID', ...shown.map(({ label }) => label.toUpperCase())]] : []), ...rows]);
}
