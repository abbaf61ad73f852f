// The vocabulary of permissions: 219 base permissions in 34 groups and, derived from the object types, 440
// registry permissions in 117 groups. A permission is its plain identifier on the wire; its number is its
// place in `PERMISSION_NAMES`.
import { isSingletonType, OBJECT_TYPES, SINGLETON_TYPES } from './type-names.ts';
import type { ObjectType, SingletonType, TypeName } from './type-names.ts';

/** Permissions that are not about registry objects, by group. */
export const BASE_PERMISSIONS = {
  Admin: ['impersonate', 'unlimitedRequests', 'unlimitedUploads', 'fetchAnyBlob'],
  Calendar: ['calendarAlarmsSend', 'calendarSchedulingSend', 'calendarSchedulingReceive'],
  Dav: [
    'davSyncCollection',
    'davExpandProperty',
    'davPrincipalAcl',
    'davPrincipalList',
    'davPrincipalMatch',
    'davPrincipalSearch',
    'davPrincipalSearchPropSet',
  ],
  DavCal: [
    'davCalPropFind',
    'davCalPropPatch',
    'davCalGet',
    'davCalMkCol',
    'davCalDelete',
    'davCalPut',
    'davCalCopy',
    'davCalMove',
    'davCalLock',
    'davCalAcl',
    'davCalQuery',
    'davCalMultiGet',
    'davCalFreeBusyQuery',
  ],
  DavCard: [
    'davCardPropFind',
    'davCardPropPatch',
    'davCardGet',
    'davCardMkCol',
    'davCardDelete',
    'davCardPut',
    'davCardCopy',
    'davCardMove',
    'davCardLock',
    'davCardAcl',
    'davCardQuery',
    'davCardMultiGet',
  ],
  DavFile: [
    'davFilePropFind',
    'davFilePropPatch',
    'davFileGet',
    'davFileMkCol',
    'davFileDelete',
    'davFilePut',
    'davFileCopy',
    'davFileMove',
    'davFileLock',
    'davFileAcl',
  ],
  Email: ['emailSend', 'emailReceive'],
  Imap: [
    'imapAuthenticate',
    'imapAclGet',
    'imapAclSet',
    'imapMyRights',
    'imapListRights',
    'imapAppend',
    'imapCapability',
    'imapId',
    'imapCopy',
    'imapMove',
    'imapCreate',
    'imapDelete',
    'imapEnable',
    'imapExpunge',
    'imapFetch',
    'imapIdle',
    'imapList',
    'imapLsub',
    'imapNamespace',
    'imapRename',
    'imapSearch',
    'imapSort',
    'imapSelect',
    'imapExamine',
    'imapStatus',
    'imapStore',
    'imapSubscribe',
    'imapThread',
  ],
  JmapAddressBook: [
    'jmapAddressBookGet',
    'jmapAddressBookChanges',
    'jmapAddressBookCreate',
    'jmapAddressBookUpdate',
    'jmapAddressBookDestroy',
  ],
  JmapBlob: ['jmapBlobGet', 'jmapBlobCopy', 'jmapBlobLookup', 'jmapBlobUpload'],
  JmapCalendar: [
    'jmapCalendarGet',
    'jmapCalendarChanges',
    'jmapCalendarCreate',
    'jmapCalendarUpdate',
    'jmapCalendarDestroy',
  ],
  JmapCalendarEvent: [
    'jmapCalendarEventGet',
    'jmapCalendarEventChanges',
    'jmapCalendarEventQuery',
    'jmapCalendarEventQueryChanges',
    'jmapCalendarEventCreate',
    'jmapCalendarEventUpdate',
    'jmapCalendarEventDestroy',
    'jmapCalendarEventCopy',
    'jmapCalendarEventParse',
  ],
  JmapCalendarEventNotification: [
    'jmapCalendarEventNotificationGet',
    'jmapCalendarEventNotificationChanges',
    'jmapCalendarEventNotificationQuery',
    'jmapCalendarEventNotificationQueryChanges',
    'jmapCalendarEventNotificationCreate',
    'jmapCalendarEventNotificationUpdate',
    'jmapCalendarEventNotificationDestroy',
  ],
  JmapContactCard: [
    'jmapContactCardGet',
    'jmapContactCardChanges',
    'jmapContactCardQuery',
    'jmapContactCardQueryChanges',
    'jmapContactCardCreate',
    'jmapContactCardUpdate',
    'jmapContactCardDestroy',
    'jmapContactCardCopy',
    'jmapContactCardParse',
  ],
  JmapCore: ['jmapCoreEcho'],
  JmapEmail: [
    'jmapEmailGet',
    'jmapEmailChanges',
    'jmapEmailQuery',
    'jmapEmailQueryChanges',
    'jmapEmailCreate',
    'jmapEmailUpdate',
    'jmapEmailDestroy',
    'jmapEmailCopy',
    'jmapEmailImport',
    'jmapEmailParse',
  ],
  JmapEmailSubmission: [
    'jmapEmailSubmissionGet',
    'jmapEmailSubmissionChanges',
    'jmapEmailSubmissionQuery',
    'jmapEmailSubmissionQueryChanges',
    'jmapEmailSubmissionCreate',
    'jmapEmailSubmissionUpdate',
    'jmapEmailSubmissionDestroy',
  ],
  JmapFileNode: [
    'jmapFileNodeGet',
    'jmapFileNodeChanges',
    'jmapFileNodeQuery',
    'jmapFileNodeQueryChanges',
    'jmapFileNodeCreate',
    'jmapFileNodeUpdate',
    'jmapFileNodeDestroy',
  ],
  JmapIdentity: [
    'jmapIdentityGet',
    'jmapIdentityChanges',
    'jmapIdentityCreate',
    'jmapIdentityUpdate',
    'jmapIdentityDestroy',
  ],
  JmapMailbox: [
    'jmapMailboxGet',
    'jmapMailboxChanges',
    'jmapMailboxQuery',
    'jmapMailboxQueryChanges',
    'jmapMailboxCreate',
    'jmapMailboxUpdate',
    'jmapMailboxDestroy',
  ],
  JmapParticipantIdentity: [
    'jmapParticipantIdentityGet',
    'jmapParticipantIdentityChanges',
    'jmapParticipantIdentityCreate',
    'jmapParticipantIdentityUpdate',
    'jmapParticipantIdentityDestroy',
  ],
  JmapPrincipal: [
    'jmapPrincipalGet',
    'jmapPrincipalQuery',
    'jmapPrincipalChanges',
    'jmapPrincipalQueryChanges',
    'jmapPrincipalGetAvailability',
    'jmapPrincipalCreate',
    'jmapPrincipalUpdate',
    'jmapPrincipalDestroy',
  ],
  JmapPushSubscription: [
    'jmapPushSubscriptionGet',
    'jmapPushSubscriptionCreate',
    'jmapPushSubscriptionUpdate',
    'jmapPushSubscriptionDestroy',
  ],
  JmapQuota: ['jmapQuotaGet', 'jmapQuotaChanges', 'jmapQuotaQuery', 'jmapQuotaQueryChanges'],
  JmapSearchSnippet: ['jmapSearchSnippetGet'],
  JmapShareNotification: [
    'jmapShareNotificationGet',
    'jmapShareNotificationChanges',
    'jmapShareNotificationQuery',
    'jmapShareNotificationQueryChanges',
    'jmapShareNotificationCreate',
    'jmapShareNotificationUpdate',
    'jmapShareNotificationDestroy',
  ],
  JmapSieveScript: [
    'jmapSieveScriptGet',
    'jmapSieveScriptQuery',
    'jmapSieveScriptValidate',
    'jmapSieveScriptCreate',
    'jmapSieveScriptUpdate',
    'jmapSieveScriptDestroy',
  ],
  JmapThread: ['jmapThreadGet', 'jmapThreadChanges'],
  JmapVacationResponse: [
    'jmapVacationResponseGet',
    'jmapVacationResponseCreate',
    'jmapVacationResponseUpdate',
    'jmapVacationResponseDestroy',
  ],
  Live: ['liveTracing', 'liveMetrics', 'liveDeliveryTest'],
  OAuth: ['oAuthClientRegistration', 'oAuthClientOverride'],
  Pop3: ['pop3Authenticate', 'pop3List', 'pop3Uidl', 'pop3Stat', 'pop3Retr', 'pop3Dele'],
  Sieve: [
    'sieveAuthenticate',
    'sieveListScripts',
    'sieveSetActive',
    'sieveGetScript',
    'sievePutScript',
    'sieveDeleteScript',
    'sieveRenameScript',
    'sieveCheckScript',
    'sieveHaveSpace',
  ],
  User: ['authenticate', 'authenticateWithAlias', 'interactAi'],
} as const;

