// How nodes tell each other what changed.
import {
  boolean,
  duration,
  nested,
  set,
  singleton,
  string,
  struct,
  text,
  union,
  unsigned,
} from '../schema/index.ts';
import { RedisClusterStore, RedisSentinelStore, RedisStore } from './parts/memory-stores.ts';
import { SecretKeyOptional, SecretTextOptional } from './parts/secret-values.ts';

const KafkaCoordinator = struct('KafkaCoordinator', 'Kafka', {
  brokers: set(string(), 'Addresses of some brokers', { minItems: 1 }),
  groupId: string('Name of the consumer group; each node adds its own number'),
  timeoutMessage: duration('Longest time to hand over a message').default(5000),
  timeoutSession: duration('Silence after which a node counts as gone').default(5000),
});

const NatsCoordinator = struct('NatsCoordinator', 'NATS', {
  addresses: set(string(), 'Addresses of some servers', { minItems: 1 }).default(['127.0.0.1:4444']),
  authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
  authUsername: string('Name of the account on the other side').nullable().default('waypost'),
  capacityClient: unsigned('Commands that may wait to be sent', { min: 1 }).default(2048),
  capacityReadBuffer: unsigned('Bytes of the read buffer', { min: 1 }).default(65_535),
  capacitySubscription: unsigned('Messages that may wait in a subscription', { min: 1 }).default(65_536),
  credentials: nested(SecretTextOptional, 'Contents of a credentials file'),
  maxReconnects: unsigned('Attempts to connect again; absent for no limit').nullable(),
  noEcho: boolean("Do not receive one's own messages").default(true),
  pingInterval: duration('Time between two signs of life').default(60_000),
  timeoutConnection: duration('Longest wait for a connection').default(5000),
  timeoutRequest: duration('Longest wait for an answer').default(10_000),
  useTls: boolean('Encrypt the connection with TLS'),
});

const ZenohCoordinator = struct('ZenohCoordinator', 'Zenoh; not supported, use Nats, Kafka or Redis', {
  config: text('Configuration of the node'),
});

export const Coordinator = singleton({
  name: 'Coordinator',
  description: 'How nodes tell each other what changed',
  shape: union(
    'Coordinator',
    'Messages between nodes',
    {
      Disabled: null,
      Default: null,
      Kafka: KafkaCoordinator,
      Nats: NatsCoordinator,
      Zenoh: ZenohCoordinator,
      Redis: RedisStore,
      RedisCluster: RedisClusterStore,
      RedisSentinel: RedisSentinelStore,
    },
    { refused: { Zenoh: 'Zenoh is not supported: use Nats, Kafka or Redis.' } },
  ),
  awaits: 'clusters',
});
