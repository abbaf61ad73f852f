// Shortens the log of an account, in bounded batches (spec-mail-access §7.6).
import { emit, readU32 } from '../base/index.ts';
import { type DataStore, type Key, keys, type Range } from '../store/index.ts';
import { deleteRows } from './delete.ts';
import './events.ts';
import { timeOfRecord } from './log-record.ts';
import { type Mark, readMarks } from './marks.ts';
import type { Account, AccountId, ChangeId } from './types.ts';

/**
 * Raises the horizon first, so that a reader which tests it never takes half of a log for all of it, then deletes the
 * log and the tombstones below it. What an interrupted run leaves is taken away by the next.
 */
export async function trimLog(
  store: DataStore,
  account: Account,
  keepChanges: number,
  olderThan: number,
  raise: (horizon: ChangeId, mark: Mark | undefined) => Promise<void>,
): Promise<ChangeId> {
  const { id } = account;
  const head = await account.head();
  const newest = Math.min(head.change, head.change - keepChanges + 1);
  const wanted = await firstYoung(store, id, head.horizon, newest, olderThan);
  if (wanted > head.horizon) await raise(wanted, await markBelow(store, id, wanted));
  const horizon = Math.max(wanted, head.horizon);
  let rows = await deleteRows(store, { from: keys.logKey(id, 0), to: keys.logKey(id, horizon) });
  for (let container = 0; ; container++) {
    const next = await firstKey(store, {
      from: keys.tombstoneKey(id, container, 0, 0),
      to: keys.tombstoneKey(id + 1, 0, 0, 0),
    });
    if (!next) break;
    container = readU32(next, 5);
    rows += await deleteRows(store, {
      from: keys.tombstoneKey(id, container, 0, 0),
      to: keys.tombstoneKey(id, container, horizon, 0),
    });
  }
  if (rows > 0) emit('account.log-trimmed', { account: id, horizon, rows }, 'debug');
  return horizon;
}

/**
 * The newest change that was surely made before a time (milliseconds since 1970), 0 when there is none. Where the log no
 * longer reaches back so far, an older one may be named.
 */
export async function lastBefore(store: DataStore, account: Account, time: number): Promise<ChangeId> {
  const { id } = account;
  const { change, horizon } = await account.head();
  const young = await firstYoung(store, id, horizon, change + 1, time);
  if (young > horizon || horizon === 0) return Math.max(0, young - 1);
  const marks = await readMarks({ id, get: (key) => store.get(key) });
  return marks.findLast((mark) => mark.time < time)?.change ?? 0;
}

/** When the newest change below a horizon was made. */
async function markBelow(store: DataStore, id: AccountId, horizon: ChangeId): Promise<Mark | undefined> {
  const change = horizon - 1;
  const row = await store.get(keys.logKey(id, change));
  return row && { change, time: timeOfRecord(change, row) };
}

/** The first change from `from` on that is not older than a time, `limit` at most. */
async function firstYoung(
  store: DataStore,
  id: AccountId,
  from: ChangeId,
  limit: ChangeId,
  olderThan: number,
): Promise<ChangeId> {
  let low = from;
  let high = limit;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await store.get(keys.logKey(id, middle));
    if (row && timeOfRecord(middle, row) >= olderThan) high = middle;
    else low = middle + 1;
  }
  return low;
}

const firstKey = async (store: DataStore, range: Range): Promise<Key | undefined> =>
  (await store.scan(range, { limit: 1, keysOnly: true })).keys[0];
