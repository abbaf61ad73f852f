// The mail floor's part of the search thread: reads messages through its own connection to the data store, keeps the
// index up to date and answers queries.
import type { AccountId, DocumentId } from '../../account/index.ts';
import {
  attachEmbedded,
  type EmbeddedHandle,
  type Guest,
  SearchRefused,
  type SearchStore,
} from '../../store/index.ts';
import { readColdsFrom } from './colds.ts';
import { createMailSearch, type MailSearchSettings } from './search.ts';
import type { SearchQuery } from '../types.ts';

/** What `loadMailSearch` sends. */
export interface MailGuestData {
  readonly stores: EmbeddedHandle;
  readonly settings: MailSearchSettings;
}

export async function startGuest(search: SearchStore, guestData: unknown): Promise<Guest> {
  const { stores, settings } = guestData as MailGuestData;
  const opened = await attachEmbedded(stores);
  const { data, blobs } = opened;
  const mail = await createMailSearch({ data, blobs, search, readColds: readColdsFrom(data), settings });
  return {
    async answer(method, args) {
      switch (method) {
        case 'wake':
          for (const account of args[0] as AccountId[]) mail.wake(account);
          return undefined;
        case 'search':
          return mail.search(args[0] as AccountId, args[1] as SearchQuery);
        case 'candidates':
          return mail.candidates(args[0] as AccountId, args[1] as SearchQuery);
        case 'snippets':
          return mail.snippets(args[0] as AccountId, args[1] as DocumentId[], args[2] as SearchQuery[]);
        case 'configure':
          return mail.configure(args[0] as MailSearchSettings);
        case 'reindex':
          return mail.reindex(args[0] as AccountId);
        default:
          throw new SearchRefused(`mail search has no call ${method}`);
      }
    },
    async close() {
      await mail.close();
      await opened.close();
    },
  };
}
