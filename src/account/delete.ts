// Takes rows away in bounded batches, and all of a deleted account in the end.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { emit, readU32 } from '../base/index.ts';
import { type DataStore, type Key, keys, type Range } from '../store/index.ts';
import './events.ts';
import { DataType, type AccountId, type DocumentId } from './types.ts';

/** Rows that one commit deletes. */
const BATCH_ROWS = 1000;

/** Hashes that documents of a type link, in any order, for as many of the ids as link one. */
export type DocumentLinks = (
  type: DataType,
  ids: readonly DocumentId[],
) => Promise<readonly { readonly id: DocumentId; readonly hash: Uint8Array }[]>;

/** Subspaces whose keys begin with the account. The head is not among them. */
const OWNED = [
  keys.Subspace.Log,
  keys.Subspace.Document,
  keys.Subspace.Index,
  keys.Subspace.Tombstone,
  keys.Subspace.SearchTask,
  keys.Subspace.BlobLease,
  keys.Subspace.Cold,
  keys.Subspace.Snapshot,
];
const COUNTER_KINDS = 256;

/** Deletes all rows of an account but its head, links first. May be interrupted and run again. */
export async function deleteData(store: DataStore, id: AccountId, links?: DocumentLinks): Promise<void> {
  let rows = links ? await unlinkDocuments(store, id, links) : await unlinkAll(store, id);
  for (const subspace of OWNED) {
    const from = keys.otherKey(subspace, keys.u32Part(id));
    rows += await deleteRows(store, keys.prefixRange(from));
  }
  const counters = store.newBatch();
  for (let kind = 0; kind < COUNTER_KINDS; kind++) counters.delete(keys.counterKey(kind, id));
  await store.commit(counters);
  emit('account.deleted', { account: id, rows });
}

/** Deletes the rows of a range, a bounded number in each commit; returns how many there were. */
export async function deleteRows(store: DataStore, range: Range): Promise<number> {
  let rows = 0;
  for (;;) {
    const page = await store.scan(range, { limit: BATCH_ROWS, keysOnly: true });
    if (page.keys.length === 0) return rows;
    rows += page.keys.length;
    const to = page.next ? afterKey(page.keys.at(-1) as Key) : range.to;
    await store.commit(store.newBatch().deleteRange({ from: range.from, to }));
    if (!page.next) return rows;
    await nextTurn();
  }
}

async function unlinkDocuments(store: DataStore, id: AccountId, links: DocumentLinks): Promise<number> {
  let rows = 0;
  for (const type of Object.values(DataType)) {
    const range = keys.documentRange(id, type);
    let after: Key | undefined;
    do {
      const page = await store.scan(range, { limit: BATCH_ROWS, keysOnly: true, ...(after && { after }) });
      if (page.keys.length === 0) break;
      const linked = await links(
        type,
        page.keys.map((key) => readU32(key, 6)),
      );
      const batch = store.newBatch();
      for (const link of linked) batch.delete(keys.blobLinkKey(link.hash, id, type, link.id));
      if (linked.length > 0) await store.commit(batch);
      rows += linked.length;
      after = page.next;
    } while (after);
  }
  return rows;
}

/** Looks through the links of all accounts, which stand by hash. */
async function unlinkAll(store: DataStore, id: AccountId): Promise<number> {
  const range = keys.prefixRange(keys.otherKey(keys.Subspace.BlobLink));
  let rows = 0;
  let after: Key | undefined;
  do {
    const page = await store.scan(range, { limit: BATCH_ROWS, keysOnly: true, ...(after && { after }) });
    const own = page.keys.filter((key) => readU32(key, 33) === id);
    if (own.length > 0) {
      const batch = store.newBatch();
      for (const key of own) batch.delete(key);
      await store.commit(batch);
    }
    rows += own.length;
    after = page.next;
    await nextTurn();
  } while (after);
  return rows;
}

/** The smallest key behind this one. */
function afterKey(key: Key): Key {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
