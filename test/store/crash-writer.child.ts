// A process that commits as fast as it can until it is killed. Each acknowledged batch is a line on standard
// output: writer and number.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEmbedded } from '../../src/store/index.ts';
import { crashBatch, crashBody } from './crash-rows.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const stores = await openEmbedded({ folder, inlineLimit: 20_000, logBytes: 2 * 1024 * 1024 });
writeSync(1, 'open\n');
await Promise.all(
  [0, 1, 2, 3, 4, 5].map(async (writer) => {
    for (let n = Number(first); ; n++) {
      const body = crashBody(writer, n);
      const hash = new Uint8Array(createHash('sha256').update(body).digest());
      const result = await stores.data.commit(crashBatch(stores.data.newBatch(), writer, n, hash, body));
      if (!result.ok) throw new Error('a condition did not hold');
      writeSync(1, `${writer} ${n}\n`);
    }
  }),
);
