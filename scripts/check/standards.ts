// The index of standards: every RFC or draft that the sources refer to stands in docs/standards.md, and every
// standard that the page calls implemented is referred to in the folders it names.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './tool.ts';

interface Row {
  readonly standard: string;
  readonly state: string;
  readonly folders: readonly string[];
}

/** Checks the sources under `root/src` against `root/docs/standards.md`. */
export function checkStandards(root: string): Verdict {
  const page = readFileSync(path.join(root, 'docs/standards.md'), 'utf8');
  const files = globSync('src/**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .sort();
  const references = files.map((file) => ({
    file,
    standards: referencesOf(readFileSync(path.join(root, file), 'utf8')),
  }));
  return compareStandards(readRows(page), references);
}

/** The rows of the page's tables: `| RFC 9051 | title | full | src/imap, src/formats/imap |`. */
export function readRows(page: string): Row[] {
  const rows: Row[] = [];
  for (const line of page.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, standard = '', title = '', state = '', folders = ''] = cells;
    if (!/^(?:RFC \d+|draft-[a-z0-9-]+)$/.test(standard) || title === '') continue;
    rows.push({
      standard,
      state,
      folders: folders
        .split(',')
        .map((folder) => folder.trim().replaceAll('`', ''))
        .filter((folder) => folder !== ''),
    });
  }
  return rows;
}

/** The standards that a source names, wherever it names them. */
export function referencesOf(source: string): Set<string> {
  const found = new Set<string>();
  for (const [, number] of source.matchAll(/\bRFC (\d{3,5})\b/g)) found.add(`RFC ${number}`);
  for (const [name] of source.matchAll(/\bdraft-(?:[a-z0-9]+-)+[a-z0-9]+/g)) found.add(name);
  return found;
}

/** Compares the page's rows with what each file refers to. */
export function compareStandards(
  rows: readonly Row[],
  references: readonly { readonly file: string; readonly standards: ReadonlySet<string> }[],
): Verdict {
  const faults: string[] = [];
  const byName = new Map<string, Row>();
  for (const row of rows) {
    if (byName.has(row.standard)) faults.push(`${row.standard} is listed twice`);
    byName.set(row.standard, row);
    if (!['full', 'partial', 'none'].includes(row.state))
      faults.push(`${row.standard}: the state is full, partial or none, not "${row.state}"`);
    if (row.state !== 'none' && row.folders.length === 0) faults.push(`${row.standard}: names no folder`);
  }
  const missing = new Map<string, string>();
  for (const { file, standards } of references)
    for (const standard of standards) {
      const row = byName.get(standard);
      if (row === undefined) missing.set(standard, file);
      else if (row.state === 'none') faults.push(`${standard}: listed as none, but ${file} refers to it`);
    }
  for (const [standard, file] of missing)
    faults.push(`${standard}: referred to in ${file}, but not listed in docs/standards.md`);
  for (const row of rows) {
    if (row.state === 'none') continue;
    for (const folder of row.folders)
      if (
        !references.some(
          ({ file, standards }) => file.startsWith(`${folder}/`) && standards.has(row.standard),
        )
      )
        faults.push(`${row.standard}: listed as ${row.state}, but nothing in ${folder} refers to it`);
  }
  if (rows.length === 0) faults.push('docs/standards.md lists nothing');
  if (faults.length > 0)
    return { ok: false, summary: `${faults.length} disagreements`, details: faults.join('\n') };
  const done = rows.filter((row) => row.state !== 'none').length;
  return { ok: true, summary: `${done} standards in force, ${rows.length - done} named as not implemented` };
}
