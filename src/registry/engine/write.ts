// Creates, updates and destroys records: reads what the client gave, checks it, asks the hooks, and commits it
// in one batch that fails when something it relied on moved meanwhile.
import { isDeepStrictEqual } from 'node:util';
import { decodeId, emit, encodeId, now, randomBytes, readU16, readU53, writeU53 } from '../../base/index.ts';
import type { Batch } from '../../store/index.ts';
import {
  type DeclaredObject,
  type DeclaredSingleton,
  findDeclaration,
  type ValueOf,
} from '../objects/index.ts';
import {
  type ClientOperation,
  type Declaration,
  fieldsOf,
  findField,
  formatField,
  isObject,
  patchTree,
  type Plain,
  shapeKind,
} from '../schema/index.ts';
import { ChangeInput } from './input.ts';
import { planChange, type PlanContext, quotaRefusal, type RawRecord } from './plan.ts';
import type { Registry } from './registry.ts';
import { decodeRecord, guardKey, recordKey, type RecordName, sequenceKey, SINGLETON } from './rows.ts';
import { writeTrail } from './trail.ts';
import { type Caller, type Change, type ObjectName, objectName, Refusal, SERVER } from './types.ts';

export interface WriteContext {
  readonly caller: Caller;
  /** The account that the call is about. */
  readonly account: number;
  /** Ids of what the request created before, by the client's names. */
  readonly created: ReadonlyMap<string, string>;
}

/** The server's own writes. */
export const SERVER_CONTEXT: WriteContext = { caller: SERVER, account: 0, created: new Map() };

export interface Written {
  readonly id: number;
  /** What the client cannot know: generated secrets and addresses. */
  readonly reveal: Readonly<Record<string, unknown>>;
}

/** Attempts when others keep moving the same rows. */
const ATTEMPTS = 8;
/** Referrers named in an error. */
const MAX_LINKED = 20;

