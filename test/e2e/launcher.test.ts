// The launcher: what it starts, and what it gives it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LAUNCHER = path.join(import.meta.dirname, '../../bin/node.js');
const SHOW =
  'console.log(JSON.stringify([process.versions.node.split(".")[0], process.env.MALLOC_ARENA_MAX]))';

async function started(env: Readonly<Record<string, string>>): Promise<unknown> {
  // Any Node.js that is there, as a user would.
  const { stdout } = await run('node', [LAUNCHER, '-e', SHOW], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return JSON.parse(stdout);
}

test('the pinned Node.js is started, with few arenas that each keep what password hashing takes', async () => {
  assert.deepEqual(await started({}), ['26', '4']);
});

test('who has other wishes keeps them', async () => {
  assert.deepEqual(await started({ MALLOC_ARENA_MAX: '8' }), ['26', '8']);
});
