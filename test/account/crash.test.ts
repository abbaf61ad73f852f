import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAccounts, DataType } from '../../src/account/index.ts';
import { fromUtf8 } from '../../src/base/index.ts';
import { keys, openEmbedded } from '../../src/store/index.ts';
import { ACCOUNT, readWords } from './words.ts';

const ROUNDS = Number(process.env['WAYPOST_CRASH_ROUNDS'] ?? 5);
const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

/** Runs the child, kills it after so many acknowledgements and returns all that it managed to say. */
async function runAndKill(folder: string, name: string, acknowledgements: number): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let lines = 0;
  process_.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= acknowledgements) process_.kill('SIGKILL');
  });
  await new Promise((resolve) => process_.on('close', resolve));
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
}

it('after a kill everything acknowledged is there, and log, head and rows agree', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'waypost-crash-'));
  try {
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const word of await runAndKill(folder, `r${round}`, 20 + round * 17)) acknowledged.add(word);
      const stores = await openEmbedded({ folder });
      const accounts = createAccounts(stores);
      for (const id of [ACCOUNT, ACCOUNT + 1]) {
        const account = accounts.get(id);
        const words = await readWords(stores.data, id);
        const head = await account.head();
        const log = (await account.log(0, 100_000)) ?? [];
        const documents = await stores.data.scan(keys.documentRange(id, DataType.Email), { limit: 100_000 });
        assert.equal(head.change, words.length);
        assert.equal(head.count(DataType.Email), words.length);
        assert.equal(head.nextDocument, words.length + 1);
        assert.equal(head.state(DataType.Email), head.change);
        assert.deepEqual(
          log.map(({ change, entries }) => [change, entries[0]?.id]),
          words.map((_, n) => [n + 1, n + 1]),
        );
        assert.deepEqual(documents.values.map(fromUtf8), words);
      }
      const words = new Set(await readWords(stores.data, ACCOUNT));
      const shared = new Set(await readWords(stores.data, ACCOUNT + 1));
      for (const word of acknowledged) assert.ok(words.has(word), `${word} was acknowledged and is lost`);
      // One commit of two accounts is in both or in neither.
      for (const word of words) assert.equal(shared.has(word), Number(word.split('.')[1]) % 4 === 0);
      accounts.close();
      await stores.close();
    }
    assert.ok(acknowledged.size >= 20 * ROUNDS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
