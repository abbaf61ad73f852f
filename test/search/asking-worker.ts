// A worker thread that asks one question of the search thread and posts the answer.
import { parentPort, workerData } from 'node:worker_threads';
import { attachMailSearch } from '../../src/mail/search/index.ts';
import { attachSearch, type SearchHandle } from '../../src/store/index.ts';
import type { SearchQuery } from '../../src/mail/index.ts';

const { handle, account, query } = workerData as {
  handle: SearchHandle;
  account: number;
  query: SearchQuery;
};
const search = attachSearch(handle);
parentPort?.postMessage(await attachMailSearch(search).search(account, query));
await search.close();
