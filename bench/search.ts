// Text search as the server runs it: the embedded data store and the search thread. Messages are small and differ;
// their words follow the frequencies of natural text, with some numbers and names that occur once.
//   node bin/node.js bench/search.ts [messages] [accounts]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { attachMailSearch, EMAIL_INDEX, loadMailSearch, SEARCH_DEFAULTS } from '../src/mail/search/index.ts';
import type { SearchQuery } from '../src/mail/index.ts';
import { openEmbedded, openSearch } from '../src/store/index.ts';
import { storeMails, tasksLeft, mailOf } from '../test/search/mails.ts';
import { seededRandom } from '../test/support/random.ts';

const [messages = 100_000, accounts = 1] = process.argv.slice(2).map(Number);
const PER_COMMIT = 500;
const WORDS = 90;
const ROUNDS = 15;

const random = seededRandom(7);
const SYLLABLES =
  'a e i o u ba re ti lo na ki mu fo ga du we pi ser ton ing ver al den or pra che st ed ly er in an th is on sh'.split(
    ' ',
  );
const vocabulary = Array.from({ length: 60_000 }, (_, rank) =>
  Array.from({ length: 1 + random.below(rank < 500 ? 2 : 3) + (rank < 200 ? 0 : 1) }, () =>
    random.pick(SYLLABLES),
  ).join(''),
);

/** A word by Zipf's law. */
const word = (): string =>
  vocabulary[Math.min(vocabulary.length, Math.floor(vocabulary.length ** random.next())) - 1] as string;

function message(number: number): Uint8Array {
  const body = Array.from({ length: WORDS }, (_, i) => (i % 12 === 11 ? `${word()}.\n` : `${word()} `)).join(
    '',
  );
  return mailOf({
    from: `User ${number % 500} <user${number % 500}@example.com>`,
    to: 'me@example.org',
    subject: `${word()} ${word()} ${word()} ${number}`,
    body: `${body}\nRef ${random.below(1e9)}-${number}\n`,
  });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
/** Memory of the process that no file lies behind; mapped pages of the stores belong to the system's cache. */
function anonymous(): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
  } catch {
    return process.memoryUsage().rss;
  }
}
const line = (what: string, value: string): void => console.log(`${what.padEnd(44)} ${value.padStart(20)}`);

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-bench-'));
try {
  const stores = await openEmbedded({ folder });
  for (let at = 0; at < messages; at += PER_COMMIT) {
    const account = 1 + ((at / PER_COMMIT) % accounts);
    const count = Math.min(PER_COMMIT, messages - at);
    const mails = Array.from({ length: count }, (_, i) => message(at + i));
    await storeMails(stores.data, account, at + 1, mails);
  }
  const memory = anonymous();
  const search = await openSearch({ folder: path.join(folder, 'search'), indexes: [EMAIL_INDEX] });
  await loadMailSearch(search, stores, () => ({ ...SEARCH_DEFAULTS, delayMs: 1 }));
  const mail = attachMailSearch(search);
  line('memory of the idle thread', megabytes(anonymous() - memory));

  const started = performance.now();
  for (let account = 1; account <= accounts; account++) mail.wake(account);
  while ((await tasksLeft(stores.data)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - started) / 1000;
  const { documents, bytes } = await search.stats('email');
  line(`indexed ${documents} messages of ${accounts} accounts`, `${(documents / seconds).toFixed(0)}/s`);
  line('index on disk', megabytes(bytes));
  line('memory of the thread afterwards', megabytes(anonymous() - memory));

  const common = vocabulary[0] as string;
  const usual = vocabulary[300] as string;
  const rare = vocabulary[30_000] as string;
  const questions: [string, SearchQuery][] = [
    ['common word in any field', { field: 'text', value: common }],
    ['usual word in any field', { field: 'text', value: usual }],
    ['rare word in the body', { field: 'body', value: rare }],
    ['three words', { field: 'text', value: `${common} ${usual} ${rare}` }],
    ['phrase', { field: 'body', value: `"${common} ${vocabulary[1]}"` }],
    ['beginning of words', { field: 'text', value: `${rare.slice(0, 5)}*` }],
    ['address', { field: 'from', value: 'user77@example.com' }],
  ];
  for (const [what, query] of questions) await measure(what, () => mail.search(1, query));
  await measure('candidates of a substring', () =>
    mail.candidates(1, { field: 'body', value: rare.slice(1, -1) }),
  );
  await measure('candidates of a usual substring', () => mail.candidates(1, { field: 'body', value: usual }));
  await storeMails(stores.data, 1, messages + 1, [message(messages + 1)]);
  await measure('one new message, then a rare word', () => mail.search(1, { field: 'body', value: rare }), 1);
  await mail.close();
  await search.close();
  await stores.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(
  what: string,
  ask: () => Promise<readonly number[] | undefined>,
  rounds = ROUNDS,
): Promise<void> {
  const times: number[] = [];
  let hits: number | string = '';
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    hits = (await ask())?.length ?? 'all';
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  line(`${what} (${hits})`, `${(times[rounds >> 1] as number).toFixed(1)} ms`);
}
