// Terms as an expression of FTS5 (https://sqlite.org/fts5.html §3). Tokens hold letters and digits of ASCII, other
// characters, and nothing that the expression language knows, once they stand in quotes.
import type { SearchTerm } from '../../formats/search/index.ts';
import type { SearchIndex } from './types.ts';

/**
 * The expression in which all terms that narrow anything must match; undefined when none narrows.
 * @param wordsOf the words with a part, undefined when they are too many
 */
export function matchExpression(
  index: SearchIndex,
  fields: readonly string[],
  terms: readonly SearchTerm[],
  wordsOf: (part: string) => readonly string[] | undefined,
): string | undefined {
  const words = columnFilter(fields.map((field) => `w_${field}`));
  const stemmed = index.fields.filter(({ name, stems }) => stems && fields.includes(name));
  const stems = columnFilter(stemmed.map(({ name }) => `s_${name}`));
  const conditions: string[] = [];
  for (const term of terms) {
    const condition = conditionOf(term);
    if (condition !== undefined) conditions.push(`(${condition})`);
  }
  return conditions.length === 0 ? undefined : conditions.join(' AND ');

  function conditionOf(term: SearchTerm): string | undefined {
    switch (term.kind) {
      case 'word': {
        const forms = anyOf([term.word, ...term.stems]);
        return stemmed.length === 0 ? `${words}${forms}` : `${words}${forms} OR ${stems}${forms}`;
      }
      case 'phrase':
        return `${words}"${term.tokens.join(' ')}"${term.prefix ? ' *' : ''}`;
      case 'part': {
        const whole = wordsOf(term.text);
        if (whole === undefined) return undefined;
        // A list of nothing is not allowed: the part itself is in no word then.
        return `${words}${anyOf(whole.length === 0 ? [term.text] : whole)}`;
      }
    }
  }
}

const columnFilter = (columns: readonly string[]): string => `{${columns.join(' ')}} : `;

const anyOf = (tokens: readonly string[]): string => `(${tokens.map((token) => `"${token}"`).join(' OR ')})`;
