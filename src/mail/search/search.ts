// Text search of e-mail in the thread that owns the index.
import type { AccountId, DocumentId } from '../../account/index.ts';
import { isDeepStrictEqual } from 'node:util';
import { emit, Unsupported } from '../../base/index.ts';
import {
  INCOMPLETE,
  type LanguageSettings,
  loadLanguages,
  parseQuery,
  substringTerms,
} from '../../formats/search/index.ts';
import type { BlobStore, DataStore, SearchStore } from '../../store/index.ts';
import type { SearchQuery } from '../types.ts';
import { EMAIL_INDEX, indexedFields } from './document.ts';
import './events.ts';
import { Indexer, type IndexerSettings } from './indexer.ts';
import { snippetsOf } from './snippets.ts';
import { FIELDS_OF, type SearchTexts } from './texts.ts';
import type { MailSearch, ReadColds } from './types.ts';

/** What the `Search` object says of e-mail. */
export interface MailSearchSettings extends LanguageSettings {
  /** Languages of the index; empty for all. */
  readonly supported: readonly string[];
  /** Whether new e-mails are indexed and text can be searched. */
  readonly isOn: boolean;
  /** Fields of e-mails whose words are indexed, among others that are no text; empty for all. */
  readonly fields: readonly string[];
  /** E-mails that are indexed at a time. */
  readonly batchSize: number;
  /** Milliseconds from a commit to the background pass that indexes it. */
  readonly delayMs: number;
}

/** Defaults of the `Search` object. */
export const SEARCH_DEFAULTS: MailSearchSettings = {
  supported: ['en_US'],
  fallback: 'en_US',
  isOn: true,
  fields: [],
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

/** Text search whose settings can change. */
export interface LocalMailSearch extends MailSearch {
  /** What was indexed by earlier settings stays so until it is indexed anew. `delayMs` does not change. */
  configure(settings: MailSearchSettings): Promise<void>;
}

/** E-mails that are indexed at a time at most, whatever the settings say. */
const MOST_AT_A_TIME = 1000;

const indexerSettings = async (settings: MailSearchSettings): Promise<IndexerSettings> => ({
  isOn: settings.isOn,
  languages: await loadLanguages(settings),
  fields: indexedFields(settings.fields),
  batchSize: Math.min(settings.batchSize, MOST_AT_A_TIME),
});

/** Starts indexing what waits, and answers queries. All of it runs in this thread. */
export async function createMailSearch(options: MailSearchOptions): Promise<LocalMailSearch> {
  const { data, blobs, search, readColds } = options;
  let stored = options.settings;
  let settings = await indexerSettings(stored);
  const { delayMs } = stored;
  const indexer = new Indexer({ data, blobs, search, readColds, settings, delayMs });
  await indexer.start();
  /** The fields of a query that are indexed. */
  const fieldsOf = (field: SearchQuery['field']): (keyof SearchTexts)[] =>
    settings.isOn ? FIELDS_OF[field].filter((name) => settings.fields.has(name)) : [];
  return {
    async configure(changed) {
      if (isDeepStrictEqual(changed, stored)) return;
      const before = stored;
      stored = changed;
      const next = await indexerSettings(changed);
      // Another change may have come while languages were loaded.
      if (stored !== changed) return;
      settings = next;
      indexer.configure(settings);
      const { documents } = await search.stats(EMAIL_INDEX.name);
      if (documents > 0 && changesWords(before, changed))
        emit('search.reindex-advised', { documents }, 'warn');
    },
    wake: (account) => indexer.wake(account),
    snippets: (account, ids, queries) =>
      snippetsOf({ blobs, readColds, languages: settings.languages }, account, ids, queries),
    reindex: (account) => indexer.reindex(account),
    removeAccount: (account) => search.removeAccount(account),
    close: () => indexer.close(),
    async search(account, { field, value }) {
      const fields = fieldsOf(field);
      if (fields.length === 0) throw new Unsupported(`search for ${field} by the settings of this server`);
      const terms = parseQuery(value, settings.languages);
      if (terms.length === 0) return [];
      await indexer.catchUp(account);
      const found = await search.query(EMAIL_INDEX.name, { account, fields, terms });
      return Array.from(found ?? []);
    },
    async candidates(account, query) {
      const terms = substringTerms(query.value);
      // `text` is the whole header too, of which the index has a few fields only.
      if (terms.length === 0 || query.field === 'text' || fieldsOf(query.field).length === 0)
        return undefined;
      const parked = await indexer.catchUp(account);
      return candidates(search, account, query, terms, parked);
    },
  };
}

/** Whether documents that are in the index would have other words by now. */
const changesWords = (before: MailSearchSettings, after: MailSearchSettings): boolean =>
  before.fallback !== after.fallback ||
  !isDeepStrictEqual(new Set(before.supported), new Set(after.supported)) ||
  !isDeepStrictEqual(indexedFields(before.fields), indexedFields(after.fields));

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
