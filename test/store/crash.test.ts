// Kills a writing process in the middle of its commits, again and again on the same folder: what was acknowledged
// is there, and every batch is there whole or not at all. WAYPOST_CRASH_ROUNDS sets the rounds (default 5).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { type EmbeddedStores, keys, openEmbedded } from '../../src/store/index.ts';
import { crashBody, crashKeys } from './crash-rows.ts';

const ROUNDS = Number(process.env['WAYPOST_CRASH_ROUNDS'] ?? 5);

it(`loses nothing and tears nothing when it is killed, ${ROUNDS} times`, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-crash-'));
  try {
    /** Next number by writer, and the last that was acknowledged. */
    let next = 0;
    const acknowledged = new Map<number, number[]>();
    let lines = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // a different number of acknowledgements each time, so that it dies at different moments
      lines += await writeAndDie(folder, next, 20 + ((round * 83) % 400), acknowledged);
      const stores = await openEmbedded({ folder, inlineLimit: 20_000 });
      try {
        next = await check(stores, acknowledged);
      } finally {
        await stores.close();
      }
    }
    assert.ok(lines >= ROUNDS * 20);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function writeAndDie(
  folder: string,
  first: number,
  enough: number,
  acknowledged: Map<number, number[]>,
): Promise<number> {
  const script = path.join(import.meta.dirname, 'crash-writer.child.ts');
  const child = spawn(process.execPath, [script, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'open') continue;
    const match = /^(\d+) (\d+)$/.exec(line);
    // the last line may be torn by the kill
    if (!match) continue;
    const [writer, n] = [Number(match[1]), Number(match[2])];
    acknowledged.set(writer, [...(acknowledged.get(writer) ?? []), n]);
    if (++count === enough) child.kill('SIGKILL');
  }
  assert.equal(await exited, 'SIGKILL', 'the writer ended by itself');
  return count;
}

/** Returns the first number that no writer has used. */
async function check(
  { data, blobs }: EmbeddedStores,
  acknowledged: ReadonlyMap<number, number[]>,
): Promise<number> {
  let highest = -1;
  for (let writer = 0; writer < 6; writer++) {
    const found = new Set<number>();
    const page = await data.scan(keys.documentRange(writer, 0), { limit: 1_000_000, keysOnly: true });
    assert.equal(page.next, undefined);
    for (const key of page.keys) {
      const n = Buffer.from(key).readUInt32BE(6);
      found.add(n);
      const rows = await data.getMany(crashKeys(writer, n));
      assert.ok(
        rows.every((row) => row !== undefined),
        `batch ${writer} ${n} is torn`,
      );
      const body = crashBody(writer, n);
      const hash = new Uint8Array(createHash('sha256').update(body).digest());
      assert.ok(await data.get(keys.blobLinkKey(hash, writer, 1, n)));
      const stored = await blobs.read(hash);
      assert.ok(stored && Buffer.compare(stored, body) === 0, `the blob of ${writer} ${n} is damaged`);
      highest = Math.max(highest, n);
    }
    for (const n of acknowledged.get(writer) ?? []) assert.ok(found.has(n), `batch ${writer} ${n} is lost`);
    const counter = await data.get(keys.counterKey(1, writer));
    assert.equal(Number(Buffer.from(counter ?? new Uint8Array(8)).readBigInt64BE()), found.size);
  }
  return highest + 1;
}
