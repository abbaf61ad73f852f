// `waypost snapshot`: records as a plan that `apply` makes true again, here or on an empty server. Ids become
// references by key, in an order in which everything exists before it is referred to.
import { writeFileSync } from 'node:fs';
import type { SchemaType } from '../../admin/index.ts';
import { CommandFailure, Status } from '../failure.ts';
import { type Json, textOf } from '../json.ts';
import type { SchemaView, Target } from '../schema-view.ts';
import { Session, type SessionOptions } from '../session.ts';
import { say } from '../talk.ts';
import { targetOf } from '../values.ts';
import { isServerMade, listItems, mapIds, MASK } from './values.ts';

export interface SnapshotOptions extends SessionOptions {
  readonly output?: string;
  readonly includeSecrets?: boolean;
  /** Objects whose ids stay as they are when they are no part of the snapshot. */
  readonly allowUnresolved?: string;
}

export async function snapshot(objects: readonly string[], options: SnapshotOptions): Promise<Status> {
  const session = await Session.open(options);
  const { view } = session;
  if (options.includeSecrets && !session.connection.reveal) {
    throw new CommandFailure(
      'secrets are given out on the machine of the server only, through its socket (without --url)',
      Status.usage,
    );
  }
  const targets = objects.length > 0 ? objects.map((name) => view.find(name)) : everything(view);
  const loose = (options.allowUnresolved ?? '')
    .split(',')
    .filter((name) => name.trim() !== '')
    .map((name) => view.find(name.trim()).name);
  const shot = new Snapshot(session, new Set(loose), options.includeSecrets === true);
  for (const target of ordered(view, targets)) await shot.read(target);
  const lines = await shot.lines();
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  for (const warning of shot.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (options.output === undefined) say(text);
  else {
    // It may hold secrets.
    writeFileSync(options.output, text, { mode: 0o600 });
    process.stderr.write(`Wrote ${shot.count} records to ${options.output}.\n`);
  }
  return Status.ok;
}

/** What can be made again: no records that are computed, made by the server alone, or of bytes kept elsewhere. */
function everything(view: SchemaView): Target[] {
  return view
    .names()
    .map((name) => view.find(name))
    .filter(({ name, object }) => {
      if (object.computed) return false;
      const operation = object.type === 'singleton' ? 'update' : 'create';
      if (object.clientsMay && !object.clientsMay.includes(operation)) return false;
      return !Object.values(view.allProperties(`x:${name}`)).some(
        ({ type, required }) => type.type === 'blobId' && required,
      );
    });
}

/** Objects after those that they refer to, as far as there is such an order. */
function ordered(view: SchemaView, targets: readonly Target[]): Target[] {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const done = new Set<string>();
  const result: Target[] = [];
  const visit = (target: Target, above: ReadonlySet<string>): void => {
    if (done.has(target.name) || above.has(target.name)) return;
    const path = new Set([...above, target.name]);
    for (const name of referredBy(view, `x:${target.name}`)) {
      const next = byName.get(name);
      // What belongs to an account cannot be before it, even where the account refers to it.
      const later = next?.object.visibility === 'account' && target.object.visibility !== 'account';
      if (next && !later) visit(next, path);
    }
    if (done.has(target.name)) return;
    done.add(target.name);
    result.push(target);
  };
  for (const target of byName.values()) visit(target, new Set());
  return result;
}

/** Objects that values of a shape refer to. */
function referredBy(view: SchemaView, shape: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(shape)) return found;
  seen.add(shape);
  const add = (type: SchemaType | undefined): void => {
    if (!type) return;
    if (type.type === 'objectId') found.add(targetOf(type));
    if (type.type === 'object' || type.type === 'objectList') {
      for (const one of referredBy(view, type.objectName as string, seen)) found.add(one);
    }
    add(type.class);
    add(type.keyClass);
    add(type.valueClass);
  };
  const variants = view.variants(shape);
  const properties =
    variants.length > 0
      ? variants.flatMap((one) => Object.values(view.properties(shape, one)))
      : Object.values(view.allProperties(shape));
  for (const { type, update } of properties) if (update !== 'serverSet') add(type);
  return found;
}

interface Shot {
  readonly target: Target;
  readonly id: string;
  readonly record: Json;
}

const keyOf = (object: string, id: string): string => `${object}-${id}`;

