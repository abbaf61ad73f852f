// A short crash campaign; the long one is `node bin/node.js test/campaigns/crash.ts --rounds 50`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashCampaign } from '../campaigns/crash.ts';

for (const [rounds, workers] of [
  [5, 1],
  [2, 2],
] as const) {
  test(`what was acknowledged survives ${rounds} kills of a server with ${workers} worker(s)`, async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const report = await runCrashCampaign({ rounds, workers, connections: 32, seed });
    assert.ok(report.acknowledged > 0);
    t.diagnostic(JSON.stringify(report));
  });
}
