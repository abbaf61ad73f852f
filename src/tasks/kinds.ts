// The kinds of tasks: which role of a node runs each, who may create it, and what it needs.
import type { TaskName } from './types.ts';

/** Classes of work by the names of `ClusterTaskType`. Numbers are stored in keys: never change one. */
export const WORK_CLASSES = {
  storeMaintenance: 1,
  accountMaintenance: 2,
  searchIndexing: 3,
  spamClassifierTraining: 4,
  taskQueueProcessing: 5,
} as const;
export type WorkClass = keyof typeof WORK_CLASSES;

export interface TaskKind {
  readonly work: WorkClass;
  /** Clients may create it; others are made by the server alone. */
  readonly clients: boolean;
  /** The part of the server that does the work, for people. */
  readonly part: string;
  /** It is never given up: after the usual attempts it is tried again every hour, then less often. */
  readonly persistent?: boolean;
}

export const TASK_KINDS: Readonly<Record<TaskName, TaskKind>> = {
  IndexDocument: { work: 'searchIndexing', clients: true, part: 'text search' },
  UnindexDocument: { work: 'searchIndexing', clients: true, part: 'text search' },
  IndexTrace: { work: 'searchIndexing', clients: true, part: 'the history of deliveries' },
  CalendarAlarmEmail: { work: 'taskQueueProcessing', clients: false, part: 'calendars' },
  CalendarAlarmNotification: { work: 'taskQueueProcessing', clients: false, part: 'calendars' },
  CalendarItipMessage: { work: 'taskQueueProcessing', clients: false, part: 'calendar scheduling' },
  MergeThreads: { work: 'taskQueueProcessing', clients: false, part: 'the merging of threads' },
  DmarcReport: { work: 'taskQueueProcessing', clients: false, part: 'DMARC reporting' },
  TlsReport: { work: 'taskQueueProcessing', clients: false, part: 'TLS reporting' },
  RestoreArchivedItem: {
    work: 'taskQueueProcessing',
    clients: false,
    part: 'the archive of deleted items',
  },
  DestroyAccount: { work: 'accountMaintenance', clients: false, part: 'the deletion of accounts' },
  AccountMaintenance: { work: 'accountMaintenance', clients: true, part: 'maintenance of accounts' },
  TenantMaintenance: { work: 'accountMaintenance', clients: true, part: 'maintenance of tenants' },
  StoreMaintenance: { work: 'storeMaintenance', clients: true, part: 'maintenance of the stores' },
  SpamFilterMaintenance: { work: 'spamClassifierTraining', clients: true, part: 'the spam filter' },
  AcmeRenewal: {
    work: 'taskQueueProcessing',
    clients: true,
    part: 'automatic certificates',
    persistent: true,
  },
  DkimManagement: {
    work: 'taskQueueProcessing',
    clients: true,
    part: 'rotation of signing keys',
    persistent: true,
  },
  DnsManagement: { work: 'taskQueueProcessing', clients: true, part: 'DNS management' },
};
