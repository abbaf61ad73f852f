// Works out what a plan would change: reads what the server has, finds the records that the plan means, and compares.
// Nothing is written here.
import { isDeepStrictEqual } from 'node:util';
import type { SchemaType } from '../../admin/index.ts';
import { CommandFailure, Status } from '../failure.ts';
import { type Json, textOf } from '../json.ts';
import type { PlanLine } from '../plan-file.ts';
import type { Target } from '../schema-view.ts';
import type { Session } from '../session.ts';
import { targetOf } from '../values.ts';
import { ServerRecords } from './records.ts';
import {
  bare,
  creatable,
  type Difference,
  differences,
  isSecret,
  MASK,
  settle,
  type SettleOptions,
} from './values.ts';

/** One record that would be created, changed or deleted. */
export interface Step {
  readonly op: 'create' | 'update' | 'destroy';
  /** `Domain` */
  readonly object: string;
  /** Name for people. */
  readonly label: string;
  /** Account that the record belongs to; `#key` of one that is still to be made. */
  readonly account: string | undefined;
  /** Of a create. */
  readonly key?: string;
  /** Of the others; `#key` of a record that is still to be made. */
  readonly id?: string;
  /** The record, or the patch. */
  readonly body: Json;
  readonly differences: readonly Difference[];
  /** Where in the plan it comes from. */
  readonly at: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Records that are as the plan wants them. */
  readonly unchanged: number;
  /** Ids of records that keys of the plan stand for already. */
  readonly ids: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  /** Secrets of the plan replace those that are stored. */
  readonly secrets: boolean;
}

/** @throws CommandFailure for a plan that cannot be carried out as it is */
export async function makePlan(
  session: Session,
  lines: readonly PlanLine[],
  options: PlanOptions,
): Promise<Plan> {
  const planner = new Planner(session, options);
  for (const line of lines.toReversed()) if (line['@type'] === 'destroy') await planner.destroy(line);
  for (const line of lines) if (line['@type'] !== 'destroy') await planner.add(line);
  for (const line of lines.toReversed()) if (line['@type'] === 'reconcile') await planner.sweep(line);
  return planner.plan();
}

/** So many records of a plan are looked up one by one; for more, all that there are are read at once. */
const FEW = 10;

class Planner {
  readonly #session: Session;
  readonly #options: PlanOptions;
  readonly #steps: Step[] = [];
  readonly #ids = new Map<string, string>();
  /** Keys of records that the plan creates, with their names for people. */
  readonly #labels = new Map<string, string>();
  readonly #doomed = new Set<string>();
  /** Records that a line has found or made true, by the line. */
  readonly #kept = new Map<PlanLine, Set<string>>();
  readonly #resolved = new Map<string, string>();
  readonly #records: ServerRecords;
  readonly #warnings = new Set<string>();
  #unchanged = 0;

  constructor(session: Session, options: PlanOptions) {
    this.#session = session;
    this.#records = new ServerRecords(session);
    this.#options = options;
  }

