// Orders one task for each of many records, a bounded number in each commit. How far it came is kept with them, so that
// an interrupted run goes on behind the last, and none is ordered twice.
import type { DeclaredObject, Registry } from '../../registry/index.ts';
import type { TaskQueue } from '../queue.ts';
import type { NewTask, TaskRun } from '../types.ts';

/** Tasks that one commit orders. */
const AT_ONCE = 250;

export interface FanOut {
  readonly registry: Registry;
  readonly queue: TaskQueue;
}

/**
 * @param order makes the task of a record; `share` is its place among all, from 0 to 1
 * @param wanted leaves records out
 */
export async function forEach<N extends DeclaredObject>(
  { registry, queue }: FanOut,
  run: TaskRun,
  type: N,
  order: (id: number, share: number) => NewTask,
  wanted: (value: Awaited<ReturnType<typeof registry.all<N>>>[number]['value']) => boolean = () => true,
): Promise<void> {
  const total = await registry.count(type);
  let done = run.progress?.done ?? 0;
  const last = run.progress?.cursor ?? -1;
  for await (const page of registry.scan(type)) {
    const ids = page.flatMap(({ id, value }) => (id > last && wanted(value) ? [id] : []));
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const piece = ids.slice(from, from + AT_ONCE);
      const before = done;
      done += piece.length;
      await run.checkpoint({ done, total, cursor: piece.at(-1) as number }, (batch) => {
        for (const [i, id] of piece.entries())
          queue.put(batch, order(id, total === 0 ? 0 : Math.min(1, (before + i) / total)));
      });
    }
  }
  queue.wake();
}
