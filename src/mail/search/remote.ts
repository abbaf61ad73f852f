// Text search of e-mail from any thread: calls to the search thread, where the indexer lives.
import type { AccountId, DocumentId } from '../../account/index.ts';
import type { SearchClient } from '../../store/index.ts';
import type { MailSearch } from './types.ts';

/** Name of the mail floor's guest in the search thread. */
export const GUEST = 'mail';
/** Milliseconds for which wakes are gathered: the indexer waits longer than that anyway. */
const GATHER_MS = 100;

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
    close: async () => send(),
  };
}
