// Runs a benchmark by name: `npm run bench -- imap --peer dovecot,imap=127.0.0.1:24143`.
import { readdirSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
  .sort();
const [name = '', ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- <${names.join('|')}> [options]`);
  process.exit(2);
}
process.argv.splice(2, process.argv.length - 2, ...rest);
await import(path.join(folder, `${name}.ts`));