/** Permissions beside the ordinary ones of a type; they come first in their type's group. */
export const EXTRA_PERMISSIONS = {
  Action: [
    'actionReloadSettings',
    'actionReloadTlsCertificates',
    'actionReloadLookupStores',
    'actionReloadBlockedIps',
    'actionUpdateApps',
    'actionTroubleshootDmarc',
    'actionClassifySpam',
    'actionInvalidateCaches',
    'actionInvalidateNegativeCaches',
    'actionPauseMtaQueue',
    'actionResumeMtaQueue',
  ],
  Task: [
    'taskIndexDocument',
    'taskUnindexDocument',
    'taskIndexTrace',
    'taskCalendarAlarmEmail',
    'taskCalendarAlarmNotification',
    'taskCalendarItipMessage',
    'taskMergeThreads',
    'taskDmarcReport',
    'taskTlsReport',
    'taskRestoreArchivedItem',
    'taskDestroyAccount',
    'taskAccountMaintenance',
    'taskTenantMaintenance',
    'taskStoreMaintenance',
    'taskSpamFilterMaintenance',
    'taskAcmeRenewal',
    'taskDkimManagement',
    'taskDnsManagement',
  ],
} as const;

export const OBJECT_OPERATIONS = ['Get', 'Create', 'Update', 'Destroy', 'Query'] as const;
export const SINGLETON_OPERATIONS = ['Get', 'Update'] as const;

