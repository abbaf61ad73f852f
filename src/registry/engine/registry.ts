// The registry: every server object, decoded and kept, read by type and id. Changes made here or on another
// node drop what they make out of date.
import { toHex, randomBytes, emit } from '../../base/index.ts';
import { type Bus, type DataStore, type Key, type Unsubscribe } from '../../store/index.ts';
import {
  DECLARATIONS,
  type DeclaredName,
  type DeclaredObject,
  type DeclaredSingleton,
  findDeclaration,
  type ValueOf,
} from '../objects/index.ts';
import { type Declaration, type Plain, shapeKind } from '../schema/index.ts';
import { ownHooks } from '../hooks/index.ts';
import { Actions } from '../sources/actions.ts';
import { LogLines } from '../sources/log.ts';
import { RegistryCache } from './cache.ts';
import { readTrail, type TrailPage, type TrailQuery, trimTrail } from './trail.ts';
import { Writer } from './write.ts';
import { uniqueName } from './index-entries.ts';
import {
  CHANGES_KEY,
  countKey,
  decodeName,
  decodeRecord,
  idOfKey,
  recordKey,
  recordRange,
  type RecordName,
  referenceRange,
  SINGLETON,
  sourceOfReference,
  uniqueKey,
} from './rows.ts';
import type { Hook, Source, StoredRecord } from './types.ts';

export interface RegistryOptions {
  readonly store: DataStore;
  readonly bus?: Bus;
  /** How often the change counter is compared with the changes that were heard of; 0 for never. */
  readonly checkEveryMs?: number;
  /** What answers the questions of the first start; absent when there is nothing to set up. */
  readonly setup?: Source;
  /** Accounts may be created with numbers of their own: `restore-7` makes account 7. */
  readonly restoresAccounts?: boolean;
  /**
   * False when an expression's source does not compile at its place, `MtaStageData/maxMessages/else`; absent while
   * there is no compiler.
   */
  readonly compiles?: (source: string, place: string) => boolean;
}

/** A change that happened, here or on another node; undefined when anything may have changed. */
export type ChangeListener = (change: { readonly type: string; readonly id: number } | undefined) => void;

/** Stands for the source of a part of the server that does not exist yet: it holds and takes nothing. */
const NOTHING_YET: Source = { get: () => Promise.resolve([]) };

/** The server has been set up: there is nothing to ask. */
const NOTHING_TO_SET_UP: Source = { get: () => Promise.resolve([]) };

/** How often old entries of the audit trail are looked for. */
const TRIM_EVERY_MS = 6 * 3_600_000;

/** Rows that one scan reads at once. */
const ROWS_AT_ONCE = 500;

export class Registry {
  readonly store: DataStore;
  readonly options: RegistryOptions;
  /** Creates, updates and destroys records. */
  readonly write: Writer;
  /** What `x:Action/set` can be asked to do: parts of the server add what they carry out. */
  readonly actions = new Actions();
  readonly #log: LogLines;
  readonly #cache = new RegistryCache();
  readonly #singletons = new Map<string, Plain>();
  readonly #hooks = new Map<string, Hook>();
  readonly #extensions = new Map<string, Hook[]>();
  readonly #sources = new Map<string, Source>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #self = toHex(randomBytes(8));
  readonly #subscriptions: Unsubscribe[] = [];
  #timer: NodeJS.Timeout | undefined;
  #trimmer: NodeJS.Timeout | undefined;
  #heard = 0;
  #behind = 0;

