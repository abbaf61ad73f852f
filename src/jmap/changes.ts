// /changes of any type (RFC 8620 §5.2), from the change log of the account.
import type { Account, ChangeId, Changes, DataType, LogEntry, StatePosition } from '../account/index.ts';
import { encodeId } from '../base/index.ts';
import type { ChangesResult } from '../formats/jmap/index.ts';
import { MethodError } from './errors.ts';
import type { Call } from './method.ts';
import { decodeState, encodeState } from './state.ts';

export interface ChangesArguments {
  readonly sinceState: string;
  readonly maxChanges: number | null;
}

export interface AnsweredChanges {
  readonly result: ChangesResult;
  readonly entries: readonly LogEntry[];
}

/** How somebody sees the change log who may read some containers only (`spec-mail-access.md` §7.3). */
export interface Sight {
  /** Changes before that one cannot be told: what the caller may see was another then. */
  readonly movedAt: ChangeId;
  /** The entry as it concerns the caller; undefined when it does not. */
  readonly see: (entry: LogEntry) => LogEntry | undefined;
}

/** Throws `cannotCalculateChanges`. */
export async function changesResult(
  call: Call,
  account: Account,
  type: DataType,
  { sinceState, maxChanges }: ChangesArguments,
  sight?: Sight,
): Promise<AnsweredChanges> {
  const limit = Math.min(maxChanges ?? call.request.limits.maxChanges, call.request.limits.maxChanges);
  const { changes, epoch } = await changesSince(account, type, sinceState, limit, sight);
  const created: string[] = [];
  const updated: string[] = [];
  const destroyed: string[] = [];
  for (const { kind, id } of changes.entries) {
    (kind === 'create' ? created : kind === 'update' ? updated : destroyed).push(encodeId(id));
  }
  const result = {
    accountId: call.accountText,
    oldState: sinceState,
    newState: encodeState(epoch, changes.newState),
    hasMoreChanges: changes.hasMore,
    created,
    updated,
    destroyed,
  };
  return { result, entries: changes.entries };
}

/** The changes of a type since a state string. Throws `cannotCalculateChanges`. */
export async function changesSince(
  account: Pick<Account, 'head' | 'changes'>,
  type: DataType,
  sinceState: string,
  limit: number,
  sight?: Sight,
): Promise<{ changes: Changes; epoch: number }> {
  const since = decodeState(sinceState);
  const { epoch } = await account.head();
  const changes = since?.epoch === epoch ? await account.changes(type, since.position, limit) : undefined;
  if (!changes || (sight && since && since.position.change < sight.movedAt)) {
    throw new MethodError('cannotCalculateChanges', 'The changes since that state are not known any more.');
  }
  if (!sight) return { changes, epoch };
  const entries = changes.entries.map(sight.see).filter((entry) => entry !== undefined);
  const newState = changes.hasMore ? changes.newState : notBefore(changes.newState, sight.movedAt);
  return { changes: { ...changes, entries, newState }, epoch };
}

/** A state from before the rights were changed would be void. */
const notBefore = (position: StatePosition, change: ChangeId): StatePosition =>
  position.change < change ? { change, offset: 0 } : position;
