// Text search as the server runs it: the embedded data store, the search thread, and callers in other threads.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  attachMailSearch,
  EMAIL_INDEX,
  loadMailSearch,
  type MailSearch,
  type MailSearchSettings,
  SEARCH_DEFAULTS,
} from '../../src/mail/search/index.ts';
import {
  attachSearch,
  type EmbeddedStores,
  openEmbedded,
  openSearch,
  type OwnedSearch,
} from '../../src/store/index.ts';
import { mailOf, removeMail, storeMails, tasksLeft } from './mails.ts';

const root = mkdtempSync(path.join(tmpdir(), 'waypost-search-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Opened {
  readonly stores: EmbeddedStores;
  readonly search: OwnedSearch;
  readonly mail: MailSearch;
  readonly configure: (changes: Partial<MailSearchSettings>) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function open(name: string, delayMs: number): Promise<Opened> {
  const folder = path.join(root, name);
  const stores = await openEmbedded({ folder });
  const search = await openSearch({
    folder: path.join(folder, 'search'),
    indexes: [EMAIL_INDEX],
    restartMs: 50,
  });
  let settings: MailSearchSettings = { ...SEARCH_DEFAULTS, delayMs };
  const reload = await loadMailSearch(search, stores, () => settings);
  const configure = (changes: Partial<MailSearchSettings>): Promise<void> => {
    settings = { ...settings, ...changes };
    return reload();
  };
  const mail = attachMailSearch(search);
  const close = async (): Promise<void> => {
    await mail.close();
    await search.close();
    await stores.close();
  };
  return { stores, search, mail, configure, close };
}

const hello = mailOf({
  from: 'Ann <ann@example.org>',
  subject: 'Quarterly figures',
  body: 'Invoices attached',
});

describe('the search thread', () => {
  it('finds what was committed before the question, and nothing of other accounts', async () => {
    const { stores, mail, close } = await open('fresh', 60_000);
    await storeMails(stores.data, 1, 10, [hello, mailOf({ subject: 'Lunch', body: 'invoice? no' })]);
    await storeMails(stores.data, 2, 10, [hello]);
    assert.deepEqual(await mail.search(1, { field: 'text', value: 'invoice' }), [10, 11]);
    assert.deepEqual(await mail.search(1, { field: 'subject', value: 'figures' }), [10]);
    assert.deepEqual(await mail.candidates(1, { field: 'body', value: 'nvoic' }), [10, 11]);
    assert.deepEqual(await mail.candidates(1, { field: 'body', value: 'nvoices' }), [10]);
    await removeMail(stores.data, 1, 10);
    assert.deepEqual(await mail.search(1, { field: 'text', value: 'invoice' }), [11]);
    assert.deepEqual(await mail.search(2, { field: 'text', value: 'ann@example.org' }), [10]);
    await close();
  });

  it('indexes in the background and deletes the task rows', async () => {
    const { stores, mail, search, close } = await open('background', 1);
    await storeMails(stores.data, 3, 1, [hello, hello, hello]);
    mail.wake(3);
    while ((await tasksLeft(stores.data)).length > 0) await wait(20);
    assert.equal((await search.stats('email')).documents, 3);
    await close();
  });

  it('goes on with what an earlier run left, and keeps what it indexed', async () => {
    const first = await open('again', 60_000);
    await storeMails(first.stores.data, 4, 1, [hello]);
    assert.deepEqual(await first.mail.search(4, { field: 'text', value: 'figures' }), [1]);
    await storeMails(first.stores.data, 4, 2, [hello]);
    await first.close();

    const second = await open('again', 1);
    while ((await tasksLeft(second.stores.data)).length > 0) await wait(20);
    const { documents, isNew } = await second.search.stats('email');
    assert.deepEqual([documents, isNew], [2, false]);
    assert.deepEqual(await second.mail.search(4, { field: 'text', value: 'figures' }), [1, 2]);
    await second.close();
  });

  it('answers other threads', async () => {
    const { stores, search, close } = await open('workers', 60_000);
    await storeMails(stores.data, 5, 7, [hello]);
    const { handle, transfer } = search.share();
    const worker = new Worker(new URL('./asking-worker.ts', import.meta.url), {
      workerData: { handle, account: 5, query: { field: 'from', value: 'Ann' } },
      transferList: transfer,
    });
    const answer = await new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
    assert.deepEqual(answer, [7]);
    await worker.terminate();
    await close();
  });

  it('refuses questions after it was closed, and gives errors by their kind', async () => {
    const { mail, close } = await open('closed', 60_000);
    const many = Array.from({ length: 300 }, (_, i) => `w${i}`).join(' ');
    await assert.rejects(mail.search(1, { field: 'text', value: many }), { name: 'LimitExceeded' });
    await close();
    await assert.rejects(mail.search(1, { field: 'text', value: 'x' }), { name: 'SearchUnavailable' });
  });

  it('says when it died, fails meanwhile, and is started again for every thread', async () => {
    const failure = Promise.withResolvers<Error>();
    const restart = Promise.withResolvers<void>();
    const folder = path.join(root, 'restarted');
    const search = await openSearch({
      folder,
      indexes: [EMAIL_INDEX],
      onFailure: failure.resolve,
      onRestart: restart.resolve,
      restartMs: 200,
    });
    let starts = 0;
    await search.load('failing', new URL('./failing-guest.ts', import.meta.url), () => ({ data: ++starts }));
    const other = attachSearch(search.share().handle);
    assert.equal(await other.ask('failing', 'start', []), 1);
    await search.apply('email', []);
    search.tell('failing', 'die', []);
    assert.equal((await failure.promise).name, 'SearchUnavailable');
    await assert.rejects(search.stats('email'), { name: 'SearchUnavailable' });
    await assert.rejects(other.stats('email'), { name: 'SearchUnavailable' });
    await restart.promise;
    assert.equal((await search.stats('email')).documents, 0);
    assert.equal(await other.ask('failing', 'start', []), 2, 'the guest was loaded again');
    await other.close();
    await search.close();
    await assert.rejects(search.stats('email'), { name: 'SearchUnavailable' });
    await assert.rejects(other.stats('email'), { name: 'SearchUnavailable' });
  });

  it('finds after a restart what was committed while its thread was away', async () => {
    const { stores, mail, search, close } = await open('away', 60_000);
    await storeMails(stores.data, 6, 1, [hello]);
    assert.deepEqual(await mail.search(6, { field: 'text', value: 'figures' }), [1]);
    await search.load('failing', new URL('./failing-guest.ts', import.meta.url), () => ({ data: 0 }));
    search.tell('failing', 'die', []);
    while (await search.stats('email').catch(() => undefined)) await wait(1);
    await storeMails(stores.data, 6, 2, [hello]);
    let found: readonly number[] | undefined;
    while (found === undefined) {
      await wait(10);
      found = await mail.search(6, { field: 'text', value: 'figures' }).catch(() => undefined);
    }
    assert.deepEqual(found, [1, 2]);
    await close();
  });

  it('goes on by other settings, in the thread that there is and in the next', async () => {
    const { stores, mail, search, configure, close } = await open('configured', 60_000);
    const german = mailOf({ subject: 'Haus', body: 'Die Häuser' });
    const bodies = (value: string) => mail.search(7, { field: 'body', value });
    await storeMails(stores.data, 7, 1, [german]);
    assert.deepEqual(await bodies('haus'), []);
    await configure({ supported: ['de_DE'], fallback: 'de_DE' });
    assert.deepEqual(await bodies('haus'), [], 'what is indexed stays as it is');
    await mail.reindex(7);
    assert.deepEqual(await bodies('haus'), [1]);

    await configure({ isOn: false });
    await assert.rejects(bodies('haus'), { name: 'Unsupported' });
    await search.load('failing', new URL('./failing-guest.ts', import.meta.url), () => ({ data: 0 }));
    search.tell('failing', 'die', []);
    while (await search.stats('email').catch(() => undefined)) await wait(1);
    let name = 'SearchUnavailable';
    while (name === 'SearchUnavailable') {
      await wait(10);
      name = await bodies('haus').then(
        () => 'found',
        (error: Error) => error.name,
      );
    }
    assert.equal(name, 'Unsupported');
    await close();
  });

  it('does not start where it cannot work', async () => {
    const file = path.join(root, 'file');
    writeFileSync(file, '');
    await assert.rejects(openSearch({ folder: file, indexes: [EMAIL_INDEX] }), { name: 'SearchUnavailable' });
  });
});
