// Where all records are kept; set in the configuration file and shown here.
import { singleton } from '../schema/index.ts';
import { DataStoreShape } from './parts/sql-stores.ts';

export const DataStore = singleton({
  name: 'DataStore',
  description: 'Where all records are kept; set in the configuration file and shown here',
  shape: DataStoreShape,
  source: 'data-store',
  awaits: 'scale-out stores',
});
