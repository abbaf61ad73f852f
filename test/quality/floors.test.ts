// The floor check must find each kind of broken floor, and must fail when it saw nothing.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkFloors } from '../../scripts/check/floors.ts';

/** Runs the check on a tree of these files. */
async function check(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(tmpdir(), 'waypost-floors-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    return await checkFloors(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const doors = {
  'package.json': '{ "name": "tree", "type": "module" }',
  'src/base/index.ts': 'export const base: number = 1;\n',
  'src/formats/mime/index.ts': "export { parse } from './parse.ts';\n",
  'src/formats/mime/parse.ts': "import { base } from '../../base/index.ts';\nexport const parse = base;\n",
  'src/formats/imap/index.ts': "import { parse } from '../mime/index.ts';\nexport const line = parse;\n",
  'src/store/index.ts': "export type { Key } from './keys.ts';\n",
  'src/store/keys.ts': 'export type Key = string;\n',
  'src/mta/index.ts': 'export const mta = 1;\n',
  'src/spam/index.ts': 'export const spam = 1;\n',
  'src/imap/index.ts': "import type { Key } from '../store/index.ts';\nexport type Face = Key;\n",
  'src/jmap/index.ts': 'export const jmap = 1;\n',
};

test('a tree that keeps to the floors passes, and the count of modules is told', async () => {
  const verdict = await check(doors);
  assert.deepEqual([verdict.ok, verdict.details], [true, undefined]);
  assert.match(verdict.summary, /^10 modules/);
});

const violations: Readonly<Record<string, readonly [file: string, text: string, rule: string]>> = {
  'an import from above': ['src/store/x.ts', "import '../imap/index.ts';\n", 'floor-of-store'],
  'a type import from above': [
    'src/base/x.ts',
    "import type { Key } from '../store/index.ts';\nexport type K = Key;\n",
    'floor-of-base',
  ],
  'a face that imports a face': [
    'src/imap/x.ts',
    "import { jmap } from '../jmap/index.ts';\nexport const x = jmap;\n",
    'floor-of-imap',
  ],
  'a sideways edge the wrong way round': [
    'src/spam/x.ts',
    "import { mta } from '../mta/index.ts';\nexport const x = mta;\n",
    'floor-of-spam',
  ],
  'an import past a door': [
    'src/imap/x.ts',
    "import type { Key } from '../store/keys.ts';\nexport type K = Key;\n",
    'door',
  ],
  'an import past the door of a format': [
    'src/formats/imap/x.ts',
    "import { parse } from '../mime/parse.ts';\nexport const x = parse;\n",
    'door-of-format',
  ],
  'a face that imports past the door of a format': [
    'src/imap/x.ts',
    "import { parse } from '../formats/mime/parse.ts';\nexport const x = parse;\n",
    'door-of-format',
  ],
  'a re-export from above': ['src/base/x.ts', "export { mta } from '../mta/index.ts';\n", 'floor-of-base'],
  'a dynamic import from above': [
    'src/base/x.ts',
    "export const x = () => import('../mta/index.ts');\n",
    'floor-of-base',
  ],
  'a folder without a floor': [
    'src/attic/x.ts',
    "import { base } from '../base/index.ts';\nexport const x = base;\n",
    'known-folder-of-importer',
  ],
  'a codec that opens files': [
    'src/formats/mime/x.ts',
    "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
    'formats-are-pure',
  ],
  'shipped code that imports a test helper': [
    'src/imap/x.ts',
    "import { help } from '../../test/support/help.ts';\nexport const x = help;\n",
    'test-code-stays-in-tests',
  ],
  'an import that leads nowhere': [
    'src/imap/x.ts',
    "import { gone } from './gone.ts';\nexport const x = gone;\n",
    'resolvable',
  ],
};

test('each kind of violation is found', async (t) => {
  // One run over a tree with all of them: a file each.
  const place = (file: string, index: number) => file.replace('/x.ts', `/x${index}.ts`);
  const bad = Object.values(violations).map(([file, text], index) => [place(file, index), text]);
  const verdict = await check({
    ...doors,
    'test/support/help.ts': 'export const help = 1;\n',
    ...Object.fromEntries(bad),
  });
  assert.equal(verdict.ok, false);
  const lines = verdict.details?.split('\n') ?? [];
  for (const [index, [name, [file, , rule]]] of Object.entries(violations).entries())
    await t.test(name, () => {
      const own = lines.filter((line) => line.includes(`: ${place(file, index)} -> `));
      assert.ok(
        own.some((line) => line.startsWith(`${rule}: `)),
        `${rule} is not among: ${own.join('; ')}`,
      );
    });
});

test('mta may call spam', async () => {
  const verdict = await check({
    ...doors,
    'src/mta/x.ts': "import { spam } from '../spam/index.ts';\nexport const x = spam;\n",
  });
  assert.deepEqual([verdict.ok, verdict.details], [true, undefined]);
});

test('seeing no module is a failure', async () => {
  assert.equal((await check({ 'package.json': '{}' })).ok, false);
  assert.equal((await check({ 'bin/start.js': '' })).ok, false);
});
