import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { analyse, INCOMPLETE, inLanguages } from './analyse.ts';
import { Kind, kindOf } from './characters.ts';
import { fold } from './fold.ts';
import { fuzz } from './fuzz.ts';
import { type Languages, loadLanguages } from './language.ts';
import { MAX_QUERY_TOKENS, parseQuery, substringTerms } from './query.ts';
import { hasStemmer, stemOf } from './stem.ts';
import { MAX_TOKEN, tokensOf } from './tokens.ts';

const english = await loadLanguages({ supported: ['en_US'], fallback: 'en_US' });

describe('tokens', () => {
  const cases: [string, string, string[]][] = [
    ['ASCII words', "Hello, World! don't 3.14 a_b", ['hello', 'world', 'don', 't', '3', '14', 'a', 'b']],
    ['accents', 'Crème BRÛLÉE naïve Ångström', ['creme', 'brulee', 'naive', 'angstrom']],
    ['letters that are two', 'Straße Ærø œuvre Łódź', ['strasse', 'aero', 'oeuvre', 'lodz']],
    ['the Turkish capital', 'İstanbul ılık', ['istanbul', 'ilik']],
    ['the final sigma', 'ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
    ['Cyrillic', 'Ёлка йод', ['елка', 'иод']],
    ['compatibility forms', 'ﬁne ＡＢＣ １２', ['fine', 'abc', '12']],
    ['soft hyphens and joiners', 'Donau\u00addampf\u200bschiff \u200c', ['donaudampf', 'schiff']],
    ['Arabic points', 'مُحَمَّد', ['محمد']],
    ['vowel signs, which are no accents', 'हिन्दी', ['हिन्दी']],
    ['Chinese in pairs', '全文検索', ['全文', '文検', '検索', '索']],
    ['one Chinese character', '茶', ['茶']],
    ['Japanese beside Latin', 'Tシャツ', ['t', 'シャ', 'ャツ', 'ツ']],
    ['half-width Kana', 'ｶﾞｽ', ['ガス', 'ス']],
    ['Korean', '한국', ['한국', '국']],
    ['Thai', 'ไทย', ['ไท', 'ทย', 'ย']],
    ['pictures', 'ok👍👍!', ['ok', '👍', '👍']],
    ['nothing', ' \t.,;+*"()\u0000', []],
    ['halves of characters', 'a\ud800b', ['a', 'b']],
  ];
  for (const [what, text, tokens] of cases)
    it(`divides ${what}`, () => {
      assert.deepEqual(tokensOf(text), tokens);
    });

  it('cuts long words between characters', () => {
    const ascii = tokensOf('x'.repeat(300));
    assert.deepEqual(
      ascii.map((token) => token.length),
      [127, 127, 46],
    );
    const greek = tokensOf('λ'.repeat(100));
    assert.deepEqual(
      greek.map((token) => Buffer.byteLength(token)),
      [126, 74],
    );
  });

  it('folds each character to characters of its kind', () => {
    const faults: string[] = [];
    for (let code = 0x80; code < 0x32400; code++) {
      const kind = kindOf(code);
      if (kind === Kind.Other) continue;
      const character = String.fromCodePoint(code);
      const folded = kind === Kind.Sign ? character : fold(character);
      if (Array.from(folded).some((each) => kindOf(each.codePointAt(0) as number) !== kind))
        faults.push(character);
    }
    assert.deepEqual(faults, []);
  });

  it('folds once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(fold(fold(text)), fold(text));
      }),
    );
  });

  it('does not depend on what stands beyond other characters', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        assert.deepEqual(tokensOf(words.join(' , ')), words.flatMap(tokensOf));
      }),
    );
  });
});

