// Workers of background tasks over one set of stores, each with its own registry, as the threads of a server are.
import { holdClock } from '../../src/base/index.ts';
import { DECLARATIONS, Registry, SERVER_CONTEXT, SINGLETON } from '../../src/registry/index.ts';
import { openMemory, type Stores } from '../../src/store/index.ts';
import {
  type NewTask,
  type StartOptions,
  Tasks,
  type TaskRecord,
  type TaskSubject,
} from '../../src/tasks/index.ts';

export interface Worker {
  readonly tasks: Tasks;
  readonly registry: Registry;
}

export interface TaskWorld {
  readonly stores: Stores;
  /** A worker that has not begun yet. */
  worker(): Promise<Worker>;
  /** Begins to run tasks, with the shortest leases. */
  start(worker: Worker, options?: StartOptions): void;
  /** Moves the clock of everybody, and wakes the workers. */
  pass(ms: number): void;
  task(id: number): Promise<TaskRecord | undefined>;
  /** Waits until a task has ended, or was given up. */
  ended(id: number): Promise<TaskRecord | undefined>;
  close(): Promise<void>;
}

export async function openTaskWorld(settings: Record<string, unknown> = {}): Promise<TaskWorld> {
  const stores = openMemory();
  const workers: Worker[] = [];
  let ahead = 0;
  const release = holdClock(() => Date.now() + ahead);
  const world: TaskWorld = {
    stores,
    async worker() {
      const registry = await Registry.open({ store: stores.data, bus: stores.bus, checkEveryMs: 0 });
      const tasks = new Tasks({ data: stores.data, bus: stores.bus, registry });
      const worker = { tasks, registry };
      workers.push(worker);
      return worker;
    },
    start: ({ tasks }, options = {}) => tasks.start({ schedules: false, ...options }),
    pass(ms) {
      ahead += ms;
      for (const { tasks } of workers) tasks.queue.wake();
    },
    task: async (id) => (await (workers[0] as Worker).tasks.queue.get(id))?.record,
    async ended(id) {
      let record: TaskRecord | undefined;
      await until(async () => {
        record = await world.task(id);
        return record === undefined || record.failedAt > 0;
      });
      return record;
    },
    async close() {
      await Promise.all(workers.map(({ tasks }) => tasks.stop()));
      for (const { registry } of workers) registry.close();
      release();
      await stores.close();
    },
  };
  const { registry } = await world.worker();
  if (Object.keys(settings).length > 0)
    await registry.write.update(DECLARATIONS.TaskManager, SINGLETON, settings, SERVER_CONTEXT);
  return world;
}

/** Waits until a condition holds; fails after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('a condition never held');
}

/** Some work to hand out. */
export const work = (domainId = 1, type: 'AcmeRenewal' | 'DnsManagement' = 'DnsManagement'): NewTask => ({
  subject: (type === 'AcmeRenewal'
    ? { '@type': type, domainId }
    : { '@type': type, domainId, onSuccessRenewCertificate: false, updateRecords: [] }) as TaskSubject,
});