export type BasePermissionName = (typeof BASE_PERMISSIONS)[keyof typeof BASE_PERMISSIONS][number];
export type RegistryPermissionName =
  | `sys${ObjectType}${(typeof OBJECT_OPERATIONS)[number]}`
  | `sys${SingletonType}${(typeof SINGLETON_OPERATIONS)[number]}`
  | (typeof EXTRA_PERMISSIONS)[keyof typeof EXTRA_PERMISSIONS][number];
export type PermissionName = BasePermissionName | RegistryPermissionName;

/** A group of permissions as consoles show it. */
export interface PermissionGroup {
  /** `Imap`, `JmapEmail`, ... or `sys` and the object type. */
  readonly name: string;
  readonly permissions: readonly PermissionName[];
}

/** The registry permissions of a type, in their order. */
export function permissionsOfType(type: TypeName): readonly RegistryPermissionName[] {
  if (isSingletonType(type))
    return SINGLETON_OPERATIONS.map((operation) => `sys${type}${operation}` as const);
  const extra: readonly RegistryPermissionName[] =
    type === 'Action' || type === 'Task' ? EXTRA_PERMISSIONS[type] : [];
  return [...extra, ...OBJECT_OPERATIONS.map((operation) => `sys${type}${operation}` as const)];
}

/** All groups: the base groups, then one for each object type in alphabetical order. */
export const PERMISSION_GROUPS: readonly PermissionGroup[] = [
  ...Object.entries(BASE_PERMISSIONS).map(([name, permissions]) => ({ name, permissions })),
  ...[...OBJECT_TYPES, ...SINGLETON_TYPES]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((type) => ({ name: `sys${type}`, permissions: permissionsOfType(type) })),
];

/** All 659 permissions; the place in this list is the permission's number and never changes. */
export const PERMISSION_NAMES: readonly PermissionName[] = PERMISSION_GROUPS.flatMap(
  (group) => group.permissions,
);
