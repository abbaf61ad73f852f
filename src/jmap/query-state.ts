// Query states (RFC 8620 §5.5): the state of the data and a mark of the query, so that a state is good for the
// query it was made for only.
import { createHash } from 'node:crypto';
import type { Account, DataType, Head, LogEntry } from '../account/index.ts';
import { encodeId } from '../base/index.ts';
import { isObject, type QueryChangesResult } from '../formats/jmap/index.ts';
import { changesSince, type Sight } from './changes.ts';
import { MethodError } from './errors.ts';
import { stateOf } from './get.ts';
import type { Call } from './method.ts';

/** What decides about results and their order, as the client sent it. */
export interface AskedQuery {
  readonly filter: unknown;
  readonly sort: unknown;
}

/** `more` is what the type asks beside filter and sort. */
export function queryState(head: Head, type: DataType, query: AskedQuery, ...more: unknown[]): string {
  const mark = createHash('sha256').update(canonical(query, more)).digest('base64url').slice(0, 8);
  return `${stateOf(head, type)}:${mark}`;
}

/** The same text for the same query, whether its defaults are written and in whatever order its members stand. */
function canonical({ filter, sort }: AskedQuery, more: readonly unknown[]): string {
  const isEmpty = isObject(filter) && Object.keys(filter).length === 0;
  const comparators = Array.isArray(sort) && sort.length > 0 ? sort.map(withoutDefaults) : null;
  return JSON.stringify([isEmpty ? null : (filter ?? null), comparators, ...more], (_name, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function withoutDefaults(comparator: unknown): unknown {
  if (!isObject(comparator)) return comparator;
  const { isAscending = true, collation = null, ...rest } = comparator;
  return { ...rest, isAscending, collation };
}

export interface QueryChangesArguments {
  readonly sinceQueryState: string;
  readonly maxChanges: number | null;
  readonly upToId: string | null;
  readonly calculateTotal: boolean;
}

export interface QueryNow {
  readonly state: string;
  /** Results in order, as document ids. */
  readonly ids: ArrayLike<number>;
  /** True when an updated object may have come, gone or moved. */
  readonly mutable: boolean;
  /** Replaces the changed documents by what the query takes as changed (the whole thread, all mailboxes). */
  readonly widen?: (
    entries: readonly LogEntry[],
    sinceState: string,
  ) => Iterable<number> | Promise<Iterable<number>>;
}

/** Changes read for one call, at most. */
export const MAX_ENTRIES = 100_000;

/** The answer of /queryChanges (RFC 8620 §5.6). Throws `cannotCalculateChanges` or `tooManyChanges`. */
export async function queryChangesResult(
  call: Call,
  account: Account,
  type: DataType,
  args: QueryChangesArguments,
  now: QueryNow,
  sight?: Sight,
): Promise<QueryChangesResult> {
  const [since = '', mark] = args.sinceQueryState.split(':');
  if (mark === undefined || !now.state.endsWith(`:${mark}`)) {
    throw new MethodError('cannotCalculateChanges', 'That state belongs to another query.');
  }
  const { changes } = await changesSince(account, type, since, MAX_ENTRIES, sight);
  if (changes.hasMore)
    throw new MethodError('cannotCalculateChanges', 'Too much has changed since that state.');
  const gone = new Set<number>();
  const came = new Set<number>();
  for (const { id, kind } of changes.entries) {
    if (kind === 'create') came.add(id);
    else if (kind === 'destroy') gone.add(id);
    else if (now.mutable) {
      gone.add(id);
      came.add(id);
    }
  }
  for (const id of (await now.widen?.(changes.entries, since)) ?? []) {
    gone.add(id);
    came.add(id);
  }
  const added: { id: string; index: number }[] = [];
  const last = args.upToId !== null && !now.mutable ? args.upToId : undefined;
  for (let index = 0; index < now.ids.length && came.size > 0; index++) {
    const id = now.ids[index] as number;
    if (came.has(id)) added.push({ id: encodeId(id), index });
    // RFC 8620 §5.6: what lies beyond is nothing the client holds.
    if (last !== undefined && encodeId(id) === last) break;
  }
  const removed = [...gone].map(encodeId);
  if (args.maxChanges !== null && added.length + removed.length > args.maxChanges) {
    throw new MethodError('tooManyChanges', `More than ${args.maxChanges} changes.`);
  }
  return {
    accountId: call.accountText,
    oldQueryState: args.sinceQueryState,
    newQueryState: now.state,
    ...(args.calculateTotal && { total: now.ids.length }),
    removed,
    added,
  };
}