class Snapshot {
  readonly warnings = new Set<string>();
  count = 0;
  readonly #session: Session;
  readonly #view: SchemaView;
  readonly #loose: ReadonlySet<string>;
  readonly #secrets: boolean;
  readonly #shots: Shot[] = [];
  readonly #known = new Set<string>();
  readonly #written = new Set<string>();
  /** Names of records by object: what is not alone in having one cannot be found by it. */
  readonly #names = new Map<string, Map<string, number>>();

  constructor(session: Session, loose: ReadonlySet<string>, secrets: boolean) {
    this.#session = session;
    this.#view = session.view;
    this.#loose = loose;
    this.#secrets = secrets;
  }

  async read(target: Target): Promise<void> {
    const { name, object } = target;
    const single = object.type === 'singleton';
    const filter = target.variant === undefined ? {} : { '@type': target.variant };
    const ids = single ? ['singleton'] : (await this.#session.ids(name, { filter })).toReversed();
    for (const record of await this.#load(name, ids)) {
      const id = textOf(record['id']);
      this.#shots.push({ target, id, record });
      if (single) continue;
      this.#known.add(keyOf(name, id));
      const called = this.#calledOf(target, record);
      const names = this.#names.get(name) ?? new Map<string, number>();
      this.#names.set(name, names.set(called, (names.get(called) ?? 0) + 1));
    }
  }

  async #load(name: string, ids: readonly string[]): Promise<readonly Json[]> {
    const { reveal, atOnce } = this.#session.connection;
    if (!this.#secrets || !reveal) return this.#session.get(name, ids);
    const records: Json[] = [];
    for (let at = 0; at < ids.length; at += atOnce.get) {
      records.push(...(await reveal(name, ids.slice(at, at + atOnce.get))));
    }
    return records;
  }

  async lines(): Promise<Json[]> {
    const lines: Json[] = [];
    const later: Json[] = [];
    for (const [, shots] of Map.groupBy(this.#shots, ({ target }) => target.name)) {
      // Of one object, those come first that refer to none that is still to come.
      let waiting = shots;
      for (let before = Infinity; waiting.length > 0 && waiting.length < before; ) {
        before = waiting.length;
        const left: Shot[] = [];
        for (const shot of waiting) {
          if (this.#missing(shot).length > 0) left.push(shot);
          else await this.#write(shot, lines, later);
        }
        waiting = left;
      }
      for (const shot of waiting) await this.#write(shot, lines, later);
    }
    return [...merged(lines), ...later];
  }

  /** Properties that refer to records of the snapshot which are not written yet. */
  #missing({ target, record }: Shot): string[] {
    const properties = this.#view.properties(`x:${target.name}`, record['@type']);
    return Object.entries(record).flatMap(([name, value]) => {
      const type = properties[name]?.type;
      if (!type || properties[name]?.update === 'serverSet') return [];
      const missing = idsIn(this.#view, type, value).some(
        (key) => this.#known.has(key) && !this.#written.has(key),
      );
      return missing ? [name] : [];
    });
  }

  async #write(shot: Shot, lines: Json[], later: Json[]): Promise<void> {
    const { target, id, record } = shot;
    const { name, object } = target;
    const shape = `x:${name}`;
    const key = keyOf(name, id);
    const missing = new Set(this.#missing(shot));
    const properties = this.#view.properties(shape, record['@type']);
    const body: Record<string, unknown> = {};
    const delayed: Record<string, unknown> = {};
    let accountId: string | undefined;
    for (const [property, value] of Object.entries(record)) {
      const field = properties[property];
      if (property === '@type') body[property] = value;
      if (!field || field.update === 'serverSet') continue;
      const portable = await this.#portable(target, id, field.type, value);
      if (property === 'accountId' && object.visibility === 'account') accountId = String(portable);
      else if (missing.has(property)) delayed[property] = portable;
      else body[property] = portable;
    }
    this.count++;
    this.#written.add(key);
    if (object.type === 'singleton') {
      const line = { '@type': 'update', object: name, value: body };
      (missing.size > 0 ? later : lines).push({ ...line, value: { ...body, ...delayed } });
      return;
    }
    const names = this.#names.get(name);
    const alone = names?.get(this.#calledOf(target, record)) === 1;
    const known = object.matchOn ?? [];
    const named = known.length > 0 && alone && known.every((one) => hasName(record[one]));
    lines.push({
      '@type': 'upsert',
      object: name,
      ...(accountId !== undefined && { accountId }),
      matchOn: named ? known : [],
      value: { [key]: body },
    });
    if (Object.keys(delayed).length > 0) {
      later.push({
        '@type': 'update',
        object: name,
        id: `#${key}`,
        ...(accountId !== undefined && { accountId }),
        value: delayed,
      });
    }
  }

  /** A value without what only the server sets, and with keys in place of ids. */
  async #portable(target: Target, id: string, type: SchemaType, value: unknown): Promise<unknown> {
    const cleaned = this.#clean(target, type, value);
    return mapIds(this.#view, type, cleaned, (of, to) => {
      const object = targetOf(of);
      const key = keyOf(object, to);
      if (this.#known.has(key)) return `#${key}`;
      if (to === 'singleton' || this.#loose.has(object)) return to;
      throw new CommandFailure(
        `${target.name} ${id} refers to ${object} ${to}, which is no part of the snapshot: add ${object}, or allow it with --allow-unresolved ${object}`,
      );
    });
  }

  #clean(target: Target, type: SchemaType, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) {
      if (value === MASK) this.#noteMask(target);
      return value;
    }
    switch (type.type) {
      case 'object':
        return this.#cleanObject(target, type.objectName as string, value as Json);
      case 'objectList': {
        const shape = type.objectName as string;
        const items = listItems(value);
        const own = items.filter((item) => !isServerMade(this.#view, shape, item));
        if (own.length < items.length) {
          this.warnings.add(
            `App passwords and API keys are no part of a snapshot: only the server makes their secrets.`,
          );
        }
        return Object.fromEntries(own.map((item, i) => [String(i), this.#cleanObject(target, shape, item)]));
      }
      case 'map':
        return Object.fromEntries(
          Object.entries(value as Json).map(([key, one]) => [
            key,
            this.#clean(target, type.valueClass as SchemaType, one),
          ]),
        );
      default:
        return value;
    }
  }

  #cleanObject(target: Target, shape: string, value: Json): Json {
    const properties = this.#view.properties(shape, value['@type']);
    const result: Record<string, unknown> = value['@type'] === undefined ? {} : { '@type': value['@type'] };
    for (const [name, one] of Object.entries(value)) {
      const property = properties[name];
      if (!property || property.update === 'serverSet') continue;
      result[name] = this.#clean(target, property.type, one);
    }
    return result;
  }

  #noteMask({ name }: Target): void {
    this.warnings.add(
      `Secrets of ${name} are left out (${MASK}): records that need one cannot be made from this snapshot; use --include-secrets.`,
    );
  }

  #calledOf({ object }: Target, record: Json): string {
    return JSON.stringify((object.matchOn ?? []).map((name) => record[name] ?? null)).toLowerCase();
  }
}

const hasName = (value: unknown): boolean => value !== null && value !== undefined && value !== '';

/** Keys of the records that a value refers to. */
function idsIn(view: SchemaView, type: SchemaType, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (type.type === 'objectId') return typeof value === 'string' ? [keyOf(targetOf(type), value)] : [];
  if (typeof value !== 'object') return [];
  const json = value as Json;
  switch (type.type) {
    case 'set':
      return Object.keys(json).flatMap((key) => idsIn(view, type.class as SchemaType, key));
    case 'map':
      return Object.entries(json).flatMap(([key, one]) => [
        ...idsIn(view, type.keyClass as SchemaType, key),
        ...idsIn(view, type.valueClass as SchemaType, one),
      ]);
    case 'objectList':
      return listItems(json).flatMap((item) =>
        idsIn(view, { type: 'object', objectName: type.objectName as string }, item),
      );
    case 'object': {
      const properties = view.properties(type.objectName as string, json['@type']);
      return Object.entries(json).flatMap(([name, one]) => {
        const property = properties[name];
        return property ? idsIn(view, property.type, one) : [];
      });
    }
    default:
      return [];
  }
}

/** Neighbours about the same object and account, found by the same properties, are one line. */
function merged(lines: readonly Json[]): Json[] {
  const result: Json[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    const same =
      last &&
      line['@type'] === 'upsert' &&
      ['@type', 'object', 'accountId', 'matchOn'].every(
        (name) => JSON.stringify(last[name]) === JSON.stringify(line[name]),
      );
    if (same && last) {
      result[result.length - 1] = {
        ...last,
        value: { ...(last['value'] as Json), ...(line['value'] as Json) },
      };
    } else result.push(line);
  }
  return result;
}
