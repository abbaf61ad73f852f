// The accounts of a store as the floors above use them: heads, reads that agree, writes, and the log.
import { NotFound, randomBytes, readU53 } from '../base/index.ts';
import { type Bus, type DataStore, keys } from '../store/index.ts';
import { readChanges, readLog } from './changes.ts';
import { deleteData, type DocumentLinks } from './delete.ts';
import { deleteGrantsOfOwner, setGrant, sharedWith } from './grants.ts';
import { sameBytes, storedHead } from './head.ts';
import { KnownHeads } from './known-heads.ts';
import { addMark } from './marks.ts';
import { type AccountStats, Sequencer } from './sequencer.ts';
import { lastBefore, trimLog } from './trim.ts';
import type {
  Account,
  AccountId,
  AccountReader,
  Accounts,
  AccountWriter,
  ChangeId,
  Changes,
  DataType,
  Head,
  LogRecord,
  StatePosition,
  WriteAllOptions,
  WriteOptions,
  WriteOutcome,
  Written,
} from './types.ts';
import type { StagedWriter } from './writer.ts';

/** Accounts of one atomic commit. */
const MAX_ACCOUNTS = 50;
/** Times a read is repeated while the head moves, before it gets a snapshot. */
const MAX_READS = 4;
/** Change ids jump so far at a new epoch that modification sequences never go back. */
const EPOCH_JUMP = 0x1_0000_0000;

export interface AccountsService extends Accounts {
  /** Counters since the start, of this thread. */
  readonly stats: Readonly<AccountStats>;
  /**
   * Shortens the log of an account: the newest `keepChanges` changes stay, and all that are younger than `olderThan`
   * (milliseconds since 1970). Returns the horizon that holds now.
   */
  trim(id: AccountId, keepChanges: number, olderThan: number): Promise<ChangeId>;
  /**
   * The newest change that was surely made before a time (milliseconds since 1970), 0 when there is none. Once the log
   * was shortened past that time, the answer may be older by the time between two shortenings.
   */
  lastBefore(id: AccountId, time: number): Promise<ChangeId>;
  /** Takes away every grant that the account gave or was given. */
  revokeAll(id: AccountId): Promise<void>;
  /** Begins another epoch after a restore: every state given out before is void, and change ids jump by 2^32. */
  renew(id: AccountId): Promise<void>;
  /**
   * Deletes all data of an account. Its head stays as a mark: writes that come late throw NotFound. Blob links stand by
   * hash; `links` names those of some documents, or all links of the store are looked through once.
   */
  deleteAccount(id: AccountId, links?: DocumentLinks): Promise<void>;
  /** Stops listening to the bus. Writes under way are still answered. */
  close(): void;
}

/** One per thread: all writes of a thread to an account must pass the same sequencer to share commits. */
export function createAccounts(options: { readonly data: DataStore; readonly bus: Bus }): AccountsService {
  const { data, bus } = options;
  const sequencer = new Sequencer(data, bus, drawTag());
  const heads = new KnownHeads(data);
  return {
    stats: sequencer.stats,
    get: (id) => new StoredAccount(id, data, heads, sequencer),
    writeAll: (ids, fn, writeOptions) => writeAll(sequencer, ids, fn, writeOptions),
    trim: (id, keepChanges, olderThan) => {
      const account = new StoredAccount(id, data, heads, sequencer);
      return trimLog(data, account, keepChanges, olderThan, async (horizon, mark) => {
        await writeOne(sequencer, id, async (writer) => {
          if (writer.head.horizon >= horizon) return;
          if (mark) await addMark(writer, mark);
          writer.changeHead({ horizon });
        });
      });
    },
    lastBefore: (id, time) => lastBefore(data, new StoredAccount(id, data, heads, sequencer), time),
    revokeAll: async (id) => {
      await revokeGiven(data, sequencer, id);
      await writeOne(sequencer, id, (writer) => deleteGrantsOfOwner(writer));
    },
    renew: async (id) => {
      await writeOne(sequencer, id, (writer) => {
        const change = writer.head.change + EPOCH_JUMP;
        writer.changeHead({ epoch: writer.head.epoch + 1, change, horizon: change });
      });
    },
    deleteAccount: async (id, links) => {
      await revokeGiven(data, sequencer, id);
      await writeOne(sequencer, id, async (writer) => {
        await deleteGrantsOfOwner(writer);
        writer.changeHead({ closed: true });
      }).catch((error: unknown) => {
        // Closed by a run that was interrupted: go on where it stopped.
        if (!(error instanceof NotFound)) throw error;
      });
      await deleteData(data, id, links);
    },
    close: () => {
      sequencer.close();
    },
  };
}

