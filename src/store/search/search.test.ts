import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { analyse, type Analysed, type SearchTerm } from '../../formats/search/index.ts';
import { FtsEngine } from './fts.ts';
import { openMemorySearch } from './local.ts';
import type { SearchChange, SearchIndex } from './types.ts';

const INDEX: SearchIndex = {
  name: 'note',
  version: 1,
  fields: [
    { name: 'title', stems: true },
    { name: 'author', stems: false },
  ],
  parts: true,
};

const root = mkdtempSync(path.join(tmpdir(), 'waypost-fts-'));
after(() => rmSync(root, { recursive: true, force: true }));

const note = (account: number, document: number, title: string, author = ''): SearchChange => ({
  account,
  document,
  fields: new Map([
    ['title', analyse([{ text: title, language: 'en' }])],
    ['author', analyse([{ text: author }])],
  ]),
});
const word = (text: string, ...stems: string[]): SearchTerm => ({ kind: 'word', word: text, stems });
const phrase = (text: string, prefix = false): SearchTerm => ({
  kind: 'phrase',
  tokens: text.split(' '),
  prefix,
});
const part = (text: string): SearchTerm => ({ kind: 'part', text });

/** What a query finds, with all fields looked at unless some are named. */
const find = (engine: FtsEngine, account: number, terms: SearchTerm[], fields = ['title', 'author']) => {
  const found = engine.query('note', { account, fields, terms });
  return found && Array.from(found);
};

describe('the FTS5 engine', () => {
  it('finds words, stems, phrases, beginnings and parts, field by field', () => {
    const engine = new FtsEngine(undefined, [INDEX]);
    engine.apply('note', [
      note(1, 1, 'Running in New York', 'Ann Run'),
      note(1, 2, 'A new run through York', 'Bob'),
      note(1, 3, '全文検索', ''),
    ]);
    assert.deepEqual(find(engine, 1, [word('running', 'run')]), [1, 2]);
    assert.deepEqual(find(engine, 1, [word('running')]), [1]);
    assert.deepEqual(find(engine, 1, [word('run')], ['title']), [1, 2]);
    assert.deepEqual(find(engine, 1, [word('run')], ['author']), [1]);
    assert.deepEqual(find(engine, 1, [word('bob'), word('york')]), [2]);
    assert.deepEqual(find(engine, 1, [phrase('new york')]), [1]);
    assert.deepEqual(find(engine, 1, [phrase('run thr', true)]), [2]);
    assert.deepEqual(find(engine, 1, [phrase('全', true)]), [3]);
    assert.deepEqual(find(engine, 1, [phrase('文検 検索')]), [3]);
    assert.deepEqual(find(engine, 1, [part('unn')]), [1]);
    assert.deepEqual(find(engine, 1, [part('or')], ['title']), [1, 2]);
    assert.deepEqual(find(engine, 1, [part('zz')]), []);
    assert.deepEqual(find(engine, 1, []), []);
    engine.close();
  });

  it('keeps accounts apart, whatever their number', () => {
    const engine = new FtsEngine(undefined, [INDEX]);
    const accounts = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    for (const account of accounts)
      engine.apply('note', [
        note(account, 1, `same own${account}`),
        note(account, 0xffff_ffff, 'same'),
        note(account, 7, 'other'),
      ]);
    for (const account of accounts) {
      assert.deepEqual(find(engine, account, [word('same')]), [1, 0xffff_ffff]);
      assert.deepEqual(find(engine, account, [part(`wn${account}`)]), [1]);
    }
    assert.deepEqual(find(engine, 1, [part('wn2147483647')]), []);
    assert.equal(engine.removeSome(0x8000_0000), false);
    assert.deepEqual(find(engine, 0x8000_0000, [word('same')]), []);
    assert.deepEqual(find(engine, 0x7fff_ffff, [word('same')]), [1, 0xffff_ffff]);
    assert.equal(engine.stats('note').documents, 12);
    engine.close();
  });

  it('replaces a document that it has, and removes one that it lacks', () => {
    const engine = new FtsEngine(undefined, [INDEX]);
    engine.apply('note', [note(1, 1, 'before')]);
    engine.apply('note', [note(1, 1, 'behind'), { account: 1, document: 9, fields: undefined }]);
    assert.deepEqual(find(engine, 1, [word('before')]), []);
    assert.deepEqual(find(engine, 1, [word('behind')]), [1]);
    engine.close();
  });

  it('does not narrow by a part that too many words have', () => {
    const engine = new FtsEngine(undefined, [INDEX]);
    engine.apply('note', [
      note(1, 1, Array.from({ length: 500 }, (_, i) => `xa${i}`).join(' ')),
      note(1, 2, 'b'),
    ]);
    assert.equal(find(engine, 1, [part('xa')]), undefined);
    assert.deepEqual(find(engine, 1, [part('xa'), word('b')]), [2]);
    assert.deepEqual(find(engine, 1, [part('xa499')]), [1]);
    engine.close();
  });

  it('removes an account in steps', async () => {
    const search = openMemorySearch([INDEX]);
    await search.apply(
      'note',
      Array.from({ length: 450 }, (_, i) => note(5, i + 1, 'word')),
    );
    await search.apply('note', [note(6, 1, 'word')]);
    await search.removeAccount(5);
    assert.equal((await search.stats('note')).documents, 1);
    await search.close();
  });

  it('keeps what was flushed, and is new until it is said to be ready', () => {
    const folder = path.join(root, 'kept');
    const first = new FtsEngine(folder, [INDEX]);
    assert.equal(first.stats('note').isNew, true);
    first.apply('note', [note(1, 1, 'kept')]);
    first.markReady('note');
    first.close();
    const second = new FtsEngine(folder, [INDEX]);
    assert.equal(second.stats('note').isNew, false);
    assert.deepEqual(find(second, 1, [word('kept')]), [1]);
    second.close();
    const third = new FtsEngine(folder, [{ ...INDEX, version: 2 }]);
    assert.deepEqual(third.stats('note').isNew, true);
    assert.deepEqual(find(third, 1, [word('kept')]), []);
    third.close();
  });

  it('says that it is not available: a file that is no database, a folder that is none, a full disk', () => {
    const folder = mkdtempSync(path.join(root, 'broken-'));
    writeFileSync(
      path.join(folder, 'search.sqlite'),
      'no database at all, but long enough to be looked at'.repeat(50),
    );
    assert.throws(() => new FtsEngine(folder, [INDEX]), { name: 'SearchUnavailable' });
    writeFileSync(path.join(root, 'file'), '');
    assert.throws(() => new FtsEngine(path.join(root, 'file'), [INDEX]), { name: 'SearchUnavailable' });

    const engine = new FtsEngine(path.join(root, 'full'), [INDEX], { maxPages: 40 });
    const fill = (): void => {
      for (let i = 0; i < 20_000; i++) {
        engine.apply('note', [note(1, i, `w${i} ${'x'.repeat(100)}${i}`)]);
        if (i % 100 === 99) engine.flush();
      }
    };
    assert.throws(fill, { name: 'SearchUnavailable' });
    engine.apply('note', [{ account: 1, document: 1, fields: undefined }]);
    assert.deepEqual(find(engine, 1, [word('w2')]), [2]);
    engine.close();
  });

  it('refuses an index that it does not have', () => {
    const engine = new FtsEngine(undefined, [INDEX]);
    assert.throws(() => engine.apply('none', []), { name: 'SearchRefused' });
    engine.close();
  });
});

