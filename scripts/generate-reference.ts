// Writes the reference of server objects and permissions into docs/reference from their declarations.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { referencePages } from './generate/reference.ts';

const folder = path.join(import.meta.dirname, '../docs/reference');
rmSync(folder, { recursive: true, force: true });
const pages = referencePages();
for (const [name, text] of pages) {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`${pages.size} pages`);
