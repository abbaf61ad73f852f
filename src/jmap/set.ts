// What every /set shares (RFC 8620 §5.3): the state check, the limit, references to creations, and the maps of
// the answer. The handler of a type does its creations, then asks for updates, then for destructions.
import { decodeId, encodeId } from '../base/index.ts';
import type { JsonObject, SetError } from '../formats/jmap/index.ts';
import { type RequestContext, type RequestLimits, realId } from './context.ts';
import { invalidProperties, MethodError, setErrorFor } from './errors.ts';
import type { Call } from './method.ts';

export interface SetArguments {
  readonly ifInState: unknown;
  readonly create: Readonly<Record<string, JsonObject>> | null;
  readonly update: Readonly<Record<string, JsonObject>> | null;
  readonly destroy: readonly string[] | null;
}

export interface UpdateItem {
  readonly text: string;
  readonly id: number;
  readonly patch: JsonObject;
}
export interface DestroyItem {
  readonly text: string;
  readonly id: number;
}

/** What becomes of one object of each section. What is thrown is the answer of that object, and stops no other. */
export interface SetWork {
  /** The new id, and every property that the server set or defaulted. */
  create(object: JsonObject): Promise<readonly [id: number, object: JsonObject]>;
  /** False when there is no such object. */
  update(item: UpdateItem): Promise<boolean>;
  destroy(item: DestroyItem): Promise<void>;
}

const NOT_FOUND: SetError = { type: 'notFound', description: 'There is no such object.' };

const changed = new WeakSet<Call>();

/** True when something of the call has been stored: it cannot fail as if nothing had happened. */
export const hasChanged = (call: Call): boolean => changed.has(call);

/** One /set on its way. */
export class SetCall {
  readonly #call: Call;
  readonly #args: SetArguments;
  readonly #oldState: string;
  readonly #created = new Map<string, JsonObject>();
  readonly #updated = new Map<string, JsonObject | null>();
  readonly #destroyed: string[] = [];
  readonly #notCreated = new Map<string, SetError>();
  readonly #notUpdated = new Map<string, SetError>();
  readonly #notDestroyed = new Map<string, SetError>();

  /** Throws `stateMismatch` or `requestTooLarge`: then nothing has been done. */
  constructor(call: Call, args: SetArguments, state: string) {
    this.#call = call;
    this.#args = args;
    this.#oldState = state;
    checkState(args.ifInState, state);
    checkCount(args, call.request.limits);
  }

  /** Takes the objects one by one: for types of which an account has few. */
  async each(work: SetWork): Promise<void> {
    const { slice } = this.#call.request;
    for (const [key, object] of this.creations()) {
      try {
        this.created(key, ...(await work.create(object)));
      } catch (error) {
        this.notCreated(key, error);
      }
      if (slice.due()) await slice.pause();
    }
    for (const item of this.updates()) {
      try {
        if (await work.update(item)) this.updated(item);
        else this.missing(item, 'update');
      } catch (error) {
        this.notUpdated(item, error);
      }
    }
    for (const item of this.destructions()) {
      try {
        await work.destroy(item);
        this.destroyed(item);
      } catch (error) {
        this.notDestroyed(item, error);
      }
    }
  }

