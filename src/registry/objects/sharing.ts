// How accounts share with each other.
import { boolean, singleton, struct, unsigned } from '../schema/index.ts';

export const Sharing = singleton({
  name: 'Sharing',
  description: 'How accounts share with each other',
  shape: struct('Sharing', 'Sharing', {
    allowDirectoryQueries: boolean('Let users find other accounts by name'),
    maxShares: unsigned('Most accounts that one folder, calendar or address book is shared with', {
      min: 1,
    }).default(10),
  }),
  awaits: 'sharing',
});
