// An external directory that knows accounts and checks their passwords.
import { exact, object, union } from '../schema/index.ts';
import { LdapDirectory, OidcDirectory, SqlDirectory } from './parts/directories.ts';

export const Directory = object({
  name: 'Directory',
  description: 'An external directory that knows accounts and checks their passwords',
  visibility: 'tenant',
  label: 'description',
  columns: ['@type'],
  shape: union('Directory', 'A directory', {
    Ldap: LdapDirectory,
    Sql: SqlDirectory,
    Oidc: OidcDirectory,
  }),
  filters: {
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxDirectories',
  awaits: 'external directories',
});
