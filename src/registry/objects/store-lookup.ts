// A store that expressions and scripts can look things up in.
import { exact, nested, object, string, struct, union } from '../schema/index.ts';
import {
  RedisClusterStore,
  RedisSentinelStore,
  RedisStore,
  ShardedInMemoryStore,
} from './parts/memory-stores.ts';
import { MySqlStore, PostgreSqlStore, SqliteStore } from './parts/sql-stores.ts';

const LookupStore = union('LookupStore', 'Store that answers lookups', {
  PostgreSql: PostgreSqlStore,
  MySql: MySqlStore,
  Sqlite: SqliteStore,
  Sharded: ShardedInMemoryStore,
  Redis: RedisStore,
  RedisCluster: RedisClusterStore,
  RedisSentinel: RedisSentinelStore,
});

export const StoreLookup = object({
  name: 'StoreLookup',
  description: 'A store that expressions and scripts can look things up in',
  label: 'namespace',
  columns: ['namespace'],
  shape: struct('StoreLookup', 'A lookup store', {
    namespace: string('Name under which expressions and scripts find the entries').immutable(),
    store: nested(LookupStore, 'The store'),
  }),
  unique: [{ space: 'lookup', keys: (value) => [{ key: value.namespace, property: 'namespace' }] }],
  filters: {
    namespace: exact('namespace'),
  },
  awaits: 'lookups in expressions',
});
