// Maintenance of one account (`TaskAccountMaintenanceType`), and of all accounts of a tenant.
import type { AccountsService } from '../../account/index.ts';
import { emit, now } from '../../base/index.ts';
import type { Mail } from '../../mail/index.ts';
import { notConfigured } from '../runner.ts';
import type { NewTask, TaskHandler, TaskSubject } from '../types.ts';
import { type FanOut, forEach } from './fan-out.ts';

export interface AccountWork extends FanOut {
  readonly accounts: AccountsService;
  /** Should keep little in memory: one after the other, all accounts pass through it. */
  readonly mail: Mail;
  /** Indexes the text of an account anew; absent without text search. */
  readonly reindex: ((account: number) => Promise<void>) | undefined;
}

/** Changes that are younger stay in the log, however many there are (spec-mail-access §7.6). */
const YOUNG_MS = 7 * 86_400_000;

export const maintainAccount =
  (work: AccountWork): TaskHandler<'AccountMaintenance'> =>
  async ({ subject }) => {
    const { accountId, maintenanceType } = subject;
    // Gone since the task was ordered: nothing is left to do.
    if (!(await work.registry.object('Account', accountId))) return;
    switch (maintenanceType) {
      case 'purge':
        return purge(work, accountId);
      case 'reindex':
        if (!work.reindex) throw notConfigured('IndexDocument');
        return work.reindex(accountId);
      case 'recalculateQuota': {
        const bytes = await work.mail.maintain(accountId).recount();
        if (bytes !== 0) emit('tasks.quota-corrected', { account: accountId, bytes });
        return;
      }
      case 'recalculateImapUid':
        return work.mail.maintain(accountId).renumber();
    }
  };

/** Removes what the account has kept long enough, by `DataRetention`. */
async function purge({ registry, accounts, mail }: AccountWork, account: number): Promise<void> {
  const retention = registry.singleton('DataRetention');
  const { expungeTrashAfter, expungeSubmissionsAfter, expungeShareNotifyAfter, maxChangesHistory } =
    retention;
  const time = now();
  const work = mail.maintain(account);
  const purged = { account, emails: 0, submissions: 0, notices: 0 };
  if (expungeTrashAfter !== null) {
    const change = await accounts.lastBefore(account, time - expungeTrashAfter);
    purged.emails = await work.expungeUntil(change);
  }
  if (expungeSubmissionsAfter !== null)
    purged.submissions = await work.forgetSubmissions(time - expungeSubmissionsAfter);
  if (expungeShareNotifyAfter !== null)
    purged.notices = await work.forgetNotices(time - expungeShareNotifyAfter);
  if (maxChangesHistory !== null) await accounts.trim(account, maxChangesHistory, time - YOUNG_MS);
  if (purged.emails + purged.submissions + purged.notices > 0) emit('tasks.account-purged', purged);
}

export const maintainTenant =
  (work: FanOut): TaskHandler<'TenantMaintenance'> =>
  async (run) => {
    const { tenantId } = run.subject;
    await forEach(work, run, 'Account', recalculateQuota, (account) => account.memberTenantId === tenantId);
  };

export const accountTask =
  (maintenanceType: TaskSubject<'AccountMaintenance'>['maintenanceType']) =>
  (accountId: number): NewTask => ({
    subject: { '@type': 'AccountMaintenance', accountId, maintenanceType },
  });

export const recalculateQuota = accountTask('recalculateQuota');
