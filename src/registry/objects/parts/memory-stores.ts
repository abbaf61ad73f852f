// Places where short-lived keys can be kept.
import {
  boolean,
  choice,
  duration,
  list,
  nested,
  set,
  string,
  struct,
  union,
  unsigned,
  uri,
} from '../../schema/index.ts';
import { SecretKeyOptional } from './secret-values.ts';

const poolFields = {
  poolMaxConnections: unsigned(
    'Most connections kept open at one time; raise it when requests wait for a free one',
    { min: 1, max: 8192 },
  ).default(10),
  poolTimeoutCreate: duration('Longest wait for a new connection').nullable().default(30_000),
  poolTimeoutRecycle: duration('Longest wait for the check of an idle connection before it is used again')
    .nullable()
    .default(30_000),
  poolTimeoutWait: duration('Longest wait for a free connection').nullable().default(30_000),
  timeout: duration('Longest wait for an answer').default(10_000),
};

const clusterFields = {
  authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
  authUsername: string('Name of the account on the other side').nullable().default('waypost'),
  protocolVersion: choice('RedisProtocol', 'Version of the protocol').default('resp2'),
};

export const RedisStore = struct('RedisStore', 'One Redis or Valkey server', {
  ...poolFields,
  url: uri('Address of the server, with password and database number where needed').default(
    'redis://127.0.0.1',
  ),
});

export const RedisClusterStore = struct('RedisClusterStore', 'A Redis or Valkey cluster', {
  ...poolFields,
  ...clusterFields,
  maxRetries: unsigned('How often a failed request is tried again', { min: 1, max: 1024 }).nullable(),
  maxRetryWait: duration('Longest wait between two attempts, in milliseconds', {
    min: 1,
    max: 1024,
  }).nullable(),
  minRetryWait: duration('Shortest wait between two attempts, in milliseconds', {
    min: 1,
    max: 1024,
  }).nullable(),
  readFromReplicas: boolean('Let replicas answer reads').default(true),
  urls: set(uri(), 'Addresses of some members').default(['redis://127.0.0.1']),
});

export const RedisSentinelStore = struct(
  'RedisSentinelStore',
  'A group of Redis servers watched by sentinels',
  {
    ...poolFields,
    ...clusterFields,
    sentinelSecret: nested(SecretKeyOptional, 'Password of the sentinels'),
    sentinelUsername: string('Name at the sentinels').nullable(),
    serviceName: string('Name of the watched group').default('mymaster'),
    urls: set(uri(), 'Addresses of the sentinels').default(['redis://127.0.0.1:26379']),
  },
);

export const InMemoryStoreBase = union('InMemoryStoreBase', 'A place for short-lived keys', {
  Redis: RedisStore,
  RedisCluster: RedisClusterStore,
  RedisSentinel: RedisSentinelStore,
});

export const ShardedInMemoryStore = struct('ShardedInMemoryStore', 'Several places that share the keys', {
  stores: list(InMemoryStoreBase, 'The places', { minItems: 2 }),
});

export const InMemoryStoreShape = union('InMemoryStore', 'Place for short-lived keys', {
  Default: null,
  Sharded: ShardedInMemoryStore,
  Redis: RedisStore,
  RedisCluster: RedisClusterStore,
  RedisSentinel: RedisSentinelStore,
});
