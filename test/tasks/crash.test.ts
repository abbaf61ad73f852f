// A task whose process is killed is taken over by the next one and runs to its end, each step once.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from '../../src/store/index.ts';
import { TaskQueue } from '../../src/tasks/queue.ts';
import { stepKey, STEPS } from './crash-steps.ts';
import { work } from './world.ts';

const child = fileURLToPath(new URL('crash.child.ts', import.meta.url));

/** Runs a worker until it has said a line, and kills it. Returns all that it said. */
async function runUntil(folder: string, name: string, pause: number, line: string): Promise<string[]> {
  const worker: ChildProcess = spawn(process.execPath, [child, folder, name, String(pause)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  worker.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.includes(`${line}\n`)) worker.kill('SIGKILL');
  });
  await new Promise((resolve) => worker.on('close', resolve));
  return text.split('\n').filter(Boolean);
}

test('a task outlives the processes that work on it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'waypost-tasks-'));
  try {
    const before = await openEmbedded({ folder });
    const [id] = await new TaskQueue(before).add([work()]);
    await before.close();
    const first = await runUntil(folder, 'first', 20, 'step 7');
    assert.equal(first[0], 'begin first 0');
    const second = await runUntil(folder, 'second', 20, 'step 20');
    const reached = Number(second[0]?.split(' ')[2]);
    assert.match(String(second[0]), /^begin second \d+$/);
    assert.ok(reached >= 7 && reached < 20, String(second[0]));
    await runUntil(folder, 'third', 0, 'all done');
    const after = await openEmbedded({ folder });
    try {
      assert.equal(await new TaskQueue(after).get(id ?? 0), undefined);
      const rows = await after.data.getMany(Array.from({ length: STEPS }, (_, i) => stepKey(i + 1)));
      const by = rows.map((row) => row && Buffer.from(row).toString());
      assert.ok(!by.includes(undefined), 'every step was done');
      assert.deepEqual([...new Set(by)], ['first', 'second', 'third']);
    } finally {
      await after.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
