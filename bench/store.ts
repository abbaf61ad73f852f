// Store throughput: durable batches a second with 1, 10 and 50 concurrent committers, point reads and scanned
// rows a second. A batch has the rows of a delivery: about fifteen, with a message of 5 KB that differs each time.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from '../src/base/index.ts';
import { type Batch, keys, openEmbedded, type Stores } from '../src/store/index.ts';

const SECONDS = Number(process.argv[2] ?? 3);
const MESSAGE = 5000;
/** Rows that are read. */
const ROWS = 100_000;
/** Numbers the documents. */
let serial = 1;

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-bench-'));
const stores = await openEmbedded({
  folder,
  onFatal: (error) => {
    throw error;
  },
});
try {
  for (const committers of [1, 10, 50]) {
    const small = await commits(stores, committers, smallBatch);
    report(`${committers} committers, one row`, small);
    const delivery = await commits(stores, committers, deliveryBatch);
    report(`${committers} committers, deliveries`, delivery);
  }
  await prepare(stores);
  report('gets', await gets(stores));
  report('gets, 100 at once', await manyGets(stores));
  report('scanned rows', await scans(stores));
} finally {
  await stores.close();
  rmSync(folder, { recursive: true });
}

interface Figure {
  readonly rate: number;
  /** Milliseconds, sorted. */
  readonly times?: readonly number[];
}

function report(what: string, { rate, times }: Figure): void {
  const at = (share: number): string => `${(times?.[Math.floor(times.length * share)] ?? 0).toFixed(2)} ms`;
  const latency = times ? `  p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}  most ${at(0.99999)}` : '';
  process.stdout.write(`${what.padEnd(28)} ${rate.toFixed(0).padStart(8)}/s${latency}\n`);
}

async function commits(
  { data }: Stores,
  committers: number,
  fill: (batch: Batch, n: number, account: number) => void,
): Promise<Figure> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  const work = async (account: number): Promise<void> => {
    while (performance.now() < end) {
      const batch = data.newBatch();
      fill(batch, serial++, account);
      const began = performance.now();
      const result = await data.commit(batch);
      if (!result.ok) throw new Error('a condition did not hold');
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: committers }, (_, account) => work(account)));
  return { rate: (times.length * 1000) / (performance.now() - began), times: times.sort((a, b) => a - b) };
}

function smallBatch(batch: Batch, n: number, account: number): void {
  batch.set(keys.documentKey(account, 1, n), randomBytes(60));
}

function deliveryBatch(batch: Batch, n: number, account: number): void {
  const body = message();
  const hash = new Uint8Array(createHash('sha256').update(body).digest());
  batch
    .putBlob(hash, body)
    .set(keys.headKey(account), randomBytes(120))
    .set(keys.logKey(account, n), randomBytes(90))
    .set(keys.documentKey(account, 2, n), randomBytes(64))
    .set(keys.coldKey(account, 2, n), randomBytes(900))
    .set(keys.blobLinkKey(hash, account, 2, n), Uint8Array.of(1))
    .set(keys.searchTaskKey(account, n), Uint8Array.of(1))
    .add(keys.counterKey(1, account), 5000)
    .add(keys.counterKey(2, account), 1);
  for (let kind = 0; kind < 4; kind++)
    batch.set(keys.indexKey(account, kind, randomBytes(8)), Uint8Array.of(1));
}

/** Text that compresses about as mail does. */
function message(): Uint8Array {
  const random = randomBytes(MESSAGE / 2);
  return new Uint8Array(Buffer.from(Buffer.from(random).toString('hex'), 'latin1'));
}

/** Rows of one account, for the reads. */
async function prepare({ data }: Stores): Promise<void> {
  for (let n = 0; n < ROWS; ) {
    const batch = data.newBatch();
    for (const end = n + 1000; n < end; n++) batch.set(keys.documentKey(900, 1, n), randomBytes(64));
    await data.commit(batch);
  }
}

async function gets({ data }: Stores): Promise<Figure> {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) {
    for (let i = 0; i < 100; i++, count++) {
      const row = await data.get(keys.documentKey(900, 1, (count * 7919) % ROWS));
      if (!row) throw new Error('a row is missing');
    }
  }
  return { rate: (count * 1000) / (performance.now() - began) };
}

async function manyGets({ data }: Stores): Promise<Figure> {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) {
    const wanted = Array.from({ length: 100 }, (_, i) =>
      keys.documentKey(900, 1, ((count + i) * 7919) % ROWS),
    );
    count += (await data.getMany(wanted)).length;
  }
  return { rate: (count * 1000) / (performance.now() - began) };
}

async function scans({ data }: Stores): Promise<Figure> {
  let count = 0;
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) {
    const page = await data.scan(keys.documentRange(900, 1));
    count += page.keys.length;
  }
  return { rate: (count * 1000) / (performance.now() - began) };
}
