// The page that lists the demands names tests that are there, and every test of the walk stands on it.
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';

const ROOT = new URL('../../../', import.meta.url);
const HERE = new URL('./', import.meta.url);

test('docs/jmap-conformance-mail.md and the tests agree', async () => {
  const page = await readFile(new URL('docs/jmap-conformance-mail.md', ROOT), 'utf8');
  const named = new Set(
    Array.from(page.matchAll(/`([a-z0-9/-]+\.test\.ts)`/g), ([, file]) => file as string),
  );
  for (const file of named) {
    const { size } = await stat(new URL(file, file.includes('/') ? ROOT : HERE));
    assert.ok(size > 0, file);
  }
  const own = (await readdir(HERE)).filter((file) => file.endsWith('.test.ts') && file !== 'page.test.ts');
  assert.deepEqual(own.sort(), [...named].filter((file) => !file.includes('/')).sort());
  // Every row says where.
  for (const row of page.split('\n').filter((line) => /^\| \d/.test(line)))
    assert.match(row, /\| [^|]+ \| [^|]+ \| [^|]+ \|$/, row);
});
