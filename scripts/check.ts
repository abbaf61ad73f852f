// The quality gate, `npm run check`: every check that needs no running server, a line each, all of them even
// after one failed. Arguments name the checks to run; without any, all.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { checkConventions } from './check/conventions.ts';
import { checkFloors } from './check/floors.ts';
import { checkLicences } from './check/licences.ts';
import { checkReference } from './check/reference.ts';
import { checkStandards } from './check/standards.ts';
import { toolVerdict, type Verdict } from './check/tool.ts';

const root = path.join(import.meta.dirname, '..');

/** In the order in which they start: the longest first. */
const checks: Readonly<Record<string, () => Verdict | Promise<Verdict>>> = {
  types: () => toolVerdict('tsc', ['-p', '.'], root),
  lint: () => toolVerdict('oxlint', ['--type-aware', '--deny-warnings', '--format', 'unix', '.'], root),
  'dead code': () => toolVerdict('knip', ['--no-progress', '--no-config-hints'], root),
  floors: () => checkFloors(root),
  format: () => toolVerdict('biome', ['check', '.'], root),
  standards: () => checkStandards(root),
  reference: () => checkReference(root),
  conventions: () => checkConventions(root),
  licences: () => checkLicences(root),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')}; there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

const waiting = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const failed: string[] = [];

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, check] = next;
    const began = performance.now();
    const verdict = await Promise.try(check).catch(
      (error: unknown): Verdict => ({
        ok: false,
        summary: 'the check itself failed',
        details: String(error),
      }),
    );
    if (!verdict.ok) failed.push(name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `${verdict.ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(12)} ${seconds.padStart(5)} s  ${verdict.summary}`,
    );
    if (!verdict.ok && verdict.details) console.log(`${verdict.details.replaceAll(/^/gm, '      ')}\n`);
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
console.log(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
