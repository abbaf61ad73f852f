// The audit trail: who changed which record when, from where, and what it said before and after. An entry is a row of
// the same commit as the change itself, so that there is no change without one. Secrets appear as four asterisks.
import { isDeepStrictEqual } from 'node:util';
import { Packr } from 'msgpackr';
import { encodeId, now } from '../../base/index.ts';
import { type Batch, type DataStore, type Key, keys, type Range } from '../../store/index.ts';
import { type Declaration, fieldsOf, formatField, type Plain } from '../schema/index.ts';
import type { Caller, Change } from './types.ts';

/** What a property said before and after; null where it said nothing. */
export interface TrailChange {
  readonly before: unknown;
  readonly after: unknown;
}

export interface TrailEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly what: 'create' | 'update' | 'destroy';
  readonly type: string;
  readonly id: string;
  /** Id of the account that made the change; `server` for the server's own work. */
  readonly by: string;
  /** Id of the account that acted as that one, if another did. */
  readonly actor?: string;
  /** What the caller had signed in with: `password`, `apiKey b`. */
  readonly credential?: string;
  /** Address of the client. */
  readonly client?: string;
  /** By property. */
  readonly changes: Readonly<Record<string, TrailChange>>;
}

export interface TrailQuery {
  /** Entries at most; default 100. */
  readonly limit?: number;
  /** Only those before this entry: `next` of the page before. */
  readonly before?: number;
  readonly type?: string;
  readonly id?: string;
  readonly by?: string;
}

export interface TrailPage {
  /** Newest first. */
  readonly entries: readonly TrailEntry[];
  /** Numbers of the entries, in the order of time: what `before` takes. */
  readonly numbers: readonly number[];
  readonly next?: number;
}

/** How long entries are kept. */
const KEPT_MS = 365 * 86_400_000;
/** Longest JSON of one side of a change. */
const MAX_SIDE = 4096;
/** Entries looked at, at one time. */
const ROWS_AT_ONCE = 256;
/** Entries looked at for one page: a rare condition gives short pages, not long waits. */
const MAX_LOOKED_AT = 20_000;

const { Trail } = keys.Subspace;
const packr = new Packr({ useRecords: false, moreTypes: false });

/** Adds the entry of a change to the batch that makes it. `serial` keeps those of one moment apart. */
export function writeTrail(batch: Batch, change: Change, id: number, serial: number): void {
  const entry = entryOf(change, id);
  const key = trailKey(entry.time * SERIALS + (serial % SERIALS));
  // two processes that meet here: one of them tries again with the next serial
  batch.assert(key, 'absent').set(key, packr.pack([1, entry]));
}

/** Entries that meet the conditions, newest first. */
export async function readTrail(store: DataStore, query: TrailQuery = {}): Promise<TrailPage> {
  const { limit = 100, type, id, by } = query;
  const entries: TrailEntry[] = [];
  const numbers: number[] = [];
  let after: Key | undefined = query.before === undefined ? undefined : trailKey(query.before);
  for (let looked = 0; looked < MAX_LOOKED_AT; ) {
    const page = await store.scan(TRAIL, { reverse: true, limit: ROWS_AT_ONCE, ...(after ? { after } : {}) });
    for (const [i, key] of page.keys.entries()) {
      const [, entry] = packr.unpack(page.values[i] as Uint8Array) as [number, TrailEntry];
      looked++;
      const wanted =
        (type === undefined || entry.type === type) &&
        (id === undefined || entry.id === id) &&
        (by === undefined || entry.by === by);
      if (!wanted) continue;
      entries.push(entry);
      numbers.push(numberOf(key));
      if (entries.length === limit) return { entries, numbers, next: numberOf(key) };
    }
    after = page.next;
    if (!after) return { entries, numbers };
  }
  return { entries, numbers, ...(after ? { next: numberOf(after) } : {}) };
}

/** The entries of these numbers that exist. */
export async function readTrailEntries(
  store: DataStore,
  numbers: readonly number[],
): Promise<readonly (readonly [number, TrailEntry])[]> {
  const rows = await store.getMany(numbers.map(trailKey));
  return numbers.flatMap((number, i) => {
    const row = rows[i];
    return row ? [[number, (packr.unpack(row) as [number, TrailEntry])[1]] as const] : [];
  });
}

/** Removes what is older than a year, some at one time; true when more is left. */
export async function trimTrail(store: DataStore): Promise<boolean> {
  const range: Range = { from: TRAIL.from, to: trailKey((now() - KEPT_MS) * SERIALS) };
  const page = await store.scan(range, { keysOnly: true, limit: ROWS_AT_ONCE });
  if (page.keys.length === 0) return false;
  const batch = store.newBatch();
  for (const key of page.keys) batch.delete(key);
  await store.commit(batch);
  return page.next !== undefined;
}

/** Entries of one millisecond that are kept apart. */
export const SERIALS = 1024;

const trailKey = (number: number): Key => keys.otherKey(Trail, 'registry/', keys.u53Part(number));
const TRAIL: Range = keys.prefixRange(keys.otherKey(Trail, 'registry/'));
const numberOf = (key: Key): number =>
  Number(new DataView(key.buffer, key.byteOffset + key.length - 8, 8).getBigUint64(0));

function entryOf(change: Change, id: number): TrailEntry {
  const { declaration, caller, before, value } = change;
  const { actor, credential, client } = caller.origin ?? {};
  return {
    time: now(),
    what: before ? (value ? 'update' : 'destroy') : 'create',
    type: declaration.name,
    id: encodeId(id),
    by: byOf(caller),
    ...(actor === undefined ? {} : { actor: encodeId(actor) }),
    ...(credential === undefined ? {} : { credential }),
    ...(client === undefined ? {} : { client }),
    changes: changesOf(change),
  };
}

const byOf = ({ account }: Caller): string => (account === 0 ? 'server' : encodeId(account));

function changesOf({ declaration, before, value }: Change): Record<string, TrailChange> {
  const changes: Record<string, TrailChange> = {};
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(value ?? {})])) {
    if (isDeepStrictEqual(before?.[name] ?? null, value?.[name] ?? null)) continue;
    changes[name] = { before: shown(declaration, before, name), after: shown(declaration, value, name) };
  }
  return changes;
}

/** One side of a change as JSON, with secrets masked. */
function shown({ shape }: Declaration, value: Plain | undefined, name: string): unknown {
  if (!value) return null;
  if (name === '@type') return value[name];
  const field = fieldsOf(shape, value)[name];
  return field ? short(formatField(field, value[name])) : null;
}

function short(json: unknown): unknown {
  const text = JSON.stringify(json);
  return text !== undefined && text.length > MAX_SIDE ? `(${text.length} characters)` : json;
}
