// Background work that waits, is tried again or has failed.
import {
  valuesAt,
  blobId,
  boolean,
  choice,
  derived,
  emailAddress,
  exact,
  integer,
  list,
  nested,
  object,
  reference,
  set,
  string,
  struct,
  text,
  union,
  unsigned,
  utcDateTime,
} from '../schema/index.ts';
import { createdAt } from './parts/references.ts';

const TaskStatusPending = struct('TaskStatusPending', 'It waits for its time', {
  createdAt: createdAt(),
  due: utcDateTime('When it runs'),
});

const TaskStatusRetry = struct('TaskStatusRetry', 'It failed and is tried again', {
  attemptNumber: unsigned('Which attempt comes next').default(1),
  createdAt: createdAt(),
  due: utcDateTime('When it runs next'),
  failureReason: text('Why it failed'),
});

const TaskStatusFailed = struct('TaskStatusFailed', 'It was given up', {
  createdAt: createdAt(),
  failedAt: utcDateTime('When it was given up'),
  failedAttemptNumber: unsigned('Which attempt was the last').default(0),
  failureReason: text('Why it failed'),
});

const TaskStatus = union('TaskStatus', 'Where a task stands', {
  Pending: TaskStatusPending,
  Retry: TaskStatusRetry,
  Failed: TaskStatusFailed,
});

const TaskProgress = struct('TaskProgress', 'How far a task has come', {
  done: unsigned('Steps that are done: accounts, documents or blobs').default(0),
  startedAt: utcDateTime('When the attempt that is running began; absent while none is').nullable(),
  total: unsigned('Steps there are; absent where that is not known').nullable(),
});

const taskFields = {
  due: utcDateTime('When it runs next; absent once it has failed for good').nullable().computed(),
  progress: nested(TaskProgress, 'How far it has come; absent while nothing is done').nullable().computed(),
  status: nested(TaskStatus, 'State it is in'),
};

const TaskIndexDocument = struct(
  'TaskIndexDocument',
  'Put a document into the full-text index, or take it out',
  {
    ...taskFields,
    accountId: reference('Account', 'Account that this belongs to').immutable(),
    documentId: string('Document it is about').immutable(),
    documentType: choice('IndexDocumentType', 'Kind of document').immutable(),
  },
);

const TaskIndexTrace = struct('TaskIndexTrace', 'Put a trace into the full-text index', {
  ...taskFields,
  traceId: reference('Trace', 'The trace').immutable(),
});

const TaskCalendarAlarmEmail = struct('TaskCalendarAlarmEmail', 'Send a reminder by mail', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').immutable(),
  alarmId: unsigned('Number of the alarm within the event').default(0).serverSet(),
  documentId: string('Document it is about').immutable(),
  eventEnd: utcDateTime('When the event ends').serverSet(),
  eventEndTz: unsigned('Time zone of the end').default(0).serverSet(),
  eventId: unsigned('Number of the occurrence').default(0).serverSet(),
  eventStart: utcDateTime('When the event begins').serverSet(),
  eventStartTz: unsigned('Time zone of the beginning').default(0).serverSet(),
});

const TaskCalendarAlarmNotification = struct('TaskCalendarAlarmNotification', 'Tell clients of an alarm', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').immutable(),
  alarmId: unsigned('Number of the alarm within the event').default(0).serverSet(),
  documentId: string('Document it is about').immutable(),
  eventId: unsigned('Number of the occurrence').default(0).serverSet(),
  recurrenceId: integer('Occurrence of a repeating event').nullable().serverSet(),
});

const TaskCalendarItipContents = struct('TaskCalendarItipContents', 'One scheduling message', {
  from: emailAddress('Its sender').serverSet(),
  iCalendarData: string('The calendar data').serverSet(),
  isFromOrganizer: boolean('Whether the organizer sends it').serverSet(),
  summary: string('Subject line').serverSet(),
  to: set(emailAddress(), 'Its recipients').serverSet(),
});

const TaskCalendarItipMessage = struct('TaskCalendarItipMessage', 'Send invitations or answers', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').immutable(),
  documentId: string('Document it is about').immutable(),
  messages: list(TaskCalendarItipContents, 'The messages').serverSet(),
});

const TaskMergeThreads = struct('TaskMergeThreads', 'Kept for other clients: threads never merge here', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').serverSet(),
  messageIds: set(string(), 'Message identifiers of the thread').serverSet(),
  threadName: string('Subject of the thread').serverSet(),
});

