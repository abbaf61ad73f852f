// Who is asked when the server looks something up in DNS.
import {
  boolean,
  choice,
  duration,
  ipAddress,
  list,
  singleton,
  struct,
  union,
  unsigned,
} from '../schema/index.ts';

const lookupFields = {
  attempts: unsigned('How often a question is asked before it counts as failed').default(2),
  concurrency: unsigned('Name servers asked at the same time').default(2),
  enableEdns: boolean('Announce large answers (EDNS)').default(true),
  preserveIntermediates: boolean('Keep the aliases met on the way to an answer').default(true),
  tcpOnError: boolean('Ask again over TCP when an answer over UDP failed').default(true),
  timeout: duration('Longest wait for an answer').default(5000),
};

const DnsResolverCommon = struct('DnsResolverCommon', 'Name servers with their usual settings', lookupFields);

const DnsCustomResolver = struct('DnsCustomResolver', 'A name server', {
  address: ipAddress('Its address').default('127.0.0.1'),
  port: unsigned('Port of the service', { min: 1, max: 65_535 }).default(53),
  protocol: choice('DnsResolverProtocol', 'Transport of the questions').default('udp'),
});

const DnsResolverCustom = struct('DnsResolverCustom', 'Name servers of your own', {
  ...lookupFields,
  servers: list(DnsCustomResolver, 'The name servers, in the order in which they are asked', { minItems: 1 }),
});

const DnsResolverTls = struct('DnsResolverTls', 'Public name servers', {
  ...lookupFields,
  useTls: boolean('Ask over TLS').default(true),
});

export const DnsResolver = singleton({
  name: 'DnsResolver',
  description: 'Who is asked when the server looks something up in DNS',
  shape: union('DnsResolver', 'DNS lookups', {
    System: DnsResolverCommon,
    Custom: DnsResolverCustom,
    Cloudflare: DnsResolverTls,
    Quad9: DnsResolverTls,
    Google: DnsResolverCommon,
  }),
  awaits: 'DNS lookups by setting',
});
