// Places where blobs can be kept.
import { boolean, duration, list, nested, string, struct, union, unsigned, uri } from '../../schema/index.ts';
import { PublicStringOptional, SecretKeyOptional } from './secret-values.ts';
import { FoundationDbStore, MySqlStore, PostgreSqlStore } from './sql-stores.ts';

export const S3StoreCustomRegion = struct('S3StoreCustomRegion', 'An endpoint of your own', {
  customEndpoint: uri('Address of the service'),
  customRegion: string('Name of the region'),
});

export const S3StoreRegion = union('S3StoreRegion', 'Region of the bucket', {
  UsEast1: null,
  UsEast2: null,
  UsWest1: null,
  UsWest2: null,
  CaCentral1: null,
  AfSouth1: null,
  ApEast1: null,
  ApSouth1: null,
  ApNortheast1: null,
  ApNortheast2: null,
  ApNortheast3: null,
  ApSoutheast1: null,
  ApSoutheast2: null,
  CnNorth1: null,
  CnNorthwest1: null,
  EuNorth1: null,
  EuCentral1: null,
  EuCentral2: null,
  EuWest1: null,
  EuWest2: null,
  EuWest3: null,
  IlCentral1: null,
  MeSouth1: null,
  SaEast1: null,
  DoNyc3: null,
  DoAms3: null,
  DoSgp1: null,
  DoFra1: null,
  Yandex: null,
  WaUsEast1: null,
  WaUsEast2: null,
  WaUsCentral1: null,
  WaUsWest1: null,
  WaCaCentral1: null,
  WaEuCentral1: null,
  WaEuCentral2: null,
  WaEuWest1: null,
  WaEuWest2: null,
  WaApNortheast1: null,
  WaApNortheast2: null,
  WaApSoutheast1: null,
  WaApSoutheast2: null,
  Custom: S3StoreCustomRegion,
});

export const S3Store = struct('S3Store', 'A bucket of S3 or of a service that speaks its protocol', {
  accessKey: nested(
    PublicStringOptional,
    'Key that identifies the caller; absent to take it from the profile',
  ),
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  bucket: string('Name of the bucket'),
  keyPrefix: string('Text put before every key, to share a bucket or container with others').nullable(),
  maxRetries: unsigned('How often a failed request is tried again', { min: 1, max: 10 }).default(3),
  profile: string('Profile of the local credentials file').nullable(),
  region: nested(S3StoreRegion, 'Region, or an endpoint of your own'),
  secretKey: nested(SecretKeyOptional, 'Secret that belongs to the access key'),
  securityToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
  sessionToken: nested(SecretKeyOptional, 'Token of a temporary session, when one is used'),
  timeout: duration('Longest wait for an answer').default(30_000),
  verifyAfterWrite: boolean('Ask for each stored object before it counts as stored').default(true),
});

export const AzureStore = struct('AzureStore', 'A container of Azure Blob Storage', {
  accessKey: nested(SecretKeyOptional, 'Key of the storage account'),
  container: string('Name of the container'),
  keyPrefix: string('Text put before every key, to share a bucket or container with others').nullable(),
  maxRetries: unsigned('How often a failed request is tried again', { min: 1, max: 10 }).default(3),
  sasToken: nested(SecretKeyOptional, 'Shared access signature, instead of the key'),
  storageAccount: string('Name of the storage account'),
  timeout: duration('Longest wait for an answer').default(30_000),
});

export const FileSystemStore = struct('FileSystemStore', 'A folder', {
  depth: unsigned('Levels of folders that the files are spread over', { max: 5 }).default(2),
  path: string('Path of the folder'),
});

export const BlobStoreBase = union(
  'BlobStoreBase',
  'A place for blobs',
  {
    S3: S3Store,
    Azure: AzureStore,
    FileSystem: FileSystemStore,
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

export const ShardedBlobStore = struct('ShardedBlobStore', 'Several places that share the blobs', {
  stores: list(BlobStoreBase, 'The places; changing their number or order loses track of what is stored', {
    minItems: 2,
  }),
});

export const BlobStoreShape = union(
  'BlobStore',
  'Place for blobs',
  {
    Default: null,
    Sharded: ShardedBlobStore,
    S3: S3Store,
    Azure: AzureStore,
    FileSystem: FileSystemStore,
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