describe('stems', () => {
  it('finds the stem in a language, folded', () => {
    assert.equal(stemOf('running', 'en'), 'run');
    assert.equal(stemOf('Häuser', 'de'), 'haus');
    assert.equal(stemOf('chevaux', 'fr'), 'cheval');
    assert.equal(stemOf('книгами', 'ru'), 'книг');
    assert.equal(stemOf('evlerimiz', 'tr'), stemOf('ev', 'tr'));
  });

  it('leaves other languages and very long words alone', () => {
    assert.equal(stemOf('running', 'xx'), '');
    assert.equal(stemOf(`${'a'.repeat(60)}ing`, 'en'), '');
  });

  it('knows every language that the server names', () => {
    const named = 'en ru es pt it fr de ar no da sv fi tr nl hu ro ta'.split(' ');
    assert.deepEqual(
      named.filter((language) => !hasStemmer(language)),
      [],
    );
  });
});

describe('analysis', () => {
  it('keeps words in order and stems that differ, once', () => {
    assert.deepEqual(analyse([{ text: 'Running runs, run', language: 'en' }]), {
      words: 'running runs run ',
      stems: 'run',
    });
  });

  it('stems nothing without a language, and no numbers', () => {
    assert.equal(analyse([{ text: 'running' }]).stems, '');
    assert.equal(analyse([{ text: 'a4s 2nds', language: 'en' }]).stems, '');
  });

  it('keeps passages apart', () => {
    const { words } = analyse([{ text: 'new' }, { text: 'york' }]);
    assert.ok(!words.includes('new york'));
    assert.deepEqual(
      words.split(' ').filter((word) => /^[a-z]+$/.test(word)),
      ['new', 'york'],
    );
  });

  it('marks what it does not hold whole', () => {
    assert.ok(!analyse([{ text: 'short' }]).words.includes(INCOMPLETE));
    assert.ok(analyse([{ text: 'y'.repeat(MAX_TOKEN + 1) }]).words.includes(INCOMPLETE));
    const cut = analyse([{ text: 'one two' }, { text: 'three' }], 4).words;
    assert.ok(cut.includes('one') && !cut.includes('two') && !cut.includes('three'));
    assert.ok(cut.includes(INCOMPLETE));
  });
});

describe('languages', () => {
  it('asks no statistics where there is one language only', () => {
    assert.equal(english.of('Das ist ein deutscher Satz', null), 'en');
    assert.deepEqual(english.ofQuery('Rechnung'), ['en']);
  });

  it('detects within what is supported', async () => {
    const some = await loadLanguages({ supported: ['en', 'de_DE', 'fr'], fallback: 'en' });
    assert.equal(some.of('Dies ist ein deutscher Satz über das Wetter in Berlin', null), 'de');
    assert.equal(some.of('Esta es una frase bastante larga en español', null), undefined);
    assert.equal(some.of('This is English', ['x-klingon', 'fr-CA']), 'fr');
    assert.deepEqual(some.ofQuery('Wetter'), ['en', 'de', 'fr']);
    const all = await loadLanguages({ supported: [], fallback: 'en' });
    assert.equal(all.of('Questa è una frase italiana abbastanza lunga', ['it-IT']), 'it');
    assert.deepEqual(all.ofQuery('das Wetter in Berlin'), ['de', 'en']);
    assert.deepEqual(all.ofQuery('12 34'), ['en']);
  });

  it('gives texts without a language that of the most of the message, else the fallback', () => {
    const known: Languages = {
      ...english,
      of: (text) => (text.startsWith('de') ? 'de' : text.startsWith('fr') ? 'fr' : undefined),
    };
    const texts = [{ text: 'de - - -' }, { text: 'fr' }, { text: '?' }];
    assert.deepEqual(
      inLanguages(texts, known).map(({ language }) => language),
      ['de', 'fr', 'de'],
    );
    assert.deepEqual(inLanguages([{ text: '?' }], known), [{ text: '?', language: 'en' }]);
  });
});