  private constructor(options: RegistryOptions) {
    this.store = options.store;
    this.options = options;
    this.write = new Writer(this);
    this.#log = new LogLines(options.store);
    for (const [name, hook] of Object.entries(ownHooks(this))) this.addHook(name, hook);
    this.addSource('actions', this.actions);
    this.addSource('log', this.#log);
    this.addSource('bootstrap', options.setup ?? NOTHING_TO_SET_UP);
    const forgetAll = async (): Promise<void> => {
      await this.reset();
      options.bus?.publish('registry.reset', { from: this.#self });
    };
    this.actions.handle('ReloadSettings', forgetAll);
    this.actions.handle('ReloadTlsCertificates', forgetAll);
    this.actions.handle('InvalidateCaches', forgetAll);
    this.actions.handle('InvalidateNegativeCaches', forgetAll);
  }

  /** Reads all singletons and begins to listen for changes. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const registry = new Registry(options);
    if (options.bus) registry.#listen(options.bus);
    registry.#heard = await registry.#changes();
    await registry.#loadSingletons();
    const every = options.checkEveryMs ?? 1000;
    if (every > 0) registry.#timer = setInterval(() => void registry.#checkMissed(), every).unref();
    registry.#trimmer = setInterval(() => void registry.#trim(), TRIM_EVERY_MS).unref();
    return registry;
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    clearInterval(this.#timer);
    clearInterval(this.#trimmer);
    this.#log.close();
  }

  /** Fills a hook that declarations name. */
  addHook(name: string, hook: Hook): void {
    if (this.#hooks.has(name)) throw new Error(`the hook ${name} is filled twice`);
    this.#hooks.set(name, hook);
  }

  /** Fills a source that declarations name. */
  addSource(name: string, source: Source): void {
    if (this.#sources.has(name)) throw new Error(`the source ${name} is filled twice`);
    this.#sources.set(name, source);
  }

  /** Throws when a declaration names a hook or source that nobody filled: a guard would be missing. */
  assertComplete(): void {
    for (const declaration of Object.values<Declaration>(DECLARATIONS)) {
      for (const name of declaration.hooks) {
        if (!this.#hooks.has(name)) throw new Error(`nothing fills the hook ${name} of ${declaration.name}`);
      }
      if (declaration.source === undefined || declaration.awaits !== undefined) continue;
      if (!this.#sources.has(declaration.source)) {
        throw new Error(`nothing fills the source ${declaration.source} of ${declaration.name}`);
      }
    }
  }

  /** Adds a hook to a type beside those that its declaration names. */
  extend(type: DeclaredName, hook: Hook): void {
    const hooks = this.#extensions.get(type);
    if (hooks) hooks.push(hook);
    else this.#extensions.set(type, [hook]);
  }

  hooksOf(declaration: Declaration): readonly Hook[] {
    const own = declaration.hooks.map((name) => {
      const hook = this.#hooks.get(name);
      if (!hook) throw new Error(`nothing fills the hook ${name} of ${declaration.name}`);
      return hook;
    });
    const more = this.#extensions.get(declaration.name);
    return more ? [...own, ...more] : own;
  }

  sourceOf(declaration: Declaration): Source | undefined {
    if (declaration.source === undefined) return undefined;
    const source = this.#sources.get(declaration.source);
    if (!source && declaration.awaits !== undefined) return NOTHING_YET;
    if (!source) throw new Error(`nothing fills the source ${declaration.source} of ${declaration.name}`);
    return source;
  }

  /** Called after every change, here or elsewhere. */
  watch(listener: ChangeListener): Unsubscribe {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The one record of a singleton, always at hand; its defaults when it was never written. */
  singleton<N extends DeclaredSingleton>(name: N): ValueOf<N> {
    const value = this.#singletons.get(name);
    if (!value) throw new Error(`${name} is kept elsewhere`);
    return value as ValueOf<N>;
  }

  /** Value of a record, or undefined when there is none of that id. */
  async object<N extends DeclaredObject>(name: N, id: number): Promise<ValueOf<N> | undefined> {
    return (await this.record(name, id))?.value as ValueOf<N> | undefined;
  }

  /** A record with its revision. */
  async record<N extends DeclaredObject>(name: N, id: number): Promise<StoredRecord<ValueOf<N>> | undefined> {
    const [record] = await this.records(name, [id]);
    return record;
  }

  /** Records of these ids in their order; undefined where there is none. */
  async records<N extends DeclaredObject>(
    name: N,
    ids: readonly number[],
  ): Promise<(StoredRecord<ValueOf<N>> | undefined)[]> {
    return (await this.load(DECLARATIONS[name], ids)) as (StoredRecord<ValueOf<N>> | undefined)[];
  }

  /** All records of a type that has few: listeners, rules, routes. Kept until one of them changes. */
  async all<N extends DeclaredObject>(name: N): Promise<readonly StoredRecord<ValueOf<N>>[]> {
    const known = this.#cache.list(name);
    if (known) return known as readonly StoredRecord<ValueOf<N>>[];
    const { epoch } = this.#cache;
    const records: StoredRecord[] = [];
    for await (const page of this.scan(name)) records.push(...page);
    this.#cache.keepList(epoch, name, records);
    return records as StoredRecord[] as StoredRecord<ValueOf<N>>[];
  }

  /** Pages of all records of a type in the order of their ids; nothing is kept. */
  async *scan<N extends DeclaredName>(name: N): AsyncGenerator<StoredRecord<ValueOf<N>>[]> {
    const declaration: Declaration = DECLARATIONS[name];
    let after: Key | undefined;
    do {
      const page = await this.store.scan(recordRange(name), {
        limit: ROWS_AT_ONCE,
        ...(after ? { after } : {}),
      });
      const records = page.keys.flatMap((key, i) => {
        const record = this.#decode(declaration, idOfKey(key), page.values[i]);
        return record ? [record] : [];
      });
      yield records as StoredRecord[] as StoredRecord<ValueOf<N>>[];
      after = page.next;
    } while (after);
  }

  /** How many records a type has. */
  async count(name: DeclaredObject): Promise<number> {
    const bytes = await this.store.get(countKey(name));
    return bytes ? Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0)) : 0;
  }

  /** Who holds a unique key of a name space. */
  async holder(space: string, key: string): Promise<RecordName | undefined> {
    return (await this.holders(space, [key]))[0];
  }

  /** Holders of several keys of one name space, in their order. */
  async holders(space: string, keys: readonly string[]): Promise<(RecordName | undefined)[]> {
    const names = keys.map((key) => uniqueName(space, key));
    const found = names.map((name) => this.#cache.holder(name));
    const missing = keys.filter((_, i) => found[i] === undefined);
    const read = new Map<string, RecordName | undefined>();
    if (missing.length > 0) {
      const { epoch } = this.#cache;
      const rows = await this.store.getMany(missing.map((key) => uniqueKey(space, key)));
      for (const [i, key] of missing.entries()) {
        const row = rows[i];
        const holder = row && decodeName(row);
        read.set(key, holder);
        this.#cache.keepHolder(epoch, uniqueName(space, key), holder);
      }
    }
    return keys.map((key, i) => found[i] ?? read.get(key));
  }

  /** Pages of what refers to a record, from one type or from all. */
  async *referrers(target: RecordName, sourceType?: DeclaredName): AsyncGenerator<RecordName[]> {
    let after: Key | undefined;
    do {
      const page = await this.store.scan(referenceRange(target, sourceType), {
        keysOnly: true,
        limit: ROWS_AT_ONCE,
        ...(after ? { after } : {}),
      });
      yield page.keys.map((key) => sourceOfReference(key, target));
      after = page.next;
    } while (after);
  }

  /** Records as the engine works with them. */
  async load(declaration: Declaration, ids: readonly number[]): Promise<(StoredRecord | undefined)[]> {
    const { name } = declaration;
    const known = ids.map((id) => this.#cache.record(name, id));
    const missing = ids.filter((_, i) => known[i] === undefined);
    if (missing.length === 0) return known.map((one) => one ?? undefined);
    const { epoch } = this.#cache;
    const rows = await this.store.getMany(missing.map((id) => recordKey(name, id)));
    const read = new Map<number, StoredRecord | undefined>();
    for (const [i, id] of missing.entries()) {
      const record = this.#decode(declaration, id, rows[i]);
      read.set(id, record);
      this.#cache.keepRecord(epoch, name, id, record);
    }
    return ids.map((id, i) => known[i] ?? read.get(id));
  }

  /** Value of a singleton as the engine works with it. */
  singletonValue(declaration: Declaration): Plain {
    return this.singleton(declaration.name as DeclaredSingleton) as Plain;
  }

  /** Drops what a committed change makes out of date, and tells everybody. */
  async changed(declaration: Declaration, id: number, keys: readonly string[]): Promise<void> {
    this.#heard++;
    this.#invalidate(declaration.name, id, keys, false);
    if (declaration.kind === 'singleton') await this.#loadSingleton(declaration);
    this.#tell({ type: declaration.name, id });
    this.options.bus?.publish('registry.changed', { from: this.#self, type: declaration.name, id, keys });
  }

  /** The audit trail: who changed what, newest first. */
  trail(query: TrailQuery = {}): Promise<TrailPage> {
    return readTrail(this.store, query);
  }

  /** Forgets everything that is kept, and reads the singletons again. */
  async reset(): Promise<void> {
    this.#cache.clear();
    await this.#loadSingletons();
    this.#tell(undefined);
  }

  #listen(bus: Bus): void {
    this.#subscriptions.push(
      bus.subscribe('registry.changed', (message) => {
        if (message.from === this.#self) return;
        this.#heard++;
        this.#invalidate(message.type, message.id, message.keys);
      }),
      bus.subscribe('registry.reset', ({ from }) => {
        if (from === this.#self) return;
        this.reset().catch((error: unknown) => emit('registry.reload-failed', { type: '', error }, 'error'));
      }),
    );
  }

  #invalidate(type: string, id: number, keys: readonly string[], remote = true): void {
    this.#cache.drop(type, id, keys);
    if (!remote) return;
    const declaration = findDeclaration(type);
    if (declaration?.kind === 'singleton' && declaration.source === undefined) {
      this.#loadSingleton(declaration).then(
        () => this.#tell({ type, id }),
        (error: unknown) => emit('registry.reload-failed', { type, error }, 'error'),
      );
    } else {
      this.#tell({ type, id });
    }
  }

  #tell(change: { readonly type: string; readonly id: number } | undefined): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #loadSingletons(): Promise<void> {
    const wanted = Object.values<Declaration>(DECLARATIONS).filter(
      (one) => one.kind === 'singleton' && one.source === undefined,
    );
    const rows = await this.store.getMany(wanted.map((one) => recordKey(one.name, SINGLETON)));
    for (const [i, declaration] of wanted.entries()) this.#keepSingleton(declaration, rows[i]);
  }

  async #loadSingleton(declaration: Declaration): Promise<void> {
    this.#keepSingleton(declaration, await this.store.get(recordKey(declaration.name, SINGLETON)));
  }

  #keepSingleton(declaration: Declaration, bytes: Uint8Array | undefined): void {
    const value = this.#decode(declaration, SINGLETON, bytes)?.value;
    const kept = value ?? this.#singletons.get(declaration.name) ?? shapeKind(declaration.shape).implied?.();
    if (kept) this.#singletons.set(declaration.name, kept);
  }

  /** One invalid record is left out and reported; it never stops the server. */
  #decode(declaration: Declaration, id: number, bytes: Uint8Array | undefined): StoredRecord | undefined {
    if (!bytes) return undefined;
    try {
      const { revision, stored } = decodeRecord(bytes);
      return { id, revision, value: shapeKind(declaration.shape).restore?.(stored) as Plain };
    } catch (error) {
      emit('registry.validation-error', { type: declaration.name, id, error }, 'error');
      return undefined;
    }
  }

  async #trim(): Promise<void> {
    try {
      while (await trimTrail(this.store));
    } catch (error) {
      emit('registry.trail-failed', { error }, 'warn');
    }
  }

  async #changes(): Promise<number> {
    const bytes = await this.store.get(CHANGES_KEY);
    return bytes ? Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0)) : 0;
  }

  /** The bus may lose a message: a count that stays behind means that one was lost. */
  async #checkMissed(): Promise<void> {
    try {
      const ahead = (await this.#changes()) - this.#heard;
      if (ahead !== 0 && ahead === this.#behind) {
        this.#heard += ahead;
        this.#behind = 0;
        await this.reset();
      } else {
        this.#behind = ahead;
      }
    } catch (error) {
      emit('registry.reload-failed', { type: '', error }, 'warn');
    }
  }
}
