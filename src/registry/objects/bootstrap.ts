// The questions of the first start, while the server waits for its set-up.
import {
  boolean,
  domainName,
  emailAddress,
  nested,
  secret,
  singleton,
  struct,
  union,
} from '../schema/index.ts';
import { DNS_PROVIDERS } from './parts/dns-providers.ts';
import { BlobStoreShape } from './parts/blob-stores.ts';
import { LdapDirectory, OidcDirectory, SqlDirectory } from './parts/directories.ts';
import { InMemoryStoreShape } from './parts/memory-stores.ts';
import { SearchStoreShape } from './parts/search-stores.ts';
import { DataStoreShape } from './parts/sql-stores.ts';
import { TracerShape } from './parts/tracers.ts';

const DirectoryBootstrap = union('DirectoryBootstrap', 'Where accounts come from', {
  Internal: null,
  Ldap: LdapDirectory,
  Sql: SqlDirectory,
  Oidc: OidcDirectory,
});

const DnsServerBootstrap = union(
  'DnsServerBootstrap',
  'Service that publishes records, or nobody',
  {
    Manual: null,
    ...DNS_PROVIDERS,
  },
  { refused: { Deprecated1: 'This provider no longer exists.' } },
);

export const Bootstrap = singleton({
  name: 'Bootstrap',
  description: 'The questions of the first start, while the server waits for its set-up',
  shape: struct('Bootstrap', 'First start', {
    blobStore: nested(BlobStoreShape, 'Where message bodies and files are to be kept').default({
      '@type': 'Default',
    }),
    dataStore: nested(DataStoreShape, 'Where all records are to be kept; it has to be empty').default({
      '@type': 'Sqlite',
      path: './data',
      poolMaxConnections: 10,
      poolWorkers: null,
    }),
    defaultDomain: domainName('First mail domain'),
    directory: nested(DirectoryBootstrap, 'Where accounts come from').default({ '@type': 'Internal' }),
    dnsServer: nested(DnsServerBootstrap, "Service that publishes the domain's records").default({
      '@type': 'Manual',
    }),
    generateDkimKeys: boolean('Make signing keys for the domain').default(true),
    inMemoryStore: nested(InMemoryStoreShape, 'Where counters and locks are to be kept').default({
      '@type': 'Default',
    }),
    requestTlsCertificate: boolean('Order a certificate for the server').default(true),
    searchStore: nested(SearchStoreShape, 'Where the full-text index is to be kept').default({
      '@type': 'Default',
    }),
    secret: secret('Password of the administrator, shown once').serverSet(),
    serverHostname: domainName('Host name of the server, as others reach it'),
    tracer: nested(TracerShape, 'Where events are logged').default({
      '@type': 'Stdout',
      ansi: false,
      buffered: true,
      enable: true,
      events: [],
      eventsPolicy: 'exclude',
      level: 'warn',
      lossy: false,
      multiline: false,
    }),
    username: emailAddress('Address of the administrator').serverSet(),
  }),
  source: 'bootstrap',
});
