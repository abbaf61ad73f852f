// Databases, embedded and remote, that stores and lookups can use.
import {
  boolean,
  choice,
  duration,
  list,
  nested,
  size,
  string,
  struct,
  union,
  unsigned,
} from '../../schema/index.ts';
import { SecretKeyOptional } from './secret-values.ts';

export const FoundationDbStore = struct('FoundationDbStore', 'FoundationDB; not supported', {
  clusterFile: string('Path of the cluster file').nullable(),
  datacenterId: string('Data centre of this process').nullable(),
  machineId: string('Machine of this process').nullable(),
  transactionRetryDelay: duration('Longest wait between two attempts').nullable(),
  transactionRetryLimit: unsigned('Most attempts of a transaction', { min: 1, max: 1000 }).nullable(),
  transactionTimeout: duration('Longest time of a transaction').nullable(),
});

export const PostgreSqlSettings = struct('PostgreSqlSettings', 'A copy of a PostgreSQL database', {
  authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
  authUsername: string('Name of the account on the other side').nullable().default('waypost'),
  database: string('Name of the database').default('waypost'),
  host: string('Host name or address of the service'),
  options: string("Further parameters of the connection, as the database's own tools take them").nullable(),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(5432),
});

export const PostgreSqlStore = struct(
  'PostgreSqlStore',
  'PostgreSQL, or a database that speaks its protocol',
  {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
    authUsername: string('Name of the account on the other side').nullable().default('waypost'),
    database: string('Name of the database').default('waypost'),
    host: string('Host name or address of the service'),
    options: string("Further parameters of the connection, as the database's own tools take them").nullable(),
    poolMaxConnections: unsigned(
      'Most connections kept open at one time; raise it when requests wait for a free one',
      { min: 1, max: 8192 },
    )
      .nullable()
      .default(10),
    poolRecyclingMethod: choice(
      'PostgreSqlRecyclingMethod',
      'How thoroughly an idle connection is checked before it is used again',
    ).default('fast'),
    port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(5432),
    readReplicas: list(
      PostgreSqlSettings,
      'Copies of the database that answer reads; writes always go to the main host',
    ),
    timeout: duration('Longest wait for an answer').nullable().default(15_000),
    useTls: boolean('Encrypt the connection with TLS'),
  },
);

export const MySqlSettings = struct('MySqlSettings', 'A copy of a MySQL database', {
  authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
  authUsername: string('Name of the account on the other side').nullable().default('waypost'),
  database: string('Name of the database').default('waypost'),
  host: string('Host name or address of the service'),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(3306),
});

export const MySqlStore = struct('MySqlStore', 'MySQL or MariaDB', {
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  authSecret: nested(SecretKeyOptional, 'Password of the account on the other side'),
  authUsername: string('Name of the account on the other side').nullable().default('waypost'),
  database: string('Name of the database').default('waypost'),
  host: string('Host name or address of the service'),
  maxAllowedPacket: unsigned('Largest packet in bytes; not above what the database allows', {
    min: 1024,
    max: 1_073_741_824,
  }).nullable(),
  poolMaxConnections: unsigned(
    'Most connections kept open at one time; raise it when requests wait for a free one',
    { min: 1, max: 8192 },
  )
    .nullable()
    .default(10),
  poolMinConnections: unsigned('Connections kept open even when idle', { min: 1, max: 8192 })
    .nullable()
    .default(5),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(3306),
  readReplicas: list(
    MySqlSettings,
    'Copies of the database that answer reads; writes always go to the main host',
  ),
  timeout: duration('Longest wait for an answer').nullable().default(15_000),
  useTls: boolean('Encrypt the connection with TLS'),
});

export const RocksDbStore = struct('RocksDbStore', 'The embedded store; the same as Sqlite', {
  blobSize: size('Kept for other clients; blobs above the inline limit are files', {
    min: 1024,
    max: 1_048_576,
  }).default(16_834),
  bufferSize: size('Kept for other clients', { min: 8_388_608, max: 4_294_967_296 }).default(134_217_728),
  cacheSize: size('Bytes of the page cache', { min: 8_388_608, max: 17_179_869_184 }).default(134_217_728),
  path: string('Path of the data folder'),
  poolWorkers: unsigned('Threads that work for the store; absent for one per processor', {
    min: 1,
    max: 64,
  }).nullable(),
});

export const SqliteStore = struct('SqliteStore', 'The embedded store', {
  path: string('Path of the data folder or of the database file'),
  poolMaxConnections: unsigned('Most readers at one time', { min: 1, max: 8192 }).default(10),
  poolWorkers: unsigned('Threads that work for the store; absent for one per processor', {
    min: 1,
    max: 64,
  }).nullable(),
});

export const DataStoreShape = union(
  'DataStore',
  'Place for records',
  {
    RocksDb: RocksDbStore,
    Sqlite: SqliteStore,
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
