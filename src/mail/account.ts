// The mail of one account: each operation in a file of its own, put together here.
import { type Account, DataType, type DocumentId } from '../account/index.ts';
import { Unavailable } from '../base/index.ts';
import { type DataStore, keys } from '../store/index.ts';
import { append, appendAll } from './append.ts';
import type { ColumnCache } from './columns/cache.ts';
import { editAccount, type MailContext } from './context.ts';
import { ensureDefaults } from './default-folders.ts';
import { storeFlags } from './flags.ts';
import { createMailbox, destroyMailbox, updateMailboxes } from './mailboxes.ts';
import { decodeCold } from './records/cold.ts';
import { destroyEmails, expunge } from './remove.ts';
import type { MailSearch } from './search/index.ts';
import { copy, move } from './transfer.ts';
import type { ColdRecord, MailAccount, MailLimits, MailSettings, MailView, SearchQuery } from './types.ts';
import { updateEmails } from './update.ts';
import { recentFrom, vanished } from './vanished.ts';

export interface AccountOptions {
  readonly account: Account;
  readonly data: DataStore;
  readonly columns: ColumnCache;
  readonly settings: () => MailSettings;
  readonly limits: () => Promise<MailLimits>;
  readonly search: MailSearch | undefined;
}

export function mailAccount({
  account,
  data,
  columns,
  settings,
  limits,
  search,
}: AccountOptions): MailAccount {
  const view = async (): Promise<MailView> => {
    const now = await columns.view(account);
    if (now.mailboxes.size > 0) return now;
    await editAccount(context, undefined, async (edit) => ensureDefaults(edit, settings()));
    return columns.view(account);
  };
  const wake = (): void => search?.wake(account.id);
  const context: MailContext = { account, settings, limits, view, wake };
  return {
    account,
    view,
    createMailbox: (input, options) => createMailbox(context, input, options),
    updateMailbox: (id, update, options) => updateMailboxes(context, new Map([[id, update]]), options),
    updateMailboxes: (updates, options) => updateMailboxes(context, updates, options),
    destroyMailbox: (id, options) => destroyMailbox(context, id, options),
    append: (messages, options) => append(context, messages, options),
    appendAll: (messages, options) => appendAll(context, messages, options),
    updateEmails: (changes, options) => updateEmails(context, changes, options),
    destroyEmails: (ids, options) => destroyEmails(context, ids, options),
    storeFlags: (mailbox, uids, change, options) => storeFlags(context, mailbox, uids, change, options),
    copy: (mailbox, uids, target, options) => copy(context, mailbox, uids, target, options),
    move: (mailbox, uids, target, options) => move(context, mailbox, uids, target, options),
    expunge: (mailbox, uids, options) => expunge(context, mailbox, uids, options),
    vanished: (mailbox, since) => vanished(account, mailbox, since),
    recentFrom: (mailbox, options) => recentFrom(data, account, mailbox, options),
    cold: (ids) => readCold(data, account.id, ids),
    search: async (query) => textSearch(search).search(account.id, query),
    searchCandidates: (query: SearchQuery) =>
      search ? search.candidates(account.id, query) : Promise.resolve(undefined),
  };
}

/** Cold records of e-mails in the order asked. */
export async function readCold(
  data: DataStore,
  account: number,
  ids: readonly DocumentId[],
): Promise<(ColdRecord | undefined)[]> {
  if (ids.length === 0) return [];
  const rows = await data.getMany(ids.map((id) => keys.coldKey(account, DataType.Email, id)));
  return rows.map((row) => row && decodeCold(row));
}

function textSearch(search: MailSearch | undefined): MailSearch {
  if (!search) throw new Unavailable('text search');
  return search;
}
