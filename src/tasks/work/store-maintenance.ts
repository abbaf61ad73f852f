// Maintenance of the stores (`TaskStoreMaintenanceType`): what concerns all accounts becomes a task for each, what
// concerns all blobs a task for each first byte of their hash, so that workers share the work.
import { now } from '../../base/index.ts';
import type { BlobAccess } from '../../mail/index.ts';
import type { BlobStore, MemoryStore } from '../../store/index.ts';
import { isLeased } from '../queue.ts';
import { type NewTask, PermanentFailure, type TaskHandler, type TaskRun } from '../types.ts';
import { accountTask, recalculateQuota } from './account-maintenance.ts';
import { removeExpired } from './expired.ts';
import { type FanOut, forEach } from './fan-out.ts';

export interface StoreWork extends FanOut {
  readonly blobs: BlobStore;
  readonly memory: MemoryStore;
  readonly access: BlobAccess;
  /** What the names of rate counters begin with. */
  readonly rates: readonly string[];
  /** What the names of counters of uploads begin with. */
  readonly uploads: readonly string[];
}

type Run = TaskRun<'StoreMaintenance'>;

/** Time over which the clean-up of all accounts is spread. */
const SPREAD_MS = 5 * 60_000;
/** A blob stays so long after its last link went. */
const GRACE_MS = 24 * 3_600_000;
/** Leases or blobs that one step ends. */
const STEP = 1000;
const SHARDS = 256;

/** What does the work of types that have nothing to do yet. */
const MISSING: Readonly<Partial<Record<Run['subject']['maintenanceType'], string>>> = {
  reindexTelemetry: 'the history of deliveries',
  removeAuthTokens: 'the issue of access tokens',
  removeLockQueueMessage: 'the queue of outgoing mail',
  removeLockDav: 'WebDAV',
  removeSieveId: 'the filtering of mail by scripts',
  removeGreylist: 'greylisting',
};

export const maintainStores =
  (work: StoreWork): TaskHandler<'StoreMaintenance'> =>
  async (run) => {
    const { maintenanceType } = run.subject;
    switch (maintenanceType) {
      case 'purgeAccounts':
        return forEach(work, run, 'Account', (id, share) => ({
          ...accountTask('purge')(id),
          due: now() + Math.round(share * SPREAD_MS),
        }));
      case 'reindexAccounts':
        return forEach(work, run, 'Account', accountTask('reindex'));
      case 'resetUserQuotas':
        return forEach(work, run, 'Account', recalculateQuota);
      case 'resetTenantQuotas':
        return forEach(work, run, 'Tenant', (tenantId) => ({
          subject: { '@type': 'TenantMaintenance', tenantId, maintenanceType: 'recalculateQuota' },
        }));
      case 'purgeData':
        await endLeases(work, run);
        return removeExpired(work.registry, run);
      case 'purgeBlob':
        return purgeBlobs(work, run);
      case 'resetRateLimiters':
        return clear(work, work.rates);
      case 'resetBlobQuotas':
        return clear(work, work.uploads);
      case 'removeLockTask':
        return releaseTasks(work, run);
      default:
        throw new PermanentFailure(
          `not configured on this server: ${MISSING[maintenanceType] ?? 'this'} (needed by ${maintenanceType})`,
        );
    }
  };

async function clear({ memory }: StoreWork, prefixes: readonly string[]): Promise<void> {
  for (const prefix of prefixes) await memory.clear(prefix);
}

/** Uploads whose time is over. */
async function endLeases({ access }: StoreWork, { signal }: Run): Promise<void> {
  while ((await access.expire(STEP)) === STEP) signal.throwIfAborted();
}

async function purgeBlobs(work: StoreWork, run: Run): Promise<readonly NewTask[] | void> {
  const { shardIndex } = run.subject;
  if (shardIndex === null) {
    await endLeases(work, run);
    return Array.from({ length: SHARDS }, (_, shard) => ({
      subject: { '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', shardIndex: shard },
    }));
  }
  if (shardIndex >= SHARDS) throw new PermanentFailure(`shards are numbered from 0 to ${SHARDS - 1}`);
  while ((await work.blobs.collect(now() - GRACE_MS, STEP, shardIndex)) === STEP) run.signal.throwIfAborted();
}

/** Takes all tasks out of their workers' hands; those that live notice, and stop. */
async function releaseTasks({ queue }: StoreWork, run: Run): Promise<void> {
  for await (const page of queue.scan()) {
    for (const { id, record } of page) {
      if (id === run.id || !isLeased(record)) continue;
      await queue.change(id, (current) => ({ ...current, lease: undefined, due: now() }));
      queue.tellCancelled(id);
    }
  }
}
