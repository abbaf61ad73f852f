// Opens the mail floor over the stores.
import {
  type AccountId,
  type Accounts,
  DataType,
  type DocumentId,
  type DocumentLinks,
} from '../account/index.ts';
import { cacheOf, LimitExceeded } from '../base/index.ts';
import { type DataStore, keys } from '../store/index.ts';
import { mailAccount, readCold } from './account.ts';
import { ColumnCache } from './columns/cache.ts';
import { SnapshotStore } from './columns/snapshot-store.ts';
import { deliver } from './deliver.ts';
import { mailMaintenance } from './maintenance.ts';
import type { MailSearch } from './search/index.ts';
import { effectiveLimits, Room } from './store-message.ts';
import { decodeSubmission } from './submission/record.ts';
import type { Mail, MailAccount, MailLimits, MailSettings } from './types.ts';

export interface MailOptions {
  readonly accounts: Accounts;
  readonly data: DataStore;
  readonly settings: () => MailSettings;
  /** Limits of an account's own. Throws NotFound for an account that is no more. */
  readonly limitsOf: (account: AccountId) => Promise<MailLimits>;
  /** Without it text cannot be searched. */
  readonly search?: MailSearch;
  /** Bytes of columns held in memory, all accounts together; default 50 MiB. */
  readonly columnBytes?: number;
}

const COLUMN_BYTES = 50 * 1024 * 1024;
/** Inboxes and accounts remembered. */
const MAX_KNOWN = 50_000;

/** One per thread, as the accounts it stands on. */
export function createMail({
  accounts,
  data,
  settings,
  limitsOf,
  search,
  columnBytes = COLUMN_BYTES,
}: MailOptions): Mail {
  const snapshots = new SnapshotStore(data);
  const columns = new ColumnCache({ data, maxBytes: columnBytes, snapshots });
  const inboxes = cacheOf<AccountId, number>(MAX_KNOWN);
  const known = cacheOf<AccountId, MailAccount>(MAX_KNOWN);
  const wake = (id: AccountId): void => search?.wake(id);
  return {
    account: (id) => {
      let account = known.get(id);
      if (!account) {
        const limits = (): Promise<MailLimits> => limitsOf(id);
        account = mailAccount({ account: accounts.get(id), data, columns, settings, limits, search });
        known.set(id, account);
      }
      return account;
    },
    deliver: (message, ids) => deliver({ accounts, settings, limitsOf, inboxes, wake }, message, ids),
    checkRoom: async (id, bytes) => {
      const { maxMessageSize } = settings();
      if (bytes > maxMessageSize) throw new LimitExceeded('maxMessageSize', maxMessageSize);
      const [limits, head] = await Promise.all([limitsOf(id), accounts.get(id).head()]);
      new Room(head, effectiveLimits(limits, settings())).take(bytes);
    },
    limits: async (id) => effectiveLimits(await limitsOf(id), settings()),
    maintain: (id) => {
      const account = accounts.get(id);
      return mailMaintenance({
        account,
        settings,
        limits: () => limitsOf(id),
        view: () => columns.view(account),
        wake: () => wake(id),
      });
    },
    memory: () => columns.memory(),
    close: async () => {
      await snapshots.close();
      columns.clear();
      known.clear();
    },
  };
}

/** The blobs that documents of an account link, for its deletion. */
export const blobLinks =
  (data: DataStore, account: AccountId): DocumentLinks =>
  async (type, ids) => {
    if (type === DataType.Email) {
      const records = await readCold(data, account, ids);
      return ids.flatMap((id, i) => hashOf(id, records[i]?.hash));
    }
    if (type !== DataType.EmailSubmission) return [];
    const rows = await data.getMany(ids.map((id) => keys.documentKey(account, type, id)));
    return ids.flatMap((id, i) => hashOf(id, rows[i] && decodeSubmission(rows[i]).hash));
  };

const hashOf = (id: DocumentId, hash: Uint8Array | undefined) => (hash ? [{ id, hash }] : []);