export class Writer {
  readonly #registry: Registry;
  readonly #plan: PlanContext;
  /** Commits of this process go one after the other: they would only collide at the counters. */
  #turn: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  /** Starts anywhere: entries that several processes write in one moment should not meet. */
  #serial = readU16(randomBytes(2), 0);

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#plan = {
      store: registry.store,
      findDeclaration,
      limitOf: async ({ owner, id, quota, fallback }) => {
        const holder = await registry.object(owner === 'tenant' ? 'Tenant' : 'Account', id);
        const own = (holder?.quotas as Readonly<Record<string, number>> | undefined)?.[quota];
        if (own !== undefined || !fallback) return own;
        const settings = registry.singleton(fallback.settings as DeclaredSingleton) as Plain;
        return (settings[fallback.property] as number | null | undefined) ?? undefined;
      },
    };
  }

  /** Creates a record from JSON. `wanted` is an id to use instead of the next one. */
  async create(
    declaration: Declaration,
    json: unknown,
    context: WriteContext,
    wanted?: number,
  ): Promise<Written> {
    refuseUnlessClientsMay(declaration, 'create', context.caller);
    const input = this.#input(declaration, context);
    if (!isObject(json)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
    const stamped = this.#stamp(declaration, json, context, input);
    const value = shapeKind(declaration.shape).parse(stamped, '', input);
    input.assertAccepted();
    return this.#write(
      declaration,
      context,
      input,
      undefined,
      wanted,
      setCreated(declaration, value as Plain, input.now),
    );
  }

  /** Creates a record from its value: the server's own work. */
  async createValue<N extends DeclaredObject>(
    declaration: Declaration & { readonly name: N },
    value: ValueOf<N>,
    context: WriteContext = SERVER_CONTEXT,
    wanted?: number,
  ): Promise<Written> {
    const input = this.#input(declaration, context);
    return this.#write(declaration, context, input, undefined, wanted, value as Plain);
  }

  /** Applies a patch (RFC 8620 §5.3) to a record that the caller may see. */
  async update(
    declaration: Declaration,
    id: number,
    patch: unknown,
    context: WriteContext,
  ): Promise<Written> {
    refuseUnlessClientsMay(declaration, 'update', context.caller);
    if (!isObject(patch)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
    return this.modify(
      declaration,
      id,
      async (before, input) => {
        const shown = await this.#withComputed(declaration, id, before, patch);
        return patched(declaration, shown, patch, input, context.caller);
      },
      context,
    );
  }

  /** Changes a record by a function of its value; it may run again when the record moved meanwhile. */
  async modify(
    declaration: Declaration,
    id: number,
    change: (before: Plain, input: ChangeInput) => Promise<Plain> | Plain,
    context: WriteContext = SERVER_CONTEXT,
  ): Promise<Written> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.#read(declaration, id);
      if (!before || !isVisible(declaration, before.value, context)) throw new Refusal('notFound');
      const input = this.#input(declaration, context);
      const value = dropComputed(declaration, await change(before.value, input));
      input.assertAccepted();
      const written = await this.#attempt(declaration, context, input, before, id, value);
      if (written) return written;
    }
    throw moved();
  }

  /** The value that a create would store, as far as the value itself tells; nothing is written. */
  previewCreate(declaration: Declaration, json: unknown, context: WriteContext): Plain {
    const input = this.#input(declaration, context);
    if (!isObject(json)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
    const stamped = this.#stamp(declaration, json, context, input);
    const value = shapeKind(declaration.shape).parse(stamped, '', input);
    input.assertAccepted();
    return value as Plain;
  }

  /** The value that a patch would make of this one; nothing is written. */
  previewUpdate(declaration: Declaration, before: Plain, patch: unknown, context: WriteContext): Plain {
    const input = this.#input(declaration, context);
    if (!isObject(patch)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
    const value = patched(declaration, before, patch, input, context.caller);
    input.assertAccepted();
    return value;
  }

  async destroy(declaration: Declaration, id: number, context: WriteContext): Promise<void> {
    refuseUnlessClientsMay(declaration, 'destroy', context.caller);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.#read(declaration, id);
      if (!before || !isVisible(declaration, before.value, context)) throw new Refusal('notFound');
      if (
        await this.#attempt(declaration, context, this.#input(declaration, context), before, id, undefined)
      ) {
        return this.#destroyOwned(declaration, id);
      }
    }
    throw moved();
  }

  #input(declaration: Declaration, context: WriteContext): ChangeInput {
    return new ChangeInput(context.created, {
      internal: context.caller.internal,
      type: declaration.name,
      compiles: this.#registry.options.compiles,
    });
  }

  async #read(declaration: Declaration, id: number): Promise<RawRecord | undefined> {
    const bytes = await this.#registry.store.get(recordKey(declaration.name, id));
    if (bytes) {
      const { revision, stored } = decodeRecord(bytes);
      return { bytes, revision, value: shapeKind(declaration.shape).restore?.(stored) as Plain };
    }
    if (declaration.kind !== 'singleton' || id !== SINGLETON) return undefined;
    return { bytes: NEVER_WRITTEN, revision: 0, value: this.#registry.singletonValue(declaration) };
  }

  async #write(
    declaration: Declaration,
    context: WriteContext,
    input: ChangeInput,
    before: RawRecord | undefined,
    id: number | undefined,
    value: Plain,
  ): Promise<Written> {
    const written = await this.#attempt(declaration, context, input, before, id, value);
    if (!written) throw moved();
    return written;
  }

  /** One try; undefined when the record itself moved. */
  async #attempt(
    declaration: Declaration,
    context: WriteContext,
    input: ChangeInput,
    before: RawRecord | undefined,
    id: number | undefined,
    value: Plain | undefined,
  ): Promise<Written | undefined> {
    const change: Change = {
      declaration,
      caller: context.caller,
      account: context.account,
      // ids in order of time are known before the hooks run: some of them write the id into the record
      id: id ?? (declaration.ids === 'timed' && value ? this.#timedId() : undefined),
      before: before?.value,
      value,
      reveal: {},
      rows: [],
    };
    if (value) {
      shapeKind(declaration.shape).check?.(value, '', input);
      input.assertValid();
      if (before && before.bytes !== NEVER_WRITTEN && sameValue(declaration, before.value, value)) {
        return { id: id as number, reveal: {} };
      }
    }
    const hooks = this.#registry.hooksOf(declaration);
    for (const hook of hooks) await hook.before?.(change);
    const keys = await this.#inTurn(() => this.#commit(change, before)).catch(async (error: unknown) => {
      throw error instanceof Refusal ? await this.#withoutUnseen(error, context) : error;
    });
    if (!keys) return undefined;
    const written = change.id as number;
    await this.#registry.changed(declaration, written, keys);
    emit('registry.changed', {
      type: declaration.name,
      id: encodeId(written),
      by: context.caller.account,
      what: before ? (value ? 'update' : 'destroy') : 'create',
    });
    for (const hook of hooks) await hook.after?.(change);
    return { id: written, reveal: change.reveal };
  }

  /** Commits, again and again while only its surroundings move. Undefined when the record itself moved. */
  async #commit(change: Change, before: RawRecord | undefined): Promise<readonly string[] | undefined> {
    const { declaration, value } = change;
    const stored = before?.bytes === NEVER_WRITTEN ? undefined : before;
    const wanted = change.id;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const batch = this.#registry.store.newBatch();
      const id = before ? (wanted as number) : await this.#nextId(declaration, batch, wanted);
      change.id = id;
      if (!value) await this.#planUnlinked(declaration, id, batch);
      const planned = await planChange(this.#plan, { declaration, id, before: stored, value }, batch);
      for (const add of change.rows) add(batch, id);
      writeTrail(batch, change, id, this.#serial++);
      try {
        const result = await this.#registry.store.commit(batch);
        if (result.ok) return planned.keys;
        const own = recordKey(declaration.name, id);
        if (wanted !== undefined && Buffer.compare(result.conflict, own) === 0) return undefined;
      } catch (error) {
        throw quotaRefusal(error, planned.quotas);
      }
    }
    throw moved();
  }

  /** The refusal without the names of records that the caller may not know of. */
  async #withoutUnseen(refusal: Refusal, context: WriteContext): Promise<Refusal> {
    const { objectId, linkedObjects, ...error } = refusal.error;
    if (context.caller.tenant === undefined || error.type === 'invalidForeignKey') return refusal;
    const seen = async (name: ObjectName): Promise<boolean> => {
      const declaration = findDeclaration(name.object);
      const record = declaration && (await this.#read(declaration, decodeId(name.id) ?? 0));
      return record !== undefined && isVisible(declaration as Declaration, record.value, context);
    };
    const linked: ObjectName[] = [];
    for (const one of linkedObjects ?? []) if (await seen(one)) linked.push(one);
    return new Refusal(error.type, {
      ...error,
      ...(objectId && (await seen(objectId)) ? { objectId } : {}),
      ...(linkedObjects ? { linkedObjects: linked } : {}),
    });
  }

  /** A record that others refer to stays. */
  async #planUnlinked(declaration: Declaration, id: number, batch: Batch): Promise<void> {
    const target: RecordName = { type: declaration.name, id };
    const guard = guardKey(target);
    const seen = await this.#registry.store.get(guard);
    const linked: RecordName[] = [];
    for await (const page of this.#registry.referrers(target)) {
      linked.push(...page.filter((one) => !declaration.ownedBy.includes(one.type as never)));
      if (linked.length > MAX_LINKED) break;
    }
    if (linked.length > 0) {
      throw new Refusal('objectIsLinked', {
        objectId: objectName(target),
        linkedObjects: linked.slice(0, MAX_LINKED).map(objectName),
      });
    }
    batch.assert(guard, seen ?? 'absent').delete(guard);
  }

  /** What belongs to a record goes with it. */
  async #destroyOwned(declaration: Declaration, id: number): Promise<void> {
    for (const type of declaration.ownedBy) {
      const owned = findDeclaration(type);
      if (!owned) continue;
      const names: RecordName[] = [];
      for await (const page of this.#registry.referrers(
        { type: declaration.name, id },
        owned.name as DeclaredObject,
      )) {
        names.push(...page);
      }
      for (const name of names) {
        await this.destroy(owned, name.id, SERVER_CONTEXT).catch((error: unknown) => {
          if (!(error instanceof Refusal && error.error.type === 'notFound')) throw error;
        });
      }
    }
  }

  /** Id of a new record: the wanted one, or the next one of the type. */
  async #nextId(declaration: Declaration, batch: Batch, wanted: number | undefined): Promise<number> {
    if (declaration.ids === 'timed') return wanted ?? this.#timedId();
    const key = sequenceKey(declaration.name);
    const last = await this.#registry.store.get(key);
    const highest = last ? readU53(last, 0) : 0;
    const id = wanted ?? highest + 1;
    const bytes = new Uint8Array(8);
    writeU53(bytes, 0, Math.max(highest, id));
    batch.assert(key, last ?? 'absent').set(key, bytes);
    return id;
  }

  /** 41 bits of milliseconds and 12 bits that keep what is made in the same one apart. */
  #timedId(): number {
    const tick = (now() - EPOCH) * 4096 + (readU16(randomBytes(2), 0) & 0x3ff);
    this.#lastId = Math.max(this.#lastId + 1, tick);
    return this.#lastId;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Tenant and account of a new record come from the caller. */
  #stamp(declaration: Declaration, json: Plain, context: WriteContext, input: ChangeInput): Plain {
    const { caller } = context;
    const stamped: Record<string, unknown> = { ...json };
    if (declaration.visibility === 'tenant' && caller.tenant !== undefined) {
      if (json['memberTenantId'] !== undefined) input.reject('memberTenantId', 'the tenant cannot be chosen');
      stamped['memberTenantId'] = encodeId(caller.tenant);
    }
    if (declaration.visibility === 'account') {
      const own = encodeId(context.account);
      if (json['accountId'] !== undefined && json['accountId'] !== own) {
        input.reject('accountId', 'the account is that of the call');
      }
      stamped['accountId'] = own;
    }
    return stamped;
  }

  /** The record as it was shown: computed properties may be sent back unchanged. */
  async #withComputed(declaration: Declaration, id: number, before: Plain, patch: Plain): Promise<Plain> {
    const wanted = Object.keys(patch).filter((name) => findField(declaration.shape, name)?.isComputed);
    if (wanted.length === 0) return before;
    const shown: Record<string, unknown> = { ...before };
    for (const hook of this.#registry.hooksOf(declaration)) {
      const [values] = (await hook.computed?.([{ id, revision: 0, value: before }], new Set(wanted))) ?? [];
      Object.assign(shown, values);
    }
    return shown;
  }
}