  plan(): Plan {
    return {
      steps: this.#steps,
      unchanged: this.#unchanged,
      ids: this.#ids,
      warnings: [...this.#warnings],
    };
  }

  /** Deletes what a filter finds. */
  async destroy(line: PlanLine): Promise<void> {
    const target = this.#target(line);
    const account = await this.#account(line);
    const filter = await this.#filter(target, line.value, line);
    for (const record of await this.#records.list(target, account, filter)) {
      this.#doom(line, target, account, record);
    }
  }

  async add(line: PlanLine): Promise<void> {
    const target = this.#target(line);
    if (line['@type'] === 'update') return this.#update(line, target);
    if (target.object.type === 'singleton') return this.#updateSingleton(line, target);
    const account = await this.#account(line);
    const kept = new Set<string>();
    this.#kept.set(line, kept);
    const found = line['@type'] === 'create' ? undefined : await this.#matcher(line, target, account);
    for (const [key, value] of Object.entries(line.value)) {
      const wanted: Json = {
        ...(target.variant !== undefined && { '@type': target.variant }),
        ...(value as Json),
      };
      const match = await found?.(wanted, key);
      if (!match) {
        this.#create(line, target, account, key, await this.#settled(line, target, wanted));
        continue;
      }
      const id = textOf(match['id']);
      kept.add(id);
      this.#ids.set(key, id);
      await this.#change(line, target, account, id, match, wanted);
    }
  }

  /** Deletes what a reconciled line does not name. */
  async sweep(line: PlanLine): Promise<void> {
    const target = this.#target(line);
    const account = await this.#account(line);
    const kept = this.#kept.get(line) ?? new Set();
    const filter = await this.#filter(target, line.scope ?? {}, line);
    for (const record of await this.#records.list(target, account, filter)) {
      if (!kept.has(textOf(record['id']))) this.#doom(line, target, account, record);
    }
  }

  #target(line: PlanLine): Target {
    try {
      return this.#session.view.find(line.object);
    } catch (error) {
      throw located(line, error);
    }
  }

