// Which accounts are held in memory: those used last, up to a number of bytes (architecture.md §6).
import type { Account, AccountId } from '../../account/index.ts';
import type { ReadView } from '../../store/index.ts';
import type { MailMemory } from '../types.ts';
import { columnsBytes } from './columns.ts';
import { advance, type Moment } from './moment.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { ColumnView } from './view.ts';

/** What an account costs beside its arrays. */
const OVERHEAD = 4096;

interface Entry {
  moment: Moment | undefined;
  bytes: number;
  /** Brings the entry to the present, or did so last. */
  running: Promise<Moment> | undefined;
  /** Will do so again, for those who asked after that had begun. */
  waiting: Promise<Moment> | undefined;
}

export interface CacheOptions {
  readonly data: ReadView;
  readonly maxBytes: number;
  readonly snapshots: SnapshotStore;
}

export class ColumnCache {
  readonly #options: CacheOptions;
  /** In order of use, the latest last. */
  readonly #entries = new Map<AccountId, Entry>();
  #bytes = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** The account as it is now. */
  async view(account: Account): Promise<ColumnView> {
    const entry = this.#use(account.id);
    if (entry.moment) {
      const { columns, view } = entry.moment;
      const { change, epoch } = await account.head();
      if (change === columns.change && epoch === columns.epoch) return view;
    }
    return (await this.#advance(account, entry)).view;
  }

  #use(id: AccountId): Entry {
    const entry = this.#entries.get(id) ?? {
      moment: undefined,
      bytes: 0,
      running: undefined,
      waiting: undefined,
    };
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** One at a time; what began before the question was asked may have missed what it must show. */
  #advance(account: Account, entry: Entry): Promise<Moment> {
    entry.waiting ??= (entry.running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        entry.waiting = undefined;
        entry.running = this.#start(account, entry);
        return entry.running;
      });
    return entry.waiting;
  }

  async #start(account: Account, entry: Entry): Promise<Moment> {
    const { data, snapshots } = this.#options;
    const before = entry.moment;
    const moment = await advance(account, data, before, () => snapshots.load(account));
    if (moment !== before) {
      this.#set(account.id, entry, moment);
      snapshots.moved(account, moment.columns);
    }
    return moment;
  }

  #set(id: AccountId, entry: Entry, moment: Moment): void {
    entry.moment = moment;
    if (this.#entries.get(id) !== entry) return;
    const bytes = columnsBytes(moment.columns) + OVERHEAD;
    this.#bytes += bytes - entry.bytes;
    entry.bytes = bytes;
    for (const [other, old] of this.#entries) {
      if (this.#bytes <= this.#options.maxBytes || other === id) break;
      this.#drop(other, old);
    }
  }

  #drop(id: AccountId, { bytes }: Entry): void {
    this.#entries.delete(id);
    this.#bytes -= bytes;
  }

  memory(): MailMemory {
    let emails = 0;
    for (const { moment } of this.#entries.values()) emails += moment?.columns.count ?? 0;
    return { bytes: this.#bytes, accounts: this.#entries.size, emails };
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
