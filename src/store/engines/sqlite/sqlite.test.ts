import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { CASES } from '../../testing/conformance.ts';
import { type EmbeddedOptions, type EmbeddedStores, openEmbedded } from './index.ts';

describe('embedded stores, in the thread that opened them', () => {
  for (const { name, run } of CASES) it(name, () => withStores({}, run));
});

describe('embedded stores, attached from another thread', () => {
  for (const { name } of CASES) it(name, () => withStores({}, (stores) => runAttached(stores, name)));
});

async function runAttached(stores: EmbeddedStores, name: string): Promise<void> {
  const { handle, transfer } = stores.share();
  const worker = new Worker(new URL('../../testing/worker.ts', import.meta.url), {
    workerData: { handle, name },
    transferList: transfer,
  });
  const verdict = await new Promise<{ passed: true } | { failed: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with status ${code}`)));
  });
  assert.deepEqual(verdict, { passed: true });
}

async function withStores(
  options: Partial<EmbeddedOptions>,
  fn: (stores: EmbeddedStores, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-store-'));
  const failures: Error[] = [];
  try {
    const stores = await openEmbedded({
      folder,
      logBytes: 1024 * 1024,
      onFatal: (error) => failures.push(error),
      ...options,
    });
    try {
      await fn(stores, folder);
    } finally {
      await stores.close();
    }
    assert.deepEqual(failures, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
