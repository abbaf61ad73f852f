// The indexer and the queries of e-mail text in one thread, over stores in memory.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { DataType } from '../../src/account/index.ts';
import { addSink } from '../../src/base/index.ts';
import { parseMessage } from '../../src/formats/mime/index.ts';
import {
  createMailSearch,
  EMAIL_INDEX,
  encodeSearchTask,
  holdsText,
  type LocalMailSearch,
  type MailSearch,
  type MailSearchSettings,
  readColdsFrom,
  SEARCH_DEFAULTS,
  searchTexts,
} from '../../src/mail/search/index.ts';
import type { SearchQuery } from '../../src/mail/index.ts';
import {
  keys,
  openMemory,
  openMemorySearch,
  SearchRefused,
  type SearchStore,
  SearchUnavailable,
  type Stores,
} from '../../src/store/index.ts';
import { generateMail } from '../support/mail-generator.ts';
import { mailOf, removeMail, storeMails, tasksLeft } from './mails.ts';

interface Opened {
  readonly stores: Stores;
  readonly search: SearchStore;
  readonly mail: LocalMailSearch;
}

const opened: Opened[] = [];
afterEach(async () => {
  for (const { mail, search, stores } of opened.splice(0)) {
    await mail.close();
    await search.close();
    await stores.close();
  }
});

async function open(
  options: {
    stores?: Stores;
    delayMs?: number;
    batchSize?: number;
    settings?: Partial<MailSearchSettings>;
    wrap?: (search: SearchStore) => SearchStore;
  } = {},
): Promise<Opened> {
  const { stores = openMemory(), delayMs = 60_000, batchSize = 100, wrap = (search) => search } = options;
  const search = wrap(openMemorySearch([EMAIL_INDEX]));
  const { data, blobs } = stores;
  const settings = { ...SEARCH_DEFAULTS, delayMs, batchSize, ...options.settings };
  const mail = await createMailSearch({ data, blobs, search, readColds: readColdsFrom(data), settings });
  opened.push({ stores, search, mail });
  return { stores, search, mail };
}

const ask = (mail: MailSearch, field: SearchQuery['field'], value: string, account = 1) =>
  mail.search(account, { field, value });

/** Waits until nothing is left to do. */
async function idle(stores: Stores): Promise<void> {
  while ((await tasksLeft(stores.data)).length > 0) await wait(5);
}

describe('settings', () => {
  const mails = [
    mailOf({ from: 'ann@example.org', subject: 'Figures', body: 'secret invoices' }),
    mailOf({ from: 'bob@example.org', subject: 'Lunch', body: '' }),
  ];

  it('fields that are not indexed are refused, and left to the reader of parts of words', async () => {
    const { stores, mail, search } = await open({ settings: { fields: ['from', 'subject', 'size'] } });
    await storeMails(stores.data, 1, 1, mails);
    assert.deepEqual(await ask(mail, 'subject', 'figures'), [1]);
    assert.deepEqual(await ask(mail, 'text', 'example.org'), [1, 2]);
    assert.deepEqual(await ask(mail, 'text', 'invoices'), []);
    await assert.rejects(ask(mail, 'body', 'invoices'), { name: 'Unsupported' });
    assert.equal(await mail.candidates(1, { field: 'body', value: 'invoi' }), undefined);
    assert.equal((await search.stats('email')).documents, 2);

    // E-mails from before the field was indexed are candidates of every word until they are indexed anew.
    await mail.configure({ ...SEARCH_DEFAULTS, fields: [] });
    assert.deepEqual(await ask(mail, 'body', 'invoices'), []);
    assert.deepEqual(await mail.candidates(1, { field: 'body', value: 'invoi' }), [1]);
    assert.deepEqual(await mail.candidates(1, { field: 'body', value: 'nothing like it' }), [1]);
    await mail.reindex(1);
    assert.deepEqual(await ask(mail, 'body', 'invoices'), [1]);
    assert.deepEqual(await mail.candidates(1, { field: 'body', value: 'nothing like it' }), []);
  });

  it('without an index of e-mail the work waits, and is done when there is one again', async () => {
    const { stores, mail, search } = await open({ delayMs: 1, settings: { isOn: false } });
    await storeMails(stores.data, 1, 1, mails);
    mail.wake(1);
    await assert.rejects(ask(mail, 'text', 'figures'), { name: 'Unsupported' });
    assert.equal(await mail.candidates(1, { field: 'subject', value: 'figures' }), undefined);
    await wait(30);
    assert.equal((await tasksLeft(stores.data)).length, 2);
    await mail.configure({ ...SEARCH_DEFAULTS, delayMs: 1 });
    await idle(stores);
    assert.equal((await search.stats('email')).documents, 2);
    assert.deepEqual(await ask(mail, 'text', 'figures'), [1]);
  });

  it('tells once that the index could be made anew', async () => {
    const { stores, mail } = await open();
    const told: unknown[] = [];
    const stop = addSink((name, _level, fields) => {
      if (name === 'search.reindex-advised') told.push(fields);
    });
    await mail.configure({ ...SEARCH_DEFAULTS, supported: ['de_DE'] });
    await storeMails(stores.data, 1, 1, mails);
    await ask(mail, 'text', 'figures');
    const settings = { ...SEARCH_DEFAULTS, supported: ['de_DE', 'en_US'] };
    await mail.configure(settings);
    await mail.configure({ ...settings });
    await mail.configure({ ...settings, batchSize: 5, supported: ['en_US', 'de_DE'] });
    stop();
    assert.deepEqual(told, [{ documents: 2 }]);
  });
});

