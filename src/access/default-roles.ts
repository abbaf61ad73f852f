// The four roles that exist from the first start, and who has them when nothing else is said.
import {
  BASE_PERMISSIONS,
  PERMISSION_GROUPS,
  type PermissionName,
  permissionsOfType,
  type TypeName,
} from '../registry/index.ts';

export interface DefaultRole {
  readonly description: string;
  readonly permissions: readonly PermissionName[];
}

const all = (...types: readonly TypeName[]): PermissionName[] => types.flatMap(permissionsOfType);

/** Everything about mail, calendars, contacts and files in the own account. */
const protocols: readonly PermissionName[] = Object.entries(BASE_PERMISSIONS)
  .filter(([group]) => /^(?:Calendar|Dav|DavCal|DavCard|DavFile|Email|Imap|Jmap.*|Pop3|Sieve)$/.test(group))
  .flatMap(([, names]) => names);

const samples: readonly PermissionName[] = [
  'sysSpamTrainingSampleGet',
  'sysSpamTrainingSampleUpdate',
  'sysSpamTrainingSampleDestroy',
  'sysSpamTrainingSampleQuery',
];

const registry = PERMISSION_GROUPS.filter((group) => group.name.startsWith('sys')).flatMap(
  (group) => group.permissions,
);

/** In the order of their ids, 1 to 4. */
export const DEFAULT_ROLES = {
  user: {
    description: 'User',
    permissions: [
      ...protocols,
      ...BASE_PERMISSIONS.User,
      ...all(
        'AccountPassword',
        'AccountSettings',
        'ApiKey',
        'AppPassword',
        'ArchivedItem',
        'MaskedEmail',
        'PublicKey',
      ),
      ...samples,
    ],
  },
  group: {
    description: 'Group',
    permissions: [
      ...protocols,
      ...all('AccountSettings', 'ArchivedItem', 'MaskedEmail', 'PublicKey'),
      ...samples,
    ],
  },
  tenant: {
    description: 'Tenant Administrator',
    permissions: [
      ...BASE_PERMISSIONS.User,
      'fetchAnyBlob',
      'liveDeliveryTest',
      ...all(
        'Account',
        'AcmeProvider',
        'DkimSignature',
        'DnsServer',
        'Domain',
        'MailingList',
        'OAuthClient',
        'QueuedMessage',
        'Role',
      ),
    ],
  },
  system: {
    description: 'System Administrator',
    permissions: [
      ...BASE_PERMISSIONS.Admin,
      ...BASE_PERMISSIONS.Live,
      ...BASE_PERMISSIONS.OAuth,
      ...BASE_PERMISSIONS.User,
      ...registry,
    ],
  },
} as const satisfies Readonly<Record<string, DefaultRole>>;
