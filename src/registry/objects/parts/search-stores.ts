// Places where the full-text index can be kept.
import { boolean, duration, map, nested, string, struct, union, unsigned, uri } from '../../schema/index.ts';
import { HttpAuth } from './http-auth.ts';
import { FoundationDbStore, MySqlStore, PostgreSqlStore } from './sql-stores.ts';

export const ElasticSearchStore = struct('ElasticSearchStore', 'OpenSearch or Elasticsearch', {
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
  httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
  includeSource: boolean('Keep the indexed text beside the index; takes more room'),
  numReplicas: unsigned('Copies of each shard', { max: 2048 }).default(0),
  numShards: unsigned('Shards of a new index', { min: 1, max: 1_048_576 }).default(3),
  timeout: duration('Longest wait for an answer').default(30_000),
  url: uri('Address of the service'),
});

export const MeilisearchStore = struct('MeilisearchStore', 'Meilisearch', {
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  failOnTimeout: boolean('Treat a write that is not confirmed in time as failed').default(true),
  httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
  httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
  maxRetries: unsigned('How often the service is asked whether a write is done', {
    min: 1,
    max: 1024,
  }).default(120),
  pollInterval: duration('Time between two such questions').default(500),
  timeout: duration('Longest wait for an answer').default(30_000),
  url: uri('Address of the service'),
});

export const SearchStoreShape = union(
  'SearchStore',
  'Place for the full-text index',
  {
    Default: null,
    ElasticSearch: ElasticSearchStore,
    Meilisearch: MeilisearchStore,
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
);
