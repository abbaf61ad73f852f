// What a killed process leaves of the index is made whole by the next one: every e-mail is found, once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  attachMailSearch,
  EMAIL_INDEX,
  loadMailSearch,
  SEARCH_DEFAULTS,
} from '../../src/mail/search/index.ts';
import { openEmbedded, openSearch } from '../../src/store/index.ts';
import { tasksLeft } from './mails.ts';

const COUNT = 400;
/** Batches that the index has when each process is killed. */
const KILLS = [0, 3, 12];

it('finds every e-mail after kill -9 in the middle of indexing', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-crash-'));
  try {
    for (const [round, batches] of KILLS.entries()) await indexAndKill(folder, round * COUNT + 1, batches);

    const stores = await openEmbedded({ folder });
    const search = await openSearch({ folder: path.join(folder, 'search'), indexes: [EMAIL_INDEX] });
    await loadMailSearch(search, stores, () => SEARCH_DEFAULTS);
    const mail = attachMailSearch(search);
    const all = Array.from({ length: KILLS.length * COUNT }, (_, i) => i + 1);
    assert.deepEqual(await mail.search(1, { field: 'text', value: 'common' }), all);
    for (const id of [1, COUNT, COUNT + 1, all.length])
      assert.deepEqual(await mail.search(1, { field: 'subject', value: `n${id}` }), [id]);
    await mail.close();
    await search.close();
    assert.deepEqual(await tasksLeft(stores.data), []);
    await stores.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function indexAndKill(folder: string, first: number, batches: number): Promise<void> {
  const script = fileURLToPath(new URL('./indexing-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(first), String(COUNT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let isStored = false;
  let indexed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'stored') isStored = true;
    else indexed++;
    if (isStored && indexed >= batches) child.kill('SIGKILL');
  }
  assert.ok(isStored);
}
