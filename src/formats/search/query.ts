// What a person types into a search field (RFC 8621 §4.4.1 leaves the syntax to the server): words that must all
// occur, each as written or stemmed; "phrases" and 'phrases', in which a backslash makes the next character part of
// the phrase; beginnings of words (`wo*`); and `de:` in front for a language.
import { LimitExceeded } from '../../base/index.ts';
import type { Languages } from './language.ts';
import { hasStemmer, stemOf } from './stem.ts';
import { eachRun, isHalfPair, isPair, tokenize } from './tokens.ts';

export type SearchTerm =
  /** The word or one of its stems, as a word or as a stem of the text. */
  | { readonly kind: 'word'; readonly word: string; readonly stems: readonly string[] }
  /** These tokens in a row; with `prefix`, the last one may go on. */
  | { readonly kind: 'phrase'; readonly tokens: readonly string[]; readonly prefix: boolean }
  /** A word with this text anywhere in it. */
  | { readonly kind: 'part'; readonly text: string };

/** Characters of one query. */
const MAX_QUERY = 8192;
/** Tokens in one query. */
export const MAX_QUERY_TOKENS = 256;

/**
 * Terms that must all be found. Empty when the value has no word at all, which then matches nothing.
 * Throws LimitExceeded.
 */
export function parseQuery(value: string, languages: Languages): SearchTerm[] {
  if (value.length > MAX_QUERY) throw new LimitExceeded('searchValue', MAX_QUERY);
  const prefix = /^([a-z]{2}):(?=[^\s/])/.exec(value);
  const named = prefix?.[1] ?? '';
  const isNamed = hasStemmer(named) && languages.isSupported(named);
  const text = isNamed ? value.slice(3) : value;
  let tried: readonly string[] | undefined = isNamed ? [named] : undefined;
  const terms = new Terms();
  for (const [, double, single, chunk = ''] of text.matchAll(CHUNKS)) {
    const quoted = double ?? single;
    if (quoted !== undefined) terms.phrase(quoted.replace(/\\([^])/g, '$1'), false);
    else if (chunk.endsWith('*')) terms.phrase(chunk, true);
    else if (IDENTIFIER.test(chunk)) terms.phrase(chunk, false);
    else terms.words(chunk, (tried ??= languages.ofQuery(text)));
  }
  return terms.all;
}

/**
 * Terms that every text with this substring has (RFC 9051 §6.4.4), whatever stands around it; empty when there is
 * nothing to go by. Words at the ends may be parts of longer ones.
 */
export function substringTerms(value: string): SearchTerm[] {
  if (value.length > MAX_QUERY) return [];
  const terms = new Terms();
  let isSplit = false;
  eachRun(value, (start, end) => {
    const tokens: string[] = [];
    isSplit ||= tokenize(value.slice(start, end), (token) => tokens.push(token));
    const [first] = tokens;
    if (first === undefined) return;
    if (isPair(first)) terms.run(tokens);
    else if (start > 0 && end < value.length) terms.exact(first);
    else terms.part(first);
  });
  return isSplit ? [] : terms.all;
}

/**
 * What is quoted, or stands between spaces; a byte order mark, a space to `\s`, joins the parts of a word. An
 * apostrophe quotes only around whole words: most stand within one.
 */
const CHUNKS =
  /"((?:\\[^]|[^"\\]|\\$)*)(?:"|$)|(?<![^\s"])'((?:\\[^]|[^'\\])*)'(?![^\s"])|((?:[^\s"]|\ufeff)+)/g;

/** Addresses, numbers with marks in them, codes: what is found as it stands or not at all. */
const IDENTIFIER = /[\p{L}\p{N}]@[\p{L}\p{N}]|\p{N}[-._/]\p{N}|\p{L}[-._/]?\p{N}+[-._/]\p{L}/u;

class Terms {
  readonly all: SearchTerm[] = [];
  readonly #seen = new Set<string>();
  #tokens = 0;

  words(chunk: string, languages: readonly string[]): void {
    let run: string[] = [];
    const endRun = (): void => {
      if (run.length > 0) this.run(run);
      run = [];
    };
    tokenize(chunk, (token, word) => {
      if (isPair(token)) {
        run.push(token);
        if (isHalfPair(token)) endRun();
        return;
      }
      endRun();
      const stems = word === '' ? [] : languages.map((language) => stemOf(word, language));
      const others = new Set(stems.filter((stem) => stem !== '' && stem !== token));
      this.#add({ kind: 'word', word: token, stems: [...others] });
    });
    endRun();
  }

  phrase(text: string, prefix: boolean): void {
    const tokens: string[] = [];
    tokenize(text, (token) => tokens.push(token));
    const last = tokens.at(-1);
    if (last === undefined) return;
    if (isPair(last)) this.run(tokens);
    else this.#add({ kind: 'phrase', tokens, prefix });
  }

  /** Pairs of characters: the last one alone is in the pair before, or begins one. */
  run(tokens: readonly string[]): void {
    const last = tokens.at(-1) as string;
    const before = tokens.at(-2);
    if (before !== undefined && isPair(before) && before.endsWith(last))
      this.#add({ kind: 'phrase', tokens: tokens.slice(0, -1), prefix: false });
    else this.#add({ kind: 'phrase', tokens, prefix: true });
  }

  exact(word: string): void {
    this.#add({ kind: 'phrase', tokens: [word], prefix: false });
  }

  part(text: string): void {
    this.#add({ kind: 'part', text });
  }

  #add(term: SearchTerm): void {
    const key = JSON.stringify(term);
    if (this.#seen.has(key)) return;
    this.#tokens += term.kind === 'phrase' ? term.tokens.length : 1;
    if (this.#tokens > MAX_QUERY_TOKENS) throw new LimitExceeded('searchTerms', MAX_QUERY_TOKENS);
    this.#seen.add(key);
    this.all.push(term);
  }
}
