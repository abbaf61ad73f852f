// Organizations that share the server without seeing one another.
import { choice, map, nested, object, size, string, struct, unsigned, words } from '../schema/index.ts';
import { permissions, Roles } from './parts/permissions.ts';
import { createdAt } from './parts/references.ts';

export const Tenant = object({
  name: 'Tenant',
  description: 'An organization with its own domains, accounts and limits',
  ids: 'sequential',
  label: 'name',
  columns: ['name', 'createdAt', 'usedDiskQuota'],
  shape: struct('Tenant', 'A tenant', {
    createdAt: createdAt(),
    logo: string('Picture shown on the pages of the tenant').nullable(),
    name: string('Name of the organization'),
    permissions: permissions(),
    quotas: map(choice('TenantStorageQuota'), unsigned(), 'Limits of the tenant; absent for none'),
    roles: nested(Roles, 'Roles whose permissions are the most that members can have'),
    usedDiskQuota: size('Bytes in use by all accounts').computed(),
  }),
  filters: { text: words('name') },
  hooks: ['grants'],
});
