// Programs of the operating system that some tests drive.
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/**
 * True when the program is there. Otherwise the test is skipped with the reason, or fails under `CI=true`, where
 * a missing program must not pass unseen.
 */
export function hasTool(test: TestContext, name: string): boolean {
  if (spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0) return true;
  if (process.env['CI'] === 'true') throw new Error(`missing service: ${name} is not installed`);
  test.skip(`${name} is not installed`);
  return false;
}
