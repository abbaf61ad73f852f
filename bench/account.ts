// Durable writes a second of small documents: 1, 10 and 50 writers that each wait for their answer, into one
// account and into 50. Arguments: seconds a measurement (default 2), then the engine (`sqlite` or `memory`).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AccountsService, type AccountWriter, createAccounts, DataType } from '../src/account/index.ts';
import { utf8 } from '../src/base/index.ts';
import { keys, openEmbedded, openMemory } from '../src/store/index.ts';

const seconds = Number(process.argv[2] ?? 2);
const engine = process.argv[3] ?? 'sqlite';
const RECORD = new Uint8Array(80).fill(1);
const COLD = new Uint8Array(1500).fill(2);

/** Rows as a delivery has them: hot and cold record, a counter row that all share, an index row. */
async function add(writer: AccountWriter): Promise<void> {
  const counters = keys.indexKey(writer.id, 1, utf8('counters'));
  const before = await writer.get(counters);
  const id = writer.create(DataType.Email, RECORD, { after: [1] });
  writer.set(keys.coldKey(writer.id, DataType.Email, id), COLD);
  writer.set(keys.indexKey(writer.id, 2, keys.u32Part(id)), RECORD.subarray(0, 8));
  writer.set(counters, Uint8Array.of(((before?.[0] ?? 0) + 1) & 0xff));
  writer.update(DataType.Mailbox, 1, undefined, { after: [1] });
  writer.addUsedBytes(1500);
}

interface Result {
  readonly rate: number;
  readonly attempts: number;
  readonly perCommit: number;
  readonly median: number;
}

async function measure(
  accounts: AccountsService,
  writers: number,
  spread: number,
  all: boolean,
): Promise<Result> {
  const before = { ...accounts.stats };
  const started = performance.now();
  const until = started + seconds * 1000;
  const times: number[] = [];
  const ids = Array.from({ length: spread }, (_, n) => n + 1);
  await Promise.all(
    Array.from({ length: writers }, async (_, n) => {
      for (let at = performance.now(); at < until; ) {
        if (all) await accounts.writeAll(ids, add);
        else await accounts.get((n % spread) + 1).write(add);
        const end = performance.now();
        times.push(end - at);
        at = end;
        // As a connection would: the next command comes in another turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  const writes = accounts.stats.writes - before.writes;
  return {
    rate: (writes * 1000) / (performance.now() - started),
    attempts: (accounts.stats.attempts - before.attempts) / writes,
    perCommit: writes / (accounts.stats.commits - before.commits),
    median: times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0,
  };
}

const folder = await mkdtemp(path.join(tmpdir(), 'waypost-bench-'));
const stores = engine === 'memory' ? openMemory() : await openEmbedded({ folder });
const accounts = createAccounts(stores);
process.stdout.write('writers  accounts            writes/s  attempts  a commit  median ms\n');
for (const [spread, all] of [
  [1, false],
  [50, false],
  [5, true],
] as const) {
  for (const writers of [1, 10, 50]) {
    const { rate, attempts, perCommit, median } = await measure(accounts, writers, spread, all);
    const title = all ? `${spread} in each write` : `${spread}`;
    process.stdout.write(
      `${String(writers).padStart(7)}  ${title.padEnd(16)} ${rate.toFixed(0).padStart(11)} ${attempts.toFixed(2).padStart(9)} ${perCommit.toFixed(1).padStart(9)} ${median.toFixed(2).padStart(10)}\n`,
    );
  }
}
accounts.close();
await stores.close();
await rm(folder, { recursive: true, force: true });