describe('random documents', () => {
  const text = fc
    .array(fc.constantFrom('run', 'running', 'runs', 'shoe', 'new', 'york', '文検', '全文検', 'x1'), {
      maxLength: 6,
    })
    .map((words) => words.join(' '));
  const change = fc.record({
    account: fc.constantFrom(1, 2),
    document: fc.integer({ min: 1, max: 6 }),
    title: text,
    author: text,
    isRemoved: fc.boolean(),
  });
  const term = fc.oneof(
    fc.constantFrom(word('running', 'run'), word('shoe'), word('x1'), word('run')),
    fc.constantFrom(phrase('new york'), phrase('run ne', true), phrase('文', true), phrase('文検')),
    fc.constantFrom(part('nn'), part('u'), part('1')),
  );
  const fields = fc.constantFrom<string[]>(['title'], ['author'], ['title', 'author']);

  it('are found as a plain reading of the terms says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 4 }),
        fc.array(term, { minLength: 1, maxLength: 3 }),
        fields,
        (batches, terms, names) => {
          const engine = new FtsEngine(undefined, [INDEX]);
          const model = new Map<string, ReadonlyMap<string, Analysed>>();
          for (const batch of batches) {
            const changes = batch.map(({ account, document, title, author, isRemoved }) =>
              isRemoved ? { account, document, fields: undefined } : note(account, document, title, author),
            );
            engine.apply('note', changes);
            for (const { account, document, fields } of changes) {
              if (fields === undefined) model.delete(`${account}/${document}`);
              else model.set(`${account}/${document}`, fields);
            }
          }
          const wanted = [1, 2, 3, 4, 5, 6].filter((document) => {
            const known = model.get(`2/${document}`);
            return known !== undefined && terms.every((each) => holds(known, names, each));
          });
          assert.deepEqual(find(engine, 2, terms, names), wanted);
          engine.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Whether a document has a term, read from the texts that the analyser made. */
function holds(known: ReadonlyMap<string, Analysed>, names: readonly string[], term: SearchTerm): boolean {
  const has = (name: string, list: 'words' | 'stems', what: string): boolean =>
    ` ${known.get(name)?.[list] ?? ''} `.includes(what);
  const isStemmed = (name: string): boolean => name === 'title';
  return names.some((name) => {
    switch (term.kind) {
      case 'word':
        return [term.word, ...term.stems].some(
          (form) => has(name, 'words', ` ${form} `) || (isStemmed(name) && has(name, 'stems', ` ${form} `)),
        );
      case 'phrase':
        return has(name, 'words', ` ${term.tokens.join(' ')}${term.prefix ? '' : ' '}`);
      case 'part':
        return has(name, 'words', term.text);
    }
  });
}
