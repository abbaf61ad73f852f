// Text search of e-mail from any thread: calls to the search thread, where the indexer lives.
import type { AccountId, DocumentId } from '../../account/index.ts';
import type { EmbeddedStores, OwnedSearch, SearchClient } from '../../store/index.ts';
import type { MailSearchSettings } from './search.ts';
import type { MailGuestData } from './thread.ts';
import type { MailSearch, Snippet } from './types.ts';

/** Name of the mail floor's guest in the search thread. */
const GUEST = 'mail';
/** Milliseconds for which wakes are gathered: the indexer waits longer than that anyway. */
const GATHER_MS = 100;

/**
 * Starts the indexer in the search thread, once in the process; `attachMailSearch` gives text search then, also for
 * this thread. The search store has to be closed before the data store is.
 * @param search opened with `EMAIL_INDEX`
 * @param settings read at each start of the search thread, and when the returned function is called
 */
export async function loadMailSearch(
  search: OwnedSearch,
  stores: EmbeddedStores,
  settings: () => MailSearchSettings,
): Promise<() => Promise<void>> {
  await search.load(GUEST, new URL('./thread.ts', import.meta.url), () => {
    const { handle, transfer } = stores.share();
    const data: MailGuestData = { stores: handle, settings: settings() };
    return { data, transfer };
  });
  return async () => void (await search.ask(GUEST, 'configure', [settings()]));
}

/** Text search through the search thread, once `loadMailSearch` has run there. Closing it closes nothing else. */
export function attachMailSearch(search: SearchClient): MailSearch {
  let woken = new Set<AccountId>();
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (woken.size > 0) search.tell(GUEST, 'wake', [[...woken]]);
    woken = new Set();
  };
  return {
    wake(account) {
      woken.add(account);
      timer ??= setTimeout(send, GATHER_MS).unref();
    },
    search: async (account, query) =>
      (await search.ask(GUEST, 'search', [account, query])) as readonly DocumentId[],
    candidates: async (account, query) =>
      (await search.ask(GUEST, 'candidates', [account, query])) as readonly DocumentId[] | undefined,
    snippets: async (account, ids, queries) =>
      (await search.ask(GUEST, 'snippets', [account, ids, queries])) as readonly (Snippet | undefined)[],
    reindex: async (account) => void (await search.ask(GUEST, 'reindex', [account])),
    removeAccount: (account) => search.removeAccount(account),
    close: async () => send(),
  };
}
