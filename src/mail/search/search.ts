// Text search of e-mail in the thread that owns the index.
import type { AccountId, DocumentId } from '../../account/index.ts';
import {
  INCOMPLETE,
  type LanguageSettings,
  loadLanguages,
  parseQuery,
  substringTerms,
} from '../../formats/search/index.ts';
import type { BlobStore, DataStore, SearchStore } from '../../store/index.ts';
import type { SearchQuery } from '../types.ts';
import { EMAIL_INDEX } from './document.ts';
import { Indexer } from './indexer.ts';
import { snippetsOf } from './snippets.ts';
import { FIELDS_OF } from './texts.ts';
import type { MailSearch, ReadColds } from './types.ts';

export interface MailSearchSettings extends LanguageSettings {
  /** `Search.indexBatchSize`. */
  readonly batchSize: number;
  /** Milliseconds from a commit to the background pass that indexes it. */
  readonly delayMs: number;
}

/** Defaults of the `Search` object. */
export const SEARCH_DEFAULTS: MailSearchSettings = {
  supported: ['en_US'],
  fallback: 'en_US',
  batchSize: 100,
  delayMs: 1000,
};

export interface MailSearchOptions {
  readonly data: DataStore;
  readonly blobs: BlobStore;
  /** Has the index `EMAIL_INDEX`. The caller closes it, after this. */
  readonly search: SearchStore;
  readonly readColds: ReadColds;
  readonly settings: MailSearchSettings;
}

/** Starts indexing what waits, and answers queries. All of it runs in this thread. */
export async function createMailSearch(options: MailSearchOptions): Promise<MailSearch> {
  const { data, blobs, search, readColds, settings } = options;
  const languages = await loadLanguages(settings);
  const { batchSize, delayMs } = settings;
  const indexer = new Indexer({ data, blobs, search, readColds, languages, batchSize, delayMs });
  await indexer.start();
  return {
    wake: (account) => indexer.wake(account),
    snippets: (account, ids, queries) => snippetsOf({ blobs, readColds, languages }, account, ids, queries),
    reindex: (account) => indexer.reindex(account),
    removeAccount: (account) => search.removeAccount(account),
    close: () => indexer.close(),
    async search(account, { field, value }) {
      const terms = parseQuery(value, languages);
      if (terms.length === 0) return [];
      await indexer.catchUp(account);
      const found = await search.query(EMAIL_INDEX.name, { account, fields: FIELDS_OF[field], terms });
      return Array.from(found ?? []);
    },
    async candidates(account, query) {
      const terms = substringTerms(query.value);
      // `text` is the whole header too, of which the index has a few fields only.
      if (terms.length === 0 || query.field === 'text') return undefined;
      const parked = await indexer.catchUp(account);
      return candidates(search, account, query, terms, parked);
    },
  };
}

async function candidates(
  search: SearchStore,
  account: AccountId,
  { field }: SearchQuery,
  terms: ReturnType<typeof substringTerms>,
  parked: readonly DocumentId[],
): Promise<readonly DocumentId[] | undefined> {
  const fields = FIELDS_OF[field];
  const found = await search.query(EMAIL_INDEX.name, { account, fields, terms });
  if (found === undefined) return undefined;
  // Texts whose end, or some word's end, is not in the index.
  const incomplete = await search.query(EMAIL_INDEX.name, {
    account,
    fields,
    terms: [{ kind: 'phrase', tokens: [INCOMPLETE], prefix: false }],
  });
  if (parked.length === 0 && (incomplete === undefined || incomplete.length === 0)) return Array.from(found);
  return [...new Set([...found, ...(incomplete ?? []), ...parked])].sort((a, b) => a - b);
}