  /** Creations by their keys, in the order given. */
  creations(): [key: string, object: JsonObject][] {
    return Object.entries(this.#args.create ?? {});
  }

  /** To be called after the creations: their ids may be meant. */
  updates(): UpdateItem[] {
    const items: UpdateItem[] = [];
    const destroyed = new Set((this.#args.destroy ?? []).map((text) => this.#id(text)));
    for (const [text, patch] of Object.entries(this.#args.update ?? {})) {
      const id = this.#id(text);
      if (id === undefined) this.#notUpdated.set(text, NOT_FOUND);
      else if (destroyed.has(id)) {
        this.#notUpdated.set(text, {
          type: 'willDestroy',
          description: 'The same call destroys this object.',
        });
      } else items.push({ text, id, patch });
    }
    return items;
  }

  destructions(): DestroyItem[] {
    const items = new Map<number, DestroyItem>();
    for (const text of this.#args.destroy ?? []) {
      const id = this.#id(text);
      if (id === undefined) this.#notDestroyed.set(text, NOT_FOUND);
      else if (!items.has(id)) items.set(id, { text, id });
    }
    return [...items.values()];
  }

  /** `object` holds the id and every property that the server set or defaulted. */
  created(key: string, id: number, object: JsonObject): void {
    changed.add(this.#call);
    this.#created.set(key, { id: encodeId(id), ...object });
    this.#call.request.created.set(key, encodeId(id));
  }

  updated(item: UpdateItem, changes: JsonObject | null = null): void {
    changed.add(this.#call);
    this.#updated.set(encodeId(item.id), changes);
  }

  destroyed(item: DestroyItem): void {
    changed.add(this.#call);
    this.#destroyed.push(encodeId(item.id));
  }

  notCreated(key: string, error: unknown): void {
    this.#notCreated.set(key, setErrorFor(error));
  }
  notUpdated(item: { readonly text: string }, error: unknown): void {
    this.#notUpdated.set(item.text, setErrorFor(error));
  }
  notDestroyed(item: { readonly text: string }, error: unknown): void {
    this.#notDestroyed.set(item.text, setErrorFor(error));
  }
  /** Ids that turned out to be nothing. */
  missing(item: { readonly text: string }, section: 'update' | 'destroy'): void {
    (section === 'update' ? this.#notUpdated : this.#notDestroyed).set(item.text, NOT_FOUND);
  }

  result(newState: string): object {
    return {
      accountId: this.#call.accountText,
      oldState: this.#oldState,
      newState,
      created: asObject(this.#created),
      updated: asObject(this.#updated),
      destroyed: this.#destroyed.length > 0 ? this.#destroyed : null,
      notCreated: asObject(this.#notCreated),
      notUpdated: asObject(this.#notUpdated),
      notDestroyed: asObject(this.#notDestroyed),
    };
  }

  #id(text: string): number | undefined {
    const real = realId(this.#call.request, text);
    return real === undefined ? undefined : decodeId(real);
  }
}

/** Throws `stateMismatch` for another state, or for what is no state at all. */
export function checkState(ifInState: unknown, state: string): void {
  if (ifInState !== null && ifInState !== undefined && ifInState !== state) {
    throw new MethodError('stateMismatch', 'The data has changed since that state.');
  }
}

/** Throws `requestTooLarge` for more objects in all sections together than one call may have. */
export function checkCount(
  { create, update, destroy }: Omit<SetArguments, 'ifInState'>,
  { maxObjectsInSet }: RequestLimits,
): void {
  if (size(create) + size(update) + (destroy?.length ?? 0) > maxObjectsInSet)
    throw new MethodError('requestTooLarge', `More than ${maxObjectsInSet} objects.`);
}

const size = (map: Readonly<Record<string, unknown>> | null): number => (map ? Object.keys(map).length : 0);

/** Null when empty. Names come from the client, so `__proto__` may be one. */
export function asObject<T>(map: ReadonlyMap<string, T>): Record<string, T> | null {
  return map.size > 0 ? Object.fromEntries(map) : null;
}

/**
 * Puts creations that name each other by `#key` in an order in which each is made after what it names; keys that
 * name each other in a circle are left out and returned apart. `references` gives the keys an object names.
 */
export function orderCreations<T>(
  creations: readonly (readonly [key: string, object: T])[],
  references: (object: T) => readonly string[],
): { ordered: [key: string, object: T][]; circular: string[] } {
  const waiting = new Map(creations.map(([key, object]) => [key, object]));
  const ordered: [string, T][] = [];
  for (let before = -1; before !== ordered.length && waiting.size > 0; ) {
    before = ordered.length;
    for (const [key, object] of waiting) {
      if (references(object).some((other) => waiting.has(other))) continue;
      waiting.delete(key);
      ordered.push([key, object]);
    }
  }
  return { ordered, circular: [...waiting.keys()] };
}

/** The id that a property means, as a number. Throws `invalidProperties` when nothing has it. */
export function propertyId(request: RequestContext, value: string, property: string): number {
  const real = realId(request, value);
  const id = real === undefined ? undefined : decodeId(real);
  if (id === undefined)
    throw invalidProperties([property], `${property}: there is no "${value.slice(0, 100)}"`);
  return id;
}
