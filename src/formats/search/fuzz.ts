// Entry for fuzzing: any bytes as a text, a query and a substring. What is asked for by a piece of a text must be
// in what the text is indexed as.
import { fromUtf8, LimitExceeded } from '../../base/index.ts';
import { analyse, INCOMPLETE } from './analyse.ts';
import { Kind, kindOf } from './characters.ts';
import { fold } from './fold.ts';
import type { Languages } from './language.ts';
import { parseQuery, type SearchTerm, substringTerms } from './query.ts';
import { MAX_TOKEN, tokensOf } from './tokens.ts';

/** Throws when a promise of this folder is broken. */
export function fuzz(bytes: Uint8Array): void {
  const text = fromUtf8(bytes);
  const tokens = tokensOf(text);
  for (const token of tokens) {
    check(/^[a-z0-9\u0080-\uffff]+$/.test(token), 'characters of a token');
    check(Buffer.byteLength(token) <= MAX_TOKEN, 'length of a token');
    check(isSign(token) || fold(token) === token, 'folding twice');
  }
  const { words } = analyse([{ text, language: 'en' }]);
  const characters = Array.from(text);
  const from = characters.length >> 2;
  const middle = characters.slice(from, characters.length - from).join('');
  // A piece may end between a letter and its accent: then it is no part of the text in composed form.
  const isPart = text.normalize('NFKC').includes(middle.normalize('NFKC'));
  // What is not indexed whole says so, and is found by that.
  const isWhole = !` ${words}`.includes(` ${INCOMPLETE} `);
  const terms = isPart && isWhole ? attempt(() => substringTerms(middle)) : [];
  for (const term of terms) check(holds(words, term), `substring term ${JSON.stringify(term)}`);
  for (const term of attempt(() => parseQuery(text.replaceAll(/["*]|^[a-z]{2}:/g, ' '), ENGLISH)))
    check(holds(words, term), `term ${JSON.stringify(term)}`);
  attempt(() => parseQuery(text, ENGLISH));
}

const isSign = (token: string): boolean => kindOf(token.codePointAt(0) as number) === Kind.Sign;

const ENGLISH: Languages = {
  fallback: 'en',
  of: () => 'en',
  ofQuery: () => ['en'],
  isSupported: (language) => language === 'en',
};

function attempt(parse: () => SearchTerm[]): SearchTerm[] {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error;
    return [];
  }
}

/** Whether analysed words have a term as it is written. */
function holds(words: string, term: SearchTerm): boolean {
  const text = ` ${words}`;
  switch (term.kind) {
    case 'word':
      return text.includes(` ${term.word} `);
    case 'phrase':
      return text.includes(` ${term.tokens.join(' ')}${term.prefix ? '' : ' '}`);
    case 'part':
      return words.split(' ').some((word) => word.includes(term.text));
  }
}

function check(isTrue: boolean, promise: string): void {
  if (!isTrue) throw new Error(`broken promise: ${promise}`);
}
