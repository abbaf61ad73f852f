// Fuzzes every parser from its stored corpus: `fuzz.ts [--seconds 10] [--target src/formats/imap] [--seed n]`. An input
// that makes a parser throw, or that takes longer than it may, is written to tmp/fuzz and ends the campaign red.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../support/random.ts';
import { type FuzzTarget, fuzzTargets } from './fuzz-targets.ts';
import { mutate } from './mutate.ts';

/** CPU time. Inputs have at most 8 KiB; one that takes so long is a way to stop the server. */
const TOO_LONG_MS = 1000;
/** Inputs kept to be changed further. */
const POOL = 2000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

function campaign({ name, fuzz, seeds }: FuzzTarget, seconds: number, seed: number): boolean {
  const random = seededRandom(seed);
  const pool: Uint8Array[] = seeds.length > 0 ? [...seeds] : [Buffer.from('seed')];
  const until = performance.now() + seconds * 1000;
  let count = 0;
  for (let began = performance.now(); began < until; began = performance.now()) {
    const input = count < seeds.length ? (seeds[count] as Buffer) : mutate(random.pick(pool), pool, random);
    const { user, system } = process.cpuUsage();
    const failure = attempt(fuzz, input);
    const used = process.cpuUsage();
    const ms = (used.user - user + used.system - system) / 1000;
    count++;
    if (failure !== undefined || ms > TOO_LONG_MS) {
      report(name, input, failure ?? new Error(`took ${Math.round(ms)} ms`));
      return false;
    }
    if (random.chance(0.05)) {
      if (pool.length < POOL) pool.push(input);
      else pool[seeds.length + random.below(POOL - seeds.length)] = input;
    }
  }
  console.log(`ok    ${name.padEnd(24)} ${count} inputs from ${seeds.length} seeds`);
  return true;
}

function attempt(fuzz: FuzzTarget['fuzz'], input: Uint8Array): unknown {
  try {
    fuzz(input);
    return undefined;
  } catch (error) {
    return error;
  }
}

function report(name: string, input: Uint8Array, error: unknown): void {
  const folder = path.join(import.meta.dirname, '../../tmp/fuzz');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name.replaceAll('/', '-')}-${Date.now()}`);
  writeFileSync(file, input);
  console.log(`FAIL  ${name}: ${error instanceof Error ? error.stack : String(error)}\n      input: ${file}`);
}

const targets = (await fuzzTargets()).filter(
  ({ name }) => values.target === undefined || values.target === name,
);
const seed = Number(values.seed);
console.log(`fuzzing ${targets.length} parsers for ${values.seconds} s each, seed ${seed}`);
const failed = targets.filter((target) => !campaign(target, Number(values.seconds), seed));
console.log(`${targets.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && targets.length > 0 ? 0 : 1;
