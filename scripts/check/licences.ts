// Which licences the installed packages carry: permissive ones and the MPL are accepted, over the whole tree
// that the lockfile names, development packages and other platforms' packages included.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './tool.ts';

const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSD-3-Clause-Clear',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

interface Manifest {
  readonly license?: unknown;
  readonly licenses?: unknown;
}

/** Checks every package of `package-lock.json` in `root`. */
export function checkLicences(root: string): Verdict {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Manifest & { link?: boolean }>;
  };
  const entries = Object.entries(lock.packages).filter(([place, entry]) => place !== '' && !entry.link);
  if (entries.length === 0) return { ok: false, summary: 'the lockfile names no package' };
  const refused: string[] = [];
  for (const [place, entry] of entries) {
    const installed = path.join(root, place, 'package.json');
    // What is installed tells the truth; packages for other platforms are known from the lockfile alone.
    const manifest = existsSync(installed)
      ? (JSON.parse(readFileSync(installed, 'utf8')) as Manifest)
      : entry;
    const expression = licenceOf(manifest) ?? licenceOf(entry);
    if (expression === undefined) refused.push(`${place}: no licence named`);
    else if (!accepts(expression)) refused.push(`${place}: ${expression}`);
  }
  if (refused.length > 0)
    return {
      ok: false,
      summary: `${refused.length} packages with a licence not accepted`,
      details: refused.join('\n'),
    };
  return { ok: true, summary: `${entries.length} packages` };
}

/**
 * Whether an SPDX expression can be met with accepted licences alone: one side of each `OR`, both of each `AND`.
 * An expression that cannot be read is not accepted.
 */
export function accepts(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let met = both();
    while (tokens[at] === 'OR') {
      at++;
      // Always read the right side, so that the rest of the expression is read too.
      const right = both();
      met ||= right;
    }
    return met;
  };
  const both = (): boolean => {
    let met = one();
    while (tokens[at] === 'AND') {
      at++;
      const right = one();
      met &&= right;
    }
    return met;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && accepted.has(token);
    const met = either();
    return tokens[at++] === ')' && met;
  };
  return either() && at === tokens.length;
}

/** The licence of a package, in the present form or the old ones with objects and lists. */
function licenceOf(manifest: Manifest): string | undefined {
  const { license, licenses } = manifest;
  if (typeof license === 'string') return license;
  const type = (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
      ? value.type
      : undefined;
  if (Array.isArray(licenses)) {
    const types = licenses.map(type).filter((name) => name !== undefined);
    return types.length > 0 ? types.join(' OR ') : undefined;
  }
  return type(license);
}
