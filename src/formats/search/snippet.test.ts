import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { loadLanguages } from './language.ts';
import { parseQuery } from './query.ts';
import { markBeginning, markFirstHit, MAX_SNIPPET } from './snippet.ts';

const english = await loadLanguages({ supported: ['en'], fallback: 'en' });
const first = (text: string, query: string) => markFirstHit(text, parseQuery(query, english), 'en');
const beginning = (text: string, query: string) => markBeginning(text, parseQuery(query, english), 'en');

describe('a snippet', () => {
  it('marks words, stems, phrases and beginnings', () => {
    assert.equal(
      beginning('The invoices for our invoice', 'invoice'),
      'The <mark>invoices</mark> for our <mark>invoice</mark>',
    );
    assert.equal(first('He was running', 'runs'), 'He was <mark>running</mark>');
    assert.equal(first('In New York, not York', '"new york"'), 'In <mark>New York</mark>, not York');
    assert.equal(first('Müller & Co', 'mull*'), '<mark>Müller</mark> &amp; Co');
    assert.equal(first('新しい全文検索です', '文検'), '新しい全<mark>文検</mark>索です');
    assert.equal(first('東京都', '京'), '東<mark>京</mark>都');
  });

  it('is null without a hit', () => {
    assert.equal(first('nothing here', 'absent'), null);
    assert.equal(first('New big York', '"new york"'), null);
    assert.equal(first('', 'x'), null);
    assert.equal(first('x', ''), null);
  });

  it('begins two words before the hit, or forty characters', () => {
    assert.equal(first('one two three four', 'four'), 'two three <mark>four</mark>');
    const long = 'y'.repeat(30);
    assert.equal(first(`a ${long} ${long} hit`, 'hit'), `${long} <mark>hit</mark>`);
  });

  it('escapes, folds white space and keeps its limit', () => {
    assert.equal(first('<b>\n\n "hit\' &', 'hit'), '&lt;b&gt; &quot;<mark>hit</mark>&#39; &amp;');
    const many = first('hit '.repeat(200), 'hit') as string;
    assert.ok((Buffer.byteLength(many) <= MAX_SNIPPET && many.endsWith('</mark>')) || many.endsWith(' '));
  });

  it('never breaks a tag, an entity or a character, nor its limit', () => {
    const unit = fc.constantFrom('hit', 'hits', ' ', '&', '<', 'é', '全', '文', '👍', 'word ', '\n');
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 200 }),
        fc.constantFrom('hit', '全文', '👍', '"hit hit"'),
        (units, query) => {
          for (const shown of [first(units.join(''), query), beginning(units.join(''), query)]) {
            if (shown === null) continue;
            assert.ok(Buffer.byteLength(shown) <= MAX_SNIPPET);
            assert.ok(shown.isWellFormed());
            assert.match(shown, /^(?:<mark>(?:[^<>&]|&[a-z0-9#]+;)+<\/mark>|[^<>&]|&[a-z0-9#]+;)*$/u);
          }
          const shown = first(units.join(''), query);
          assert.ok(shown === null || shown.includes('<mark>'));
        },
      ),
    );
  });
});
