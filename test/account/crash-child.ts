// A process that writes without end and says what was acknowledged, until it is killed.
import { writeSync } from 'node:fs';
import { createAccounts } from '../../src/account/index.ts';
import { openEmbedded } from '../../src/store/index.ts';
import { ACCOUNT, addWord } from './words.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const stores = await openEmbedded({ folder });
const accounts = createAccounts(stores);

await Promise.all(
  Array.from({ length: 12 }, async (_, writer) => {
    for (let n = 0; ; n++) {
      const word = `${name}.${writer}.${n}`;
      if (writer % 4 === 0) await accounts.writeAll([ACCOUNT, ACCOUNT + 1], (w) => addWord(w, word));
      else await accounts.get(ACCOUNT).write((w) => addWord(w, word));
      // In the pipe before the kill, as a reply would be on the wire.
      writeSync(1, `${word}\n`);
    }
  }),
);
