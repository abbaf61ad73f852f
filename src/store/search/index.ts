// The search store: words of documents by account.
export {
  attachSearch,
  openSearch,
  type OwnedSearch,
  type SearchClient,
  type SearchHandle,
  type SearchOptions,
} from './client.ts';
export { SearchRefused, SearchUnavailable } from './errors.ts';
export type { Guest, GuestModule } from './guest.ts';
export { openMemorySearch } from './local.ts';
export type {
  SearchChange,
  SearchIndex,
  SearchRequest,
  SearchStats,
  SearchStore,
} from './types.ts';
