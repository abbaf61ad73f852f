// Every permission guards something: it is demanded by an operation of some face's table, or at a named place in
// the code, or it belongs to a feature that is still to come. That last list may only get shorter.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { permissionsOf } from '../../src/access/index.ts';
import { imapOperations } from '../../src/imap/table.ts';
import { RECEIVE } from '../../src/mta/index.ts';
import { PERMISSION_NAMES, permissionsOfType } from '../../src/registry/index.ts';
import { jmapBlobs, jmapTable } from '../../src/server/jmap-table.ts';
import { COMMANDS } from '../../src/smtp/index.ts';
import { startWorld, type World } from '../support/world.ts';
import toCome from './permissions-to-come.json' with { type: 'json' };

/** Guards that are no operation of a table: the folder they stand in. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  authenticate: 'src/access',
  authenticateWithAlias: 'src/access',
  emailSend: 'src/smtp',
  imapAuthenticate: 'src/imap',
  impersonate: 'src/access',
  unlimitedRequests: 'src/jmap',
  unlimitedUploads: 'src/jmap',
};

const root = path.join(import.meta.dirname, '../..');
let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

/** Everything that operations of the tables demand. */
function demanded(): Set<string> {
  const jmap = jmapTable(world.services, jmapBlobs(world.services));
  const found = new Set<string>();
  for (const operation of [...jmap.values(), ...imapOperations, ...COMMANDS, RECEIVE]) {
    for (const name of permissionsOf(operation)) found.add(name);
    if ('anyOf' in operation) for (const name of operation.anyOf ?? []) found.add(name);
  }
  // An action or a task is a variant of its object with a permission of its own, which the registry demands.
  for (const type of ['Action', 'Task'] as const) {
    for (const name of permissionsOfType(type)) found.add(name);
  }
  return found;
}

test('no operation asks for a permission that does not exist', () => {
  const known = new Set<string>(PERMISSION_NAMES);
  assert.deepEqual(
    [...demanded()].filter((name) => !known.has(name)),
    [],
  );
});

test('guards outside of the tables are where they are said to be', () => {
  for (const [name, folder] of Object.entries(ELSEWHERE)) {
    const files = globSync(`${folder}/**/*.ts`, { cwd: root }).filter((file) => !file.includes('.test.'));
    assert.ok(
      files.some((file) => readFileSync(path.join(root, file), 'utf8').includes(`'${name}'`)),
      `nothing in ${folder} mentions ${name}`,
    );
  }
});

test('each permission guards something, or its feature is still to come', () => {
  const guarded = demanded();
  for (const name of Object.keys(ELSEWHERE)) guarded.add(name);
  const missing = PERMISSION_NAMES.filter((name) => !guarded.has(name)).sort();
  // When this fails because something was built: take its permissions out of permissions-to-come.json.
  assert.deepEqual(missing, toCome);
});
