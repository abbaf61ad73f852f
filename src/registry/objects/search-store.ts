// Where the full-text index is kept.
import { singleton } from '../schema/index.ts';
import { SearchStoreShape } from './parts/search-stores.ts';

export const SearchStore = singleton({
  name: 'SearchStore',
  description: 'Where the full-text index is kept',
  shape: SearchStoreShape,
  awaits: 'scale-out stores',
});
