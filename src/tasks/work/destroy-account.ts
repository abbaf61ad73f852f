// The end of an account: the commit that removes its record orders the task that removes its data, at once or when the
// time is over during which it can be restored. Until the task has begun, cancelling it brings the account back.
import type { AccountsService, DocumentLinks } from '../../account/index.ts';
import { encodeId, now } from '../../base/index.ts';
import {
  type Change,
  DECLARATIONS,
  type Hook,
  Refusal,
  type Registry,
  serverFor,
  type ValueOf,
} from '../../registry/index.ts';
import { isLeased, type StoredTask, type TaskQueue } from '../queue.ts';
import { noted, running, type TaskUndo } from '../source.ts';
import type { TaskHandler, TaskSubject } from '../types.ts';

export interface DestroyOptions {
  readonly registry: Registry;
  readonly queue: TaskQueue;
  readonly accounts: AccountsService;
  /** Blobs that documents of an account link. */
  readonly links: (account: number) => DocumentLinks;
  /** Takes the account out of text search. */
  readonly forget: (account: number) => Promise<void>;
}

type Subject = TaskSubject<'DestroyAccount'>;

/** How long bringing an account back may take. */
const RESTORE_MS = 60_000;

/** Orders the removal of the data with the removal of the record. */
export function accountHook({ registry, queue, accounts }: DestroyOptions): Hook {
  return {
    before({ before, value, rows }) {
      if (!before || value) return;
      const account = before as ValueOf<'Account'>;
      const wait = registry.singleton('DataRetention').archiveDeletedAccountsFor ?? 0;
      rows.push((batch, id) => {
        const subject: Subject = {
          '@type': 'DestroyAccount',
          accountId: id,
          accountDomainId: account.domainId,
          accountName: account.name,
          accountType: account['@type'],
        };
        queue.put(batch, { subject, due: now() + wait });
      });
    },
    async after({ before, value, id }) {
      if (!before || value || id === undefined) return;
      // The data may wait to be restored, but nobody has rights on it, or through it, any more.
      await accounts.revokeAll(id);
      queue.wake();
    },
  };
}

export const destroyAccount =
  ({ registry, accounts, links, forget }: DestroyOptions): TaskHandler<'DestroyAccount'> =>
  async ({ subject, checkpoint }) => {
    const id = subject.accountId;
    // Restored, by somebody who could not end the task any more.
    if (await registry.object('Account', id)) return;
    // From here on there is no way back.
    await checkpoint({ done: 0, total: null, cursor: null });
    await accounts.deleteAccount(id, links(id));
    await forget(id);
  };

/** Brings the account back under its name and id, without credentials, with the usual roles; its data is untouched. */
export const restoreAccount =
  ({ registry, queue }: DestroyOptions): TaskUndo =>
  async (task, change) => {
    const { record } = task;
    if (isLeased(record)) throw running();
    if (record.progress)
      throw new Refusal('forbidden', {
        description: 'The data of the account is being removed; the task can only go on.',
      });
    const time = now();
    const lease = { owner: 'restore', until: time + RESTORE_MS, since: time };
    const held = await queue.replace(task, { ...record, lease });
    if (!held) throw running();
    try {
      await createAgain(registry, held, change);
    } catch (error) {
      await queue.replace(held, record);
      throw error;
    }
    await queue.change(task.id, () => undefined, noted(change, task.id));
  };

async function createAgain(registry: Registry, { record }: StoredTask, { caller }: Change): Promise<void> {
  const { accountId, accountDomainId, accountName, accountType } = record.subject as Subject;
  const domain = await registry.object('Domain', accountDomainId);
  const tenant = domain?.memberTenantId;
  await registry.write.create(
    DECLARATIONS.Account,
    {
      '@type': accountType,
      name: accountName,
      domainId: encodeId(accountDomainId),
      ...(tenant && { memberTenantId: encodeId(tenant) }),
    },
    { caller: serverFor(caller), account: 0, created: new Map() },
    accountId,
  );
}