/** Stands for the stored bytes of a singleton that was never written. */
const NEVER_WRITTEN = new Uint8Array(0);

/** 2020: ids of 53 bits last until 2089. */
const EPOCH = Date.UTC(2020, 0, 1);

const moved = (): Refusal =>
  new Refusal('serverFail', {
    description: 'The record was changed by somebody else at the same time; try again.',
  });

/** The value that a patch makes of a record. */
export function patched(
  declaration: Declaration,
  before: Plain,
  patch: Plain,
  input: ChangeInput,
  caller: Caller,
): Plain {
  if (declaration.visibility === 'tenant' && caller.tenant !== undefined && 'memberTenantId' in patch) {
    input.reject('memberTenantId', 'the tenant cannot be chosen');
  }
  const { children, bad } = patchTree(patch);
  for (const pointer of bad) input.reject(pointer, 'not a usable pointer');
  if (declaration.clientsUpdate && !caller.internal) {
    const fields = fieldsOf(declaration.shape, before);
    for (const [name, part] of children) {
      if (name === '@type' || declaration.clientsUpdate.includes(name)) continue;
      const field = fields[name];
      const same =
        field && part.kind === 'value' && isDeepStrictEqual(part.value, formatField(field, before[name]));
      if (!same) input.reject(name, 'this property is set by the server');
    }
  }
  const tag = children.get('@type');
  if (declaration.fixedVariant && tag?.kind === 'value' && tag.value !== before['@type']) {
    throw new Refusal('invalidProperties', {
      description: 'A record of this type cannot become another variant.',
      properties: ['@type'],
    });
  }
  return shapeKind(declaration.shape).patch?.(before, children, '', input) ?? before;
}