describe('queries of e-mail text', () => {
  const report = mailOf({
    from: '"Müller, Jörg" <joerg.mueller@example.org>',
    to: 'Sales: ann@example.com, Bob <bob@example.com>;',
    subject: '=?utf-8?q?Re=3A_Quartalszahlen_f=C3=BCr_Z=C3=BCrich?=',
    header:
      'Cc: carol@example.net\r\nBcc: dave@example.net\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b',
    body: [
      '--b\nContent-Type: multipart/alternative; boundary=c\n',
      '--c\nContent-Type: text/plain; charset=utf-8\n\nThe invoices were approved\n',
      '--c\nContent-Type: text/html\n\n<style>hidden{}</style><p>The <b>invoices</b> were appro<i>ved</i> &amp; signed</p>\n',
      '--c--\n',
      '--b\nContent-Type: application/pdf; name="budget-2024.pdf"\nContent-Disposition: attachment\n\nJVBERi0\n',
      '--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=rows.csv\n\nZebra;Giraffe\n',
      '--b\nContent-Type: message/rfc822\n\nSubject: Enclosed letter\nContent-Type: text/plain\n\nPelican\n',
      '--b--\n',
    ].join('\n'),
  });

  const finds: [SearchQuery['field'], string][] = [
    ['from', 'muller'],
    ['from', 'Jörg'],
    ['from', 'joerg.mueller@example.org'],
    ['from', 'mueller@example.org'],
    ['to', 'sales'],
    ['to', 'bob ann'],
    ['cc', 'carol'],
    ['bcc', 'dave@example.net'],
    ['subject', 'zurich'],
    ['subject', 'Re: quartalszahlen'],
    ['body', 'invoice approve'],
    ['body', '"invoices were"'],
    ['body', 'signed'],
    ['body', 'zebra'],
    ['body', 'pelicans'],
    ['text', 'enclosed letter'],
    ['text', 'budget'],
    ['text', 'rows.csv'],
    ['text', 'giraffe muller carol'],
    ['text', 'inv*'],
  ];
  const misses: [SearchQuery['field'], string][] = [
    ['from', 'ann'],
    ['from', 'org.example@mueller'],
    ['to', 'carol'],
    ['subject', 'invoices'],
    ['body', 'zurich'],
    ['body', 'hidden'],
    ['body', '"were invoices"'],
    ['body', 'invoices missing'],
    ['text', 'nvoices'],
    ['text', 'JVBERi0'],
    ['text', ''],
    ['text', '--'],
  ];
  it('match the words of their field', async () => {
    const { stores, mail } = await open();
    await storeMails(stores.data, 1, 5, [report]);
    for (const [field, value] of finds)
      assert.deepEqual(await ask(mail, field, value), [5], `${field} ${value}`);
    for (const [field, value] of misses)
      assert.deepEqual(await ask(mail, field, value), [], `${field} ${value}`);
  });

  it('give snippets of what they found', async () => {
    const { stores, mail } = await open();
    await storeMails(stores.data, 1, 5, [report, mailOf({ subject: 'Plain', body: 'No such thing' })]);
    const queries: SearchQuery[] = [
      { field: 'text', value: 'approve' },
      { field: 'subject', value: 'quartalszahlen' },
      { field: 'from', value: 'such' },
    ];
    assert.deepEqual(await mail.snippets(1, [6, 5, 7], queries), [
      { subject: null, preview: null },
      {
        subject: 'Re: <mark>Quartalszahlen</mark> für Zürich',
        preview: 'invoices were <mark>approved</mark>',
      },
      undefined,
    ]);
    assert.deepEqual(await mail.snippets(1, [5], [{ field: 'body', value: 'pelican' }]), [
      { subject: null, preview: '<mark>Pelican</mark>' },
    ]);
    assert.deepEqual(await mail.snippets(1, [5], []), [{ subject: null, preview: null }]);
  });

  it('give a superset of the e-mails that hold a substring', async () => {
    const { stores, mail } = await open();
    const mails = Array.from({ length: 60 }, (_, i) => generateMail(i + 1).bytes);
    const long = mailOf({ subject: 'long', body: `${'q'.repeat(130)}needle${'q'.repeat(130)}` });
    mails.push(long, report);
    await storeMails(stores.data, 1, 1, mails);
    const texts = mails.map((bytes) => searchTexts(parseMessage(bytes), bytes));
    const all = texts.flatMap(({ from, subject, body, attachment }) =>
      [...from, ...subject, ...body, ...attachment].map(({ text }) => text).filter((text) => text.length > 0),
    );
    const piece = fc
      .tuple(fc.constantFrom(...all), fc.nat(), fc.integer({ min: 1, max: 14 }))
      .map(([text, at, length]) =>
        Array.from(text.slice(0, 5000))
          .slice(at % text.length, (at % text.length) + length)
          .join(''),
      );
    let narrowed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<SearchQuery['field']>('body', 'subject', 'from'),
        fc.oneof(piece, fc.constant('needle')),
        async (field, value) => {
          const found = await mail.candidates(1, { field, value });
          if (found === undefined) return;
          narrowed++;
          const wanted = texts.flatMap((each, i) => (holdsText(each, field, value) ? [i + 1] : []));
          assert.deepEqual(
            wanted.filter((id) => !found.includes(id)),
            [],
          );
          assert.deepEqual(
            [...found],
            found.toSorted((a, b) => a - b),
          );
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(narrowed > 100);
    assert.equal(await mail.candidates(1, { field: 'text', value: 'invoice' }), undefined);
    assert.equal(await mail.candidates(1, { field: 'body', value: '--' }), undefined);
  });
});

describe('the indexer', () => {
  const word = (text: string) => mailOf({ subject: text });

  it('takes tasks over many batches, and accounts in turn', async () => {
    const { stores, mail } = await open({ batchSize: 3, delayMs: 1 });
    for (const account of [1, 2, 3])
      await storeMails(
        stores.data,
        account,
        1,
        Array.from({ length: 10 }, (_, i) => word(`common n${i}`)),
      );
    for (const account of [1, 2, 3]) mail.wake(account);
    await idle(stores);
    assert.equal((await ask(mail, 'subject', 'common', 2)).length, 10);
    assert.deepEqual(await ask(mail, 'subject', 'n9', 3), [10]);
  });

  it('parks what cannot be indexed, indexes the rest, and names it as a candidate', async () => {
    const poison = (search: SearchStore): SearchStore =>
      replaced(search, {
        apply: async (index, changes) => {
          if (changes.some(({ document }) => document === 37 || document === 38))
            throw new SearchRefused('poison');
          await search.apply(index, changes);
        },
      });
    const parked: unknown[] = [];
    const remove = addSink((name, _level, fields) => {
      if (name === 'search.parked') parked.push(fields['document'], fields['reason']);
    });
    const { stores, mail } = await open({ wrap: poison });
    await storeMails(
      stores.data,
      1,
      1,
      Array.from({ length: 100 }, (_, i) => word(`w${i}`)),
    );
    const found = await ask(mail, 'subject', 'w*');
    remove();
    assert.equal(found.length, 98);
    assert.ok(!found.includes(37) && !found.includes(38));
    assert.deepEqual(parked, [37, 'poison', 38, 'poison']);
    assert.deepEqual(await mail.candidates(1, { field: 'subject', value: 'w70' }), [37, 38, 71]);
    await mail.close();
    assert.deepEqual(await tasksLeft(stores.data), ['1/37', '1/38']);
  });

  it('parks an e-mail whose message or record cannot be read', async () => {
    const { stores, mail } = await open();
    await storeMails(stores.data, 1, 1, [word('one'), word('two'), word('three')]);
    const { data } = stores;
    const hash = await readHash(stores, 2);
    await data.commit(
      data
        .newBatch()
        .delete(keys.blobKey(hash))
        .set(keys.coldKey(1, DataType.Email, 3), Uint8Array.of(99)),
    );
    assert.deepEqual(await ask(mail, 'subject', 'one'), [1]);
    assert.deepEqual(await ask(mail, 'subject', 'two'), []);
    assert.deepEqual(await mail.candidates(1, { field: 'subject', value: 'xyz' }), [2, 3]);
  });

  it('forgets what is gone, in whatever order it learns of it', async () => {
    const { stores, mail } = await open();
    await storeMails(stores.data, 1, 1, [word('alpha'), word('alpha'), word('alpha')]);
    await removeMail(stores.data, 1, 1);
    assert.deepEqual(await ask(mail, 'subject', 'alpha'), [2, 3]);
    await removeMail(stores.data, 1, 2);
    assert.deepEqual(await ask(mail, 'subject', 'alpha'), [3]);
    // A task that still says "index" for an e-mail that has no record any more.
    await stores.data.commit(
      stores.data
        .newBatch()
        .delete(keys.coldKey(1, DataType.Email, 3))
        .set(keys.searchTaskKey(1, 3), encodeSearchTask({ operation: 'index', since: 5 })),
    );
    assert.deepEqual(await ask(mail, 'subject', 'alpha'), []);
    await mail.close();
    assert.deepEqual(await tasksLeft(stores.data), []);
  });

  it('deletes no task that was replaced while the index became durable', async () => {
    let replace: (() => Promise<void>) | undefined;
    const racing = (search: SearchStore): SearchStore =>
      replaced(search, {
        flush: async () => {
          await search.flush();
          await replace?.();
          replace = undefined;
        },
      });
    const { stores, mail } = await open({ wrap: racing, delayMs: 1 });
    await storeMails(stores.data, 1, 1, [word('beta'), word('beta')]);
    replace = () => removeMail(stores.data, 1, 2);
    mail.wake(1);
    while ((await tasksLeft(stores.data)).length > 1) await wait(5);
    assert.deepEqual(await tasksLeft(stores.data), ['1/2']);
    assert.deepEqual(await ask(mail, 'subject', 'beta'), [1]);
    await idle(stores);
  });

  it('does everything again after the store failed, and refuses queries until then', async () => {
    let isDown = true;
    const failing = (search: SearchStore): SearchStore =>
      replaced(search, {
        apply: async (index, changes) => {
          if (isDown) throw new SearchUnavailable('down');
          await search.apply(index, changes);
        },
      });
    const failures: unknown[] = [];
    const remove = addSink((name) => {
      if (name === 'search.failed') failures.push(name);
    });
    const { stores, mail } = await open({ wrap: failing, delayMs: 1 });
    await storeMails(stores.data, 1, 1, [word('gamma')]);
    await assert.rejects(ask(mail, 'subject', 'gamma'), { name: 'SearchUnavailable' });
    mail.wake(1);
    while (failures.length === 0) await wait(5);
    remove();
    assert.deepEqual(await tasksLeft(stores.data), ['1/1']);
    isDown = false;
    assert.deepEqual(await ask(mail, 'subject', 'gamma'), [1]);
    await idle(stores);
  });

  it('applies again what a failed flush lost', async () => {
    let failures = 1;
    let applied = 0;
    const failing = (search: SearchStore): SearchStore =>
      replaced(search, {
        apply: async (index, changes) => {
          applied += changes.length;
          await search.apply(index, changes);
        },
        flush: async () => {
          if (failures-- > 0) throw new SearchUnavailable('no room');
          await search.flush();
        },
      });
    const { stores, mail } = await open({ wrap: failing, delayMs: 1 });
    await storeMails(stores.data, 1, 1, [word('delta')]);
    mail.wake(1);
    await idle(stores);
    assert.equal(applied, 2);
  });

  it('makes a lost index anew, an account that is asked for first', async () => {
    const first = await open();
    await storeMails(first.stores.data, 1, 1, [word('old'), word('old')]);
    await storeMails(first.stores.data, 9, 1, [word('old')]);
    assert.equal((await ask(first.mail, 'subject', 'old')).length, 2);
    await ask(first.mail, 'subject', 'old', 9);
    await first.mail.close();
    assert.deepEqual(await tasksLeft(first.stores.data), []);

    const second = await open({ stores: first.stores, delayMs: 1 });
    assert.deepEqual(await ask(second.mail, 'subject', 'old', 9), [1]);
    assert.deepEqual(await ask(second.mail, 'subject', 'old'), [1, 2]);
    while ((await second.search.stats('email')).isNew) await wait(5);
    await idle(first.stores);
  });

  it('indexes an account anew on demand, what was parked too', async () => {
    let isPoison = true;
    const poison = (search: SearchStore): SearchStore =>
      replaced(search, {
        apply: async (index, changes) => {
          if (isPoison && changes.some(({ fields }) => fields !== undefined))
            throw new SearchRefused('poison');
          await search.apply(index, changes);
        },
      });
    const { stores, mail } = await open({ wrap: poison });
    await storeMails(stores.data, 1, 1, [word('epsilon')]);
    assert.deepEqual(await ask(mail, 'subject', 'epsilon'), []);
    isPoison = false;
    assert.deepEqual(await ask(mail, 'subject', 'epsilon'), []);
    await mail.reindex(1);
    assert.deepEqual(await ask(mail, 'subject', 'epsilon'), [1]);
  });

  it('reads of a large message the parts that hold text', async () => {
    const attachment = Buffer.alloc(1_500_000, 'x').toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    const bytes = mailOf({
      subject: 'Large',
      header: 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b',
      body: `--b\n\nheffalump\n--b\nContent-Type: application/zip; name=z.zip\nContent-Transfer-Encoding: base64\n\n${attachment}\n--b--\n`,
    });
    const stores = openMemory();
    let read = 0;
    const { blobs } = stores;
    const counting: Stores = {
      ...stores,
      blobs: replaced(blobs, {
        read: async (hash, range) => {
          read += range?.length ?? Infinity;
          return blobs.read(hash, range);
        },
      }),
    };
    const { mail } = await open({ stores: counting });
    await storeMails(stores.data, 1, 1, [bytes]);
    assert.deepEqual(await ask(mail, 'text', 'heffalump zip large'), [1]);
    assert.ok(read > 0 && read < 1000);
  });

  it('forgets an account', async () => {
    const { mail, stores, search } = await open();
    await storeMails(stores.data, 1, 1, [word('zeta')]);
    await ask(mail, 'subject', 'zeta');
    await mail.removeAccount(1);
    assert.equal((await search.stats('email')).documents, 0);
  });
});

/** The object with some methods replaced. */
function replaced<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function readHash({ data }: Stores, id: number): Promise<Uint8Array> {
  const [cold] = await readColdsFrom(data)(1, [id]);
  assert.ok(cold);
  return cold.hash;
}