  async #account({ accountId, ...line }: PlanLine): Promise<string | undefined> {
    if (accountId === undefined) return this.#session.account;
    return this.#idOf({ type: 'objectId', objectName: 'x:Account' }, accountId).catch((error: unknown) => {
      throw located(line, error);
    });
  }

  #doom(line: PlanLine, target: Target, account: string | undefined, record: Json): void {
    const id = textOf(record['id']);
    const name = `${target.name}/${id}`;
    if (this.#doomed.has(name)) return;
    this.#doomed.add(name);
    this.#steps.push({
      op: 'destroy',
      object: target.name,
      label: this.#label(target, record) ?? id,
      account,
      id,
      body: {},
      differences: [],
      at: line.at,
    });
  }

  #create(line: PlanLine, target: Target, account: string | undefined, key: string, wanted: Json): void {
    if (this.#labels.has(key)) throw located(line, new CommandFailure(`the key "${key}" is used twice`));
    const body = creatable(this.#session.view, `x:${target.name}`, wanted);
    const label = this.#label(target, wanted) ?? key;
    this.#labels.set(key, label);
    this.#steps.push({
      op: 'create',
      object: target.name,
      label,
      account,
      key,
      body,
      differences: [],
      at: line.at,
    });
  }

  async #updateSingleton(line: PlanLine, target: Target): Promise<void> {
    const entries = Object.values(line.value);
    if (entries.length !== 1) {
      throw located(line, new CommandFailure(`${target.name} is one record`, Status.data));
    }
    await this.#update({ ...line, value: entries[0] as Json }, target);
  }

  async #update(line: PlanLine, target: Target): Promise<void> {
    const account = await this.#account(line);
    const isSingleton = target.object.type === 'singleton';
    if (!isSingleton && line.id === undefined) {
      throw located(line, new CommandFailure(`which ${target.name}? An update needs an id`, Status.data));
    }
    const id = isSingleton
      ? 'singleton'
      : await this.#idOf({ type: 'objectId', objectName: `x:${target.name}` }, line.id as string).catch(
          (error: unknown) => {
            throw located(line, error);
          },
        );
    if (id.startsWith('#')) return this.#updatePlanned(line, target, account, id);
    const [current] = await this.#session.get(target.name, [id]);
    if (!current) throw located(line, new CommandFailure(`there is no ${target.name} "${line.id ?? id}"`));
    await this.#change(line, target, account, id, current, line.value);
  }

  /** The record does not exist yet: all of the patch is new. */
  async #updatePlanned(
    line: PlanLine,
    target: Target,
    account: string | undefined,
    id: string,
  ): Promise<void> {
    const body = await this.#settled(line, target, line.value);
    this.#steps.push({
      op: 'update',
      object: target.name,
      label: this.#labels.get(id.slice(1)) ?? id,
      account,
      id,
      body,
      differences: Object.entries(body).map(([at, after]) => ({ at, before: undefined, after })),
      at: line.at,
    });
  }

  /** Compares what is wanted of a record with what it is. */
  async #change(
    line: PlanLine,
    target: Target,
    account: string | undefined,
    id: string,
    current: Json,
    wanted: Json,
  ): Promise<void> {
    const { view } = this.#session;
    const shape = `x:${target.name}`;
    const tag = wanted['@type'] ?? current['@type'];
    const found: Difference[] = [];
    const patch: Record<string, unknown> = {};
    const pointers = new Map<string, unknown>();
    for (const [name, value] of Object.entries(wanted)) {
      if (name === '@type') continue;
      if (name.includes('/')) {
        pointers.set(this.#pointer(name), value);
        continue;
      }
      const property = view.properties(shape, tag)[name];
      const before = property ? bare(view, property.type, current[name]) : current[name];
      const after = property
        ? await settle(view, property.type, value, current[name], this.#settling(line))
        : value;
      if (property?.update === 'serverSet') continue;
      const changed = differences(name, before, after);
      if (changed.length === 0) continue;
      found.push(...changed);
      patch[name] = after;
      if (property && isSecret(property.type, current[name]) && after !== MASK) this.#noteSecret();
    }
    for (const [pointer, value] of pointers) {
      const before = valueAt(current, pointer.split('/'));
      const type = view.typeAt(shape, pointer.split('/'), typeof tag === 'string' ? tag : undefined);
      const after = type ? await settle(view, type, value, before, this.#settling(line)) : value;
      // A member of a set is absent, not false.
      if (isDeepStrictEqual(before ?? null, after === false ? null : after)) continue;
      found.push({ at: pointer, before, after: after ?? undefined });
      patch[pointer] = after;
    }
    if (tag !== current['@type']) {
      patch['@type'] = tag;
      found.unshift({ at: '@type', before: current['@type'], after: tag });
    }
    if (found.length === 0) {
      this.#unchanged++;
      return;
    }
    this.#steps.push({
      op: 'update',
      object: target.name,
      label: this.#label(target, current) ?? id,
      account,
      id,
      body: patch,
      differences: found,
      at: line.at,
    });
  }

  /** A pointer with the ids that its keys stand for (`memberGroupIds/#staff`). */
  #pointer(pointer: string): string {
    return pointer.replaceAll(/(?<=\/)#([^/]+)/g, (whole, key: string) => this.#ids.get(key) ?? whole);
  }

  #noteSecret(): void {
    this.#warnings.add('Secrets cannot be compared: those of the plan are written again.');
  }

  #settling(line: PlanLine): SettleOptions {
    return {
      secrets: this.#options.secrets,
      idOf: (type, text) =>
        this.#idOf(type, text).catch((error: unknown) => {
          throw located(line, error);
        }),
    };
  }

  /** A record as it would be made. */
  async #settled(line: PlanLine, target: Target, wanted: Json): Promise<Json> {
    const { view } = this.#session;
    const properties = view.properties(`x:${target.name}`, wanted['@type']);
    const options = { ...this.#settling(line), secrets: true };
    const body: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(wanted)) {
      const property = properties[name];
      if (property?.update === 'serverSet') continue;
      body[name] = property ? await settle(view, property.type, value, undefined, options) : value;
    }
    return body;
  }

  async #idOf(type: SchemaType, text: string): Promise<string> {
    if (text.startsWith('#')) {
      const key = text.slice(1);
      return this.#ids.get(key) ?? text;
    }
    const target = targetOf(type);
    const known = this.#resolved.get(`${target}/${text}`);
    if (known !== undefined) return known;
    const id = await this.#session.resolve(target, text);
    this.#resolved.set(`${target}/${text}`, id);
    return id;
  }

  /** Finds the record that one of a plan means. */
  async #matcher(
    line: PlanLine,
    target: Target,
    account: string | undefined,
  ): Promise<(wanted: Json, key: string) => Promise<Json | undefined>> {
    const matchOn = line.matchOn ?? target.object.matchOn ?? [];
    if (matchOn.length === 0) {
      if (line['@type'] === 'reconcile') {
        throw located(line, new CommandFailure(`a reconcile of ${target.name} needs matchOn`, Status.data));
      }
      if (line.matchOn === undefined) {
        this.#warnings.add(
          `${target.name} has no name of its own: its records are found by their whole value.`,
        );
      }
      return this.#byValue(line, target, account);
    }
    const few = Object.keys(line.value).length <= FEW;
    return async (wanted, key) => {
      const settled = await this.#settled(line, target, wanted);
      const sought = matchOn.map((name) => settled[name] ?? null);
      const named = await this.#records.find(target, account, matchOn, sought, { few });
      const found = named.filter((record) => !this.#doomed.has(`${target.name}/${textOf(record['id'])}`));
      if (found.length > 1) {
        const ids = found.map((record) => textOf(record['id'])).join(', ');
        throw located(
          line,
          new CommandFailure(`"${key}" could be several records of ${target.name}: ${ids}`, Status.data),
        );
      }
      return found[0];
    };
  }

  /** Each record of the server stands for one of the plan at most. */
  async #byValue(
    line: PlanLine,
    target: Target,
    account: string | undefined,
  ): Promise<(wanted: Json) => Promise<Json | undefined>> {
    const { view } = this.#session;
    const left = new Set(await this.#records.list(target, account, {}));
    return async (wanted) => {
      for (const record of left) {
        if (wanted['@type'] !== record['@type']) continue;
        const properties = view.properties(`x:${target.name}`, wanted['@type']);
        let same = true;
        for (const [name, value] of Object.entries(wanted)) {
          const property = properties[name];
          if (!property || property.update === 'serverSet') continue;
          const after = await settle(view, property.type, value, record[name], {
            ...this.#settling(line),
            secrets: false,
          });
          same &&= isDeepStrictEqual(bare(view, property.type, record[name]), after);
        }
        if (!same) continue;
        left.delete(record);
        return record;
      }
      return undefined;
    };
  }

  async #filter(target: Target, filter: Json, line: PlanLine): Promise<Json> {
    const types = new Map(
      this.#session.view.document.lists[`x:${target.name}`]?.filters.map(({ name, type }) => [name, type]),
    );
    const result: Record<string, unknown> = target.variant === undefined ? {} : { '@type': target.variant };
    for (const [name, value] of Object.entries(filter)) {
      const type = types.get(name);
      result[name] =
        type?.type === 'objectId' && typeof value === 'string'
          ? await this.#settling(line).idOf(type, value)
          : value;
    }
    return result;
  }

  /** `example.org`, `ann@example.org` */
  #label({ name, object }: Target, record: Json): string | undefined {
    const label = this.#session.view.document.lists[`x:${name}`]?.labelProperty;
    const own = typeof label === 'string' ? record[label] : undefined;
    if (typeof own === 'string') return own;
    if (!object.matchOn?.includes('domainId')) return undefined;
    const domain = textOf(record['domainId'] ?? '');
    return `${textOf(record['name'] ?? '')}@${this.#labels.get(domain.slice(1)) ?? domain}`;
  }
}

function valueAt(record: unknown, segments: readonly string[]): unknown {
  let at: unknown = record;
  for (const segment of segments) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Json)[segment.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}

/** The failure with the place in the plan. */
function located({ at }: { readonly at: string }, error: unknown): unknown {
  if (!(error instanceof CommandFailure) || error.message.startsWith(at)) return error;
  return new CommandFailure(`${at}: ${error.message}`, error.status);
}
