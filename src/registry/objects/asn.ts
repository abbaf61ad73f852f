// Where networks and countries of client addresses are looked up.
import {
  duration,
  map,
  nested,
  set,
  singleton,
  size,
  string,
  struct,
  union,
  unsigned,
} from '../schema/index.ts';
import { HttpAuth } from './parts/http-auth.ts';

const AsnResource = struct('AsnResource', 'Tables fetched from the web', {
  asnUrls: set(string(), 'Tables of address ranges and networks'),
  expires: duration('How long a table is used before it is fetched again').default(86_400_000),
  geoUrls: set(string(), 'Tables of address ranges and countries'),
  httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
  httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
  maxSize: size('Largest table in bytes').default(104_857_600),
  timeout: duration('Longest time a download may take').default(300_000),
});

const AsnDns = struct('AsnDns', 'Questions to a DNS zone', {
  indexAsn: unsigned("Position of the network's number in the answer, from 0").default(0),
  indexAsnName: unsigned("Position of the network's name in the answer").nullable(),
  indexCountry: unsigned('Position of the country in the answer').nullable(),
  separator: string('Text between the parts of an answer').default('|'),
  zoneIpV4: string('Zone for IPv4 addresses'),
  zoneIpV6: string('Zone for IPv6 addresses'),
});

export const Asn = singleton({
  name: 'Asn',
  description: 'Where networks and countries of client addresses are looked up',
  shape: union('Asn', 'Lookup of networks and countries', {
    Disabled: null,
    Resource: AsnResource,
    Dns: AsnDns,
  }),
  awaits: 'the lookup of networks',
});
