// The work that the server itself has: maintenance by the schedules of `DataRetention`, the end of accounts, the index.
import type { AccountsService, DocumentLinks } from '../../account/index.ts';
import type { BlobAccess, Mail, MailSearch } from '../../mail/index.ts';
import type { Registry } from '../../registry/index.ts';
import type { Stores } from '../../store/index.ts';
import type { Tasks } from '../tasks.ts';
import type { NewTask, TaskSubject } from '../types.ts';
import { maintainAccount, maintainTenant } from './account-maintenance.ts';
import { accountHook, destroyAccount, restoreAccount } from './destroy-account.ts';
import { indexDocument } from './index-document.ts';
import { maintainStores } from './store-maintenance.ts';

export interface MaintenanceOptions {
  readonly registry: Registry;
  readonly stores: Pick<Stores, 'blobs' | 'memory'>;
  readonly accounts: AccountsService;
  /** Should keep little in memory: one after the other, all accounts pass through it. */
  readonly mail: Mail;
  readonly blobs: BlobAccess;
  /** Blobs that documents of an account link. */
  readonly links: (account: number) => DocumentLinks;
  readonly search: MailSearch | undefined;
  /** What the names of counters in the memory store begin with. */
  readonly counters: { readonly rates: readonly string[]; readonly uploads: readonly string[] };
}

/** Gives the tasks their handlers, accounts their end, and the schedules their work. */
export function addMaintenance(tasks: Tasks, options: MaintenanceOptions): void {
  const { registry, stores, accounts, mail, blobs, links, search, counters } = options;
  const { queue } = tasks;
  const ending = {
    registry,
    queue,
    accounts,
    links,
    forget: async (account: number) => search?.removeAccount(account),
  };
  registry.extend('Account', accountHook(ending));
  tasks.handle('DestroyAccount', destroyAccount(ending));
  tasks.undo('DestroyAccount', restoreAccount(ending));
  tasks.handle(
    'AccountMaintenance',
    maintainAccount({
      registry,
      queue,
      accounts,
      mail,
      reindex: search && ((account) => search.reindex(account)),
    }),
  );
  tasks.handle('TenantMaintenance', maintainTenant({ registry, queue }));
  tasks.handle(
    'StoreMaintenance',
    maintainStores({
      registry,
      queue,
      blobs: stores.blobs,
      memory: stores.memory,
      access: blobs,
      ...counters,
    }),
  );
  tasks.handle('IndexDocument', indexDocument('index', search));
  tasks.handle('UnindexDocument', indexDocument('remove', search));
  addSchedules(tasks, registry);
}

type StoreWorkType = TaskSubject<'StoreMaintenance'>['maintenanceType'];

function addSchedules(tasks: Tasks, registry: Registry): void {
  const retention = () => registry.singleton('DataRetention');
  const order = (maintenanceType: StoreWorkType) => (): readonly NewTask[] => [
    { subject: { '@type': 'StoreMaintenance', maintenanceType, shardIndex: null } },
  ];
  tasks.repeat({
    name: 'expunge',
    when: () => retention().expungeSchedule,
    work: order('purgeAccounts'),
  });
  tasks.repeat({
    name: 'data',
    when: () => retention().dataCleanupSchedule,
    work: order('purgeData'),
  });
  tasks.repeat({
    name: 'blobs',
    when: () => retention().blobCleanupSchedule,
    work: order('purgeBlob'),
  });
}
