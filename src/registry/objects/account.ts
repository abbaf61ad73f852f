// Accounts: users, who sign in and own mail, and groups, whose mail their members share.
import {
  choice,
  emailAddress,
  exact,
  list,
  localPart,
  map,
  nested,
  object,
  reference,
  set,
  size,
  string,
  struct,
  union,
  unsigned,
  words,
} from '../schema/index.ts';
import { Credential } from './parts/credentials.ts';
import { EmailAlias } from './parts/email-alias.ts';
import { EncryptionAtRest } from './parts/encryption.ts';
import { permissions, Roles, UserRoles } from './parts/permissions.ts';
import { createdAt, memberTenantId } from './parts/references.ts';
import { ADDRESS_SPACE, addressKeys } from './parts/address.ts';

/** What users and groups have in common. */
const common = {
  aliases: list(EmailAlias, 'Further addresses'),
  createdAt: createdAt(),
  description: string('Display name').nullable(),
  domainId: reference('Domain', 'Domain of the primary address'),
  emailAddress: emailAddress('Primary address').computed(),
  locale: choice('Locale', 'Language of what the server writes').default('en_US'),
  memberTenantId: memberTenantId(),
  name: localPart('Local part of the primary address'),
  permissions: permissions(),
  quotas: map(choice('StorageQuota'), unsigned(), 'Limits of the account; absent for the usual ones'),
  timeZone: choice('TimeZone', 'Time zone').nullable(),
  usedDiskQuota: size('Bytes in use').computed(),
};

const UserAccount = struct('UserAccount', 'Somebody who signs in', {
  ...common,
  credentials: list(Credential, 'Password, app passwords and API keys', { identity: 'credentialId' }),
  encryptionAtRest: nested(EncryptionAtRest, 'How stored mail is encrypted'),
  memberGroupIds: set(reference('Account/Group'), 'Groups the user belongs to'),
  roles: nested(UserRoles, 'Roles of the user'),
});

const GroupAccount = struct('GroupAccount', 'An account that its members share', {
  ...common,
  roles: nested(Roles, 'Roles of the group'),
});

export const Account = object({
  name: 'Account',
  description: 'A user or a group',
  ids: 'sequential',
  visibility: 'tenant',
  label: 'emailAddress',
  columns: ['emailAddress', 'description', 'usedDiskQuota'],
  shape: union('Account', 'A user or a group', { User: UserAccount, Group: GroupAccount }),
  unique: [{ space: ADDRESS_SPACE, keys: addressKeys }],
  filters: {
    text: words('name', 'description'),
    '@type': exact('@type'),
    name: exact('name'),
    domainId: exact('domainId'),
    memberGroupIds: exact('memberGroupIds'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: (account) => (account['@type'] === 'Group' ? 'maxGroups' : 'maxAccounts'),
  ownedBy: ['PublicKey', 'MaskedEmail', 'ArchivedItem', 'SpamTrainingSample'],
  fixedVariant: true,
  isAccount: true,
  hooks: ['address', 'encryption', 'grants', 'credentials'],
});
