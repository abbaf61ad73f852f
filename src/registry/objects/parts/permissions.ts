// The values in which roles and permissions are given to accounts, tenants and credentials.
import { nested, permissionChoice, reference, set, struct, union } from '../../schema/index.ts';

const PermissionsList = struct('PermissionsList', 'Permissions that are enabled and disabled', {
  disabledPermissions: set(permissionChoice(), 'Permissions that are taken away, whatever grants them'),
  enabledPermissions: set(permissionChoice(), 'Permissions that are given'),
});

/** How an account's or tenant's own lists combine with its roles. */
export const Permissions = union('Permissions', 'Own permissions beside those of the roles', {
  Inherit: null,
  Merge: PermissionsList,
  Replace: PermissionsList,
});

const CredentialPermissionsList = struct('CredentialPermissionsList', 'Permissions of a credential', {
  permissions: set(permissionChoice(), 'The permissions'),
});

/** How a credential restricts what its account may do. It never adds anything. */
export const CredentialPermissions = union('CredentialPermissions', 'What a credential is restricted to', {
  Inherit: null,
  Disable: CredentialPermissionsList,
  Replace: CredentialPermissionsList,
});

const CustomRoles = struct('CustomRoles', 'Roles chosen one by one', {
  roleIds: set(reference('Role'), 'The roles'),
});

/** Roles of a group or tenant. */
export const Roles = union('Roles', 'Roles of a group or tenant', { Default: null, Custom: CustomRoles });

/** Roles of a user. */
export const UserRoles = union('UserRoles', 'Roles of a user', {
  User: null,
  Admin: null,
  Custom: CustomRoles,
});

export const permissions = () => nested(Permissions, 'Permissions given or taken beside the roles');