const TaskDmarcReport = struct('TaskDmarcReport', 'Send a DMARC report', {
  ...taskFields,
  reportId: reference('DmarcInternalReport', 'The report').serverSet(),
});

const TaskTlsReport = struct('TaskTlsReport', 'Send a TLS report', {
  ...taskFields,
  reportId: reference('TlsInternalReport', 'The report').serverSet(),
});

const TaskRestoreArchivedItem = struct('TaskRestoreArchivedItem', 'Restore a deleted item', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').serverSet(),
  archivedItemType: choice('ArchivedItemType', 'Kind of item').serverSet(),
  archivedUntil: utcDateTime('How long it can still be restored').serverSet(),
  blobId: blobId('Blob that holds the content').serverSet(),
  createdAt: createdAt(),
});

const TaskDestroyAccount = struct(
  'TaskDestroyAccount',
  'Remove the data of a deleted account; destroying the task restores the account',
  {
    ...taskFields,
    accountDomainId: reference('Domain', 'Domain of the account'),
    accountId: reference('Account', 'Account that this belongs to').serverSet(),
    accountName: string('Name of the account'),
    accountType: choice('AccountType', 'User or group').serverSet(),
  },
);

const TaskAccountMaintenance = struct('TaskAccountMaintenance', 'Maintenance of one account', {
  ...taskFields,
  accountId: reference('Account', 'Account that this belongs to').immutable(),
  maintenanceType: choice('TaskAccountMaintenanceType', 'The work to do').immutable(),
});

const TaskTenantMaintenance = struct('TaskTenantMaintenance', 'Maintenance of one tenant', {
  ...taskFields,
  maintenanceType: choice('TaskTenantMaintenanceType', 'The work to do').immutable(),
  tenantId: reference('Tenant', 'The tenant').immutable(),
});

const TaskStoreMaintenance = struct('TaskStoreMaintenance', 'Maintenance of the stores', {
  ...taskFields,
  maintenanceType: choice('TaskStoreMaintenanceType', 'The work to do').immutable(),
  shardIndex: unsigned('Part of the blobs to work on; absent for all').nullable(),
});

const TaskSpamFilterMaintenance = struct('TaskSpamFilterMaintenance', 'Maintenance of the spam filter', {
  ...taskFields,
  maintenanceType: choice('TaskSpamFilterMaintenanceType', 'The work to do').immutable(),
});

const TaskDomainManagement = struct(
  'TaskDomainManagement',
  'Renewal of a certificate, or of signing keys, of a domain',
  {
    ...taskFields,
    domainId: reference('Domain', 'Domain it is about').immutable(),
  },
);

const TaskDnsManagement = struct('TaskDnsManagement', "Publication of a domain's records", {
  ...taskFields,
  domainId: reference('Domain', 'Domain it is about').immutable(),
  onSuccessRenewCertificate: boolean('Renew the certificate afterwards'),
  updateRecords: set(choice('DnsRecordType'), 'Records to publish; all when empty'),
});

export const Task = object({
  name: 'Task',
  description: 'Background work that waits, is tried again or has failed',
  columns: ['@type', 'due', 'status'],
  shape: union('Task', 'A task', {
    IndexDocument: TaskIndexDocument,
    UnindexDocument: TaskIndexDocument,
    IndexTrace: TaskIndexTrace,
    CalendarAlarmEmail: TaskCalendarAlarmEmail,
    CalendarAlarmNotification: TaskCalendarAlarmNotification,
    CalendarItipMessage: TaskCalendarItipMessage,
    MergeThreads: TaskMergeThreads,
    DmarcReport: TaskDmarcReport,
    TlsReport: TaskTlsReport,
    RestoreArchivedItem: TaskRestoreArchivedItem,
    DestroyAccount: TaskDestroyAccount,
    AccountMaintenance: TaskAccountMaintenance,
    TenantMaintenance: TaskTenantMaintenance,
    StoreMaintenance: TaskStoreMaintenance,
    SpamFilterMaintenance: TaskSpamFilterMaintenance,
    AcmeRenewal: TaskDomainManagement,
    DkimManagement: TaskDomainManagement,
    DnsManagement: TaskDnsManagement,
  }),
  filters: {
    '@type': exact('@type'),
    status: derived(string(), (value) => valuesAt<string>(value, 'status', '@type')),
    due: derived(utcDateTime(), (value) => valuesAt<number>(value, 'status', 'due')),
  },
  fixedVariant: true,
  variantPermission: (variant) => `task${variant}`,
  source: 'tasks',
});
