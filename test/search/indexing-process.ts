// A process that stores e-mails and indexes them until it is killed: `node indexing-process.ts FOLDER FIRST COUNT`.
// It prints a line when the e-mails are stored, and one for each batch that the index has.
import path from 'node:path';
import { addSink } from '../../src/base/index.ts';
import {
  attachMailSearch,
  EMAIL_INDEX,
  loadMailSearch,
  SEARCH_DEFAULTS,
} from '../../src/mail/search/index.ts';
import { openEmbedded, openSearch } from '../../src/store/index.ts';
import { mailOf, storeMails } from './mails.ts';

const [, , folder = '', ...numbers] = process.argv;
const [first = 0, count = 0] = numbers.map(Number);
const stores = await openEmbedded({ folder });
const search = await openSearch({ folder: path.join(folder, 'search'), indexes: [EMAIL_INDEX] });
addSink((name) => {
  if (name === 'search.indexed') console.log('indexed');
});
await loadMailSearch(search, stores, () => ({ ...SEARCH_DEFAULTS, batchSize: 20, delayMs: 1 }));
const mail = attachMailSearch(search);
const mails = Array.from({ length: count }, (_, i) =>
  mailOf({ subject: `common n${first + i}`, body: 'text' }),
);
await storeMails(stores.data, 1, first, mails);
console.log('stored');
mail.wake(1);
setInterval(() => undefined, 1000);
