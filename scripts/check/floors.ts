// The floors of the house, checked with dependency-cruiser by the table in .dependency-cruiser.cjs. The tool
// reports success on a tree it cannot read, so every source file must be among the modules it saw.
import { globSync } from 'node:fs';
import path from 'node:path';
import { runTool, type Verdict } from './tool.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const config = path.join(import.meta.dirname, '../../.dependency-cruiser.cjs');

/** Checks the tree at `root`, whose folders are those of this repository. */
export async function checkFloors(root: string): Promise<Verdict> {
  const folders = ['src', 'test', 'bench', 'scripts', 'bin', 'web'].filter(
    (folder) => globSync(`${folder}/**/*.{ts,tsx,js}`, { cwd: root }).length > 0,
  );
  if (folders.length === 0) return { ok: false, summary: 'no source files found' };
  const run = await runTool('depcruise', ['--config', config, '--output-type', 'json', ...folders], root);
  let result: CruiseResult;
  try {
    result = JSON.parse(run.stdout) as CruiseResult;
  } catch {
    return { ok: false, summary: 'dependency-cruiser gave no result', details: run.stderr || run.stdout };
  }
  const seen = new Set(result.modules.map((module) => module.source));
  const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => file.split(path.sep).join('/'));
  const unseen = sources.filter((file) => !seen.has(file));
  if (sources.length === 0 || unseen.length > 0)
    return {
      ok: false,
      summary: `${unseen.length} of ${sources.length} source files were not seen`,
      details: unseen.join('\n'),
    };
  const { violations, totalDependenciesCruised } = result.summary;
  if (violations.length > 0)
    return {
      ok: false,
      summary: `${violations.length} imports break the floors`,
      details: violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`).join('\n'),
    };
  return { ok: true, summary: `${seen.size} modules, ${totalDependenciesCruised} imports` };
}
