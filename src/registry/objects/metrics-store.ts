// Where the history of measured values is kept.
import { singleton, union } from '../schema/index.ts';
import { FoundationDbStore, MySqlStore, PostgreSqlStore } from './parts/sql-stores.ts';

export const MetricsStore = singleton({
  name: 'MetricsStore',
  description: 'Where the history of measured values is kept',
  shape: union(
    'MetricsStore',
    'Place for measured values',
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
