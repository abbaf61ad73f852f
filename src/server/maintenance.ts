// The clean-up of a node, by the schedules of `DataRetention`: ended uploads and blobs without a link, and change
// logs that have grown past what clients may catch up on.
import { emit, now, randomBytes, toHex } from '../base/index.ts';
import type { Registry, ValueOf } from '../registry/index.ts';
import { type Cron, nextRun } from './schedule.ts';
import type { Services } from './services.ts';

/** A blob stays so long after its last link went. */
const GRACE_MS = 24 * 3_600_000;
/** What one step takes away at most, so that others get their turn. */
const STEP = 1000;
/** The longest time that a timer of the runtime can wait. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Runs the clean-ups until the returned function is called. */
export function startMaintenance(services: Services): () => void {
  const { registry } = services;
  const stops = [
    repeat(
      registry,
      'blobs',
      ({ blobCleanupSchedule }) => blobCleanupSchedule,
      () => cleanBlobs(services),
    ),
    repeat(
      registry,
      'data',
      ({ dataCleanupSchedule }) => dataCleanupSchedule,
      () => shortenLogs(services),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Ends leases that are over, and removes blobs that nothing has linked for a day. */
export async function cleanBlobs({ blobs, stores }: Pick<Services, 'blobs' | 'stores'>): Promise<void> {
  while ((await blobs.expire(STEP)) === STEP);
  while ((await stores.blobs.collect(now() - GRACE_MS, STEP)) === STEP);
}

/** Shortens the change log of every account to what `DataRetention` keeps. */
export async function shortenLogs({
  registry,
  accounts,
}: Pick<Services, 'registry' | 'accounts'>): Promise<void> {
  const { maxChangesHistory } = registry.singleton('DataRetention');
  if (maxChangesHistory === null) return;
  for await (const page of registry.scan('Account')) {
    for (const { id } of page) await accounts.trim(id, maxChangesHistory, now());
  }
}

function repeat(
  registry: Registry,
  what: string,
  scheduleOf: (retention: ValueOf<'DataRetention'>) => Cron,
  work: () => Promise<void>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const plan = (): void => {
    const due = nextRun(scheduleOf(registry.singleton('DataRetention')), now());
    const wait = Math.min(due - now(), LONGEST_WAIT_MS);
    timer = setTimeout(() => void (now() >= due ? run() : plan()), wait).unref();
  };
  const run = async (): Promise<void> => {
    const began = performance.now();
    try {
      await work();
      emit('server.cleaned-up', { what, ms: Math.round(performance.now() - began) });
    } catch (error) {
      const trace = toHex(randomBytes(8));
      emit('server.unexpected-error', { where: `clean-up of ${what}`, error, trace }, 'error');
    }
    if (!stopped) plan();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
