// How accounts prove their identity, and the roles of those for whom nothing else is said.
import { choice, duration, reference, set, singleton, struct, unsigned } from '../schema/index.ts';

export const Authentication = singleton({
  name: 'Authentication',
  description: 'Sign-in, passwords and default roles',
  shape: struct('Authentication', 'Sign-in', {
    defaultAdminRoleIds: set(reference('Role'), 'Roles of administrators without a tenant'),
    defaultGroupRoleIds: set(reference('Role'), 'Roles of groups'),
    defaultTenantRoleIds: set(reference('Role'), 'Roles of tenants and of their administrators'),
    defaultUserRoleIds: set(reference('Role'), 'Roles of users'),
    directoryId: reference('Directory', 'Directory of domains that name none').nullable(),
    maxApiKeys: unsigned('Most API keys of an account', { min: 1 }).nullable().default(5),
    maxAppPasswords: unsigned('Most app passwords of an account', { min: 1 }).nullable().default(5),
    passwordDefaultExpiry: duration('How long a new password is valid').nullable(),
    passwordHashAlgorithm: choice('PasswordHashAlgorithm', 'How new passwords are hashed').default(
      'argon2id',
    ),
    passwordMaxLength: unsigned('Most bytes of a password', { min: 1, max: 1000 }).default(128),
    passwordMinLength: unsigned('Fewest characters of a password', { min: 1, max: 100 }).default(8),
    passwordMinStrength: choice('PasswordStrength', 'How hard to guess a password must be').default('three'),
  }),
  hooks: ['grants'],
});
