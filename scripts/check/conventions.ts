// House rules that no general tool knows: where time and randomness come from, and how long a file may grow.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './tool.ts';

const LONGEST_FILE = 600;

interface Rule {
  readonly pattern: RegExp;
  readonly say: string;
  /** The file in which the pattern is at home. */
  readonly home?: string;
}

const rules: readonly Rule[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)/g,
    say: 'ask now() of src/base for the time',
    home: 'src/base/clock.ts',
  },
  {
    pattern:
      /\bMath\.random\b|\bcrypto\.random\w+|\bgetRandomValues\b|import \{[^}]*\brandom(?:Bytes|UUID|Int|Fill|FillSync)\b[^}]*\} from '(?:node:)?crypto'/g,
    say: 'ask src/base for randomness',
    home: 'src/base/random.ts',
  },
  { pattern: /\b(?:TODO|FIXME)\b/g, say: 'finish it, or leave it out and say so in docs/roadmap.md' },
];

/** Checks the shipped sources under `root/src`; tests are free in the use of time and chance. */
export function checkConventions(root: string): Verdict {
  const files = globSync('src/**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !/\.(?:test|service)\.ts$|\/testing|\/generated\//.test(file))
    .sort();
  const faults = files.flatMap((file) => faultsOf(file, readFileSync(path.join(root, file), 'utf8')));
  if (faults.length > 0) return { ok: false, summary: `${faults.length} faults`, details: faults.join('\n') };
  return { ok: files.length > 0, summary: `${files.length} files` };
}

/** What is wrong with one source file, a line each. */
export function faultsOf(file: string, source: string): string[] {
  const faults: string[] = [];
  const length = source.split('\n').length - 1;
  if (length > LONGEST_FILE)
    faults.push(`${file}: ${length} lines; split it by subject (at most ${LONGEST_FILE})`);
  if (!file.endsWith('/index.ts') && !/^(?:#!.*\n)?\/[/*]/.test(source))
    faults.push(`${file}: begin with a sentence on what the file is for`);
  for (const rule of rules) {
    if (rule.home === file) continue;
    for (const match of source.matchAll(rule.pattern))
      faults.push(`${file}:${source.slice(0, match.index).split('\n').length}: ${rule.say}`);
  }
  return faults;
}
