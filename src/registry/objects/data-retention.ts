// How long things are kept, and when the server cleans up.
import { duration, nested, singleton, struct, unsigned } from '../schema/index.ts';
import { Cron } from './parts/settings.ts';

export const DataRetention = singleton({
  name: 'DataRetention',
  description: 'How long things are kept, and when the server cleans up',
  shape: struct('DataRetention', 'Retention', {
    archiveDeletedAccountsFor: duration(
      'How long a deleted account can be restored; absent to remove it at once',
    ).nullable(),
    archiveDeletedItemsFor: duration(
      'How long deleted messages and other items can be restored; absent to remove them at once',
    ).nullable(),
    blobCleanupSchedule: nested(Cron, 'When unused blobs are removed').default({
      '@type': 'Daily',
      hour: 4,
      minute: 0,
    }),
    dataCleanupSchedule: nested(Cron, 'When expired keys and records are removed').default({
      '@type': 'Daily',
      hour: 2,
      minute: 0,
    }),
    expungeSchedule: nested(
      Cron,
      'When old messages of the trash and other expired items are removed',
    ).default({ '@type': 'Daily', hour: 0, minute: 0 }),
    expungeSchedulingInboxAfter: duration('Age at which scheduling messages are removed; absent for never')
      .nullable()
      .default(2_592_000_000),
    expungeShareNotifyAfter: duration('Age at which notices about shares are removed; absent for never')
      .nullable()
      .default(2_592_000_000),
    expungeSubmissionsAfter: duration('Age at which records of sent messages are removed; absent for never')
      .nullable()
      .default(259_200_000),
    expungeTrashAfter: duration('Age at which messages in trash and junk are removed; absent for never')
      .nullable()
      .default(2_592_000_000),
    holdMetricsFor: duration('How long measured values are kept; absent for ever')
      .nullable()
      .default(7_776_000_000),
    holdMtaReportsFor: duration('How long received reports are kept; absent for ever')
      .nullable()
      .default(2_592_000_000),
    holdTracesFor: duration('How long traces are kept; absent for ever').nullable().default(2_592_000_000),
    maxChangesHistory: unsigned('Changes of an account that clients can catch up on; absent for all')
      .nullable()
      .default(10_000),
    metricsCollectionInterval: nested(Cron, 'When measured values are put into the history').default({
      '@type': 'Hourly',
      minute: 0,
    }),
  }),
});
