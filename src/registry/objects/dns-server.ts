// A service that publishes DNS records for the server.
import { exact, object, union } from '../schema/index.ts';
import { DNS_PROVIDERS } from './parts/dns-providers.ts';

export const DnsServer = object({
  name: 'DnsServer',
  description: 'A service that publishes DNS records for the server',
  visibility: 'tenant',
  label: 'description',
  columns: ['@type', 'ttl', 'timeout'],
  shape: union(
    'DnsServer',
    'A DNS service',
    {
      ...DNS_PROVIDERS,
    },
    { refused: { Deprecated1: 'This provider no longer exists.' } },
  ),
  filters: {
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxDnsServers',
  awaits: 'the publishing of DNS records',
});
