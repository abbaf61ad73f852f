// A process whose system calls are watched: commits one after another, then many together, and writes a mark to
// standard output after each answer.
import { writeSync } from 'node:fs';
import { keys, openEmbedded } from '../../src/store/index.ts';

const [folder = '', commits = '0'] = process.argv.slice(2);
const stores = await openEmbedded({ folder });
const { data } = stores;
const commit = (n: number): Promise<unknown> =>
  data.commit(data.newBatch().set(keys.documentKey(1, 1, n), new Uint8Array(100)));
// the log is begun with a sync of its own
await commit(0);
writeSync(1, 'begun\n');
for (let i = 0; i < Number(commits); i++) {
  await commit(i + 1);
  writeSync(1, `single${i}\n`);
}
await Promise.all(Array.from({ length: 100 }, (_, i) => commit(i + 1000)));
writeSync(1, 'together\n');
await stores.close();
