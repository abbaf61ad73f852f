// Stems of words, language by language (the Snowball algorithms).
import snowball, { type Stemmer } from 'snowball-stemmers';
import { fold } from './fold.ts';

/** Languages (ISO 639-1) that have a stemmer, and its name. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['ar', 'arabic'],
  ['da', 'danish'],
  ['de', 'german'],
  ['en', 'english'],
  ['es', 'spanish'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['hu', 'hungarian'],
  ['it', 'italian'],
  ['nb', 'norwegian'],
  ['nl', 'dutch'],
  ['nn', 'norwegian'],
  ['no', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['sv', 'swedish'],
  ['ta', 'tamil'],
  ['tr', 'turkish'],
]);

export const hasStemmer = (language: string): boolean => ALGORITHMS.has(language);

/** Longer words are names, numbers and codes. */
const LONGEST = 48;
/** Words remembered for a language: a stem costs 20 µs to find. */
const REMEMBERED = 20_000;

interface Memory {
  readonly stemmer: Stemmer;
  words: Map<string, string>;
  /** The words before, still looked at: the two together are a cheap least-recently-used list. */
  older: Map<string, string>;
}

const memories = new Map<string, Memory>();

/** The folded stem of a word, or "" when there is none or the language has no stemmer. */
export function stemOf(word: string, language: string): string {
  if (word.length > LONGEST) return '';
  const memory = memoryOf(language);
  if (memory === undefined) return '';
  const known = memory.words.get(word);
  if (known !== undefined) return known;
  const stem = memory.older.get(word) ?? fold(memory.stemmer.stem(word.normalize('NFC').toLowerCase()));
  if (memory.words.size >= REMEMBERED) {
    memory.older = memory.words;
    memory.words = new Map();
  }
  memory.words.set(word, stem);
  return stem;
}

function memoryOf(language: string): Memory | undefined {
  const known = memories.get(language);
  if (known !== undefined) return known;
  const algorithm = ALGORITHMS.get(language);
  if (algorithm === undefined) return undefined;
  const memory = { stemmer: snowball.newStemmer(algorithm), words: new Map(), older: new Map() };
  memories.set(language, memory);
  return memory;
}
