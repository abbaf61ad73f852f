// The analyser of full-text search: what a text is indexed as, and what a query asks for.
export { analyse, type Analysed, INCOMPLETE, inLanguages, type Passage } from './analyse.ts';
export { type Languages, type LanguageSettings, loadLanguages } from './language.ts';
export { markBeginning, markFirstHit } from './snippet.ts';
export { parseQuery, type SearchTerm, substringTerms } from './query.ts';
