// A process that works on a task in steps and says each, until it is killed.
// Arguments: data folder, name, milliseconds between two steps.
import { writeSync } from 'node:fs';
import { Registry } from '../../src/registry/index.ts';
import { openEmbedded } from '../../src/store/index.ts';
import { Tasks } from '../../src/tasks/index.ts';
import { stepKey, STEPS } from './crash-steps.ts';

const [folder = '', name = '', pause = '0'] = process.argv.slice(2);
const stores = await openEmbedded({ folder });
const registry = await Registry.open({ store: stores.data, bus: stores.bus, checkEveryMs: 0 });
const tasks = new Tasks({ data: stores.data, bus: stores.bus, registry });
const say = (line: string): void => void writeSync(1, `${line}\n`);

tasks.handle('DnsManagement', async (run) => {
  say(`begin ${name} ${run.progress?.done ?? 0}`);
  for (let step = (run.progress?.done ?? 0) + 1; step <= STEPS; step++) {
    await run.checkpoint({ done: step, total: STEPS, cursor: step }, (batch) =>
      // a second time would fail the commit
      batch.assert(stepKey(step), 'absent').set(stepKey(step), Buffer.from(name)),
    );
    say(`step ${step}`);
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
});
tasks.start({ schedules: false, lease: { lifeMs: 400, renewMs: 100 } });
const tellWhenDone = async (): Promise<void> => {
  for await (const page of tasks.queue.scan()) if (page.length > 0) return;
  say('all done');
};
// The runner's timers do not keep a process alive; this one does.
setInterval(() => void tellWhenDone(), 50);
