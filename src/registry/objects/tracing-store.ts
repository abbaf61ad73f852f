// Where the history of deliveries is kept.
import { singleton, union } from '../schema/index.ts';
import { FoundationDbStore, MySqlStore, PostgreSqlStore } from './parts/sql-stores.ts';

export const TracingStore = singleton({
  name: 'TracingStore',
  description: 'Where the history of deliveries is kept',
  shape: union(
    'TracingStore',
    'Place for traces',
    {
      Disabled: null,
      Default: null,
      FoundationDb: FoundationDbStore,
      PostgreSql: PostgreSqlStore,
      MySql: MySqlStore,
    },
    {
      refused: {
        FoundationDb:
          'FoundationDB is not supported: use PostgreSql, or CockroachDB and YugabyteDB through it.',
      },
    },
  ),
  awaits: 'telemetry',
});
