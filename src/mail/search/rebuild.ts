// Makes the index anew: every e-mail gets a task row again. The rows are durable, so the work is never lost halfway.
import { type AccountId, DataType } from '../../account/index.ts';
import { now, readU32 } from '../../base/index.ts';
import { type DataStore, keys } from '../../store/index.ts';
import { encodeSearchTask } from './task.ts';

/** Task rows in one commit. */
const STEP = 1000;

/** Accounts that have a row in a subspace whose keys go on with the account. */
export async function* accountsIn(data: DataStore, subspace: keys.Subspace): AsyncGenerator<AccountId> {
  const all = keys.prefixRange(Uint8Array.of(subspace));
  for (let account = 0; account <= 0xffffffff; account++) {
    const from = keys.otherKey(subspace, keys.u32Part(account));
    const { keys: found } = await data.scan({ from, to: all.to }, { limit: 1, keysOnly: true });
    const [key] = found;
    if (key === undefined) return;
    account = readU32(key, 1);
    yield account;
  }
}

/** Gives every e-mail of an account a task, in place of one that it may have. */
export async function enqueueAccount(data: DataStore, account: AccountId): Promise<void> {
  const task = encodeSearchTask({ operation: 'index', since: now() });
  const range = keys.coldRange(account, DataType.Email);
  for (let after: Uint8Array | undefined; ; ) {
    const page = await data.scan(range, {
      limit: STEP,
      keysOnly: true,
      ...(after === undefined ? {} : { after }),
    });
    const batch = data.newBatch();
    // A task of an e-mail that is destroyed meanwhile finds nothing, and removes it from the index.
    for (const key of page.keys) batch.set(keys.searchTaskKey(account, readU32(key, 6)), task);
    if (page.keys.length > 0) await data.commit(batch);
    after = page.next;
    if (after === undefined) return;
  }
}

/** The rebuilding of a whole index: accounts one after the other, or before their turn when they are asked for. */
export class Rebuild {
  readonly #data: DataStore;
  readonly #accounts = new Map<AccountId, Promise<void>>();

  constructor(data: DataStore) {
    this.#data = data;
  }

  /** Resolves when the account's e-mails have tasks. */
  enqueue(account: AccountId): Promise<void> {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const done = enqueueAccount(this.#data, account);
    this.#accounts.set(account, done);
    done.catch(() => this.#accounts.delete(account));
    return done;
  }

  /** Returns the accounts when the e-mails of all have tasks. */
  async enqueueAll(): Promise<Iterable<AccountId>> {
    for await (const account of accountsIn(this.#data, keys.Subspace.Cold)) await this.enqueue(account);
    return this.#accounts.keys();
  }
}
