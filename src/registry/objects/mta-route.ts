// A way that outgoing mail can take.
import {
  boolean,
  choice,
  exact,
  nested,
  object,
  string,
  struct,
  union,
  uniqueProperty,
  unsigned,
} from '../schema/index.ts';
import { SecretKeyOptional } from './parts/secret-values.ts';

const MtaRouteMx = struct('MtaRouteMx', 'To the mail exchangers of the domain', {
  description: string('What this is for, shown to people in lists').nullable(),
  ipLookupStrategy: choice('MtaIpStrategy', 'Which addresses of a host are tried, in which order').default(
    'v4ThenV6',
  ),
  maxMultihomed: unsigned('Most addresses of one host that are tried', { min: 1 }).default(2),
  maxMxHosts: unsigned('Most hosts of one domain that are tried', { min: 1 }).default(5),
  name: string('Name by which other settings refer to this').immutable(),
});

const MtaRouteRelay = struct('MtaRouteRelay', 'To one host that passes everything on', {
  address: string('Host name or address of the relay'),
  allowInvalidCerts: boolean(
    'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
  ),
  authSecret: nested(SecretKeyOptional, 'Password at the relay'),
  authUsername: string('Name at the relay; absent to send without sign-in').nullable(),
  description: string('What this is for, shown to people in lists').nullable(),
  implicitTls: boolean('Begin with TLS from the first byte, as on port 465'),
  name: string('Name by which other settings refer to this').immutable(),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(25),
  protocol: choice('MtaProtocol', 'Protocol of the relay').default('smtp'),
});

const MtaRouteCommon = struct('MtaRouteCommon', 'Into the mailboxes of this server', {
  description: string('What this is for, shown to people in lists').nullable(),
  name: string('Name by which other settings refer to this').immutable(),
});

export const MtaRoute = object({
  name: 'MtaRoute',
  description: 'A way that outgoing mail can take',
  label: 'name',
  columns: ['name', '@type', 'description'],
  shape: union('MtaRoute', 'A route', {
    Mx: MtaRouteMx,
    Relay: MtaRouteRelay,
    Local: MtaRouteCommon,
  }),
  unique: [uniqueProperty('MtaRoute', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'outbound delivery',
});
