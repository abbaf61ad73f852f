// Named sets of permissions that are given to accounts and tenants.
import { exact, object, permissionChoice, reference, set, string, struct, words } from '../schema/index.ts';
import { memberTenantId } from './parts/references.ts';

export const Role = object({
  name: 'Role',
  description: 'A named set of permissions',
  ids: 'sequential',
  visibility: 'tenant',
  label: 'description',
  columns: ['description'],
  shape: struct('Role', 'A role', {
    description: string('Name of the role'),
    disabledPermissions: set(permissionChoice(), 'Permissions that are taken away, whatever grants them'),
    enabledPermissions: set(permissionChoice(), 'Permissions that are given'),
    memberTenantId: memberTenantId(),
    roleIds: set(reference('Role'), 'Roles that are part of this one'),
  }),
  filters: {
    description: words('description'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxRoles',
  hooks: ['grants'],
});