/** Some records are the server's own: clients only look at them, or drop them. */
export function refuseUnlessClientsMay(
  { name, clientsMay }: Declaration,
  operation: ClientOperation,
  caller: Caller,
): void {
  if (caller.internal || clientsMay.includes(operation)) return;
  throw new Refusal('forbidden', {
    description: `The server alone may ${operation} records of ${name}.`,
  });
}

/** True when the caller may know that the record exists. */
export function isVisible(declaration: Declaration, value: Plain, context: WriteContext): boolean {
  const { caller } = context;
  if (declaration.visibility === 'tenant') {
    return caller.tenant === undefined || value['memberTenantId'] === caller.tenant;
  }
  if (declaration.visibility === 'account')
    return caller.allAccounts || value['accountId'] === context.account;
  return true;
}

function sameValue(declaration: Declaration, a: Plain, b: Plain): boolean {
  const kind = shapeKind(declaration.shape);
  return kind.store !== undefined && isDeepStrictEqual(kind.store(a), kind.store(b));
}

function dropComputed(declaration: Declaration, value: Plain): Plain {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !findField(declaration.shape, name)?.isComputed),
  );
}

function setCreated(declaration: Declaration, value: Plain, time: number): Plain {
  const field = findField(declaration.shape, 'createdAt');
  if (!field || (field.spec.update !== 'serverSet' && value['createdAt'])) return value;
  return { ...value, createdAt: time };
}
