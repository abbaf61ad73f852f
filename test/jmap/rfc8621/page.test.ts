// The pages that list the demands name tests that are there, and every test of the walks stands on one of them.
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';

const ROOT = new URL('../../../', import.meta.url);
const TESTS = new URL('test/jmap/', ROOT);

const read = (page: string) => readFile(new URL(`docs/${page}`, ROOT), 'utf8');
/** Tests of the walks, as `rfc8620/get.test.ts`. */
const testsOf = async (folder: string) =>
  (await readdir(new URL(`${folder}/`, TESTS)))
    .filter((file) => file.endsWith('.test.ts') && file !== 'page.test.ts')
    .map((file) => `${folder}/${file}`);

test('the pages of demands and the tests agree', async () => {
  const mail = await read('jmap-conformance-mail.md');
  const rest = await read('jmap-conformance.md');
  const named = [
    // Without a folder it is one of RFC 8621; the other page leaves the ending out.
    ...Array.from(mail.matchAll(/`([a-z0-9-]+\.test\.ts)`/g), ([, file]) => `test/jmap/rfc8621/${file}`),
    ...Array.from(mail.matchAll(/`([a-z0-9-]+\/[a-z0-9/-]+\.test\.ts)`/g), ([, file]) => String(file)),
    ...Array.from(rest.matchAll(/`(rfc862[01]\/[a-z0-9-]+)`/g), ([, file]) => `test/jmap/${file}.test.ts`),
    ...Array.from(rest.matchAll(/`(src\/[a-z0-9/-]+\.test\.ts)`/g), ([, file]) => String(file)),
  ];
  for (const file of new Set(named)) assert.ok((await stat(new URL(file, ROOT))).size > 0, file);
  const walks = [...(await testsOf('rfc8620')), ...(await testsOf('rfc8621'))];
  const unnamed = walks.filter((file) => !named.includes(`test/jmap/${file}`));
  assert.deepEqual(unnamed, []);
  // Every row says where.
  for (const row of `${mail}\n${rest}`.split('\n').filter((line) => /^\| \d/.test(line)))
    assert.match(row, /\| [^|]+ \| [^|]+ \| [^|]+ \|$/, row);
});