describe('a query', () => {
  const terms = (value: string) => parseQuery(value, english);
  const phrase = (tokens: string[], prefix = false) => ({ kind: 'phrase', tokens, prefix });
  const word = (text: string, ...stems: string[]) => ({ kind: 'word', word: text, stems });

  it('is words, as written and stemmed', () => {
    assert.deepEqual(terms('Running shoes RUNNING'), [word('running', 'run'), word('shoes', 'shoe')]);
  });
  it('has phrases, the last one perhaps without its end', () => {
    assert.deepEqual(terms('a "New York" "los a'), [
      word('a'),
      phrase(['new', 'york']),
      phrase(['los', 'a']),
    ]);
  });
  it('has phrases in apostrophes around whole words, and escapes within phrases', () => {
    assert.deepEqual(terms("'New York' x"), [phrase(['new', 'york']), word('x')]);
    assert.deepEqual(terms(`"say \\"hi there\\" now" 'don\\'t go'`), [
      phrase(['say', 'hi', 'there', 'now']),
      phrase(['don', 't', 'go']),
    ]);
    assert.deepEqual(terms("don't x"), [word('don'), word('t'), word('x')]);
    assert.deepEqual(terms("rock 'n roll"), [word('rock'), word('n'), word('roll')]);
    assert.deepEqual(terms('"a b\\'), [phrase(['a', 'b'])]);
  });
  it('has beginnings of words', () => {
    assert.deepEqual(terms('inv* x'), [phrase(['inv'], true), word('x')]);
  });
  it('takes addresses and codes as they stand', () => {
    assert.deepEqual(terms('j.doe@example.org INV-2024-001'), [
      phrase(['j', 'doe', 'example', 'org']),
      phrase(['inv', '2024', '001']),
    ]);
  });
  it('divides words that marks join', () => {
    assert.deepEqual(terms('follow-ups'), [word('follow'), word('ups', 'up')]);
  });
  it('finds a part of a script without spaces', () => {
    assert.deepEqual(terms('文検'), [phrase(['文検'])]);
    assert.deepEqual(terms('文'), [phrase(['文'], true)]);
    assert.deepEqual(terms('全文検 x'), [phrase(['全文', '文検']), word('x')]);
  });
  it('takes a supported language in front, and no other', async () => {
    const two = await loadLanguages({ supported: ['en', 'de'], fallback: 'en' });
    assert.deepEqual(parseQuery('de:Häuser', two), [word('hauser', 'haus')]);
    assert.deepEqual(parseQuery('fr:x', two), [word('fr'), word('x')]);
    assert.deepEqual(terms('re: x'), [word('re'), word('x')]);
  });
  it('matches nothing without a word', () => {
    assert.deepEqual([terms(''), terms('"" * + --')], [[], []]);
  });
  it('has a limit', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
    assert.equal(terms(many(MAX_QUERY_TOKENS)).length, MAX_QUERY_TOKENS);
    assert.throws(() => terms(many(MAX_QUERY_TOKENS + 1)), { name: 'LimitExceeded' });
    assert.throws(() => terms('x '.repeat(5000)), { name: 'LimitExceeded', limit: 'searchValue' });
    assert.throws(() => terms(`"${many(MAX_QUERY_TOKENS + 1)}"`), { name: 'LimitExceeded' });
  });
});

describe('a substring', () => {
  it('has parts of words at its ends and whole words between', () => {
    assert.deepEqual(substringTerms('lo big wor'), [
      { kind: 'part', text: 'lo' },
      { kind: 'phrase', tokens: ['big'], prefix: false },
      { kind: 'part', text: 'wor' },
    ]);
    assert.deepEqual(substringTerms(' whole '), [{ kind: 'phrase', tokens: ['whole'], prefix: false }]);
  });
  it('says nothing where there is no word, or one that the index cuts', () => {
    assert.deepEqual(substringTerms(' -- '), []);
    assert.deepEqual(substringTerms('x '.repeat(5000)), []);
    assert.deepEqual(substringTerms(`a ${'b'.repeat(200)} c`), []);
  });
});

describe('any text', () => {
  it('is indexed as it is asked for', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'ab1 é\u0301ßİ全文かｶﾞ한ไ👍\u200d\ufe0f-@."*\u00ad') }),
      fc.string({ minLength: 200, maxLength: 600, unit: fc.constantFrom('x', 'y', ' ', 'λ') }),
    );
    fc.assert(
      fc.property(text, (value) => fuzz(Buffer.from(value))),
      { numRuns: 2000 },
    );
  });
});
