// The reference in docs/reference is what the declarations say now: no page missing, changed or left over.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { referencePages } from '../generate/reference.ts';
import type { Verdict } from './tool.ts';

export function checkReference(root: string): Verdict {
  const folder = path.join(root, 'docs/reference');
  const there = new Set(globSync('**/*.md', { cwd: folder }).map((file) => file.split(path.sep).join('/')));
  const wanted = referencePages();
  const faults = [...wanted].flatMap(([name, text]) => {
    if (!there.has(name)) return [`docs/reference/${name} is missing`];
    return readFileSync(path.join(folder, name), 'utf8') === text
      ? []
      : [`docs/reference/${name} is out of date`];
  });
  for (const name of there) if (!wanted.has(name)) faults.push(`docs/reference/${name} is left over`);
  if (faults.length === 0) return { ok: true, summary: `${wanted.size} pages are current` };
  return {
    ok: false,
    summary: `${faults.length} pages differ: run npm run generate`,
    details: faults.slice(0, 20).join('\n'),
  };
}