class StoredAccount implements Account {
  readonly id: AccountId;
  readonly #data: DataStore;
  readonly #heads: KnownHeads;
  readonly #sequencer: Sequencer;

  constructor(id: AccountId, data: DataStore, heads: KnownHeads, sequencer: Sequencer) {
    this.id = id;
    this.#data = data;
    this.#heads = heads;
    this.#sequencer = sequencer;
  }

  async head(): Promise<Head> {
    return (await this.#heads.read(this.id)).stored.head;
  }

  async read<T>(fn: (reader: AccountReader) => Promise<T>): Promise<T> {
    const { id } = this;
    const data = this.#data;
    const key = keys.headKey(id);
    let { stamp, stored: before } = await this.#heads.read(id);
    for (let left = MAX_READS; left > 0; left--) {
      const reader: AccountReader = {
        id,
        head: before.head,
        get: (rowKey) => data.get(rowKey),
        getMany: (rowKeys) => data.getMany(rowKeys),
        scan: (range, scanOptions) => data.scan(range, scanOptions),
      };
      const outcome = await attempt(() => fn(reader));
      const isStill = stamp !== undefined && data.stamp?.(key) === stamp;
      stamp = data.stamp?.(key);
      const bytes = isStill ? before.bytes : await data.get(key);
      if (isStill || sameBytes(bytes, before.bytes)) {
        if ('error' in outcome) throw outcome.error;
        return outcome.result;
      }
      before = storedHead(bytes);
    }
    return data.snapshot(async (view) => {
      const { head } = storedHead(await view.get(key));
      return fn({
        id,
        head,
        get: (rowKey) => view.get(rowKey),
        getMany: (rowKeys) => view.getMany(rowKeys),
        scan: (range, scanOptions) => view.scan(range, scanOptions),
      });
    });
  }

  write<T>(fn: (writer: AccountWriter) => Promise<T> | T, options?: WriteOptions): Promise<Written<T>> {
    return writeOne(this.#sequencer, this.id, fn, options);
  }

  async log(since: ChangeId, limit: number): Promise<LogRecord[] | undefined> {
    const records = await readLog(this.#data, this.id, since, limit);
    if (!records || records.length > 0) return records;
    const { change, horizon } = await this.head();
    // Nothing after the last change, or nothing left of what was there.
    return since === change || (since < change && since >= horizon) ? [] : undefined;
  }

  async changes(type: DataType, since: StatePosition, limit: number): Promise<Changes | undefined> {
    return readChanges(this.#data, this.id, await this.head(), type, since, limit);
  }
}

/** What others gave to an account. */
async function revokeGiven(data: DataStore, sequencer: Sequencer, id: AccountId): Promise<void> {
  for (const { owner, type, container } of await sharedWith(data, id))
    await writeOne(sequencer, owner, (writer) => setGrant(writer, type, container, id, 0));
}

async function writeOne<T>(
  sequencer: Sequencer,
  id: AccountId,
  fn: (writer: StagedWriter) => Promise<T> | T,
  options: WriteOptions = {},
): Promise<Written<T>> {
  const [outcome] = await sequencer.submit({ ids: [id], fn, origin: options.origin ?? '' });
  const written = outcome as WriteOutcome<T>;
  if ('error' in written) throw written.error;
  return written;
}

async function writeAll<T>(
  sequencer: Sequencer,
  ids: readonly AccountId[],
  fn: (writer: AccountWriter) => Promise<T> | T,
  options: WriteAllOptions<T> = {},
): Promise<WriteOutcome<T>[]> {
  if (ids.length > MAX_ACCOUNTS) throw new RangeError(`at most ${MAX_ACCOUNTS} accounts share a commit`);
  if (new Set(ids).size < ids.length) throw new RangeError('an account is named twice');
  return sequencer.submit({ ids, fn, origin: options.origin ?? '', beside: options.beside });
}

type Result<T> = { readonly result: T } | { readonly error: unknown };

async function attempt<T>(fn: () => Promise<T>): Promise<Result<T>> {
  try {
    return { result: await fn() };
  } catch (error) {
    return { error };
  }
}

/** 52 random bits, to be counted up from: two runs of the program never meet in practice. */
function drawTag(): number {
  const bytes = randomBytes(8);
  bytes[0] = 0;
  bytes[1] = (bytes[1] as number) & 0x0f;
  return readU53(bytes, 0);
}
