// What the index keeps of a field: its words in order, and the stems that differ from them. Both are texts of
// tokens with spaces between, which any engine can take apart without knowing a language.
import type { Languages } from './language.ts';
import { stemOf } from './stem.ts';
import { tokenize } from './tokens.ts';

/** A piece of text on its own: a phrase does not reach from one to the next. */
export interface Passage {
  readonly text: string;
  /** Language of its stems; none when undefined. */
  readonly language?: string | undefined;
}

export interface Analysed {
  /** Tokens in the order of the text, separated by spaces; `INCOMPLETE` behind them where it applies. */
  readonly words: string;
  /** Stems that are not the word itself, each once. */
  readonly stems: string;
}

/**
 * The token of a text of which not every substring can be found by its words: some word was cut, or the text was
 * longer than the limit.
 */
export const INCOMPLETE = '\ue001';

/** Stands between passages; no token is ever like it. */
const BOUNDARY = '\ue000';

/** Analyses the passages of one field, `limit` characters of them at most. */
export function analyse(passages: readonly Passage[], limit = Infinity): Analysed {
  let words = '';
  let incomplete = false;
  let left = limit;
  const stems = new Set<string>();
  for (const { text, language } of passages) {
    if (words !== '') words += `${BOUNDARY} `;
    incomplete ||= text.length > left;
    const known = text.length > left ? text.slice(0, left) : text;
    left -= known.length;
    const split = tokenize(known, (token, word) => {
      words += `${token} `;
      if (language === undefined || word === '') return;
      const stem = stemOf(word, language);
      if (stem !== '' && stem !== token) stems.add(stem);
    });
    incomplete ||= split;
  }
  if (incomplete) words += `${BOUNDARY} ${INCOMPLETE} `;
  return { words, stems: [...stems].join(' ') };
}

/** Gives each text its language: its own, else that of most of the text, else the fallback. */
export function inLanguages(
  texts: readonly { readonly text: string; readonly tags?: readonly string[] | null }[],
  languages: Languages,
): Passage[] {
  const found = texts.map(({ text, tags }) => languages.of(text, tags));
  const weights = new Map<string, number>();
  found.forEach((language, i) => {
    if (language === undefined) return;
    weights.set(language, (weights.get(language) ?? 0) + (texts[i] as { text: string }).text.length);
  });
  const [prevailing] = [...weights].reduce(
    (best, each) => (each[1] > best[1] ? each : best),
    [languages.fallback, -1],
  );
  return texts.map(({ text }, i) => ({ text, language: found[i] ?? prevailing }));
}
